"""Whether two texts are the same to a reader, and how texts are found and put in order; imports nothing of ours.

People search, compare and type names and numbers as they know them, not as their bytes are stored: without accents,
in capitals, with the dashes of word processors, family name first. Every comparison of such texts asks here, and every
search reads a column that was filled from here, so SQLite and PostgreSQL answer alike whatever their collations are.

Which marks are dropped is decided by what leaving them out does to a reader. Accents of Latin, Greek and Cyrillic
letters, Hebrew points and Arabic vowel signs are left out every day, and the name is still the same name. Vowel signs
of Indic and other Brahmic scripts and the voicing marks of kana are letters to their readers, so they stay.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Whatever people, keyboards and word processors write for an apostrophe or a similar sign inside a word.
APOSTROPHES = frozenset("'`´‘’‚‛′‵ʹʻʼʽʾʿˈˊˋ՚׳״Ꞌꞌʼ＇｀´᾿᾽\u0384")
# Marks that can be left out: accents, Hebrew points, Arabic vowel signs, the dot below letters of Devanagari.
LEFT_OUT = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff"
    "\u093c]"
)
# Letters that no decomposition takes apart. Those that Unicode calls "... WITH STROKE" and the like are found by name.
LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ŋ": "n", "ı": "i", "ĸ": "k", "ſ": "s", "ƿ": "w",
    "ə": "e", "ǝ": "e", "ɛ": "e", "ɔ": "o", "ɩ": "i", "ɪ": "i", "ʋ": "v", "ɣ": "g", "ʒ": "z", "ɵ": "o", "ʔ": "",
    "ө": "о", "ү": "у",
    "ـ": "", "ک": "ك", "ی": "ي", "ى": "ي", "ې": "ي", "ە": "ه", "ہ": "ه", "ھ": "ه", "ة": "ه", "ۃ": "ه", "ٱ": "ا",
    "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
}  # fmt: skip
WITH_SOMETHING = re.compile(r"((?:LATIN|CYRILLIC) SMALL LETTER \S+(?: \S+)?) WITH ")
# How the same letters are written where a keyboard or a passport has none of them (ICAO 9303, part 3, section 6).
TRANSCRIBED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "ő": "oe", "ű": "ue", "ŋ": "ng", "ə": "a", "đ": "dj"}
)
DOT_OF_INITIALS = re.compile(rf"\.(?=[^\W\d_]{LEFT_OUT.pattern}*(?![^\W_]|{LEFT_OUT.pattern}))")
DOT_BETWEEN_LS = re.compile("(?<=l)·(?=l)")

TITLES = frozenset("dr prof professor mr mrs ms miss mx herr frau sir dame rev fr".split())
SUFFIXES = frozenset("jr sr ii iii iv 2nd 3rd 4th junior senior esq".split())
DEGREES = frozenset("md phd psyd edd dmd lcsw licsw msw lmft mph frcp mrcgp facp mbbs".split())
PARTICLES = frozenset(
    "van von vom vander vanden der den de del della delle dello degli di da dal das dos du des la le las los ter ten te"
    " tot zu zum zur af av al el bin bint ibn abu mac mc st saint op het".split()
)
# Given names or initials as well: particles only where they are written small.
PARTICLES_WRITTEN_SMALL = frozenset("ben do d t o lo in san santa e y i".split())
CONNECTING = frozenset("y i e")

SHORT = 4  # letters from which a word is found inside others too; "Ng" is nobody's wish for every "Bingham"
ALPHABETS = 0x0590  # Latin, Greek, Cyrillic, Armenian lie below; scripts above join or don't part their words
IDEOGRAPHS = 0x2E80
STARTS = 12  # words of a name from which it is found written together


def folded(text: str) -> str:
    """What of `text` is compared: small letters without accents, words parted by one space, nothing else.

    Compatibility forms (full width, ligatures, styled letters) are what they stand for (Unicode, annex 15: NFKC).
    """
    return _folded(text)


def words_of(text: str) -> list[str]:
    """The words of `text`, folded, in their order."""
    return folded(text).split()


def is_same(one: str, other: str) -> bool:
    """Whether both are the same text to a reader: the same words, in whatever order ("Last, First")."""
    return sorted(words_of(one)) == sorted(words_of(other))


def could_be_same(one: str, other: str) -> bool:
    """Whether both can be the same name, in one of its ways to be written (Müller, Mueller): reason to ask, no proof.

    Titles, degrees and suffixes are left aside. A text without words is the same as nothing.
    """
    return bool(set(likenesses(one)) & set(likenesses(other)))


def likenesses(name: str) -> list[str]:
    """The keys under which a name is looked for among others that could be the same; none for a text without words."""
    found = ["".join(sorted(way)) for way in zip(*_ways(name), strict=True)]
    return [key for key in dict.fromkeys(found) if key]


def search_key(*texts: str) -> str:
    """The text in which `patterns` are looked for: each word with all that follows it, written together.

    So a word is found by its beginning, by a part of it and by what stands beside it (“Jeanpierre”, “OBrien”), in the
    plain and in the transcribed spelling (“Grunwald”, “Gruenwald”).
    """
    found: dict[str, None] = {}
    for text in texts:
        for way in (False, True):
            words = _folded(text, transcribed=way).split()
            for start, word in enumerate(words):
                found["".join(words[start:]) if start < STARTS else word] = None
    return "".join(f" {part}" for part in found)


def patterns(words: str) -> list[list[str]]:
    """For each word of what somebody looks for, what a search key may hold of it: one of them must be there.

    Titles and degrees that nobody has on record are passed over where something else is left.
    """
    return [list(dict.fromkeys(map(_pattern, ways))) for ways in _ways(words)]


def patterns_together(words: str) -> list[str]:
    """All words of what somebody looks for as one: “Mc Kay” finds “McKay”."""
    return [f" {''.join(way)}" for way in dict.fromkeys(zip(*_ways(words), strict=True))]


def has_words(text: str, words: str) -> bool:
    """Whether a search for `words` finds `text`; the same rule as in the database."""
    key, wanted = search_key(text), patterns(words)
    each = bool(wanted) and all(any(way in key for way in ways) for ways in wanted)
    return each or any(way in key for way in patterns_together(words))


def sort_key(name: str) -> str:
    """The place of a name in a list: by family name, then given names, whatever their case and accents.

    The family name is the last word, with its particles: “van den Berg” stands under V and “de la Cruz” under D, as
    American lists have it; lists of the Netherlands would have B (docs/adr/0015). Before a comma, in capitals beside
    small letters, and first in Chinese, Japanese and Korean writing stands the family name itself. Suffixes and
    degrees are none; they decide last. A single name is its own.
    """
    family, given, suffix = _parts(name)
    # A space comes before a hyphen, and both before letters: “Berg, Zoe” before “Berg Larsen, Ann”.
    return " ".join(filter(None, ("-".join(family), " ".join(given), " ".join(suffix))))


def address(text: str) -> str:
    """An e-mail address as it is compared: no case, and no compatibility forms in its domain (RFC 5895).

    A domain in its letters and the same one as it is sent (`xn--…`, RFC 3492) are one, and so is one with its root dot.
    """
    shown = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in {"Cf", "Cc", "Zs"})
    local, at, domain = shown.replace("＠", "@").rpartition("@")
    labels = unicodedata.normalize("NFKC", domain).lower().replace("。", ".").rstrip(".").split(".")
    return f"{local.lower()}{at}{'.'.join(map(_in_letters, labels))}"


def _in_letters(label: str) -> str:
    """A part of a domain in its own letters; one that can't be read stays as it is."""
    if not label.startswith("xn--"):
        return label
    try:
        return unicodedata.normalize("NFC", label.removeprefix("xn--").encode().decode("punycode")).lower()
    except UnicodeError:
        return label


def _folded(text: str, *, transcribed: bool = False) -> str:
    plain = unicodedata.normalize("NFC", text)
    plain = unicodedata.normalize("NFKC", "".join(map(_without_apostrophe, plain)))
    plain = unicodedata.normalize("NFKC", plain.casefold())
    plain = "".join(map(_without_apostrophe, plain))
    plain = DOT_BETWEEN_LS.sub("", DOT_OF_INITIALS.sub("", plain))  # while every letter still is one letter
    if transcribed:
        plain = plain.translate(TRANSCRIBED)
    plain = LEFT_OUT.sub("", unicodedata.normalize("NFKD", plain))
    plain = "".join(map(plain_letter, unicodedata.normalize("NFC", plain)))
    return " ".join("".join(map(_shown, unicodedata.normalize("NFC", plain))).split())


@lru_cache(maxsize=4096)
def _without_apostrophe(character: str) -> str:
    return "" if character in APOSTROPHES or unicodedata.category(character) == "Cf" else character


@lru_cache(maxsize=4096)
def plain_letter(character: str) -> str:
    """The plain letter for one that is told apart by a stroke, a hook or the like; ASCII for every digit."""
    if character.isascii():
        return character
    if character in LETTERS:
        return LETTERS[character]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    found = WITH_SOMETHING.match(unicodedata.name(character, ""))
    if found:
        try:
            plain = unicodedata.lookup(found.group(1))
        except KeyError:
            return character
        return plain_letter(LEFT_OUT.sub("", unicodedata.normalize("NFKD", plain)))
    return character


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    return character if kind[0] in "LMN" else "" if kind == "Cf" else " "


def _ways(text: str) -> list[tuple[str, str]]:
    """Each word, plain and transcribed, without titles and degrees unless there is nothing else.

    A transcription changes letters within words, so there are as many of them.
    """
    both = list(zip(_folded(text).split(), _folded(text, transcribed=True).split(), strict=True))
    return [ways for ways in both if ways[0] not in TITLES | DEGREES] or both


def _pattern(word: str) -> str:
    """A short word of an alphabet is looked for at the beginning of words only."""
    return f" {word}" if len(word) < SHORT and ord(max(word)) < ALPHABETS else word


def _parts(name: str) -> tuple[list[str], list[str], list[str]]:
    """Family name, given names and suffix, as far as the writing tells them apart."""
    pieces = [piece for piece in (_typed_words(piece) for piece in name.split(",")) if piece]
    suffix: list[str] = []
    while len(pieces) > 1 and all(folded(word) in SUFFIXES | DEGREES for word in pieces[-1]):
        suffix = [folded(word) for word in pieces.pop()] + suffix
    if len(pieces) > 1:
        return _each_folded(pieces[0]), _each_folded([word for piece in pieces[1:] for word in piece]), suffix
    words = pieces[0] if pieces else []
    while len(words) > 1 and folded(words[-1]) in SUFFIXES | DEGREES:
        suffix = [folded(words[-1]), *suffix]
        words = words[:-1]
    while len(words) > 1 and folded(words[0]) in TITLES:
        words = words[1:]
    first, last = _family(words)
    return _each_folded(words[first:last]), _each_folded(words[:first] + words[last:]), suffix


def _family(words: Sequence[str]) -> tuple[int, int]:
    """From which word to which the family name goes."""
    if not words or ord(folded(words[0])[0]) >= IDEOGRAPHS:
        return 0, min(1, len(words))
    capitals = [index for index, word in enumerate(words) if word.isupper() and len(folded(word)) >= SHORT - 1]
    if capitals and len(capitals) < len(words) and capitals[-1] - capitals[0] < len(capitals):
        first = capitals[0]
        while first and words[first - 1].isupper() and _is_particle(words[first - 1]):
            first -= 1
        return first, capitals[-1] + 1
    first = len(words) - 1
    while first > 1 and (_is_particle(words[first - 1]) or words[first - 1] in CONNECTING):
        first -= 1
        if words[first] in CONNECTING and first > 1:
            first -= 1
    if first == 1 and words[0].islower() and _is_particle(words[0]):
        first = 0
    return first, len(words)


def _is_particle(word: str) -> bool:
    plain = folded(word)
    return plain in PARTICLES or (word.islower() and plain in PARTICLES_WRITTEN_SMALL)


def _typed_words(text: str) -> list[str]:
    """The words as they are typed, parted as the folded ones are; those without any letter are none."""
    return [word for word in unicodedata.normalize("NFC", text).split() if folded(word)]


def _each_folded(words: Sequence[str]) -> list[str]:
    return [part for word in words for part in words_of(word)]
