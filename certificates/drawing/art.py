"""What is the same on every certificate of a design, drawn once and laid beneath the text; and the QR code.

WeasyPrint draws frame and seal in twenty milliseconds and the code in five. As finished content they cost next to
nothing. The art says nothing that the text does not say, so it is an artifact for those who listen to the page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pydyf
from weasyprint.document import Document

INK = b"0.121569 0.164706 0.2 rg"  # the text's color, as in the style sheet


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An image of the art: its packed bytes, its dictionary, and its mask."""

    content: bytes
    extra: dict[str, Any]
    mask: "Picture | None"


@dataclass(frozen=True, kw_only=True)
class Art:
    """Finished content with what it needs."""

    content: bytes
    width: float
    height: float
    states: dict[str, dict[str, float]]
    pictures: dict[str, Picture]


def captured(document: Document) -> Art:
    """The content of a drawn page.

    Raises:
        ValueError: it takes more than one page, or has text, gradients or patterns: text belongs into the document,
            and gradients come out blank in some readers.
    """
    found: list[Art] = []
    document.write_pdf(finisher=lambda _, pdf: found.append(_captured(pdf)), pdf_tags=False)
    return found[0]


def _captured(pdf: Any) -> Art:
    (page,) = _pages(pdf)
    resources = _object(pdf, page["Resources"])
    if resources["Pattern"] or resources["Shading"] or _object(pdf, resources["Font"]):
        msg = "The art of a certificate can't have text, gradients or patterns."
        raise ValueError(msg)
    box = page["MediaBox"]
    return Art(
        content=b"\n".join(pydyf._to_bytes(part) for part in _object(pdf, page["Contents"]).stream),  # noqa: SLF001
        width=box[2],
        height=box[3],
        states={name: dict(state) for name, state in resources["ExtGState"].items()},
        pictures={name: _picture(pdf, reference) for name, reference in resources["XObject"].items()},
    )


def _picture(pdf: Any, reference: bytes) -> Picture:
    stream = _object(pdf, reference)
    extra = dict(stream.extra)
    mask = extra.pop("SMask", None)
    if extra["Subtype"] != "/Image":
        msg = "The art of a certificate can't have groups of its own: draw it with plain shapes."
        raise ValueError(msg)
    extra["Interpolate"] = "false"  # as PDF/A asks (ISO 19005-3, 6.2.8)
    content = b"".join(pydyf._to_bytes(part) for part in stream.stream)  # noqa: SLF001 - as pydyf writes it
    return Picture(content=content, extra=extra, mask=_picture(pdf, mask) if mask else None)


def place_art(pdf: Any, art: Art) -> None:
    """Lay the art beneath the text of the only page."""
    (page,) = _pages(pdf)
    resources = _object(pdf, page["Resources"])
    pictures = pydyf.Dictionary({name: _added(pdf, picture) for name, picture in art.pictures.items()})
    form = pydyf.Stream(
        [art.content],
        pydyf.Dictionary(
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": pydyf.Array([0, 0, art.width, art.height]),
                "Resources": pydyf.Dictionary(
                    {
                        "ExtGState": pydyf.Dictionary(
                            {name: pydyf.Dictionary(state) for name, state in art.states.items()}
                        ),
                        "XObject": pictures,
                    }
                ),
            }
        ),
        compress=True,
    )
    pdf.add_object(form)
    resources["XObject"]["art"] = form.reference
    beneath = [b"/Artifact BMC", b"q", b"/art Do", b"Q", b"EMC", b"q"]
    stream = _object(pdf, page["Contents"]).stream
    stream[:0] = beneath
    stream.append(b"Q")


def _added(pdf: Any, picture: Picture) -> bytes:
    extra = pydyf.Dictionary(picture.extra)
    if picture.mask is not None:
        extra["SMask"] = _added(pdf, picture.mask)
    stream = pydyf.Stream([picture.content], extra)
    pdf.add_object(stream)
    reference: bytes = stream.reference
    return reference


def place_code(pdf: Any, runs: Sequence[Sequence[int]], modules: int) -> None:
    """Put the QR code where the page keeps room for it: in place of its one picture, as one path.

    The picture's space is one unit square with its origin at the bottom, as for any image; so the room, the tag and
    the words for those who listen are the page's.
    """
    (page,) = _pages(pdf)
    resources = _object(pdf, page["Resources"])
    (room,) = [name for name in resources["XObject"] if name != "art"]
    image = _object(pdf, resources["XObject"][room])
    scale = f"{1 / modules:.8f} 0 0 -{1 / modules:.8f} 0 1 cm".encode()
    image.stream = [b"q", INK, scale, *(f"{x} {y} {length} 1 re".encode() for x, y, length in runs), b"f", b"Q"]
    image.extra = pydyf.Dictionary(
        {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": pydyf.Array([0, 0, 1, 1]),
            "Resources": pydyf.Dictionary({}),
        }
    )
    image.compress = True


def _pages(pdf: Any) -> Iterator[Any]:
    return (_object(pdf, reference) for reference in pdf.page_references)


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
