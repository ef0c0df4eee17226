"""Names on the drawn page: every script readable in it, none cut, none printed over another line."""

import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pikepdf
import pymupdf
import pytest

from certificates.designs import SOCIETY_LENGTH, TITLE_LENGTH
from certificates.drawing.process import RenderingFailed, drawing
from certificates.facts import Signatory
from certificates.fonts import cjk_file, width_in_em
from certificates.margins import hung
from certificates.rendering import Design, drawing_job, render_in_child
from certificates.typesetting import society_layout
from tests.certificates.factories import FACTS

PAGES = {
    "greek": ("Θεοδώρα Παπαδοπούλου", "نور الأمين", "נורה פלדמן"),
    "cyrillic": ("Людмила Петровна", "Đặng Thị Ánh Nguyệt", "Zoë Ångström"),
}
INNER_FRAME = 0.43 * 72
LETTER, A4 = (792, 612), (841.9, 595.3)
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)</word>')
DIRECTION_MARKS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u200e\u200f"))


def signed_by(*names: str) -> tuple[Signatory, ...]:
    return tuple(Signatory(name=name, office="Chair, Credentialing Coordinating Committee") for name in names)


def tool(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} on this machine")
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def page(folder: Path, **facts) -> Path:
    path = folder / "page.pdf"
    path.write_bytes(render_in_child(replace(FACTS, **facts), "abcDEF123"))
    return path


@pytest.fixture(scope="module", params=PAGES)
def in_scripts(request, tmp_path_factory):
    name, *signatories = PAGES[request.param]
    return request.param, page(tmp_path_factory.mktemp("scripts"), name=name, signatories=signed_by(*signatories))


def test_names_of_every_script_can_be_read_out_of_the_paper(in_scripts):
    script, path = in_scripts
    text = tool("pdftotext", "-layout", str(path), "-").translate(DIRECTION_MARKS)
    assert [name for name in PAGES[script] if name not in text] == []


def test_names_of_every_script_are_set_in_our_faces_alone(in_scripts):
    _, path = in_scripts
    faces = [row.split()[0] for row in tool("pdffonts", str(path)).splitlines()[2:]]
    assert [face for face in faces if not re.match(r"[A-Z]{6}\+Certificate-", face)] == []


def test_chinese_name_can_be_read_out_of_the_paper(tmp_path):
    if cjk_file() is None:
        pytest.skip("no Chinese font on this machine")
    assert "王小明" in tool("pdftotext", str(page(tmp_path, name="王小明")), "-")


@pytest.mark.parametrize(
    "name",
    [
        "WILHELMINA WOMMERSHAM",
        "MARIA-WILHELMINA HOHENZOLLERN-WOMMERSHAMMER-MONTGOMERY",
        "Anna-Katharina Freifrau von und zu Guttenberg-Montgomery",
        "W" * 50,
    ],
)
def test_wide_names_stay_within_the_frame_and_off_the_other_lines(tmp_path, name):
    words = words_of(page(tmp_path, name=name, signatories=signed_by("M" * 60, "Josephine Abara")))
    assert "".join(name.split()) in "".join(word for *_, word in words)
    assert faults_of(words, LETTER) == []


def words_of(path: Path) -> list[tuple[float, float, float, float, str]]:
    return [(*map(float, found[:4]), found[4]) for found in WORD.findall(tool("pdftotext", "-bbox", str(path), "-"))]


def faults_of(words, size: tuple[float, float]) -> list[tuple[str, ...]]:
    """Words beyond the inner frame, and pairs of words of which one is printed over the other."""
    right, bottom = (side - INNER_FRAME for side in size)
    outside = [(w,) for x0, y0, x1, y1, w in words if x0 < INNER_FRAME or x1 > right or y1 > bottom]
    return outside + [(a[4], b[4]) for a, b in combinations(words, 2) if overlap(a, b)]


SOCIETIES = {
    "long": "Internationale Arbeitsgemeinschaft der Balint-Gesellschaften und Psychosomatik",
    "wide": ("WWWWWW MMMMMM " * 6)[:SOCIETY_LENGTH].strip(),
    "one word": "W" * SOCIETY_LENGTH,
}


@pytest.mark.parametrize("kind", SOCIETIES)
@pytest.mark.parametrize("size", ["letter", "a4"])
def test_longest_wording_stays_within_the_frame_and_off_the_other_lines(tmp_path, kind, size):
    society = SOCIETIES[kind]
    people = ("Josephine Abara", "Maria Magdalena von und zu Hohenstein-Wartenberg", "Anselm Whitaker")
    titles = ("W" * TITLE_LENGTH, ("Chair of the Credentialing Committee " * 2)[:TITLE_LENGTH], "President")
    path = page(
        tmp_path, society=society, page_size=size, valid_until=date(2029, 3, 27),
        name="Anna-Katharina Freifrau von und zu Guttenberg-Montgomery",
        signatories=tuple(Signatory(name=one, office=title) for one, title in zip(people, titles, strict=True)),
    )  # fmt: skip
    words = words_of(path)
    said = "".join(word for *_, word in words)
    assert [text for text in (society, *titles[:1]) if "".join(text.split()) not in said] == []
    assert faults_of(words, LETTER if size == "letter" else A4) == []
    signed = [word for word in words if word[4] in {"Josephine", "Maria", "Anselm"}]
    assert len({word[1] for word in signed}) == 1  # beside each other
    assert [word[4] for word in words if overlap(word, code_above(words))] == []


def code_above(words) -> tuple[float, float, float, float, str]:
    """Where the QR code stands: an inch wide, in the middle above the number."""
    left, top = next((word[0], word[1]) for word in words if word[4] == "No.")
    right = next(word[2] for word in words if word[4] == FACTS.number)
    middle = (left + right) / 2
    return middle - 35, top - 72, middle + 35, top, "the code"


@pytest.mark.parametrize(
    ("society", "size", "lines"),
    [
        ("American Balint Society", "", ("American Balint Society",)),
        (
            SOCIETIES["long"],
            "long",
            ("Internationale Arbeitsgemeinschaft der", "Balint-Gesellschaften und Psychosomatik"),
        ),
        (SOCIETIES["one word"], "longest", (SOCIETIES["one word"],)),
    ],
)
def test_long_name_of_the_society_is_set_smaller_and_broken_near_its_middle(society, size, lines):
    layout = society_layout(society)
    assert (layout.size, tuple(line.text for line in layout.lines)) == (size, lines)


def overlap(a, b) -> bool:
    """Whether two words cover each other by more than the air that a font leaves above and below its letters."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide > 0 and high > 0.5 * min(a[3] - a[1], b[3] - b[1])


def test_width_is_that_of_the_letters_and_not_their_number():
    assert width_in_em("WWW") > 2 * width_in_em("iii")
    assert width_in_em("e\u0301") == width_in_em("é")
    assert width_in_em("𓀀") == 1.0
    assert width_in_em("") == 0


def letters(path: Path, text: str) -> tuple[float, float]:
    """Where the letters of a line begin and end on the page, without the punctuation at its end."""
    with pymupdf.open(path) as document:
        for block in document[0].get_text("rawdict")["blocks"]:
            for line in block.get("lines", ()):
                characters = [character for span in line["spans"] for character in span["chars"]]
                if "".join(character["c"] for character in characters).strip() == text:
                    inner = [one["bbox"] for one in characters[: len(text.rstrip(".,"))]]
                    return min(box[0] for box in inner), max(box[2] for box in inner)
    raise AssertionError(text)


@pytest.mark.parametrize("name", ["Ann Vale Jr.", "Dr. Ann Vale, M.D.", "Ann Vale,", "Ann Vale"])
def test_line_is_centred_by_its_letters_and_its_punctuation_hangs(tmp_path, name):
    society, degrees = "The Balint Society, Inc.", "M.D., F.A.A.F.P."
    path = page(tmp_path, name=name, society=society, post_nominals=degrees, signatories=signed_by("Ben Mill Sr."))
    for text in (name, degrees):  # kerning with what hangs isn't counted: at most 0.04 em
        left, right = letters(path, text)
        assert (left + right) / 2 == pytest.approx(11 * 72 / 2, abs=1 if text == name else 0.6), text
    left, right = letters(path, "Ben Mill Sr.")
    assert (left + right) / 2 == pytest.approx((1.05 + 2.95 / 2) * 72, abs=0.35)


def test_name_of_the_other_direction_hangs_on_the_other_side(tmp_path):
    plain, hung = "نورا حسن", "نورا حسن،"
    edges = []
    for name in (plain, hung):
        path = page(tmp_path, name=name)
        with pymupdf.open(path) as document:
            boxes = [
                one["bbox"]
                for block in document[0].get_text("rawdict")["blocks"]
                for line in block.get("lines", ())
                for span in line["spans"]
                for one in span["chars"]
                if "\u0600" <= one["c"] <= "\u06ff" and one["c"] != "،"
            ]
        edges.append((min(box[0] for box in boxes), max(box[2] for box in boxes)))
    assert edges[0] == pytest.approx(edges[1], abs=0.5)


@pytest.mark.parametrize("text", ["...", "Ann Vale", "", "“Ann”", "A" * 60 + "."])
def test_nothing_hangs_where_there_is_nothing_to_balance(text):
    assert hung(text, room=20).margin == ""


@pytest.mark.parametrize(
    "name", ["W" * 200, ("Anna-Katharina Freifrau von und zu Guttenberg " * 5)[:200].strip(), "Ǫ́" * 66]
)
def test_name_of_two_hundred_characters_is_set_whole_and_over_nothing(tmp_path, name):
    words = words_of(page(tmp_path, name=name, signatories=signed_by(name, "Josephine Abara")))
    said = "".join(word for *_, word in words)
    assert unicodedata.normalize("NFC", said).count(unicodedata.normalize("NFC", "".join(name.split()))) == 2
    assert faults_of(words, LETTER) == []


def test_letters_with_tone_marks_are_in_the_chosen_face_of_the_made_document(tmp_path):
    with pymupdf.open(page(tmp_path, name="Adébáyọ̀ Ẹ̀kọ́", post_nominals="ọ̀")) as document:
        lines = [line for block in document[0].get_text("dict")["blocks"] for line in block.get("lines", ())]
    spans = [span for line in lines for span in line["spans"] if "ọ" in unicodedata.normalize("NFC", span["text"])]
    assert {span["font"].split("+")[-1] for span in spans} == {"Certificate-Serif-Wide"}


def test_address_on_the_paper_is_a_link_that_listeners_can_follow(tmp_path):
    with pikepdf.open(page(tmp_path)) as document:
        (link,) = document.pages[0].Annots
        assert str(link.A.URI) == "https://credentials.example.org/v/abcDEF123"
        assert (str(link.Subtype), "/StructParent" in link, int(link.F) & 4) == ("/Link", True, 4)


def test_page_that_took_another_face_is_no_certificate(monkeypatch):
    """As when a face of the system is another one than was looked up."""
    job = drawing_job(replace(FACTS, name="Adébáyọ̀"), "t", badge=b"", design=Design())
    job["families"].remove("Certificate Serif Wide")
    with pytest.raises(RenderingFailed, match="another way than was chosen: Certificate Serif Wide"):
        drawing.draw(job)
    unset = job | {"html": job["html"].replace("Adébáyọ̀", "\U000105ff"), "families": ["Certificate Serif"]}
    with pytest.raises(RenderingFailed, match="another way than was chosen"):
        drawing.draw(unset)
