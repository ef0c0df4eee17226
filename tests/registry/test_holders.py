"""Reading a secretary's list: headings guessed, every fault by line and column, nothing imported by halves."""

from datetime import date
from pathlib import Path

import pytest

from credentialing.operations.demo import society
from credentialing.registry.importing.holders import HoldersRefused
from credentialing.registry.importing.lists import read_holders

TODAY = date(2026, 11, 23)


def read(text: str, encoding: str = "utf-8") -> list:
    return read_holders(text.encode(encoding), today=TODAY)


def faults(text: str) -> list[str]:
    with pytest.raises(HoldersRefused) as refused:
        read(text)
    return [str(problem) for problem in (*refused.value.problems, *refused.value.questions)]


def test_sample_of_the_demo_has_44_holders_from_1999_to_2026():
    holders = read_holders(Path(society.HOLDERS).read_bytes(), today=TODAY)
    assert len(holders) == 44
    assert (min(h.awarded_on for h in holders).year, max(h.awarded_on for h in holders).year) == (1999, 2026)
    assert {h.status for h in holders} == {"active", "resigned", "suspended", "expired"}
    assert holders[0].name == "Miriam Abelson"


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Name,Awarded", "Nora Feldman,2004-03-15"),
        ("name;date certified", "Feldman, Nora;03/15/2004"),
        ("LEADER NAME\tCredentialed On", "Nora Feldman\tMarch 15, 2004"),
        ("First Name,Last_Name,Issue-Date", "Nora,Feldman,15 Mar 2004"),
        ("\ufeffFull name,Award date", " Nora   Feldman ,15.03.2004"),
        ("Given name,Surname,Certified", "Nora,Feldman,15-Mar-2004"),
        ("Full  Name:,Date.", "Nora Feldman,2004/03/15"),
    ],
)
def test_headings_and_dates_are_understood_as_people_write_them(head, row):
    (holder,) = read(f"{head}\n{row}\n")
    assert (holder.name, holder.awarded_on) == ("Nora Feldman", date(2004, 3, 15))


def test_every_column_is_read():
    (holder,) = read(
        "Name,No.,Awarded,Expires,Status,Degrees,Profession,City/State,Country,E-mail,Public\n"
        'Nora Feldman,ABS-7,2004-03-15,2030-01-01,In good standing,"MD, MPH",Physician,"Boston, MA",USA,N@X.org,no\n'
    )
    assert (holder.number, holder.valid_until, holder.status) == ("ABS-7", date(2030, 1, 1), "active")
    assert (holder.post_nominals, holder.profession, holder.city) == ("MD, MPH", "Physician", "Boston, MA")
    assert (holder.country, holder.email, holder.listed) == ("USA", "n@x.org", False)


def test_unknown_columns_and_empty_lines_do_no_harm():
    (holder,) = read("Name,Awarded,Shoe size\n\n,,\nNora Feldman,2004-03-15,38\n")
    assert (holder.line, holder.name) == (4, "Nora Feldman")


def test_letters_of_older_spreadsheets_are_read():
    (holder,) = read("Name,Awarded\nSøren Müller,2004-03-15\n", "cp1252")
    assert holder.name == "Søren Müller"


def test_name_over_two_lines_is_one_name_and_counted_from_its_first_line():
    (holder,) = read('Name,Awarded\n"Nora\nFeldman",2004-03-15\n')
    assert (holder.name, holder.line) == ("Nora Feldman", 2)


def test_lapsed_and_retired_are_told_apart():
    holders = read(
        "Name,Awarded,Expires,Status\nA,2004-03-15,2010-01-01,\nB,2004-03-15,,Retired\nC,2004-03-15,,on leave\n"
    )
    assert [holder.status for holder in holders] == ["expired", "resigned", "suspended"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["line 1: The file is empty."]),
        ("Name,Awarded\n", ["line 1: There are headings but no holders."]),
        ("Who,When\nNora,2004\n", ["line 1: No column for the name", "line 1: No column for the date"]),
        (
            "Name,Name,Awarded\nA,B,2004-01-01\n",
            ["Column B (Name): This heading stands twice: “Name” (A) and “Name” (B)"],
        ),
        ("Name,Awarded\n,2004-01-01\n", ["line 2, column A (Name): The name is missing."]),
        ("First name,Last name,Awarded\n,,2004-01-01\n", ["line 2, column B (Last name): The name is missing."]),
        ("First name,Last name,Awarded\nA," + "x" * 200 + ",2004-01-01\n", ["longer than 200"]),
        ("Name,Awarded\nNora,\n", ["line 2, column B (Awarded): The date is missing."]),
        ("Name,Awarded\nNora,2004\n", ["Column B (Awarded): “2004” is no full date.", "the first day"]),
        ("Name,Awarded\nNora,13/45/2004\n", ["“13/45/2004” is no full date"]),
        ("Name,Awarded\nNora,0004-01-01\n", ["before 1950"]),
        ("Name,Awarded\nNora,2999-01-01\n", ["lies in the future"]),
        ("Name,Awarded,Expires\nNora,2004-01-01,2003-01-01\n", ["column C (Expires): This is before the award."]),
        ("Name,Awarded,Status\nNora,2004-01-01,Revoked\n", ["Only the council revokes"]),
        ("Name,Awarded,Status\nNora,2004-01-01,famous\n", ["“famous” is not a status known here"]),
        ("Name,Awarded,Email\nNora,2004-01-01,nora at x\n", ["is no e-mail address"]),
        ("Name,Awarded,Listed\nNora,2004-01-01,perhaps\n", ["column C (Listed): Write yes or no."]),
        ("Name,Awarded,Country\nNora,2004-01-01," + "x" * 81 + "\n", ["longer than 80 characters"]),
        ("Name,Awarded\nNora\x07,2004-01-01\n", ["column A (Name): This holds a control character."]),
        ("Name,Awarded\nNo\u202era,2004-01-01\n", ["holds a mark that turns the direction of writing"]),
        (
            "First name,Last name,Awarded\nNo,ra\u200b,2004-01-01\n",
            ["column B (Last name): This holds an invisible character", "1 cell holds"],
        ),
        ("Name,Awarded\n007,2004-01-01\n", ["A name has at least one letter."]),
        ("Name,Awarded\nNora\ufffd,2004-01-01\n", ["can't be stored"]),
        ("Name,Awarded\nNora,2004-01-01,MD,PhD\n", ["line 2: There are more cells than headings"]),
        ('Name,Awarded\n"Nora,2004-01-01\n', ["quotation mark"]),
        (
            "Name,Awarded,No\nA,2004-01-01,7\nB,2004-01-01,7\n",
            ["line 3, column C (No): This stands in line 2 already."],
        ),
        ("Name,Awarded\nA,2004-01-01\na,2004-01-01\n", ["line 3: The same person and date stand in line 2 already."]),
    ],
)
def test_fault_is_told_by_line_and_column(text, words):
    told = faults(text)
    for word in words:
        assert any(word in fault for fault in told), told


def test_all_faults_are_told_at_once_in_order_of_lines():
    told = faults("Name,Awarded\n,x\nNora,2004-01-01\n,y\n")
    assert [fault.split(",")[0].split(":")[0] for fault in told] == ["line 2", "line 2", "line 4", "line 4"]


def test_columns_far_to_the_right_have_two_letters():
    head = ",".join(f"x{n}" for n in range(26)) + ",Name,Awarded"
    assert "column AB (Awarded)" in faults(f"{head}\n" + "," * 26 + "Nora,never\n")[0]


def test_files_that_are_no_lists_are_refused():
    for content, words in ((b"PK\x03\x04\x00", "no CSV file"), (b"a" * (5 * 1024 * 1024 + 1), "larger than 5 MB")):
        with pytest.raises(HoldersRefused, match=words):
            read_holders(content, today=TODAY)
