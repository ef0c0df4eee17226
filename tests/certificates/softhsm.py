"""A token of SoftHSM for tests: real PKCS #11, in files."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from certificates.keys import tokens

LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)
TOKEN, PIN = "abs", "1234"
ED25519 = bytes.fromhex("130c656477617264733235353139")  # “edwards25519” as PKCS #11 names curves


def library() -> str:
    """Where SoftHSM is; where it is missing the test is skipped, but not in CI."""
    found = next((path for path in LIBRARIES if Path(path).exists()), "")
    if not found:
        assert not os.environ.get("CI"), "CI must ask: bin/test installs softhsm2"
        pytest.skip("SoftHSM is missing")
    return found


def begin_token(folder: Path) -> None:
    """A token with a PIN; once per process, because the library is loaded once."""
    module = library()
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    words = ["--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "567890", "--module", module]
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)


@pytest.fixture(scope="session")
def one_token(tmp_path_factory):
    """The token of this process."""
    begin_token(tmp_path_factory.mktemp("softhsm"))


@pytest.fixture
def token(one_token, settings, monkeypatch):
    """The settings that name the token, and no PIN refused yet."""
    settings.CERTIFICATES_PKCS11_MODULE, settings.CERTIFICATES_PKCS11_PIN = library(), PIN
    monkeypatch.setattr(tokens, "_refused_pins", set())


@contextmanager
def logged_in() -> Iterator[Any]:
    """What the maker's own tool would do in the token."""
    import pkcs11

    with pkcs11.lib(library()).get_token(token_label=TOKEN).open(rw=True, user_pin=PIN) as session:
        yield session


def make_key(label: str, *, kind: str = "EC", id: bytes = b"", public: bool = True) -> None:  # noqa: A002
    """A key pair that never leaves the token: EC (P-256), Ed25519 or RSA."""
    from pkcs11 import Attribute, KeyType, Mechanism
    from pkcs11.util.ec import encode_named_curve_parameters

    named = {"label": label, "id": id or None, "store": True}
    with logged_in() as session:
        if kind == "RSA":
            pair = session.generate_keypair(KeyType.RSA, 2048, **named)
        elif kind == "Ed25519":
            curve = session.create_domain_parameters(KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: ED25519}, local=True)
            pair = curve.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, **named)
        else:
            oid = encode_named_curve_parameters("secp256r1")
            curve = session.create_domain_parameters(KeyType.EC, {Attribute.EC_PARAMS: oid}, local=True)
            pair = curve.generate_keypair(**named)
        if not public:
            pair[0].destroy()


def relabel_public(label: str, new: str) -> None:
    """Let the public half of one key stand beside another."""
    from pkcs11 import Attribute, ObjectClass

    with logged_in() as session:
        (half,) = session.get_objects({Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.LABEL: label})
        half[Attribute.LABEL] = new
