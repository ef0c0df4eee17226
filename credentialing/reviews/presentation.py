"""How inbox and lifecycle are told to those who judge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from credentialing.applications.models import Application, AwaitedAct
from credentialing.applications.querysets import ApplicationQuerySet
from credentialing.applications.workflow import compile_workflow
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.troubles import UNREADABLE
from workflows.services import Action


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that waits: what, whose, since when, and where to do it."""

    title: str
    candidate: str
    reference: str
    url: str
    since: datetime
    days: int

    @property
    def waiting(self) -> str:
        """The waiting time in words."""
        if self.days == 0:
            return "since today"
        return "since yesterday" if self.days == 1 else f"for {self.days} days"

    @property
    def tone(self) -> str:
        """Long waits stand out (the word says it, the colour underlines it)."""
        return "warning" if self.days >= LONG_WAIT_DAYS else "info"


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One act on a whole case: its button, what it means, what is said afterwards, whether a reason is asked for."""

    slug: str
    label: str
    meaning: str
    done: str
    reason: bool = True
    danger: bool = False


LONG_WAIT_DAYS = 14
VERBS: Mapping[str, Verb] = {
    "hold": Verb(
        slug="hold",
        label="Put on hold",
        meaning="Nobody is waited for and clocks stand still until the case is resumed. The candidate gets an e-mail.",
        done="The case is on hold.",
    ),
    "resume": Verb(
        slug="resume",
        label="Resume",
        meaning="The case goes on where it stood. The candidate gets an e-mail.",
        done="The case goes on.",
        reason=False,
    ),
    "reopen": Verb(
        slug="reopen",
        label="Reopen",
        meaning="The case goes on where it stood. The candidate gets an e-mail.",
        done="The case is open again.",
        reason=False,
    ),
    "decline": Verb(
        slug="decline",
        label="Decline",
        meaning="This ends the case for good; it can't be undone. The candidate gets an e-mail with your reason and "
        "may apply again.",
        done="The application is declined.",
        danger=True,
    ),
}


def inbox_lines(acts: Iterable[AwaitedAct], now: datetime) -> list[Line]:
    """The lines of an inbox."""
    return [_line(act, now) for act in acts]


def verbs_of(actions: Iterable[Action]) -> list[Verb]:
    """The acts on the whole case that whoever asks may do now."""
    return [VERBS[a.transition.name] for a in actions if a.possible and a.transition.name in VERBS]


def can_defer(actions: Iterable[Action]) -> bool:
    """Whether whoever asks may say “not yet” now."""
    return any(action.possible and action.transition.name == "defer" for action in actions)


def case_states(readable: ApplicationQuerySet) -> list[tuple[str, str]]:
    """The states in which there are cases, in words, to choose from."""
    versions = PathwayVersion.objects.filter(applications__in=readable).distinct()
    labels = {
        state.slug: state.label for v in versions if v.is_readable for state in compile_workflow(v.definition).states
    }
    present = set(readable.order_by().values_list("state", flat=True))
    return [(slug, label) for slug, label in labels.items() if slug in present]


def _line(act: AwaitedAct, now: datetime) -> Line:
    application = act.application
    readable = application.pathway_version.is_readable
    return Line(
        title=_title(act) if readable else UNREADABLE,
        candidate=str(application.candidate),
        reference=application.reference,
        url=_url(act) if readable else reverse("reviews:case", args=[application.uuid]),
        since=act.since,
        days=max((now - act.since).days, 0),
    )


def _title(act: AwaitedAct) -> str:
    if act.act == AwaitedAct.Act.SIGN_OFF_STAGE:
        return "The next stage can be signed off"
    if act.act == AwaitedAct.Act.RECOMMEND:
        return "To be recommended for the next stage"
    label = act.application.requirement(act.requirement).label
    return f"{label}: to be signed off" if act.act == AwaitedAct.Act.SIGN_OFF else label


def _url(act: AwaitedAct) -> str:
    application: Application = act.application
    case = reverse("reviews:case", args=[application.uuid])
    if act.act in {AwaitedAct.Act.SIGN_OFF_STAGE, AwaitedAct.Act.RECOMMEND}:
        return case
    requirement = application.requirement(act.requirement)
    if act.act == AwaitedAct.Act.COMPLETE and requirement.kind == "standing":
        return reverse("accounts:person", args=[application.candidate.uuid])
    if act.act == AwaitedAct.Act.COMPLETE and requirement.kind == "observation":
        return reverse("evidence:evaluators", args=[application.uuid])
    if act.act == AwaitedAct.Act.COMPLETE and requirement.kind == "exam":
        return reverse("evidence:exam-results", args=[application.uuid, requirement.slug])
    if requirement in application.definition.balloted:
        return reverse("council:case", args=[application.uuid])
    return f"{case}#{act.requirement}"
