"""Reports every so many months: filed one after the other, each for the time since the one before."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from credentialing.applications.assessments import assess_requirement
from credentialing.applications.models import Application
from credentialing.applications.services.supervision import answer_supervision, ask_supervisor
from credentialing.evidence.models import SupervisorReport
from credentialing.evidence.reports import next_report, report_lines
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.supervision import file_report
from credentialing.operations.demo.walk import noon
from credentialing.pathways.services import publish_pathway, shipped_source
from credentialing.reviews.exhibits import exhibits_of
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

ACCEPTED = date(2024, 1, 31)
WORDS = {"strengths": "Calm.", "growth": "Trust silence.", "recommended": True, "discussed": True}
POSTED = {"strengths": "Calm.", "growth": "Trust silence.", "recommended": "on", "discussed": "on"}


class Case:
    """A candidate on a pathway with five reports, one every six months, supervised since January 31, 2024."""

    def __init__(self):
        officer = PersonFactory(offices=["administrator"])
        version = publish_pathway(source=shipped_source("bsanz-leader"), actor=officer, in_force_from=date(2015, 1, 1))
        self.candidate = PersonFactory(name="Rae Reported")
        self.supervisor = PersonFactory(name="Sue Supervisor", offices=["supervisor"])
        self.application = Application.objects.create(
            candidate=self.candidate, pathway_version=version, created_at=noon(ACCEPTED - timedelta(days=5))
        )
        self.asked = ask_supervisor(
            application=self.application, supervisor=self.supervisor, actor=self.candidate,
            now=noon(ACCEPTED - timedelta(days=1)),
        )  # fmt: skip

    def accept(self) -> "Case":
        answer_supervision(supervision=self.asked, actor=self.supervisor, accept=True, now=noon(ACCEPTED))
        return self

    @property
    def requirement(self):
        return self.application.requirement("reports")

    def file(self, on: date, **changes):
        return file_report(
            application=self.application, requirement="reports", actor=self.supervisor, now=noon(on), **WORDS | changes
        )

    def progress(self, on: date):
        fresh = Application.objects.get(pk=self.application.pk)
        return assess_requirement(fresh, "reports", on).progress


@pytest.fixture
def case():
    return Case().accept()


def test_reports_are_numbered_in_turn_and_each_is_for_the_time_since_the_one_before(case):
    days = [date(2024, 7, 31), date(2025, 2, 10), date(2025, 8, 1)]
    for day in days:
        case.file(day)

    lines = report_lines(case.application, case.requirement)
    assert [(line.title, line.period) for line in lines] == [
        ("Report 1 of 5", "from January 31, 2024 to July 31, 2024"),
        ("Report 2 of 5", "from August 1, 2024 to February 10, 2025"),
        ("Report 3 of 5", "from February 11, 2025 to August 1, 2025"),
    ]
    coming = next_report(case.application, case.requirement)
    assert (coming.title, coming.period, coming.due) == (
        "Report 4 of 5", "since August 2, 2025", date(2026, 2, 1),
    )  # fmt: skip
    assert case.progress(days[-1]).have == "3"


def test_first_report_is_due_half_a_year_after_supervision_began(case):
    coming = next_report(case.application, case.requirement)

    assert (coming.number, coming.since, coming.due) == (1, ACCEPTED, date(2024, 7, 31))


def test_nobody_who_supervises_means_no_period_and_no_due_day():
    case = Case()
    coming = next_report(case.application, case.requirement)

    assert (coming.title, coming.period, coming.due) == ("Report 1 of 5", "", None)


def test_report_that_corrects_another_takes_its_place_and_is_not_the_last_word(case):
    first = case.file(date(2024, 7, 31), recommended=False)
    for number in range(4):
        case.file(date(2025, 1, 31) + timedelta(days=180 * number))
    assert case.progress(date(2027, 1, 1)).met

    corrected = case.file(date(2026, 12, 1), number=1, corrects=True, recommended=False)

    first.refresh_from_db()
    assert (first.superseded_at, corrected.number) == (noon(date(2026, 12, 1)), 1)
    progress = case.progress(date(2027, 1, 1))
    assert (progress.met, progress.have) == (True, "5")
    assert case.progress(date(2026, 11, 30)).have == "5"


def test_report_more_than_are_asked_for_is_filed_when_the_last_word_was_no(case):
    for number in range(5):
        case.file(date(2024, 7, 31) + timedelta(days=180 * number), recommended=number < 4)
    assert not case.progress(date(2027, 1, 1)).met

    sixth = case.file(date(2027, 1, 1))

    assert (sixth.number, report_lines(case.application, case.requirement)[-1].title) == (6, "Report 6")
    assert case.progress(date(2027, 1, 1)).met


def test_number_that_was_filed_or_whose_turn_has_not_come_is_refused(case):
    case.file(date(2024, 7, 31))

    with pytest.raises(EvidenceRefused, match="Report 1 has been filed already"):
        case.file(date(2024, 8, 1), number=1)
    with pytest.raises(EvidenceRefused, match="Report 2 comes first"):
        case.file(date(2024, 8, 1), number=3)
    assert SupervisorReport.objects.count() == 1


def test_three_reports_are_filed_through_the_pages_and_read_by_candidate_and_reviewer(case, client):
    page = reverse("evidence:supervised-report", args=[case.application.uuid, "reports"])
    for number in (1, 2, 3):
        with time_machine.travel(noon(ACCEPTED + timedelta(days=182 * number)), tick=False):
            client.force_login(case.supervisor)
            shown = client.get(page)
            assert f"Report {number} of 5" in shown.text
            assert shown.text.count("Correct it") == number - 1
            given = {**POSTED, "number": shown.context["form"]["number"].value()}
            assert client.post(page, given).status_code == 302
            again = client.post(page, given)  # a second click
            assert again.status_code in {200, 409, 422}
            assert f"Report {number} has been filed already" in again.text

    with time_machine.travel(noon(ACCEPTED + timedelta(days=600)), tick=False):
        client.force_login(case.supervisor)
        home = client.get(reverse("evidence:supervised", args=[case.application.uuid]))
        assert "Report 4 of 5 is due on" in home.text
        client.force_login(case.candidate)
        own = client.get(reverse("evidence:report", args=["reports"])).text
        assert own.index("Report 3 of 5") < own.index("Report 2 of 5") < own.index("Report 1 of 5")
        assert "Report 4 of 5 comes next, due on" in own
    titles = [exhibit.title for exhibit in exhibits_of(case.application, case.requirement)]
    assert titles[0].startswith("Report 1 of 5, for the time from January 31, 2024 to July 31, 2024, Sue Supervisor")


def test_correction_shows_what_stood_there_and_replaces_it(case, client):
    case.file(date(2024, 7, 31), strengths="Calm and warm.")
    case.file(date(2025, 1, 31))
    page = reverse("evidence:supervised-report", args=[case.application.uuid, "reports"]) + "?corrects=1"
    client.force_login(case.supervisor)

    shown = client.get(page)
    assert "A corrected report 1" in shown.text
    assert "Calm and warm." in shown.text
    assert client.post(page, {**POSTED, "strengths": "Calm.", "number": "1"}).status_code == 302

    standing = case.application.reports.filter(superseded_at=None).order_by("number")
    assert [(row.number, row.strengths) for row in standing] == [(1, "Calm."), (2, "Calm.")]
    client.force_login(case.candidate)
    assert "replaced by a newer report" in client.get(reverse("evidence:report", args=["reports"])).text
