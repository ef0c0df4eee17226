"""What comes with the software: the society's own pathway, and honest examples of others."""

import pytest

from credentialing.pathways.kinds import KINDS, sentence_of, workflow_of
from credentialing.pathways.loader import DEFAULT, SHIPPED, load_pathway

FILES = sorted(path.name for path in SHIPPED.glob("*.toml"))
EXAMPLES = [name for name in FILES if name != f"{DEFAULT}.toml"]


def definition(name: str):
    return load_pathway((SHIPPED / name).read_text(encoding="utf-8"), file=name)


@pytest.mark.parametrize("name", FILES)
def test_shipped_pathway_can_be_walked_to_its_end(name):
    workflow = workflow_of(definition(name))
    assert workflow.state("certified").kind == "final"


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_says_that_it_is_one_and_where_its_numbers_are_from(name):
    text = (SHIPPED / name).read_text(encoding="utf-8")
    assert "unofficial" in definition(name).notice
    assert "[S]" in text
    assert "[I]" in text


def test_societies_of_the_issue_are_there():
    assert FILES == [
        "abs-leader.toml", "bsanz-leader-trainer.toml", "bsanz-leader.toml", "dbg-physician.toml", "icf-pcc.toml",
        "uk-leader.toml",
    ]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_every_rule_is_one_sentence_without_names_of_the_machine(name):
    for requirement in definition(name).all_requirements:
        sentence = sentence_of(requirement)
        assert sentence.endswith(".")
        assert "_" not in sentence
        assert "  " not in sentence
        assert "None" not in sentence


def test_together_they_use_every_kind():
    used = {requirement.kind for name in FILES for requirement in definition(name).all_requirements}
    assert used >= set(KINDS)


def test_applicant_is_asked_for_what_their_answers_call_for():
    uk = definition("uk-leader.toml")
    trained, untrained = (
        [r.slug for r in uk.for_profile({"psychodynamic_training": answer}).requirements] for answer in ("yes", "no")
    )
    assert "member_trained" in trained
    assert "twenty_sessions" not in trained
    assert "twenty_sessions" in untrained
    assert "member_trained" not in untrained


def test_alternatives_are_said_in_one_breath():
    bsanz = definition("bsanz-leader.toml")
    assert sentence_of(bsanz.requirement("intensives")) == (
        "One of these: Attend 2 Leadership Intensives in total; or (Attend one Leadership Intensive; and Attend one "
        "intensive of another society)."
    )
