"""Bytes as text that says in which way it is written (multibase), and keys that say of which kind they are."""

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # base58 as Bitcoin writes it
ED25519_PUBLIC = b"\xed\x01"
LONGEST = 200  # a signature has 88 characters, a key 48


class NotWellWritten(ValueError):
    """The text is not multibase, or not of the kind that is expected."""


def to_base58(data: bytes) -> str:
    """Bytes as multibase base58-btc: a `z` and the digits."""
    zeros = len(data) - len(data.lstrip(b"\0"))
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        digits = ALPHABET[rest] + digits
    return "z" + "1" * zeros + digits


def from_base58(text: str) -> bytes:
    """The bytes of a multibase base58-btc text.

    Raises:
        NotWellWritten: it is something else.
    """
    if not text.startswith("z") or len(text) > LONGEST or any(digit not in ALPHABET for digit in text[1:]):
        msg = "This is not written in base58."
        raise NotWellWritten(msg)
    digits = text[1:]
    zeros = len(digits) - len(digits.lstrip("1"))
    number = 0
    for digit in digits:
        number = number * 58 + ALPHABET.index(digit)
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def to_multikey(public: bytes) -> str:
    """An Ed25519 public key (32 bytes) as `publicKeyMultibase`."""
    return to_base58(ED25519_PUBLIC + public)


def from_multikey(text: str) -> bytes:
    """The 32 bytes of an Ed25519 public key.

    Raises:
        NotWellWritten: it is no such key.
    """
    data = from_base58(text)
    if not data.startswith(ED25519_PUBLIC) or len(data) != len(ED25519_PUBLIC) + 32:
        msg = "This is no Ed25519 key."
        raise NotWellWritten(msg)
    return data.removeprefix(ED25519_PUBLIC)
