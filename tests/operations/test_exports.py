"""What leaves the house by command: pictures of the machines, and the steps of all cases under pseudonyms."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from certificates.lifecycle import CREDENTIAL
from credentialing.accounts.models import Person
from credentialing.applications.workflow import compile_workflow
from credentialing.evidence.lifecycle import EVIDENCE_FILE
from credentialing.operations.management.commands import export_events, workflow_diagram
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.services import shipped_source
from tests.factories import make_walk
from tests.workflows.test_exporters_ocel import faults_of as faults_of_ocel
from tests.workflows.test_exporters_text import parsed
from tests.workflows.test_exporters_xes import faults_of as faults_of_xes
from workflows import diagrams
from workflows.models import LedgerRecord, Reason


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("form", ["mermaid", "dot", "svg", "scxml"])
def test_one_machine_is_printed_in_the_format_asked_for(form, tmp_path, monkeypatch):
    monkeypatch.setattr(workflow_diagram, "TARGET", tmp_path / "workflow.md")
    draw = getattr(diagrams, form)
    application = compile_workflow(load_pathway(shipped_source("abs-leader")))
    assert run("workflow_diagram", "--format", form) == draw(application)
    assert run("workflow_diagram", "--format", form, "--machine", "credential") == draw(CREDENTIAL)
    assert run("workflow_diagram", "--format", form, "--machine", "evidence_file") == draw(EVIDENCE_FILE)
    assert not (tmp_path / "workflow.md").exists()


def test_a_check_prints_nothing_so_it_takes_no_format():
    with pytest.raises(CommandError, match="not allowed with"):
        run("workflow_diagram", "--check", "--format", "svg")


@pytest.fixture
def cases(db):
    walk = make_walk().certify()
    Person.objects.filter(pk=walk.candidate.pk).update(certificate_name="Dr Ada Applicant", city="Springfield")
    return walk


def test_events_of_a_whole_case_obey_both_standards(cases):
    xes = parsed(run("export_events", "--format", "xes"))
    ocel = json.loads(run("export_events", "--format", "ocel2"))
    assert (list(faults_of_xes(xes)), list(faults_of_ocel(ocel))) == ([], [])
    steps = LedgerRecord.objects.count()
    assert steps > 5
    assert (len(list(xes.iter("event"))), len(ocel["events"])) == (steps, steps)
    assert {row["name"] for row in ocel["objectTypes"]} == {"actor", "application", "credential"}
    names = [trace.find("event/string[@key='concept:name']").get("value") for trace in xes.iter("trace")]
    assert sorted(names) == ["award", "submit"]


@pytest.mark.parametrize("form", ["xes", "ocel2"])
def test_events_name_nobody_and_tell_no_reason(cases, form):
    text = run("export_events", "--format", form)
    for person in Person.objects.all():
        for personal in filter(None, (person.name, person.email, person.certificate_name, person.city)):
            assert personal not in text
    assert not [reason for reason in Reason.objects.all() if reason.text in text]
    assert str(cases.candidate.uuid) in text


def test_file_appears_when_it_is_complete(db, tmp_path, monkeypatch):
    target = tmp_path / "steps.xes"
    assert run("export_events", "--format", "xes", "--output", str(target)) == f"{target} is written.\n"
    before = target.read_text(encoding="utf-8")
    assert parsed(before).tag == "log"

    def break_off(out):
        out.write("<log>")
        msg = "no space left"
        raise OSError(msg)

    monkeypatch.setitem(export_events.FORMATS, "xes", break_off)
    with pytest.raises(CommandError, match="can't be written: no space left"):
        run("export_events", "--format", "xes", "--output", str(target))
    assert [file.name for file in tmp_path.iterdir()] == ["steps.xes"]
    assert target.read_text(encoding="utf-8") == before


def test_file_in_a_folder_that_is_not_there_is_refused_in_words(db, tmp_path):
    with pytest.raises(CommandError, match="can't be written"):
        run("export_events", "--format", "ocel2", "--output", str(tmp_path / "nowhere" / "steps.json"))
