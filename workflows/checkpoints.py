"""Checkpoints: the signed head of the tree, laid down where whoever rewrites the database can't reach it.

The text is a C2SP tlog-checkpoint: origin, number of entries, root in base64, then the signature. Who keeps one (the
folder, the council's mail, anybody who has fetched it) can tell for ever whether the ledger still begins like that.
"""

import base64
import binascii
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import transaction

from workflows.durable import sync_folder, write_aside
from workflows.merkle import RightEdge
from workflows.models import Checkpoint, TreeHead
from workflows.sequencer import sequence_entries
from workflows.signing import NoteInvalid, open_note, sign_note
from workflows.stored_tree import TreeDamaged, root_at

# Origin, size, root and signatures, wherever in a letter they stand; a mail program may have broken the long line.
NOTE = re.compile(r"^\S+\n\d+\n[A-Za-z0-9+/]{43}=\n\n(?:—\s\S+\s[A-Za-z0-9+/]+=*\n)+", re.MULTILINE)
BROKEN = re.compile(r"—\s(\S+)\s(\S+)\n")


@dataclass(frozen=True, kw_only=True)
class SignedHead:
    """What a checkpoint says: so many entries, with this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> "SignedHead":
        """Read the text of a checkpoint (its signature has been checked by `open_note`).

        Raises:
            NoteInvalid: it is something else.
        """
        lines = text.split("\n")
        try:
            origin, size, root = lines[0], int(lines[1]), base64.b64decode(lines[2], validate=True)
        except (IndexError, ValueError, binascii.Error):
            msg = "This is no checkpoint: it doesn't hold origin, number of entries and root."
            raise NoteInvalid(msg) from None
        if not origin or str(size) != lines[1] or size < 0 or len(root) != 32:  # noqa: PLR2004 - SHA-256
            msg = "This is no checkpoint: its numbers are not written as they must be."
            raise NoteInvalid(msg)
        return cls(origin=origin, size=size, root=root)


class LedgerForked(Exception):
    """The ledger no longer begins as it was signed before, so this head must not be signed."""


def read_checkpoint(text: str) -> SignedHead:
    """What a checkpoint says, if one of the ledger's keys has signed it; the note may stand within a letter.

    Raises:
        NoteInvalid: nobody we know has signed it, or it is no checkpoint.
    """
    return SignedHead.parse(open_note(_found_in(text) or _found_in(_as_mail(text)) or text))


def _found_in(text: str) -> str:
    """The note within a letter, quoted or not; "" where there is none."""
    lines = [line.lstrip("> ").rstrip() for line in text.removeprefix("\ufeff").splitlines()]
    found = NOTE.search("\n".join([*lines, ""]))
    return BROKEN.sub(r"— \1 \2\n", found.group()) if found else ""


def _as_mail(text: str) -> str:
    """The words of a letter that was saved with its headers, as mail programs do: there lines are encoded."""
    letter = email.message_from_bytes(text.encode(errors="replace"), policy=email.policy.default)
    try:
        body = letter.get_body(["plain"])
        return "" if body is None else str(body.get_content())
    except (LookupError, ValueError):  # a charset nobody knows, headers that are none
        return ""


def make_checkpoint() -> Checkpoint | None:
    """Give every waiting entry its place, sign the head and lay it down; None where nothing has been recorded yet.

    Where nothing has come since the last one, that one is answered (and laid down again if its file has gone).

    Raises:
        SigningKeyMissing: there is nothing to sign with.
        LedgerForked: the newest checkpoint in the folder contradicts the database (an older one has been put back).
    """
    while sequence_entries():
        pass
    with transaction.atomic():
        head = TreeHead.objects.select_for_update().get(pk=1)
        while sequence_entries():  # committed while somebody else was placing entries: from here on nobody is
            pass
        head.refresh_from_db()
        if head.size == 0:
            return None
        checkpoint = Checkpoint.objects.filter(size=head.size).first()
        if checkpoint is None:
            _must_continue_what_was_signed(head.size)
            root = RightEdge(head.size, [bytes.fromhex(subtree) for subtree in head.subtrees]).root
            signed = SignedHead(origin=settings.LEDGER_ORIGIN, size=head.size, root=root)
            checkpoint = Checkpoint.objects.create(size=head.size, root=root.hex(), note=sign_note(signed.text))
    lay_down(checkpoint)
    return checkpoint


def _must_continue_what_was_signed(size: int) -> None:
    """Never sign two pasts: whoever keeps an earlier checkpoint must find it in every later one."""
    signed = _newest_laid_down()
    if signed is None:
        return
    try:
        continued = signed.size <= size and root_at(signed.size) == signed.root
    except TreeDamaged:
        continued = False
    if not continued:
        msg = (
            f"The newest checkpoint in the folder is of {signed.size} entries, and the ledger with its {size} doesn't "
            "continue it: an earlier database was put back, or the past was rewritten. Nothing is signed; "
            "manage.py verify names what differs."
        )
        raise LedgerForked(msg)


def _newest_laid_down() -> SignedHead | None:
    for path in reversed(list(laid_down())):
        try:
            return read_checkpoint(path.read_text(encoding="utf-8", errors="replace"))
        except NoteInvalid:
            continue  # no checkpoint of ours; `verify` names it
    return None


def latest_checkpoint() -> Checkpoint | None:
    """The newest one."""
    return Checkpoint.objects.order_by("-size").first()


def lay_down(checkpoint: Checkpoint) -> Path:
    """Write the checkpoint into its folder, once: synced to disk, and never over another text."""
    folder = Path(settings.LEDGER_CHECKPOINTS_DIR)
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    path = folder / f"{checkpoint.size:012}-{checkpoint.root[:16]}.txt"
    if path.exists():
        return path
    aside = write_aside(folder, checkpoint.note.encode())
    aside.chmod(0o444)
    aside.replace(path)
    sync_folder(folder)
    return path


def laid_down() -> Iterator[Path]:
    """Every checkpoint in the folder, the oldest first."""
    yield from sorted(Path(settings.LEDGER_CHECKPOINTS_DIR).glob("[0-9]*.txt"))
