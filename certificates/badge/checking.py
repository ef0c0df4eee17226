"""Whether a credential was signed by us and says only what was signed; whether it still counts is another question."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from certificates.badge.bundled import CREDENTIALS
from certificates.badge.integrity import KeyOf, Proof, ProofRefused, check_proof

LONGEST = 200_000


class NotACredential(ValueError):
    """The text is no credential in JSON."""


IN_WORDS = {
    "id": "address of the badge",
    "name": "title of the badge",
    "credentialSubject / name": "name of the holder",
    "credentialSubject / identifier / identityHash": "name of the holder",
    "credentialSubject / licenseNumber": "number",
    "credentialSubject / achievement / name": "credential",
    "credentialSubject / achievement / version": "version of the requirements",
    "issuer / id": "identifier of the society",
    "issuer / name": "name of the society",
    "validFrom": "first day",
    "validUntil": "last day",
    "awardedDate": "day of the award",
    "proof / proofValue": "signature",
    "proof / verificationMethod": "key of the signature",
    "credentialStatus": "reference to the status list",
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A part of a credential that says something else than what was issued."""

    path: str
    issued: str
    found: str

    @property
    def part(self) -> str:
        """The part in words where there are some."""
        return IN_WORDS.get(self.path, self.path)


def read_credential(content: bytes) -> dict[str, Any]:
    """The credential in a text, if it can be read in one way only.

    Raises:
        NotACredential: it is too long, no JSON, names a field twice, or is no credential.
    """
    if len(content) > LONGEST:
        msg = "This is too long for a credential."
        raise NotACredential(msg)
    try:
        read = json.loads(_decoded(content), object_pairs_hook=_once, parse_constant=_refuse)
        json.dumps(read, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        msg = "This is no text that can be read as a credential."
        raise NotACredential(msg) from None
    contexts = read.get("@context") if isinstance(read, dict) else None
    if not isinstance(contexts, list) or contexts[:1] != [CREDENTIALS] or not isinstance(read.get("id", ""), str):
        msg = "This is no credential."
        raise NotACredential(msg)
    credential: dict[str, Any] = read
    return credential


def _decoded(content: bytes) -> str:
    """The text; some programs save it with two bytes for each letter (UTF-16, told by its mark)."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if wide else "utf-8-sig")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are each used once: of two values readers would take different ones."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refuse(_constant: str) -> Any:
    raise ValueError


def check_badge(credential: Mapping[str, Any], *, key_of: KeyOf | None = None) -> Proof:
    """The signature of a badge, if it holds and belongs to the one who is named as its issuer.

    Without `key_of`, which tells the public key of a method, our own keys are asked.

    Raises:
        MethodUnknown: it is signed by somebody else.
        ProofRefused: the signature doesn't hold, or the issuer is not the one who signed.
    """
    if key_of is None:
        from certificates.badge.issuer import public_key_of  # noqa: PLC0415 - children know no settings

        key_of = public_key_of
    proof = check_proof(credential, key_of)
    named = credential.get("issuer")
    did = named.get("id") if isinstance(named, Mapping) else named
    if did != proof.method.partition("#")[0]:
        msg = "It names somebody else as its issuer than the one who signed it."
        raise ProofRefused(msg)
    return proof


def differences(issued: Any, found: Any, path: str = "") -> Iterator[Difference]:
    """Every part in which two credentials differ, as people would point to it."""
    if isinstance(issued, Mapping) and isinstance(found, Mapping):
        for name in [*issued, *(name for name in found if name not in issued)]:
            inner = f"{path} / {_shown(name)}" if path else _shown(name)
            if name not in found or name not in issued:
                yield Difference(path=inner, issued=_shown(issued.get(name)), found=_shown(found.get(name)))
            else:
                yield from differences(issued[name], found[name], inner)
    elif isinstance(issued, list) and isinstance(found, list) and len(issued) == len(found):
        for one, other in zip(issued, found, strict=True):
            yield from differences(one, other, path)
    elif type(issued) is not type(found) or issued != found:
        yield Difference(path=path, issued=_shown(issued), found=_shown(found))


def _shown(value: Any) -> str:
    """A value as the page shows it: short, and nothing where there is none."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:119]}…"  # noqa: PLR2004 - a line or two
