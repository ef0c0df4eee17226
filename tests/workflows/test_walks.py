"""Whatever people do in whatever order: the engine does what plain dicts say, and the ledger replays to the state."""

from collections import Counter
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.workflows import machine_model as model
from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.testapp.models import Loan
from workflows.errors import NoSuchTransition, NotPermitted, StaleVersion, TransitionBlocked, TransitionError
from workflows.ledger import replay, verify_chain
from workflows.models import LedgerRecord, LedgerRewritten
from workflows.services import Action, available_actions, explain, perform

TABLE = LedgerRecord._meta.db_table
REFUSALS = {NoSuchTransition: "no such act", NotPermitted: "not permitted", StaleVersion: "stale"}
START = datetime(2026, 3, 1, 9, tzinfo=UTC)

either, picks = st.integers(0, 1), st.integers(0, 99)
people = st.sampled_from(model.PEOPLE)
refusals = st.sampled_from(["blocked", "not permitted", "no such act"])
reasons = st.sampled_from(["Because.", "", "  \n", " Überfällig "])
versions = st.sampled_from(["any", "any", "held", "other"])
places = list(product(model.PEOPLE, model.ROLES))
grants = st.integers(0, 2 ** len(places) - 1).map(
    lambda bits: {
        person: [role for n, (who, role) in enumerate(places) if who == person and bits >> n & 1]
        for person in model.PEOPLE
    }
)
fees = st.sampled_from([0, 2])
facts = st.one_of(
    st.fixed_dictionaries({"fee_due": fees}),
    st.fixed_dictionaries({"overdue": st.booleans(), "closed": st.booleans()}),
    st.fixed_dictionaries({"refuses": st.lists(people, unique=True)}),
    st.fixed_dictionaries({"grants": grants}),
)


class Undone(Exception):
    """Somebody else's fault in the same transaction."""


class Walk(RuleBasedStateMachine):
    """Two loans, two objects of each in two hands, three people and a clock that goes forward."""

    counted: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.everything = transaction.atomic()
        self.everything.__enter__()
        self.people = {name: ActorFactory() for name in model.PEOPLE}
        self.now = START
        self.cases: list[model.Case] = []
        self.stored: list[int] = []
        self.held: list[list[Loan]] = []
        self.views: list[list[model.Case]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.everything.__exit__(None, None, None)

    # What people do -----------------------------------------------------------------------------------------------

    @initialize(granted=st.tuples(grants, grants), fees=st.tuples(fees, fees))
    def two_loans_are_asked_for(self, granted: tuple[dict[str, list[str]], ...], fees: tuple[int, ...]) -> None:
        for roles, fee in zip(granted, fees, strict=True):
            case = model.new_case(grants=roles, fee_due=fee)
            loan = Loan.objects.create(**self.fields(case))
            self.cases.append(case)
            self.stored.append(loan.pk)
            self.held.append([loan, Loan.objects.get(pk=loan.pk)])
            self.views.append([model.view_of(case), model.view_of(case)])

    @rule(which=either, hand=either, pick=picks, reason=reasons, expects=versions)
    def somebody_does_what_they_may(self, which: int, hand: int, pick: int, reason: str, expects: str) -> None:
        self.somebody_tries(which, hand, "done", pick, reason, expects)

    @rule(which=either, hand=either, said=refusals, pick=picks, reason=reasons, expects=versions)
    def somebody_tries(self, which: int, hand: int, said: str, pick: int, reason: str, expects: str) -> None:
        """Something to which the door says this where it can, unless reason or version decide otherwise."""
        case, held = self.cases[which], self.views[which][hand]["version"]
        if said == "blocked":
            self.things_change(which, {"fee_due": 2, "overdue": True}, None)
        possible = model.wishes(case, self.today, said) or model.wishes(case, self.today, *model.OUTCOMES)
        expected = {"any": None, "held": held, "other": held + 1}[expects]
        wish = possible[pick % len(possible)] | {"reason": reason, "expected_version": expected}
        self.try_to(which, hand, wish, case)

    @rule(which=either, hand=either, picked=st.lists(picks, min_size=1, max_size=3))
    def what_is_done_is_rolled_back(self, which: int, hand: int, picked: list[int]) -> None:
        """Nothing of it is left but what the object in hand believes."""
        case = deepcopy(self.cases[which])
        with suppress(Undone), transaction.atomic():
            for pick in picked:
                if possible := model.wishes(case, self.today, "done"):
                    self.try_to(which, hand, possible[pick % len(possible)], case)
                    self.counted["rolled back"] += 1
            raise Undone

    @rule(
        which=either,
        hand=either,
        note=st.sampled_from(["", "seen", "Ü"]),
        fields=st.sampled_from([None, ["note"], ["note", "state", "version"]]),
    )
    def somebody_saves_what_they_typed(self, which: int, hand: int, note: str, fields: list[str] | None) -> None:
        loan, view = self.held[which][hand], self.views[which][hand]
        loan.note = view["note"] = note
        loan.save(update_fields=fields)
        model.save(self.cases[which], view, fields)
        self.counted["saved"] += 1

    @rule(which=either, hand=either, way=st.sampled_from(["refresh", "some", "get", "defer"]))
    def somebody_looks_again(self, which: int, hand: int, way: str) -> None:
        loan, fresh = self.held[which][hand], model.view_of(self.cases[which])
        if way == "refresh":
            loan.refresh_from_db()
            fresh = {name: fresh[name] for name in self.views[which][hand]}  # what was not loaded is not loaded now
        elif way == "some":
            loan.refresh_from_db(fields=["note", "version"])
            fresh = self.views[which][hand] | {name: fresh[name] for name in ("note", "version")}
        elif way == "get":
            self.held[which][hand] = Loan.objects.get(pk=loan.pk)
        else:
            self.held[which][hand] = Loan.objects.defer("note").get(pk=loan.pk)
            del fresh["note"]
        self.views[which][hand] = fresh

    @rule(which=either, hand=either, who=people)
    def somebody_asks_what_they_may_do(self, which: int, hand: int, who: str) -> None:
        loan, view = self.held[which][hand], self.views[which][hand]
        offered = {action.transition.name: action for action in available_actions(loan, self.people[who], now=self.now)}
        for act in model.ACTS:
            wish = {"act": act, "person": who, "reason": "x", "expected_version": None, "day": self.today}
            said = model.answer(view, wish)
            said.pop("role", None)
            assert self.told(loan, act, who, offered.get(act)) == said

    @rule(which=either, changed=facts, days=st.none() | st.integers(0, 9))
    def things_change(self, which: int, changed: dict[str, Any], days: int | None) -> None:
        """Nobody acts on the loan: a fee falls due, an office ends."""
        if "grants" in changed:
            changed = {**changed, "granted_until": self.today + timedelta(days=days) if days is not None else None}
        self.cases[which] |= changed
        Loan.objects.filter(pk=self.stored[which]).update(**self.fields(changed))

    @rule(hours=st.integers(0, 60))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(which=either, hand=either, state=st.sampled_from(model.STATES), way=picks)
    def nobody_writes_past_the_door(self, which: int, hand: int, state: str, way: int) -> None:
        loan, view = self.held[which][hand], self.views[which][hand]
        held = {name: loan.__dict__[name] for name in model.ENGINE}
        with pytest.raises(AttributeError):
            loan.state = state
        loan.__dict__ |= {"state": state, "version": 99}
        loan.save()
        loan.__dict__ |= held
        model.save(self.cases[which], view, None)
        self.counted["forged"] += 1
        if record := LedgerRecord.objects.of(loan).last():
            with pytest.raises((LedgerRewritten, DatabaseError)), transaction.atomic():
                rewrite(record, way)

    # What must hold after every step ------------------------------------------------------------------------------

    @invariant()
    def engine_and_dicts_agree(self) -> None:
        self.counted["steps"] += bool(self.cases)
        for pk, case, held, views in zip(self.stored, self.cases, self.held, self.views, strict=True):
            loan = Loan.objects.get(pk=pk)
            assert self.seen(loan) == model.view_of(case)
            assert [self.seen(copy) for copy in held] == views
            records = LedgerRecord.objects.of(loan).select_related("kept_reason")
            assert [self.written(record) for record in records] == case["records"]

    @invariant()
    def ledger_replays_to_the_state(self) -> None:
        for loan in Loan.objects.filter(pk__in=self.stored):
            assert replay(loan) == loan.state
            sequences = list(LedgerRecord.objects.of(loan).values_list("sequence", flat=True))
            assert sequences == [*range(1, loan.version + 1)]
            assert list(verify_chain(loan)) == []
        assert model.tree_is_sound()

    # How both are spoken to ---------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(django_settings.TIME_ZONE)).date()

    def try_to(self, which: int, hand: int, wish: model.Wish, case: model.Case) -> None:
        """Ask the door; the object in hand is brought up to date, or left alone where it is refused."""
        said, loan, actor = model.answer(case, wish), self.held[which][hand], self.people[wish["person"]]
        self.counted[said["outcome"]] += 1
        try:
            record = perform(
                loan,
                wish["act"],
                actor=actor,
                reason=wish["reason"],
                expected_version=wish["expected_version"],
                now=self.now,
            )
        except TransitionError as refusal:
            heard = refused(refusal)
        else:
            heard = {"outcome": "done", "target": record.target, "role": record.role}
            model.step(case, wish, at=self.now)
            self.views[which][hand] = model.view_of(case)
        assert heard == said

    def told(self, loan: Loan, act: str, who: str, offered: Action | None) -> dict[str, Any]:
        """What explanation and button say, which must be the same."""
        try:
            action = explain(loan, act, self.people[who], now=self.now)
        except NoSuchTransition as refusal:
            assert offered is None
            return refused(refusal)
        assert offered in ([action] if action.permitted else [action, None])
        if not action.permitted:
            assert action.refusal
            return {"outcome": "not permitted"}
        if action.unmet:
            return {"outcome": "blocked", "missing": [item.code for item in action.unmet]}
        return {"outcome": "done", "target": action.transition.target}

    def fields(self, facts: dict[str, Any]) -> dict[str, Any]:
        """What the dicts say, with people as the loan knows them."""
        fields = {name: deepcopy(value) for name, value in facts.items() if name in model.ORDINARY}
        if "grants" in fields:
            fields["grants"] = {str(self.people[name].pk): roles for name, roles in fields["grants"].items()}
        if "refuses" in fields:
            fields["refuses"] = [self.people[name].pk for name in fields["refuses"]]
        return fields

    def seen(self, loan: Loan) -> dict[str, Any]:
        """What the object holds, with people as the dicts know them."""
        names = {person.pk: name for name, person in self.people.items()}
        seen = {name: loan.__dict__[name] for name in (*model.ENGINE, *model.ORDINARY) if name in loan.__dict__}
        seen["grants"] = {names[int(pk)]: roles for pk, roles in seen["grants"].items()}
        seen["refuses"] = [names[pk] for pk in seen["refuses"]]
        return seen

    def written(self, record: LedgerRecord) -> dict[str, Any]:
        """The record in the words of the dicts."""
        names = {person.pk: name for name, person in self.people.items()}
        return {
            "sequence": record.sequence,
            "act": record.transition,
            "source": record.source,
            "target": record.target,
            "person": names[record.actor_id],
            "role": record.role,
            "reason": record.reason,
            "at": record.recorded_at,
        }


def refused(refusal: TransitionError) -> dict[str, Any]:
    """The refusal in the words of the dicts."""
    if isinstance(refusal, TransitionBlocked):
        return {"outcome": "blocked", "missing": [item.code for item in refusal.unmet]}
    return {"outcome": REFUSALS[type(refusal)]}


def rewrite(record: LedgerRecord, way: int) -> None:
    """One of the ways in which one would change what has been recorded."""
    ways = [
        record.save,
        record.delete,
        LedgerRecord.objects.all().delete,
        lambda: LedgerRecord.objects.filter(pk=record.pk).update(role="king"),
        lambda: by_sql(f"UPDATE {TABLE} SET role = 'king'"),
        lambda: by_sql(f"UPDATE {TABLE} SET sequence = sequence + 1 WHERE id = %s", record.pk),
        lambda: by_sql(f"DELETE FROM {TABLE} WHERE id = %s", record.pk),
    ]
    ways[way % len(ways)]()


def by_sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.mark.django_db
def test_engine_does_what_the_dicts_say_on_any_walk():
    """Two thousand steps at least, and every kind of answer among them."""
    Walk.counted.clear()

    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=60,  # some walks are short
            stateful_step_count=50,
            deadline=None,
            phases=[phase for phase in Phase if phase is not Phase.explain],
            suppress_health_check=[*HealthCheck],
        ),
    )

    assert Walk.counted["steps"] >= 2000
    assert set(Walk.counted) >= {*model.OUTCOMES, "rolled back", "saved", "forged"}


WAYS = {
    "asked": (),
    "lent": ("lend",),
    "paused": ("lend", "pause"),
    "returned": ("lend", "give_back"),
    "lost": ("lend", "write_off"),
}


def loan_in(state: str) -> Loan:
    """A loan that was carried there."""
    keeper = ActorFactory()
    loan = loan_for(keeper, *model.ROLES)
    for act in WAYS[state]:
        perform(loan, act, actor=keeper, reason="x")
    return loan


@pytest.mark.django_db
@pytest.mark.parametrize("state", model.STATES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    roles=st.sets(st.sampled_from(model.ROLES)),
    refused=st.booleans(),
    facts=st.fixed_dictionaries(
        {
            "fee_due": st.integers(0, 1),
            "overdue": st.booleans(),
            "closed": st.booleans(),
            "paused_from": st.sampled_from(["asked", "lent"]),
        }
    ),
)
def test_button_explanation_and_door_agree(db, state, roles, refused, facts):
    """Whoever it is, whatever is missing: what is offered is done, and what is not offered is refused."""
    actor = ActorFactory()
    loan = loan_in(state)
    facts |= {"grants": {str(actor.pk): sorted(roles)}, "refuses": [actor.pk] if refused else []}
    Loan.objects.filter(pk=loan.pk).update(**facts)
    for name in model.ACTS:
        loan = Loan.objects.get(pk=loan.pk)
        offered = {action.transition.name: action for action in available_actions(loan, actor)}
        try:
            told = explain(loan, name, actor)
        except NoSuchTransition as refusal:
            assert name not in offered
            told = refusal
        else:
            assert offered.get(name, told) == told
            assert name in offered or not told.permitted
        assert outcome(loan, name, actor) == said(told)


def said(told: Action | NoSuchTransition) -> object:
    """What the explanation lets one expect of the door."""
    if isinstance(told, NoSuchTransition):
        return NoSuchTransition
    if not told.permitted:
        return told.refusal
    return list(told.unmet) or told.transition.target


def outcome(loan: Loan, name: str, actor: Any) -> object:
    """What the door does; undone again."""
    try:
        with transaction.atomic():
            target = perform(loan, name, actor=actor, reason="x").target
            transaction.set_rollback(True)
            return target
    except NoSuchTransition:
        return NoSuchTransition
    except NotPermitted as refusal:
        return str(refusal)
    except TransitionBlocked as blocked:
        return blocked.unmet
