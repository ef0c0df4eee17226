"""What `manage.py verify` asks about published rules: one can still go by them."""

from collections.abc import Iterator

from credentialing.pathways.loader import RulesUnreadable
from credentialing.pathways.models import PathwayVersion
from workflows.models import Seal
from workflows.verification import Finding, examination


@examination
def published_rules_can_be_read() -> Iterator[Finding]:
    """Each version says something; of one that doesn't fit its seal the seals have told already."""
    for version in PathwayVersion.objects.select_related("pathway").order_by("pk"):
        seal = Seal.objects.of(PathwayVersion, [version.pk]).last()
        if seal is None or not seal.fits(version):
            continue
        try:
            _ = version.definition
        except RulesUnreadable as refusal:
            yield Finding(
                about=f"pathway version {version.uuid} ({version})", message=f"can't be read: {refusal.reason}"
            )
