"""The state machine that a pathway amounts to: who may carry a case where."""

from dataclasses import replace

import pytest

from credentialing.accounts.models import Role
from credentialing.applications.workflow import compile_workflow
from credentialing.pathways.definitions import PathwayDefinition
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.services import shipped_source
from tests.pathways.files import SMALL

ABS = load_pathway(shipped_source("abs-leader"))
SMALL_PATH = load_pathway(SMALL)
SHORT_PATH = replace(SMALL_PATH, slug="short", stages=(SMALL_PATH.stages[0], SMALL_PATH.stages[-1]))
PATHWAYS = pytest.mark.parametrize("pathway", [ABS, SMALL_PATH, SHORT_PATH], ids=lambda pathway: pathway.slug)


def edges(pathway: PathwayDefinition, name: str | None = None, source: str | None = None):
    return list(compile_workflow(pathway).edges(name, source))


@PATHWAYS
def test_pathway_of_any_length_becomes_a_machine_without_dead_ends(pathway):
    machine = compile_workflow(pathway)

    machine.validate()
    assert machine.initial == "draft"
    assert {state.slug for state in machine.states} == {stage.slug for stage in pathway.stages} | {
        "draft", "on_hold", "deferred", "withdrawn", "declined",
    }  # fmt: skip
    assert compile_workflow(pathway) is machine


@PATHWAYS
def test_stages_are_reached_one_after_the_other_in_the_order_of_the_pathway(pathway):
    path = ["draft"]
    while forward := [e for e in edges(pathway, source=path[-1]) if e.name in {"submit", "advance", "certify"}]:
        assert len(forward) == 1
        path.append(forward[0].target)

    assert path == ["draft", *(stage.slug for stage in pathway.stages)]


@PATHWAYS
def test_nobody_but_the_candidate_submits_or_withdraws(pathway):
    assert {edge.roles for name in ("submit", "withdraw") for edge in edges(pathway, name)} == {
        frozenset({"candidate"})
    }


@PATHWAYS
def test_candidate_can_withdraw_from_wherever_the_case_is_open(pathway):
    open_states = {state.slug for state in compile_workflow(pathway).states} - {
        "withdrawn", "declined", pathway.stages[-1].slug,
    }  # fmt: skip

    assert {edge.source for edge in edges(pathway, "withdraw")} == open_states


def test_each_stage_is_signed_by_those_whom_the_pathway_names():
    for edge in edges(ABS, "advance"):
        assert edge.roles == set(ABS.stage(edge.target).signed_by)
        assert edge.guards == ("stage_met",)


@PATHWAYS
def test_council_alone_certifies_and_the_committee_may_defer_as_well(pathway):
    for name, roles in (("certify", {Role.COUNCIL}), ("defer", {Role.COUNCIL, Role.COORDINATOR, Role.CCC_CHAIR})):
        (edge,) = edges(pathway, name)
        assert edge.roles == roles
        assert edge.source == pathway.stages[-2].slug


def test_committee_declines_at_the_start_and_the_council_at_the_end():
    declining = {edge.source: edge.roles for edge in edges(ABS, "decline")}

    assert declining == {"applied": {"coordinator", "ccc_chair"}, "workshop_attended": {"council"}}


def test_on_a_short_path_committee_and_council_both_decline():
    (edge,) = edges(SHORT_PATH, "decline")

    assert edge.roles == {"coordinator", "ccc_chair", "council"}


@PATHWAYS
def test_what_hurts_needs_a_reason_and_what_is_final_says_so(pathway):
    machine = compile_workflow(pathway)

    assert {edge.name for edge in machine.transitions if edge.reason_required} == {
        "hold",
        "defer",
        "decline",
        "move",
    }
    assert {edge.name for edge in machine.transitions if edge.irreversible} == {"certify", "decline"}
    for final in (pathway.stages[-1].slug, "declined"):
        assert edges(pathway, source=final) == []


@PATHWAYS
def test_pause_can_begin_in_every_stage_and_leads_back_to_it(pathway):
    under_way = {stage.slug for stage in pathway.stages[:-1]}

    assert {edge.source for edge in edges(pathway, "hold")} == under_way
    assert {edge.target for edge in edges(pathway, "resume", "on_hold")} == under_way
    assert {edge.target for edge in edges(pathway, "reopen", "withdrawn")} == under_way | {"draft"}


@PATHWAYS
def test_draft_is_the_only_withdrawn_case_that_its_author_reopens_alone(pathway):
    targets = {edge.target for edge in edges(pathway, "reopen") if "candidate" in edge.roles}

    assert targets == {"draft"}


@PATHWAYS
def test_no_edge_is_open_to_a_role_that_nobody_can_hold(pathway):
    roles = frozenset().union(*(edge.roles for edge in edges(pathway)))

    assert roles <= set(Role.values) | {"candidate", "system"}


def test_other_rules_make_another_machine():
    other = replace(SMALL_PATH, version="2")

    assert compile_workflow(other).digest != compile_workflow(SMALL_PATH).digest
