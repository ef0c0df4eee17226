"""The picture of a seal written anew: nothing but its pixels gets into documents. Runs in a child with limits."""

import io
import warnings

from PIL import Image

SIDES = (300, 2000)  # pixels; below, the seal is blurred in print at one inch


def cleaned(content: bytes) -> tuple[str, bytes]:
    """Why the picture can't serve, or (with nothing said) the picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=["PNG"])
            least, most = SIDES
            if min(picture.size) < least or max(picture.size) > most:
                width, height = picture.size
                return f"The picture has {width} by {height} pixels; each side needs {least} to {most}.", b""
            clean = picture.convert("RGBA")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a parser of broken bytes fails in any way
        return "The file is no PNG picture that can be read.", b""
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return "", out.getvalue()
