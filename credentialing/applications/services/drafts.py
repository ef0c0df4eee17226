"""Starting, saving and submitting an application."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from certificates.models import Credential
from certificates.services import AlreadyHeld
from credentialing.accounts.models import Person
from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import Application
from credentialing.applications.permissions import officers_told_of
from credentialing.applications.progress import refresh_progress
from credentialing.applications.services.answers import known_answers
from credentialing.correspondence.services import send_letter
from credentialing.pathways.models import PathwayVersion
from workflows.models import LedgerRecord
from workflows.services import perform

APPLICATION_FORM = "application_form"


class ApplicationClosed(Exception):
    """The application form can't be changed any more; the message says why."""


@transaction.atomic
def start_application(*, actor: Person, pathway: str = "abs-leader", now: datetime | None = None) -> Application:
    """Give the actor a draft on the version in force today; a second call returns the open one.

    Raises:
        AlreadyHeld: the actor holds the credential that this pathway leads to.
        PathwayVersion.DoesNotExist: no version of that pathway is in force.
    """
    now = now or timezone.now()
    Person.objects.select_for_update().get(pk=actor.pk)
    for application in Application.objects.of(actor):
        if application.is_open:
            return application
    if Credential.objects.live(actor, pathway).exists():
        msg = "You already hold this credential, so there is nothing to apply for."
        raise AlreadyHeld(msg)
    version = PathwayVersion.objects.in_force(timezone.localdate(now)).filter(pathway__slug=pathway)[:1].get()
    application = Application.objects.create(candidate=actor, pathway_version=version, created_at=now, state_since=now)
    refresh_progress(application, now)
    return application


@transaction.atomic
def save_application_form(
    *,
    application: Application,
    actor: Person,
    motivation: str,
    prior_experience: str,
    practice: str,
    profile: Mapping[str, str] | None = None,
    now: datetime | None = None,
) -> Application:
    """Keep what the applicant has written: in a draft, or after a reviewer asked for changes, and at no other time.

    Raises:
        PermissionError: the actor isn't the applicant.
        ApplicationClosed: the form is with the reviewers or has been approved.
    """
    if actor.pk != application.candidate_id:
        msg = "Only the applicant writes the application form."
        raise PermissionError(msg)
    application = Application.objects.select_for_update().get(pk=application.pk)
    if not can_edit_form(application, now):
        msg = "Your application is with the reviewers, so it can't be changed now."
        raise ApplicationClosed(msg)
    application.motivation = motivation
    application.prior_experience = prior_experience
    application.practice = practice
    if profile is not None:
        application.profile = known_answers(application.definition, profile)
    application.save(update_fields=["motivation", "prior_experience", "practice", "profile"])
    refresh_progress(application, now)
    return application


def can_edit_form(application: Application, now: datetime | None = None) -> bool:
    """Whether the applicant may write: a draft, or a form (or admission) returned for changes."""
    if application.state == "draft":
        return True
    if not application.is_open or application.admitted_at:
        return False
    on = timezone.localdate(now)
    slugs = [r.slug for r in application.definition.requirements if r.kind in {"document", "decision"} and r.signed_by]
    return any(assess_requirement(application, slug, on).returned for slug in slugs)


@transaction.atomic
def submit_application(*, application: Application, actor: Person, now: datetime | None = None) -> LedgerRecord:
    """Hand the application in, pinned to the version in force today, and tell coordinator and chair.

    Raises:
        TransitionError: the four refusals of the engine.
    """
    now = now or timezone.now()
    if application.state == "draft":
        version = (
            PathwayVersion.objects.in_force(timezone.localdate(now))
            .filter(pathway=application.pathway_version.pathway)
            .first()
        )
        if version is not None and version != application.pathway_version:
            Application.objects.filter(pk=application.pk, state="draft").update(pathway_version=version)
            application.refresh_from_db()
    record = perform(application, "submit", actor=actor, now=now)
    refresh_progress(application, now)
    context = {"candidate": str(application.candidate), "reference": application.reference}
    send_letter(template="application_received", to=application.candidate, context={**context, "path": "/my/"})
    for person in officers_told_of(application, ("coordinator", "ccc_chair"), now):
        send_letter(
            template="application_submitted",
            to=person,
            context={**context, "path": f"/reviews/cases/{application.uuid}/"},
        )
    return record
