"""Drawing one certificate after another with WeasyPrint: PDF/A-3a and PDF/UA-1 in one file, the same bytes each time.

Fonts, style sheet and static art are prepared once. WeasyPrint's own cache is never shared: the code of every
document would stay in it.
"""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pydyf
from weasyprint import CSS, HTML, Attachment
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration

from certificates.drawing.art import Art, captured, place_art, place_code
from certificates.drawing.fetching import BASE, OWN, OwnFilesOnly
from certificates.drawing.metadata import also_accessible

VARIANT = "pdf/a-3a"
BADGE = "credential.json"
STYLES = ("certificate.css", "card.css")  # the first brings the faces, which the others name
MOST_ART = 8  # designs in use at once; a preview of many must not fill the memory


def must_be_set_as_chosen(drawn: Document, families: list[str]) -> None:
    """Look at what was made: every letter in a face that was chosen for it, and none as an empty box.

    Raises:
        ValueError: another face was taken, or a glyph is missing.
    """
    others = {font.family for font in drawn.fonts.values()} - set(families)
    boxes = {code for font in drawn.fonts.values() for code in font.missing}
    if others or boxes:
        named = ", ".join([*sorted(others), *(f"no glyph for U+{code:04X}" for code in sorted(boxes))])
        msg = f"the page was set in another way than was chosen: {named}"
        raise ValueError(msg)


class Renderer:
    """What is prepared once: fonts, style sheet, art."""

    def __init__(self) -> None:
        self._fetcher = OwnFilesOnly()
        self._fonts = FontConfiguration()
        self._styles = {name: self._styled(name) for name in STYLES}
        self._art: dict[str, Art] = {}

    def draw(self, job: dict[str, Any]) -> bytes:
        """The PDF of a job.

        `html` and `art` are pages, `style` is the style sheet of both, `files` what they may ask for as
        certificate://job/NAME (base64), `code` the runs of dark modules of the QR code (x, y, length) with `modules` in
        a row, `families` the only ones it may be set in, `created` the day, `badge` the attachment.

        Raises:
            ValueError: it does not fit on one page.
        """
        created = datetime.fromisoformat(job["created"]).replace(tzinfo=UTC)
        style = self._styles[job["style"]]
        art = self._art_of(job["art"], style, job["files"])
        document = self._laid_out(job["html"], style)
        document.metadata.created = document.metadata.modified = f"{created:%Y-%m-%dT%H:%M:%S}+00:00"
        also_accessible(document.metadata)

        def finish(drawn: Document, pdf: Any) -> None:
            must_be_set_as_chosen(drawn, job["families"])
            place_art(pdf, art)
            place_code(pdf, job["code"], job["modules"])
            if "AF" in pdf.catalog:  # WeasyPrint names each attachment twice
                pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))

        pdf: bytes = document.write_pdf(
            pdf_variant=VARIANT, attachments=self._attached(job["badge"], created), finisher=finish
        )
        return pdf

    def _laid_out(self, html: str, style: CSS) -> Document:
        page = HTML(string=html, base_url=BASE, url_fetcher=self._fetcher)
        document = page.render(stylesheets=[style], font_config=self._fonts, pdf_variant=VARIANT)
        if len(document.pages) != 1:
            msg = f"the certificate takes {len(document.pages)} pages"
            raise ValueError(msg)
        return document

    def _attached(self, badge: str, created: datetime) -> list[Attachment]:
        if not badge:
            return []
        words = "The Open Badge of this certificate: the same facts, signed, for machines to check"
        attachment = Attachment(
            string=badge,
            name=BADGE,
            description=words,
            created=created,
            modified=created,
            relationship="Source",
            url_fetcher=self._fetcher,
        )
        return [attachment]

    def _art_of(self, html: str, style: CSS, files: dict[str, str]) -> Art:
        """Frame and seal, drawn once per design."""
        key = hashlib.sha256("\0".join([html, *(f"{name}\0{files[name]}" for name in sorted(files))]).encode())
        known = self._art.get(key.hexdigest())
        if known is None:
            self._fetcher.job = {name: base64.b64decode(content) for name, content in files.items()}
            page = HTML(string=html, base_url=BASE, url_fetcher=self._fetcher)
            document = page.render(stylesheets=[style], font_config=self._fonts)
            self._fetcher.job = {}
            if len(self._art) >= MOST_ART:
                self._art.clear()
            known = self._art[key.hexdigest()] = captured(document)
        return known

    def _styled(self, name: str) -> CSS:
        text = (OWN["look"] / name).read_text(encoding="utf-8")
        return CSS(string=text, base_url=BASE, url_fetcher=self._fetcher, font_config=self._fonts)
