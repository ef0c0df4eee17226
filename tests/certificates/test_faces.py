"""Faces are chosen by shaping: every mark on its base, or the text is refused in words (docs/adr/0016)."""

import unicodedata
from pathlib import Path

import pytest
from fontTools.unicodedata import script

from certificates.anchors import belongs_to
from certificates.faces import BUNDLED, EUROPE, FOLDER, SERIF, WIDE
from certificates.fonts import (
    PLAIN,
    SMALL_CAPITALS,
    cjk_file,
    missing_characters,
    objection_to_printing,
    region_of,
    runs_of,
    width_in_em,
)
from certificates.shaping import shaped

CLUSTERS = Path(__file__).with_name("exemplars") / "clusters.txt"
LANGUAGES = dict(line.split("\t") for line in CLUSTERS.read_text().splitlines())
COMMON = {"Zyyy", "Zinh"}
# Made to stand beside their letters: a name has them too, and each must be set in one face with all its marks.
NAMES = {
    "Yoruba": "Adébáyọ̀ Ẹ̀kọ́ Ṣọlá",
    "Vietnamese": "Nguyễn Thị Ánh Nguyệt Ổ Ẵ Ỗ",
    "Lithuanian": "Jonė́ Žė̃mė Į́i̇̀",
    "Navajo": "Diné Bizaad Hǫ́zhǫ́ Łį́į́",
    "Igbo": "Nwáị̀kụ́ Ọ́bị̀",
    "Ewe": "Kɔ̀fí Ɛ̃́nyo Ʋɔ̃̀",
    "Guarani": "Mitãg̃uasu G̃ ỹ̃",
    "Hausa": "Ƙwàrai Ɗân Ɓàbâ ƴâƴâ",
    "IPA": "ˈd͡ʒoʊ̯ɱ̩ ɾ̪ə̃",
    "Polytonic Greek": "Ἀριστοτέλης ᾯ ᾆ ῷ ΐ",
    "Pashto": "خوشحال خټک ښځې ګڼ",
    "Urdu": "ڈاکٹر ٹھاکُر ژِینَت ۂ",
    "Hebrew with niqqud": "שָׁלוֹם בֶּן־אַבְרָהָם",
    "Arabic with harakat": "مُحَمَّدٌ بْنُ عَبْدِ ٱللّٰهِ",
    "Serbian": "Ђо̏рђе А̀нђелковић",
    "Lakota": "Tȟašúŋke Witkó ǧ̣",
    "Skolt Sami": "Ǩââšǩ Ǯiõǥǥ ʹǩ",
    "Marshallese": "Ļañinwa M̧ajeļ N̄o̧",
    "Thai": "แพทย์หญิงญิ่ง สมศรี ปู่",
    "Tamil": "தமிழ்ச்செல்வி ஸ்ரீ",
    "Devanagari": "अनुराधा शर्मा ज्ञानेश्वरी र्क्षि",
    "Khmer": "សុខ ភាព ស្រ្តី ព្រះ",
    "Georgian": "რუსუდან ᲠᲣᲡ",
    "Armenian": "Անահիտ Հովհաննիսյան և",
    "Ethiopic": "አበበ ቢቂላ ፟ኀ".replace(" ፟", " "),
    "Lao": "ສົມພອນ ຜູ້ນ້ຳ",
    "Gujarati": "અનુરાધા શ્રી ક્ષ",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ ੴ",
    "Malayalam": "ശ്രീകുമാർ ലക്ഷ്മി",
    "Thaana": "އަހުމަދު ޝާކިރު",
}


# Letters that a mark by itself is shown on.
BASES = {
    "Arab": "ب", "Cyrl": "о", "Deva": "क", "Ethi": "አ", "Gujr": "ક", "Guru": "ਕ", "Hebr": "ש", "Khmr": "ក", "Laoo": "ກ",
    "Latn": "o", "Mlym": "ക", "Taml": "க", "Thaa": "އ", "Thai": "ก",
}  # fmt: skip


def shown(cluster: str, language: str) -> str:
    """A cluster as it is met in a name: a mark on a letter, and what joins two letters between two."""
    if not unicodedata.category(cluster[0]).startswith("M"):
        return cluster
    own = next(code for one in LANGUAGES[language] if (code := script(one)) in BASES)
    base = BASES.get(script(cluster[0]), BASES[own])
    return base + cluster + (base if cluster == KHMER_COENG else "")


# What no bundled face sets whole, and so is refused: Yiddish's pasekh tsvey yudn.
NOT_SET = {"\u05f2\u05b7"}
KHMER_COENG = "\u17d2"


def ways(cluster: str) -> set[str]:
    """Both cases, composed and decomposed."""
    cases = (cluster, cluster.upper(), cluster.title())
    return {unicodedata.normalize(form, one) for one in cases for form in ("NFC", "NFD")}


@pytest.mark.parametrize("letter", sorted({language[0] for language in LANGUAGES}))
def test_every_cluster_of_every_language_is_set_whole(letter):
    """All languages of CLDR whose script is bundled."""
    refused = {}
    for language, clusters in LANGUAGES.items():
        if not language.startswith(letter):
            continue
        for cluster in clusters.split():
            for way in ways(shown(cluster, language)):
                if missing_characters(way):
                    refused.setdefault(language, []).append(way)
    assert {language: found for language, found in refused.items() if set(found) - NOT_SET} == {}


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_name_with_its_marks_is_set_in_one_face_of_its_script(language, form):
    name = unicodedata.normalize(form, NAMES[language])
    (run,) = runs_of(name)
    found = shaped(run.face, name)
    assert (found.faults, missing_characters(name)) == (frozenset(), ())
    assert 0.2 * len(name) / 2 < width_in_em(name) < len(name)


def test_face_that_has_letter_and_mark_but_no_anchor_is_passed_over():
    assert shaped(SERIF, "ọ̀").faults
    assert not shaped(WIDE, "ọ̀").faults
    assert [(run.text, run.family) for run in runs_of("Adébáyọ̀ Smith")] == [("Adébáyọ̀ Smith", WIDE.family)]
    assert runs_of("Adaeze Obi")[0].own


def test_small_capitals_need_capitals_too():
    (run,) = runs_of("ọ̀ MD", SMALL_CAPITALS)
    assert run.family == WIDE.family
    assert runs_of("MD, PhD", SMALL_CAPITALS)[0].own


@pytest.mark.parametrize(
    ("name", "region", "face"),
    [
        ("王小明", "", "SC"),
        ("王小明", "TW", "TC"),
        ("王小明", "HK", "HK"),
        ("高橋 直子", "JP", "JP"),
        ("高橋 なおこ", "", "JP"),
        ("タカハシ 直子", "CN", "JP"),
        ("金民秀 김민수", "", "KR"),
        ("高橋 直子", "FR", "SC"),
    ],
)
def test_chinese_characters_have_the_shapes_of_the_region_of_their_bearer(name, region, face):
    if cjk_file() is None:
        pytest.skip("no font for Chinese, Japanese and Korean on this machine")
    assert {run.family for run in runs_of(name, region=region)} == {f"Noto Serif CJK {face}"}


@pytest.mark.parametrize(
    ("country", "region"), [("Japan", "JP"), ("  TAIWAN ", "TW"), ("Hong  Kong", "HK"), ("France", ""), ("", "")]
)
def test_country_tells_the_region_where_shapes_differ(country, region):
    assert region_of(country) == region


def test_letters_that_join_or_carry_marks_are_not_spaced():
    """Spacing comes after each glyph, and so between a letter and its mark."""
    assert [run.style for run in runs_of("MD, PhD", SMALL_CAPITALS)] == [""]
    assert [run.style for run in runs_of("ọ̀", SMALL_CAPITALS)] == [
        "font-family: 'Certificate Serif Wide'; letter-spacing: 0; font-variant-caps: normal"
    ]
    assert "letter-spacing: 0" in runs_of("محمد", SMALL_CAPITALS)[0].style
    assert "letter-spacing" not in runs_of("Ꞌ", SMALL_CAPITALS)[0].style


def test_name_in_two_scripts_has_each_in_its_own_face():
    found = [(run.text, run.family) for run in runs_of("Dr. נורה Obi")]
    assert found == [("Dr. ", SERIF.family), ("נורה ", "Certificate Hebrew"), ("Obi", SERIF.family)]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Nora\x0bFeldman", "line break"),
        ("Nora\x07", "control character"),
        ("Nora\u2028F", "line break"),
        ("Nora \u202eF", "turns the direction"),
        ("Nora \u2800", "invisible character"),
        ("Nora 𓀀", "U+13000 EGYPTIAN HIEROGLYPH A001"),
        ("Nora \U0001f600", "GRINNING FACE"),
        ("No\ue000ra", "control character"),
    ],
)
def test_what_would_print_as_a_box_or_not_at_all_is_refused_in_words(name, words):
    objection = objection_to_printing(name)
    assert words in objection
    assert "can't be printed" in objection
    assert objection_to_printing("Nora Feldman") == ""


def test_refusal_says_which_fonts_would_help(monkeypatch):
    monkeypatch.setattr("certificates.faces.SYSTEM_FOLDERS", ())
    assert "install the fonts for Bengali on the server (Debian: fonts-noto-core)" in objection_to_printing("রবীন্দ্রনাথ")
    assert "(Debian: fonts-noto-cjk)" in objection_to_printing("王小明")


def test_face_of_the_system_sets_its_script_where_it_is_installed(monkeypatch, tmp_path):
    """A bundled file stands in: what counts is that the folder of the system is asked when the text is."""
    monkeypatch.setattr("certificates.faces.SYSTEM_FOLDERS", (tmp_path,))
    assert missing_characters("ᏣᎳᎩ") == ("Ꮳ", "Ꮃ", "Ꭹ")
    (tmp_path / "NotoSansCherokee-Regular.ttf").write_bytes((FOLDER / WIDE.file).read_bytes())
    assert missing_characters("ᏣᎳᎩ") == ("Ꮳ", "Ꮃ", "Ꭹ")


def test_anchor_counts_although_it_moves_nothing():
    """Thai marks are drawn over the letter before them; above some letters their anchor lies just there."""
    thai = BUNDLED["Thai"]
    assert not shaped(thai, "ญิ").faults
    assert not belongs_to(str(SERIF.path), 0, 10**6, [1])


def test_every_bundled_face_is_there_and_named_by_the_style_sheet():
    css = (FOLDER.parent / "look" / "certificate.css").read_text()
    for face in (*BUNDLED.values(), SERIF, WIDE):
        assert face.path is not None
        assert f'font-family: "{face.family}"; src: url("certificate://fonts/{face.file}")' in css


def test_languages_cover_every_bundled_script():
    found = {script(character) for clusters in LANGUAGES.values() for character in clusters} - COMMON
    assert found == EUROPE | set(BUNDLED)
    assert "ọ̀" in LANGUAGES["yo"].split()


def test_width_of_an_absent_face_is_an_em_a_character(monkeypatch):
    monkeypatch.setattr("certificates.faces.SYSTEM_FOLDERS", ())
    assert width_in_em("王小明") == 3
    assert runs_of("王", PLAIN)[0].family == ""
    assert runs_of("王", PLAIN)[0].style == ""
