"""The ledger's own key: signs the heads of the tree, so that others can hold the society to what it has shown.

Ed25519 keys lie in files (`LEDGER_KEYS_DIR`, mode 0600) and never in the database. The first start makes one. A key
that was replaced leaves its public half behind, so that old signatures can be checked for ever.
"""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.hazmat.primitives.serialization import load_pem_private_key as load_pem
from django.conf import settings

PRIVATE = "ledger.pem"
ED25519 = b"\x01"  # the algorithm's byte in C2SP signed-note
SIGNATURE = re.compile(r"— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+={0,2})")


class NoteInvalid(ValueError):
    """The text is no note, or nobody we know has signed it."""


class SigningKeyMissing(Exception):
    """The private key is gone although something was signed with it: it is not made anew in silence."""


@dataclass(frozen=True, kw_only=True)
class VerifierKey:
    """The public half of a key with the name under which it signs (C2SP signed-note)."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read a key as it is published: name, id and key, joined by plus signs.

        Raises:
            NoteInvalid: it is no such key, or its id belongs to another.
        """
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        key = cls(name=name, public=_decoded(encoded)[1:])
        if not name or _decoded(encoded)[:1] != ED25519 or len(key.public) != 32 or key.key_id.hex() != key_id:  # noqa: PLR2004 - Ed25519
            msg = "This is no verifier key."
            raise NoteInvalid(msg)
        return key


def sign_note(text: str) -> str:
    """The text (which ends with a line break) as a note signed by the ledger's key (C2SP signed-note).

    Raises:
        SigningKeyMissing: the key is gone.
    """
    private = _private_key()
    key = _published(private)
    signature = base64.b64encode(key.key_id + private.sign(text.encode())).decode()
    return f"{text}\n— {key.name} {signature}\n"


def open_note(note: str, keys: Mapping[bytes, VerifierKey] | None = None) -> str:
    """The text of a note that one of these keys (the ledger's own, present and former) has signed.

    Signatures of others are passed over, as the format wants it.

    Raises:
        NoteInvalid: it is no note, or none of the keys has signed it.
    """
    known = known_keys() if keys is None else keys
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        msg = "This is no signed note: the empty line before the signatures is missing."
        raise NoteInvalid(msg)
    text += "\n"
    for line in signatures.splitlines():
        found = SIGNATURE.fullmatch(line)
        if found is None:
            msg = "This is no signed note: a line after the empty one is no signature."
            raise NoteInvalid(msg)
        signature = _decoded(found["signature"])
        key = known.get(signature[:4])
        if key is None or key.name != found["name"]:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
        except InvalidSignature:
            msg = "The signature doesn't belong to this text: one of them has been changed."
            raise NoteInvalid(msg) from None
        return text
    msg = "None of the ledger's keys has signed this."
    raise NoteInvalid(msg)


def verifier_key() -> VerifierKey:
    """The public half of the key that signs now.

    Raises:
        SigningKeyMissing: the key is gone.
    """
    return _published(_private_key())


def known_keys() -> dict[bytes, VerifierKey]:
    """Every key that has ever signed for the ledger, by its id."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(_folder().glob("*.pub"))]
    return {key.key_id: key for key in map(VerifierKey.parse, texts)}


def rotate_key() -> VerifierKey:
    """Sign with a new key from now on; the public half of the old one stays."""
    (_folder() / PRIVATE).unlink(missing_ok=True)
    return _published(_new_key())


def _private_key() -> Ed25519PrivateKey:
    path = _folder() / PRIVATE
    try:
        pem = path.read_bytes()
    except FileNotFoundError:
        if any(_folder().glob("*.pub")):
            msg = f"{path} is missing. Restore its backup, or begin a new key with “manage.py ledger_key --rotate”."
            raise SigningKeyMissing(msg) from None
        return _new_key()
    key = load_pem(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        msg = f"{path} holds no Ed25519 key."
        raise SigningKeyMissing(msg)
    return key


def _new_key() -> Ed25519PrivateKey:
    """Make a key; of two processes that start together one makes it and the other takes that one."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    mine = folder / f".{PRIVATE}.{os.getpid()}"
    handle = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(mine, folder / PRIVATE)  # fails where a key stands already, unlike a rename
    except FileExistsError:
        return _private_key()
    finally:
        mine.unlink()
    return private


def _published(private: Ed25519PrivateKey) -> VerifierKey:
    """The public half under the name in force, kept in a file of its own from its first use on."""
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = VerifierKey(name=settings.LEDGER_ORIGIN, public=public)
    kept = _folder() / f"{key.key_id.hex()}.pub"
    if not kept.exists():
        kept.write_text(f"{key}\n", encoding="utf-8")
    return key


def _folder() -> Path:
    return Path(settings.LEDGER_KEYS_DIR)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        msg = "This is no base64."
        raise NoteInvalid(msg) from None
