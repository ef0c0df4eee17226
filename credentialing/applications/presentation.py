"""How a case is told: task list, track, who has the ball, in the words of each audience."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from django.urls import reverse

from credentialing.applications.assessments import Assessment
from credentialing.applications.models import Application, RequirementProgress
from credentialing.applications.workflow import DRAFT, without_moves
from credentialing.pathways.definitions import SUBMIT_GATE, Audience, PathwayDefinition, Requirement, Stage
from credentialing.pathways.kinds import sentence_of
from credentialing.pathways.models import PathwayVersion
from credentialing.ui.drawings import Drawing, drawing
from workflows.definitions import WorkflowDefinition

TONES: Mapping[str, str] = {
    "cannot_start": "neutral",
    "not_started": "neutral",
    "in_progress": "warning",
    "waiting": "info",
    "action_needed": "danger",
    "complete": "good",
}
WHO: Mapping[str, str] = {
    "candidate": "you",
    "supervisor": "your supervisor",
    "coordinator": "the coordinator",
    "ccc_chair": "the chair of the committee",
    "reviewer": "the committee",
    "treasurer": "the Treasurer",
    "organiser": "the organizer",
    "observer": "your evaluators",
    "council": "the council",
    "co_leader": "your co-leader",
    "referee": "your referee",
}


class Task(TypedDict):
    """One line of the task list."""

    slug: str
    title: str
    url: str
    hint: str
    status: str
    tone: str


class Step(TypedDict):
    """One seat of the track."""

    label: str
    status: str


@dataclass(frozen=True, kw_only=True)
class StageTasks:
    """One stage with its tasks and where it stands."""

    stage: Stage
    tasks: list[Task]
    reached: bool
    current: bool


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A pathway that one can apply for, and what must be there before."""

    version: PathwayVersion
    before: tuple[str, ...]


def offers(versions: Iterable[PathwayVersion]) -> list[Offer]:
    """The pathways that one can apply for, with the rules that stand before the application."""
    return [Offer(version=v, before=tuple(sentence_of(r) for r in v.definition.gated(SUBMIT_GATE))) for v in versions]


def track(application: Application, audience: Audience = "candidate") -> list[Step]:
    """The stages as seats, as that audience calls them: reached, the next one, to come."""
    slugs = [stage.slug for stage in application.definition.stages]
    state = application.paused_from if application.paused_from in slugs else application.state
    position = slugs.index(state) if state in slugs else -1
    last = len(slugs) - 1
    steps: list[Step] = []
    for index, stage in enumerate(application.definition.stages):
        done = index < position or (index == position and (position == last or index < position + 1))
        status = "done" if done else ("current" if index == position + 1 and application.is_open else "todo")
        steps.append({"label": stage.label_for(audience), "status": status})
    return steps


def drawn(application: Application, *, main_path_only: bool = False) -> Drawing:
    """The machine by which this case moves, with the present state marked and the stages behind it ticked.

    On the main path alone a case that rests is shown to go on where it stopped.
    """
    stages = [stage.slug for stage in application.definition.stages]
    done = [slug for slug, step in zip(stages, track(application), strict=True) if step["status"] == "done"]
    definition = without_moves(application.workflow_definition())
    if main_path_only and application.paused_from:
        definition = _going_on_where_it_stopped(definition, application)
    return drawing(
        definition,
        title=f"The path to {application.definition.designation}",
        present=application.state,
        visited=[DRAFT, *done] if done else [],
        main_path_only=main_path_only,
    )


def _going_on_where_it_stopped(definition: WorkflowDefinition, application: Application) -> WorkflowDefinition:
    edges = tuple(
        edge
        for edge in definition.transitions
        if edge.source != application.state or edge.target == application.paused_from
    )
    return replace(definition, transitions=edges)


def stage_tasks(application: Application) -> list[StageTasks]:
    """The task list of a case by stage, from the stored progress."""
    rows = {row.requirement: row for row in application.requirement_progress.all()}
    slugs = [stage.slug for stage in application.definition.stages]
    state = application.paused_from if application.paused_from in slugs else application.state
    position = slugs.index(state) if state in slugs else -1
    return [
        StageTasks(
            stage=stage,
            tasks=[task_of(r, rows.get(r.slug), application.definition) for r in stage.requirements],
            reached=index <= position,
            current=index == position + 1,
        )
        for index, stage in enumerate(application.definition.stages)
    ]


def task_of(
    requirement: Requirement, row: RequirementProgress | None, definition: PathwayDefinition | None = None
) -> Task:
    """One requirement as a line: what, how far, who has the ball and since when."""
    status = RequirementProgress.Status(row.status) if row else RequirementProgress.Status.NOT_STARTED
    return {
        "slug": requirement.slug,
        "title": requirement.label,
        "url": reverse("applications:requirement", args=[requirement.slug]),
        "hint": hint(requirement, row, definition),
        "status": str(status.label) + (" (advice)" if requirement.desirable else ""),
        "tone": TONES[status],
    }


def hint(requirement: Requirement, row: RequirementProgress | None, definition: PathwayDefinition | None = None) -> str:
    """How far it is, and who has the ball since when."""
    if row is None:
        return requirement.help
    words = row.summary
    if row.waiting_on and row.waiting_on != "candidate" and row.waiting_since:
        usual = WHO.get(row.waiting_on, row.waiting_on)
        who = definition.role_label(row.waiting_on, usual) if definition else usual
        words += f" · waiting for {who} since {day_in_words(row.waiting_since)}"
    return words


def day_in_words(moment: datetime) -> str:
    """November 3, 2026."""
    return f"{moment:%B} {moment.day}, {moment.year}"


# Where each kind of requirement is worked on by the candidate: kind → address.
DOORS: Mapping[str, Callable[[Requirement], tuple[str, str]]] = {
    "cadence": lambda _: (reverse("evidence:log"), "Open your log"),
    "count": lambda r: (
        (reverse("evidence:supervision-sessions"), "Open your supervision sessions")
        if r.parameters.unit.startswith("supervision")
        else (reverse("evidence:log"), "Open your log")
    ),
    "attendance": lambda _: (reverse("evidence:intensives"), "Open your intensives"),
    "agreement": lambda r: (reverse("evidence:agreement", args=[r.slug]), "Read and sign"),
    "attestation": lambda r: (reverse("evidence:attestation", args=[r.slug]), "Read and state"),
    "document": lambda r: (
        (reverse("applications:form"), "Open the application form")
        if r.parameters.what == "application_form"
        else (reverse("evidence:files", args=[r.slug]), "Upload it")
    ),
    "holding": lambda r: (reverse("evidence:qualifications", args=[r.slug]), "State what you hold"),
    "reference": lambda r: (reverse("evidence:references", args=[r.slug]), "Ask for a reference"),
    "report": lambda r: (reverse("evidence:report", args=[r.slug]), "Read the report"),
    "observation": lambda _: (reverse("evidence:my-observations"), "Read the evaluations"),
}


def door(requirement: Requirement) -> tuple[str, str] | None:
    """The page on which the candidate works on a requirement, and the words of the link."""
    if requirement.kind == "standing" and requirement.parameters.what == "supervision":
        return reverse("applications:supervisor"), "Ask a supervisor"
    opener = DOORS.get(requirement.kind)
    return opener(requirement) if opener else None


def next_steps(tasks: Iterable[StageTasks], best: Mapping[str, str] | None = None) -> list[Task]:
    """What the candidate can do now: at most three things, of the earliest stages first.

    `best` says for a requirement what exactly the next best step is; it stands in the place of how far it is.
    """
    wanted = {"Not started", "In progress", "Action needed"}
    found = [task for part in tasks for task in part.tasks if task["status"] in wanted]
    first = sorted(found, key=lambda task: task["status"] != "Action needed")[:3]
    return [{**task, "hint": (best or {}).get(task["slug"]) or task["hint"]} for task in first]


def best_steps(assessments: Iterable[Assessment]) -> dict[str, str]:
    """For each requirement that is under way the next best step, in words."""
    parts = [part for item in assessments for part in item.with_options() if not part.complete]
    return {part.requirement.slug: part.progress.next_step for part in parts if part.progress.next_step}
