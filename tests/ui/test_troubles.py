"""What keeps a page from being answered without being a fault of ours is said in words, and what was typed is kept."""

import errno
import sqlite3

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from certificates.models import Certificate
from certificates.services import issue_certificate
from credentialing.accounts import views
from credentialing.accounts.models import Person
from credentialing.correspondence.models import Letter
from credentialing.ui.troubles import TROUBLES, trouble_of
from credentialing.ui.views import server_error
from tests.factories import PersonFactory, make_walk
from workflows.machine import Fault, fault_of, has_no_place

pytestmark = pytest.mark.django_db


class OfPostgreSQL(Exception):
    """An error of the driver, which names the server's code."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate
        super().__init__(sqlstate)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), Fault.FULL),
        (OSError(errno.EDQUOT, "Quota exceeded"), Fault.FULL),
        (OSError(errno.EFBIG, "File too large"), Fault.FULL),
        (OSError(errno.EROFS, "Read-only file system"), Fault.READ_ONLY),
        (PermissionError(errno.EACCES, "Permission denied"), Fault.READ_ONLY),
        (OSError(errno.EIO, "Input/output error"), Fault.READ_ONLY),
        (OSError(errno.EMFILE, "Too many open files"), Fault.BUSY),
        (caused(OperationalError("database or disk is full"), sqlite3.OperationalError()), Fault.FULL),
        (OperationalError("attempt to write a readonly database"), Fault.READ_ONLY),
        (OperationalError("disk I/O error"), Fault.READ_ONLY),
        (OperationalError("unable to open database file"), Fault.READ_ONLY),
        (OperationalError("database is locked"), Fault.BUSY),
        (caused(OperationalError("could not extend file"), OfPostgreSQL("53100")), Fault.FULL),
        (caused(OperationalError("cannot execute INSERT"), OfPostgreSQL("25006")), Fault.READ_ONLY),
        (caused(OperationalError("deadlock detected"), OfPostgreSQL("40P01")), Fault.BUSY),
        (IntegrityError("UNIQUE constraint failed: accounts_person.email"), Fault.DUPLICATE),
        (caused(IntegrityError("duplicate key"), OfPostgreSQL("23505")), Fault.DUPLICATE),
        (caused(RuntimeError("while drawing"), OSError(errno.ENOSPC, "")), Fault.FULL),
        (caused(IntegrityError("a foreign key"), OfPostgreSQL("23503")), None),
        (IntegrityError("FOREIGN KEY constraint failed"), None),
        (PermissionError("Only an administrator tries again."), None),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), None),
        (ValueError("a fault of ours"), None),
    ],
)
def test_machine_that_can_not_is_told_from_faults_of_ours_on_both_engines(error, fault):
    assert fault_of(error) is fault
    assert has_no_place(error) is (fault in {Fault.FULL, Fault.READ_ONLY, Fault.BUSY})
    found = trouble_of(error)
    assert found is (None if fault is None else TROUBLES[fault])


@pytest.fixture
def administrator() -> Person:
    return PersonFactory(offices=["administrator"])


def refuse(error: Exception):
    def refused(**_):
        raise error

    return refused


def typed(client: Client) -> HttpResponse:
    sent = {"name": "Ada Lovelace", "city": "London & Bath", "profession": "p" * 85, "password": "not to be seen"}
    return client.post("/my/profile/", sent | {"country": "US", "post_nominals": "", "certificate_name": ""})


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 507, "There is no room left"),
        (OSError(errno.EROFS, "Read-only file system"), 503, "Nothing can be saved just now"),
        (OperationalError("database is locked"), 503, "Please try again"),
        (IntegrityError("UNIQUE constraint failed: x.y"), 409, "This is done already"),
    ],
)
def test_page_says_in_words_what_the_machine_can_not_and_keeps_what_was_typed(
    client, administrator, monkeypatch, error, status, title
):
    monkeypatch.setattr(views, "update_profile", refuse(error))
    client.force_login(PersonFactory())
    answer = typed(client)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f"<h1>{title}</h1>" in page
    assert ('value="London &amp; Bath"' in page) is (status != 409)
    assert (f"{'p' * 85}</textarea>" in page) is (status != 409)
    assert "not to be seen" not in page
    assert answer.has_header("Retry-After") is (status != 409)
    told = Letter.objects.filter(recipient=administrator, template="needs_attention")
    assert told.count() == (1 if "room" in title or "Nothing" in title else 0)
    typed(client)
    assert told.count() == (1 if "room" in title or "Nothing" in title else 0)


def test_page_works_again_by_itself_when_there_is_room(client, monkeypatch):
    person = PersonFactory()
    client.force_login(person)
    with monkeypatch.context() as full:
        full.setattr(views, "update_profile", refuse(OSError(errno.ENOSPC, "")))
        assert typed(client).status_code == 507
    assert typed(client).status_code == 302
    person.refresh_from_db()
    assert person.city == "London & Bath"


def test_fault_of_ours_is_no_trouble_of_the_machine(client, monkeypatch):
    monkeypatch.setattr(views, "update_profile", refuse(ValueError("ours")))
    client.force_login(PersonFactory())
    with pytest.raises(ValueError, match="ours"):
        typed(client)


def test_full_disk_outside_of_a_view_is_said_too(rf):
    request = rf.post("/my/profile/", {"city": "Bath"})
    try:
        refuse(OSError(errno.ENOSPC, "while a session is kept"))()
    except OSError:
        answer = server_error(request)
    assert answer.status_code == 507
    assert 'value="Bath"' in answer.content.decode()
    assert server_error(request).status_code == 500


def test_missing_certificate_is_said_on_every_page_and_back_in_place_it_is_as_before(administrator, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "certificates": {**settings.STORAGES["certificates"], "OPTIONS": {"location": tmp_path}}
    }
    walk = make_walk().certify()
    certificate = Certificate.objects.get()
    issue_certificate(certificate)
    certificate.refresh_from_db()
    pages = pages_of(certificate, walk)
    before = [client.get(path).status_code for client, path in pages]
    assert set(before) <= {200, 302}
    kept = tmp_path / certificate.storage_name
    aside = kept.rename(tmp_path / "aside")
    missing = {path: client.get(path) for client, path in pages}
    assert {answer.status_code for answer in missing.values()} <= {200, 302, 503}
    refused = [path for path, answer in missing.items() if answer.status_code == 503]
    assert len(refused) >= 3
    for path in refused:
        assert "A stored file is missing" in missing[path].content.decode()
    told = Letter.objects.filter(recipient=administrator, template="needs_attention")
    assert told.filter(body__contains=certificate.storage_name).count() == 1
    aside.rename(kept)
    assert [client.get(path).status_code for client, path in pages] == before


def pages_of(certificate: Certificate, walk) -> list[tuple[Client, str]]:
    visitor, holder = Client(), Client()
    holder.force_login(walk.candidate)
    for client in (visitor, holder):
        client.raise_request_exception = False
    public = f"/credentials/{certificate.uuid}"
    mine = f"/my/certificates/{certificate.uuid}/"
    return [
        (visitor, f"/v/{certificate.token}"),
        *((visitor, f"{public}{ending}") for ending in ("", ".pdf", ".png", ".svg")),
        (holder, mine),
        (holder, f"{mine}card.pdf"),
    ]


def test_missing_evidence_file_is_said_where_it_is_opened(administrator, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "evidence": {**settings.STORAGES["evidence"], "OPTIONS": {"location": tmp_path}}
    }
    walk = make_walk().begin_supervision()
    file = walk.upload("recording_consent", "Consent", "consent.pdf", timezone.now())
    client = Client(raise_request_exception=False)
    client.force_login(walk.candidate)
    path = f"/files/{file.uuid}/"
    assert client.get(path).status_code == 200
    storages["evidence"].delete(file.storage_name)
    answer = client.get(path)
    assert (answer.status_code, "A stored file is missing" in answer.content.decode()) == (503, True)
    assert Letter.objects.filter(recipient=administrator, template="needs_attention").count() == 1
