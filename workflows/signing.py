"""The ledger's own key: signs the heads of the tree, so that others can hold the society to what it has shown.

Ed25519 keys lie in files (`LEDGER_KEYS_DIR`, mode 0600) and never in the database. The first start makes one. A key
that was replaced leaves its public half behind, so that old signatures can be checked for ever.
"""

import base64
import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.hazmat.primitives.serialization import load_pem_private_key as load_pem
from django.conf import settings

from workflows.durable import lay_down, sync_folder, write_aside

logger = logging.getLogger(__name__)

PRIVATE = "ledger.pem"
MOST_SIGNATURES = 100  # as Go's own reader of notes
NAME = re.compile(r"[^\s+]+")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")
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
        data = _decoded(encoded)
        key = cls(name=name, public=data[1:])
        whole = data[:1] == ED25519 and len(key.public) == 32  # noqa: PLR2004 - Ed25519
        if not (whole and NAME.fullmatch(name) and key.key_id.hex() == key_id):
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

    Signatures of others are passed over; of each of our keys the first one counts, and a wrong one spoils the note.

    Raises:
        NoteInvalid: it is no note, or none of the keys has signed it.
    """
    known = known_keys() if keys is None else keys
    text, signatures = _parts(note)
    seen: set[bytes] = set()
    for name, signature in signatures:
        key = known.get(signature[:4])
        if key is None or key.name != name or key.key_id in seen:
            continue
        seen.add(key.key_id)
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], text.encode())
        except InvalidSignature:
            msg = "The signature doesn't belong to this text: one of them has been changed."
            raise NoteInvalid(msg) from None
    if not seen:
        msg = "None of the ledger's keys has signed this."
        raise NoteInvalid(msg)
    return text


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a note, and who has signed it in which way."""
    if CONTROL.search(note):
        msg = "This is no signed note: it holds characters that no note may hold."
        raise NoteInvalid(msg)
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        msg = "This is no signed note: the empty line before the signatures is missing."
        raise NoteInvalid(msg)
    lines = [SIGNATURE.fullmatch(line) for line in signatures[:-1].split("\n")]
    if None in lines or len(lines) > MOST_SIGNATURES:
        msg = "This is no signed note: a line after the empty one is no signature."
        raise NoteInvalid(msg)
    return f"{text}\n", [(line["name"], _decoded(line["signature"])) for line in lines if line]


def verifier_key() -> VerifierKey:
    """The public half of the key that signs now.

    Raises:
        SigningKeyMissing: the key is gone.
    """
    return _published(_private_key())


def known_keys() -> dict[bytes, VerifierKey]:
    """Every key that has ever signed for the ledger, by its id; a damaged file is passed over and told in the log."""
    keys = {}
    for path in _public_halves():
        try:
            key = VerifierKey.parse(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            logger.error("%s can't be used as a key of the ledger: %s", path, error)  # noqa: TRY400 - the reason says it
        else:
            keys[key.key_id] = key
    return keys


def rotate_key() -> VerifierKey:
    """Sign with a new key from now on; the public half of the old one stays."""
    try:
        _published(_read())
    except (FileNotFoundError, SigningKeyMissing):
        logger.info("There is no old key to keep the public half of.")
    folder = _made_folder()
    mine = write_aside(folder, _pem(Ed25519PrivateKey.generate()))
    mine.replace(folder / PRIVATE)
    sync_folder(folder)
    return _published(_read())


def _private_key() -> Ed25519PrivateKey:
    known = _public_halves()  # looked for first: whoever makes the first key lays down the private half first
    try:
        return _read()
    except FileNotFoundError:
        if known:
            msg = f"{_private()} is missing. Restore its backup, or begin a new key: manage.py ledger_key --rotate."
            raise SigningKeyMissing(msg) from None
        return _first_key()


def _read() -> Ed25519PrivateKey:
    try:
        key = load_pem(_private().read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        msg = f"{_private()} holds no Ed25519 key. Restore its backup."
        raise SigningKeyMissing(msg)
    return key


def _first_key() -> Ed25519PrivateKey:
    """Make a key; of several that start together one makes it, and the others take that one."""
    lay_down(_made_folder() / PRIVATE, _pem(Ed25519PrivateKey.generate()))
    return _read()


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _published(private: Ed25519PrivateKey) -> VerifierKey:
    """The public half under the name in force, kept in a file of its own from its first use on."""
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key = VerifierKey(name=settings.LEDGER_ORIGIN, public=public)
    kept = _folder() / f"{key.key_id.hex()}.pub"
    if not kept.exists():
        write_aside(_folder(), f"{key}\n".encode()).replace(kept)
        sync_folder(_folder())
    return key


def _public_halves() -> list[Path]:
    return sorted(_folder().glob("[!.]*.pub"))


def _private() -> Path:
    return _folder() / PRIVATE


def _made_folder() -> Path:
    _folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    return _folder()


def _folder() -> Path:
    return Path(settings.LEDGER_KEYS_DIR)


def _decoded(text: str) -> bytes:
    """The bytes; what is not written as it would be written again is refused, so that there is one way to write it."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if not data or base64.b64encode(data).decode() != text:
        msg = "This is no base64."
        raise NoteInvalid(msg)
    return data
