"""Signing a document: the one place where it meets the society's key."""

import io
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate, load_pem_x509_crl
from django.conf import settings

from certificates.keys import DocumentSigner, TokenAddress, document_signer, revocation_lists, trusted_roots
from certificates.keys.tokens import token_session
from certificates.signing.loops import outside_any_loop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pkcs11 import Session
    from pyhanko.sign.signers import Signer, SimpleSigner

FIELD = "Signature"
REASON = "Issued by the society"
ROOM = 2_048  # bytes of a signature without its certificates; if it were measured first, each would be signed twice


class SealingFailed(Exception):
    """The document could not be signed now, most often because the time-stamp authority does not answer."""


def seal_document(content: bytes, *, society: str) -> bytes:
    """The document with the society's signature over every byte of it; nothing may be changed afterwards.

    PAdES B-B with the key in force; B-T where a time-stamp address is configured, B-LTA where the authority's root is
    known too.

    Raises:
        SealingFailed: no time stamp could be had, or the document can't take a signature.
        KeyMissing: the key is gone, or the token that holds it is not there.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415 - half a second
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - see above
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter  # noqa: PLC0415 - see above
    from pyhanko.sign.general import SigningError  # noqa: PLC0415 - see above
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner  # noqa: PLC0415 - see above
    from pyhanko.sign.timestamps import TimestampRequestError  # noqa: PLC0415 - see above

    who = document_signer()
    stamper, context = _stamping(who)
    about = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
        name=society,
        reason=REASON,
        embed_validation_info=context is not None,
        use_pades_lta=context is not None,
        validation_context=context,
    )
    room = _room(who) if stamper is None else None

    def sign(signer: "Signer") -> Any:
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        return PdfSigner(about, signer, timestamper=stamper).sign_pdf(writer, bytes_reserved=room, in_place=True)

    try:
        with _signer(who) as signer:
            out = outside_any_loop(lambda: sign(signer))
    except (TimestampRequestError, SigningError, PdfError, OSError, ValueError) as failure:
        msg = f"The document could not be signed: {failure}"
        raise SealingFailed(msg) from failure
    return bytes(out.getbuffer())


def _room(who: DocumentSigner) -> int:
    """How many hexadecimal digits the signature takes at most."""
    return 2 * (ROOM + sum(len(one.public_bytes(Encoding.DER)) for one in (who.leaf, *who.above)))


@contextmanager
def _signer(who: DocumentSigner) -> "Iterator[Signer]":
    """What pyHanko signs with; a key in hardware is logged in at only meanwhile."""
    if isinstance(who.key, TokenAddress):
        with token_session(who.key) as session:
            yield _in_token(session, who.key, who)
    else:
        key = who.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        yield _loaded(key, who.leaf, who.above)


def _in_token(session: "Session", address: TokenAddress, who: DocumentSigner) -> "Signer":
    from pyhanko.sign.pkcs11 import PKCS11Signer  # noqa: PLC0415 - an extra

    own, *others = _forms(who.leaf, who.above)
    return PKCS11Signer(
        session,
        signing_cert=own,
        ca_chain=others,
        key_label=address.object or None,
        key_id=address.id or None,
        use_raw_mechanism=True,  # every token knows it; not each can hash
    )


@lru_cache(maxsize=2)
def _loaded(key: bytes, leaf: Certificate, above: tuple[Certificate, ...]) -> "SimpleSigner":
    """PyHanko's own form of the key, kept: reading it takes longer than signing with it."""
    from asn1crypto.keys import PrivateKeyInfo  # noqa: PLC0415 - with pyHanko
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 - half a second
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415 - with pyHanko

    own, *others = _forms(leaf, above)
    return SimpleSigner(
        signing_cert=own,
        signing_key=PrivateKeyInfo.load(key),
        cert_registry=SimpleCertificateStore.from_certs(others),
    )


def _forms(leaf: Certificate, above: tuple[Certificate, ...]) -> list[Any]:
    """Certificates in pyHanko's own form."""
    from asn1crypto.x509 import Certificate as Form  # noqa: PLC0415 - with pyHanko

    return [Form.load(one.public_bytes(Encoding.DER)) for one in (leaf, *above)]


def _stamping(who: DocumentSigner) -> tuple[Any, Any]:
    """Who stamps the time, and against what its stamp is checked for the long term; None where none is configured."""
    address = settings.CERTIFICATES_TIMESTAMP_URL
    if not address:
        return None, None
    from certificates.signing.stamping import Stamper  # noqa: PLC0415 - with pyHanko

    roots = settings.CERTIFICATES_TIMESTAMP_ROOTS
    if not roots:
        return Stamper(address), None
    from pyhanko.keys import load_certs_from_pemder  # noqa: PLC0415 - with pyHanko
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415 - with pyHanko

    from certificates.signing.examining import asn1  # noqa: PLC0415 - with pyHanko

    context = ValidationContext(
        trust_roots=[*(asn1(root) for root in trusted_roots()), *load_certs_from_pemder([roots])],
        other_certs=[asn1(one) for one in who.above],
        crls=[load_pem_x509_crl(pem).public_bytes(Encoding.DER) for pem in revocation_lists()],
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
    return Stamper(address), context
