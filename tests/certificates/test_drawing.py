"""The paper itself: every font embedded, the code readable, names of any script set and never cut."""

import io
import shutil
import subprocess
from dataclasses import replace

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from certificates.drawing.process import DrawingProcess
from certificates.fonts import cjk_file, in_words, missing_characters
from certificates.rendering import Design, certificate_html, drawing_job, render_in_child
from certificates.typesetting import name_layout
from tests.certificates.factories import FACTS

BADGE = b'{"name":"Adaeze Obi"}'
NAMES = ["Adaeze Obi", "Θεοδώρα Παπαδοπούλου", "Людмила Петровна", "נורה פלדמן", "نور الأمين", "Đặng Thị Ánh Nguyệt"]


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    path = tmp_path_factory.mktemp("paper") / "certificate.pdf"
    path.write_bytes(render_in_child(FACTS, "abcDEF123", badge=BADGE))
    return path


def tool(*command: str) -> bytes:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} on this machine")
    return subprocess.run(command, capture_output=True, check=True).stdout


def test_every_font_is_embedded(paper):
    rows = tool("pdffonts", str(paper)).decode().splitlines()[2:]
    assert len(rows) >= 3
    assert [row for row in rows if row.split()[-5] != "yes"] == []


def test_file_is_sound(paper):
    assert "No syntax or stream encoding errors" in tool("qpdf", "--check", str(paper)).decode()


def test_code_leads_to_the_page_of_this_certificate(paper):
    picture = tool("pdftoppm", "-r", "150", "-png", str(paper))
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    assert [code.text for code in codes] == ["https://credentials.example.org/v/abcDEF123"]


def test_paper_says_who_what_when_and_by_whom(paper):
    text = tool("pdftotext", "-layout", str(paper), "-").decode()
    for words in (
        "Adaeze Obi",
        "Credentialed Balint Group Leader",
        "ABS-2026-0001",
        "March 28, 2026",
        "Josephine Abara",
    ):
        assert words in text


def test_paper_is_one_tagged_landscape_letter_page_with_language_and_title(paper):
    with pikepdf.open(paper) as document:
        box = [float(value) for value in document.pages[0].MediaBox]
        assert len(document.pages) == 1
        assert (round(box[2]), round(box[3])) == (792, 612)
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
            assert "Adaeze Obi" in metadata["dc:title"]


def test_badge_is_attached_as_the_source_of_the_paper(paper):
    with pikepdf.open(paper) as document:
        (attached,) = document.Root.AF
        assert str(attached.AFRelationship) == "/Source"
        assert (str(attached.UF), attached.EF.F.read_bytes()) == ("credential.json", BADGE)
        assert str(attached.EF.F.Subtype) == "/application/json"
        assert "credential.json" in document.attachments


def test_paper_without_a_badge_has_no_attachment():
    with pikepdf.open(io.BytesIO(render_in_child(FACTS, "t"))) as document:
        assert "/AF" not in document.Root


def test_same_facts_give_the_same_bytes_in_every_process():
    first, second = (DrawingProcess() for _ in range(2))
    job = drawing_job(FACTS, "t", badge=BADGE, design=Design())
    other = drawing_job(replace(FACTS, name="Θεοδώρα"), "u", badge=b"", design=Design())
    assert second.draw(other) != first.draw(job)
    assert first.draw(job) == second.draw(job) == first.draw(job)
    for process in (first, second):
        process.close()


def test_seal_of_their_own_stands_where_ours_would_and_keeps_its_shape():
    picture = Image.new("RGBA", (400, 300), (200, 0, 0, 255))
    out = io.BytesIO()
    picture.save(out, "PNG")
    plain, sealed = (render_in_child(FACTS, "t", design=Design(seal=seal)) for seal in (b"", out.getvalue()))
    with pikepdf.open(io.BytesIO(sealed)) as document:
        art = document.pages[0].Resources.XObject.art
        (image,) = art.Resources.XObject.values()
        assert (int(image.Width), int(image.Height), bool(image.Interpolate)) == (400, 300, False)
    with pikepdf.open(io.BytesIO(plain)) as document:
        assert not document.pages[0].Resources.XObject.art.Resources.XObject.keys()


def test_those_who_listen_hear_the_words_and_what_the_code_is_for(paper):
    with pikepdf.open(paper) as document:
        said = [str(one.Alt) for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]
        assert said == ["QR code that leads to https://credentials.example.org/v/abcDEF123"]
        content = document.pages[0].Contents.read_bytes()
        assert content.startswith(b"/Artifact BMC")


def test_a4_is_a_matter_of_a_fact():
    with pikepdf.open(io.BytesIO(render_in_child(replace(FACTS, page_size="a4"), "t"))) as document:
        box = [float(value) for value in document.pages[0].MediaBox]
        assert (round(box[2]), round(box[3])) == (842, 595)


def test_names_of_every_script_are_set_with_bundled_fonts():
    assert [name for name in NAMES if missing_characters(name)] == []


@pytest.mark.parametrize("name", ["נורה פלדמן", "نور الأمين"])
def test_names_from_right_to_left_are_set_so(name):
    assert name_layout(name).direction == "rtl"
    assert 'dir="rtl"' in certificate_html(replace(FACTS, name=name), "t")


def test_chinese_names_are_set_where_the_systems_font_is_there():
    missing = missing_characters("王小明")
    assert missing == (() if cjk_file() else ("王", "小", "明"))


def test_characters_without_a_face_are_named_once_in_order():
    missing = missing_characters("A𓀀b𓀁𓀀")
    assert missing == ("𓀀", "𓀁")
    assert in_words(missing[:1]) == "“𓀀” (U+13000 EGYPTIAN HIEROGLYPH A001)"


def test_names_are_text_and_never_markup():
    html = certificate_html(replace(FACTS, name="<b>Bobby</b> & sons"), "t")
    assert "&lt;b&gt;Bobby&lt;/b&gt; &amp; sons" in html


@pytest.mark.parametrize("length", [5, 22, 23, 40, 60, 61, 110, 150, 200])
def test_long_names_are_set_smaller_and_never_cut(length):
    name = ("Maximiliane " * 30)[:length].strip()
    layout = name_layout(name)
    assert " ".join(layout.lines) == name


def test_longer_is_never_larger():
    order = ["xl", "l", "m", "s", "m2", "s2", "xs2", "xs4"]
    sizes = [order.index(name_layout("n" * length).size) for length in range(1, 200)]
    assert sizes == sorted(sizes)


def test_long_name_without_a_space_stays_whole():
    assert name_layout("n" * 80).lines == ("n" * 80,)


def test_without_the_systems_chinese_font_such_a_name_is_refused_and_never_boxed(monkeypatch):
    monkeypatch.setattr("certificates.faces.SYSTEM_FOLDERS", ())
    assert missing_characters("王 A") == ("王",)
