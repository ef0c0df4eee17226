"""A crash between any two steps of the issue is gone on from: same number, same token, same badge, one document."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest
from django.core.files.storage import storages
from django.db import connection

from certificates import documents, issuing
from certificates.models import Certificate, StatusEntry
from certificates.services import issue_certificate
from certificates.signing.checking import trust_as_json
from certificates.signing.examining import examined, trust_of
from tests.certificates.factories import awarded, prepared
from workflows.verification import examine

STEPS = {
    "badge": (documents, "signed_badge"),
    "page": (documents, "render_in_child"),
    "signature": (documents, "seal_document"),
    "bytes": (issuing, "store_once"),
    "issued": (Certificate, "save"),
    "told": (issuing.certificate_issued, "send"),
    "cleared": (issuing, "_clear_away"),
}


@pytest.fixture(autouse=True)
def _address_is_known(settings):
    settings.FORMER_BASE_URLS = ["https://credentials.example.org"]


class Crash(BaseException):
    """The machine stops: nobody catches it, nothing is tidied up."""


def stopping(monkeypatch, step: str, *, after: bool) -> None:
    """Let the process stop right before or right after a step."""
    where, name = STEPS[step]
    do = getattr(where, name)

    def stop(*arguments, **options):
        if after:
            do(*arguments, **options)
        raise Crash

    monkeypatch.setattr(where, name, stop)


def badge_in(content: bytes) -> dict:
    with pikepdf.open(io.BytesIO(content)) as document:
        (attached,) = document.Root.AF
        return json.loads(attached.EF.F.read_bytes())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_issue_goes_on_where_it_stopped(monkeypatch, step, after):
    certificate = prepared(awarded(basis="founding"))
    number, token = certificate.credential.number, certificate.token
    with monkeypatch.context() as patch:
        stopping(patch, step, after=after)
        with pytest.raises(Crash):
            issue_certificate(certificate)
    place = StatusEntry.objects.filter(certificate=certificate).values_list("list_number", "index").first()
    issued = issue_certificate(certificate)
    assert (issued.status, issued.token, issued.credential.number) == ("issued", token, number)
    assert Certificate.objects.count() == 1
    if step != "cleared":  # what was left there is `sweep`'s
        assert [f"{issued.uuid}/{name}" for name in storages["certificates"].listdir(str(issued.uuid))[1]] == [
            issued.storage_name
        ]
    content = issued.read()
    assert examined(content, trust_of(trust_as_json())).outcome == "genuine"
    badge = badge_in(content)
    assert badge["credentialSubject"]["licenseNumber"] == number
    if place is not None:
        assert badge["credentialStatus"]["statusListIndex"] == str(place[1])
    assert list(examine()) == []


@pytest.mark.django_db(transaction=True)
def test_half_written_documents_are_left_to_whoever_writes_them():
    certificate = prepared(awarded(basis="founding"))
    folder = Path(storages["certificates"].path(str(certificate.uuid)))
    folder.mkdir(parents=True)
    for name in (".writing-x", "left.pdf"):
        (folder / name).write_bytes(b"half")
    issued = issue_certificate(certificate)
    left = storages["certificates"].listdir(str(certificate.uuid))[1]
    assert sorted(left) == sorted([".writing-x", issued.storage_name.split("/")[1]])


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_issue_one_document():
    certificate = prepared(awarded(basis="founding"))

    def work(_):
        try:
            return issue_certificate(certificate).sha256
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as crew:
        shas = set(crew.map(work, range(4)))
    issued = Certificate.objects.get()
    assert shas == {issued.sha256}
    assert len(storages["certificates"].listdir(str(issued.uuid))[1]) == 1
    assert list(examine()) == []


@pytest.mark.django_db
def test_fact_that_no_badge_can_say_is_refused_with_the_reason(monkeypatch):
    def unclear(certificate):
        msg = "The name can't be said in a badge."
        raise issuing.MeaningUnclear(msg)

    monkeypatch.setattr(documents, "signed_badge", unclear)
    refused = issue_certificate(prepared())
    assert (refused.status, refused.problem) == ("refused", "The name can't be said in a badge.")
