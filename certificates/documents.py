"""A document from beginning to end: its badge, its page, its signature. Stores nothing."""

from certificates.badge.signing import signed_badge
from certificates.designs import seal_of
from certificates.models import Certificate
from certificates.rendering import Design, render_in_child
from certificates.signing.sealing import seal_document


def document_of(certificate: Certificate) -> bytes:
    """The signed PDF of a certificate, with its badge attached.

    Asked again it gives another signature over the same content: whoever asks keeps one and forgets the others.

    Raises:
        LookupError: its seal is gone.
        MeaningUnclear: a fact can't stand in a badge.
        RenderingFailed: the page could not be drawn.
        SealingFailed: the document could not be signed now.
        KeyMissing: a key is gone.
    """
    facts = certificate.printed
    badge = signed_badge(certificate)
    page = render_in_child(facts, certificate.token, badge=badge, design=Design(seal=seal_of(facts.seal)))
    return seal_document(page, society=facts.society)
