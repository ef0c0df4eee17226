"""TOML out equals TOML in: what is changed is changed, and every other line stays as somebody wrote it."""

import tomllib
from difflib import ndiff

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from credentialing.pathways.loader import SHIPPED, digest_of, load_pathway
from credentialing.pathways.writing import (
    NotThere,
    add_table,
    at,
    begin_table,
    change_values,
    move_table,
    remove_table,
)

SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.toml"))}
ABS = SOURCES["abs-leader"]
every_file = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)


def differing(before, after):
    return [line for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


def places(data, path=()):
    """Every table of a list of tables in a file."""
    for key, value in data.items():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            for number, row in enumerate(value):
                yield (*path, key, number)
                yield from places(row, (*path, key, number))


@every_file
def test_setting_what_is_there_already_changes_no_character(source):
    for path in places(tomllib.loads(source)):
        row = at(tomllib.loads(source), path)
        plain = {key: value for key, value in row.items() if not isinstance(value, dict | list)}
        assert change_values(source, path, plain) == source


@every_file
def test_one_label_changed_is_one_line_changed_and_comments_stay(source):
    changed = change_values(source, ("stages", 0), {"label": "Another “label”"})

    assert len(differing(source, changed)) == 2
    assert load_pathway(changed).stages[0].label == "Another “label”"


@every_file
def test_moving_there_and_back_means_the_same(source):
    there = move_table(source, ("stages", 0, "requirements", 0), 1)

    assert digest_of(there) != digest_of(source)
    assert digest_of(move_table(there, ("stages", 0, "requirements", 1), 0)) == digest_of(source)


@every_file
def test_added_and_removed_again_means_the_same(source):
    number = len(load_pathway(source).stages[1].requirements)
    values = {"slug": "ethics", "kind": "document", "label": "Ethics", "what": "ethics", "takes_files": True}

    added = add_table(source, ("stages", 1), "requirements", values)

    assert load_pathway(added).requirement("ethics").stage == load_pathway(source).stages[1].slug
    assert digest_of(remove_table(added, ("stages", 1, "requirements", number))) == digest_of(source)


def test_list_of_tables_begins_and_ends_with_its_elements():
    added = add_table(ABS, (), "profile", {"slug": "q", "label": "Q?"})

    assert at(tomllib.loads(added), ("profile", 0, "slug")) == "q"
    assert "profile" not in tomllib.loads(remove_table(added, ("profile", 0)))


def test_comment_beside_a_value_stays_when_the_value_changes():
    changed = change_values(ABS, ("stages", 0, "requirements", 0), {"kind": "document"})

    assert 'kind = "document" # [S] member throughout the process' in " ".join(changed.split(" ")).replace("  ", " ")


def test_new_key_stands_in_its_own_table_before_those_below():
    changed = change_values(ABS, ("stages", 0), {"quorum": 2})

    assert load_pathway(changed).stages[0].quorum == 2


def test_key_is_taken_away():
    assert "summary" not in at(tomllib.loads(change_values(ABS, ("stages", 0), {"summary": None})), ("stages", 0))
    assert change_values(ABS, ("stages", 0), {"nothing": None}) == ABS


@pytest.mark.parametrize(
    "change",
    [
        lambda: change_values(ABS, ("stages", 99), {"label": "x"}),
        lambda: remove_table(ABS, ("stages", 99)),
        lambda: move_table(ABS, ("stages", 0), 99),
        lambda: add_table(ABS, ("nowhere",), "x", {}),
        lambda: change_values(ABS, ("slug", "x"), {"label": "x"}),
    ],
)
def test_place_that_is_not_there_is_refused(change):
    with pytest.raises(NotThere):
        change()


VALUES = st.one_of(
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=0, max_value=10**6),
    st.dates(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30),
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), max_size=6),
    st.fixed_dictionaries({"slug": st.sampled_from(["a", "b"]), "label": st.text("xyz\"'\\#", max_size=5)}),
)


def said(value):
    if isinstance(value, tuple | list):
        return [said(part) for part in value]
    return float(value) if not isinstance(value, str | bool | dict) and hasattr(value, "as_tuple") else value


@given(values=st.dictionaries(st.sampled_from(["one", "two", "label", "signed_by"]), VALUES, min_size=1))
def test_whatever_is_written_is_read_again(values):
    path = ("stages", 1, "requirements", 2)
    before = tomllib.loads(ABS)

    after = tomllib.loads(change_values(ABS, path, values))

    row = at(after, path)
    assert {key: row[key] for key in values} == {key: said(value) for key, value in values.items()}
    at(before, path).update({key: row[key] for key in values})
    assert after == before
    assert tomlkit.dumps(tomlkit.parse(change_values(ABS, path, values))) == change_values(ABS, path, values)


def test_list_written_in_one_line_is_continued_as_it_is_and_an_empty_one_begun():
    several = add_table('a = [{ slug = "x" }] # why\n', (), "a", {"slug": "y"})
    assert tomllib.loads(several) == {"a": [{"slug": "x"}, {"slug": "y"}]}
    assert "# why" in several
    assert tomllib.loads(add_table("a = []\nb = 1\n\n[c]\nd = 2\n", (), "a", {"slug": "y"})) == {
        "a": [{"slug": "y"}],
        "b": 1,
        "c": {"d": 2},
    }


def test_list_is_begun_within_a_table_that_is_written_in_one_line():
    begun = add_table("a = [{ slug = 'x', n = 1 }] # why\nb = 1\n", ("a", 0), "options", {"slug": "y"})

    assert tomllib.loads(begun) == {"a": [{"slug": "x", "n": 1, "options": [{"slug": "y"}]}], "b": 1}
    assert "# why" in begun


def test_list_of_tables_that_is_written_otherwise_belongs_to_its_own_table_still():
    source = "[r]\nv = 1\n[[r.scale]]\nslug = 'a'\n[[r.items]]\nslug = 'b'\n[after]\nx = 1\n"
    changed = change_values(source, ("r",), {"items": [{"slug": "c"}]})
    assert tomllib.loads(changed) == {
        "r": {"v": 1, "scale": [{"slug": "a"}], "items": [{"slug": "c"}]},
        "after": {"x": 1},
    }


def test_table_is_begun_once():
    begun = begin_table(ABS, "roles")
    assert begin_table(begun, "roles") == begun
    assert tomllib.loads(begun)["roles"] == {}
    assert change_values(begun, ("roles",), {"council": "Board"}).endswith('[roles]\ncouncil = "Board"\n')


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=30))
def test_text_of_several_lines_comes_back_as_it_was(text):
    text += '\n"""\\ end'
    assert tomllib.loads(change_values("a = 1\n", (), {"a": text})) == {"a": text}
