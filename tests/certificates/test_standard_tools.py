"""The program that docs/verifying.md prints does what it says, with Python's own library and OpenSSL."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from certificates.models import Certificate
from tests.certificates.badges import issued
from tests.factories import PersonFactory
from workflows.checkpoints import make_checkpoint
from workflows.services import perform
from workflows.signing import rotate_key

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl"),
]
PAGE = Path(django_settings.BASE_DIR) / "docs" / "verifying.md"


@pytest.fixture
def folder(client, tmp_path):
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "check.py").write_text(program)
    others = [issued() for _ in range(4)]
    certificate = others[1]
    make_checkpoint()
    (tmp_path / "certificate.pdf").write_bytes(certificate.read())
    (tmp_path / "proof.json").write_bytes(client.get(f"/proofs/{certificate.sha256}").content)
    (tmp_path / "keys.txt").write_bytes(client.get("/transparency/keys").content)
    return tmp_path


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "check.py", "certificate.pdf", "proof.json", "keys.txt"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_genuine_file_is_proved(folder):
    done = check(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Standing: active" in done.stdout


def test_standing_of_the_moment_is_told(client, folder):
    proof = json.loads((folder / "proof.json").read_text())
    certificate = Certificate.objects.get(uuid=proof["certificate"])
    perform(certificate.credential, "revoke", actor=PersonFactory(offices=["council"]), reason="x")
    (folder / "proof.json").write_bytes(client.get(f"/proofs/{certificate.sha256}").content)
    assert "Standing: revoked" in check(folder).stdout


def spoil_file(folder):
    with (folder / "certificate.pdf").open("ab") as file:
        file.write(b"x")


def spoil_key(folder):
    """Every key that is published: those that were turned are still in the file."""
    keys = (folder / "keys.txt").read_text().split()
    spoiled = [key[:-6] + ("AAAAA=" if key.endswith("=") else "AAAAAA") for key in keys]
    (folder / "keys.txt").write_text("\n".join(spoiled) + "\n")


def spoil(folder, change):
    proof = json.loads((folder / "proof.json").read_text())
    change(proof)
    (folder / "proof.json").write_text(json.dumps(proof))


def spoil_path(folder):
    spoil(folder, lambda proof: proof["issued"]["audit_path"].pop())


def spoil_entry(folder):
    spoil(folder, lambda proof: proof["issued"].update(entry=proof["issued"]["entry"].replace("2026", "2020")))


def spoil_standing(folder):
    spoil(folder, lambda proof: proof.update(standing=proof["standing"].replace("active", "resigned")))


def exchange_notes(folder):
    spoil(folder, lambda proof: proof.update(standing=proof["issued"]["checkpoint"]))


CHANGES = (spoil_file, spoil_key, spoil_path, spoil_entry, spoil_standing, exchange_notes)


@pytest.mark.parametrize("change", CHANGES, ids=lambda one: one.__name__)
def test_nothing_else_is(folder, change):
    change(folder)
    done = check(folder)
    assert done.returncode != 0
    assert done.stdout == ""


def test_proof_holds_after_the_ledgers_key_was_replaced(client, folder, settings, tmp_path):
    settings.LEDGER_KEYS_DIR = str(tmp_path / "ledger-keys")
    certificate = issued()
    make_checkpoint()
    rotate_key()
    (folder / "certificate.pdf").write_bytes(certificate.read())
    (folder / "proof.json").write_bytes(client.get(f"/proofs/{certificate.sha256}").content)
    (folder / "keys.txt").write_bytes(client.get("/transparency/keys").content)
    assert "Standing: active" in check(folder).stdout
