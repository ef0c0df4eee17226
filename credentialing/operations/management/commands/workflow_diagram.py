"""`manage.py workflow_diagram`: docs/workflow.md, drawn from the code; or one machine in a format for other tools."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from certificates.lifecycle import CREDENTIAL
from credentialing.applications.workflow import compile_workflow, without_moves
from credentialing.drafting.lifecycle import PATHWAY_DRAFT
from credentialing.evidence.lifecycle import EVIDENCE_FILE
from credentialing.names.lifecycle import NAME_CHANGE
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.services import shipped_source
from workflows.definitions import WorkflowDefinition
from workflows.diagrams import dot, mermaid, scxml, svg

TARGET = Path(settings.BASE_DIR) / "docs" / "workflow.md"
FORMATS = {"mermaid": mermaid, "dot": dot, "svg": svg, "scxml": scxml}


def _application() -> WorkflowDefinition:
    return compile_workflow(load_pathway(shipped_source("abs-leader")))


MACHINES = {
    "application": _application,
    "credential": lambda: CREDENTIAL,
    "evidence_file": lambda: EVIDENCE_FILE,
    "name_change": lambda: NAME_CHANGE,
    "pathway_draft": lambda: PATHWAY_DRAFT,
}


class Command(BaseCommand):
    """Draw the state machines."""

    help = (
        "Write docs/workflow.md from the code; with --check only say whether it is up to date; "
        "with --format print one machine instead."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check, or --format and --machine."""
        acts = parser.add_mutually_exclusive_group()
        acts.add_argument("--check", action="store_true")
        acts.add_argument("--format", choices=FORMATS)
        parser.add_argument("--machine", choices=MACHINES, default="application", help="which one --format prints")

    def handle(self, *, check: bool, machine: str, **options: Any) -> None:
        """Print, write, or compare."""
        if options["format"]:
            self.stdout.write(FORMATS[options["format"]](MACHINES[machine]()))
            return
        page = "\n".join(_page()) + "\n"
        if not check:
            TARGET.write_text(page, encoding="utf-8")
            self.stdout.write(f"{TARGET} is written.")
        elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != page:
            msg = "docs/workflow.md is not what the code says: run manage.py workflow_diagram."
            raise CommandError(msg)


def _page() -> Iterator[str]:
    yield "# The state machines"
    yield ""
    yield "Written by `manage.py workflow_diagram`; the code is `credentialing/applications/workflow.py`,"
    yield "`certificates/lifecycle.py`, `credentialing/evidence/lifecycle.py`, `credentialing/drafting/lifecycle.py`,"
    yield "`credentialing/names/lifecycle.py`."
    yield "Only `workflows.services.perform` takes an edge. Pictures leave the move to another version out."
    yield from _machine("The application (ABS pathway)", _application())
    yield from _machine("The credential", CREDENTIAL)
    yield from _machine("An uploaded file", EVIDENCE_FILE)
    yield from _machine("A draft of rules", PATHWAY_DRAFT)
    yield from _machine("A change of a name on record", NAME_CHANGE)


def _machine(title: str, definition: WorkflowDefinition) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield "```mermaid"
    yield mermaid(without_moves(definition)).rstrip()
    yield "```"
    yield ""
    yield "| act | from | to | who may | guards | reason |"
    yield "|---|---|---|---|---|---|"
    labels = {state.slug: state.label for state in definition.states}
    for edge in definition.transitions:
        who = ", ".join(sorted(edge.roles))
        reason = "required" if edge.reason_required else ""
        cells = (edge.label or edge.name, labels[edge.source], labels[edge.target], who, ", ".join(edge.guards), reason)
        yield f"| {' | '.join(cells)} |"
