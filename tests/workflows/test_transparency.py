"""The ledger's public pages: what anybody may ask, without a log-in, and what they are told in each state."""

import base64
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.test import Client
from django.urls import reverse

from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.trees import entry, plant
from workflows.checkpoints import make_checkpoint, read_checkpoint
from workflows.merkle import root_by_inclusion, verify_consistency
from workflows.models import Checkpoint, TreeLeaf, TreeNode
from workflows.sequencer import sequence_entries
from workflows.services import perform
from workflows.signing import VerifierKey, known_keys, rotate_key, verifier_key
from workflows.triggers import lifted_triggers

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
UNKNOWN = uuid.UUID("00000000-0000-4000-8000-000000000000")


@pytest.fixture(autouse=True)
def ledger(settings, tmp_path) -> None:
    settings.LEDGER_KEYS_DIR = str(tmp_path / "keys")
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")


@pytest.fixture
def client() -> Client:
    """Nobody in particular."""
    return Client(enforce_csrf_checks=True)


def lend() -> uuid.UUID:
    actor = ActorFactory()
    return perform(loan_for(actor, "clerk"), "lend", actor=actor).uuid


def page_of(number: uuid.UUID) -> str:
    return reverse("workflows:entry", args=[number])


def ask(client, **sizes):
    response = client.get("/transparency/consistency", sizes)
    return response.status_code, response.json()


def decoded(path) -> list[bytes]:
    return [base64.b64decode(node, validate=True) for node in path]


# The page


def test_page_before_anything_was_recorded_says_so(client):
    page = client.get("/transparency/")
    assert page.status_code == 200
    assert "Nothing has been signed yet" in page.text
    assert "The newest checkpoint" not in page.text


def test_page_shows_the_newest_checkpoint_and_how_many_wait(client):
    lend()
    make_checkpoint()
    lend()
    page = client.get("/transparency/").text
    assert Checkpoint.objects.get().note.split("\n")[-2] in page.replace("&#x27;", "'")
    assert str(verifier_key()) in page
    assert "<dt>Entries signed</dt><dd>1</dd>" in page
    assert "<dt>Waiting for their place</dt><dd>1</dd>" in page


@pytest.mark.parametrize(
    "typed",
    ["{0}", "  {0} ", "https://ledger.example.org/transparency/entries/{0}/", "/transparency/entries/{0}/proof"],
)
def test_form_leads_to_the_entry(client, typed):
    number = lend()
    for written in (str(number), str(number).upper()):
        response = client.get("/transparency/", {"entry": typed.format(written)})
        assert (response.status_code, response.url) == (302, page_of(number))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the number of the entry."),
        ("4711", "five groups of letters and digits"),
        (f"{UNKNOWN} {UNKNOWN}", "five groups of letters and digits"),
        ("x" * 201, "too long"),
        ("\x00", "Null characters"),
        ("<script>", "five groups"),
    ],
    ids=["nothing", "another number", "two", "too long", "null", "markup"],
)
def test_form_says_what_is_wrong_in_words_and_keeps_what_was_typed(client, typed, words):
    page = client.get("/transparency/", {"entry": typed})
    assert page.status_code == 200
    assert "There is a problem" in page.text
    assert words in page.text
    assert "<script>" not in page.text
    if typed == "4711":
        assert 'value="4711"' in page.text


def test_address_with_something_else_behind_it_is_no_question(client):
    assert "There is a problem" not in client.get("/transparency/", {"from": "a letter"}).text


# One entry


def test_entry_is_told_in_each_of_its_states(client):
    number = lend()
    page = client.get(page_of(number)).text
    assert "it is not in the tree yet" in page
    assert "<dt>Place</dt>" not in page
    sequence_entries()
    page = client.get(page_of(number)).text
    assert "The next checkpoint will cover it" in page
    assert "<dt>Place</dt><dd>1</dd>" in page
    assert "Take the proof" not in page
    make_checkpoint()
    page = client.get(page_of(number)).text
    assert "a signed checkpoint covers it" in page
    assert "the checkpoint of 1 entr" in page
    assert page_of(number) + "proof" in page
    assert TreeLeaf.objects.get().hash in page


def test_entry_tells_nothing_of_what_it_says(client):
    actor = ActorFactory(name="Adaeze Obi")
    record = perform(loan_for(actor, "clerk"), "lend", actor=actor, reason="A private matter.")
    make_checkpoint()
    for address in (page_of(record.uuid), page_of(record.uuid) + "proof"):
        told = client.get(address).text
        assert not [word for word in ("Adaeze", "private", "lend", str(record.subject_id)) if word in told]


def test_unknown_entry_is_not_found(client):
    for address in (page_of(UNKNOWN), page_of(UNKNOWN) + "proof", "/transparency/entries/4711/"):
        assert client.get(address).status_code == 404


# For programs


def test_checkpoint_as_text_is_what_was_signed(client):
    assert client.get("/transparency/checkpoint").status_code == 404
    lend()
    made = make_checkpoint()
    response = client.get("/transparency/checkpoint")
    assert response.content.decode() == made.note
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_keys_are_those_that_have_ever_signed(client):
    assert client.get("/transparency/keys").content == b""
    lend()
    made = make_checkpoint()
    rotate_key()
    lines = client.get("/transparency/keys").content.decode().splitlines()
    assert {VerifierKey.parse(line) for line in lines} == set(known_keys().values())
    assert len(lines) == 2
    assert read_checkpoint(made.note).size == 1


def test_proof_of_an_entry_leads_to_the_signed_root(client):
    number, *_ = [lend() for _ in range(6)]
    made = make_checkpoint()
    response = client.get(page_of(number) + "proof")
    proof = response.json()
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert proof.keys() == {"entry", "leaf_hash", "leaf_index", "tree_size", "audit_path", "checkpoint"}
    assert (proof["entry"], proof["leaf_index"], proof["tree_size"]) == (str(number), 0, 6)
    (leaf,) = decoded([proof["leaf_hash"]])
    assert proof["checkpoint"] == made.note
    signed = read_checkpoint(proof["checkpoint"])
    assert root_by_inclusion(leaf, 0, 6, decoded(proof["audit_path"])) == signed.root


def test_entry_is_checked_by_hand_as_the_documentation_says(client, tmp_path):
    """The script in docs/ledger.md, which needs nothing of ours; openssl would go on from the files that it writes."""
    script = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8"), re.DOTALL)[1]
    numbers = [lend() for _ in range(7)]
    note = make_checkpoint().note
    rotate_key()
    (tmp_path / "keys.txt").write_bytes(client.get("/transparency/keys").content)

    def check(proof: bytes) -> subprocess.CompletedProcess:
        (tmp_path / "proof.json").write_bytes(proof)
        return subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)

    for number in numbers:
        proof = client.get(page_of(number) + "proof").content
        assert check(proof).stdout.startswith("The entry is in the tree of 7 entries")
    assert (tmp_path / "text").read_text(encoding="utf-8") == note.rpartition("\n\n")[0] + "\n"
    key = load_der_public_key((tmp_path / "key.der").read_bytes())
    key.verify((tmp_path / "signature").read_bytes(), (tmp_path / "text").read_bytes())
    for forged in (
        proof.replace(b'"leaf_index": 6', b'"leaf_index": 5'),
        proof.replace(b'"tree_size": 7', b'"tree_size": 8'),
    ):
        assert check(forged).stderr.endswith("AssertionError: not in the tree\n")


def test_proof_that_has_to_wait_says_for_what(client):
    number = lend()
    address = page_of(number) + "proof"
    waiting = client.get(address)
    assert (waiting.status_code, waiting.json()["waits_for"]) == (202, "its place in the tree")
    assert waiting.json()["leaf_index"] is None
    sequence_entries()
    placed = client.get(address)
    assert (placed.status_code, placed.json()["waits_for"]) == (202, "a checkpoint")
    assert placed.json()["leaf_index"] == 0
    make_checkpoint()
    assert client.get(address).status_code == 200


def test_tree_that_lacks_a_node_is_told_in_words_and_not_by_a_fault(client):
    number, *_ = [lend() for _ in range(4)]
    make_checkpoint()
    with lifted_triggers():
        TreeNode.objects.filter(level=1, index=1)._raw_delete("default")
    page = client.get(page_of(number))
    assert page.status_code == 503
    assert "A part of the ledger that leads to this entry is missing" in page.content.decode()
    words = "The tree lacks its node 1 of level 1: run manage.py verify."
    for response in (client.get(page_of(number) + "proof"), client.get("/transparency/consistency?first=2&second=4")):
        assert response.status_code == 503
        assert response.json() == {"errors": {"__all__": [words]}}


def test_consistency_of_two_checkpoints_is_shown(client):
    for _ in range(3):
        lend()
    old = read_checkpoint(make_checkpoint().note)
    for _ in range(4):
        lend()
    new = read_checkpoint(make_checkpoint().note)
    status, proof = ask(client, first=3, second=7)
    assert (status, proof["first"], proof["second"]) == (200, 3, 7)
    path = decoded(proof["consistency_path"])
    verify_consistency(first=3, second=7, first_root=old.root, second_root=new.root, path=path)
    assert ask(client, first=7, second=7) == (200, {"first": 7, "second": 7, "consistency_path": []})


@pytest.mark.parametrize(
    ("sizes", "field", "words"),
    [
        ({"second": 3}, "first", "required"),
        ({"first": 1}, "second", "required"),
        ({"first": 0, "second": 3}, "first", "greater than or equal to 1"),
        ({"first": -1, "second": 3}, "first", "greater than or equal to 1"),
        ({"first": "one", "second": 3}, "first", "whole number"),
        ({"first": 1.5, "second": 3}, "first", "whole number"),
        ({"first": 3, "second": 2}, "second", "can't be shown to begin with one of 3"),
        ({"first": 1, "second": 5}, "second", "has not grown to 5 entries"),
        ({"first": 1, "second": 2**63}, "second", "has not grown"),
        ({"first": 2**200, "second": 2**201}, "second", "has not grown"),
        ({"first": "9" * 5000, "second": 3}, "first", "whole number"),
        ({"first": "\x00", "second": 3}, "first", "whole number"),
    ],
    ids=[
        "no first", "no second", "zero", "negative", "word", "fraction", "backwards", "too large",
        "beyond the database", "far beyond it", "absurd", "null",
    ],
)  # fmt: skip
def test_sizes_that_can_not_be_are_refused_in_words(client, sizes, field, words):
    plant(4)
    status, answer = ask(client, **sizes)
    assert status == 400
    assert words in " ".join(answer["errors"][field])


def test_empty_ledger_has_no_consistency_to_show(client):
    status, answer = ask(client, first=1, second=1)
    assert (status, answer["errors"]["second"]) == (400, ["The tree has not grown to 1 entries."])


# Everybody, and reading only


@pytest.fixture
def addresses() -> list[str]:
    plant(3)
    make_checkpoint()
    page = page_of(entry(1))
    return [
        "/transparency/", "/transparency/checkpoint", "/transparency/keys",
        "/transparency/consistency?first=1&second=3", page, page + "proof",
    ]  # fmt: skip


def test_everybody_may_read_and_heads_are_answered(client, addresses):
    for address in addresses:
        assert client.get(address).status_code == 200, address
        head = client.head(address)
        assert (head.status_code, head.content) == (200, b""), address


def test_nobody_may_write(addresses):
    for address in addresses:
        for method in ("post", "put", "patch", "delete"):
            assert getattr(Client(), method)(address).status_code == 405, (method, address)
