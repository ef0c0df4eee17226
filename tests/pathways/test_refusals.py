"""A pathway file that is wrong is refused in words: the place, the key, the remedy."""

from decimal import Decimal

import pytest

from credentialing.pathways.loader import PathwayFileInvalid, digest_of, load_pathway
from credentialing.pathways.money import money
from credentialing.pathways.services import shipped_source
from tests.pathways.files import SMALL, changed, with_requirement

RUBRIC = """
[rubric]
version = "1"
text_required_for = ["low"]
scale = [{ slug = "low", label = "Low" }, { slug = "high", label = "High" }]
items = [{ slug = "calm", label = "Calm" }]
"""


def refusal(source: str) -> str:
    with pytest.raises(PathwayFileInvalid) as refused:
        load_pathway(source)
    return str(refused.value)


def test_small_file_is_read():
    definition = load_pathway(SMALL)

    assert (definition.slug, definition.version, definition.number_prefix) == ("small", "1", "SML")
    assert (definition.society, definition.fee_currency, definition.council.quorum) == ("Small Society", "USD", 2)
    assert [stage.slug for stage in definition.stages] == ["applied", "seen", "certified"]
    assert (definition.rubric, definition.statements, definition.summary) == (None, (), "")
    membership = definition.requirement("membership")
    assert (membership.stage, membership.gate, membership.done_by) == ("applied", "submit", "candidate")
    assert (membership.desirable, membership.takes_files, membership.parameters.what) == (False, False, "membership")


def test_choice_within_a_choice_is_asked_only_of_those_whom_the_outer_one_concerns():
    option = '{ slug = "%s", kind = "standing", label = "One", what = "membership", %s }'
    physicians = 'applies_when = { profession = ["physician"] }'
    inner = ", ".join(option % (slug, physicians) for slug in ("one", "two"))
    outer = f'{{ slug = "both", kind = "any_of", label = "Both", at_least = 2, {physicians}, options = [{inner}] }}'
    other = option % ("three", 'applies_when = { profession = ["other"] }')
    more = f"""
  [[stages.requirements]]
  slug = "more"
  kind = "any_of"
  label = "More"
  options = [{outer}, {other}]

[[profile]]
slug = "profession"
label = "Your profession"
choices = [{{ slug = "physician", label = "Physician" }}, {{ slug = "other", label = "Other" }}]

[[stages]]
slug = "seen"
"""
    assert load_pathway(changed('[[stages]]\nslug = "seen"\n', more)).profile


def test_text_that_is_no_toml_is_refused():
    assert refusal("\nslug = ") == "line 2: This is not TOML here: Invalid value."


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('slug = "small"\n', "In the file the key “slug” is missing: add slug = a text in quotes."),
        ('name = "Small Society"\n', "In [society] the key “name” is missing"),
        ('designation = "Small Leader"\n', "In [award] the key “designation” is missing"),
        ('label = "Council"\n', "In bodies 'council' the key “label” is missing: add label = a text in quotes."),
        ('label = "Applied"\n', "In stages 'applied' the key “label” is missing"),
        ('  kind = "standing"\n', "In requirements 'membership' the key “kind” is missing"),
        (
            '  what = "membership"\n',
            "In requirement 'membership' of stage 'applied' the key “what” is missing",
        ),
    ],
)
def test_missing_key_is_named_with_its_place(line, words):
    assert words in refusal(changed(line, ""))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('version = "1"', "version = 1", "In the file “version” must be a text in quotes, not 1."),
        ("quorum = 2", "quorum = true", "In bodies 'council' “quorum” must be a whole number, not True."),
        ("quorum = 2", 'quorum = "2"', "In bodies 'council' “quorum” must be a whole number, not '2'."),
        ("quorum = 2", "quorum = 0", "In bodies 'council' “quorum” must be a whole number from 1 to 100, not 0."),
        ('signed_by = ["coordinator"]', 'signed_by = "coordinator"', "“signed_by” must be a list of texts"),
        ('signed_by = ["coordinator"]', "signed_by = [1]", "“signed_by” must be a list of texts, not [1]."),
        ('requirements = []', "requirements = [1]", "write each as [[requirements]]"),
        ('slug = "small"', 'slug = "Small Path"', "“slug” must be a short name of small letters"),
        ('slug = "seen"', 'slug = ""', "“slug” must be a short name of small letters"),
        ('slug = "membership"', 'slug = "member/ship"', "“slug” must be a short name of small letters"),
        ('what = "membership"', 'what = "memberships"', "“what” must be one of membership, supervision"),
    ],
)  # fmt: skip
def test_value_of_a_wrong_kind_is_named_with_what_it_must_be(old, new, words):
    assert words in refusal(changed(old, new))


def test_table_written_as_a_text_is_refused():
    source = changed('[society]\nname = "Small Society"\n', "").replace(
        'name = "Small path"', 'name = "Small path"\nsociety = "Small Society"'
    )

    assert "In the file “society” must be a table" in refusal(source)


@pytest.mark.parametrize(
    ("old", "new", "place", "remedy"),
    [
        ('version = "1"', 'version = "1"\nversoin = "2"', "line 4: In the file the key “versoin” is", "“version”?"),
        ("quorum = 2", "quorum = 2\nqorum = 3", "line 17: In bodies 'council' the key “qorum” is", "“quorum”?"),
        ('name = "Small Society"', 'name = "Small Society"\ncurency = "EUR"', "line 8: In [society]", "“currency”?"),
        ('number_prefix = "SML"', 'number_prefix = "SML"\nx = 1', "line 12: In [award] the key “x”", "or remove it."),
        ('label = "Seen"', 'label = "Seen"\nsign_by = []', "line 32: In stages 'seen' the key", "“signed_by”?"),
        ('what = "membership"', 'what = "membership"\nwat = 1', "line 28: In requirement 'membership'", "“what”?"),
    ],
)
def test_misspelt_key_is_named_instead_of_being_passed_over(old, new, place, remedy):
    words = refusal(changed(old, new))

    assert place in words
    assert words.endswith(remedy)


def test_kind_nobody_knows_is_refused_with_those_there_are():
    words = refusal(with_requirement(kind="telepathy"))

    assert "requirement 'more' of stage 'applied' there is no kind “telepathy”" in words
    assert "attendance" in words


def test_requirement_that_stands_twice_is_refused():
    assert "The requirement “membership” stands twice" in refusal(with_requirement(slug="membership"))


@pytest.mark.parametrize("fields", [{"signed_by": ["chairman"]}, {"done_by": "chairman"}])
def test_role_nobody_can_hold_is_refused(fields):
    words = refusal(with_requirement(**fields))

    assert "In requirement 'more' there is no role “chairman”" in words
    assert "ccc_chair" in words


def test_stage_signed_by_nobody_who_exists_is_refused():
    assert "In stage 'seen' there is no role “chairman”" in refusal(changed('["coordinator"]', '["chairman"]'))


def test_gate_that_gates_nothing_is_refused():
    words = refusal(with_requirement(gate="sumbit"))

    assert "there is no gate “sumbit”: use submit or supervision" in words


def test_pathway_of_one_stage_is_refused():
    source = SMALL.split('[[stages]]\nslug = "seen"', maxsplit=1)[0]

    assert "two stages at least" in refusal(source)


# Parameters of the kinds ---------------------------------------------------------------------------------------


def fee(**fields):
    return with_requirement(**{"kind": "fee", "what": None, "amount": 900} | fields)


def test_amount_may_have_cents_and_is_kept_exactly():
    assert load_pathway(fee(amount=85.1)).requirement("more").parameters.amount == Decimal("85.1")


@pytest.mark.parametrize("amount", ["ninety", True, -1, 10_000_000])
def test_amount_that_is_none_is_refused(amount):
    assert "“amount” must be a number" in refusal(fee(amount=amount))


def test_amount_that_is_not_a_number_at_all_is_refused():
    assert "“amount” must be a number" in refusal(fee().replace("amount = 900", "amount = nan"))


def test_number_left_out_takes_the_default_of_its_kind():
    assert load_pathway(fee()).requirement("more").parameters.year == 0
    assert load_pathway(fee(year=2)).requirement("more").parameters.year == 2


@pytest.mark.parametrize("months", [-1, 10**20])
def test_impossible_number_is_refused(months):
    source = with_requirement(kind="duration", what=None, months=months)

    assert "“months” must be a whole number from 0 to 999999" in refusal(source)


def test_flag_must_be_true_or_false():
    source = with_requirement(kind="cadence", what=None, per_month=1, months=2, needs_confirmation="yes")

    assert "“needs_confirmation” must be true or false" in refusal(source)
    assert load_pathway(source.replace('"yes"', "false")).requirement("more").parameters.needs_confirmation is False


STATEMENT = '\n[statements]\npact = "We agree."\n'


def agreement(**fields):
    return with_requirement(
        **{"kind": "agreement", "what": None, "statement": "pact", "parties": ["candidate"]} | fields
    )


def test_agreement_names_a_text_that_is_there():
    definition = load_pathway(agreement() + STATEMENT)

    assert definition.statement("pact") == "We agree."
    assert definition.requirement("more").parameters.parties == ("candidate",)
    assert "the statement “pact” has no text: write it under [statements]" in refusal(agreement())


@pytest.mark.parametrize("parties", [None, []])
def test_agreement_of_nobody_is_refused(parties):
    assert "“parties”" in refusal(agreement(parties=parties) + STATEMENT)


def test_statement_must_be_a_text():
    assert "In [statements] “pact” must be a text in quotes" in refusal(SMALL + "[statements]\npact = 1\n")


def test_evaluation_needs_something_to_rate_by():
    source = with_requirement(kind="observation", what=None, observers=2)

    assert "evaluators need something to rate by: add [rubric]" in refusal(source)
    rubric = load_pathway(source + RUBRIC).rubric
    assert (rubric.scale, rubric.items[0].slug, rubric.text_required_for) == (
        (("low", "Low"), ("high", "High")),
        "calm",
        ("low",),
    )


def test_rubric_asks_for_words_at_ratings_it_has():
    source = SMALL + RUBRIC.replace('["low"]', '["lowest"]')

    assert "“text_required_for” names “lowest”, which is no rating" in refusal(source)


@pytest.mark.parametrize(
    ("old", "new"),
    [('version = "1"', 'version = "1"\nx = 1'), ('"Low" }', '"Low", x = 1 }'), ('"Calm" }', '"Calm", x = 1 }')],
)
def test_misspelt_key_of_the_rubric_is_named(old, new):
    assert "the key “x” is not known" in refusal(SMALL + RUBRIC.replace(old, new))


def test_shares_of_different_sessions_stand_beside_each_other():
    source = with_requirement(kind="count", what=None, unit="session", at_least=5).replace(
        "at_least = 5",
        'at_least = 5\n  at_most = [{ of = "format", values = ["online"], percent = 10 }, '
        '{ of = "format", values = ["hybrid"], percent = 20 }]',
    )

    first, second = load_pathway(source).requirement("more").parameters.at_most
    assert (first.values, second.values) == (("online",), ("hybrid",))
    assert "one session may fall under two shares" in refusal(source.replace('"hybrid"', '"hybrid", "online"'))


# What a definition answers ---------------------------------------------------------------------------------------


def test_definition_finds_what_it_has_and_refuses_what_it_has_not():
    definition = load_pathway(SMALL)

    assert definition.stage("seen").label == "Seen"
    assert definition.body("council").quorum == 2
    assert [r.slug for r in definition.up_to("certified")] == ["membership", "decision"]
    assert [r.slug for r in definition.gated("submit")] == ["membership"]
    for lookup in (definition.stage, definition.requirement, definition.statement, definition.body):
        with pytest.raises(KeyError):
            lookup("nowhere")


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [("900", "USD", "$900"), ("1900.5", "USD", "$1,900.50"), ("85.50", "EUR", "EUR 85.50"), ("85.00", "GBP", "GBP 85")],
)
def test_money_is_written_as_people_of_the_society_write_it(amount, currency, words):
    assert money(Decimal(amount), currency) == words


def test_requirement_knows_the_currency_of_its_society():
    source = fee().replace('name = "Small Society"', 'name = "Small Society"\ncurrency = "EUR"')

    assert load_pathway(source).requirement("more").currency == "EUR"


def test_digest_ignores_comments_and_layout_and_nothing_else():
    source = shipped_source("abs-leader")

    assert digest_of("# a comment\n" + source.replace("quorum = 3", "quorum   =   3")) == digest_of(source)
    assert digest_of(source.replace("quorum = 3", "quorum = 4")) != digest_of(source)


def test_digest_knows_dates_and_fractions():
    assert digest_of("a = 1.5\nb = [2024-01-01]") == digest_of("b = [2024-01-01]\na = 1.50")
    assert digest_of("b = [2024-01-01]") != digest_of("b = [2024-01-02]")
