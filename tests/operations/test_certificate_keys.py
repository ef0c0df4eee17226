"""The command that turns the keys of certificates: it shows what is, and leaves an entry in the ledger."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from certificates import keys
from certificates.keys import authority
from certificates.models import Certificate
from certificates.services import issue_certificate
from credentialing.audit.models import AuditEvent
from tests.certificates import softhsm
from tests.certificates.factories import awarded, prepared
from tests.certificates.signed import document_check
from tests.certificates.test_keys import bundle
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path / "keys")
    return tmp_path / "keys"


def run(*words: str) -> list[str]:
    out = StringIO()
    call_command("certificate_keys", *words, stdout=out)
    return [line.rsplit(" ", 1)[0] for line in out.getvalue().splitlines()]


def recorded() -> list[tuple[str, str]]:
    return [(event.event.rsplit(":", 1)[1], event.details["key"]) for event in AuditEvent.objects.order_by("pk")]


def test_keys_are_shown_and_showing_records_nothing():
    assert run() == ["badge/key-1 in force", "document/key-1 in force", "root/key-1 in force"]
    assert recorded() == []


@pytest.mark.parametrize(
    ("words", "begun"),
    [
        (["--rotate"], ["badge/key-2", "document/key-2"]),
        (["--rotate", "badge"], ["badge/key-2"]),
        (["--rotate", "document"], ["document/key-2"]),
    ],
    ids=["both", "badge", "document"],
)
def test_rotation_is_recorded(words, begun):
    run()
    shown = run(*words)
    for key in begun:
        assert f"{key} in force" in shown
        assert f"{key[:-1]}1 former" in shown
    assert recorded() == [("begun", key) for key in begun]


def test_new_root_begins_a_key_below_it_and_both_are_recorded(folder):
    run()
    (folder / "document" / "root" / "key-1.pem").unlink()
    assert "root/key-1 kept elsewhere or lost" in run()
    shown = run("--rotate", "root")
    assert {"document/key-2 in force", "document/key-1 former", "root/key-2 in force", "root/key-1 former"} <= {*shown}
    assert recorded() == [("begun", "root/key-2"), ("begun", "document/key-2")]


def test_missing_key_is_named_and_the_others_are_shown_all_the_same(folder):
    run()
    (folder / "badge" / "key-1.pem").unlink()
    out, err = StringIO(), StringIO()
    with pytest.raises(CommandError, match=r"--rotate badge"):
        call_command("certificate_keys", stdout=out)
    assert "badge/key-1 missing" in out.getvalue()
    assert "document/key-1 in force" in out.getvalue()
    call_command("certificate_keys", "--rotate", "document", stdout=StringIO(), stderr=err)
    assert "badge/key-1.pem is missing" in err.getvalue()


def test_where_another_authority_serves_no_root_is_made_to_be_shown(tmp_path, monkeypatch):
    private = authority.made_leaf("S", root := authority.made_root("Another", timezone.now()), timezone.now())
    file = tmp_path / "key.p12"
    file.write_bytes(bundle(private, authority.certificates_of(root)))
    monkeypatch.setenv("CREDENTIALING_PKCS12_PASSPHRASE", "")
    assert run("--import", str(file)) == ["badge/key-1 in force", "document/key-1 in force"]


def test_compromise_is_recorded_with_its_reason():
    run()
    shown = run("--compromised", "document/key-1", "--reason", "The laptop was stolen")
    assert "document/key-2 in force" in shown
    assert "document/key-1 compromised" in shown
    assert recorded() == [("compromised", "document/key-1"), ("begun", "document/key-2")]
    assert AuditEvent.objects.earliest("pk").details["reason"] == "The laptop was stolen"
    run("--rotate", "badge")
    run("--compromised", "badge/key-1", "--reason", "Found on a lost disk")
    assert recorded()[2:] == [("begun", "badge/key-2"), ("compromised", "badge/key-1")]


def test_root_in_other_hands_takes_every_key_below_it_along():
    run()
    shown = run("--compromised", "root/key-1", "--reason", "The safe was opened")
    assert {"root/key-2 in force", "root/key-1 compromised", "document/key-1 compromised"} <= {*shown}
    assert recorded() == [
        ("compromised", "root/key-1"),
        ("begun", "root/key-2"),
        ("compromised", "document/key-1"),
        ("begun", "document/key-2"),
    ]


def test_what_a_compromised_key_has_signed_is_issued_anew():
    old = issue_certificate(prepared())
    assert run("--reissue")[0].startswith("0 new editions")
    run("--compromised", "document/key-1", "--reason", "stolen")
    kept = issue_certificate(prepared(awarded(holder=PersonFactory())))
    assert run("--reissue")[0].startswith("1 new editions")
    new = Certificate.objects.get(edition=2)
    assert (new.credential, new.facts, new.status) == (old.credential, old.facts, "intent")
    assert document_check(issue_certificate(new).read()).key == "document/key-2"
    assert run("--reissue")[0].startswith("0 new editions")
    kept.refresh_from_db()
    assert kept.status == "issued"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--compromised", "document/key-9", "--reason", "x"], "no key document/key-9"),
        (["--compromised", "ledger/key-1", "--reason", "x"], "Name the key"),
        (["--compromised", "badge/key-1"], "say why"),
        (["--import", "/nowhere.p12"], "nowhere.p12"),
    ],
    ids=["unknown", "kind", "reason", "file"],
)
def test_what_can_not_be_done_is_said_and_not_recorded(words, said, monkeypatch):
    monkeypatch.setenv("CREDENTIALING_PKCS12_PASSPHRASE", "")
    with pytest.raises(CommandError, match=said):
        run(*words)
    assert recorded() == []


def test_key_comes_from_a_file_with_its_passphrase(monkeypatch, tmp_path):
    root = authority.made_root("Authority from elsewhere", timezone.now())
    private = authority.made_leaf("S", root, timezone.now())
    file = tmp_path / "key.p12"
    file.write_bytes(bundle(private, authority.certificates_of(root), b"words"))
    monkeypatch.setattr("getpass.getpass", lambda prompt: "wrong")
    with pytest.raises(CommandError, match="can't be opened"):
        run("--import", str(file))
    monkeypatch.setenv("CREDENTIALING_PKCS12_PASSPHRASE", "words")
    assert "document/key-1 in force" in run("--import", str(file))
    assert keys.document_signer().leaf == authority.certificates_of(private)[0]
    assert recorded() == [("begun", "document/key-1")]


def test_key_in_hardware_signs_from_now_on_and_the_ledger_says_where_it_came_from(token, tmp_path):
    softhsm.make_key("worked by command")
    run()
    address = "pkcs11:token=abs;object=worked%20by%20command"
    assert "document/key-2 in force" in run("--token", address)
    assert recorded() == [("begun", "document/key-2")]
    assert AuditEvent.objects.get().details["source"] == "PKCS #11"

    root = authority.made_root("Authority from elsewhere", timezone.now())
    chain = tmp_path / "chain.pem"
    chain.write_bytes(authority.issued_leaf("S", root, keys.document_signer().leaf.public_key(), timezone.now()))
    assert "document/key-3 in force" in run("--token", address, "--chain", str(chain))
    assert len(keys.trusted_roots()) == 2

    with pytest.raises(CommandError, match="Make another key in the token"):
        run("--rotate", "document")
    with pytest.raises(CommandError, match="Write the address"):
        run("--token", "documents")
    assert len(recorded()) == 2
