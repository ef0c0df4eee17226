"""Who is tied to whom, found from the records themselves: nobody judges whom they are tied to (docs/adr/0011).

Each kind of tie is a class beside the records that make it, listed here by dotted path. It answers in both directions
as a subquery, so that lists, services and buttons ask the same question and lists ask it once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.utils.module_loading import import_string

from credentialing.accounts.addresses import people_sharing_an_address
from credentialing.accounts.models import ConflictOfInterest, Person
from credentialing.accounts.signals import tie_known

DECLARED, SAME_ADDRESS, SUPERVISOR, CO_LEADER, REFEREE, EVALUATOR = (
    "declared", "same_address", "supervisor", "co_leader", "referee", "evaluator",
)  # fmt: skip
TIES: Mapping[str, str] = {
    DECLARED: "credentialing.accounts.ties.Declared",
    SAME_ADDRESS: "credentialing.accounts.ties.SharedAddress",
    SUPERVISOR: "credentialing.applications.ties.Supervised",
    CO_LEADER: "credentialing.evidence.ties.ConfirmedSession",
    REFEREE: "credentialing.evidence.ties.GaveReference",
    EVALUATOR: "credentialing.evidence.ties.Evaluated",
}
TO_JUDGE = frozenset(TIES)  # every tie keeps from signing, voting, deciding, waiving, correcting, reading by office
TO_EVALUATE = TO_JUDGE - {EVALUATOR}  # whoever is asked to evaluate isn't barred by being asked
NEAR = frozenset({DECLARED, SAME_ADDRESS})  # to each other as people, whatever they have done here
TO_SUPERVISE = NEAR  # a co-leader or referee may well supervise; a relative doesn't


class TieSource(Protocol):
    """One kind of tie, in words and in both directions."""

    words: str  # to the person who is tied
    told: str  # of that person, to others

    def tied_to(self, person: Person) -> QuerySet[Any]:
        """The keys of the people to whom this person is tied."""

    def tying(self, other: Person) -> QuerySet[Any]:
        """The keys of those who are tied to this person."""


@dataclass(frozen=True, kw_only=True)
class Tie:
    """One tie of one person to another, in words to the tied person and of them."""

    kind: str
    words: str
    told: str


class Declared:
    """Related, employed, or near in another way: by what either side, or an officer for them, has declared."""

    words = "You have a declared conflict of interest with this person."
    told = "has a declared conflict of interest with the candidate"

    def tied_to(self, person: Person) -> QuerySet[Any]:
        theirs = ConflictOfInterest.objects.order_by().filter(person=person).annotate(tied=F("other")).values("tied")
        others = ConflictOfInterest.objects.order_by().filter(other=person).annotate(tied=F("person")).values("tied")
        return Person.objects.order_by().filter(Q(pk__in=theirs) | Q(pk__in=others)).values("pk")

    def tying(self, other: Person) -> QuerySet[Any]:
        return self.tied_to(other)  # a declaration counts both ways


class SharedAddress:
    """Two accounts of one e-mail address, now or before: one person with two, or two who read each other's letters."""

    words = "You have, or had, an e-mail address in common with this person."
    told = "has, or had, an e-mail address in common with the candidate"

    def tied_to(self, person: Person) -> QuerySet[Any]:
        return people_sharing_an_address(person)

    def tying(self, other: Person) -> QuerySet[Any]:
        return people_sharing_an_address(other)  # it counts both ways


@cache
def source(kind: str) -> TieSource:
    """The source of that kind of tie."""
    found: TieSource = import_string(TIES[kind])()
    return found


def kinds_between(person: Person, other: Person, kinds: Iterable[str] = TO_JUDGE) -> list[str]:
    """The kinds of tie of one person to another, in the order of the table; one query."""
    asked = [kind for kind in TIES if kind in set(kinds)]
    columns: Any = {
        f"tie_{kind}": ExpressionWrapper(Q(pk__in=source(kind).tied_to(person)), output_field=BooleanField())
        for kind in asked
    }
    row = Person.objects.order_by().filter(pk=other.pk).annotate(**columns).values(*columns).first() or {}
    return [kind for kind in asked if row.get(f"tie_{kind}")]


def ties_between(person: Person, other: Person, kinds: Iterable[str] = TO_JUDGE) -> list[Tie]:
    """All ties of one person to another, with the record that each was found from."""
    return [in_words(kind, person, other) for kind in kinds_between(person, other, kinds)]


def in_words(kind: str, person: Person, other: Person) -> Tie:
    """A tie that was found, in words; a declared one with the relation that was given."""
    found = source(kind)
    if kind != DECLARED:
        return Tie(kind=kind, words=found.words, told=found.told)
    both = Q(person=person, other=other) | Q(person=other, other=person)
    relation = ConflictOfInterest.objects.filter(both).values_list("relation", flat=True).first()
    words = f"{found.words.removesuffix('.')} ({relation})." if relation else found.words
    return Tie(kind=kind, words=words, told=found.told)


def tied_people(person: Person, kinds: Iterable[str] = TO_JUDGE) -> Q:
    """Those to whom this person is tied, as a condition on people."""
    condition = Q()
    for kind in kinds:
        condition |= Q(pk__in=source(kind).tied_to(person))
    return condition


def note_tie(*, person: Person, other: Person, now: datetime) -> None:
    """Say that a record now ties two people: whoever counts words and votes takes those of the tied person out."""
    tie_known.send(sender=Person, person=person, other=other, now=now)


def people_tying(other: Person, kinds: Iterable[str] = TO_JUDGE) -> Q:
    """Those who are tied to this person, as a condition on people."""
    condition = Q()
    for kind in kinds:
        condition |= Q(pk__in=source(kind).tying(other))
    return condition
