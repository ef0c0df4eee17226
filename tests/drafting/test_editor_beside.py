"""The editor's forms for what stands beside the stages: bodies, questions, texts, rubric, offices, other numbers."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest

from credentialing.accounts.models import Role
from credentialing.drafting.differences import differences
from credentialing.drafting.forms import (
    BodyForm,
    GeneralForm,
    OfficesForm,
    QuestionForm,
    RubricForm,
    StatementsForm,
    VariationForm,
)
from credentialing.drafting.services import begin_draft
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.outline import outline_of, path_of
from credentialing.pathways.writing import at, change_values
from tests.drafting.test_editor import SOURCES, as_a_browser_sends, coordinator, now, post, posted
from tests.pathways.files import SMALL

__all__ = ["coordinator"]  # a fixture

pytestmark = pytest.mark.django_db

ONLINE = """
    [[stages.requirements.variations]]
    from = 2020-03-15 # [S] the first day without meetings
    to = 2021-06-30
    reason = "No meetings in person"
    at_least = 10
    needs_recording = false
"""
TABLES = {"statements": StatementsForm, "rubric": RubricForm, "roles": OfficesForm}


@pytest.fixture
def small(officers):
    return begin_draft(slug="small", source=SMALL, actor=officers.coordinator, what="x")


def rules(draft):
    return load_pathway(now(draft).source)


def with_variation(source):
    """The supervised sessions of the ABS path, by other numbers for a time."""
    before, slug, after = source.partition('slug = "supervised_sessions"')
    head, end, rest = after.partition("\n\n")
    return before + slug + head + "\n" + ONLINE + end + rest


VARIED = with_variation(SOURCES["abs-leader"])


def form_beside(source, place, data=None):
    file, path = tomllib.loads(source), path_of(place)
    row = at(file, path)
    if path[-2] == "variations":
        return VariationForm(data, row=row, requirement=at(file, path[:-2]), file=file, revision=1)
    return {"bodies": BodyForm, "profile": QuestionForm}[path[0]](data, row=row, revision=1)


def places_beside(outline):
    yield from (part.place for part in (*outline.bodies, *outline.questions))
    yield from (v.place for stage in outline.stages for part in stage.requirements for v in part.variations)


@pytest.mark.parametrize("source", [*SOURCES.values(), VARIED], ids=[*SOURCES, "with a variation"])
def test_saving_any_of_these_forms_unchanged_changes_no_character(source):
    for place in places_beside(outline_of(source)):
        form = form_beside(source, place, as_a_browser_sends(posted(form_beside(source, place))))
        assert form.is_valid(), (place, form.errors)
        assert form.changed(source, path_of(place)) == source, place
    file = tomllib.loads(source)
    for key, made in TABLES.items():
        row = file.get(key, {})
        form = made(as_a_browser_sends(posted(made(row=row, revision=1))), row=row, revision=1)
        if key == "rubric" and not row:
            assert set(form.errors) == {"version", "scale", "items"}
        else:
            assert form.is_valid(), (key, form.errors)
            assert form.changed(source) == source, key


def test_body_is_added_changed_and_taken_away(coordinator, small):
    added = post(coordinator, small, "parts/bodies/add/", {"label": "Committee", "slug": "committee"})
    assert added.url.endswith("/parts/bodies.1/")
    given = {"label": "Committee", "by": "ballot", "voters": "ccc_chair", "quorum": "3", "majority": "two_thirds"}
    post(coordinator, small, "parts/bodies.1/", {**given, "recommended_by": ["coordinator"]})
    body = rules(small).bodies[1]
    assert (body.slug, body.voters, body.quorum, body.majority) == ("committee", "ccc_chair", 3, "two_thirds")
    assert body.recommended_by == ("coordinator",)
    page = coordinator.get(f"/pathways/drafts/{small.uuid}/").content.decode()
    assert "vote: 3 or more, by two thirds, after a recommendation of" in page

    post(coordinator, small, "parts/bodies.1/move/", {"to": "up"})
    assert [body.slug for body in rules(small).bodies] == ["committee", "council"]
    post(coordinator, small, "parts/bodies.0/remove/")
    assert rules(small) == load_pathway(SMALL)


def test_body_by_signatures_says_so(coordinator, small):
    given = {"label": "Council", "by": "sign_off", "voters": "council", "quorum": "2", "majority": "simple"}
    post(coordinator, small, "parts/bodies.0/", given)
    assert "approve one by one" in outline_of(now(small).source).bodies[0].lines[0]


def test_question_is_added_with_its_answers_and_asked_by_a_requirement(coordinator, small):
    added = post(coordinator, small, "parts/profile/add/", {"label": "Trained?", "slug": "trained"})
    assert "can’t be read yet" in coordinator.get(added.url).content.decode()
    post(coordinator, small, "parts/profile.0/", {"label": "Trained?", "choices": "yes: Yes\r\n\r\nno: No, not yet"})

    (question,) = rules(small).profile
    assert question.choices == (("yes", "Yes"), ("no", "No, not yet"))
    assert "Only for those who answer to “Trained?”" in (
        coordinator.get(f"/pathways/drafts/{small.uuid}/parts/0.0/").content.decode()
    )


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ("yes: Yes\nno", "Line 2 says “no”: write a short name, a colon and the words"),
        ("yes: Yes\nno:", "Line 2 says “no:”"),
        ("Not yet: x", "Line 1: “Not yet” is no short name. Use small letters"),
        ("", "Fill this in."),
    ],
)
def test_answer_that_cannot_be_read_is_named(coordinator, small, choices, words):
    post(coordinator, small, "parts/profile/add/", {"label": "Trained?", "slug": "trained"})
    response = post(coordinator, small, "parts/profile.0/", {"label": "Trained?", "choices": choices})

    assert response.status_code == 422
    assert words in response.content.decode()


def test_texts_are_begun_changed_and_emptied(coordinator, small):
    post(coordinator, small, "statements/", {"new_name": "promise", "new_text": "I promise\r\nto come."})
    assert rules(small).statements == (("promise", "I promise\nto come."),)
    post(coordinator, small, "statements/", {"text_promise": "I promise.", "new_name": "consent", "new_text": "Yes."})
    assert dict(rules(small).statements) == {"promise": "I promise.", "consent": "Yes."}
    post(coordinator, small, "statements/", {"text_promise": "", "text_consent": "Yes."})
    assert dict(rules(small).statements) == {"consent": "Yes."}
    post(coordinator, small, "statements/", {"text_consent": ""})
    assert rules(small) == load_pathway(SMALL)
    assert now(small).source.strip() == SMALL.strip()


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"new_name": "promise", "new_text": "x"}, "new_name", "There is a text of this name"),
        ({"new_name": "other"}, "new_text", "Enter the text as well"),
        ({"new_text": "x"}, "new_name", "Give it a name"),
        ({"new_name": "Two Words", "new_text": "x"}, "new_name", "Use small letters"),
    ],
)
def test_another_text_needs_a_name_and_words(data, field, words):
    form = StatementsForm({**data, "text_promise": "I do.", "revision": 1}, row={"promise": "I do."}, revision=1)

    assert [words in message for message in form.errors[field]] == [True]
    assert list(form.errors) == [field]


def test_texts_may_have_any_name_and_what_is_no_text_is_left_alone():
    row = {"revision": "a", "new_name": "b", "text_a": "c", "number": 1, "table": {"x": 1}}
    source = change_values(SMALL, (), {"statements": row})
    form = StatementsForm({**posted(StatementsForm(row=row, revision=3)), "text_revision": "A"}, row=row, revision=3)

    assert form.is_valid()
    assert form.cleaned_data["revision"] == 3
    assert tomllib.loads(form.changed(source))["statements"] == {**row, "revision": "A"}


def test_rubric_is_begun_and_changed(coordinator, small):
    given = {
        "version": "1",
        "scale": "not_yet: Not yet\nstrong: Strong\nnot_seen: Not observed",
        "items": "frame: Keeps the frame | begins and ends in time\nword: Either | or |",
        "text_required_for": "not_yet",
        "unrated": "not_seen",
    }
    post(coordinator, small, "rubric/", given)

    rubric = rules(small).rubric
    assert rubric.scale == (("not_yet", "Not yet"), ("strong", "Strong"), ("not_seen", "Not observed"))
    assert [(item.slug, item.label, item.hint) for item in rubric.items] == [
        ("frame", "Keeps the frame", "begins and ends in time"),
        ("word", "Either | or", ""),
    ]
    assert (rubric.text_required_for, rubric.unrated) == (("not_yet",), ("not_seen",))
    page = coordinator.get(f"/pathways/drafts/{small.uuid}/rubric/").content.decode()
    assert "frame: Keeps the frame | begins and ends in time\nword: Either | or | " in page
    post(coordinator, small, "rubric/", {**given, "items": "frame: Keeps the frame", "unrated": ""})
    assert len(rules(small).rubric.items) == 1
    assert rules(small).rubric.unrated == ()


def test_rubric_that_is_written_as_tables_keeps_its_other_lists():
    source = SMALL + (
        '[rubric]\nversion = "1"\n[[rubric.scale]]\nslug = "no"\nlabel = "No"\n'
        '[[rubric.scale]]\nslug = "yes"\nlabel = "Yes"\n[[rubric.items]]\nslug = "frame"\nlabel = "Frame"\n'
    )
    row = tomllib.loads(source)["rubric"]
    data = {**posted(RubricForm(row=row, revision=1)), "items": "frame: Frame\ntime: Time"}
    form = RubricForm(data, row=row, revision=1)

    assert form.is_valid()
    rubric = load_pathway(form.changed(source)).rubric
    assert [item.slug for item in rubric.items] == ["frame", "time"]
    assert rubric.scale == (("no", "No"), ("yes", "Yes"))


def test_offices_get_names_of_their_own(coordinator, small):
    post(coordinator, small, "offices/", {"text_council": "Board"})
    assert rules(small).role_labels == (("council", "Board"),)
    assert f"{Role.COUNCIL.label}: Board" in coordinator.get(f"/pathways/drafts/{small.uuid}/").content.decode()
    post(coordinator, small, "offices/", {"text_council": ""})
    assert rules(small) == load_pathway(SMALL)


def test_other_numbers_for_a_time_are_added_changed_and_taken_away(coordinator, draft):
    before = load_pathway(draft.source)
    file = tomllib.loads(draft.source)
    empty = VariationForm(row={}, requirement=at(file, path_of("1.5")), file=file, revision=1)
    given = {**posted(empty), "from": "2020-03-15", "to": "2021-06-30", "reason": "No meetings", "at_least": "5"}
    given.pop("needs_recording")
    added = post(coordinator, draft, "parts/1.5.variations/add/", given)
    assert added.url.endswith("/parts/1.5/")

    (variation,) = rules(draft).requirement("supervised_sessions").variations
    rule = rules(draft).requirement("supervised_sessions").parameters
    assert (variation.starts_on, variation.ends_on) == (date(2020, 3, 15), date(2021, 6, 30))
    assert (variation.parameters.at_least, variation.parameters.needs_recording) == (Decimal(5), False)
    assert (variation.parameters.role, variation.parameters.needs_confirmation) == (rule.role, rule.needs_confirmation)
    row = at(tomllib.loads(now(draft).source), path_of("1.5.variations.0"))
    assert set(row) == {"from", "to", "reason", "at_least", "needs_recording"}
    page = coordinator.get(added.url).content.decode()
    assert "Evidence from March 15, 2020 to June 30, 2021: Have at least 5 supervision sessions" in page
    assert "(No meetings)" in page
    assert ["(No meetings)" in line for d in differences(before, rules(draft)) for line in d.after].count(True) == 1

    back = {**given, "at_least": str(rule.at_least), "reason": "Closed"}
    post(coordinator, draft, "parts/1.5.variations.0/", back)
    (variation,) = rules(draft).requirement("supervised_sessions").variations
    assert (variation.reason, variation.parameters.at_least) == ("Closed", rule.at_least)
    assert "at_least" not in at(tomllib.loads(now(draft).source), path_of("1.5.variations.0"))
    post(coordinator, draft, "parts/1.5.variations.0/remove/")
    assert rules(draft) == before


def test_time_that_ends_before_it_begins_is_refused(coordinator, draft):
    given = {"from": "2021-03-15", "to": "2021-03-14", "reason": "x", "at_least": "5", "unit": "session"}
    response = post(coordinator, draft, "parts/1.5.variations/add/", given)

    assert response.status_code == 422
    assert "This lies before the first day" in response.content.decode()


def test_name_of_the_society_and_time_of_validity_are_fields_of_the_whole(coordinator, small):
    file = tomllib.loads(SMALL)
    given = {**posted(GeneralForm(row=file, revision=1)), "society": "Society of the Small", "valid_months": "36"}
    post(coordinator, small, "general/", {**given, "currency": "EUR"})
    assert (rules(small).society, rules(small).fee_currency) == ("Society of the Small", "EUR")
    assert rules(small).award.renewal.valid_months == 36

    post(coordinator, small, "general/", {**given, "valid_months": "48"})
    assert (rules(small).fee_currency, rules(small).award.renewal.valid_months) == ("USD", 48)
    post(coordinator, small, "general/", {**given, "valid_months": ""})
    assert rules(small).award.renewal is None


def test_whole_of_a_text_without_its_tables_can_still_be_edited(coordinator, small):
    post(coordinator, small, "text/", {"source": 'slug = "small"\n'})
    given = {"version": "1", "name": "n", "designation": "d", "number_prefix": "p", "society": "s"}
    assert post(coordinator, small, "general/", given).status_code == 302

    found = tomllib.loads(now(small).source)
    assert (found["society"], found["award"]) == ({"name": "s"}, {"designation": "d", "number_prefix": "p"})


@pytest.mark.parametrize("place", ["bodies", "bodies.9", "bodies.-1", "bodies.0.0", "profile.0", "1.5.variations.0"])
def test_place_beside_that_is_not_there_is_not_found(coordinator, draft, place):
    assert coordinator.get(f"/pathways/drafts/{draft.uuid}/parts/{place}/").status_code == 404


@pytest.mark.parametrize("place", ["bodies.0", "stages", "1.variations", "9.9.variations", "bodies.0.variations"])
def test_nothing_is_added_where_nothing_belongs(coordinator, draft, place):
    assert coordinator.get(f"/pathways/drafts/{draft.uuid}/parts/{place}/add/").status_code == 404


def test_table_that_is_none_leaves_the_text_page_to_mend_it(coordinator, draft):
    source = change_values(draft.source, (), {"rubric": 1})
    post(coordinator, draft, "text/", {"source": source})

    assert coordinator.get(f"/pathways/drafts/{draft.uuid}/rubric/").status_code == 404
    assert coordinator.get(f"/pathways/drafts/{draft.uuid}/").status_code == 200


def test_list_that_is_none_leaves_the_text_page_to_mend_it(coordinator, draft):
    post(coordinator, draft, "text/", {"source": 'bodies = "x"\nprofile = 1\nroles = 2\nstatements = []\n'})

    assert coordinator.get(f"/pathways/drafts/{draft.uuid}/").status_code == 200
    assert post(coordinator, draft, "parts/bodies/add/", {"label": "B", "slug": "b"}).status_code == 302


def test_council_reads_who_decides_and_writes_nothing(client, proposed, officers):
    client.force_login(officers.council[0])
    page = client.get(f"/pathways/drafts/{proposed.uuid}/").content.decode()

    assert "Who decides" in page
    assert "What evaluators rate by" in page
    assert "Edit the texts" not in page
    for place in ("statements/", "rubric/", "offices/", "parts/bodies.0/", "parts/bodies/add/"):
        assert client.get(f"/pathways/drafts/{proposed.uuid}/{place}").status_code == 403
