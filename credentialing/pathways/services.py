"""Publishing pathways."""

from datetime import date

from django.db import transaction

from credentialing.accounts.models import Person
from credentialing.audit.events import Event
from credentialing.audit.services import record_event
from credentialing.pathways.definitions import PathwayDefinition
from credentialing.pathways.kinds import workflow_of
from credentialing.pathways.loader import SHIPPED, PathwayFileInvalid, digest_of, load_pathway
from credentialing.pathways.loading.faults import Fault
from credentialing.pathways.models import Pathway, PathwayVersion
from workflows.definitions import DefinitionInvalid


def check_pathway(source: str) -> PathwayDefinition:
    """The definition in a pathway file that could be published.

    Raises:
        PathwayFileInvalid: the file can't be used, or people would get stuck on that path.
    """
    definition = load_pathway(source)
    try:
        workflow_of(definition)
    except DefinitionInvalid as fault:
        msg = f"Nobody could walk this pathway: {fault}. Correct its stages and who signs them."
        raise PathwayFileInvalid([Fault(0, msg)]) from fault
    return definition


@transaction.atomic
def publish_pathway(
    *,
    source: str,
    actor: Person,
    in_force_from: date,
    policy: PathwayVersion.Policy = PathwayVersion.Policy.PIN,
) -> PathwayVersion:
    """Freeze a pathway file as a version in force from a day; publishing the same text again changes nothing.

    Raises:
        PathwayFileInvalid: the file can't be used.
        ValueError: this version number was already published with other rules.
    """
    definition = check_pathway(source)
    digest = digest_of(source)
    pathway, _ = Pathway.objects.get_or_create(slug=definition.slug, defaults={"name": definition.name})
    published = pathway.versions.filter(version=definition.version).first()
    if published is not None:
        if published.digest != digest:
            msg = (
                f"Version {definition.version} is already published with other rules: give the new one another number."
            )
            raise ValueError(msg)
        return published
    new = PathwayVersion.objects.create(
        pathway=pathway,
        version=definition.version,
        source=source,
        digest=digest,
        in_force_from=in_force_from,
        policy=policy,
        published_by=actor,
    )
    record_event(
        event=Event.PATHWAY_PUBLISHED,
        actor=actor,
        subject_kind="pathway_version",
        subject_id=new.uuid,
        details={"version": str(new), "digest": digest, "from": str(in_force_from), "policy": str(policy)},
    )
    return new


def shipped_source(slug: str) -> str:
    """The text of a pathway file that comes with the software."""
    return (SHIPPED / f"{slug}.toml").read_text(encoding="utf-8")
