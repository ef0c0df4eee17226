"""Duration: so much time must have passed, or must not have passed."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from credentialing.applications.models import Application
from credentialing.applications.requirements import content_digest
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import add_months, in_words
from workflows.subjects import EvidenceReference

NOT_OPEN_YET = "Starts when you are admitted, the agreement is signed and the first-year fee has been received."
SINCE = {
    "supervision": "from the start of supervision",
    "application": "from your application",
    "admission": "from your admission",
    "ever": "from any day",
}


class Duration:
    """So many calendar months since the start: at least, at most, or both."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file.

        `months`: at least so many calendar months; `at_most_months`: not more than so many (0: no limit);
        `since`: from which day.
        """

        months: int = 0
        at_most_months: int = 0
        since: Literal["supervision", "application", "admission"] = "supervision"

    lookups = ()

    def gather(self, requirement: Requirement, application: Application) -> None:
        """Nothing: the moment says since when."""

    def assess(self, requirement: Requirement, facts: None, moment: Moment) -> Progress:  # noqa: ARG002 - protocol
        """Whether the day has come, and whether the last day has not passed."""
        rule, on = requirement.parameters, moment.on
        since = moment.counts_from(requirement, rule.since)
        if since is None:
            why = NOT_OPEN_YET if rule.since == "supervision" else "Apply first."
            return Progress(met=False, started=False, summary="Not begun", waiting_on="", cannot_start=why)
        due = add_months(since, rule.months)
        last = add_months(since, rule.at_most_months) if rule.at_most_months else None
        reference = EvidenceReference(kind="duration", id=requirement.slug, sha256=content_digest(since))
        late = last is not None and on > last
        met = on >= due and not late
        summary = f"Since {in_words(since)}" if on >= due else f"Long enough on {in_words(due)}"
        if last is not None:
            limit = f"{'should have been' if late else 'to be'} complete by {in_words(last)}"
            summary = f"{summary}, {limit}" if rule.months else f"{limit[:1].upper()}{limit[1:]}"
        return Progress(
            met=met,
            started=on >= since,
            summary=summary,
            waiting_on="" if met else ("coordinator" if late else "candidate"),
            references=(reference,),
            met_on=due if met else None,
            forecast=due if on < due else None,
            changes_on=due if on < due else last + timedelta(days=1) if last and not late else None,
            next_step="Ask the coordinator for an extension." if late else "",
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        rule = requirement.parameters
        since = SINCE[requirement.counts_from or rule.since]
        if not rule.months:
            longer = "; more time can be granted" if requirement.waivable_by else ""
            return f"Complete the pathway within {rule.at_most_months} months {since}{longer}."
        words = f"Be a candidate for at least {rule.months} months {since}"
        return words + (f", and for {rule.at_most_months} at most." if rule.at_most_months else ".")
