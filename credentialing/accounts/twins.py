"""Accounts that could be of the same person: noticed from what is on record, told to the keepers, decided by them.

Nothing is told to whoever signs up, or else a stranger would learn who has an account. Names alone, addresses and
membership numbers give a reason to ask and no proof: only an address that both have shown ties two accounts
(`accounts.ties`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from certificates.same_text import folded, likenesses
from credentialing.accounts.addresses import KnownAddress
from credentialing.accounts.models import Membership, Person
from credentialing.accounts.signals import person_changed

KEEPERS = frozenset({"coordinator", "registrar"})
DOTS_DO_NOT_COUNT = frozenset({"gmail.com", "googlemail.com"})


class ToldApart(models.Model):
    """A keeper has said that two accounts are of two people, so that nobody is asked again."""

    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "people told apart"
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="told_apart_once_per_pair"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="told_apart_in_one_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one} is not {self.other}"


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Two open accounts, the older one first, and why they could be of the same person."""

    one: Person
    other: Person
    reasons: tuple[str, ...]


def twins() -> list[Twins]:
    """All pairs of open accounts that could be of the same person, other than those told apart; four queries."""
    people = {p.pk: p for p in Person.objects.filter(is_active=True).exclude(email=None)}
    reasons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for groups, words in (
        (_by_address(people), "Both have, or had, the address {}."),
        (_by_membership(people), "Both have the membership number {}."),
        (_by_mailbox(people), "Their addresses may reach the same mailbox: {}."),
        (_by_name(people), "Their names can be the same."),
    ):
        for key, group in sorted(groups.items()):
            for pair in combinations(sorted(group), 2):
                said = words.format(key)
                if said not in reasons[pair]:
                    reasons[pair].append(said)
    apart = set(ToldApart.objects.values_list("one", "other"))
    return [
        Twins(one=people[one], other=people[other], reasons=tuple(said))
        for (one, other), said in sorted(reasons.items(), key=lambda item: (people[item[0][0]].name_order, item[0]))
        if (one, other) not in apart
    ]


def mailbox(address: str) -> str:
    """Where letters to this address may end up with many providers: without what follows a plus, or dots of Gmail."""
    local, at, domain = address.rpartition("@")
    local = local.partition("+")[0]
    return f"{local.replace('.', '') if domain in DOTS_DO_NOT_COUNT else local}{at}{domain}"


@transaction.atomic
def tell_apart(*, one: Person, other: Person, actor: Person, now: datetime | None = None) -> None:
    """Remember that these are two people; saying it again changes nothing.

    Raises:
        PermissionError: no keeper of people, or about oneself.
        ValueError: one account with itself.
    """
    now = now or timezone.now()
    if actor.pk in {one.pk, other.pk} or not actor.roles_on(timezone.localdate(now)) & KEEPERS:
        msg = "The coordinator or the registrar says this, and not about themselves."
        raise PermissionError(msg)
    if one.pk == other.pk:
        msg = "This is one account."
        raise ValueError(msg)
    first, second = sorted((one, other), key=lambda person: person.pk)
    _, said = ToldApart.objects.get_or_create(one=first, other=second, defaults={"said_by": actor, "said_at": now})
    if said:
        for person, from_whom in ((first, second), (second, first)):
            person_changed.send(
                sender=Person,
                name="accounts:person:told_apart",
                actor=actor,
                subject_kind="person",
                subject_id=person.uuid,
                details={"from": str(from_whom.uuid)},
            )


def _grouped(found: Iterable[tuple[str, int]]) -> Mapping[str, set[int]]:
    groups: dict[str, set[int]] = defaultdict(set)
    for key, person in found:
        groups[key].add(person)
    return {key: group for key, group in groups.items() if len(group) > 1}


def _addresses(people: Mapping[int, Person]) -> Iterable[tuple[str, int]]:
    rows = KnownAddress.objects.order_by().values_list("address", "person")
    return ((address, person) for address, person in rows if person in people)


def _by_address(people: Mapping[int, Person]) -> Mapping[str, set[int]]:
    return _grouped(_addresses(people))


def _by_mailbox(people: Mapping[int, Person]) -> Mapping[str, set[int]]:
    found = list(_addresses(people))
    same = _grouped(found)
    groups = _grouped((mailbox(address), person) for address, person in found)
    return {key: group for key, group in groups.items() if group != same.get(key)}


def _by_membership(people: Mapping[int, Person]) -> Mapping[str, set[int]]:
    rows = Membership.objects.order_by().exclude(number="").values_list("number", "person")
    return _grouped((folded(number).replace(" ", ""), person) for number, person in rows if person in people)


def _by_name(people: Mapping[int, Person]) -> Mapping[str, set[int]]:
    names = ((name, pk) for pk, person in people.items() for name in {person.name, person.printed_name})
    return _grouped((key, pk) for name, pk in names for key in likenesses(name))
