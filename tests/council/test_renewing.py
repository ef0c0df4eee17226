"""Renewing and reinstating put a credential in force, or are refused: nothing is “renewed” and reads “expired”."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from certificates.issuing import issue_certificate
from certificates.models import Certificate
from certificates.renewing import LastDayRefused, renew_credential
from credentialing.council.motions.models import Motion
from credentialing.council.motions.services import MotionRefused, put_motion
from credentialing.council.renewing import next_last_day
from credentialing.council.services import change_standing
from tests.certificates.factories import awarded, prepared
from tests.factories import PersonFactory
from workflows.errors import TransitionBlocked
from workflows.models import Deadline
from workflows.services import perform

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
OVER, AHEAD = TODAY - timedelta(days=40), TODAY + timedelta(days=1000)


def run_out(**fields):
    credential = awarded(awarded_on=date(2020, 1, 1), valid_until=OVER, **fields)
    perform(credential, "expire", actor=PersonFactory(offices=["registrar"]))
    return credential


@pytest.fixture
def registrar():
    return PersonFactory(offices=["registrar"])


def page_of(credential):
    return reverse("council:standing", args=[credential.uuid, "renew"])


def browser_of(person):
    client = Client()
    client.force_login(person)
    return client


def test_renewed_credential_is_in_force_until_its_new_last_day_and_runs_out_after_it(registrar):
    credential = run_out()

    change_standing(credential=credential, name="renew", actor=registrar, reason="Paid.", valid_until=AHEAD)

    assert (credential.status_today, credential.valid_until) == ("active", AHEAD)
    assert credential.status_on(AHEAD + timedelta(days=1)) == "expired"
    (deadline,) = Deadline.objects.of(credential.subject_kind, credential.uuid).open()
    assert timezone.localdate(deadline.due_at) == AHEAD + timedelta(days=1)


@pytest.mark.parametrize("last_day", [OVER, TODAY - timedelta(days=1), OVER - timedelta(days=1)])
def test_last_day_that_is_over_renews_nothing(registrar, last_day):
    credential = run_out()

    with pytest.raises(LastDayRefused):
        renew_credential(credential=credential, valid_until=last_day, actor=registrar, reason="x")

    credential.refresh_from_db()
    assert (credential.state, credential.valid_until) == ("expired", OVER)


def test_nobody_renews_without_a_new_last_day(registrar):
    with pytest.raises(TransitionBlocked, match="renewed, with a new last day"):
        perform(run_out(), "renew", actor=registrar, reason="x")


def test_credential_for_ever_is_renewed_for_ever(registrar):
    credential = awarded()
    perform(credential, "expire", actor=registrar)

    change_standing(credential=credential, name="renew", actor=registrar, reason="A mistake.")

    assert (credential.status_today, credential.valid_until) == ("active", None)


def test_document_follows_in_a_new_edition_with_the_new_last_day(registrar):
    credential = awarded(awarded_on=date(2020, 1, 1), valid_until=OVER)
    issued = issue_certificate(prepared(credential, valid_until=OVER))
    perform(credential, "expire", actor=registrar)

    renew_credential(credential=credential, valid_until=AHEAD, actor=registrar, reason="Paid.")
    waiting = credential.certificates.get(edition=2)
    assert (waiting.status, waiting.printed.valid_until) == (Certificate.Status.INTENT, AHEAD)

    issue_certificate(waiting)
    issued.refresh_from_db()
    assert issued.status == Certificate.Status.SUPERSEDED


def test_registrar_renews_on_a_page_that_says_until_when(registrar):
    credential, client = run_out(), browser_of(registrar)

    empty = client.post(page_of(credential), {"reason": "Paid.", "valid_until": ""})
    over = client.post(page_of(credential), {"reason": "Paid.", "valid_until": f"{OVER}"})
    done = client.post(page_of(credential), {"reason": "Paid.", "valid_until": f"{AHEAD}"}, follow=True)

    assert (empty.status_code, over.status_code) == (422, 422)
    assert "still to come" in over.text
    assert f'value="{OVER}"' in over.text
    assert "The credential is now: active." in done.text


def test_page_of_a_credential_without_an_end_asks_for_no_day(registrar):
    credential, client = awarded(), browser_of(registrar)
    perform(credential, "expire", actor=registrar)

    assert "New last day" not in client.get(page_of(credential)).text
    assert "now: active" in client.post(page_of(credential), {"reason": "A mistake."}, follow=True).text


def test_suspended_credential_that_has_run_out_is_not_reinstated_but_renewed(registrar, settings):
    settings.CERTIFICATES_DECISION = ""
    credential = awarded(awarded_on=date(2020, 1, 1), valid_until=OVER)
    council = PersonFactory(offices=["council"])
    perform(credential, "suspend", actor=council, reason="x")

    with pytest.raises(TransitionBlocked, match="Its last day was"):
        perform(credential, "reinstate", actor=council, reason="x")
    with pytest.raises(MotionRefused, match="last day is over"):
        put_motion(credential=credential, act=Motion.Act.REINSTATE, actor=registrar, reason="x")
    page = browser_of(registrar).get(reverse("council:credential", args=[credential.uuid])).text
    assert "act=reinstate" not in page


def test_next_last_day_is_that_of_the_pathway_or_nobodys():
    assert next_last_day(run_out(), TODAY) is None  # no pathway says
    assert next_last_day(awarded(), TODAY) is None  # for ever
