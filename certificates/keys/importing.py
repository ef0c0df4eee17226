"""Keys from elsewhere: a PKCS #12 file of an authority whose root PDF readers know, or a key in hardware."""

import os

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.utils import timezone

from certificates.keys.authority import private_pem
from certificates.keys.badge import badge_folder, public_pem
from certificates.keys.document import as_pem, document_folder, leaf_for
from certificates.keys.tokens import PublicKey, TokenAddress, public_key_in_token, signed_in_token


class KeyRefused(ValueError):
    """The file can't serve for signing; the message says why."""


def import_pkcs12(content: bytes, passphrase: bytes | None) -> str:
    """Sign documents with the key of a PKCS #12 file from now on; answers its id. Older documents stay verifiable.

    Raises:
        KeyRefused: it can't be opened, or its key or certificates can't sign documents.
        ValueError: its certificate belongs to another key.
    """
    try:
        bundle = load_pkcs12(content, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as refusal:
        msg = f"The file can't be opened as PKCS #12: {refusal}"
        raise KeyRefused(msg) from refusal
    if not isinstance(bundle.key, EllipticCurvePrivateKey) or bundle.cert is None:
        msg = "The file must hold an elliptic-curve private key with its certificate."
        raise KeyRefused(msg)
    leaf = bundle.cert.certificate
    chain = _chain(leaf, [held.certificate for held in bundle.additional_certs])
    return document_folder().rotate(private_pem(bundle.key) + as_pem(chain))


def import_from_token(address: TokenAddress, chain: bytes | None = None) -> tuple[str, str]:
    """Sign with a key in a token from now on; answers the kind of key and its id, such as `document`, `key-2`.

    An Ed25519 key signs badges. An elliptic-curve key signs documents; its certificate with those above it is given
    (`chain`, PEM), or the society's root issues one. Only an address and what is public is written into the folder.

    Raises:
        KeyRefused: the key is of another kind, its certificates can't sign documents, or it does not sign.
        KeyMissing: the token is not there or lets nobody in, or the root that would issue a certificate is gone.
    """
    where = f"{address}\n".encode()
    try:
        key = public_key_in_token(address)
    except ValueError as refusal:
        raise KeyRefused(str(refusal)) from refusal
    _prove(address, key)
    if isinstance(key, Ed25519PublicKey):
        return "badge", badge_folder().rotate(where + public_pem(key))
    certificates = leaf_for(key) if chain is None else as_pem(_chain_for(key, chain))
    return "document", document_folder().rotate(where + certificates)


def _prove(address: TokenAddress, key: PublicKey) -> None:
    """Let the key in the token sign something: what is published belongs to it then."""
    text = os.urandom(32)
    signature = signed_in_token(address, text)
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(signature, text)
        else:
            key.verify(signature, text, ECDSA(SHA256()))
    except InvalidSignature as refusal:
        msg = f"The public half beside {address} belongs to another key."
        raise KeyRefused(msg) from refusal


def _chain_for(key: EllipticCurvePublicKey, chain: bytes) -> list[Certificate]:
    try:
        given = load_pem_x509_certificates(chain)
    except ValueError as refusal:
        msg = f"The certificates can't be read as PEM: {refusal}"
        raise KeyRefused(msg) from refusal
    own = next((one for one in given if one.public_key() == key), None)
    if own is None:
        msg = "None of these certificates belongs to the key in the token."
        raise KeyRefused(msg)
    return _chain(own, given)


def _chain(leaf: Certificate, others: list[Certificate]) -> list[Certificate]:
    """The leaf and what stands above it, in order, up to the root.

    Raises:
        KeyRefused: the leaf is not valid now, or a link is missing, so that nobody could tell whom the signature comes
            from.
    """
    if not leaf.not_valid_before_utc <= timezone.now() < leaf.not_valid_after_utc:
        msg = f"The certificate is valid from {leaf.not_valid_before_utc:%F} to {leaf.not_valid_after_utc:%F} only."
        raise KeyRefused(msg)
    chain = [leaf]
    while chain[-1].issuer != chain[-1].subject:
        above = next((other for other in others if other not in chain and _issued(other, chain[-1])), None)
        if above is None:
            name = chain[-1].issuer.rfc4514_string()
            msg = f"The file lacks the certificate of {name}. Export it with the whole chain."
            raise KeyRefused(msg)
        chain.append(above)
    return chain


def _issued(above: Certificate, below: Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
    except Exception:  # noqa: BLE001 - a certificate of any other make did not issue it
        return False
    return True
