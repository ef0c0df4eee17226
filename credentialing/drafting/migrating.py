"""Versions by which nobody is grandparented: on their first day every case under way moves to them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.querysets import ApplicationQuerySet
from credentialing.applications.services.moves import move_cohort
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.services import send_letter
from credentialing.pathways.models import Pathway, PathwayVersion

MOVABLE_FROM = ("draft", "deferred", "withdrawn", "certified", "declined")  # not from these


@dataclass(frozen=True, kw_only=True)
class Migration:
    """What one version brought about: how many moved, and whom it left where they are."""

    version: PathwayVersion
    moved: int
    refused: tuple[str, ...]


def migrate_what_is_due(*, now: datetime) -> list[Migration]:
    """Move every case that a version in force binds and that has not been moved to it; running it again moves nobody.

    A case that the coordinator has moved away from it afterwards is left alone.
    """
    done = []
    for pathway in Pathway.objects.order_by("pk"):
        version = PathwayVersion.objects.in_force(timezone.localdate(now)).filter(pathway=pathway).first()
        if version is not None and version.policy == PathwayVersion.Policy.MIGRATE and version.is_readable:
            done.append(_migrate(version))
    return [migration for migration in done if migration.moved or migration.refused]


def cases_to_migrate(version: PathwayVersion) -> ApplicationQuerySet:
    """Cases under way by other rules of that pathway, but for those that have been moved to it once already."""
    moved_once = AuditEvent.objects.filter(event=Event.CASE_MOVED, details__to_digest=version.digest)
    return (
        Application.objects.filter(pathway_version__pathway=version.pathway)
        .exclude(pathway_version=version)
        .exclude(state__in=MOVABLE_FROM)
        .exclude(uuid__in=moved_once.values("subject_id"))
        .order_by("pk")
    )


def _migrate(version: PathwayVersion) -> Migration:
    done = move_cohort(
        applications=cases_to_migrate(version),
        version=version,
        actor=Person.objects.system(),
        reason=f"From {version.in_force_from} on everybody goes by version {version.version}.",
    )
    refused = tuple(f"{one.application.reference}: {one.refusal}" for one in done if one.refusal)
    if refused:
        for person in Person.objects.holding("coordinator", timezone.localdate()):
            send_letter(
                template="move_refused",
                to=person,
                context={
                    "version": version.version,
                    "count": len(refused),
                    "lines": list(refused),
                    "path": "/pathways/cases/",
                },
                dedupe_key=f"move_refused:{version.uuid}:{person.uuid}",
            )
    return Migration(version=version, moved=len(done) - len(refused), refused=refused)
