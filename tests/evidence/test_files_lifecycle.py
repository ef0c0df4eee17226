"""Who may do what with an uploaded file in which state, as a table written from the rules in words.

- A candidate withdraws their file and restores it (DOMAIN §7: evidence is theirs to give).
- A breach of confidentiality “needs its own action: quarantine (hide at once from all …)”: whoever may open the case
  and so read the file takes it out of sight, the candidate too. Offices that don't open cases (evaluator, organizer,
  Treasurer, president, administrator) have not seen it.
- How a quarantine ends is decided by those who run cases, coordinator and chair; never by who began it, nor by anybody
  tied to the candidate.
- What is destroyed stays destroyed.
- A file that waits for the virus scanner is in nobody's hands but the system's: it counts, or is destroyed.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from credentialing.accounts.models import ConflictOfInterest, Person, Role
from credentialing.applications.services.supervision import ask_supervisor, end_supervision
from credentialing.evidence.lifecycle import EVIDENCE_FILE
from credentialing.evidence.models import EvidenceFile
from tests.evidence.acts import NOW
from tests.evidence.conftest import fresh
from tests.factories import PersonFactory, make_walk
from workflows.errors import NoSuchTransition, NotPermitted, ReasonRequired, StaleVersion, TransitionError
from workflows.ledger import replay, verify_chain
from workflows.models import LedgerRecord
from workflows.services import available_actions, explain, perform

pytestmark = pytest.mark.django_db

WHOEVER_OPENS_CASES = "candidate supervisor coordinator ccc_chair reviewer council registrar"
TABLE = {  # state, act: where it leads, who may; all other states, acts and people: nobody, never
    ("standing", "withdraw"): ("withdrawn", "candidate"),
    ("standing", "quarantine"): ("quarantined", WHOEVER_OPENS_CASES),
    ("standing", "hold"): ("held", "system"),
    ("held", "clear"): ("standing", "system"),
    ("held", "reject"): ("destroyed", "system"),
    ("held", "discard"): ("destroyed", "candidate"),
    ("withdrawn", "restore"): ("standing", "candidate"),
    ("withdrawn", "quarantine"): ("quarantined", WHOEVER_OPENS_CASES),
    ("quarantined", "release"): ("standing", "coordinator ccc_chair"),
    ("quarantined", "destroy"): ("destroyed", "coordinator ccc_chair"),
    ("quarantined (withdrawn)", "release"): ("withdrawn", "coordinator ccc_chair"),
    ("quarantined (withdrawn)", "destroy"): ("destroyed", "coordinator ccc_chair"),
}
WAYS = {  # how a file comes there: by whom, by which act
    "standing": [],
    "held": [("system", "hold")],
    "withdrawn": [("candidate", "withdraw")],
    "quarantined": [("reporter", "quarantine")],
    "quarantined (withdrawn)": [("candidate", "withdraw"), ("reporter", "quarantine")],
    "destroyed": [("reporter", "quarantine"), ("coordinator", "destroy")],
}
ACTS = ["hold", "clear", "reject", "discard", "withdraw", "restore", "quarantine", "release", "destroy"]
PEOPLE = ["candidate", "supervisor", "other supervisor", "stranger", "superuser", "system"]
PEOPLE += [role for role in Role.values if role != "supervisor"]


@pytest.fixture
def people(running) -> dict[str, Person]:
    officers = {role: PersonFactory(offices=[role]) for role in Role.values if role != "supervisor"}
    return officers | {
        "candidate": running.candidate,
        "supervisor": running.supervisor,
        "other supervisor": running.officers.supervisors[1],
        "stranger": PersonFactory(),
        "superuser": PersonFactory(is_superuser=True, is_staff=True),
        "system": Person.objects.system(),
        "reporter": PersonFactory(offices=["reviewer"]),
    }


def put_file(walk, **fields: Any) -> EvidenceFile:
    return walk.application.files.create(
        **{
            "requirement": "recording_consent",
            "title": "A file",
            "original_name": "a.pdf",
            "media_type": "application/pdf",
            "size": 1,
            "sha256": "0" * 64,
            "storage_name": "0",
            "uploaded_by": walk.candidate,
            **fields,
        }
    )


def brought_to(state: str, walk, people) -> EvidenceFile:
    file = put_file(walk)
    for who, act in WAYS[state]:
        perform(file, act, actor=people[who], reason="Because", now=NOW)
    return file


def tried(file: EvidenceFile, act: str, actor: Person) -> LedgerRecord | TransitionError:
    """What comes of it, undone again; the buttons must have said so before."""
    offered = {action.transition.name: action for action in available_actions(file, actor, now=NOW)}
    try:
        told = explain(file, act, actor, now=NOW)
    except NoSuchTransition:
        told = None
    try:
        with transaction.atomic():
            outcome = perform(file, act, actor=actor, reason="Because", now=NOW)
            transaction.set_rollback(True)
    except TransitionError as refusal:
        outcome = refusal
    file.refresh_from_db()
    if isinstance(outcome, NoSuchTransition):
        assert (told, offered.get(act)) == (None, None)
    elif isinstance(outcome, NotPermitted):
        assert told.refusal == str(outcome)
        assert not (act in offered and offered[act].possible)
    else:
        assert isinstance(outcome, LedgerRecord)
        assert offered[act].possible
        assert told.transition.target == outcome.target
    return outcome


@pytest.mark.parametrize(("state", "act"), [*product(WAYS, ACTS)])
def test_table_is_what_the_door_and_the_buttons_say(running, people, state, act):
    file = brought_to(state, running, people)
    target, who = TABLE.get((state, act), ("", ""))
    for name in PEOPLE:
        outcome = tried(file, act, people[name])
        if name in who.split():
            assert isinstance(outcome, LedgerRecord), (name, outcome)
            assert (outcome.target, outcome.role) == (target, name)
        else:
            assert isinstance(outcome, NotPermitted if target else NoSuchTransition), (name, outcome)


def test_table_knows_every_state_and_act():
    assert {state.slug for state in EVIDENCE_FILE.states} == {state.partition(" ")[0] for state in WAYS}
    assert {edge.name for edge in EVIDENCE_FILE.transitions} == set(ACTS)
    edges = {(edge.source, edge.name, edge.target) for edge in EVIDENCE_FILE.transitions}
    assert edges == {(state.partition(" ")[0], act, target) for (state, act), (target, _) in TABLE.items()}


@pytest.mark.parametrize(
    ("state", "act"),
    [("standing", "quarantine"), ("withdrawn", "quarantine"), ("quarantined", "release"), ("quarantined", "destroy")],
)
def test_whoever_takes_a_file_away_or_gives_it_back_says_why(running, people, state, act):
    file = brought_to(state, running, people)
    for nothing in ("", " \n"):
        with pytest.raises(ReasonRequired):
            perform(file, act, actor=people["coordinator"], reason=nothing)
    assert perform(file, act, actor=people["coordinator"], reason="So it is.").reason == "So it is."


@pytest.mark.parametrize("office", ["coordinator", "ccc_chair"])
@pytest.mark.parametrize("end", ["release", "destroy"])
def test_whoever_began_a_quarantine_does_not_end_it(running, people, office, end):
    file = put_file(running)
    perform(file, "quarantine", actor=people[office], reason="Because")

    with pytest.raises(NotPermitted, match="somebody else decides"):
        perform(file, end, actor=people[office], reason="Because")
    colleague = {"coordinator": "ccc_chair", "ccc_chair": "coordinator"}[office]
    assert perform(file, end, actor=people[colleague], reason="Because").role == colleague


def test_whoever_ended_an_earlier_quarantine_may_begin_the_next_and_then_not_end_it(running, people):
    file = brought_to("quarantined", running, people)
    perform(file, "release", actor=people["coordinator"], reason="A misunderstanding.")
    perform(file, "quarantine", actor=people["coordinator"], reason="No, it was none.")

    assert isinstance(tried(file, "destroy", people["coordinator"]), NotPermitted)
    assert isinstance(tried(file, "destroy", people["ccc_chair"]), LedgerRecord)


def test_offices_give_nothing_in_one_s_own_case(running, people):
    """Invariant 4: superusers included."""
    candidate = people["candidate"]
    Person.objects.filter(pk=candidate.pk).update(is_superuser=True)
    for role in Role.values:
        candidate.terms.create(role=role, starts_on=NOW.date().replace(year=2015))
    file = brought_to("quarantined", running, people)

    for end in ("release", "destroy"):
        assert isinstance(tried(file, end, candidate), NotPermitted)


@pytest.mark.parametrize("by_whom", ["officer", "candidate"])
def test_whoever_has_a_declared_conflict_neither_reports_nor_decides(running, people, by_whom):
    officer = people["coordinator"]
    pair = (officer, running.candidate) if by_whom == "officer" else (running.candidate, officer)
    ConflictOfInterest.objects.create(person=pair[0], other=pair[1], relation="cousins", declared_by=pair[0])

    refused = tried(put_file(running), "quarantine", officer)
    assert "cousins" in str(refused)
    file = put_file(running, sha256="1" * 64, storage_name="1")
    perform(file, "quarantine", actor=people["reporter"], reason="Because")
    for end in ("release", "destroy"):
        assert "cousins" in str(tried(file, end, officer))


def test_supervisor_reports_but_never_decides_even_as_coordinator(running, people):
    running.supervisor.terms.create(role="coordinator", starts_on=NOW.date().replace(year=2015))

    assert tried(put_file(running), "quarantine", running.supervisor).role == "coordinator"
    file = put_file(running, sha256="1" * 64, storage_name="1")
    perform(file, "quarantine", actor=people["reporter"], reason="Because")
    assert "You supervise this candidate" in str(tried(file, "release", running.supervisor))


def test_supervisor_who_was_asked_reports_and_one_whose_supervision_has_ended_does_not(submitted):
    asked = submitted.officers.supervisors[0]
    file = put_file(submitted)
    assert isinstance(tried(file, "quarantine", asked), NotPermitted)

    supervision = ask_supervisor(application=submitted.application, supervisor=asked, actor=submitted.candidate)
    assert tried(file, "quarantine", asked).role == "supervisor"

    end_supervision(supervision=supervision, actor=submitted.candidate)
    assert isinstance(tried(file, "quarantine", asked), NotPermitted)


def test_officer_reports_nothing_in_a_draft_that_they_cannot_open_but_decides_there(supervised):
    file = put_file(supervised)
    coordinator = supervised.officers.coordinator
    assert "isn't open to you" in str(tried(file, "quarantine", coordinator))

    perform(file, "quarantine", actor=supervised.supervisor, reason="Because")
    assert EvidenceFile.objects.awaiting(coordinator).get() == file
    assert isinstance(tried(file, "release", coordinator), LedgerRecord)


def test_chain_of_a_long_life_is_sound_and_names_the_bytes(running, people):
    file = put_file(running)
    steps = [("candidate", "withdraw"), ("candidate", "restore"), ("reporter", "quarantine")]
    steps += [("coordinator", "release"), ("candidate", "withdraw"), ("supervisor", "quarantine")]
    steps += [("ccc_chair", "release"), ("reporter", "quarantine"), ("ccc_chair", "destroy")]
    for who, act in steps:
        perform(file, act, actor=people[who], reason="Because")

    assert file.state == replay(file) == "destroyed"
    assert list(verify_chain(file)) == []
    pinned = [{"kind": "file", "id": str(file.uuid), "sha256": "0" * 64}]
    assert [record.evidence for record in LedgerRecord.objects.of(file)] == [pinned] * len(steps)


def test_second_click_on_what_has_changed_is_stale(running, people):
    file = put_file(running)
    held = EvidenceFile.objects.get(pk=file.pk)
    perform(file, "quarantine", actor=people["reporter"], reason="Because", expected_version=0)

    with pytest.raises(StaleVersion):
        perform(held, "quarantine", actor=people["coordinator"], reason="Because", expected_version=0)
    with pytest.raises(NoSuchTransition):
        perform(held, "quarantine", actor=people["coordinator"], reason="Because")


@pytest.fixture(scope="module")
def closed_once(society) -> Iterator[Any]:
    walk = make_walk(society=society, candidate=PersonFactory(name="Clara Closed")).submit()
    put_file(walk)
    perform(walk.application, "withdraw", actor=walk.candidate)
    return walk


def test_closed_case_keeps_its_evidence_but_a_breach_can_still_be_hidden(closed_once, officers):
    walk = fresh(closed_once)
    file = walk.application.files.get()
    unmet = explain(file, "withdraw", walk.candidate).unmet
    assert [item.code for item in unmet] == ["case_closed"]
    assert isinstance(tried(file, "quarantine", officers.chair), LedgerRecord)
