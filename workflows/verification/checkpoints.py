"""What others keep: signed heads that the tree must still begin with."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workflows.checkpoints import laid_down, read_checkpoint
from workflows.merkle import RightEdge
from workflows.models import Checkpoint
from workflows.signing import NoteInvalid
from workflows.verification.findings import Finding


@dataclass
class Witnesses:
    """The heads that have been signed, by size, and which of them the tree has passed."""

    heads: dict[int, list[tuple[str, bytes]]] = field(default_factory=lambda: defaultdict(list))
    unsigned: list[Finding] = field(default_factory=list)

    def take(self, note: str, origin: str) -> None:
        """Add one; a note that none of our keys has signed is a finding."""
        try:
            head = read_checkpoint(note)
        except NoteInvalid as refusal:
            self.unsigned.append(Finding(about=origin, message=str(refusal)))
        else:
            self.heads[head.size].append((origin, head.root))

    def compare(self, edge: RightEdge) -> Iterator[Finding]:
        """Whether the tree, at this size, is the one that was signed."""
        for origin, root in self.heads.pop(edge.size, ()):
            if root != edge.root:
                yield Finding(
                    about=origin,
                    message=f"the first {edge.size} entries are not those that were signed: "
                    "the past has been rewritten",
                )

    def beyond(self, size: int) -> Iterator[Finding]:
        """Those that the tree has never reached."""
        for signed in sorted(self.heads):
            for origin, _ in self.heads[signed]:
                yield Finding(
                    about=origin,
                    message=f"{signed} entries were signed, and there are {size}: "
                    "the end has been cut off, or an earlier database put back",
                )


def gather(since: Path | None) -> Witnesses:
    """Every checkpoint there is: in the folder, in the database, and the one that somebody has brought."""
    witnesses = Witnesses()
    if since:
        witnesses.take(since.read_text(encoding="utf-8"), f"checkpoint {since.name}")
    for path in laid_down():
        witnesses.take(path.read_text(encoding="utf-8", errors="replace"), f"checkpoint {path.name}")
    for checkpoint in Checkpoint.objects.order_by("size").iterator():
        witnesses.take(checkpoint.note, f"checkpoint of {checkpoint.size} entries")
    return witnesses
