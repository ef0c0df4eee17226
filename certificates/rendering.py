"""From facts to a document: what goes to the drawing process. No other process ever imports WeasyPrint."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import segno
from django.template.loader import render_to_string

from certificates.drawing.process import RenderingFailed, drawing
from certificates.facts import CertificateFacts
from certificates.fonts import PLAIN, SLANTED, SMALL_BOLD_PRINT, SMALL_CAPITALS, SMALL_PRINT, VOICES, runs_of
from certificates.margins import DEGREES_ROOM, DEGREES_SPACING, NARROW_SIGNATORY_ROOM, SIGNATORY_ROOM, hung
from certificates.typesetting import name_layout, signatory_size, society_layout

__all__ = ["Design", "RenderingFailed", "certificate_art", "certificate_html", "render_in_child"]

STYLE = "certificate.css"
WIDE_SIGNATURES = 2  # so many have room beside each other; three are set narrower
QUIET = 2  # modules left free around the code; the paper around it is free as well


@dataclass(frozen=True, kw_only=True)
class Design:
    """What an administrator may choose: a seal of their own as PNG (empty: the drawn one)."""

    seal: bytes = field(default=b"", repr=False)


def certificate_html(facts: CertificateFacts, token: str) -> str:
    """The page as HTML; every fact is escaped by the template engine."""
    return _certificate_html(facts, _address(facts, token))


def _certificate_html(facts: CertificateFacts, address: str) -> str:
    room = SIGNATORY_ROOM if len(facts.signatories) <= WIDE_SIGNATURES else NARROW_SIGNATORY_ROOM
    shown_address = address.removeprefix("https://").removeprefix("http://")
    region = facts.region
    return render_to_string(
        "certificates/certificate.html",
        {
            "facts": facts,
            "layout": name_layout(facts.name, region=region),
            "society": society_layout(facts.society, region=region),
            "certifies": runs_of(f"The Council of the {facts.society} certifies that", SLANTED, region=region),
            "degrees": hung(
                facts.post_nominals,
                room=DEGREES_ROOM,
                spacing=DEGREES_SPACING,
                direction="ltr",
                voice=SMALL_CAPITALS,
                region=region,
            ),
            "designation": runs_of(facts.designation, PLAIN, region=region),
            "signatories": [
                (
                    hung(one.name, room=room, region=region),
                    signatory_size(one.name),
                    runs_of(one.office, SMALL_PRINT, region=region),
                )
                for one in facts.signatories
            ],
            "narrow_signatures": room == NARROW_SIGNATORY_ROOM,
            "number": runs_of(f"No. {facts.number}", SMALL_BOLD_PRINT),
            "address": address,
            "shown_address": runs_of(shown_address, SMALL_PRINT),
            "page_size": facts.page_size,
        },
    )


def certificate_art(facts: CertificateFacts, design: Design) -> str:
    """Frame and seal as HTML, the same for every certificate of a design."""
    return art_html(facts.page_size, design)


def art_html(page_size: str, design: Design) -> str:
    """The same for a page of any size that its style sheet knows."""
    seal = "certificate://job/seal.png" if design.seal else "certificate://look/seal.svg"
    return render_to_string("certificates/art.html", {"page_size": page_size, "seal": seal})


def render_in_child(facts: CertificateFacts, token: str, *, badge: bytes = b"", design: Design | None = None) -> bytes:
    """The PDF of these facts, not yet signed: PDF/A-3a and PDF/UA-1, the same bytes whenever it is drawn.

    `badge` (JSON) is attached as credential.json.

    Raises:
        RenderingFailed: the drawing process failed or took too long.
    """
    return drawing.draw(drawing_job(facts, token, badge=badge, design=design or Design()))


def drawing_job(facts: CertificateFacts, token: str, *, badge: bytes, design: Design) -> dict[str, Any]:
    """What the drawing process is given for a certificate (`certificates.drawing.pages.Renderer.draw`)."""
    return document_job(
        facts,
        token,
        page=lambda address: _certificate_html(facts, address),
        art=certificate_art(facts, design),
        style=STYLE,
        badge=badge,
        design=design,
    )


def document_job(
    facts: CertificateFacts,
    token: str,
    *,
    page: Callable[[str], str],
    art: str,
    style: str,
    badge: bytes,
    design: Design,
) -> dict[str, Any]:
    """The same for any page with a code on it; `page` makes its HTML of the address that the code leads to."""
    address = _address(facts, token)
    matrix = segno.make(address, error="m", micro=False).matrix
    return {
        "html": page(address),
        "art": art,
        "style": style,
        "files": {"seal.png": base64.b64encode(design.seal).decode()} if design.seal else {},
        "code": _runs(matrix),
        "modules": len(matrix) + 2 * QUIET,
        "families": families_of(facts),
        "created": facts.awarded_on.isoformat(),
        "badge": badge.decode(),
    }


def families_of(facts: CertificateFacts) -> list[str]:
    """The families that a document of these facts may have: the chosen ones, and no other (`drawing.pages`)."""
    own = {face.family for voice in VOICES for face in voice.faces[:1]}
    texts = (*facts.texts, facts.verify_base_url)
    chosen = {run.family for text in texts for voice in VOICES for run in runs_of(text, voice, region=facts.region)}
    return sorted(own | chosen)


def _address(facts: CertificateFacts, token: str) -> str:
    return f"{facts.verify_base_url}/v/{token}"


def _runs(matrix: tuple[bytearray, ...]) -> list[tuple[int, int, int]]:
    """The dark modules of a code, row by row: column, row, length."""
    found = []
    for row, modules in enumerate(matrix, start=QUIET):
        column = QUIET
        for dark, run in groupby(modules):
            length = len(list(run))
            if dark:
                found.append((column, row, length))
            column += length
    return found
