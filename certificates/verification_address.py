"""The QR code that leads from the paper to the registry."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(address: str) -> SafeString:
    """A QR code (error correction M) as inline SVG; `address` is data inside the symbol, never markup."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, dark="#1f2a33", light=None
    )
    return mark_safe(out.getvalue().decode())  # noqa: S308 - drawn by segno: path data only
