"""Files on their pages: uploaded by the candidate, downloaded by those who may open the case, and recorded."""

import uuid
from urllib.parse import unquote

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from credentialing.accounts.models import ConflictOfInterest
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.audit.models import AuditEvent
from credentialing.evidence.file_names import safe_name
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.services.files import upload_file
from tests.evidence.acts import NOW
from tests.evidence.samples import exif, pdf, picture
from tests.factories import PersonFactory

FILES = reverse("evidence:files", args=["recording_consent"])


@pytest.fixture
def ada(submitted, as_):
    return as_(submitted.candidate)


def send(browser, content, name="agreement.pdf", title="Signed agreement"):
    return browser.post(FILES, {"title": title, "file": SimpleUploadedFile(name, content)}, follow=True)


@pytest.fixture
def file(submitted):
    return upload_file(
        application=submitted.application,
        requirement="recording_consent",
        actor=submitted.candidate,
        title="Signed agreement",
        original_name="Einverständnis „neu“.pdf",
        content=pdf(),
        now=NOW,
    )


def address(file):
    return reverse("evidence:file", args=[file.uuid])


def withdrawal(file):
    return reverse("evidence:file-withdraw", args=[file.uuid])


def test_file_is_uploaded_and_listed(submitted, ada):
    page = ada.get(FILES).text
    for limit in ("up to 10 MB", "300 pages", "200 million pixels", "No recordings"):
        assert limit in page

    answer = send(ada, pdf())

    assert "Your file is stored." in answer.text
    assert "agreement.pdf" in answer.text
    assert EvidenceFile.objects.get().application == submitted.application


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("agreement.pdf", b"not one", "Upload a PDF, PNG or JPEG file."),
        ("agreement.pdf", b"", "This file is empty."),
        ("group.mp3", b"ID3\x03\0\0\0\0\0\x21" + b"\0" * 200, "entitled to confidentiality"),
    ],
)
def test_refused_file_is_explained_at_the_field_and_the_title_stays(ada, name, content, words):
    answer = send(ada, content, name, title="My title")

    assert words in answer.context["form"].errors["file"][0]
    assert 'value="My title"' in answer.text
    assert not EvidenceFile.objects.exists()


def test_file_too_large_is_refused_at_the_field(ada, settings):
    settings.EVIDENCE_MAX_BYTES = len(pdf()) - 1

    answer = send(ada, pdf())

    assert "larger than" in answer.context["form"].errors["file"][0]


def test_title_that_no_database_holds_is_refused(ada):
    assert list(send(ada, pdf(), title="a\x00b").context["form"].errors) == ["title"]
    assert not EvidenceFile.objects.exists()


def test_second_click_stores_nothing_twice(ada):
    send(ada, pdf())

    again = send(ada, pdf())
    assert again.status_code == 409
    assert "already uploaded" in again.context["form"].errors["file"][0]
    assert EvidenceFile.objects.count() == 1


@pytest.mark.parametrize("slug", ["two_years", "no_such_requirement"])
def test_requirement_without_files_has_no_page_of_files(ada, slug):
    assert ada.get(reverse("evidence:files", args=[slug])).status_code == 404


def test_closed_case_takes_no_file_and_says_so(submitted, ada):
    change_lifecycle(application=submitted.application, name="withdraw", actor=submitted.candidate)
    assert "Upload a file" not in ada.get(FILES).text

    assert "This case is closed" in send(ada, pdf()).text
    assert not EvidenceFile.objects.exists()


def test_download_is_an_attachment_that_no_browser_runs_or_keeps(submitted, ada, file):
    answer = ada.get(address(file))

    assert answer.content == file.read()
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''Einverst%C3%A4ndnis")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"


def test_picture_is_downloaded_as_what_it_is_and_without_its_metadata(ada):
    send(ada, picture("JPEG", exif=exif()), "scan.jpeg")

    answer = ada.get(address(EvidenceFile.objects.get()))

    assert answer.headers["Content-Type"] == "image/jpeg"
    assert b"A telling phone" not in answer.content


@pytest.mark.parametrize(
    "name", ["-rf.pdf", "CON.pdf", "a" * 300 + ".pdf", "invoice\u202efdp.exe", "photo.JFIF", "契" * 90]
)
def test_file_is_shown_and_served_under_a_name_that_does_no_harm(ada, submitted, name):
    send(ada, pdf(), name)
    stored = EvidenceFile.objects.get()
    header = ada.get(address(stored)).headers["Content-Disposition"]
    served = unquote(header.partition("''")[2]) or header.partition('filename="')[2].rstrip('"')
    assert served == stored.file_name == safe_name(name, "pdf")
    assert served in ada.get(FILES).text


def test_name_that_was_stored_as_it_came_is_served_safely_too(ada, file):
    EvidenceFile.objects.filter(pk=file.pk).update(original_name="-rf.exe")
    assert 'filename="rf.pdf"' in ada.get(address(file)).headers["Content-Disposition"]


def test_photograph_of_any_name_is_stored_with_a_word_of_what_was_changed(ada, submitted, as_):
    answer = send(ada, picture("WEBP"), "IMG_1.jfif.docx")
    assert "Your file is stored. Converted from WebP." in answer.text
    assert EvidenceFile.objects.get().file_name == "IMG_1.jpg"
    case = as_(submitted.officers.coordinator).get(reverse("reviews:case", args=[submitted.application.uuid])).text
    assert "Converted from WebP." in case


def test_file_whose_bytes_are_gone_is_explained_and_reported(ada, file, caplog):
    storages["evidence"].delete(file.storage_name)

    answer = ada.get(address(file))

    assert answer.status_code == 503
    assert "A stored file is missing" in answer.text
    assert str(file.uuid) in caplog.text
    assert not AuditEvent.objects.filter(event="evidence:file:downloaded").exists()


def test_every_download_is_recorded(submitted, as_, file):
    for reader in (submitted.candidate, submitted.officers.coordinator):
        assert as_(reader).get(address(file)).status_code == 200

    seen = AuditEvent.objects.filter(event="evidence:file:downloaded").order_by("pk")
    assert [event.actor for event in seen] == [submitted.candidate, submitted.officers.coordinator]
    assert {event.subject_id for event in seen} == {submitted.application.uuid}
    assert seen[0].details == {"file": str(file.uuid)}


def test_file_is_absent_for_those_who_may_not_open_the_case(submitted, as_, file):
    ConflictOfInterest.objects.create(
        person=submitted.officers.chair, other=submitted.candidate, relation="cousin", declared_by=submitted.candidate
    )

    for other in (submitted.officers.chair, submitted.officers.treasurer, PersonFactory()):
        assert as_(other).get(address(file)).status_code == 404
    assert not AuditEvent.objects.filter(event="evidence:file:downloaded").exists()


def test_file_is_only_read_at_its_address(ada, file):
    assert ada.post(address(file)).status_code == 405
    assert ada.get(reverse("evidence:file", args=[uuid.uuid4()])).status_code == 404


def restoration(file):
    return reverse("evidence:file-restore", args=[file.uuid])


def test_file_is_withdrawn_once_and_restored_once(ada, file):
    answer = ada.post(withdrawal(file), follow=True)
    assert "counts no more" in answer.text
    assert "It is kept, and counts no more." in answer.text
    again = ada.post(withdrawal(file))
    assert again.status_code == 409
    assert "the present state is “Withdrawn”" in again.text

    assert "counts again" in ada.post(restoration(file), follow=True).text
    again = ada.post(restoration(file))
    assert again.status_code == 409
    assert EvidenceFile.objects.standing().get() == file


def test_somebody_else_s_file_cannot_be_withdrawn(submitted, as_, file):
    for other in (submitted.officers.coordinator, PersonFactory()):
        assert as_(other).post(withdrawal(file)).status_code == 404
        assert as_(other).post(restoration(file)).status_code == 404
    assert EvidenceFile.objects.standing().exists()
