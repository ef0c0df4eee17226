"""What a list says, decided over whole columns: letters, separators, titles, dates, names, statuses, sheets."""

import io
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from credentialing.registry.importing.holders import HoldersRefused, Reading
from credentialing.registry.importing.lists import read_list
from credentialing.registry.importing.reading import read_here

TODAY = date(2026, 11, 23)
CASES = Path(__file__).parent.parent / "cases" / "import"


def reading(content: bytes, **choices: str) -> Reading:
    """Read in this process, which costs no child; the limits are tested where children are."""
    return read_here(content, today=TODAY, choices={key.replace("__", ":"): value for key, value in choices.items()})


def names(content: bytes, **choices: str) -> list[tuple[str, str]]:
    return [(holder.name, holder.post_nominals) for holder in reading(content, **choices).settled()]


def days(*cells: str, **choices: str) -> list[str]:
    text = "Name;Awarded\n" + "".join(f"Person {chr(65 + n)};{cell}\n" for n, cell in enumerate(cells))
    return [str(holder.awarded_on) for holder in reading(text.encode(), **choices).settled()]


def asked(content: bytes, **choices: str) -> str:
    return " ".join(question.label for question in reading(content, **choices).questions)


def workbook(rows: list[list], *, other: list[list] | None = None, merged: str = "") -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, table in (("Leaders", rows), ("Notes", other or [])):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(table):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
        if merged and name == "Leaders":
            sheet.merge_range(merged, "Certified leaders as of May 2024")
    book.close()
    return file.getvalue()


@pytest.mark.parametrize(
    ("file", "choices", "holders"),
    [
        ("a01_degrees_after_comma.csv", {}, ["Jane Example|MD|2004-03-15|active", "John Example||2005-06-01|active",
            "Ruth Sample|LCSW|2006-06-01|active", "Paul Sample Jr.||2007-06-01|active",
            "Mary Test|MD, PhD|2008-06-01|active"]),
        ("a02_msdos_cp850_first_last.csv", {}, ["Jürgen Müller||2004-03-15|active", "José Nuñez||2005-03-15|active"]),
        ("a04_day_first_slash.csv", {}, ["Anna Example||2004-03-15|active", "Ben Example||2005-04-03|active"]),
        ("a04b_day_first_all_small.csv", {"dates__B__order": "dmy"},
            ["Anna Example||2004-03-05|active", "Ben Example||2005-04-03|active"]),
        ("a05_sep_line.csv", {}, ["Anna Example||2004-03-15|active"]),
        ("a06_title_rows.csv", {}, ["Anna Example||2004-03-15|active"]),
        ("a07_timestamps.csv", {}, [f"{name} Example||2004-03-15|active" for name in ("Anna", "Ben", "Cara")]),
        ("a08_id_and_certno.csv", {"column__A": "-"}, ["Anna Example||2004-03-15|active"]),
        ("a08b_title_and_degrees.csv", {"column__A": "prefix"}, ["Dr. Anna Example|MD|2004-03-15|active"]),
        ("a12_statuses.csv", {"status__deceased": "resigned", "status__emerita": "active"},
            ["Anna Example||1999-06-01|resigned", "Ben Example||1999-06-01|suspended",
             "Cara Example||1999-06-01|resigned", "Dan Example||1999-06-01|active"]),
        ("a16_zero_width.csv", {"unseen": "clean", "faults": "leave-out"},
            ["Anna Example||2004-03-15|active", "Cara Example||2004-03-17|active"]),
        ("holders_columns.csv", {}, ["Dr. Jo Quincy Doe Jr.||2004-03-15|active"]),
        ("holders_deceased.csv", {"status__deceased": "expired"}, ["Jo Doe||2004-03-15|expired"]),
        ("holders_suffix.csv", {}, ["Jane Smith|MD|2004-03-15|active", "Robert Brown Jr.||2005-03-15|active",
            "Robert Brown Jr.||2005-03-15|active"]),
    ],
)  # fmt: skip
def test_lists_of_strangers_are_read_as_their_secretaries_meant_them(file, choices, holders):
    found = reading((CASES / file).read_bytes(), **choices).settled()
    assert [f"{one.name}|{one.post_nominals}|{one.awarded_on}|{one.status}" for one in found] == holders


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("a04b_day_first_all_small.csv", "“05/03/2004”, “03/04/2005” can be read in 2 ways"),
        ("a08_id_and_certno.csv", "“ID” (A) and “Certificate no” (C) both seem to mean the certificate number"),
        ("a08b_title_and_degrees.csv", "“Title” and “Degrees” can both mean the degrees"),
        ("a12_statuses.csv", "“Deceased” says that somebody has died"),
        ("a16_zero_width.csv", "2 cells hold invisible characters, the first in line 2, column A (Name)"),
        ("holders_deceased.csv", "There is no such standing here; say what it counts as"),
    ],
)
def test_what_two_readings_fit_is_asked_in_words_and_nothing_is_imported(file, words):
    content = (CASES / file).read_bytes()
    assert words in asked(content)
    with pytest.raises(HoldersRefused):
        reading(content).settled()


def test_unreadable_character_is_refused_naming_its_cell():
    told = [str(one) for one in reading((CASES / "holders_split_unreadable.csv").read_bytes()).problems]
    assert told[0].startswith("line 2, column A (First name): “Jo\ufffd” has a character that can't be read")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp850", "José Núñez"), ("cp437", "Zoë Åberg"), ("mac_roman", "Jürgen Müller"), ("cp1250", "Jiří Dvořák"),
        ("iso8859_2", "Łukasz Wiśniewski"), ("cp852", "Małgorzata Żak"), ("cp1253", "Γιώργος Παπάς"),
        ("cp866", "Анна Иванова"), ("koi8_r", "Анна Иванова"), ("mac_latin2", "Ján Šťastný"),
        ("cp1252", "Anne O’Brien-Müller"), ("utf_16", "Ünal Öz"), ("utf_16_le", "Ünal Öz"), ("utf_16_be", "Ünal Öz"),
        ("utf_8_sig", "Nguyễn Ánh"),
    ],
)  # fmt: skip
def test_letters_of_any_machine_come_in_as_they_were_typed(encoding, name):
    assert names(f"Name,Awarded\r\n{name},2004-03-15\r\n".encode(encoding)) == [(name, "")]


@pytest.mark.parametrize(("encoding", "name"), [("cp1254", "Gülşen Yıldız"), ("cp1251", "Иван Петров")])
def test_letters_that_two_code_pages_give_names_for_are_asked_and_chosen(encoding, name):
    content = f"Name,Awarded\n{name},2004-03-15\n".encode(encoding)
    assert "can be read in several ways" in asked(content)
    assert names(content, encoding=encoding) == [(name, "")]


def test_text_that_was_written_in_utf_8_twice_is_asked_about():
    content = "Name,Awarded\nJürgen Müller,2004-03-15\n".encode().decode("cp1252").encode()
    assert asked(content)
    assert names(content, encoding="twice") == [("Jürgen Müller", "")]


@pytest.mark.parametrize(
    ("printed", "name", "degrees"),
    [
        ("Dr. Jane M. Example PhD", "Dr. Jane M. Example", "PhD"),
        ("Example, Jane, MD, PhD", "Jane Example", "MD, PhD"),
        ("Example, MD, Jane", "Jane Example", "MD"),
        ("Example, Jane MD", "Jane Example", "MD"),
        ("Example Jr., John", "John Example Jr.", ""),
        ("Example, John, III, M.D.", "John Example III", "M.D."),
        ("van den Berg, Anna-Maria", "Anna-Maria van den Berg", ""),
        ("Jane Example, M.D., Ph.D.", "Jane Example", "M.D., Ph.D."),
        ("Jane Example (LCSW-R)", "Jane Example", "LCSW-R"),
        ("Jane Example MD/PhD", "Jane Example", "MD, PhD"),
        ("Nguyen, Do", "Do Nguyen", ""),
        ("O'Brien, Siobhán", "Siobhán O'Brien", ""),
        ("Jane Example (née Sample)", "Jane Example (née Sample)", ""),
        ("DE LA CRUZ MARIA", "DE LA CRUZ MARIA", ""),
    ],
)
def test_names_and_degrees_are_parted_and_nothing_is_dropped(printed, name, degrees):
    assert names(f'Name,Awarded\n"{printed}",2004-01-01\n'.encode()) == [(name, degrees)]


def test_split_of_names_is_shown_and_can_be_refused():
    content = b'Name,Awarded\n"Example, Jane, MD",2004-01-01\n"Doe, Jo",2004-01-02\n'
    assert names(content, names__comma="keep")[1] == ("Doe, Jo", "")
    assert names(b'Name,Awarded\n"Jane Doe, MD",2004-01-01\n', names__degrees="keep", names__comma="keep") == [
        ("Jane Doe, MD", "")
    ]
    assert names(b"Name,Awarded\nDr. Jo Doe,2004-01-01\n", names__titles="drop") == [("Jo Doe", "")]
    assert any("“Example, Jane, MD” is Jane Example" in str(guess) for guess in reading(content).guesses)


@pytest.mark.parametrize(("printed", "word"), [("Li, MA", "MA"), ("Example, JD", "JD"), ("Jane Example, XYZQ", "XYZQ")])
def test_word_that_can_be_a_degree_or_a_name_follows_what_is_chosen(printed, word):
    content = f'Name,Awarded\n"{printed}",2004-01-01\n'.encode()
    last = printed.partition(",")[0]
    choice = f"degree__{word}"
    assert names(content, **{choice: "degree"}) == [(last, word)]
    assert names(content, **{choice: "name"}) == [(f"{word} {last}", "")]


@pytest.mark.parametrize("printed", ["Ana and Bo Li", "Doe, Jane & John", "Ana Li; Bo Li", "Ana Li / Bo Li"])
def test_several_people_in_one_cell_are_refused_in_words(printed):
    (problem,) = reading(f'Name,Awarded\n"{printed}",2004-01-01\n'.encode()).problems
    assert "seems to name several people" in str(problem)


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (("03/04/2004", "25/03/2004"), ["2004-04-03", "2004-03-25"]),
        (("03/04/2004", "03/25/2004"), ["2004-03-04", "2004-03-25"]),
        (("05/05/2004",), ["2004-05-05"]),
        (("15. März 2004", "15 mars 2004", "15 de marzo de 2004", "15th March 2004", "Mon, Mar 15, 2004"),
         ["2004-03-15"] * 5),
        (("38061", "38061.5"), ["2004-03-15"] * 2),
        (("20040315", "2004-03-15T23:30:00Z", "15.3.2004 8:15"), ["2004-03-15"] * 3),
        (("15/03/85", "15/03/04"), ["1985-03-15", "2004-03-15"]),
        (("15-Mar-04", "2004/3/15"), ["2004-03-15"] * 2),
    ],
)  # fmt: skip
def test_one_cell_decides_the_dates_of_its_column(cells, found):
    assert days(*cells) == found


def test_dates_that_stay_doubtful_are_asked_and_then_read_as_chosen():
    assert days("03/04/2004", dates__B__order="dmy") == ["2004-04-03"]
    assert days("03/04/2004", dates__B__order="mdy") == ["2004-03-04"]
    assert days("2004", "March 2005", "6/2006", dates__B__partial="first") == ["2004-01-01", "2005-03-01", "2006-06-01"]
    assert days("2004", "March 2005", dates__B__partial="last") == ["2004-12-31", "2005-03-31"]
    assert days("36599", dates__B__epoch="1904") == ["2004-03-15"]
    content = b"Name;Awarded\nA B;25/03/2004\nC D;03/25/2004\n"
    assert "“25/03/2004” and “03/25/2004” can't have one order" in asked(content)
    assert "is no full date" in str(reading(content, dates__B__order="dmy").problems[0])


@pytest.mark.parametrize(
    "text",
    ["Name|Awarded\nJo Doe|2004-03-15\n", "sep=|\nName|Awarded\nJo Doe|2004-03-15\n",
     "Leaders, by year; 2004\n\nName;Awarded;;\nJo Doe;2004-03-15;;\n;;;\n",
     "Name,Awarded,,\nJo Doe,2004-03-15,,,,\n", "Name,Awarded\rJo Doe,2004-03-15\r",
     "Name,Awarded\nJo Doe,2004-03-15\nName,Awarded\n", "Vorname;Nachname;Datum\nJo;Doe;15.03.2004\n",
     "First name,Name,Awarded\nJo,Doe,2004-03-15\n"],
)  # fmt: skip
def test_rows_are_found_whatever_stands_around_them(text):
    assert names(text.encode()) == [("Jo Doe", "")]


def test_separator_that_was_guessed_can_be_changed():
    content = b"Name;Awarded\nJo Doe;2004-03-15\n"
    assert "No column for the name" in str(reading(content, separator="comma").problems[0])


@pytest.mark.parametrize(
    ("word", "why"),
    [("†", "has died"), ("Emeritus", "an honor"), ("Revoked", "Only the council revokes"), ("Inactive", "not a status"),
     ("active until 2019", "active until 2019")],
)  # fmt: skip
def test_standing_without_a_state_of_its_own_is_asked_and_the_printed_word_kept(word, why):
    content = f"Name,Awarded,Status\nJo Doe,1999-06-01,{word}\n".encode()
    (question,) = reading(content).questions
    assert why in question.label
    (holder,) = reading(content, **{question.key: "resigned"}).settled()
    assert (holder.status, holder.printed_status) == ("resigned", word)
    left_out = reading(content, **{question.key: "leave-out"})
    assert (left_out.settled(), left_out.left_out) == ([], 1)


def test_standing_until_a_day_ends_on_it():
    (holder,) = reading(b"Name,Awarded,Status\nJo Doe,1999-06-01,active until 2019-05-01\n").settled()
    assert (holder.status, holder.valid_until) == ("expired", date(2019, 5, 1))
    (asked_for,) = reading(b"Name,Awarded,Status\nJo Doe,1999-06-01,valid through 2030\n").questions
    assert asked_for.chosen == "until-2030-12-31"


def test_spreadsheet_is_read_with_its_days_numbers_and_merged_title():
    content = workbook(
        [[], [], ["Name", "Certificate no", "Awarded"], ["Jo Doe, MD", 17, datetime(2004, 3, 15)],  # noqa: DTZ001
         ["Bo Li", "X-1", "15/03/2004"]],
        merged="A1:C1",
    )  # fmt: skip
    found = read_list(content, today=TODAY).settled()
    assert [(one.line, one.name, one.number, str(one.awarded_on)) for one in found] == [
        (4, "Jo Doe", "17", "2004-03-15"), (5, "Bo Li", "X-1", "2004-03-15"),
    ]  # fmt: skip


def test_sheet_is_chosen_where_several_hold_rows():
    content = workbook([["Name", "Awarded"], ["Jo Doe", "2004-03-15"]], other=[["Remarks"], ["none"]])
    assert "has 2 sheets with rows" in asked(content)
    assert names(content, sheet="Leaders") == [("Jo Doe", "")]
    assert "No column for the name" in str(reading(content, sheet="Notes").problems[0])


def test_spreadsheet_that_takes_too_much_is_refused_in_words():
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    book.add_worksheet().write(1_000_000, 16_000, "far away")
    book.close()
    (problem,) = read_list(file.getvalue(), today=TODAY).problems
    assert "time or memory" in problem.message or "more than" in problem.message


def test_broken_spreadsheet_is_refused_in_words():
    (problem,) = reading(workbook([["Name", "Awarded"]])[:900]).problems
    assert "no spreadsheet that can be read" in problem.message
