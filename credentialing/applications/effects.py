"""What follows a step of a case: a certification is signed into a checkpoint right away."""

from workflows.checkpoints import make_checkpoint
from workflows.effects import subscribe
from workflows.models import LedgerRecord


def sign_checkpoint(record: LedgerRecord) -> None:  # noqa: ARG001 - the checkpoint covers everything there is
    """From then on nobody can take the certification back unseen."""
    make_checkpoint()


subscribe(subject_kind="application", transition="certify", name="checkpoint", act=sign_checkpoint)
