"""Signing the badge of a certificate."""

from certificates.badge.entries import status_entry_of
from certificates.badge.integrity import signed
from certificates.badge.issuer import issuer, sign
from certificates.badge.shape import open_badge
from certificates.models import Certificate
from workflows.canonical import canonical


def signed_badge(certificate: Certificate) -> bytes:
    """The badge of a certificate as canonical JSON (`credential.json`), ready to be attached and laid into pictures.

    Writes one row at the first call: the certificate's place in the status list, which it keeps. Asked again under
    the same key, it gives the same bytes: the time of signing is that of the intent, and Ed25519 draws no lots.

    Raises:
        MeaningUnclear: a fact can't be signed.
    """
    facts = certificate.printed
    who = issuer(name=facts.society, url=facts.verify_base_url)
    badge = open_badge(certificate, status_entry_of(certificate), who)
    return canonical(signed(badge, sign=sign, method=who.method, created=certificate.prepared_at))
