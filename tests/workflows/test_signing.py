"""Signed notes as others read and write them, and a key that is made once and never lost in silence."""

import base64
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from workflows import durable, signing
from workflows.signing import (
    NoteInvalid,
    SigningKeyMissing,
    VerifierKey,
    known_keys,
    open_note,
    rotate_key,
    sign_note,
    verifier_key,
)

# The example of Go's golang.org/x/mod/sumdb/note, whose format C2SP signed-note is.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_PRIVATE_KEY = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
NOTE = f"{TEXT}\n{LINE}"
STRANGER = "— somebody.example/else AAAAAQIDBAUGBwgJ\n"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.LEDGER_KEYS_DIR = str(tmp_path / "keys")
    settings.LEDGER_ORIGIN = "ledger.example.org/transparency"
    return tmp_path / "keys"


@pytest.fixture
def peter() -> dict[bytes, VerifierKey]:
    key = VerifierKey.parse(PETER)
    return {key.key_id: key}


def pem_of(key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_published_example_is_read(peter):
    assert open_note(NOTE, peter) == TEXT


def test_published_example_is_written_byte_for_byte(settings, folder):
    settings.LEDGER_ORIGIN = "PeterNeumann"
    folder.mkdir()
    seed = base64.b64decode(PETERS_PRIVATE_KEY)[1:]
    (folder / "ledger.pem").write_bytes(pem_of(Ed25519PrivateKey.from_private_bytes(seed)))
    assert sign_note(TEXT) == NOTE
    assert str(verifier_key()) == PETER


def test_key_is_read_as_it_is_published():
    assert str(VerifierKey.parse(f"{PETER}\n")) == PETER


def test_any_piece_and_any_change_of_a_key_is_refused():
    """As Go's own tests ask: no piece of the published key is a key, nor is it with one letter changed."""
    pieces = {PETER[begin:end] for begin in range(len(PETER)) for end in range(begin, len(PETER) + 1)} - {PETER}
    changed = {PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :] for at in range(len(PETER))}
    for text in pieces | changed:
        with pytest.raises(NoteInvalid):
            VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        PETER.replace("+ARpc", "+ärpc"),
        "",
    ],
    ids=["too long", "another algorithm", "no base64", "nothing"],
)
def test_what_is_no_ed25519_key_is_refused(text):
    with pytest.raises(NoteInvalid):
        VerifierKey.parse(text)


def test_key_whose_name_holds_a_space_is_refused():
    key = VerifierKey(name="Peter Neumann", public=VerifierKey.parse(PETER).public)
    with pytest.raises(NoteInvalid, match="no verifier key"):
        VerifierKey.parse(str(key))


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace("answer", "anzwer"),
        NOTE.replace("x08go/ZJkuBS", "x08go/ZJkuBT"),
        f"{TEXT}\n\n{LINE}",
        NOTE.replace("your problem,\n", "your problem,"),
    ],
    ids=["changed text", "changed signature", "one line more", "one line less"],
)
def test_changed_note_is_found_out(note, peter):
    with pytest.raises(NoteInvalid, match="has been changed"):
        open_note(note, peter)


def test_wrong_signature_of_a_known_key_beside_a_right_one_of_another_spoils_the_note(peter):
    own = verifier_key()
    both = peter | {own.key_id: own}
    mine = sign_note(TEXT).removeprefix(f"{TEXT}\n")
    assert open_note(f"{NOTE}{mine}", both) == TEXT
    for forged in (LINE.replace("x08go/ZJkuBS", "x08go/ZJkuBT"), "— PeterNeumann x08gowAA\n"):
        with pytest.raises(NoteInvalid, match="has been changed"):
            open_note(f"{TEXT}\n{mine}{forged}", both)


def test_second_signature_of_the_same_key_is_passed_over(peter):
    assert open_note(NOTE + LINE.replace("x08go/ZJkuBS", "x08go/ZJkuBT"), peter) == TEXT


def test_signatures_of_others_are_passed_over(peter):
    assert open_note(f"{TEXT}\n{STRANGER}{LINE}{STRANGER}", peter) == TEXT


def test_note_that_only_others_have_signed_is_refused(peter):
    for note in (f"{TEXT}\n{STRANGER}", NOTE.replace("— PeterNeumann", "— PeterNewmann")):
        with pytest.raises(NoteInvalid, match="None of the ledger's keys"):
            open_note(note, peter)
    with pytest.raises(NoteInvalid, match="None of the ledger's keys"):
        open_note(NOTE)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        TEXT,
        f"{TEXT}\n",
        LINE,
        f"{TEXT}{LINE}",
        f"{TEXT}\n{LINE.rstrip()}",
        f"{TEXT}\n{LINE}\n",
        f"{TEXT}\n{LINE}one more line\n",
        f"{TEXT}\n{LINE.replace('—', '-')}",
        f"{TEXT}\n{LINE.replace(' ', '  ')}",
        f"{TEXT}\n{LINE.replace('AM=', 'AM')}",
        f"{TEXT}\n{LINE.replace('AM=', 'AN=')}",
        f"{TEXT}\n— PeterNeumann\n",
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("answer", "ans\x00wer"),
        NOTE.replace("answer", "ans\twer"),
        NOTE.replace("answer", "ans\ud800wer"),
        f"{TEXT}\n{LINE}{STRANGER * 100}",
    ],
    ids=range(19),
)
def test_what_is_no_note_is_refused_in_words(note, peter):
    with pytest.raises(NoteInvalid, match=r"no signed note|no base64"):
        open_note(note, peter)


def test_as_many_signatures_as_go_reads_are_read(peter):
    assert open_note(f"{TEXT}\n{LINE}{STRANGER * 99}", peter) == TEXT


def test_first_start_makes_one_key_that_only_its_owner_reads(folder):
    key = verifier_key()
    assert key == verifier_key()
    assert open_note(sign_note(TEXT)) == TEXT
    assert (folder.stat().st_mode & 0o777, (folder / "ledger.pem").stat().st_mode & 0o777) == (0o700, 0o600)
    assert sorted(path.name for path in folder.iterdir()) == [f"{key.key_id.hex()}.pub", "ledger.pem"]
    assert known_keys() == {key.key_id: key}


def test_processes_that_start_together_end_with_one_key(folder):
    command = [sys.executable, "-m", "tests.workflows.key_maker", str(folder), "ledger.example.org/transparency"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    makers = [subprocess.Popen(command, **pipes) for _ in range(3)]
    assert [maker.stdout.readline() for maker in makers] == ["ready\n"] * 3
    for maker in makers:
        maker.stdin.write("go\n")
        maker.stdin.flush()
    answers = [maker.communicate(timeout=60)[0] for maker in makers]
    assert [maker.returncode for maker in makers] == [0] * 3
    assert set(answers) == {f"{verifier_key()}\n{sign_note('From a process of its own\n')}"}
    assert list(known_keys()) == [verifier_key().key_id]


def test_threads_that_start_together_end_with_one_key(folder):
    start, keys = threading.Barrier(8), []

    def make() -> None:
        start.wait()
        keys.append(verifier_key())

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert keys == [verifier_key()] * 8
    assert len(list(folder.iterdir())) == 2


def test_key_that_another_made_meanwhile_is_taken(monkeypatch):
    """The other was quicker: no key when we looked, then theirs with its public half, before we made ours."""
    read, theirs = signing._read, []

    def nothing_yet() -> Ed25519PrivateKey:
        monkeypatch.setattr(signing, "_read", read)
        theirs.append(verifier_key())
        raise FileNotFoundError

    monkeypatch.setattr(signing, "_read", nothing_yet)
    assert [verifier_key()] == theirs


def test_lost_private_key_is_not_made_anew_in_silence(folder):
    note, old = sign_note(TEXT), verifier_key()
    (folder / "ledger.pem").unlink()
    for act in (verifier_key, lambda: sign_note(TEXT)):
        with pytest.raises(SigningKeyMissing, match=r"ledger\.pem is missing. Restore its backup"):
            act()
    assert not (folder / "ledger.pem").exists()
    assert open_note(note) == TEXT  # what was signed can still be checked
    new = rotate_key()
    assert new != old
    assert known_keys().keys() == {old.key_id, new.key_id}


@pytest.mark.parametrize("content", [b"", b"nothing", pem_of(generate_private_key(SECP256R1()))], ids=range(3))
def test_file_that_holds_no_such_key_is_named(folder, content):
    folder.mkdir()
    (folder / "ledger.pem").write_bytes(content)
    with pytest.raises(SigningKeyMissing, match=r"ledger\.pem holds no Ed25519 key"):
        sign_note(TEXT)


def test_rotation_keeps_what_was_signed_before_valid(folder):
    old, note = verifier_key(), sign_note(TEXT)
    new = rotate_key()
    assert new not in {old, None}
    assert verifier_key() == new
    assert open_note(note) == open_note(sign_note(TEXT)) == TEXT
    assert known_keys().keys() == {old.key_id, new.key_id}
    assert (folder / "ledger.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(NoteInvalid):
        open_note(note, {new.key_id: new})


def test_rotation_publishes_the_old_key_even_when_only_its_private_half_was_restored(folder):
    old, note = verifier_key(), sign_note(TEXT)
    (folder / f"{old.key_id.hex()}.pub").unlink()
    rotate_key()
    assert open_note(note) == TEXT


def test_first_key_may_come_from_a_rotation(folder):
    assert rotate_key() == verifier_key()


def test_society_that_moves_to_another_address_signs_under_the_new_name(settings):
    old, note = verifier_key(), sign_note(TEXT)
    settings.LEDGER_ORIGIN = "new.example.org/transparency"
    assert verifier_key().name == "new.example.org/transparency"
    assert verifier_key().public == old.public
    assert open_note(note) == TEXT


def test_damaged_public_half_is_told_in_the_log_and_stops_nobody(folder, caplog):
    key = verifier_key()
    (folder / "damaged.pub").write_text("nothing\n", encoding="utf-8")
    (folder / "binary.pub").write_bytes(b"\xff\xfe")
    (folder / "folder.pub").mkdir()
    assert known_keys() == {key.key_id: key}
    assert [name in caplog.text for name in ("damaged.pub", "binary.pub", "folder.pub")] == [True] * 3


def test_full_disk_leaves_neither_half_a_key_nor_a_crumb(folder, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(durable.os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            sign_note(TEXT)
    assert list(folder.iterdir()) == []
    assert open_note(sign_note(TEXT)) == TEXT
