"""What a person's text may contain: names in any script stay as they are, what nobody sees is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.text import has_a_letter, unfit_in_a_line, unfit_in_lines, with_one_kind_of_break

NAMES = [
    "Jane Example",
    "Søren Kierkegård-Łukasz",
    "Adébáyọ̀ Ẹ̀kọ́",
    "O’Brien, Jr. (née Müller)",
    "Nguyễn Thị Minh Khai",
    "王小明",
    "辻\U000e0100 太郎",  # the variant of a Japanese character that the family writes
    "김　민수",
    "ศรีสุดา เพชรรัตน์",
    "مریم می\u200cخواهم",  # Persian, written with a non-joiner
    "शर्मा क्\u200dष",  # Devanagari, a joiner after the virama
    "ක්\u200dෂ",  # Sinhala
    "ᠮᠣᠩᠭᠣᠯ\u180b",  # a Mongolian letter's variant
    "Ελένη Παπαδοπούλου",
    "D'Arcy\u00a0Smith",
]
UNSEEN = {
    "a line break": "Jane\nExample",
    "a line break of old programs": "Jane\rExample",
    "the next line": "Jane\x85Example",
    "a line separator": "Jane\u2028Example",
    "a paragraph separator": "Jane\u2029Example",
    "a vertical tab": "Jane\x0bExample",
    "a tab": "Jane\tExample",
    "a bell": "Jane\x07",
    "nothing at all": "Jane\x00",
    "an escape": "\x1b[31mJane",
    "a delete": "Jane\x7f",
    "an override": "Jane \u202eelpmaxE",
    "an embedding": "\u202bJane\u202c",
    "an isolate": "\u2067Jane\u2069",
    "a mark of direction": "Jane\u200f",
    "an Arabic mark of direction": "Jane\u061c",
    "a space of no width": "Ja\u200bne",
    "a word joiner": "Ja\u2060ne",
    "a byte-order mark": "\ufeffJane",
    "a soft hyphen": "Ja\u00adne",
    "a grapheme joiner": "Ja\u034fne",
    "a Hangul filler": "Jane \u3164",
    "a half-width filler": "Jane\uffa0",
    "a blank of Braille": "Jane\u2800",
    "a joiner between Latin letters": "Ja\u200dne",
    "a non-joiner between Latin letters": "Ja\u200cne",
    "a joiner at the end": "मरि\u200d",
    "a variant of a Latin letter": "Jane\ufe0f",
    "a Mongolian variant of a Latin letter": "Jane\u180b",
    "a tag": "Jane\U000e0041",
    "an invisible operator": "Ja\u2062ne",
    "an annotation": "Jane\ufff9",
    "a private character": "Jane\ue000",
    "a noncharacter": "Jane\ufdd0",
    "the last of a plane": "Jane\U0001ffff",
    "a lone surrogate": "Jane\ud800",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_script_are_fit(name):
    assert unfit_in_a_line(name) == ""
    assert has_a_letter(name)


@pytest.mark.parametrize("what", UNSEEN)
def test_what_nobody_sees_is_unfit_in_a_name(what):
    assert unfit_in_a_line(UNSEEN[what]) != ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jane\u202e", "a mark that turns the direction of writing"),
        ("Jane\u2028", "a line break"),
        ("Jane\t", "a tab"),
        ("Jane\u200b", "an invisible character (zero width space)"),
        ("Jane\x07", "a control character"),
    ],
)
def test_what_is_unfit_is_named(text, words):
    assert unfit_in_a_line(text) == words


@pytest.mark.parametrize("text", ["", "   ", "\u3164\u3164", "...", "007", "\u200b", "\u0301", "👩"])
def test_what_shows_no_letter_is_nobodys_name(text):
    assert not has_a_letter(text)


@pytest.mark.parametrize(
    "text", ["Two lines\r\nof a letter\n\tindented", "a word\u00adprocessor's\u200b\u2060", "👩\u200d⚕️", "\u200fעברית"]
)
def test_letters_of_several_lines_keep_what_does_no_harm(text):
    assert unfit_in_lines(text) == ""


@pytest.mark.parametrize("text", ["\x07", "\x00", "\x1b[2J", "\u202e", "\u2066", "\ud800", "\ufffe"])
def test_letters_of_several_lines_hold_no_controls_and_turn_no_direction(text):
    assert unfit_in_lines(f"before {text} after") != ""


def test_every_kind_of_line_break_becomes_one():
    assert with_one_kind_of_break("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h\ni") == "a\nb\nc\nd\ne\nf\ng\nh\ni"


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"], exclude_characters="\u2800"), max_size=20))
def test_whatever_is_seen_is_fit(text):
    shown = "".join(
        c for c in text if unicodedata.category(c) != "Mn" and c not in "\u115f\u1160\u3164\uffa0\u17b4\u17b5"
    )
    assert unfit_in_a_line(shown) == ""


@given(st.text(max_size=30))
def test_what_is_unfit_in_lines_is_unfit_in_a_line(text):
    assert not unfit_in_lines(text) or unfit_in_a_line(text)
