"""Whether two numbers, or two codes of addresses, are the same to a reader, however they were typed or copied."""

import re
import unicodedata
from urllib.parse import unquote

from certificates.same_text import LEFT_OUT, plain_letter

LABELS = frozenset(
    "no nr num number numero nummer numer n cert certificate credential certification certificat zertifikat ref "
    "reference registration reg id the of is".split()
)
# Letters of other alphabets that look the same on paper: what a keyboard left in another language types.
LOOK_ALIKES = str.maketrans("авекмнорстухіѕјαβεικμνορτυχ", "abekmhopctyxisjabeikmvoptyx")
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
AROUND_A_TOKEN = re.compile(r"^[^A-Za-z0-9_-]+|[^A-Za-z0-9_-]+$")
MISREAD = str.maketrans("oil", "011")


def number(text: str) -> str:
    """A certificate number as it is compared, however it is typed: “No. abs–2026–2.” is “abs-2026-2”.

    Case, kinds of dashes, spaces, digits and leading zeros don't count, nor does what people write before a number.
    """
    return "-".join(part.lstrip("0") or "0" if part.isdigit() else part for part in _numbered(text))


def number_together(text: str) -> str:
    """A certificate number without any of its dashes, letters that are misread for digits being digits.

    Looked at where `number` finds none: two numbers may have the same (“1-23”, “12-3”), and then it tells nothing.
    """
    return "".join(_numbered(text)).translate(MISREAD)


def token(text: str) -> str:
    """The code of a certificate's address out of whatever was copied with it: brackets, stops, the address around it.

    Its case counts, so it stays; whoever looks it up may ask without case where nothing is found.
    """
    plain = unicodedata.normalize("NFKC", unquote(text))
    plain = "".join(c for c in plain if unicodedata.category(c) not in {"Cf", "Cc", "Zs", "Zl", "Zp"})
    plain = AROUND_A_TOKEN.sub("", re.split(r"[?#]", plain.translate(DASHES), maxsplit=1)[0])
    return AROUND_A_TOKEN.sub("", plain.rsplit("/", 1)[-1])


def _numbered(text: str) -> list[str]:
    """The runs of letters and of digits of a number, without what people write before it."""
    apart = unicodedata.normalize("NFC", text).replace("№", "No ")
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", apart).casefold())
    plain = LEFT_OUT.sub("", plain).translate(LOOK_ALIKES)
    shown = "".join(plain_letter(c) for c in unicodedata.normalize("NFC", plain) if unicodedata.category(c) != "Cf")
    parts = re.findall(r"[^\W\d_]+|\d+", shown)
    while len(parts) > 1 and parts[0] in LABELS:
        parts = parts[1:]
    return parts
