"""A society at work until it is killed: every act is acknowledged on the wire once it is committed."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from django.core.management import call_command

from certificates import issuing
from credentialing.applications.models import Application
from credentialing.applications.services.lifecycle import sign_off_stage
from credentialing.council.services import cast_ballot, change_standing
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.files import upload_file
from credentialing.reviews.services import sign_off_requirement
from tests.evidence.samples import pdf
from tests.soak.acts import sketch
from tests.soak.society import Society, fresh, seen

type Told = tuple[str, Any]


def act(lines: Any) -> None:
    """The officers and their candidates, case after case."""
    facts = _told(lines)
    random.seed(facts["seed"])
    society = Society()
    while True:
        for kind, told in case(society):
            lines.write(json.dumps([kind, told]) + "\n")
            lines.flush()


def work(lines: Any) -> None:
    """The worker: letters, certificates, effects, as they come."""
    _told(lines)
    call_command("db_worker", "--queue-name", "*", "--no-startup-delay", "--interval", "0.02", verbosity=0)


def case(society: Society) -> Iterator[Told]:
    """One case from the application to the standing of its credential; what was done is told after its commit."""
    application = society.submitted()
    yield "application", str(application.uuid)
    for pages in range(1, random.randint(2, 4)):
        yield "file", _upload(application, pages)
        with suppress(EvidenceRefused):
            _upload(application, pages)  # the same again: refused, and its bytes taken away
    for requirement, person in (
        ("form_read", society.coordinators[1]),
        ("admission", society.coordinators[0]),
        ("admission", society.chair),
    ):
        digest = seen(application, requirement)
        signed = sign_off_requirement(
            application=application, requirement=requirement, actor=person, seen_digest=digest
        )
        yield "sign_off", str(signed.uuid)
    for record in sign_off_stage(application=fresh(application), actor=society.chair):
        yield "record", str(record.uuid)
    for member in society.council[:2]:
        yield "ballot", str(cast_ballot(application=application, actor=member, choice="approve").uuid)
    credential = application.candidate.credentials.get()
    certificate = credential.certificates.get()
    yield "certificate", [str(certificate.uuid), credential.number, certificate.token]
    if random.random() < 0.5:
        record = change_standing(
            credential=credential, name="suspend", actor=society.registrar, reason="The report is late."
        )
        yield "record", str(record.uuid)


def _upload(application: Application, pages: int) -> list[str]:
    file = upload_file(
        application=application,
        requirement="form_read",
        actor=application.candidate,
        title="A file",
        original_name="file.pdf",
        content=pdf(pages=pages),
    )
    return [str(file.uuid), file.sha256]


def _told(lines: Any) -> dict[str, Any]:
    """What the driver says first: the seed, and whether certificates are really drawn."""
    facts: dict[str, Any] = json.loads(lines.readline())
    if not facts["drawn"]:
        issuing.document_of = sketch
    return facts
