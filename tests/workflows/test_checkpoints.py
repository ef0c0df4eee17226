"""Signed heads of the tree: what they say, when they are made, and that they outlast crashes, disks and mail."""

import base64
import os
import quopri
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests.workflows.factories import ActorFactory, loan_for
from workflows import checkpoints, durable, effects, signing
from workflows.checkpoints import (
    LedgerForked,
    SignedHead,
    laid_down,
    latest_checkpoint,
    make_checkpoint,
    read_checkpoint,
)
from workflows.merkle import root_of
from workflows.models import Checkpoint, EffectRun, LedgerRecord, LedgerRewritten, TreeHead, TreeLeaf, TreeNode
from workflows.sequencer import sequence_entries, waiting_entries
from workflows.services import perform
from workflows.signing import NoteInvalid, SigningKeyMissing, rotate_key, sign_note
from workflows.triggers import lifted_triggers

pytestmark = pytest.mark.django_db
NAME = "ledger.example.org/transparency"
ROOT = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.LEDGER_KEYS_DIR = str(tmp_path / "keys")
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")
    settings.LEDGER_ORIGIN = NAME
    return tmp_path / "checkpoints"


def grow(number: int = 1) -> list[LedgerRecord]:
    actor = ActorFactory()
    return [perform(loan_for(actor, "clerk"), "lend", actor=actor) for _ in range(number)]


def root() -> bytes:
    """The root as whoever has only the leaves would compute it."""
    hashes = [bytes.fromhex(leaf.hash) for leaf in TreeLeaf.objects.in_order()]

    def node(level: int, index: int) -> bytes:
        if level == 0:
            return hashes[index]
        return checkpoints.RightEdge(2, [node(level - 1, 2 * index), node(level - 1, 2 * index + 1)]).root

    return root_of(len(hashes), node)


def test_text_is_origin_number_of_entries_and_root_then_the_signature():
    grow(5)
    made = make_checkpoint()
    origin, size, encoded, empty, signature, end = made.note.split("\n")
    assert (origin, size, empty, end) == (NAME, "5", "", "")
    assert base64.b64decode(encoded) == root() == bytes.fromhex(made.root)
    assert re.fullmatch(rf"— {NAME} [A-Za-z0-9+/]{{91}}=", signature)
    assert read_checkpoint(made.note) == SignedHead(origin=NAME, size=5, root=root())
    assert latest_checkpoint() == made
    assert str(made).startswith("5 entries, ")


def test_nothing_recorded_makes_none(folder):
    assert make_checkpoint() is None
    assert sequence_entries() == 0  # makes the head of an empty tree
    assert make_checkpoint() is None
    assert latest_checkpoint() is None
    assert not folder.exists()


def test_waiting_entries_get_their_place_first():
    grow(3)
    assert waiting_entries() == 3
    assert make_checkpoint().size == 3
    assert waiting_entries() == 0


def test_made_after_growth_and_not_twice(folder):
    grow()
    first = make_checkpoint()
    assert make_checkpoint() == first
    grow()
    second = make_checkpoint()
    assert (first.size, second.size) == (1, 2)
    assert Checkpoint.objects.count() == 2
    assert [path.read_text(encoding="utf-8") for path in laid_down()] == [first.note, second.note]


def test_entry_committed_while_somebody_else_was_placing_is_covered(monkeypatch):
    """The other one had looked before our entry was there; we wait for them, and look again."""
    grow(2)
    place, calls = checkpoints.sequence_entries, []

    def busy_at_first() -> int:
        calls.append(1)
        return 0 if len(calls) == 1 else place()

    sequence_entries(at_most=1)
    monkeypatch.setattr(checkpoints, "sequence_entries", busy_at_first)
    assert make_checkpoint().size == 2


def test_checkpoint_is_never_changed():
    grow()
    made = make_checkpoint()
    for act in (made.save, made.delete, Checkpoint.objects.all().delete):
        with pytest.raises(LedgerRewritten, match="A checkpoint"):
            act()


def test_laid_down_once_readable_and_never_over_another_text(folder):
    grow()
    made = make_checkpoint()
    (path,) = laid_down()
    assert path.name == f"000000000001-{made.root[:16]}.txt"
    assert path.stat().st_mode & 0o777 == 0o444
    written = path.stat().st_mtime_ns, path.stat().st_ino
    make_checkpoint()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == written
    path.chmod(0o644)
    path.write_text("another text\n", encoding="utf-8")
    make_checkpoint()
    assert path.read_text(encoding="utf-8") == "another text\n"  # what is found there is for `verify` to name


def test_laid_down_again_when_the_file_has_gone(folder):
    grow()
    made = make_checkpoint()
    for path in laid_down():
        path.unlink()
    assert make_checkpoint() == made
    assert [path.read_text(encoding="utf-8") for path in laid_down()] == [made.note]


def test_another_past_of_the_same_length_stands_beside_the_first(folder):
    """Yesterday's database put back and grown again: both heads stay in the folder and speak against each other."""
    grow()
    first = make_checkpoint()
    other = Checkpoint(size=1, root="f" * 64, note="another head\n")
    checkpoints.lay_down(other)
    assert {path.read_text(encoding="utf-8") for path in laid_down()} == {first.note, "another head\n"}


@contextmanager
def undone():
    """Yesterday's database is put back afterwards; the folder stays as it is."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("since", [0, 1, 4, 9])
def test_after_an_older_database_was_put_back_nothing_is_signed(folder, since):
    grow(2)
    with undone():
        grow(3)
        kept = make_checkpoint().note
    if since:
        grow(since)
    with pytest.raises(LedgerForked, match=rf"is of 5 entries, and the ledger with its {2 + since} doesn't"):
        make_checkpoint()
    assert not Checkpoint.objects.exists()
    assert [path.read_text(encoding="utf-8") for path in laid_down()] == [kept]


def test_what_is_no_checkpoint_of_ours_keeps_nothing_from_being_signed(folder):
    grow()
    make_checkpoint()
    (folder / "999999999999-0.txt").write_text("a note of the cleaning staff", encoding="utf-8")
    grow()
    assert make_checkpoint().size == 2


def test_tree_that_lacks_a_node_is_not_signed(folder):
    grow(4)
    make_checkpoint()
    with lifted_triggers():
        TreeNode.objects.filter(level=2)._raw_delete("default")
    grow()
    with pytest.raises(LedgerForked):
        make_checkpoint()


def test_file_is_synced_before_it_has_its_name(folder, monkeypatch):
    seen = []
    sync = durable.os.fsync

    def watched(handle: int) -> None:
        seen.append([path.name for path in laid_down()])
        sync(handle)

    grow()
    make_checkpoint()
    grow()
    monkeypatch.setattr(durable.os, "fsync", watched)
    make_checkpoint()
    assert [len(names) for names in seen] == [1, 2]  # the text, then its name in the folder


def test_full_disk_leaves_no_half_a_file_and_is_caught_up(folder, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    grow()
    signing.verifier_key()
    with monkeypatch.context() as patch:
        patch.setattr(durable.os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            make_checkpoint()
    assert list(folder.iterdir()) == []
    made = make_checkpoint()
    assert [path.read_text(encoding="utf-8") for path in laid_down()] == [made.note]
    assert Checkpoint.objects.count() == 1


def test_folder_that_can_not_be_made_is_an_error_and_the_head_stays_signed(folder):
    folder.write_text("a file where the folder should be\n", encoding="utf-8")
    grow()
    with pytest.raises(OSError, match="checkpoints"):
        make_checkpoint()
    assert latest_checkpoint().size == 1
    folder.unlink()
    make_checkpoint()
    assert len(list(laid_down())) == 1


def test_step_is_kept_and_its_checkpoint_tried_again_when_the_disk_is_full(folder, monkeypatch):
    """As with a certification: the effect fails with its reason, the record stays, the next try lays it down."""
    effects.subscribe(subject_kind="loan", transition="lend", name="checkpoint", act=lambda record: make_checkpoint())
    try:
        (record,) = grow()
        run = EffectRun.objects.get(record=record)
        folder.write_text("", encoding="utf-8")
        assert effects.attempt(run) is False
        run.refresh_from_db()
        assert run.last_error.startswith("FileExistsError")
        assert LedgerRecord.objects.filter(pk=record.pk).exists()
        folder.unlink()
        assert effects.attempt(run, now=timezone.now() + timedelta(hours=1)) is True
    finally:
        effects.unsubscribe(subject_kind="loan", transition="lend", name="checkpoint")
    assert len(list(laid_down())) == 1


def test_without_a_key_nothing_is_signed_and_entries_keep_their_place(tmp_path):
    grow()
    make_checkpoint()
    (tmp_path / "keys" / "ledger.pem").unlink()
    grow()
    with pytest.raises(SigningKeyMissing):
        make_checkpoint()
    assert Checkpoint.objects.count() == 1
    assert TreeHead.objects.get().size == 2
    rotate_key()
    assert make_checkpoint().size == 2


def test_after_rotation_old_and_new_are_read():
    grow()
    old = make_checkpoint().note
    rotate_key()
    grow()
    new = make_checkpoint().note
    assert [read_checkpoint(note).size for note in (old, new)] == [1, 2]
    assert old.split()[-1][:5] != new.split()[-1][:5]


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_make_one_checkpoint(folder, tmp_path):
    grow(3)
    connection.close()
    database = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "tests.workflows.checkpoint_maker", database, str(tmp_path / "keys"), str(folder)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    makers = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert [maker.stdout.readline() for maker in makers] == ["ready\n"] * 2
    for maker in makers:
        maker.stdin.write("go\n")
        maker.stdin.flush()
    notes = [maker.communicate(timeout=60)[0] for maker in makers]
    assert [maker.returncode for maker in makers] == [0, 0]
    assert set(notes) == {Checkpoint.objects.get().note}
    assert [path.read_text(encoding="utf-8") for path in laid_down()] == [notes[0]]


# Read back from wherever somebody has kept it


@pytest.fixture
def note() -> str:
    grow(3)
    return make_checkpoint().note


def letter(note: str) -> str:
    return f"Hello Carl,\n\nPlease keep this letter.\n\n{note}\nIf there is ever a doubt, save it.\n\nThe society\n"


def quoted(text: str, mark: str) -> str:
    return "\n".join(f"{mark}{line}" for line in text.split("\n"))


@pytest.mark.parametrize(
    "kept",
    [
        letter,
        lambda note: letter(note).replace("\n", "\r\n"),
        lambda note: quoted(letter(note), "> "),
        lambda note: quoted(letter(note), ">> ").replace("\n", "\r\n"),
        lambda note: f"\ufeff{note}",
        lambda note: note.rstrip(),
        lambda note: letter(note).replace("\n", " \n"),
        lambda note: letter(note.replace(f"— {NAME} ", f"— {NAME}\n")),
        lambda note: quoted(letter(note.replace(f"— {NAME} ", f"—\n{NAME}\n")), "> "),
    ],
    ids=[
        "in a letter", "with CRLF", "quoted", "quoted twice", "with a byte order mark", "without its last line break",
        "with spaces at the ends of lines", "broken after the name", "broken twice and quoted",
    ],
)  # fmt: skip
def test_checkpoint_is_read_back_from_a_letter(note, kept):
    assert read_checkpoint(kept(note)).size == 3


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_checkpoint_is_read_back_from_a_letter_saved_with_its_headers(note, encoding):
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "Please keep this", "Carl <carl@example.org>"
    mail.set_content(letter(note), cte=encoding)
    assert read_checkpoint(mail.as_bytes().decode()).size == 3
    mail.add_alternative("<p>The same as a page</p>", subtype="html")
    assert read_checkpoint(mail.as_bytes().decode()).size == 3


def test_letter_of_which_only_a_page_was_kept_is_refused_in_words():
    mail = EmailMessage()
    mail.set_content("<p>A page</p>", subtype="html")
    with pytest.raises(NoteInvalid, match="no signed note"):
        read_checkpoint(mail.as_string())


def test_letter_in_letters_nobody_knows_is_refused_in_words(note):
    encoded = quopri.encodestring(letter(note).encode()).decode()
    mail = f"Content-Type: text/plain; charset=nowhere-7\nContent-Transfer-Encoding: quoted-printable\n\n{encoded}"
    with pytest.raises(NoteInvalid, match="no signed note"):
        read_checkpoint(mail)


def test_changed_checkpoint_is_found_out_in_a_letter_too(note):
    for changed in (note.replace("\n3\n", "\n2\n"), note.replace(NAME, "other.example", 1)):
        with pytest.raises(NoteInvalid, match="has been changed"):
            read_checkpoint(letter(changed))


@pytest.mark.parametrize("text", ["", "Hello Carl,\n\nnothing here.\n", "\x00", "\ud800", "a: b\n\n=FF"], ids=range(5))
def test_what_holds_no_checkpoint_is_refused_in_words(text):
    with pytest.raises(NoteInvalid):
        read_checkpoint(text)


@pytest.mark.parametrize(
    "text",
    [
        "Something else\n",
        f"{NAME}\n3\n",
        f"{NAME}\nthree\n{ROOT}\n",
        f"{NAME}\n03\n{ROOT}\n",
        f"{NAME}\n+3\n{ROOT}\n",
        f"{NAME}\n-3\n{ROOT}\n",
        f"{NAME}\n3\n{ROOT[:-4]}\n",
        f"{NAME}\n3\n{ROOT}!\n",
        f"{NAME}\n{'9' * 5000}\n{ROOT}\n",
        f"\n3\n{ROOT}\n",
    ],
    ids=range(10),
)
def test_signed_text_that_is_no_checkpoint_is_refused(text):
    with pytest.raises(NoteInvalid, match="no checkpoint"):
        read_checkpoint(sign_note(text))


def test_lines_that_others_may_add_after_the_root_are_passed_over():
    head = SignedHead.parse(f"{NAME}\n3\n{ROOT}\nan extension\n")
    assert (head.size, head.text) == (3, f"{NAME}\n3\n{ROOT}\n")
