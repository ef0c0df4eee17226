"""One society for the crawl: one thing of each kind behind an address, and one person of each identity."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from credentialing.accounts.appointments import propose_office
from credentialing.accounts.models import Person, Role
from credentialing.accounts.services import declare_conflict
from credentialing.applications.models import StageEndorsement
from credentialing.applications.services.overrides import ask_override
from credentialing.correspondence.models import Letter
from credentialing.council.motions.services import put_motion
from credentialing.drafting.models import SimulationRun
from credentialing.drafting.services import begin_draft
from credentialing.evidence.models import LogEntry, Qualification, Reference
from credentialing.evidence.services.observations import request_observation
from credentialing.evidence.services.quarantine import quarantine_file
from credentialing.names.services import ask_for_change
from credentialing.operations.demo.walk import Officers, noon
from credentialing.pathways.services import publish_pathway
from credentialing.pathways.writing import change_values
from tests.certificates.badges import issued
from tests.certificates.factories import awarded
from tests.factories import PersonFactory, abs_version, make_walk
from tests.names.acts import wish
from workflows.models import LedgerRecord

TIED = ("treasurer", "registrar", "council", "coordinator", "ccc_chair", "reviewer", "administrator")
NOWHERE = "00000000-0000-4000-8000-00000000000f"


@dataclass
class Society:
    """People by identity, and for each address what stands in it."""

    people: dict[str, Person]
    candidate: Person
    holder: Person
    supervision: Any
    addresses: dict[str, dict[str, Any]]


def found_society() -> Society:
    """Everybody, and everything that an address can name."""
    people = {role: PersonFactory(name=f"The {role}", offices=[role]) for role in Role.values}
    people |= {name: PersonFactory(name=name) for name in ("stranger", "candidate", "other", "holder")}
    people |= {f"tied_{role}": PersonFactory(name=f"A tied {role}", offices=[role]) for role in TIED}
    for person in people.values():
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    officers = Officers(
        coordinator=people["coordinator"],
        chair=people["ccc_chair"],
        treasurer=people["treasurer"],
        organiser=people["organiser"],
        supervisors=[people["supervisor"]],
        observers=[people["observer"]],
        council=[people["council"]],
    )
    begun = timezone.localdate() - timedelta(days=300)
    walk = make_walk(begun, officers=officers, candidate=people["candidate"]).begin_supervision().lead(2, unconfirmed=1)
    make_walk(begun, officers=officers, candidate=people["other"]).submit()
    tie(people, walk.application)
    event = walk.attend(begun + timedelta(days=90), "Boston, MA", assessed=True)
    observation = request_observation(
        application=walk.application, event=event, evaluator=people["observer"], actor=people["coordinator"]
    )
    file = walk.upload("recording_consent", "A paper", "paper.pdf", noon(begun + timedelta(days=20)))
    hidden = walk.upload("supervision_agreement", "Another", "other.pdf", noon(begun + timedelta(days=21)))
    quarantine_file(file=hidden, actor=people["supervisor"], reason="It tells too much.")
    credential = awarded(holder=people["holder"], actor=people["council"])
    certificate = issued(credential)
    return Society(
        people=people,
        candidate=people["candidate"],
        holder=people["holder"],
        supervision=walk.application.supervisions.get(),
        addresses=addresses_of(people, walk.application, file, hidden, event, observation, credential, certificate),
    )


def tie(people: dict[str, Person], case: Any) -> None:
    """Each tied officer has confirmed a session of the candidate, and knows the holder from elsewhere."""
    for role in TIED:
        person = people[f"tied_{role}"]
        LogEntry.objects.create(
            application=case, held_on=timezone.localdate(), role="co_led", setting="open", present=8,
            co_leader_name=person.name, confirmed_at=timezone.now(), confirmed_by=person, confirmed_as="co_leader",
        )  # fmt: skip
        declare_conflict(person=person, other=people["holder"], relation="cousin", actor=person)


def addresses_of(
    people: dict[str, Person], case: Any, file: Any, hidden: Any, event: Any, observation: Any, credential: Any,
    certificate: Any,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """What stands in each address that names something."""
    rules = case.pathway_version
    later = publish_pathway(
        source=change_values(abs_version().source, (), {"version": "2098.1"}),
        actor=people["administrator"],
        in_force_from=timezone.localdate() + timedelta(days=9000),
    )
    text = change_values(abs_version().source, (), {"version": "2099.1"})
    draft = begin_draft(slug="abs-leader", source=text, actor=people["coordinator"], what="Begun")
    simulation = SimulationRun.objects.create(draft=draft, revision=1, wanted_by=people["coordinator"], total=0)
    appointment = propose_office(
        person=people["stranger"], role=Role.COUNCIL, actor=PersonFactory(offices=["administrator"]),
        starts_on=timezone.localdate(),
    )  # fmt: skip
    override = ask_override(
        candidate=case.candidate, application=case, actor=people["tied_council"], reason="Two of us are ill."
    )
    word = StageEndorsement.objects.create(
        application=case, stage="observed", act="sign", role="coordinator", person=people["coordinator"]
    )
    reference = Reference.objects.create(
        application=case, requirement="admission", referee_name="Rita", referee_email="rita@elsewhere.example.org"
    )
    qualification = Qualification.objects.create(
        application=case, requirement="admission", what="licence", title="MD", issuer="A state", held_since="2010-01-01"
    )
    entry = case.log_entries.filter(confirmed_at__isnull=True).get()
    confirmation, link = (row.new_link(timezone.now()) for row in (entry, reference))
    entry.save()
    reference.save()
    mover = PersonFactory(offices=["registrar"])
    motion = put_motion(credential=credential, act="suspend", actor=mover, reason="A complaint.")
    change = ask_for_change(credential=credential, actor=people["holder"], wish=wish())
    session = case.supervision_sessions.create(
        supervisor=people["supervisor"], held_on=timezone.localdate(), logged_by=people["candidate"]
    )
    the_case, of_draft, person = {"uuid": case.uuid}, {"uuid": draft.uuid}, {"uuid": people["stranger"].uuid}
    paper, held, proof = {"uuid": certificate.uuid}, {"uuid": credential.uuid}, {"sha256": certificate.sha256}
    requirement = {**the_case, "slug": "admission"}
    record = LedgerRecord.objects.order_by("pk")[0]
    found = {
        "registry:one-pathway": {"slug": "abs-leader"},
        "registry:leader": {"uuid": credential.uuid},
        **{f"registry:{name}": paper for name in ("certificate", "certificate_card", "certificate_send")},
        **{f"certificates:{name}": {"token": certificate.token} for name in ("verification", "live_badge")},
        "certificates:copied_address": {"copied": f"{certificate.token}."},
        **{f"certificates:{name}": paper for name in ("download", "credential_pdf", "credential_png")},
        "certificates:credential_svg": paper,
        **{f"certificates:{name}": paper for name in ("credential", "proof")},
        "certificates:proof_by_digest": proof,
        **{f"certificates:{name}": {"scheme": "abs-leader"} for name in ("achievement", "achievement_picture")},
        "certificates:status": {"purpose": "revocation", "number": 1},
        "certificates:revoked": {"key": "none"},
        **{f"workflows:{name}": {"uuid": record.uuid} for name in ("entry", "inclusion")},
        **{f"workflows:{name}": {"number": 1} for name in ("entry_by_number", "inclusion_by_number")},
        **{f"accounts:appointment-{act}": {"uuid": appointment.uuid} for act in ("confirm", "decline", "withdraw")},
        **{f"accounts:{name}": person for name in ("person", "term-grant", "account-close", "account-reopen")},
        **{f"accounts:{name}": person for name in ("membership-record", "conflict-declare")},
        "accounts:term-end": {"uuid": people["observer"].uuid, "term": people["observer"].terms.get().pk},
        "applications:requirement": {"slug": "admission"},
        "evidence:log-edit": {"uuid": entry.uuid},
        "evidence:log-remove": {"uuid": entry.uuid},
        "evidence:session-remove": {"uuid": session.uuid},
        "evidence:files": {"slug": "recording_consent"},
        "evidence:agreement": {"slug": "supervision_agreement"},
        "evidence:attestation": {"slug": "recording_consent"},
        "evidence:report": {"slug": "supervisor_report"},
        "evidence:qualifications": {"slug": "admission"},
        "evidence:references": {"slug": "admission"},
        "evidence:qualification-withdraw": {"uuid": qualification.uuid},
        "evidence:reference-withdraw": {"uuid": reference.uuid},
        **{f"evidence:{name}": {"uuid": file.uuid} for name in ("file", "file-withdraw", "file-restore")},
        "evidence:file-quarantine": {"uuid": file.uuid},
        "evidence:quarantined-file": {"uuid": hidden.uuid},
        "evidence:quarantine-end": {"uuid": hidden.uuid, "verb": "release"},
        "evidence:confirm": {"token": confirmation},
        "evidence:reference": {"token": link},
        "evidence:log-again": {"uuid": entry.uuid},
        "evidence:reference-again": {"uuid": reference.uuid},
        "evidence:supervision-answer": {"pk": case.supervisions.get().pk},
        "evidence:supervised": the_case,
        "evidence:supervised-agreement": {**the_case, "slug": "supervision_agreement"},
        "evidence:supervised-report": {**the_case, "slug": "supervisor_report"},
        "evidence:evaluation": {"uuid": observation.uuid},
        "evidence:evaluators": the_case,
        "evidence:exam-results": requirement,
        "evidence:roster": {"uuid": event.uuid},
        "evidence:event-edit": {"uuid": event.uuid},
        "evidence:attendance-mark": {"uuid": event.attendances.first().uuid},
        "evidence:fee": {**the_case, "slug": "fee_second_year"},
        **{f"reviews:{name}": the_case for name in ("case", "stage", "answers", "recommend", "not-yet", "tied")},
        "reviews:step-aside": the_case,
        "reviews:endorsement-take-back": {"pk": word.pk},
        "reviews:override": {"uuid": override.uuid},
        "reviews:override-take-back": {"uuid": override.uuid},
        "reviews:lifecycle": {**the_case, "verb": "hold"},
        "reviews:sign-off": requirement,
        "reviews:waive": {**the_case, "slug": "group_sessions"},
        "reviews:return": requirement,
        "reviews:sign-off-take-back": {"uuid": case.sign_offs.first().uuid},
        "council:case": the_case,
        "council:count": the_case,
        "council:tied": held,
        "council:credential": held,
        "council:standing": {**held, "verb": "resign"},
        "council:motion-put": held,
        **{f"council:motion{act}": {"uuid": motion.uuid} for act in ("", "-second", "-withdraw", "-close")},
        **{f"names:{name}": held for name in ("ask", "keep-own", "for-holder", "keep", "write")},
        **{f"names:{name}": {"uuid": change.uuid} for name in ("mine", "withdraw", "change", "approve", "confirm")},
        "names:refuse": {"uuid": change.uuid},
        **{f"registry:import-{name}": {"key": change.uuid} for name in ("preview", "confirm", "drop")},  # nobody's list
        **{f"drafting:{name}": {"uuid": rules.uuid} for name in ("version", "version-download")},
        "drafting:move-choose": the_case,
        "drafting:move": {**the_case, "to": later.uuid},
        "drafting:move-cohort": {"uuid": rules.uuid, "to": later.uuid},
        "drafting:back": {**of_draft, "number": 1},
        "drafting:simulation": {**of_draft, "pk": simulation.pk},
        "drafting:act": {**of_draft, "verb": "discard"},
        **{f"drafting:{name}": {**of_draft, "place": "1"} for name in ("part", "add", "remove", "shift")},
        "operations:post": {"key": "abc"},
        "operations:design-adopt": {"uuid": NOWHERE},
        "operations:design-adopt-wording": {"uuid": NOWHERE},
        "operations:work-part": {"slug": "letters"},
        "operations:effect-again": {"record": record.uuid, "effect": "document"},
        "operations:letter-again": {"uuid": Letter.objects.first().uuid},
        "account_confirm_email": {"key": "abc"},
    }  # fmt: skip
    of_a_draft = "draft download text draft-upload differences history general statements rubric offices add-stage"
    for name in (*of_a_draft.split(), "simulate", "propose", "approve", "refuse", "publish"):
        found.setdefault(f"drafting:{name}", of_draft)
    return found
