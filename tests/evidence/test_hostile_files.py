"""Files of strangers that were made to do harm are refused in words, and nothing else comes of it.

ASVS 5.0: 5.2.1 (only files that can be processed without loss of service), 5.2.3 (limits on unpacked size), 15.2.2
(defenses against what takes much of the machine).
"""

import resource

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from certificates.designs import SealRefused, clean_seal
from credentialing.evidence import inspection
from credentialing.evidence.inspection import TOO_COMPLICATED, inspect
from credentialing.evidence.pdf_child import DAMAGED, GOES_ON, INCOMPLETE, TOO_LARGE_INSIDE
from credentialing.evidence.services.cases import FileRefused
from credentialing.pathways.texts import TextRefused, take_in
from credentialing.registry.importing.holders import HoldersRefused
from credentialing.registry.importing.lists import read_holders
from tests.evidence.hostile import EICAR, LISTS, PDFS, PICTURES, SOUND, TEXTS, opens

WORDS = {
    "page that unpacks to 400 MB": TOO_LARGE_INSIDE,
    "packed twice": TOO_LARGE_INSIDE,
    "no end": INCOMPLETE,
    "something after its end": GOES_ON,
    "something after its end, and an end again": GOES_ON,
    "a table that says wrong places": DAMAGED,
    "no table at all": DAMAGED,
}
ANSWERS = {"not_ours", "unreadable"}


@pytest.fixture
def own_memory():
    """This process takes next to nothing for it, whatever the file does."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024  # KB: the samples are made here too


@pytest.mark.usefixtures("own_memory")
@pytest.mark.parametrize("name", PDFS)
def test_hostile_pdf_is_refused_as_evidence_in_words_that_help(name):
    with pytest.raises(FileRefused) as refusal:
        inspect(PDFS[name]())
    assert WORDS.get(name, "") in str(refusal.value)
    assert inspect(SOUND).content == SOUND


def test_half_a_file_and_one_with_a_virus_behind_it_open_elsewhere_and_are_refused_all_the_same():
    for name in ("no end", "something after its end", "a table that says wrong places"):
        assert opens(PDFS[name]())


@pytest.mark.parametrize("padding", [b"", b"\n", b"\r\n\r\n", b"\0" * 512, b"  \n\0 "])
def test_line_ends_and_padding_after_the_end_are_no_fault(padding):
    content = SOUND.rstrip() + padding
    assert inspect(content).content == content


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"\n" * 1000, b"@PJL JOB\r\n"])
def test_bytes_before_the_header_are_no_fault(before):
    assert inspect(before + SOUND).media_type == "application/pdf"


def test_header_further_down_than_any_reader_looks_is_none():
    with pytest.raises(FileRefused, match="Upload a PDF, PNG or JPEG file"):
        inspect(b"\n" * 1024 + SOUND)


def test_file_that_takes_too_much_is_told_so_with_what_to_do(monkeypatch):
    monkeypatch.setattr(inspection, "SECONDS", 0.001)
    with pytest.raises(FileRefused) as refusal:
        inspect(SOUND)
    assert str(refusal.value) == TOO_COMPLICATED


@pytest.mark.parametrize("name", PICTURES)
def test_hostile_picture_is_refused_as_evidence_and_as_a_seal(name):
    content = PICTURES[name][1]()
    with pytest.raises(FileRefused):
        inspect(content)
    with pytest.raises(SealRefused):
        clean_seal(content)


def test_virus_behind_a_picture_is_gone_when_it_is_stored():
    from tests.evidence.samples import picture

    for kind in ("PNG", "JPEG"):
        assert EICAR not in inspect(picture(kind) + EICAR).content


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_pathway_text_is_refused(name):
    with pytest.raises(TextRefused):
        take_in(TEXTS[name](), client="x")


@pytest.mark.parametrize("name", LISTS)
def test_hostile_list_of_holders_is_refused(name):
    with pytest.raises(HoldersRefused) as refusal:
        read_holders(LISTS[name](), today=timezone.localdate())
    assert len(refusal.value.problems) <= 500


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["object stream of 1 GiB", "packed twice", "deep lists", "no end"])
def test_hostile_pdf_is_nothing_of_ours_on_the_page_that_verifies(client, name):
    answer = client.post(
        "/verify/file/", {"file": SimpleUploadedFile("x", PDFS[name]())}, headers={"accept": "application/json"}
    )
    assert answer.status_code == 200
    assert answer.json()["file"]["outcome"] in ANSWERS
