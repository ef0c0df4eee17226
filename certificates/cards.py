"""A card for the wallet: what the certificate says, in the size of a bank card, with the code that leads to its status.

It is drawn anew whenever it is asked for and kept nowhere: what counts is what the code leads to. It carries the badge
of the certificate, so that whoever is handed the file can check that too, and no signature: it is no certificate.
"""

import threading
from typing import Any

from django.template.loader import render_to_string

from certificates.badge.attached import stored_badge
from certificates.designs import seal_of
from certificates.drawing.process import DrawingProcess, RenderingFailed
from certificates.facts import CertificateFacts
from certificates.fonts import SMALL_BOLD_PRINT, SMALL_CAPITALS, runs_of
from certificates.issuing import objection_to_facts
from certificates.looking import TooBusy
from certificates.models import Certificate
from certificates.rendering import Design, art_html, document_job
from certificates.typesetting import CARD, CARD_SOCIETY, name_layout, society_layout

AT_ONCE = 1  # of one web process
PATIENCE = 3  # seconds
LONG_DESIGNATION = 60  # characters; above, it is set smaller
STYLE = "card.css"
_free = threading.BoundedSemaphore(AT_ONCE)


def may_have_card(certificate: Certificate) -> bool:
    """Whether there is a card: only of the edition in force, and while the credential is in good standing."""
    return certificate.status == Certificate.Status.ISSUED and certificate.credential.status_today == "active"


def card_of(certificate: Certificate) -> bytes:
    """The card as a PDF of 85.6 by 54 mm (ISO/IEC 7810 ID-1), PDF/A-3a and PDF/UA-1.

    Drawn by a process of its own that ends with it, so that no web worker keeps one.

    Raises:
        RenderingFailed: it could not be drawn, or a font is not there.
        LookupError: its seal is gone.
        TooBusy: others are having theirs drawn; try again in a minute.
    """
    facts = certificate.printed
    if objection := objection_to_facts(facts):
        raise RenderingFailed(objection)
    job = card_job(
        facts, certificate.token, badge=stored_badge(certificate) or b"", design=Design(seal=seal_of(facts.seal))
    )
    if not _free.acquire(timeout=PATIENCE):
        raise TooBusy
    process = DrawingProcess()
    try:
        return process.draw(job)
    finally:
        process.close()
        _free.release()


def card_job(facts: CertificateFacts, token: str, *, badge: bytes, design: Design) -> dict[str, Any]:
    """What the drawing process is given (`certificates.drawing.pages.Renderer.draw`)."""

    def page(address: str) -> str:
        region = facts.region
        layout = name_layout(facts.name, CARD, region=region)
        context = {
            "facts": facts,
            "layout": layout,
            "name_lines": [runs_of(line, region=region) for line in layout.lines],
            "society": runs_of(facts.society, SMALL_CAPITALS, region=region),
            "degrees": runs_of(facts.post_nominals, SMALL_CAPITALS, region=region),
            "designation": runs_of(facts.designation, region=region),
            "number": runs_of(f"No. {facts.number}", SMALL_BOLD_PRINT),
            "address": address,
            "society_size": society_layout(facts.society, CARD_SOCIETY).size,
            "long_designation": len(facts.designation) > LONG_DESIGNATION,
        }
        return render_to_string("certificates/card.html", context)

    return document_job(facts, token, page=page, art=art_html("card", design), style=STYLE, badge=badge, design=design)
