"""Whose an e-mail address is, or was: the one place where people are told apart and found by addresses.

Kept are all addresses that somebody has or had, as they are compared (`certificates.same_text.address`): the main one,
further ones, confirmed or not, and those given up since (docs/adr/0021). An address that was never confirmed is a mere
claim: it keeps its owner from having themself asked there, and says nothing about anybody else.
"""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone

from certificates.same_text import address as compared
from credentialing.accounts.signals import tie_known


class KnownAddressQuerySet(models.QuerySet["KnownAddress"]):
    """Addresses that people have or had."""

    def at(self, text: str) -> "KnownAddressQuerySet":
        """Those that are this address, however it is written."""
        return self.filter(address=compared(text))

    def proven(self) -> "KnownAddressQuerySet":
        """Those of which the person has shown, or an officer has entered, that they are theirs."""
        return self.filter(confirmed=True)

    def standing(self) -> "KnownAddressQuerySet":
        """Those that the person has today."""
        return self.filter(until__isnull=True)


class KnownAddress(models.Model):
    """An address that somebody has, or had until they gave it up."""

    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="known_addresses")
    address = models.CharField(max_length=254, db_index=True)
    confirmed = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    objects = KnownAddressQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "known addresses"
        ordering = ("since", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "address"], condition=Q(until__isnull=True), name="known_address_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.address


def is_address_of(person: Any, text: str) -> bool:
    """Whether this is an address that somebody has or had, confirmed or not, however it is written."""
    return bool(text) and KnownAddress.objects.at(text).filter(person=person).exists()


def people_sharing_an_address(person: Any) -> QuerySet[Any]:
    """The keys of other people who have, or had, an address that this person has or had, as both have shown."""
    own = KnownAddress.objects.order_by().proven().filter(person=person).values("address")
    return KnownAddress.objects.order_by().proven().filter(address__in=own).exclude(person=person).values("person")


def shares_an_address(person: Any, other: Any) -> bool:
    """Whether two accounts are of one address, now or before: nobody is the second to themself."""
    return people_sharing_an_address(person).filter(person=other).exists()


def accounts_of_one(*keys: int | None) -> set[int]:
    """These accounts (by their keys) and all that share an address with one of them: who can't be the second person."""
    given = {key for key in keys if key is not None}
    own = KnownAddress.objects.order_by().proven().filter(person__in=given).values("address")
    return given | set(KnownAddress.objects.proven().filter(address__in=own).values_list("person", flat=True))


def is_one_with(person: Any, other: int | None) -> bool:
    """Whether that account (by its key) is this one, or one of the same address: who can't be the second person."""
    return other is not None and (person.pk == other or shares_an_address(person, other))


def keep_addresses(person: Any) -> None:
    """Bring what is kept of somebody's addresses in line with what they have now; what is gone gets its end."""
    has = {compared(row.email): row.verified for row in EmailAddress.objects.filter(user=person)}
    if person.email:
        has.setdefault(compared(person.email), True)  # entered by an officer: no row says that it is a mere claim
    now, proven = timezone.now(), False
    for known in KnownAddress.objects.standing().filter(person=person):
        confirmed = has.pop(known.address, None)
        if confirmed is None:
            known.until = now
            known.save(update_fields=["until"])
        elif confirmed != known.confirmed:
            known.confirmed = confirmed
            known.save(update_fields=["confirmed"])
            proven |= confirmed
    KnownAddress.objects.bulk_create(
        KnownAddress(person=person, address=text, confirmed=confirmed, since=now) for text, confirmed in has.items()
    )
    if proven or any(has.values()):
        _note_sharing(person, now)


def _note_sharing(person: Any, now: datetime) -> None:
    """Whoever turns out to be of one address with somebody judges them no more, and what they have said goes."""
    for other in type(person).objects.filter(pk__in=people_sharing_an_address(person)):
        for one, two in ((person, other), (other, person)):
            tie_known.send(sender=type(person), person=one, other=two, now=now)


@receiver(post_save, sender="accounts.Person")
def keep_the_main_address(
    *, instance: Any, created: bool, raw: bool, update_fields: frozenset[str] | None = None, **_: Any
) -> None:
    """Keep the main address in the transaction that stores it."""
    if raw or (update_fields is not None and "email" not in update_fields):
        return
    if not created:
        keep_addresses(instance)
    elif instance.email:
        KnownAddress.objects.create(person=instance, address=compared(instance.email), confirmed=True)


@receiver([post_save, post_delete], sender=EmailAddress)
def keep_another_address(*, instance: EmailAddress, raw: bool = False, origin: Any = None, **_: Any) -> None:
    """Keep an address that was added, confirmed or removed; with an account its addresses go by themselves."""
    if not raw and not (origin is not None and origin is not instance and _takes_people(origin)):
        keep_addresses(instance.user)


def _takes_people(origin: Any) -> bool:
    """Whether the rows go because their people go."""
    model = origin.model if isinstance(origin, QuerySet) else type(origin)
    return model is not EmailAddress
