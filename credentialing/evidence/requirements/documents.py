"""Document: a form that must be filled in, or a paper that must be uploaded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from credentialing.applications.models import Application
from credentialing.applications.requirements import ApplicationForm, FormFacts
from credentialing.evidence.lifecycle import STANDING
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import add_months, in_words

APPLICATION_FORM = "application_form"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One upload: since when, and until when it stood."""

    day: date
    until: date | None = None

    def stood_on(self, on: date) -> bool:
        """Whether it was there on that day."""
        return self.day <= on and (self.until is None or self.until > on)


def papers_of(application: Application, requirement: str) -> tuple[Paper, ...]:
    """The uploads for one requirement."""
    return tuple(
        Paper(
            day=timezone.localdate(file.uploaded_at),
            until=None if file.state == STANDING else timezone.localdate(file.state_since),
        )
        for file in application.files.all()
        if file.requirement == requirement and file.ever_stood
    )


def unbroken_since(papers: Iterable[Paper], on: date, months: int = 0) -> date | None:
    """Since when there has always been a paper that was not out of date; a further one takes no day away."""
    since: date | None = None
    for paper in sorted((p for p in papers if p.day <= on), key=lambda p: p.day, reverse=True):
        ends = min(paper.until or date.max, add_months(paper.day, months) if months else date.max)
        if on < ends or (since is not None and since <= ends):
            since = paper.day
    return since


class Document:
    """The application form, or a paper of another name."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `what`: `application_form`, or the name of a paper to upload; `not_older_than_months`: after so many months
        a paper is out of date and must be uploaded anew (0: never).
        """

        what: str
        not_older_than_months: int = 0

    Paper = Paper
    lookups = ("files",)

    def gather(self, requirement: Requirement, application: Application) -> FormFacts | tuple[Paper, ...]:
        if requirement.parameters.what == APPLICATION_FORM:
            return ApplicationForm().gather(application)
        return papers_of(application, requirement.slug)

    def assess(self, requirement: Requirement, facts: FormFacts | tuple[Paper, ...], moment: Moment) -> Progress:
        """Filled in; or one paper that stands and is not out of date."""
        if isinstance(facts, FormFacts):
            return ApplicationForm().assess(facts, moment)
        rule, on = requirement.parameters, moment.on
        standing = sorted(p.day for p in facts if p.stood_on(on))
        newest = standing[-1] if standing else None
        if newest is None:
            return Progress(met=False, started=False, summary="Not uploaded yet", next_step="Upload it.")
        months = rule.not_older_than_months
        ends = add_months(newest, months) if months else None
        if ends is not None and on >= ends:
            return Progress(
                met=False,
                started=True,
                summary=f"Out of date since {in_words(ends)}",
                uncounted=(f"{in_words(newest)}: older than {months} months",),
                next_step="Upload a new one.",
            )
        return Progress(
            met=True,
            started=True,
            summary=f"Uploaded on {in_words(newest)}" + (f", good until {in_words(ends)}" if ends else ""),
            waiting_on="",
            met_on=unbroken_since(facts, on, months),
            changes_on=ends,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        if rule.what == APPLICATION_FORM:
            return "Fill in the application form."
        words = f"Upload: {requirement.label}"
        return words + (f", anew every {rule.not_older_than_months} months." if rule.not_older_than_months else ".")
