"""The picture of a badge: the seal with the designation beneath it, as SVG and as PNG (600 by 600 points).

No name of a person stands in it: the picture is drawn without the typesetter of the certificate, which alone can set
every script, and the page behind it tells the name from the registry.
"""

import base64
from functools import lru_cache

from certificates.badge.baking import bake_png, bake_svg
from limited.running import TooMuch, run

JOB = "certificates.badge.picture_child:drawn"
COMPARE = "certificates.badge.picture_child:compared"


@lru_cache(maxsize=32)
def badge_svg(designation: str, society: str, standing: str = "") -> str:
    """The picture as SVG; `standing` is a word for below the designation where the picture shows one.

    Raises:
        TooMuch: it can't be drawn.
        NoChild: this machine can't start a process.
    """
    return run(JOB, b"", kind="svg", designation=designation, society=society, standing=standing).content.decode()


@lru_cache(maxsize=8)
def badge_png(designation: str, society: str) -> bytes:
    """The picture as PNG, the same bytes whenever it is drawn by the same library.

    Raises:
        TooMuch: it can't be drawn.
        NoChild: this machine can't start a process.
    """
    return run(JOB, b"", kind="png", designation=designation, society=society).content


def baked_png(designation: str, society: str, credential: bytes) -> bytes:
    """The picture with the credential inside."""
    return bake_png(badge_png(designation, society), credential)


def baked_svg(designation: str, society: str, credential: bytes) -> bytes:
    """The drawing with the credential inside."""
    return bake_svg(badge_svg(designation, society), credential)


def is_same_picture(kind: str, content: bytes, issued: bytes) -> bool:
    """Whether a picture that another program has saved shows the same: every point, or every element of the drawing.

    Raises:
        NoChild: this machine can't start a process.
    """
    try:
        return bool(run(COMPARE, content, kind=kind, issued=base64.b64encode(issued).decode()).facts)
    except TooMuch:
        return False
