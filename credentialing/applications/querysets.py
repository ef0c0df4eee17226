"""How cases are looked up."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from credentialing.accounts.models import ConflictOfInterest
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
        """Those this person may open: their own, those they supervise, and by office all submitted ones.

        Nobody opens by office their own case, nor one they have declared a conflict with (invariant 4).
        """
        mine = Q(candidate=person) | Q(
            supervisions__supervisor=person,
            supervisions__declined_at__isnull=True,
            supervisions__ended_at__isnull=True,
        )
        if person.roles_on(timezone.localdate()) & CASE_READERS:
            return self.filter(mine | self._by_office(person)).distinct()
        return self.filter(mine).distinct()

    def reviewable_by(self, person: "Person") -> "ApplicationQuerySet":
        """Submitted cases that this officer may judge."""
        if not person.roles_on(timezone.localdate()) & CASE_READERS:
            return self.none()
        return self.filter(self._by_office(person)).distinct()

    def in_conflict_with(self, person: "Person") -> "ApplicationQuerySet":
        """Submitted cases that this officer may not judge, other than their own."""
        supervised = person.supervisions.filter(accepted_at__isnull=False).values("application")
        return self.exclude(state="draft").filter(_conflicted(person) | Q(pk__in=supervised)).exclude(candidate=person)

    def without_ties_to(self, person: "Person") -> "ApplicationQuerySet":
        """Cases, drafts included, in which nothing keeps this person from judging: whatever office they hold."""
        return self.filter(self._untied(person))

    def found(self, words: str) -> "ApplicationQuerySet":
        """Those whose candidate's name or whose reference contains the words; all without words."""
        if not words:
            return self
        return self.filter(Q(candidate__name__icontains=words) | Q(reference__icontains=words))

    def under_way(self) -> "ApplicationQuerySet":
        """Neither drafts nor ended."""
        return self.unfinished().exclude(state="draft")

    def changing_by(self, day: date) -> "ApplicationQuerySet":
        """Those of which some requirement has come to the day on which time alone may change it."""
        return self.filter(requirement_progress__changes_on__lte=day).distinct()

    def supervised_by(self, person: "Person") -> "ApplicationQuerySet":
        """Those whose candidate this person supervises now."""
        return self.filter(
            supervisions__supervisor=person,
            supervisions__accepted_at__isnull=False,
            supervisions__ended_at__isnull=True,
        ).distinct()

    def _by_office(self, person: "Person") -> Q:
        return ~Q(state="draft") & self._untied(person)

    def _untied(self, person: "Person") -> Q:
        supervised = person.supervisions.filter(accepted_at__isnull=False).values("application")
        return ~Q(candidate=person) & ~_conflicted(person) & ~Q(pk__in=supervised)


def _conflicted(person: "Person") -> Q:
    """Candidates in conflict with this person, whoever of the two declared it."""
    declared = ConflictOfInterest.objects.filter(person=person).values("other")
    declared_by_them = ConflictOfInterest.objects.filter(other=person).values("person")
    return Q(candidate__in=declared) | Q(candidate__in=declared_by_them)


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
