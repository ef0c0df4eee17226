"""What would let the engine's promises fail silently is said by `manage.py check`."""

from dataclasses import replace
from importlib.metadata import distributions
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks

from tests.workflows.testapp.models import LOAN, Loan
from workflows import checks
from workflows.triggers import lifted_triggers


def ids(found):
    return [message.id for message in found]


@pytest.mark.django_db
def test_this_project_passes():
    assert [m for m in run_checks(databases=["default"]) if (m.id or "").startswith("workflows.")] == []


@pytest.mark.parametrize("names", [["django-fsm", "Django_FSM-2"], ["django-fsm-2"], ["django-fsm"], [None]])
def test_two_distributions_of_django_fsm_are_refused(monkeypatch, names):
    installed = [*distributions(), *(SimpleNamespace(metadata={"Name": name}) for name in names)]
    monkeypatch.setattr(checks, "distributions", lambda: installed)
    assert ids(checks.one_django_fsm()) == (["workflows.E001"] if "django-fsm" in names else [])


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"name": "burn"}, "burn of “loan” is no django-fsm transition"), ({"source": "lost"}, "can't start from lost")],
)
def test_act_that_the_model_does_not_know_is_named(monkeypatch, changed, words):
    unbound = replace(LOAN, transitions=(*LOAN.transitions, replace(LOAN.transitions[0], **changed)))
    monkeypatch.setattr(Loan, "known_definitions", classmethod(lambda cls: (unbound,)))
    found = checks.every_edge_is_bound()
    assert ids(found) == ["workflows.E002"]
    assert words in found[0].msg


def test_bound_definition_passes(monkeypatch):
    monkeypatch.setattr(Loan, "known_definitions", classmethod(lambda cls: (LOAN,)))
    assert checks.every_edge_is_bound() == []


@pytest.mark.parametrize(
    "tasks",
    [{}, {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}],
)
def test_effects_without_a_worker_are_warned_of(settings, tasks):
    settings.TASKS = tasks
    assert ids(checks.somebody_does_the_effects()) == ["workflows.W003"]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, ["workflows.W004"]),
        ({"transaction_mode": "IMMEDIATE"}, ["workflows.W004"]),
        ({"init_command": "PRAGMA journal_mode=WAL;"}, ["workflows.W004"]),
        ({"transaction_mode": "IMMEDIATE", "init_command": "pragma journal_mode = wal"}, []),
    ],
)
def test_sqlite_that_can_not_wait_is_warned_of(monkeypatch, options, found):
    databases = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": options},
        "other": {"ENGINE": "django.db.backends.postgresql"},
    }
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES=databases))
    assert ids(checks.sqlite_can_wait()) == found


@pytest.mark.django_db
def test_missing_triggers_are_warned_of():
    with lifted_triggers():
        found = checks.triggers_stand(databases=["default", "unknown"])
    assert ids(found) == ["workflows.W005"]
    assert "workflows_ledgerrecord_never_changes" in found[0].msg
    assert checks.triggers_stand() == []
