"""The card for the wallet says what the certificate says, in the size of a bank card, and claims to be no more."""

import io
import json
import re
from dataclasses import replace
from datetime import date
from itertools import combinations

import pikepdf
import pymupdf
import pytest
import zxingcpp
from PIL import Image

from certificates import cards
from certificates.badge.signing import signed_badge
from certificates.cards import card_job, card_of, may_have_card
from certificates.designs import SOCIETY_LENGTH
from certificates.drawing.process import DrawingProcess, RenderingFailed
from certificates.examination import examine
from certificates.fonts import missing_characters
from certificates.looking import TooBusy
from certificates.models import Certificate
from certificates.rendering import Design
from certificates.typesetting import CARD, name_layout
from tests.certificates.badges import issued
from tests.certificates.factories import FACTS, TEN_NAMES, awarded
from tests.certificates.test_two_readers import ANYWHERE, apart, by_mupdf, by_poppler
from tests.factories import PersonFactory
from workflows.services import perform

MILLIMETER = 72 / 25.4
ON_AVERAGE = 1.3  # of 255: a card has more edges to a point than a page; two cards of different names differ by 2.3
EDGE = 8  # points that stay free at each side
LONG = (
    "Credentialed Balint Group Leader and Supervisor of Leaders in Training for Hospitals, Universities and Family "
    "Medicine Residencies"
)


@pytest.fixture(scope="module")
def process():
    process = DrawingProcess()
    yield process
    process.close()


def drawn(process: DrawingProcess, **facts) -> bytes:
    return process.draw(card_job(replace(FACTS, **facts), "abcDEF123abcDEF1", badge=b"{}", design=Design()))


def words_of(content: bytes) -> list[tuple[float, float, float, float, str]]:
    with pymupdf.open(stream=content) as document:
        return [word[:5] for word in document[0].get_text("words")]


def test_card_has_the_size_of_a_bank_card_and_one_side(process):
    with pikepdf.open(io.BytesIO(drawn(process))) as document:
        (page,) = document.pages
        assert [float(side) / MILLIMETER for side in page.MediaBox[2:]] == pytest.approx([85.6, 53.98], abs=0.01)
        assert str(document.Root.Lang) == "en"
        assert document.Root.MarkInfo.Marked
        assert "Card for the wallet" in str(document.docinfo["/Title"])
        fonts = [font for font in page.Resources.Font.values() if font.get("/DescendantFonts")]
        assert fonts
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts)


def test_card_says_who_what_and_since_when_and_that_it_is_no_certificate(process):
    text = " ".join(word for *_, word in words_of(drawn(process, valid_until=date(2030, 12, 31))))
    for said in (
        "Adaeze Obi",
        "Credentialed Balint Group Leader",
        "No. ABS-2026-0001",
        "Awarded on March 28, 2026, valid until December 31, 2030",
        "This card is not the certificate.",
    ):
        assert said in text, text


def test_code_leads_to_the_page_of_the_certificate_from_a_photograph_of_the_card(process):
    with pymupdf.open(stream=drawn(process)) as document:
        picture = Image.open(io.BytesIO(document[0].get_pixmap(dpi=200).tobytes("png")))
    (code,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert code.text == "https://credentials.example.org/v/abcDEF123abcDEF1"


def test_same_facts_give_the_same_card(process):
    assert drawn(process) == drawn(process)


@pytest.mark.parametrize("number", range(len(TEN_NAMES)))
def test_both_readers_show_the_same_card_with_the_name_on_it(process, number):
    name = TEN_NAMES[number]
    if missing_characters(name):
        pytest.skip("the system's Chinese and Korean font is not there")
    content = drawn(process, name=name)
    anywhere, on_average = apart(by_poppler(content), by_mupdf(content))
    assert (anywhere <= ANYWHERE, on_average <= ON_AVERAGE) == (True, True)
    said = "".join(word for *_, word in words_of(content))
    assert all(said.count(letter) >= name.count(letter) for letter in set(name) - {" "})


@pytest.mark.parametrize(
    "facts",
    [
        {"name": TEN_NAMES[1]},
        {"name": "W" * 50, "designation": LONG},
        {
            "name": "MARIA-WILHELMINA HOHENZOLLERN-WOMMERSHAMMER-MONTGOMERY",
            "society": "International Balint Federation " * 2,
        },
        {"name": "W" * 50, "society": "W" * SOCIETY_LENGTH},
        {"name": "Anna-Katharina Freifrau von und zu Guttenberg-Montgomery", "valid_until": date(2030, 12, 31)},
    ],
    ids=["long", "wide", "society", "widest society", "noble"],
)
def test_nothing_is_cut_or_printed_over_something_else(process, facts):
    content = drawn(process, **facts)
    words = words_of(content)
    with pymupdf.open(stream=content) as document:
        width, height = document[0].rect[2:]
    assert "".join(facts["name"].split()) in "".join(word for *_, word in words)
    outside = [w for x0, y0, x1, y1, w in words if x0 < EDGE or y0 < EDGE or x1 > width - EDGE or y1 > height - EDGE]
    assert outside == []
    assert [(a[4], b[4]) for a, b in combinations(words, 2) if covers(a, b)] == []
    code = (width - 80, height - 80, width - 10, height - 10, "the code")
    assert [word[4] for word in words if covers(word, code)] == []


def covers(a, b) -> bool:
    """By more than the air that a font leaves above and below its letters."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return wide > 0.5 and high > 0.5 * min(a[3] - a[1], b[3] - b[1])


def test_names_on_the_card_step_down_in_size():
    sizes = [name_layout(name, CARD).size for name in ("Mi" * 8, "Mi" * 14, "Mi " * 18, "Mi " * 40, "Mi" * 60)]
    assert sizes == ["l", "m", "m2", "s2", "xs2"]


@pytest.mark.django_db
def test_card_is_that_of_its_certificate_and_carries_its_badge():
    certificate = issued()
    content = card_of(certificate)
    with pikepdf.open(io.BytesIO(content)) as document:
        (attached,) = document.Root.AF
        assert json.loads(attached.EF.F.read_bytes()) == json.loads(signed_badge(certificate))
    found = examine(content)
    assert (found.outcome, found.certificate) == ("foreign_page", certificate)
    text = " ".join(word for *_, word in words_of(content))
    assert certificate.credential.number in text


@pytest.mark.django_db
def test_there_is_a_card_only_in_good_standing_and_of_the_newest_edition():
    certificate = issued()
    assert may_have_card(certificate)
    Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
    assert not may_have_card(Certificate.objects.get())
    Certificate.objects.filter(pk=certificate.pk).update(status="issued")
    perform(certificate.credential, "suspend", actor=PersonFactory(offices=["council"]), reason="x")
    assert not may_have_card(Certificate.objects.get())


@pytest.mark.django_db
def test_credential_that_has_run_out_has_no_card():
    assert not may_have_card(issued(awarded(valid_until=date(2026, 4, 1))))


@pytest.mark.django_db
def test_card_without_its_letters_is_refused_and_never_boxed(monkeypatch):
    monkeypatch.setattr(cards, "objection_to_facts", lambda _: "its fonts have no “王” (U+738B)")
    with pytest.raises(RenderingFailed, match=re.escape("U+738B")):
        card_of(issued())


@pytest.mark.django_db
def test_cards_are_drawn_one_after_the_other(monkeypatch):
    monkeypatch.setattr(cards, "PATIENCE", 0.01)
    certificate = issued()
    assert cards._free.acquire()
    try:
        with pytest.raises(TooBusy):
            card_of(certificate)
    finally:
        cards._free.release()
    assert cards._free.acquire(blocking=False)
    cards._free.release()
