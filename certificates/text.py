"""What a person's text may contain; imports nothing of ours, so that everybody above can ask.

Names are data of real persons in any script, and they are printed, signed and compared. So what nobody sees must not
be in them: controls, line breaks, invisible letters, and the marks that turn the direction of what follows (they make
a page show another name than the one that is stored: Unicode Technical Report 36, "Bidirectional text spoofing").
Joiners stay where a script is written with them (RFC 5892, appendix A).
"""

import re
import unicodedata

# Kinds of line breaks that other programs write; in a text of several lines each of them is one.
OTHER_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
JOINERS = frozenset("\u200c\u200d")
# Written with joiners although no virama precedes: the letters change their shape beside each other.
JOINING_SCRIPTS = (
    "ARABIC",
    "SYRIAC",
    "MONGOLIAN",
    "NKO",
    "MANDAIC",
    "PHAGS-PA",
    "MANICHAEAN",
    "HANIFI ROHINGYA",
    "ADLAM",
)
VIRAMA = 9  # canonical combining class
TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
MARKS_OF_DIRECTION = frozenset("\u061c\u200e\u200f")  # turn nothing that is read elsewhere; people paste them
# Letters and marks by their category that show nothing at all.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
VARIANTS_OF_HAN = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
VARIANTS_OF_MONGOLIAN = range(0x180B, 0x1810)
NONCHARACTERS = range(0xFDD0, 0xFDF0)  # with the last two of every plane (Unicode, chapter 23.7)
LAST_OF_A_PLANE = 0xFFFE


def unfit_in_a_line(text: str) -> str:
    """What makes `text` unfit for one line such as a name, in words; "" where nothing does."""
    for position, character in enumerate(text):
        if _is_unseen(text, position):
            return _named(character)
    return ""


def unfit_as_a_name(text: str) -> str:
    """Why `text` can't be anybody's name, as a sentence; "" where nothing is against it."""
    if not has_a_letter(text):
        return "A name has at least one letter."
    unfit = unfit_in_a_line(text)
    return f"The name holds {unfit}." if unfit else ""


def turns_direction(text: str) -> bool:
    """Whether a mark turns what follows it: without the mark the text reads otherwise than it was shown."""
    return any(character in TURNS - MARKS_OF_DIRECTION for character in text)


def without_unseen(text: str) -> str:
    """`text` without what nobody sees in it; what parts words (a line break, a tab) is a space."""
    kept = (
        character if not _is_unseen(text, position) else " " if character.isspace() else ""
        for position, character in enumerate(text)
    )
    return " ".join("".join(kept).split())


def unfit_in_lines(text: str) -> str:
    """What makes `text` unfit for several lines, in words; "" where nothing does.

    Softer than for a line: invisible letters of word processors do no harm within a letter or a reason.
    """
    for character in text:
        if character in "\t\n\r":
            continue
        if unicodedata.category(character) in {"Cc", "Cs"} or character in TURNS - MARKS_OF_DIRECTION:
            return _named(character)
        if _is_noncharacter(character):
            return _named(character)
    return ""


def with_one_kind_of_break(text: str) -> str:
    """`text` with every kind of line break written as the usual one."""
    return OTHER_BREAKS.sub("\n", text)


def has_a_letter(text: str) -> bool:
    """Whether somebody who reads `text` sees a letter: what has none is nobody's name."""
    return any(unicodedata.category(c).startswith("L") and c not in BLANKS for c in text)


def _is_unseen(text: str, position: int) -> bool:
    character = text[position]
    if character in JOINERS:
        return not _joins(text, position)
    if ord(character) in VARIANTS_OF_MONGOLIAN:
        return not _follows(text, position, "MONGOLIAN")
    if any(ord(character) in variants for variants in VARIANTS_OF_HAN):
        return not _follows(text, position, "CJK")
    if character in BLANKS or _is_noncharacter(character):
        return True
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _joins(text: str, position: int) -> bool:
    """Whether the joiner stands after a virama, or between letters that join (RFC 5892, A.1 and A.2)."""
    before, after = text[:position], text[position + 1 :]
    if not before or not after or not unicodedata.category(after[0]).startswith("L"):
        return False
    if unicodedata.combining(before[-1]) == VIRAMA:
        return True
    letter = before.rstrip("".join({c for c in before if unicodedata.category(c) == "Mn"}))[-1:]
    return all(unicodedata.name(c, "").startswith(JOINING_SCRIPTS) for c in (letter, after[0])) and bool(letter)


def _follows(text: str, position: int, script: str) -> bool:
    return position > 0 and unicodedata.name(text[position - 1], "").startswith(script)


def _is_noncharacter(character: str) -> bool:
    code = ord(character)
    return code in NONCHARACTERS or code & LAST_OF_A_PLANE == LAST_OF_A_PLANE


def _named(character: str) -> str:
    if character in TURNS:
        return "a mark that turns the direction of writing"
    if character in "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029":
        return "a line break"
    if character == "\t":
        return "a tab"
    name = unicodedata.name(character, "").lower()
    return f"an invisible character ({name})" if name else "a control character"
