"""Reports that come one after the other: which is the next, for which time, and when it is due."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.evidence.models import SupervisorReport
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.months import add_months, in_words


@dataclass(frozen=True, kw_only=True)
class ReportLine:
    """One of several reports: the how-maniest of how many, for which time; `report` is None while it is to come."""

    number: int
    of: int
    since: date | None
    until: date | None
    due: date | None = None
    report: SupervisorReport | None = None

    @property
    def title(self) -> str:
        """Report 2 of 5."""
        return f"Report {self.number} of {self.of}" if self.number <= self.of else f"Report {self.number}"

    @property
    def period(self) -> str:
        """For which time, in words; "" where nobody has supervised yet."""
        if self.since is None:
            return ""
        return (
            f"from {in_words(self.since)} to {in_words(self.until)}" if self.until else f"since {in_words(self.since)}"
        )


def is_one_of_several(requirement: Requirement) -> bool:
    """Whether reports are numbered: more than one is asked for, or one every so many months."""
    return bool(requirement.parameters.at_least > 1 or requirement.parameters.every_months)


def report_lines(application: Application, requirement: Requirement) -> list[ReportLine]:
    """The reports of a requirement that stand, in order, each for the time since the one before."""
    rule = requirement.parameters
    filed = application.reports.filter(requirement=requirement.slug, superseded_at__isnull=True)
    lines: list[ReportLine] = []
    since = _supervised_since(application)
    for report in filed.select_related("author").order_by("number"):
        until = timezone.localdate(report.filed_at)
        lines.append(ReportLine(number=report.number, of=rule.at_least, since=since, until=until, report=report))
        since = until + timedelta(days=1)
    return lines


def next_report(application: Application, requirement: Requirement) -> ReportLine:
    """The report that is to be filed next, for the time since the last one."""
    rule = requirement.parameters
    lines = report_lines(application, requirement)
    last = lines[-1] if lines else None
    begun = last.until if last else _supervised_since(application)
    return ReportLine(
        number=last.number + 1 if last else 1,
        of=rule.at_least,
        since=begun + timedelta(days=1) if last and begun else begun,
        until=None,
        due=add_months(begun, rule.every_months) if begun and rule.every_months else None,
    )


def _supervised_since(application: Application) -> date | None:
    days = (timezone.localdate(row.accepted_at) for row in application.supervisions.all() if row.accepted_at)
    return min(days, default=None)
