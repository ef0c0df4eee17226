"""The races: what is set up, who does what at once, and which outcomes are sound.

Each is a function `(society, number) -> (jobs, judge)`; the judge gets what came of each job, in their order, and
yields a sentence for everything that is wrong.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.core.files.storage import storages
from django_tasks_db.models import DBTaskResult

from certificates.models import Certificate, Credential
from credentialing.applications.models import Application, RequirementProgress
from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.correspondence.models import Letter
from credentialing.council.models import Decision
from credentialing.reviews.models import SignOff
from tests.soak.acts import DONE
from tests.soak.crew import Job
from tests.soak.society import Society, fresh, seen
from workflows.ledger import verify_chain
from workflows.models import EffectRun, LedgerRecord

type Judge = Callable[[Sequence[str]], Iterator[str]]
type Race = Callable[[Society, int], tuple[list[Job], Judge]]

READ = "form_read"


def two_reviewers_sign_one_requirement(society: Society, number: int) -> tuple[list[Job], Judge]:
    """One signs off; the other is told that it has been done."""
    case = society.submitted()
    digest = seen(case, READ)
    jobs = [
        Job("sign_requirement", {"case": case.pk, "person": one.pk, "requirement": READ, "digest": digest})
        for one in society.coordinators
    ]

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, ["ReviewRefused", DONE])
        yield from count(1, standing_sign_offs(case), "sign-offs")
        yield from count(1, letters(case, "requirement_signed_off"), "letters")
        yield from status(case, RequirementProgress.Status.COMPLETE)
        yield from chain(case)

    return jobs, judge


def two_offices_admit(society: Society, number: int) -> tuple[list[Job], Judge]:
    """Both must sign, and both do; the candidate is admitted once."""
    case = society.submitted()
    digest = seen(case, "admission")
    jobs = [
        Job("sign_requirement", {"case": case.pk, "person": one.pk, "requirement": "admission", "digest": digest})
        for one in (society.chair, society.coordinators[0])
    ]

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, [DONE, DONE])
        yield from count(1, letters(case, "admitted"), "letters")
        if fresh(case).admitted_at is None:
            yield "both signed and nobody was admitted"

    return jobs, judge


def two_reviewers_sign_one_stage(society: Society, number: int) -> tuple[list[Job], Judge]:
    """One carries the case on; the other has seen an older version, or finds no such step."""
    case = society.admitted()
    version = case.version if number % 2 else None
    jobs = [
        Job("sign_stage", {"case": case.pk, "person": one.pk, "version": version})
        for one in (society.chair, society.coordinators[1])
    ]

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, [DONE, "NoSuchTransition" if version is None else "StaleVersion"])
        yield from count(1, steps(case, "advance"), "steps")
        yield from count(
            len(society.council), Letter.objects.filter(dedupe_key__startswith=f"ready:{case.uuid}"), "calls"
        )
        yield from chain(case)

    return jobs, judge


def withdraw_against_certify(society: Society, number: int) -> tuple[list[Job], Judge]:
    """The deciding vote and the candidate's withdrawal: whichever comes first stands."""
    case = society.before_council(votes=1)
    version = case.version if number % 2 else None
    jobs = [
        Job("vote", {"case": case.pk, "person": society.council[1].pk}),
        Job("withdraw", {"case": case.pk, "person": case.candidate_id, "version": version}),
    ]
    too_late = "NoSuchTransition" if version is None else "StaleVersion"

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(list(outcomes), [DONE, too_late], ["VoteRefused", DONE], ordered=True)
        certified = fresh(case).state == "certified"
        if certified != (outcomes[0] == DONE):
            yield f"the case is {fresh(case).state}"
        credentials = Credential.objects.filter(holder=case.candidate_id)
        yield from count(int(certified), credentials, "credentials")
        yield from count(int(certified), Certificate.objects.filter(credential__in=credentials), "certificates")
        yield from count(int(certified), Decision.objects.filter(application=case).exclude(outcome=""), "decisions")
        yield from chain(case)

    return jobs, judge


def two_cases_decided(society: Society, number: int) -> tuple[list[Job], Judge]:
    """Two members decide two cases: each gets a minute and a number of its own."""
    cases = [society.before_council(votes=1) for _ in range(2)]
    jobs = [
        Job("vote", {"case": case.pk, "person": member.pk})
        for case, member in zip(cases, society.council[1:], strict=True)
    ]

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, [DONE, DONE])
        minutes = Decision.objects.filter(application__in=cases).values_list("minute_number", flat=True)
        numbers = Credential.objects.filter(holder__applications__in=cases).values_list("number", flat=True)
        if None in minutes or len(set(minutes)) != 2 or len(set(numbers)) != 2:
            yield f"minutes {list(minutes)}, numbers {list(numbers)}"

    return jobs, judge


def four_workers_issue_one_certificate(society: Society, number: int) -> tuple[list[Job], Judge]:
    """Four drawings, one document: all four answer the same bytes, and no others are kept."""
    credential = society.awarded()
    drawn = number % 100 == 99  # each really drawn takes a second
    certificate = Certificate.objects.get(uuid=prepared(credential, society))
    jobs = [Job("issue", {"certificate": certificate.pk, "drawn": drawn})] * 4

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, [DONE] * 4)
        certificate.refresh_from_db()
        if certificate.status != Certificate.Status.ISSUED:
            yield f"it is {certificate.status}"
            return
        kept = storages["certificates"].listdir(str(certificate.uuid))[1]
        if [f"{certificate.uuid}/{name}" for name in kept] != [certificate.storage_name]:
            yield f"kept are {len(kept)} drawings"
        yield from count(1, Letter.objects.filter(dedupe_key=f"certificate:{certificate.uuid}"), "letters")

    return jobs, judge


def four_certify_one_person(society: Society, number: int) -> tuple[list[Job], Judge]:
    """Award, intent and issue four times at once for one person: one credential, one number, one document."""
    person = society.person()
    facts = {**society.award(person), "holder": person.pk, "actor": society.registrar.pk, "awarded_on": ""}
    jobs = [Job("certify", facts)] * 4

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, [DONE] * 4)
        credentials = list(Credential.objects.filter(holder=person))
        certificates = list(Certificate.objects.filter(credential__holder=person))
        if len(credentials) != 1 or [one.status for one in certificates] != [Certificate.Status.ISSUED]:
            yield f"{len(credentials)} credentials, certificates {[one.status for one in certificates]}"
            return
        (certificate,) = certificates
        kept = storages["certificates"].listdir(str(certificate.uuid))[1]
        if [f"{certificate.uuid}/{name}" for name in kept] != [certificate.storage_name]:
            yield f"kept are {len(kept)} drawings"
        issues = AuditEvent.objects.about("certificate", certificate.uuid).filter(event=Event.CERTIFICATE_ISSUED)
        yield from count(1, issues, "entries of the issue")
        yield from count(1, Letter.objects.filter(dedupe_key=f"certificate:{certificate.uuid}"), "letters")
        yield from chain(credentials[0])

    return jobs, judge


def four_prepare_one_certificate(society: Society, number: int) -> tuple[list[Job], Judge]:
    """All four answer the same certificate; one task is enqueued."""
    credential = society.awarded()
    jobs = [Job("prepare", {"credential": credential.pk, "person": society.registrar.pk})] * 4

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, [DONE] * 4)
        yield from count(1, credential.certificates.all(), "certificates")
        drawings = EffectRun.objects.filter(record__subject_id=credential.uuid)
        yield from count(1, drawings, "drawings")
        tasks = DBTaskResult.objects.filter(task_path="workflows.effects.run_effect")
        waiting = [task for task in tasks if task.args_kwargs["args"] == [drawings.get().pk]]
        if len(waiting) != 1:
            yield f"{len(waiting)} tasks"

    return jobs, judge


def four_awards(society: Society, number: int) -> tuple[list[Job], Judge]:
    """Four awards to one holder: one stands. Four to four holders: four numbers."""
    people = [society.person() for _ in range(4)] if number % 2 else [society.person()] * 4
    jobs = [
        Job("award", {**society.award(person), "holder": person.pk, "actor": society.registrar.pk, "awarded_on": ""})
        for person in people
    ]

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        holders = set(people)
        yield from expect(outcomes, [DONE] * len(holders) + ["AlreadyHeld"] * (4 - len(holders)))
        credentials = list(Credential.objects.filter(holder__in=holders))
        numbers = sorted(int(one.number.rsplit("-", 1)[1]) for one in credentials)
        if numbers != [*range(numbers[0], numbers[0] + len(holders))]:
            yield f"the numbers are {numbers}"
        for one in credentials:
            yield from chain(one)

    return jobs, judge


def sign_while_evidence_is_replaced(society: Society, number: int) -> tuple[list[Job], Judge]:
    """Who signs has seen what they signed; a sign-off of what is no longer there counts no more."""
    case = society.submitted()
    hand = Job("upload", {"case": case.pk, "person": case.candidate_id, "pages": 1})
    if number % 2:
        from tests.soak.acts import upload

        upload(case.pk, case.candidate_id, 1)
        hand = Job("take_away", {"file": case.files.get().pk, "person": case.candidate_id})
    digest = seen(case, READ)
    reviewer = society.coordinators[0].pk
    jobs = [
        Job("sign_requirement", {"case": case.pk, "person": reviewer, "requirement": READ, "digest": digest}),
        hand,
    ]

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, [DONE, DONE], ["StaleEvidence", DONE], ordered=True)
        signed = list(standing_sign_offs(case))
        if [one.evidence_digest for one in signed] != [digest] * (outcomes[0] == DONE):
            yield f"{len(signed)} sign-offs, or one of other evidence than was seen"
        yield from status(case, RequirementProgress.Status.WAITING)
        yield from chain(case)

    return jobs, judge


def one_file_uploaded_twice(society: Society, number: int) -> tuple[list[Job], Judge]:
    """One is taken, the other is refused and leaves nothing in the store."""
    case = society.submitted()
    jobs = [Job("upload", {"case": case.pk, "person": case.candidate_id, "pages": 2})] * 2

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, [DONE, "EvidenceRefused"])
        yield from one_file(case)

    return jobs, judge


def revoke_against_renew(society: Society, number: int) -> tuple[list[Job], Judge]:
    """Of an expired credential. Who has seen the same version: one. Who hasn't: renewed and then revoked is sound."""
    credential = society.expired()
    version = credential.version if number % 2 else None
    jobs = [
        Job("stand", {"credential": credential.pk, "person": person.pk, "name": name, "version": version})
        for person, name in ((society.council[0], "revoke"), (society.registrar, "renew"))
    ]

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        credential.refresh_from_db()
        if version is None:
            yield from expect(outcomes, [DONE, "NoSuchTransition"], [DONE, DONE], ordered=True)
        else:
            yield from expect(outcomes, [DONE, "StaleVersion"])
        wanted = "revoked" if outcomes[0] == DONE else "active"
        if credential.state != wanted:
            yield f"it is {credential.state}, not {wanted}"
        names = [record.transition for record in LedgerRecord.objects.of(credential)][2:]
        if names != [name for name, one in zip(["renew", "revoke"], outcomes[::-1], strict=True) if one == DONE]:
            yield f"the ledger tells {names}"
        yield from chain(credential)

    return jobs, judge


def one_application_begun_twice(society: Society, number: int) -> tuple[list[Job], Judge]:
    """Both answer the one draft."""
    person = society.person()

    def judge(outcomes: Sequence[str]) -> Iterator[str]:
        yield from expect(outcomes, [DONE, DONE])
        yield from count(1, Application.objects.of(person), "applications")

    return [Job("start", {"person": person.pk})] * 2, judge


RACES: dict[str, Race] = {
    race.__name__: race
    for race in (
        two_reviewers_sign_one_requirement,
        two_offices_admit,
        two_reviewers_sign_one_stage,
        withdraw_against_certify,
        two_cases_decided,
        four_workers_issue_one_certificate,
        four_certify_one_person,
        four_prepare_one_certificate,
        four_awards,
        sign_while_evidence_is_replaced,
        one_file_uploaded_twice,
        revoke_against_renew,
        one_application_begun_twice,
    )
}


def expect(outcomes: Sequence[str], *allowed: Sequence[str], ordered: bool = False) -> Iterator[str]:
    """One of these outcomes, in this order or in any."""
    if ordered and list(outcomes) in [list(one) for one in allowed]:
        return
    if not ordered and Counter(outcomes) in [Counter(one) for one in allowed]:
        return
    yield f"came out as {', '.join(outcomes)}"


def count(wanted: int, rows: Any, name: str) -> Iterator[str]:
    """So many rows."""
    if rows.count() != wanted:
        yield f"{rows.count()} {name} instead of {wanted}"


def chain(subject: Any) -> Iterator[str]:
    """The ledger of one subject fits."""
    yield from (fault.message for fault in verify_chain(type(subject).objects.get(pk=subject.pk)))


def status(case: Application, wanted: str) -> Iterator[str]:
    """What is stored about the requirement in question."""
    stored = case.requirement_progress.get(requirement=READ).status
    if stored != wanted:
        yield f"the requirement is stored as {stored}, not {wanted}"


def one_file(case: Application) -> Iterator[str]:
    """One row, one file."""
    kept = storages["evidence"].listdir(str(case.uuid))[1]
    if [file.storage_name for file in case.files.all()] != [f"{case.uuid}/{name}" for name in kept] or len(kept) != 1:
        yield f"{case.files.count()} rows and {len(kept)} files"


def standing_sign_offs(case: Application) -> Any:
    """Approvals that have not been taken back."""
    return SignOff.objects.filter(application=case, outcome="approved", taken_back_at__isnull=True, requirement=READ)


def letters(case: Application, template: str) -> Any:
    """Letters to the candidate."""
    return Letter.objects.filter(recipient=case.candidate_id, template=template)


def steps(case: Application, name: str) -> Any:
    """Steps of that name."""
    return LedgerRecord.objects.of(case).filter(transition=name)


def prepared(credential: Credential, society: Society) -> str:
    """A certificate whose intent is committed, without its task (the racers are the workers)."""
    from tests.soak.acts import prepare

    return str(prepare(credential.pk, society.registrar.pk))
