"""The keys that sign badges (Ed25519)."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

from certificates.keys.folders import KeyFolder, KeyMissing
from certificates.keys.tokens import address_in, public_below, signed_in_token


@dataclass(frozen=True, kw_only=True)
class BadgeKey:
    """A public key: its id (never given again), its 32 bytes, and whether it is believed no longer."""

    id: str
    public: bytes
    compromised: bool = False


def badge_folder() -> KeyFolder:
    """Where the keys of badges lie."""
    folder = Path(settings.CERTIFICATES_KEYS_DIR) / "badge"
    return KeyFolder(kind="badge", folder=folder, make=_made, public_of=_public_of)


def badge_keys() -> list[BadgeKey]:
    """Every key that has ever signed badges, the one in force first; the first call makes one.

    Badges stay verifiable where the private half is gone, as on a machine onto which a backup was put back.
    """
    folder = badge_folder()
    with suppress(KeyMissing):
        folder.current()
    return [
        BadgeKey(id=key, public=_raw(public), compromised=folder.compromise_of(key) is not None)
        for key, public in folder.public().items()
    ]


def sign_with_badge_key(data: bytes) -> bytes:
    """The Ed25519 signature (64 bytes) of the key in force, `badge_keys()[0]`.

    Raises:
        KeyMissing: the key in force is gone, or its token does not sign.
    """
    _, private = badge_folder().current()
    address = address_in(private)
    return signed_in_token(address, data) if address else _loaded(private).sign(data)


def _made() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: Ed25519PublicKey) -> bytes:
    """A public key as it is laid down."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _public_of(private: bytes) -> bytes:
    return public_below(private) if address_in(private) else public_pem(_loaded(private).public_key())


def _loaded(private: bytes) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(private, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as damage:
        raise ValueError(str(damage)) from damage
    if not isinstance(key, Ed25519PrivateKey):
        msg = "it is no Ed25519 key"
        raise ValueError(msg)  # noqa: TRY004 - the content of a file is wrong, not a type of ours
    return key


def _raw(public: bytes) -> bytes:
    key = load_pem_public_key(public)
    assert isinstance(key, Ed25519PublicKey)  # noqa: S101 - written by `_public_of`
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
