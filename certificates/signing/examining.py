"""Looking at the signatures of a PDF with pyHanko. Imported by the process that looks, never by a web worker.

The verdict is pyHanko's `bottom_line` together with how much of the file is covered: `intact` alone only says that
the signed bytes are the signed bytes, not who signed them nor what was added.
"""

import base64
import io
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from xml.etree.ElementTree import canonicalize

from asn1crypto import cms
from asn1crypto import x509 as forms
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_crl, load_pem_x509_certificates
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from certificates.signing.findings import ALTERED, FOREIGN, GENUINE, NOT_BELIEVED, DocumentFinding
from certificates.signing.loops import outside_any_loop

NO_SIGNATURE = "It carries no signature: it was not issued like this, or was saved or printed by another program."
OF_OTHERS = "It was signed by somebody else: {}."
UNREADABLE = "It can't be read as a PDF."
CHANGED = "Bytes that the society signed were changed."
SAVED_ANEW = "It was saved anew by another program, so that the signature fits no longer."
ADDED = "Something was added to it after it was signed."
BROKEN = "The signature itself was changed."
INSTANT = re.compile(r' xmp:(ModifyDate|MetadataDate)="[^"<>]*"')  # the time of saving, as pyHanko writes it
UNTRUSTED = "Its signature can't be traced to a root of the society."


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What is believed: the roots, every leaf by its key's id, the list of those revoked, and roots of time stamps."""

    roots: Sequence[Certificate]
    leaves: Sequence[tuple[str, Certificate, bool]]  # id, certificate, whether it is believed no longer
    revoked: tuple[bytes, ...]  # the lists of the society's roots, DER
    others: Sequence[Certificate] = ()  # between leaves and roots
    stamp_roots: Sequence[Certificate] = ()


def trust_of(job: dict[str, Any]) -> Trust:
    """What is believed, from plain JSON (`certificates.signing.checking.trust_as_json`)."""
    return Trust(
        roots=load_pem_x509_certificates(job["roots"].encode()),
        leaves=[(key, load_pem_x509_certificates(pem.encode())[0], lost) for key, pem, lost in job["leaves"]],
        others=load_pem_x509_certificates(job["others"].encode()) if job["others"] else (),
        revoked=tuple(base64.b64decode(listed) for listed in job["revoked"]),
        stamp_roots=load_pem_x509_certificates(job["stamp_roots"].encode()) if job["stamp_roots"] else (),
    )


def asn1(certificate: Certificate) -> forms.Certificate:
    """A certificate in the form that pyHanko reads."""
    return forms.Certificate.load(certificate.public_bytes(Encoding.DER))


def examined(content: bytes, trust: Trust) -> DocumentFinding:
    """Whether these bytes are as the society signed them; whatever is in them, there is an answer."""
    return outside_any_loop(lambda: _examined(content, trust))


def _examined(content: bytes, trust: Trust) -> DocumentFinding:
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # a stranger's file must not fill the log
    try:
        signatures = list(PdfFileReader(io.BytesIO(content)).embedded_signatures)
    except Exception:  # noqa: BLE001 - files of strangers fail in every way there is
        return DocumentFinding(outcome=FOREIGN, part=UNREADABLE)
    if not signatures:
        return DocumentFinding(outcome=FOREIGN, part=NO_SIGNATURE)
    try:
        return _of_signature(signatures, trust)
    except Exception:  # noqa: BLE001 - see above
        return DocumentFinding(outcome=ALTERED, part=BROKEN)


def _of_signature(signatures: Sequence[EmbeddedPdfSignature], trust: Trust) -> DocumentFinding:
    own = {asn1(leaf).dump(): (key, lost) for key, leaf, lost in trust.leaves}
    names = []
    for signature in signatures:
        certificate = signature.signer_cert
        if certificate is not None and certificate.dump() in own:
            key, lost = own[certificate.dump()]
            return _judged(signature, trust, f"document/{key}", lost=lost)
        names.append(certificate.subject.human_friendly if certificate is not None else "nobody")
    told = "; ".join(dict.fromkeys(names))
    return DocumentFinding(outcome=FOREIGN, part=OF_OTHERS.format(told), by_others=told)


def _judged(signature: EmbeddedPdfSignature, trust: Trust, key: str, *, lost: bool) -> DocumentFinding:
    claimed = signature.self_reported_timestamp
    about: dict[str, Any] = {
        "key": key,
        "signer": str(signature.signer_cert.subject.native["common_name"]),
        "signed_at": claimed.astimezone(UTC).isoformat() if claimed else "",
    }
    try:
        status = validate_pdf_signature(
            signature,
            signer_validation_context=_context(trust.roots, trust),
            ts_validation_context=_context(trust.stamp_roots, trust),
            key_usage_settings=KeyUsageConstraints(key_usage={"non_repudiation"}),
        )
    except (SigningError, ValueError):
        return DocumentFinding(outcome=ALTERED, part=SAVED_ANEW, **about)
    stamp = status.timestamp_validity
    if stamp is not None and stamp.intact and stamp.valid and stamp.trusted:
        about |= {"stamped": True, "signed_at": stamp.timestamp.astimezone(UTC).isoformat()}
    changed = _changed(status, signature, trust)
    if changed:
        return DocumentFinding(outcome=ALTERED, part=changed, **about)
    if lost or status.revoked or _listed(signature, trust):
        return DocumentFinding(outcome=FOREIGN, part=NOT_BELIEVED, **about)
    if not status.bottom_line and not (stamp is not None and _but_for_the_stamp(status)):
        return DocumentFinding(outcome=FOREIGN, part=UNTRUSTED, **about)
    return DocumentFinding(outcome=GENUINE, **about)


def _listed(signature: EmbeddedPdfSignature, trust: Trust) -> bool:
    """Whether a list of ours names the signer: pyHanko asks a list only for certificates that say where theirs is."""
    form = signature.signer_cert
    lists = [load_der_x509_crl(listed) for listed in trust.revoked]
    own = [listed for listed in lists if form.issuer.dump() == listed.issuer.public_bytes()]
    return any(listed.get_revoked_certificate_by_serial_number(form.serial_number) for listed in own)


def _changed(status: PdfSignatureStatus, signature: EmbeddedPdfSignature, trust: Trust) -> str:
    """What was changed since it was signed, in words; empty where nothing was."""
    if status.coverage not in {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION}:
        return SAVED_ANEW
    if not status.intact:
        return CHANGED
    if not status.valid or not _as_we_write_it(signature, trust):
        return BROKEN
    if _to_the_last_byte(signature):
        return ""
    kept_up = status.docmdp_ok and status.modification_level == ModificationLevel.LTA_UPDATES
    return "" if kept_up and _nothing_behind_the_end(signature) and _same_description(signature) else ADDED


def _to_the_last_byte(signature: EmbeddedPdfSignature) -> bool:
    """Whether nothing follows what was signed; bytes after the end of the last revision are no revision to pyHanko."""
    _, _, start, length = signature.byte_range
    return bool(start + length == signature.reader.stream.seek(0, io.SEEK_END))


def _nothing_behind_the_end(signature: EmbeddedPdfSignature) -> bool:
    """Whether the file ends with its last revision: with what keeps a signature checkable for the long term."""
    stream = signature.reader.stream
    stream.seek(signature.reader.last_startxref)
    _, _, behind = stream.read().partition(b"%%EOF")
    return behind in {b"", b"\n", b"\r\n"}


def _same_description(signature: EmbeddedPdfSignature) -> bool:
    """Whether the title and everything else that describes the document is as it was signed.

    pyHanko counts any change to it among what keeps a signature checkable; the title stands above every open window.
    """
    reader = signature.reader
    then, now = signature.signed_revision, reader.xrefs.total_revisions - 1
    return _described(reader.get_historical_resolver(then)) == _described(reader.get_historical_resolver(now))


def _described(revision: HistoricalResolver) -> tuple[dict[str, str], str]:
    """The words about a document in both places where they may stand, but for the time of saving."""
    info, metadata = (
        _held(revision, *place) for place in ((revision.trailer_view, "/Info"), (revision.root, "/Metadata"))
    )
    words = {name: str(value) for name, value in (info or {}).items() if name != "/ModDate"}
    return words, "" if metadata is None else INSTANT.sub("", canonicalize(metadata.data.decode()))


def _held(revision: HistoricalResolver, holder: Any, name: str) -> Any:
    """What stood there in that revision, not what stands there now."""
    held = holder.raw_get(name) if name in holder else None
    return revision.get_object(held.reference) if isinstance(held, IndirectObject) else held


def _as_we_write_it(signature: EmbeddedPdfSignature, trust: Trust) -> bool:
    """Whether the room for the signature, which it can't cover itself, holds the signature and nothing else."""
    content: bytes = signature.pkcs7_content
    message = signature.signed_data
    known = {asn1(one).dump() for one in (*trust.roots, *trust.others, *(leaf for _, leaf, _ in trust.leaves))}
    signer = signature.signer_info
    attributes = {one["type"].native for one in signer["unsigned_attrs"]}
    written = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [signer["digest_algorithm"]],
            "encap_content_info": {"content_type": "data"},
            "certificates": message["certificates"],
            "signer_infos": [signer],
        }
    )
    whole = cms.ContentInfo({"content_type": "signed_data", "content": written}).dump()
    stream = signature.reader.stream
    _, before, after, _ = signature.byte_range
    stream.seek(before)
    return (
        stream.read(after - before) == b"<" + content.hex().upper().encode() + b">"
        and content.startswith(whole)  # of which the signature covers what the signer says alone
        and not content[len(whole) :].strip(b"\0")
        and {one.chosen.dump() for one in message["certificates"]} <= known
        and attributes <= {"signature_time_stamp_token"}
        and signer["version"].native == "v1"
    )


def _but_for_the_stamp(status: PdfSignatureStatus) -> bool:
    """Whether all holds but a time stamp of an authority that we don't know: then its time is only claimed."""
    return bool(status.intact and status.valid and status.trusted and status.docmdp_ok)


def _context(roots: Sequence[Certificate], trust: Trust) -> ValidationContext:
    return ValidationContext(
        trust_roots=[asn1(root) for root in roots],
        other_certs=[asn1(one) for one in trust.others],
        crls=list(trust.revoked),
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
