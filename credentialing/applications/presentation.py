"""How a case is told: task list, track, who has the ball, in the words of each audience."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from django.urls import reverse

from credentialing.applications.models import Application, RequirementProgress
from credentialing.applications.workflow import DRAFT
from credentialing.pathways.definitions import Requirement, Stage
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
}


class Task(TypedDict):
    """One line of the task list."""

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


def track(application: Application) -> list[Step]:
    """The stages as seats: reached, the next one, to come."""
    slugs = [stage.slug for stage in application.definition.stages]
    state = application.paused_from if application.paused_from in slugs else application.state
    position = slugs.index(state) if state in slugs else -1
    last = len(slugs) - 1
    steps: list[Step] = []
    for index, stage in enumerate(application.definition.stages):
        done = index < position or (index == position and (position == last or index < position + 1))
        status = "done" if done else ("current" if index == position + 1 and application.is_open else "todo")
        steps.append({"label": stage.label, "status": status})
    return steps


def drawn(application: Application, *, main_path_only: bool = False) -> Drawing:
    """The machine by which this case moves, with the present state marked and the stages behind it ticked.

    On the main path alone a case that rests is shown to go on where it stopped.
    """
    stages = [stage.slug for stage in application.definition.stages]
    done = [slug for slug, step in zip(stages, track(application), strict=True) if step["status"] == "done"]
    definition = application.workflow_definition()
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
            tasks=[task_of(requirement, rows.get(requirement.slug)) for requirement in stage.requirements],
            reached=index <= position,
            current=index == position + 1,
        )
        for index, stage in enumerate(application.definition.stages)
    ]


def task_of(requirement: Requirement, row: RequirementProgress | None) -> Task:
    """One requirement as a line: what, how far, who has the ball and since when."""
    status = RequirementProgress.Status(row.status) if row else RequirementProgress.Status.NOT_STARTED
    return {
        "title": requirement.label,
        "url": reverse("applications:requirement", args=[requirement.slug]),
        "hint": hint(requirement, row),
        "status": str(status.label) + (" (advice)" if requirement.desirable else ""),
        "tone": TONES[status],
    }


def hint(requirement: Requirement, row: RequirementProgress | None) -> str:
    """How far it is, and who has the ball since when."""
    if row is None:
        return requirement.help
    words = row.summary
    if row.waiting_on and row.waiting_on != "candidate" and row.waiting_since:
        words += f" · waiting for {WHO.get(row.waiting_on, row.waiting_on)} since {day_in_words(row.waiting_since)}"
    return words


def day_in_words(moment: datetime) -> str:
    """November 3, 2026."""
    return f"{moment:%B} {moment.day}, {moment.year}"


# Where each kind of requirement is worked on by the candidate: kind → address.
DOORS: Mapping[str, Callable[[Requirement], tuple[str, str]]] = {
    "cadence": lambda _: (reverse("evidence:log"), "Open your log"),
    "count": lambda r: (
        (reverse("evidence:supervision-sessions"), "Open your supervision sessions")
        if r.parameters.unit == "supervision_session"
        else (reverse("evidence:log"), "Open your log")
    ),
    "attendance": lambda _: (reverse("evidence:intensives"), "Open your intensives"),
    "agreement": lambda r: (reverse("evidence:agreement", args=[r.slug]), "Read and sign"),
    "attestation": lambda r: (reverse("evidence:attestation", args=[r.slug]), "Read and state"),
    "document": lambda _: (reverse("applications:form"), "Open the application form"),
    "report": lambda r: (reverse("evidence:report", args=[r.slug]), "Read the report"),
    "observation": lambda _: (reverse("evidence:my-observations"), "Read the evaluations"),
}


def door(requirement: Requirement) -> tuple[str, str] | None:
    """The page on which the candidate works on a requirement, and the words of the link."""
    if requirement.kind == "standing" and requirement.parameters.what == "supervision":
        return reverse("applications:supervisor"), "Ask a supervisor"
    opener = DOORS.get(requirement.kind)
    return opener(requirement) if opener else None


def next_steps(tasks: Iterable[StageTasks]) -> list[Task]:
    """What the candidate can do now: at most three things, of the earliest stages first."""
    wanted = {"Not started", "In progress", "Action needed"}
    found = [task for part in tasks for task in part.tasks if task["status"] in wanted]
    return sorted(found, key=lambda task: task["status"] != "Action needed")[:3]
