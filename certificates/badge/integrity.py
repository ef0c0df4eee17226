"""Signing and checking a credential: Data Integrity with the suite eddsa-rdfc-2022 (W3C VC-DI-EDDSA)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certificates.badge.graph import MeaningUnclear, canonical_statements
from certificates.badge.multibase import NotWellWritten, from_base58, to_base58

TYPE, SUITE, PURPOSE = "DataIntegrityProof", "eddsa-rdfc-2022", "assertionMethod"
FIELDS = frozenset({"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"})

type Sign = Callable[[bytes], bytes]
type KeyOf = Callable[[str], bytes | None]  # the public key of a verification method; None where nobody knows it


class ProofRefused(ValueError):
    """The signature doesn't hold; says why."""


class MethodUnknown(ProofRefused):
    """The key that is named is none that we know."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A signature that holds: by which key, and when it says it was made."""

    method: str
    created: str


def signed(document: Mapping[str, Any], *, sign: Sign, method: str, created: datetime) -> dict[str, Any]:
    """The document with a proof. `proof` is a list of one: the schema of Open Badges 3.0 takes nothing else.

    Raises:
        MeaningUnclear: the document holds something that the signature would not cover.
    """
    proof = {
        "type": TYPE,
        "cryptosuite": SUITE,
        "created": instant(created),
        "verificationMethod": method,
        "proofPurpose": PURPOSE,
    }
    value = to_base58(sign(_data_to_sign(document, proof)))
    return {**document, "proof": [{**proof, "proofValue": value}]}


def check_proof(document: Mapping[str, Any], key_of: KeyOf) -> Proof:
    """The one signature of a document, if it holds.

    A document with several is refused: which of them is meant would be the reader's guess.

    Raises:
        MethodUnknown: `key_of` knows no key of that name.
        ProofRefused: it doesn't hold, or the document holds something that it doesn't cover.
    """
    proof = _only_proof(document)
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    configured = {name: value for name, value in proof.items() if name != "proofValue"}
    public = key_of(proof["verificationMethod"])
    if public is None:
        named = proof["verificationMethod"][:120]
        msg = f"It is signed with a key that is none of ours, or is believed no longer: {named}"
        raise MethodUnknown(msg)
    try:
        data = _data_to_sign(unsigned, configured)
        Ed25519PublicKey.from_public_bytes(public).verify(from_base58(proof["proofValue"]), data)
    except (MeaningUnclear, NotWellWritten) as error:
        raise ProofRefused(str(error)) from error
    except InvalidSignature:
        msg = "The signature doesn't belong to what stands here: something has been changed."
        raise ProofRefused(msg) from None
    return Proof(method=proof["verificationMethod"], created=proof.get("created", ""))


def _only_proof(document: Mapping[str, Any]) -> dict[str, str]:
    proofs = document.get("proof")
    proofs = proofs if isinstance(proofs, list) else [proofs]
    if len(proofs) != 1 or not isinstance(proofs[0], dict):
        msg = "It must carry one signature, and carries none or several."
        raise ProofRefused(msg)
    proof = proofs[0]
    if not proof.keys() <= FIELDS or not all(isinstance(value, str) for value in proof.values()):
        msg = "The signature carries something that no signature of this kind has."
        raise ProofRefused(msg)
    right = proof.get("type") == TYPE and proof.get("cryptosuite") == SUITE and proof.get("proofPurpose") == PURPOSE
    if not right or "verificationMethod" not in proof or "proofValue" not in proof:
        msg = f"It is not signed in the way of {SUITE}."
        raise ProofRefused(msg)
    return proof


def _data_to_sign(document: Mapping[str, Any], proof: Mapping[str, str]) -> bytes:
    """The digest of the proof's own terms and that of the document, in this order (VC-DI-EDDSA 3.2.4)."""
    configuration = canonical_statements({"@context": document.get("@context"), **proof})
    statements = canonical_statements(document)
    return hashlib.sha256(configuration.encode()).digest() + hashlib.sha256(statements.encode()).digest()


def instant(moment: datetime) -> str:
    """An instant as credentials write it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
