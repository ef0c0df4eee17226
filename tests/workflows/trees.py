"""Trees of any size for the tests of proofs."""

from uuid import UUID, uuid5

from workflows.merkle import leaf_hash
from workflows.models import Checkpoint, TreeLeaf
from workflows.sequencer import sequence_entries

NOBODY = UUID("6f1b6f0e-1c5b-4d4e-9d0a-0d7f2f1c7a11")


def entry(number: int) -> UUID:
    """The number under which the page knows an entry."""
    return uuid5(NOBODY, str(number))


def words(number: int) -> bytes:
    """What was recorded."""
    return f"entry {number}".encode()


def plant(size: int, *, begin: int = 0) -> None:
    """Grow the tree to that size, with leaves of no importance."""
    TreeLeaf.objects.bulk_create(
        TreeLeaf(entry_kind="step", entry_id=entry(number), hash=leaf_hash(words(number)).hex())
        for number in range(begin, size)
    )
    while sequence_entries():
        pass


def sign(size: int) -> Checkpoint:
    """A checkpoint as it stands in the database; whether its signature is right is no matter of proofs."""
    return Checkpoint.objects.create(size=size, root="", note=f"checkpoint of {size}\n")
