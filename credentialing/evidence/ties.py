"""The ties that evidence makes: who has confirmed a session, given a reference, evaluated.

Co-leaders and referees answer without a log-in. They are found by the account with which they did answer, and by the
address to which they were written: any that they have, or had, confirmed.
"""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from credentialing.accounts.addresses import KnownAddress
from credentialing.accounts.models import Person
from credentialing.evidence.models import LogEntry, Observation, Reference


class ConfirmedSession:
    """Whoever has confirmed a session as the co-leader, whatever became of the entry since."""

    words = "You have confirmed a session of this candidate as co-leader, so others must decide."
    told = "confirmed a session of the candidate as co-leader"

    def tied_to(self, person: Person) -> QuerySet[Any]:
        return self._confirmed().filter(_answered_by(person)).values("application__candidate")

    def tying(self, other: Person) -> QuerySet[Any]:
        return _who_answered(self._confirmed().filter(application__candidate=other))

    def _confirmed(self) -> QuerySet[LogEntry]:
        entries = LogEntry.objects.order_by().filter(confirmed_at__isnull=False, confirmed_as="co_leader")
        return entries.annotate(answered_by=F("confirmed_by"), address=Lower("co_leader_email"))


class GaveReference:
    """Whoever has given a reference, also one that the candidate then left out."""

    words = "You have given a reference for this candidate, so others must decide."
    told = "gave a reference for the candidate"

    def tied_to(self, person: Person) -> QuerySet[Any]:
        return self._given().filter(_answered_by(person)).values("application__candidate")

    def tying(self, other: Person) -> QuerySet[Any]:
        return _who_answered(self._given().filter(application__candidate=other))

    def _given(self) -> QuerySet[Reference]:
        given = Reference.objects.order_by().filter(answered_at__isnull=False)
        return given.annotate(answered_by=F("given_by"), address=Lower("referee_email"))


class Evaluated:
    """Whoever has been asked to evaluate a candidate, from the day on which they were asked."""

    words = "You evaluate this candidate, or have done so, and others must decide."
    told = "evaluates the candidate, or has done so"

    def tied_to(self, person: Person) -> QuerySet[Any]:
        return Observation.objects.order_by().filter(evaluator=person).values("application__candidate")

    def tying(self, other: Person) -> QuerySet[Any]:
        return Observation.objects.order_by().filter(application__candidate=other).values("evaluator")


def _answered_by(person: Person) -> Q:
    theirs = KnownAddress.objects.order_by().proven().filter(person=person).values("address")
    return Q(answered_by=person.pk) | Q(address__in=theirs)


def _who_answered(rows: QuerySet[Any]) -> QuerySet[Any]:
    addresses = rows.exclude(address="").values("address")
    confirmed = KnownAddress.objects.order_by().proven().filter(address__in=addresses).values("person")
    answered = Q(pk__in=rows.exclude(answered_by=None).values("answered_by"))
    return Person.objects.order_by().filter(answered | Q(pk__in=confirmed)).values("pk")
