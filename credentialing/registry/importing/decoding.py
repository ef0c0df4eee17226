"""Which letters the bytes of a list stand for: a mark at its beginning, UTF-8, UTF-16, else the likeliest code page.

No detector on the market was better on short lists of names than asking which code page gives names that people can
have, and any can be wrong: so the names with accents are shown, and every other code page can be chosen.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator

from credentialing.registry.importing.guesses import Deciding, examples

CODE_PAGES = {
    "cp1252": "Windows, Western Europe", "cp850": "MS-DOS, Western Europe", "mac_roman": "Mac, Western Europe",
    "cp1250": "Windows, Central Europe", "iso8859_2": "ISO 8859-2, Central Europe",
    "cp852": "MS-DOS, Central Europe", "mac_latin2": "Mac, Central Europe", "cp1254": "Windows, Turkish",
    "cp1251": "Windows, Cyrillic", "cp866": "MS-DOS, Cyrillic", "koi8_r": "KOI8-R, Cyrillic",
    "cp1253": "Windows, Greek",
}  # fmt: skip
UTF = {"utf_8": "UTF-8", "twice": "UTF-8, written twice over by another program"}
MARKS = {codecs.BOM_UTF8: "utf_8_sig", codecs.BOM_UTF16_LE: "utf_16", codecs.BOM_UTF16_BE: "utf_16"}
FREQUENT = frozenset("éèüöäñçáíóúøåæßãôëïÉÖÜÄØÅÑÇÁÓÍÚ")
OTHERS = frozenset("ğışİŞĞčšžČŠŽłŁńśŚćĆżŻźŹőŐűŰřŘěĚýÝňđĐțșşăĂąęĘĽľťďůŮðþÞÈÀÊÂÎÔËÏÙÒÃÕêâîõàùòìûÛœÆ")
VOWELS = frozenset("aeiouyáéíóúýěůőűäöü")
SELDOM_BESIDE_VOWELS = frozenset("øèìêùòæØÈÌÊÙÒÆ")
SELDOM_BETWEEN_CONSONANTS = frozenset("řčžšłńśćżźňťďđľñçğş")
SIGNS = frozenset("\u2019\u2018“”\u2013\u2014†")
CLEAR = 0.3  # by which the likeliest must be ahead of another where they differ
LEAST = 0.4


class NoText(Exception):
    """The bytes are no text at all."""


def decoded(content: bytes, deciding: Deciding) -> str:
    """The text of a list.

    Raises:
        NoText: these are the bytes of something else.
    """
    for mark, name in MARKS.items():
        if content.startswith(mark):
            return _read_as_marked(content, name, deciding)
    if b"\x00" in content:
        return _read_as_marked(content, _utf_16_of(content), deciding)
    if content.isascii():
        return content.decode("ascii")
    readings = dict(_readings(content))
    ranking = sorted(readings, key=lambda name: plausibility(readings[name]), reverse=True)
    if "utf_8" in readings:
        return _utf_8(readings, ranking, deciding)
    if not ranking:
        raise NoText
    best = ranking[0]
    rivals = [name for name in ranking[1:] if _is_rival(readings[best], readings[name])]
    return _decided(readings, ranking, best, deciding, asked=bool(rivals) or plausibility(readings[best]) < LEAST)


def plausibility(text: str) -> float:
    """How likely the letters beyond ASCII are those of names: the mean over them."""
    points = [_points(word, place) for word in _words_beyond_ascii(text) for place in range(len(word))]
    found = [point for point in points if point is not None]
    return sum(found) / len(found) if found else 0


def _is_rival(best: str, other: str) -> bool:
    """Whether another reading differs and is about as likely where it differs."""
    words = [pair for pair in zip(best.split(), other.split(), strict=False) if pair[0] != pair[1]]
    if not words:
        return False
    points = [plausibility(" ".join(side)) for side in zip(*words, strict=True)]
    return points[1] > 0 and points[0] - points[1] < CLEAR


def _read_as_marked(content: bytes, name: str, deciding: Deciding) -> str:
    try:
        text = content.decode(name)
    except UnicodeDecodeError as error:
        raise NoText from error
    if "\x00" in text:
        raise NoText
    label = "UTF-16" if name.startswith("utf_16") else "UTF-8"
    shown = examples(_words_beyond_ascii(text))
    deciding.tell("encoding", f"Letters: {label}{', for example ' + shown if shown else ''}")
    return text.removeprefix("\ufeff")


def _utf_16_of(content: bytes) -> str:
    even, odd = content[::2].count(0), content[1::2].count(0)
    if max(even, odd) < len(content) // 5 or min(even, odd) > max(even, odd) // 10:
        raise NoText
    return "utf_16_le" if odd > even else "utf_16_be"


def _readings(content: bytes) -> Iterator[tuple[str, str]]:
    for name in ("utf_8", *CODE_PAGES):
        try:
            yield name, unicodedata.normalize("NFC", content.decode(name))
        except UnicodeDecodeError:
            continue


def _utf_8(readings: dict[str, str], ranking: list[str], deciding: Deciding) -> str:
    try:
        readings["twice"] = readings["utf_8"].encode("cp1252").decode("utf_8")
    except UnicodeError:
        return _decided(readings, ranking, "utf_8", deciding, asked=False)
    return _decided(readings, ["twice", *ranking], "twice", deciding, asked=True)


def _decided(readings: dict[str, str], ranking: list[str], best: str, deciding: Deciding, *, asked: bool) -> str:
    names = list(dict.fromkeys([best, *(name for name in UTF if name in readings), *ranking]))
    labels = {**CODE_PAGES, **UTF}
    options = [(name, f"{labels[name]}: {examples(_words_beyond_ascii(readings[name]))}") for name in names]
    label = "Letters beyond ASCII can be read in several ways." if asked else "Letters"
    return readings[deciding.decide("encoding", label, options, proposed=best, asked=asked)]


def _words_beyond_ascii(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;|\"]+", text) if not word.isascii()]


def _points(word: str, place: int) -> float | None:
    character = word[place]
    if character.isascii():
        return None
    if not character.isalpha() or character in "ªº":
        return 0.5 if character in SIGNS else -4
    before, after = word[place - 1 : place] if place else "", word[place + 1 : place + 2]
    if _breaks_case(character, before, after):
        return -4
    if not unicodedata.name(character, "").startswith("LATIN"):
        return -5 if re.search("[A-Za-z]", word) or len(word) < 3 else 1.5  # noqa: PLR2004 - a short word tells nothing
    if len(re.findall(r"[^\W\d_a-zA-Z]", word)) * 2 > len(word) + 2:
        return -2  # no Latin name has accents on most of its letters
    return _weight(character) - _oddity(character, before.lower(), after.lower())


def _breaks_case(character: str, before: str, after: str) -> bool:
    """Whether a capital stands inside small letters, or a small letter inside capitals, as in “JŸrgen”."""
    if character.isupper():
        return before.islower()
    return character.islower() and before.isupper() and after.isupper() and character != "ß"


def _weight(character: str) -> float:
    return 2 if character in FREQUENT else 1.3 if character in OTHERS else -1


def _oddity(character: str, before: str, after: str) -> float:
    """How odd a letter is beside its neighbors: “Dvoøák” has three vowels in a row, “Sřren” three consonants."""
    vowels = [neighbor in VOWELS for neighbor in (before, after) if neighbor]
    if character in SELDOM_BESIDE_VOWELS:
        return sum(vowels)
    return 1 if character in SELDOM_BETWEEN_CONSONANTS and vowels == [False, False] else 0
