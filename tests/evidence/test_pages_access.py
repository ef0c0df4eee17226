"""Who may open which page of evidence: a log-in for all but the co-leader's, an office for an officer's."""

import uuid

import pytest
from django.urls import reverse

from credentialing.accounts.models import Role
from tests.factories import PersonFactory

NOBODY = uuid.UUID(int=7)
OWN = {
    "log": (),
    "log-add": (),
    "supervision-sessions": (),
    "my-observations": (),
    "files": ("recording_consent",),
    "agreement": ("supervision_agreement",),
    "attestation": ("recording_consent",),
    "report": ("supervisor_report",),
}
SOMEBODY_ELSE_S = {"log-edit": (NOBODY,), "file": (NOBODY,), "file-quarantine": (NOBODY,)}
POST_ONLY = {
    "log-remove": (NOBODY,),
    "session-remove": (NOBODY,),
    "file-withdraw": (NOBODY,),
    "file-restore": (NOBODY,),
}
BY_OFFICE = {
    "supervision": ((), Role.SUPERVISOR),
    "supervised": ((NOBODY,), Role.SUPERVISOR),
    "supervised-agreement": ((NOBODY, "a"), Role.SUPERVISOR),
    "supervised-report": ((NOBODY, "a"), Role.SUPERVISOR),
    "evaluations": ((), Role.OBSERVER),
    "evaluation": ((NOBODY,), Role.OBSERVER),
    "evaluators": ((NOBODY,), Role.COORDINATOR),
    "quarantined-files": ((), Role.COORDINATOR),
    "quarantined-file": ((NOBODY,), Role.COORDINATOR),
    "quarantine-end": ((NOBODY, "release"), Role.COORDINATOR),
    "events": ((), Role.ORGANISER),
    "event-new": ((), Role.ORGANISER),
    "roster": ((NOBODY,), Role.ORGANISER),
    "event-edit": ((NOBODY,), Role.ORGANISER),
    "fees": ((), Role.TREASURER),
    "fee": ((NOBODY, "fee_first_year"), Role.TREASURER),
}
POST_BY_OFFICE = {
    "supervision-answer": ((7,), Role.SUPERVISOR),
    "sessions-answer": ((), Role.SUPERVISOR),
    "attendance-mark": ((NOBODY,), Role.ORGANISER),
}


def address(name, arguments=()):
    return reverse(f"evidence:{name}", args=arguments)


ALL = {
    **OWN,
    **SOMEBODY_ELSE_S,
    **POST_ONLY,
    "intensives": (),
    **{name: arguments for name, (arguments, _) in {**BY_OFFICE, **POST_BY_OFFICE}.items()},
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ALL)
def test_page_asks_for_a_log_in(client, name):
    for answer in (client.get(address(name, ALL[name])), client.post(address(name, ALL[name]))):
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")


@pytest.mark.parametrize("name", OWN)
def test_page_of_one_s_case_is_absent_without_a_case(as_, name):
    assert as_(PersonFactory()).get(address(name, OWN[name])).status_code == 404


@pytest.mark.parametrize("name", [*SOMEBODY_ELSE_S, *POST_ONLY])
def test_unknown_object_is_absent(as_, name):
    browser = as_(PersonFactory())
    answer = (browser.post if name in POST_ONLY else browser.get)(address(name, ALL[name]))

    assert answer.status_code == 404


@pytest.mark.parametrize("name", [*POST_ONLY, *POST_BY_OFFICE])
def test_act_is_no_page(as_, name):
    browser = as_(PersonFactory(offices=list(Role.values)))

    assert browser.get(address(name, ALL[name])).status_code == 405


@pytest.mark.parametrize("name", [*BY_OFFICE, *POST_BY_OFFICE])
def test_page_of_an_office_is_closed_to_others(as_, name):
    arguments, role = {**BY_OFFICE, **POST_BY_OFFICE}[name]
    kept = {role} | ({Role.COORDINATOR, Role.REGISTRAR} if role == Role.ORGANISER else set())
    kept |= {Role.CCC_CHAIR} if role == Role.COORDINATOR else set()
    browser = as_(PersonFactory(offices=[other for other in Role.values if other not in kept]))
    method = browser.post if name in POST_BY_OFFICE else browser.get

    assert method(address(name, arguments)).status_code == 403


@pytest.mark.parametrize("name", [name for name, (arguments, _) in BY_OFFICE.items() if arguments])
def test_officer_finds_nothing_under_an_unknown_address(as_, name):
    arguments, role = BY_OFFICE[name]

    assert as_(PersonFactory(offices=[role])).get(address(name, arguments)).status_code == 404


@pytest.mark.parametrize("name", ["supervision-answer", "attendance-mark"])
def test_officer_acts_on_nothing_under_an_unknown_address(as_, name):
    arguments, role = POST_BY_OFFICE[name]

    assert as_(PersonFactory(offices=[role])).post(address(name, arguments)).status_code == 404


@pytest.mark.parametrize("name", ["supervision", "evaluations", "events", "fees", "quarantined-files"])
def test_home_of_an_office_without_work_says_so(as_, name):
    answer = as_(PersonFactory(offices=[BY_OFFICE[name][1]])).get(address(name))

    assert answer.status_code == 200
    assert 'class="empty' in answer.text
