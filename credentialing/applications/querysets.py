"""How cases are looked up."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from certificates.same_text import words_of
from certificates.searching import matching
from credentialing.accounts.ties import TIES, TO_JUDGE, source
from workflows.models import SealedQuerySet

if TYPE_CHECKING:
    from credentialing.accounts.models import Person
    from credentialing.applications.models import Application, AwaitedAct  # noqa: F401 - named in strings

CASE_READERS = frozenset({"coordinator", "ccc_chair", "reviewer", "council", "registrar"})


class ApplicationQuerySet(SealedQuerySet["Application"]):
    """Cases."""

    def of(self, person: "Person") -> "ApplicationQuerySet":
        """Those of one candidate, drafts included."""
        return self.filter(candidate=person)

    def unfinished(self) -> "ApplicationQuerySet":
        """Drafts and whatever may still come to a decision: each candidate has one at most."""
        return self.exclude(state__in=["certified", "declined", "withdrawn"])

    def visible_to(self, person: "Person") -> "ApplicationQuerySet":
        """Those this person may open today: their own, those they supervise, and by office all submitted ones.

        A supervision gives access while it runs and while the supervisor is in office. Nobody opens by office their
        own case, nor one of somebody they are tied to (invariant 4). A closed account opens nothing.
        """
        if not person.is_active:
            return self.none()
        roles = person.roles_on(timezone.localdate())
        open_to_them = Q(candidate=person)
        if "supervisor" in roles:
            open_to_them |= Q(pk__in=self._live_supervisions(person))
        if roles & CASE_READERS:
            open_to_them |= self._by_office(person)
        return self.filter(open_to_them)

    def reviewable_by(self, person: "Person") -> "ApplicationQuerySet":
        """Submitted cases that this officer may judge."""
        if not person.roles_on(timezone.localdate()) & CASE_READERS:
            return self.none()
        return self.filter(self._by_office(person))

    def in_conflict_with(self, person: "Person") -> "ApplicationQuerySet":
        """Submitted cases, other than their own, that a tie closes to this officer: to be named, not opened."""
        return self.exclude(state="draft").filter(~_unbarred(person)).exclude(candidate=person)

    def without_ties_to(self, person: "Person", kinds: Iterable[str] = TO_JUDGE) -> "ApplicationQuerySet":
        """Cases, drafts included, in which nothing keeps this person from judging: whatever office they hold."""
        return self.filter(~Q(candidate=person) & _unbarred(person, kinds))

    def found(self, words: str) -> "ApplicationQuerySet":
        """Those whose candidate's name or whose reference contains the words; all without words."""
        if not words.strip():
            return self
        typed = "".join(words_of(words)).upper()  # references are letters and digits, in capitals
        by_reference = Q(reference__contains=typed) if typed else Q(pk__in=())
        return self.filter(matching(words, "candidate__name_key") | by_reference)

    def under_way(self) -> "ApplicationQuerySet":
        """Neither drafts nor ended."""
        return self.unfinished().exclude(state="draft")

    def changing_by(self, day: date) -> "ApplicationQuerySet":
        """Those of which some requirement has come to the day on which time alone may change it."""
        return self.filter(requirement_progress__changes_on__lte=day).distinct()

    def supervised_by(self, person: "Person") -> "ApplicationQuerySet":
        """Those whose candidate this person supervises now, in office and by a supervision that runs."""
        if "supervisor" not in person.roles_on(timezone.localdate()):
            return self.none()
        return self.filter(pk__in=self._live_supervisions(person).filter(accepted_at__isnull=False))

    def _live_supervisions(self, person: "Person") -> "models.QuerySet[Any]":
        return person.supervisions.order_by().live().values("application")

    def _by_office(self, person: "Person") -> Q:
        return ~Q(state="draft") & ~Q(candidate=person) & _unbarred(person)


def _unbarred(person: "Person", kinds: Iterable[str] = TO_JUDGE) -> Q:
    """Cases in which each tie to the candidate, if there is any, is covered by a permission."""
    from credentialing.applications.models import Override  # noqa: PLC0415 - models import this module

    permitted = Override.objects.order_by().in_force().filter(person=person)
    condition = Q()
    for kind in (kind for kind in TIES if kind in kinds):
        covered = permitted.covering(kind).filter(application__isnull=False).values("application")
        condition &= ~Q(candidate__in=source(kind).tied_to(person)) | Q(pk__in=covered)
    return condition


class AwaitedActQuerySet(models.QuerySet["AwaitedAct"]):
    """What people are waited for."""

    def awaiting(self, roles: frozenset[str]) -> "AwaitedActQuerySet":
        """What one of these roles must do, longest waiting first."""
        return (
            self.filter(role__in=roles)
            .select_related("application__candidate", "application__pathway_version")
            .order_by("since", "pk")
        )

    def on_cases_of(self, person: "Person", roles: frozenset[str]) -> "AwaitedActQuerySet":
        """What this officer must do by these roles, in cases that they may judge."""
        from credentialing.applications.models import Application  # noqa: PLC0415 - models import this module

        return self.awaiting(roles).filter(application__in=Application.objects.reviewable_by(person))
