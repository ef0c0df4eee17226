"""The life of a credential: who may do what with it, for which reason, and what is final."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from django_fsm import TransitionNotAllowed

from credentialing.accounts.models import Person, Term
from tests.certificates.factories import awarded
from tests.factories import PersonFactory
from workflows.errors import NoSuchTransition, NotPermitted, ReasonRequired, TransitionBlocked
from workflows.ledger import replay, verify_chain
from workflows.models import LedgerRecord
from workflows.services import available_actions, perform

pytestmark = pytest.mark.django_db

WAYS = {"active": [], "suspended": ["suspend"], "expired": ["expire"], "revoked": ["revoke"], "resigned": ["resign"]}


def standing(state: str, **fields):
    """A credential that has come to that state."""
    credential = awarded(**fields)
    for act in WAYS[state]:
        perform(credential, act, actor=PersonFactory(offices=["council", "registrar"]), reason="So decided.")
    return credential


def offered(credential, person) -> set[str]:
    return {action.transition.name for action in available_actions(credential, person) if action.possible}


def test_council_revokes_with_a_reason_and_the_registrar_does_not():
    credential = awarded()
    council, registrar = PersonFactory(offices=["council"]), PersonFactory(offices=["registrar"])
    with pytest.raises(NotPermitted):
        perform(credential, "revoke", actor=registrar, reason="x")
    with pytest.raises(ReasonRequired):
        perform(credential, "revoke", actor=council)
    perform(credential, "revoke", actor=council, reason="Found unfit.")
    assert credential.status_today == "revoked"


def test_registrar_suspends_at_once_but_only_the_council_takes_that_back():
    credential, registrar = awarded(), PersonFactory(offices=["registrar"])
    perform(credential, "suspend", actor=registrar, reason="A complaint.")
    with pytest.raises(NotPermitted):
        perform(credential, "reinstate", actor=registrar, reason="x")
    perform(credential, "reinstate", actor=PersonFactory(offices=["council"]), reason="Unfounded.")
    assert credential.state == "active"


@pytest.mark.parametrize(
    ("state", "act"),
    [
        ("active", "suspend"),
        ("suspended", "reinstate"),
        ("expired", "renew"),
        ("expired", "revoke"),
        ("suspended", "revoke"),
        ("active", "resign"),
        ("expired", "resign"),
    ],
)
def test_whoever_changes_a_standing_says_why(state, act):
    credential = standing(state)
    council = PersonFactory(offices=["council"])
    for nothing in ("", "  \n"):
        with pytest.raises(ReasonRequired):
            perform(credential, act, actor=council, reason=nothing)
    assert credential.state == state
    assert perform(credential, act, actor=council, reason="So decided.").reason == "So decided."


@pytest.mark.parametrize("acts", [["suspend", "reinstate"], ["suspend", "expire", "renew"], ["expire", "renew"]])
def test_credential_comes_back_into_force(acts):
    credential = awarded()
    keeper = PersonFactory(offices=["council", "registrar"])
    for act in acts:
        perform(credential, act, actor=keeper, reason="So decided.")
    assert credential.state == replay(credential) == "active"
    assert list(verify_chain(credential)) == []


@pytest.mark.parametrize("state", ["active", "suspended", "expired"])
def test_people_without_the_office_can_do_nothing(state):
    credential = standing(state)
    others = [PersonFactory(offices=[office]) for office in ("supervisor", "observer", "treasurer", "administrator")]
    superuser = PersonFactory(is_superuser=True, is_staff=True)
    for person in (PersonFactory(), superuser, *others):
        assert offered(credential, person) == set()
        with pytest.raises(NotPermitted):
            perform(credential, "resign", actor=person, reason="x")
    assert credential.state == state


def test_office_that_has_ended_gives_no_power():
    credential, former = awarded(), PersonFactory(offices=["council"])
    Term.objects.filter(person=former).update(ends_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(NotPermitted):
        perform(credential, "revoke", actor=former, reason="x")


def never_decided(*_) -> bool:
    return False


def test_clock_lets_credentials_run_out_and_does_nothing_else_that_hurts(settings):
    settings.CERTIFICATES_DECISION = f"{__name__}.never_decided"
    credential, clock = awarded(valid_until=date(2026, 4, 1)), Person.objects.system()
    for act in ("suspend", "revoke"):
        with pytest.raises(TransitionBlocked, match="decided by a vote"):
            perform(credential, act, actor=clock, reason="x")
    record = perform(credential, "expire", actor=clock)
    assert (credential.state, record.role) == ("expired", "system")


@pytest.mark.parametrize("state", ["active", "suspended", "expired"])
def test_holder_resigns_and_can_do_nothing_else_whatever_offices_they_hold(state):
    holder = PersonFactory(offices=["council", "registrar"])
    credential = standing(state, holder=holder)
    assert offered(credential, holder) == {"resign"}
    for act in {"active": ["suspend", "revoke", "expire"], "suspended": ["reinstate"], "expired": ["renew"]}[state]:
        with pytest.raises(NotPermitted):
            perform(credential, act, actor=holder, reason="x")
    assert perform(credential, "resign", actor=holder, reason="Retired.").role == "holder"
    assert credential.state == "resigned"


@pytest.mark.parametrize("state", ["revoked", "resigned"])
def test_nothing_leads_out_of_revoked_and_resigned(state):
    credential, council = standing(state), PersonFactory(offices=["council", "registrar"])
    assert list(available_actions(credential, council)) == []
    for act in ("award", "suspend", "reinstate", "expire", "renew", "revoke", "resign"):
        with pytest.raises(NoSuchTransition):
            perform(credential, act, actor=council, reason="x")
    assert credential.state == state


def test_standing_is_never_set_by_hand():
    credential = awarded()
    with pytest.raises(AttributeError):
        credential.state = "revoked"
    with pytest.raises(TransitionNotAllowed):
        credential.reinstate(context=None)
    assert type(credential).objects.get().state == "active"


def test_each_step_is_one_record_that_names_the_role():
    credential, council = awarded(), PersonFactory(offices=["council"])
    perform(credential, "suspend", actor=council, reason="A complaint.")
    rows = LedgerRecord.objects.of(credential).values_list("transition", "source", "target", "role")
    assert list(rows)[1:] == [("suspend", "active", "suspended", "council")]
    assert credential.state_since == LedgerRecord.objects.of(credential).last().recorded_at


def test_suspended_credential_past_its_last_day_stays_suspended_until_it_is_expired():
    credential = standing("suspended", valid_until=date(2026, 4, 1))
    assert credential.status_on(date(2026, 4, 2)) == "suspended"
    assert not type(credential).objects.active(date(2026, 4, 1)).exists()
