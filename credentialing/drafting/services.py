"""Writing rules: begin, save, check, put before the council, approve, publish; nothing that was written is lost."""

from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.correspondence.services import send_letter
from credentialing.drafting.lifecycle import CHECKED, DRAFT, WRITERS
from credentialing.drafting.models import DraftApproval, DraftRevision, PathwayDraft
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import publish_pathway
from credentialing.pathways.texts import LONGEST_TEXT, TextRefused, take_in
from workflows.errors import NotPermitted, StaleVersion
from workflows.models import LedgerRecord
from workflows.services import explain, perform

__all__ = ["LONGEST_TEXT", "TextRefused"]


def begin_draft(*, slug: str, source: str, actor: Person, what: str) -> PathwayDraft:
    """Begin a draft of a pathway with a text, its first revision.

    Raises:
        NotPermitted: the actor writes no rules.
        TextRefused: the text is too long, or takes too much to read.
    """
    _must_write(actor)
    take_in(source, client=f"account {actor.pk}")
    with transaction.atomic():
        draft = PathwayDraft.objects.create(slug=slug, source=source, begun_by=actor)
        _keep(draft, actor, what)
    return draft


def save_text(*, draft: PathwayDraft, source: str, actor: Person, seen_revision: int, what: str) -> PathwayDraft:
    """Give a draft another text; what was checked or approved before is a draft again.

    Raises:
        NotPermitted: the actor writes no rules.
        NoSuchTransition: it is published or discarded.
        StaleVersion: somebody else has saved since `seen_revision`.
        TextRefused: the text is too long, or takes too much to read.
    """
    _must_write(actor)
    take_in(source, client=f"account {actor.pk}")
    return _save(draft, source, actor, seen_revision, what)


@transaction.atomic
def _save(draft: PathwayDraft, source: str, actor: Person, seen_revision: int, what: str) -> PathwayDraft:
    draft = PathwayDraft.objects.select_for_update().get(pk=draft.pk)
    if draft.revision != seen_revision:
        msg = (
            "Somebody else has saved this draft since you opened it. Look at what they changed, then make yours again."
        )
        raise StaleVersion(msg)
    if draft.state != DRAFT:
        perform(draft, "revise", actor=actor)
    if source != draft.source:
        draft.source = source
        draft.revision = (draft.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
        draft.save(update_fields=["source", "revision"])
        _keep(draft, actor, what)
    return draft


def go_back_to(*, draft: PathwayDraft, number: int, actor: Person, seen_revision: int) -> PathwayDraft:
    """Take an earlier text up again, as a new revision, so that this can be undone as well.

    Raises:
        DraftRevision.DoesNotExist: there is no such revision.
        TransitionError: as `save_text`.
    """
    earlier = draft.revisions.get(number=number)
    return save_text(
        draft=draft, source=earlier.source, actor=actor, seen_revision=seen_revision, what=f"Back to revision {number}"
    )


def examine_draft(*, draft: PathwayDraft, actor: Person) -> LedgerRecord:
    """Say that the text can be published, or why not.

    Raises:
        TransitionError: the refusals of the engine.
    """
    return perform(draft, "examine", actor=actor)


@transaction.atomic
def propose_draft(
    *, draft: PathwayDraft, actor: Person, purpose: str, in_force_from: date, policy: PathwayVersion.Policy
) -> LedgerRecord:
    """Put a draft before the council, with what it changes and from when, and write to its members.

    Raises:
        TransitionError: the refusals of the engine.
    """
    PathwayDraft.objects.filter(pk=draft.pk, state=CHECKED).update(
        purpose=purpose, in_force_from=in_force_from, policy=policy
    )
    draft.refresh_from_db()
    record = perform(draft, "propose", actor=actor)
    for member in Person.objects.holding("council", timezone.localdate()).exclude(pk=actor.pk):
        send_letter(
            template="draft_proposed",
            to=member,
            context={"draft": draft.slug, "purpose": purpose, "path": _path(draft)},
            dedupe_key=f"proposed:{record.uuid}:{member.uuid}",
        )
    return record


@transaction.atomic
def approve_draft(*, draft: PathwayDraft, actor: Person, seen_revision: int) -> bool:
    """Note that a member approves these very words; the one that makes the quorum approves it for the council.

    Answers whether the draft is approved now.

    Raises:
        TransitionError: not before the council, not a member, wrote at it, or the text is another meanwhile.
    """
    draft = PathwayDraft.objects.select_for_update().get(pk=draft.pk)
    if draft.revision != seen_revision:
        msg = "The text has changed since you looked at it."
        raise StaleVersion(msg)
    action = explain(draft, "approve", actor)
    if not action.permitted:
        raise NotPermitted(action.refusal)
    DraftApproval.objects.get_or_create(draft=draft, member=actor, text_digest=draft.text_digest)
    if not explain(draft, "approve", actor).possible:
        return False
    record = perform(draft, "approve", actor=actor)
    _tell_writers(draft, "draft_approved", record)
    return True


@transaction.atomic
def refuse_draft(*, draft: PathwayDraft, actor: Person, reason: str) -> LedgerRecord:
    """Send a draft back with a reason; whoever writes at it is told.

    Raises:
        TransitionError: the refusals of the engine.
    """
    record = perform(draft, "refuse", actor=actor, reason=reason)
    _tell_writers(draft, "draft_refused", record, reason=reason)
    return record


@transaction.atomic
def publish_draft(*, draft: PathwayDraft, actor: Person) -> PathwayVersion:
    """Freeze an approved draft as a version in force from its day, and tell everybody whose case it concerns.

    Raises:
        TransitionError: the refusals of the engine.
    """
    perform(draft, "publish", actor=actor)
    version = publish_pathway(
        source=draft.source,
        actor=actor,
        in_force_from=draft.in_force_from,
        policy=PathwayVersion.Policy(draft.policy),
    )
    PathwayDraft.objects.filter(pk=draft.pk).update(published=version)
    draft.refresh_from_db()
    announce(version, draft.purpose)
    return version


def announce(version: PathwayVersion, purpose: str = "") -> None:
    """Write to everybody with an open case of that pathway what the new version means for them."""
    for case in Application.objects.unfinished().filter(pathway_version__pathway=version.pathway):
        bound = version.policy == PathwayVersion.Policy.MIGRATE or case.state == "draft"
        send_letter(
            template="version_binds_all" if bound else "version_for_others",
            to=case.candidate,
            context={
                "version": version.version,
                "present": case.pathway_version.version,
                "day": f"{version.in_force_from:%B} {version.in_force_from.day}, {version.in_force_from.year}",
                "purpose": purpose,
                "path": "/my/",
            },
            dedupe_key=f"version:{version.uuid}:{case.uuid}",
        )


@transaction.atomic
def discard_draft(*, draft: PathwayDraft, actor: Person) -> LedgerRecord:
    """Put a draft away; it can be restored.

    Raises:
        TransitionError: the refusals of the engine.
    """
    return perform(draft, "discard", actor=actor)


@transaction.atomic
def restore_draft(*, draft: PathwayDraft, actor: Person) -> LedgerRecord:
    """Take a discarded draft up again.

    Raises:
        TransitionError: the refusals of the engine.
    """
    return perform(draft, "restore", actor=actor)


def _keep(draft: PathwayDraft, actor: Person, what: str) -> None:
    DraftRevision.objects.create(
        draft=draft, number=draft.revision, source=draft.source, what=what[:300], saved_by=actor
    )
    record_event(
        event=Event.DRAFT_SAVED,
        actor=actor,
        subject_kind=draft.subject_kind,
        subject_id=draft.uuid,
        details={"revision": draft.revision, "sha256": draft.text_digest},
    )


def _must_write(actor: Person) -> None:
    if not actor.roles_on(timezone.localdate()) & WRITERS:
        msg = "Only the coordinator and the administrators write rules."
        raise NotPermitted(msg)


def _tell_writers(draft: PathwayDraft, template: str, record: LedgerRecord, reason: str = "") -> None:
    """To those who have written at it and still hold an office that writes rules."""
    written = draft.revisions.order_by().values("saved_by")
    writers = Person.objects.holding_any(WRITERS, timezone.localdate()).filter(pk__in=written)
    for writer in sorted(writers, key=lambda person: person.pk):
        send_letter(
            template=template,
            to=writer,
            context={"draft": draft.slug, "reason": reason, "path": _path(draft)},
            dedupe_key=f"{template}:{record.uuid}:{writer.uuid}",
        )


def _path(draft: PathwayDraft) -> str:
    return f"/pathways/drafts/{draft.uuid}/"
