"""Who may move and vote, by which rules, and whether something is decided."""

from datetime import datetime

from django.utils import timezone

from certificates.models import Credential
from credentialing.accounts.models import Person
from credentialing.applications.permissions import objection_to_deciding
from credentialing.council.motions.models import OFFICERS, Motion
from credentialing.pathways.definitions import Body, Standing
from credentialing.pathways.models import PathwayVersion

WITHOUT_RULES = Body(slug="council", label="Council", quorum=2)  # of a society that has published no pathway yet


def is_decided(credential: Credential, act: str, at: datetime) -> bool:
    """Whether a motion decides this act on the credential at that very moment (`CERTIFICATES_DECISION`)."""
    return Motion.objects.all().decided(credential, act, at).exists()


def rules_for(credential: Credential, now: datetime) -> tuple[Body, Standing]:
    """Who decides about this credential, and the times: by the pathway in force, else by the one it was awarded by."""
    versions = PathwayVersion.objects.filter(pathway__slug=credential.scheme)
    version = versions.in_force(timezone.localdate(now)).first() or versions.order_by("pk").last()
    if version is None:
        return WITHOUT_RULES, Standing()
    return version.definition.standing_body, version.definition.award.standing


def objection_to_moving(credential: Credential, actor: Person, now: datetime) -> str:
    """Why this person may not put a motion about that credential; "" if they may."""
    if not actor.is_active or not actor.roles_on(timezone.localdate(now)) & OFFICERS:
        return "Motions are put by the registrar, the council, the President, the coordinator or the committee's chair."
    if actor.pk == credential.holder_id:
        return "This is your own credential."
    return objection_to_deciding(actor, credential.holder)


def objection_to_voting(motion: Motion, actor: Person, now: datetime) -> str:
    """Why this person may not vote on that motion; "" if they may."""
    if actor.pk == motion.credential.holder_id:
        return "This is your own credential."
    if "voter" not in motion.roles_of(actor, timezone.localdate(now)):
        return f"Only members vote: {motion.body}."
    return motion.objection_to(actor, next(motion.workflow_definition().edges("carry")))
