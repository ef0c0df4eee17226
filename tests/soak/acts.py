"""What a racer can do: each act calls one real service, with what was on the page before the race."""

import http.client
import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest.mock import patch

from django.db import OperationalError

from certificates import issuing
from certificates.facts import CertificateFacts
from certificates.models import Certificate, Credential
from certificates.services import AlreadyHeld, award_credential, issue_certificate, prepare_certificate
from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from credentialing.applications.services.drafts import start_application
from credentialing.applications.services.lifecycle import change_lifecycle, sign_off_stage
from credentialing.council.services import cast_ballot, change_standing
from credentialing.evidence.models import EvidenceFile
from credentialing.evidence.services.files import upload_file, withdraw_file
from credentialing.reviews.services import sign_off_requirement
from tests.certificates.factories import FACTS
from tests.evidence.samples import pdf

DONE, LOCKED = "done", "locked"


def outcome_of(act: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Do it; “done” with what came of it, or the name of the refusal with its words."""
    try:
        return DONE, str(ACTS[act](**facts))
    except OperationalError as error:
        return (LOCKED if "locked" in str(error) else type(error).__name__), str(error)
    except Exception as error:  # noqa: BLE001 - the judge knows which are refusals
        return type(error).__name__, str(error)


def sign_requirement(case: int, person: int, requirement: str, digest: str) -> Any:
    """A reviewer signs."""
    return sign_off_requirement(
        application=_case(case), requirement=requirement, actor=_person(person), seen_digest=digest
    ).uuid


def sign_stage(case: int, person: int, version: int | None) -> Any:
    """A reviewer signs the stage."""
    return len(sign_off_stage(application=_case(case), actor=_person(person), expected_version=version))


def vote(case: int, person: int) -> Any:
    """A member of the council approves."""
    return cast_ballot(application=_case(case), actor=_person(person), choice="approve").uuid


def withdraw(case: int, person: int, version: int | None) -> Any:
    """The candidate withdraws."""
    return change_lifecycle(
        application=_case(case), name="withdraw", actor=_person(person), expected_version=version
    ).uuid


def upload(case: int, person: int, pages: int) -> Any:
    """The candidate uploads a file."""
    return upload_file(
        application=_case(case),
        requirement="form_read",
        actor=_person(person),
        title="A file",
        original_name="file.pdf",
        content=pdf(pages=pages),
    ).uuid


def take_away(file: int, person: int) -> Any:
    """The candidate withdraws a file."""
    return withdraw_file(file=EvidenceFile.objects.get(pk=file), actor=_person(person)).uuid


def stand(credential: int, person: int, name: str, version: int | None) -> Any:
    """The standing of a credential is changed."""
    return change_standing(
        credential=Credential.objects.get(pk=credential),
        name=name,
        actor=_person(person),
        reason="The race.",
        expected_version=version,
    ).uuid


def award(holder: int, actor: int, **facts: Any) -> Any:
    """A credential is awarded."""
    facts |= {"awarded_on": FACTS.awarded_on, "name": FACTS.name, "post_nominals": FACTS.post_nominals}
    return award_credential(holder=_person(holder), actor=_person(actor), **facts).number


def certify(holder: int, actor: int, **facts: Any) -> Any:
    """The whole way for one person: awarded unless somebody else has just done so, prepared, issued."""
    with suppress(AlreadyHeld):
        award(holder, actor, **facts)
    (credential,) = Credential.objects.held_by(_person(holder))
    prepare(credential.pk, actor)
    return issue(credential.certificates.get().pk, drawn=False)


def prepare(credential: int, person: int) -> Any:
    """A certificate is prepared."""
    held = Credential.objects.get(pk=credential)
    facts = CertificateFacts(**{**FACTS.__dict__, "number": held.number})
    return prepare_certificate(credential=held, facts=facts, actor=_person(person)).uuid


def issue(certificate: int, *, drawn: bool) -> Any:
    """A worker issues a certificate; `drawn` lets the real drawing take place."""
    row = Certificate.objects.get(pk=certificate)
    if drawn:
        return issue_certificate(row).sha256
    with patch.object(issuing, "document_of", sketch):
        return issue_certificate(row).sha256


def start(person: int) -> Any:
    """Somebody begins an application."""
    return start_application(actor=_person(person), pathway="short").uuid


def sketch(certificate: Certificate) -> bytes:
    """In place of the drawing, which takes a second: bytes that differ each time, the hardest case."""
    time.sleep(random.uniform(0, 0.01))
    return f"%PDF-1.7 {certificate.credential.number} {certificate.token} {random.random()}".encode()


class OverSocket(http.client.HTTPConnection):
    """HTTP to a server that listens on a socket of the file system."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.host)


def click(server: str, path: str, session: str, body: str, kind: str) -> Any:
    """A form is sent as a browser sends it; the status is what came of it."""
    connection = OverSocket(server)
    secret = "s" * 32
    headers = {"Host": "127.0.0.1:8000", "Cookie": f"session={session}; csrf={secret}", "X-CSRFToken": secret}
    try:
        connection.request("POST", path, body.encode("latin-1"), {**headers, "Content-Type": kind})
        return connection.getresponse().status
    finally:
        connection.close()


def _case(pk: int) -> Application:
    return Application.objects.get(pk=pk)


def _person(pk: int) -> Person:
    return Person.objects.get(pk=pk)


ACTS: dict[str, Callable[..., Any]] = {
    act.__name__: act
    for act in (
        sign_requirement, sign_stage, vote, withdraw, upload, take_away, stand, award, certify, prepare, issue, start,
        click,
    )
}  # fmt: skip
