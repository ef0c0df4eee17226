"""The kind `decision`: by the sign-offs of officers, or by the ballots of a body."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from credentialing.accounts.models import Role
from credentialing.applications.endorsing import RECOMMEND, standing_endorsements
from credentialing.applications.models import Application
from credentialing.applications.requirements import ApplicationForm, FormFacts, content_digest
from credentialing.council.models import Decision as DecisionRow
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress
from credentialing.pathways.months import in_words
from workflows.subjects import EvidenceReference

ROLE_LABELS = dict(Role.choices)


class Decision:
    """A body must decide: through the sign-offs of its officers, or by the ballots of its members."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """`body`: the slug of the deciding body ([[bodies]])."""

        body: str

    @dataclass(frozen=True, kw_only=True)
    class Decided:
        """One attempt that came to a decision."""

        day: date
        outcome: str
        minute: str
        reference: EvidenceReference

    @dataclass(frozen=True, kw_only=True)
    class Facts:
        """The form that officers sign, whether the case lies before the body, and how its vote stands."""

        form: FormFacts
        before_it: bool = False
        decided: "Decision.Decided | None" = None
        voting_since: date | None = None
        by_ballot: bool = True
        body: str = ""
        voters: str = ""
        recommended: tuple[tuple[str, str, date | None], ...] = ()  # office, what it is called, since when

    lookups = ("decisions", "stage_endorsements")

    def gather(self, requirement: Requirement, application: Application) -> "Decision.Facts":
        definition = application.definition
        body = definition.body(requirement.parameters.body)
        form = ApplicationForm().gather(application)
        if body.by != "ballot":
            return self.Facts(form=form, by_ballot=False, body=body.label)
        is_last = requirement.stage == definition.stages[-1].slug
        given = {
            row.role: timezone.localdate(row.created_at)
            for row in standing_endorsements(application, requirement.stage)
            if row.act == RECOMMEND
        }
        decided = next(
            (
                self.Decided(
                    day=timezone.localdate(row.decided_at),
                    outcome=row.outcome,
                    minute=row.minute_number or "",
                    reference=EvidenceReference(
                        kind="decision",
                        id=str(row.uuid),
                        sha256=content_digest(row.outcome, row.minute_number, row.attempt),
                    ),
                )
                for row in application.decisions.all()
                if row.requirement == requirement.slug
                and row.decided_at
                and (row.attempt == application.attempt or not is_last)  # a new attempt is one at the end alone
            ),
            None,
        )
        return self.Facts(
            form=form,
            before_it=application.state == definition.state_before(requirement) or decided is not None,
            decided=decided,
            voting_since=next(
                (
                    timezone.localdate(row.opened_at)
                    for row in application.decisions.all()
                    if row.requirement == requirement.slug and row.attempt == application.attempt and not row.outcome
                ),
                None,
            ),
            body=body.label,
            voters=body.voters,
            recommended=tuple(
                (role, definition.role_label(role, ROLE_LABELS.get(role, role)), given.get(role))
                for role in definition.recommenders(requirement.stage)
            ),
        )

    def assess(self, requirement: Requirement, facts: "Decision.Facts", moment: Moment) -> Progress:  # noqa: ARG002 - protocol
        """By sign-offs: something lies before the officers (who then sign). By ballots: approved."""
        if not facts.by_ballot:
            return self._with_officers(facts, moment)
        decided = facts.decided if facts.decided and facts.decided.day <= moment.on else None
        if decided is not None and decided.outcome == DecisionRow.Outcome.APPROVED:
            return Progress(
                met=True,
                started=True,
                summary=f"Approved on {in_words(decided.day)}, minute {decided.minute}",
                waiting_on="",
                references=(decided.reference,),
                met_on=decided.day,
            )
        voting = facts.voting_since is not None and facts.voting_since <= moment.on
        have = decided.outcome if decided else "voting" if voting else ""
        silent = [label for _, label, day in facts.recommended if day is None or day > moment.on]
        if facts.before_it and silent and decided is None:
            return Progress(
                met=False,
                started=True,
                have=have,
                summary=f"Not recommended yet: {', '.join(silent)}",
                waiting_on="",
                cannot_start=f"It must be recommended first: {', '.join(silent)}.",
            )
        return Progress(
            met=False,
            started=facts.before_it,
            have=have,
            summary=f"Before the {facts.body}" if facts.before_it else "Comes last",
            waiting_on=facts.voters if facts.before_it else "",
            cannot_start="" if facts.before_it else "Everything else must be signed off first.",
        )

    def _with_officers(self, facts: "Decision.Facts", moment: Moment) -> Progress:
        submitted = moment.applied_on is not None
        return Progress(
            met=submitted,
            started=submitted,
            summary="With the committee" if submitted else "Comes after your application",
            waiting_on="",
            cannot_start="" if submitted else "Apply first.",
            references=(facts.form.reference,) if submitted else (),
            met_on=moment.applied_on,
        )

    def sentence(self, requirement: Requirement) -> str:
        """The rule in words."""
        body = requirement.parameters.body.replace("_", " ")
        if requirement.signed_by == ("ccc_chair", "coordinator"):
            return f"The {body} admits you: its chair and the coordinator of supervision each approve."
        return f"The {body} approves." if requirement.signed_by else f"The {body} decides."
