"""Keys in hardware, or in any other store that speaks PKCS #11: they sign, and never leave it.

In the place of a private half the folder then holds an address (RFC 7512), such as `pkcs11:token=abs;object=documents`,
and below it what is public. What speaks to tokens comes with the extra `pkcs11`; the library of the token's maker is
named by `CERTIFICATES_PKCS11_MODULE`, never by a file.
"""

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, unquote_to_bytes

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings

from certificates.keys.folders import KeyMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkcs11 import Session

SCHEME = "pkcs11:"
RAW_ED25519 = 32  # bytes
type PublicKey = EllipticCurvePublicKey | Ed25519PublicKey
_one_at_a_time = threading.Lock()  # a process has one login at a token, and a session does one thing at a time
_refused_pins: set[tuple[str, str]] = set()


class TokenUnavailable(KeyMissing):
    """The token is not there, or does not let us in; the message says which."""


@dataclass(frozen=True, kw_only=True)
class TokenAddress:
    """Where a private key is: the token's label, and the key's label, id or both."""

    token: str
    object: str = ""
    id: bytes = b""

    @classmethod
    def parsed(cls, text: str) -> "TokenAddress":
        """From a `pkcs11:` address (RFC 7512, section 2.3).

        Raises:
            ValueError: it is none, names no key, or says more than where a key is (a PIN has no place in it).
        """
        scheme, _, path = text.partition(":")
        parts = dict(part.partition("=")[::2] for part in path.split(";") if part)
        what = unquote(parts.pop("type", "private"))
        parts_known = parts.keys() <= {"token", "object", "id"}
        if scheme != SCHEME[:-1] or "?" in path or not parts_known or what != "private":
            msg = f"Write the address of a private key as {SCHEME}token=LABEL;object=LABEL;id=%01, without a PIN."
            raise ValueError(msg)
        found = cls(
            token=unquote(parts.get("token", "")),
            object=unquote(parts.get("object", "")),
            id=unquote_to_bytes(parts.get("id", "")),
        )
        if not found.token or not (found.object or found.id):
            msg = "Name the token, and the key in it by its label (object) or its id."
            raise ValueError(msg)
        return found

    def __str__(self) -> str:
        named: dict[str, str | bytes] = {"token": self.token, "object": self.object, "id": self.id}
        return SCHEME + ";".join(f"{name}={quote(value, safe='')}" for name, value in named.items() if value)


def address_in(private: bytes) -> TokenAddress | None:
    """Where the key of such a file is, if it isn't in the file itself."""
    first, _, _ = private.partition(b"\n")
    return TokenAddress.parsed(first.decode()) if first.startswith(SCHEME.encode()) else None


def public_below(private: bytes) -> bytes:
    """What stands below the address."""
    return private.partition(b"\n")[2]


@contextmanager
def token_session(address: TokenAddress) -> "Iterator[Session]":
    """A login at the token, for one use.

    A PIN that was refused once is not tried again by this process: a few more tries would lock the token.

    Raises:
        TokenUnavailable: there is no such token, it lets nobody in, or it failed while it was used.
    """
    try:
        import pkcs11  # noqa: PLC0415 - an extra, and few have tokens
    except ImportError as absence:
        msg = f"{address} is in a token: install the extra pkcs11 (pip install 'credentialing[pkcs11]')."
        raise TokenUnavailable(msg) from absence
    module, pin = settings.CERTIFICATES_PKCS11_MODULE, settings.CERTIFICATES_PKCS11_PIN
    if not module:
        msg = f"{address} is in a token: name the library of its maker (CREDENTIALING_PKCS11_MODULE)."
        raise TokenUnavailable(msg)
    with _one_at_a_time:
        if (address.token, pin) in _refused_pins:
            msg = f"The token {address.token} refused the PIN. It is tried again once the service has been restarted."
            raise TokenUnavailable(msg)
        try:
            with pkcs11.lib(module).get_token(token_label=address.token).open(user_pin=pin or None) as session:
                yield session
        except pkcs11.NoSuchToken as trouble:
            msg = f"The token {address.token} is not there."
            raise TokenUnavailable(msg) from trouble
        except (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinInvalid, pkcs11.PinLenRange) as trouble:
            _refused_pins.add((address.token, pin))
            msg = f"The token {address.token} refused the PIN (CREDENTIALING_PKCS11_PIN)."
            raise TokenUnavailable(msg) from trouble
        except pkcs11.PKCS11Error as trouble:
            msg = f"The token {address.token} failed: {trouble or type(trouble).__name__}"
            raise TokenUnavailable(msg) from trouble


def signed_in_token(address: TokenAddress, data: bytes) -> bytes:
    """The signature of a key in a token: Ed25519 (64 bytes), or ECDSA over SHA-256 (DER).

    Raises:
        TokenUnavailable: no such token or key, or it does not sign.
    """
    with token_session(address) as session:
        from pkcs11 import KeyType, Mechanism  # noqa: PLC0415 - an extra
        from pkcs11.util.ec import encode_ecdsa_signature  # noqa: PLC0415 - an extra

        key = _private_key(session, address)
        if key.key_type == KeyType.EC_EDWARDS:
            return bytes(key.sign(data, mechanism=Mechanism.EDDSA))
        digest = Hash(SHA256())
        digest.update(data)
        return encode_ecdsa_signature(key.sign(digest.finalize(), mechanism=Mechanism.ECDSA))


def public_key_in_token(address: TokenAddress) -> PublicKey:
    """The public half of a key in a token.

    Raises:
        TokenUnavailable: no such token or key.
        ValueError: the token doesn't hold the public half beside it, or the key is of a kind that we don't use.
    """
    with token_session(address) as session:
        from pkcs11 import Attribute, KeyType, ObjectClass  # noqa: PLC0415 - an extra
        from pkcs11.util.ec import encode_ec_public_key  # noqa: PLC0415 - an extra

        _private_key(session, address)
        found: list[Any] = list(session.get_objects(_wanted(address, ObjectClass.PUBLIC_KEY)))
        if len(found) != 1:
            msg = f"The token {address.token} does not hold the public half of {address}."
            raise ValueError(msg)
        if found[0].key_type == KeyType.EC_EDWARDS:
            return Ed25519PublicKey.from_public_bytes(found[0][Attribute.EC_POINT][-RAW_ED25519:])
        if found[0].key_type != KeyType.EC:
            msg = f"{address} is neither an elliptic-curve key (documents) nor Ed25519 (badges)."
            raise ValueError(msg)
        key = load_der_public_key(encode_ec_public_key(found[0]))
        assert isinstance(key, EllipticCurvePublicKey)  # noqa: S101 - its type was looked at
        return key


def _private_key(session: "Session", address: TokenAddress) -> Any:
    from pkcs11 import ObjectClass  # noqa: PLC0415 - an extra

    found: list[Any] = list(session.get_objects(_wanted(address, ObjectClass.PRIVATE_KEY)))
    if len(found) != 1:
        msg = f"The token {address.token} holds {'several keys' if found else 'no key'} for {address}."
        raise TokenUnavailable(msg)
    return found[0]


def _wanted(address: TokenAddress, kind: Any) -> dict[Any, Any]:
    from pkcs11 import Attribute  # noqa: PLC0415 - an extra

    named = {Attribute.LABEL: address.object, Attribute.ID: address.id}
    return {Attribute.CLASS: kind, **{name: value for name, value in named.items() if value}}
