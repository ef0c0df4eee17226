"""Proofs as the data model allows them in general; our own badges are held to much less (`certificates.badge`).

The statements, the digests and the signature are those of `certificates.badge.integrity`. What is added: presentations
(`authentication`, with challenge and domain), several proofs, and proofs that name the one before them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from certificates.badge.graph import MeaningUnclear
from certificates.badge.integrity import SUITE, TYPE, _data_to_sign
from certificates.badge.issuer import key_in_its_name, public_key_of
from certificates.badge.multibase import NotWellWritten, from_base58

INSTANT = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def faults_of_proofs(document: Mapping[str, Any], purpose: str) -> Iterator[str]:
    """What is wrong with the signatures of a document; there must be one at least, and each must hold."""
    found = document.get("proof")
    proofs = found if isinstance(found, list) else [found]
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    known = {proof.get("id") for proof in proofs if isinstance(proof, Mapping)}
    if not proofs:
        yield "it carries no signature"
    for proof in proofs:
        if not isinstance(proof, Mapping):
            yield "it carries no signature"
            continue
        before = proof.get("previousProof", [])
        earlier = before if isinstance(before, list) else [before]
        if not set(earlier) <= known:
            yield "a signature names one before it that is not there"
        chained = [one for one in proofs if isinstance(one, Mapping) and one.get("id") in earlier]
        yield from _faults(unsigned | ({"proof": chained} if chained else {}), proof, purpose)


def _faults(unsigned: Mapping[str, Any], proof: Mapping[str, Any], purpose: str) -> Iterator[str]:
    right = (proof.get("type"), proof.get("cryptosuite"), proof.get("proofPurpose")) == (TYPE, SUITE, purpose)
    texts = [proof.get(name) for name in ("verificationMethod", "proofValue")]
    if not right or not all(isinstance(text, str) for text in texts):
        yield f"it is not signed in the way of {SUITE}, or for another purpose"
        return
    for name in ("created", "expires"):
        if name in proof and not (isinstance(proof[name], str) and INSTANT.fullmatch(proof[name])):
            yield f"{name} must be an instant"
            return
    method, value = map(str, texts)
    public = public_key_of(method) or key_in_its_name(method)
    configured = {name: part for name, part in proof.items() if name != "proofValue"}
    try:
        if public is None:
            yield "it is signed with a key that nobody can look up"
            return
        Ed25519PublicKey.from_public_bytes(public).verify(from_base58(value), _data_to_sign(unsigned, configured))
    except (MeaningUnclear, NotWellWritten) as refusal:
        yield str(refusal)
    except InvalidSignature:
        yield "the signature doesn't belong to what stands here"
