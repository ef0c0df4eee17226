"""Who may carry a case where: every state, act and role, as matrix.csv says in the words of the societies' own rules.

The table was written from those words and not from the code. `guarded` is allowed once everything needed is there;
`undecided` are cells on which the words are silent or contradict each other: only that the buttons agree with the door
is checked there. “applied (admitted)” and “withdrawn (draft)” are states of their own in the words, not in the code.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.db import transaction

from credentialing.accounts.models import Membership, Person, Role
from credentialing.applications.models import Application
from credentialing.applications.services.drafts import save_application_form, start_application
from credentialing.applications.workflow import compile_workflow
from credentialing.council.models import Ballot, Decision
from credentialing.council.services import OUTCOMES as COUNCIL_OUTCOMES
from credentialing.operations.demo.walk import CaseWalk, months_after, noon
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.services import publish_pathway, shipped_source
from tests.factories import PersonFactory, make_officers, make_walk
from workflows.errors import NoSuchTransition, NotPermitted, TransitionBlocked, TransitionError
from workflows.models import LedgerRecord
from workflows.services import Action, available_actions, explain, perform

pytestmark = pytest.mark.django_db

NOW = noon(date(2026, 6, 1))
MACHINE = compile_workflow(load_pathway(shipped_source("abs-leader")))
ACTS = sorted({edge.name for edge in MACHINE.transitions})
SUBSTATES = {"applied (admitted)": "applied", "withdrawn (draft)": "withdrawn"}
NEVER_READY = {("applied", "advance", role) for role in ("coordinator", "ccc_chair")}  # whoever is ready is admitted
OUTCOMES = {"certify": "approved", "defer": "deferred", "decline": "declined"}  # what the council must have decided


class Cell(NamedTuple):
    state: str
    transition: str
    role: str
    allowed: str
    leads_to: str
    words: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.state, self.transition, self.role

    @property
    def base(self) -> str:
        """The state as the code knows it."""
        return SUBSTATES.get(self.state, self.state)


def cells_of(path: Path) -> list[Cell]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [Cell(**row) for row in csv.DictReader(lines)]


CELLS = cells_of(Path(__file__).with_name("matrix.csv"))


def by_cell(cells: Iterable[Cell]) -> Any:
    """One test for each cell."""
    params = [pytest.param(cell.state, cell, id="-".join(cell.key)) for cell in cells]
    return pytest.mark.parametrize(("place", "cell"), params, indirect=["place"], scope="module")


def saying(*allowed: str) -> list[Cell]:
    return [cell for cell in CELLS if cell.allowed in allowed]


# The cast and the cases -----------------------------------------------------------------------------------------


class Society(NamedTuple):
    """Three cases (not submitted, not admitted, everything met) and somebody in every role."""

    cases: Mapping[str, Application]
    people: Mapping[str, Person]
    council: list[Person]


class Place(NamedTuple):
    state: str
    case: Application
    came_from: str
    society: Society
    offers: dict[int, dict[str, Action]]  # by person: they are the same for every act while the case lies untouched

    def who(self, role: str) -> Person:
        return self.case.candidate if role == "candidate" else self.society.people[role]


@pytest.fixture(scope="module")
def society(django_db_setup: None, django_db_blocker: Any) -> Iterator[Society]:
    with django_db_blocker.unblock(), transaction.atomic():
        officers = make_officers()
        people = {role: PersonFactory(offices=[role]) for role in Role.values}
        people |= {"supervisor": officers.supervisors[0], "observer": officers.observers[0]}
        people |= {"stranger": PersonFactory(), "superuser": PersonFactory(is_superuser=True, is_staff=True)}
        people |= {"system": Person.objects.system()}
        draft, submitted, ready = (make_walk(officers=officers, candidate=PersonFactory()) for _ in range(3))
        write(draft)
        submitted.submit()
        ready.be_evaluated()
        ready.sign_off("group_sessions", officers.coordinator, noon(ready.reviewed_on))
        cases = {"draft": draft.application, "submitted": submitted.application, "ready": ready.application}
        yield Society(cases=cases, people=people, council=list(officers.council))
        transaction.set_rollback(True)


def write(walk: CaseWalk) -> None:
    """Everything that submitting needs, and no submission."""
    walk.draft()
    walk.attend(months_after(walk.starts_on, -3), walk.place)
    answers = {"practice": "A clinic", "prior_experience": "A group", "motivation": "To lead one"}
    save_application_form(application=walk.application, actor=walk.candidate, **answers, now=noon(walk.starts_on))


ADVANCED = (("coordinator", "advance"), ("ccc_chair", "advance"), ("coordinator", "advance"))
WAYS: Mapping[str, tuple[str, tuple[tuple[str, str], ...]]] = {  # from which case, by whose acts
    "draft": ("draft", ()),
    "applied": ("submitted", ()),
    "applied (admitted)": ("ready", ()),
    "co_leading_logged": ("ready", ADVANCED[:1]),
    "observed": ("ready", ADVANCED[:2]),
    "workshop_attended": ("ready", ADVANCED),
    "certified": ("ready", (*ADVANCED, ("council", "certify"))),
    "on_hold": ("ready", (*ADVANCED[:1], ("coordinator", "hold"))),
    "deferred": ("ready", (*ADVANCED, ("council", "defer"))),
    "withdrawn": ("ready", (*ADVANCED[:2], ("candidate", "withdraw"))),
    "withdrawn (draft)": ("draft", (("candidate", "withdraw"),)),
    "declined": ("submitted", (("ccc_chair", "decline"),)),
}


@pytest.fixture(scope="module")
def place(society: Society, request: pytest.FixtureRequest) -> Iterator[Place]:
    """The case of that state, walked there through the door; taken back when the next state is wanted."""
    name, steps = WAYS[request.param]
    with transaction.atomic():
        case = reload(society.cases[name])
        here = Place(state=request.param, case=case, came_from="", society=society, offers={})
        for role, act in steps:
            here = here._replace(came_from=case.state)
            if role == "council":
                decide(here, OUTCOMES[act])
            perform(case, act, actor=here.who(role), reason="Because", now=NOW)
        yield here
        transaction.set_rollback(True)


def reload(case: Application) -> Application:
    return Application.objects.select_related("pathway_version", "candidate").get(pk=case.pk)


def decided(outcome: str) -> Callable[[Place], None]:
    """The council has voted so, and it has not been carried out yet."""
    return partial(decide, outcome=outcome)


def decide(place: Place, outcome: str) -> None:
    decision = Decision.objects.create(
        application=place.case,
        requirement="council_decision",
        attempt=place.case.attempt,
        outcome=outcome,
        decided_at=NOW,
        minute_number="2026-01",
    )
    choice = {made: vote for vote, made in COUNCIL_OUTCOMES.items()}[outcome]
    for member in place.society.council[:3]:
        Ballot.objects.create(decision=decision, member=member, choice=choice, reason="Because", cast_at=NOW)


# What may be missing ----------------------------------------------------------------------------------------------


def end_membership(place: Place) -> None:
    Membership.objects.filter(person=place.case.candidate).update(ends_on=NOW.date() - timedelta(days=1))


def begin_another(place: Place) -> None:
    start_application(actor=place.case.candidate, now=NOW)


def name_a_version(place: Place) -> None:
    """Somebody has said to which version the case is to go: the same rules under another number."""
    present = place.case.pathway_version
    other = publish_pathway(
        source=present.source.replace(f'version = "{present.version}"', 'version = "2030.1"'),
        actor=place.society.people["administrator"],
        in_force_from=NOW.date(),
    )
    Application.objects.filter(pk=place.case.pk).update(moving_to=other)


type Change = Callable[[Place], None]
READY: Mapping[tuple[str, str, str], tuple[Change, ...]] = {
    ("workshop_attended", "council", act): (decided(outcome),) for act, outcome in OUTCOMES.items()
} | {(cell.state, cell.role, "move"): (name_a_version,) for cell in CELLS if cell.transition == "move"}
LACKING: Mapping[str, tuple[tuple[Change, ...], ...]] = {
    "submit": ((end_membership,),),
    "advance": ((end_membership,),),
    "certify": ((), (decided("deferred"),), (decided("approved"), end_membership)),
    "defer": ((),),  # the council has not voted
    "decline": ((),),
    "reopen": ((begin_another,),),
    "move": ((),),  # nobody has said to which version
}


# What door and buttons say ----------------------------------------------------------------------------------------


def tried(place: Place, act: str, actor: Person) -> LedgerRecord | TransitionError:
    """What comes of it, undone again; the buttons must have said so before."""
    case = place.case
    if actor.pk not in place.offers:
        place.offers[actor.pk] = {action.transition.name: action for action in available_actions(case, actor, now=NOW)}
    offered = place.offers[actor.pk]
    told: Action | None
    try:
        told = explain(case, act, actor, now=NOW)
    except NoSuchTransition:
        told = None
    outcome = performed(case, act, actor)
    if isinstance(outcome, NoSuchTransition):
        assert (told, offered.get(act)) == (None, None)
        return outcome
    assert told is not None
    assert offered.get(act, told) == told
    assert act in offered or told.refusal
    if isinstance(outcome, NotPermitted):
        assert told.refusal == str(outcome)
    elif isinstance(outcome, TransitionBlocked):
        assert (told.permitted, list(told.unmet)) == (True, outcome.unmet)
    else:
        assert isinstance(outcome, LedgerRecord)
        assert (told.possible, told.transition.target) == (True, outcome.target)
    return outcome


def performed(case: Application, act: str, actor: Person) -> LedgerRecord | TransitionError:
    """What the door does, undone again."""
    try:
        with transaction.atomic():
            record = perform(case, act, actor=actor, reason="Because", now=NOW)
            assert case.state == reload(case).state == record.target
            transaction.set_rollback(True)
    except TransitionError as refusal:
        return refusal
    case.refresh_from_db()
    return record


@contextmanager
def changed(place: Place, *changes: Callable[[Place], None]) -> Iterator[Place]:
    """The same place with something changed, undone again."""
    with transaction.atomic():
        for change in changes:
            change(place)
        yield place._replace(case=reload(place.case), offers={})
        transaction.set_rollback(True)


def refusals(cell: Cell) -> tuple[type[TransitionError], ...]:
    """How the door says no: the state knows no such act, or knows it for others only, or for other cases."""
    others = [other for other in CELLS if other.transition == cell.transition and other.allowed != "no"]
    here = {other.allowed for other in others if other.state == cell.state}
    if here - {"undecided"}:
        return (NotPermitted,)
    if here:
        return NoSuchTransition, NotPermitted
    if any(other.base == cell.base for other in others):
        return NoSuchTransition, NotPermitted, TransitionBlocked
    return (NoSuchTransition,)


# The tests --------------------------------------------------------------------------------------------------------


def test_table_has_every_state_act_and_role_once():
    states = {state.slug for state in MACHINE.states} | SUBSTATES.keys()
    roles = {"candidate", "system", "stranger", "superuser", *Role.values}

    assert sorted(cell.key for cell in CELLS) == sorted(product(states, ACTS, roles))


def test_every_row_says_what_it_rests_on_and_where_it_leads():
    for cell in CELLS:
        assert cell.allowed in {"yes", "no", "guarded", "undecided"}
        assert "§" in cell.words
        assert (cell.leads_to == "") == (cell.allowed == "no")


@by_cell(saying("no"))
def test_what_the_words_give_to_nobody_or_to_others_is_refused(place, cell):
    outcome = tried(place, cell.transition, place.who(cell.role))

    assert isinstance(outcome, refusals(cell))


@by_cell([cell for cell in saying("yes", "guarded") if cell.key not in NEVER_READY])
def test_what_the_words_allow_is_done_once_everything_is_there(place, cell):
    with changed(place, *READY.get((cell.state, cell.role, cell.transition), ())) as ready:
        outcome = tried(ready, cell.transition, place.who(cell.role))

    assert isinstance(outcome, LedgerRecord)
    assert outcome.target == (place.came_from if cell.leads_to == "where it was" else cell.leads_to)
    assert outcome.role == cell.role


@by_cell(saying("guarded"))
def test_what_is_guarded_is_blocked_while_something_is_missing(place, cell):
    for lack in LACKING[cell.transition]:
        with changed(place, *lack) as lacking:
            outcome = tried(lacking, cell.transition, place.who(cell.role))

        assert isinstance(outcome, TransitionBlocked)


@by_cell(saying("undecided"))
def test_buttons_agree_with_the_door_where_the_words_do_not_decide(place, cell):
    tried(place, cell.transition, place.who(cell.role))


@pytest.mark.parametrize("place", [state for state in WAYS if WAYS[state][0] == "ready"], indirect=True, scope="module")
@pytest.mark.parametrize("role", ["candidate", "supervisor"])
def test_offices_give_nothing_in_the_case_of_oneself_or_of_whom_one_supervises(place, role):
    """§6: whoever judges must not “decide own/relative's/supervisee's case”, whatever they are besides."""
    person = place.who(role)
    before = READY.get((place.state, "council", "certify"), ())
    with changed(place, *before, partial(give_every_office, person=person)) as theirs:
        done = {act for act in ACTS if isinstance(tried(theirs, act, person), LedgerRecord)}

    assert done == {c.transition for c in CELLS if c.state == place.state and c.role == role and c.allowed == "yes"}


def give_every_office(_place: Place, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_superuser=True)
    for role in set(Role.values) - person.roles_on(NOW.date()):
        person.terms.create(role=role, starts_on=date(2015, 1, 1))
