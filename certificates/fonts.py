"""Which face sets what of a text, and whether every letter of it can be set (docs/adr/0016).

WeasyPrint (like every Pango program) silently takes any system font, draws a box, or puts a mark beside its letter,
where a face has not all that a text needs. So every text is set here first, by shaping it (`certificates.shaping`), and
the page then names for each part the one face that sets it. A part stays in one face as far as any can: the whole text
of a script, else the word, else the letter with its marks.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from fontTools.unicodedata import script, script_name

from certificates.faces import (
    BUNDLED,
    BY_SCRIPT,
    CJK_FACES,
    CJK_SCRIPTS,
    EUROPE,
    ITALIC,
    PACKAGES,
    SANS,
    SEMIBOLD,
    SERIF,
    WIDE,
    Face,
)
from certificates.shaping import shaped
from certificates.text import unfit_in_a_line

COMMON = frozenset({"Zyyy", "Zinh"})  # digits, punctuation, marks: they go with the letters beside them
EUROPEAN, EASTERN = "European", "Eastern"
REGION = "CN"  # whose shapes Chinese characters have where nothing tells


# Countries as people write them, whose region has its own shapes of Chinese characters.
REGIONS: dict[str, frozenset[str]] = {
    "JP": frozenset({"japan", "jp", "jpn", "nippon", "日本", "日本国"}),
    "KR": frozenset({"korea", "south korea", "republic of korea", "kr", "kor", "한국", "대한민국"}),
    "TW": frozenset({"taiwan", "tw", "twn", "republic of china", "台灣", "臺灣"}),
    "HK": frozenset({"hong kong", "hk", "hkg", "香港", "macao", "macau", "mo", "澳門"}),
    "CN": frozenset({"china", "people's republic of china", "cn", "chn", "singapore", "sg", "中国", "新加坡"}),
}


@dataclass(frozen=True, kw_only=True)
class Voice:
    """How a text is to be set: its own faces in their order, and the features of type."""

    faces: tuple[Face, ...]
    features: tuple[str, ...] = ()


PLAIN = Voice(faces=(SERIF, WIDE))
SMALL_CAPITALS = Voice(faces=(SERIF, WIDE), features=("smcp",))
SLANTED = Voice(faces=(ITALIC, WIDE))
SMALL_PRINT = Voice(faces=(SANS, SERIF, WIDE))
SMALL_BOLD_PRINT = Voice(faces=(SEMIBOLD, SERIF, WIDE))
EUROPEAN_FACES = frozenset({SERIF, ITALIC, WIDE, SANS, SEMIBOLD})
VOICES = (PLAIN, SMALL_CAPITALS, SLANTED, SMALL_PRINT)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A part of a text in one face; none where no face can set it."""

    text: str
    face: Face | None

    own: bool = True  # set in the first face of its voice, which the style sheet names by itself

    @property
    def family(self) -> str:
        """The family as the style sheet calls it."""
        return self.face.family if self.face else ""

    @property
    def style(self) -> str:
        """What names the face on the page (CSS).

        Letters are spaced, and made small capitals, only where each is one glyph and joins nothing: both part a letter
        from its mark.
        """
        named = [] if self.own or not self.face else [f"font-family: '{self.face.family}'"]
        spaced = self.face in EUROPEAN_FACES and not any(unicodedata.category(one).startswith("M") for one in self.text)
        return "; ".join(
            [*named, *([] if spaced or not self.face else ["letter-spacing: 0; font-variant-caps: normal"])]
        )


def cjk_file() -> Path | None:
    """The system's face for Chinese, Japanese and Korean, if it is installed."""
    return CJK_FACES[REGION].path


def region_of(country: str) -> str:
    """The region (ISO 3166) of a country as somebody wrote it, where it matters for shapes of letters; else ""."""
    name = " ".join(country.split()).casefold()
    return next((region for region, names in REGIONS.items() if name in names), "")


def runs_of(text: str, voice: Voice = PLAIN, *, region: str = "") -> tuple[Run, ...]:
    """The text in parts, each with its face. `region` (ISO 3166) tells whose shapes Chinese characters have.

    Kana and Hangul tell it by themselves.
    """
    parts = [(group, "".join(one for _, one in found)) for group, found in groupby(_grouped(text), key=lambda x: x[0])]
    found: list[Run] = []
    for group, part in parts:
        faces = _faces(group, voice, text, region)
        whole = _first(faces, [one for other, one in parts if other == group], voice)
        found += [Run(text=part, face=whole)] if whole else _in_words_of(part, faces, voice)
    merged = groupby(found, key=lambda run: run.face)
    own = voice.faces[0].family
    return tuple(
        Run(text="".join(run.text for run in alike), face=face, own=face is not None and face.family == own)
        for face, alike in merged
    )


def width_in_em(text: str, *, region: str = "") -> float:
    """How wide `text` is set; what no face can set counts as one em for each character."""
    wide = 0.0
    for run in runs_of(unicodedata.normalize("NFC", text), region=region):
        found = shaped(run.face, run.text) if run.face else None
        wide += found.width if found else len(run.text)
    return wide


def missing_characters(text: str, *, region: str = "") -> tuple[str, ...]:
    """The letters of `text`, with their marks, that no face of the certificate sets as they must be; each once."""
    found = (run.text for voice in VOICES for run in runs_of(text, voice, region=region) if run.face is None)
    return tuple(dict.fromkeys(letter for part in found for letter in _letters(part) if not letter.isspace()))


def objection_to_printing(text: str, *, region: str = "") -> str:
    """Why `text` can't stand on a certificate, in words that say what helps; "" where nothing is against it.

    The one question that everything asks before it lets something be printed: forms, requests, corrections, the
    drawing itself.
    """
    if unfit := unfit_in_a_line(text):
        return f"It contains {unfit}, which can't be printed. Type it again without."
    missing = missing_characters(text, region=region)
    return f"A certificate can't be printed like this: {_cure(missing)}" if missing else ""


def in_words(letters: Iterable[str]) -> str:
    """Letters named so that an administrator can find them: “Ꙃ” (U+A642 CYRILLIC CAPITAL LETTER DZELO)."""
    return ", ".join(
        f"“{letter}” ({' with '.join(f'U+{ord(c):04X} {unicodedata.name(c, "unnamed")}' for c in letter)})"
        for letter in letters
    )


def _cure(missing: tuple[str, ...]) -> str:
    scripts = sorted({code for letter in missing for c in letter if (code := script(c)) not in COMMON})
    packages = sorted({PACKAGES[code] for code in scripts if code in PACKAGES})
    words = f"its fonts have no {in_words(missing)}."
    if packages:
        named = " and ".join(script_name(code).replace("_", " ") for code in scripts if code in PACKAGES)
        return (
            f"{words} An administrator can install the fonts for {named} on the server "
            f"(Debian: {', '.join(packages)}); until then write it in another script."
        )
    return f"{words} Write it in another spelling or another script."


def _grouped(text: str) -> Iterator[tuple[str, str]]:
    """Each character with the group of scripts that it is set with."""
    groups = [_group(character) for character in text]
    known = next((group for group in groups if group), EUROPEAN)
    for character, group in zip(text, groups, strict=True):
        known = group or known
        yield known, character


def _group(character: str) -> str:
    code: str = script(character)
    if code in COMMON:
        return ""
    return EUROPEAN if code in EUROPE else EASTERN if code in CJK_SCRIPTS else code


def _faces(group: str, voice: Voice, text: str, region: str) -> tuple[Face, ...]:
    if group == EUROPEAN:
        return voice.faces
    if group == EASTERN:
        return (CJK_FACES[_region_of(text, region)],)
    return BY_SCRIPT.get(group, ())


def _region_of(text: str, region: str) -> str:
    scripts = {script(character) for character in text}
    if scripts & {"Hira", "Kana"}:
        return "JP"
    if "Hang" in scripts:
        return "KR"
    return region if region in CJK_FACES else REGION


def _first(faces: tuple[Face, ...], parts: Iterable[str], voice: Voice) -> Face | None:
    """The first face that sets all of it as it must be."""
    parts = list(parts)
    return next((face for face in faces if all(_sets(face, part, voice) for part in parts)), None)


def _sets(face: Face, text: str, voice: Voice) -> bool:
    # A face without small capitals is given capitals instead, so both must be right.
    ways = {text, text.upper()} if voice.features else {text}
    found = [shaped(face, way, voice.features) for way in sorted(ways)]
    return all(one is not None and not one.faults for one in found)


def _in_words_of(part: str, faces: tuple[Face, ...], voice: Voice) -> list[Run]:
    """Where no face sets the whole: word by word, and what none sets as a word letter by letter."""
    found: list[Run] = []
    for spaces, letters in groupby(part, key=str.isspace):
        word = "".join(letters)
        if face := _first((*faces, *voice.faces) if spaces else faces, [word], voice):
            found.append(Run(text=word, face=face))
        else:
            found += _in_letters_of(word, faces, voice)
    return found


def _in_letters_of(word: str, faces: tuple[Face, ...], voice: Voice) -> Iterator[Run]:
    """Punctuation comes from any face that has it. Of a script with one face a letter counts as it is in the word."""
    only = shaped(faces[0], word, voice.features) if len(faces) == 1 else None
    begin = 0
    for letter in _letters(word):
        end = begin + len(letter)
        if not _group(letter[0]):
            face = _first((*faces, *voice.faces, *BUNDLED.values()), [letter], voice)
        elif only is None:
            face = _first(faces, [letter], voice)
        else:
            face = None if only.faults & set(range(begin, end)) else faces[0]
        yield Run(text=letter, face=face)
        begin = end


def _letters(text: str) -> list[str]:
    """Each letter with the marks that follow it."""
    letters: list[str] = []
    for character in text:
        if letters and unicodedata.category(character) in {"Mn", "Me", "Mc", "Cf"}:
            letters[-1] += character
        else:
            letters.append(character)
    return letters
