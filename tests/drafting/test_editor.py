"""The editor: a form for each part that writes what it says and nothing else."""

import tomllib
from decimal import Decimal

import pytest

from credentialing.drafting.forms import GeneralForm, RequirementForm, StageForm
from credentialing.drafting.forms.parameters import parameter_fields
from credentialing.drafting.models import PathwayDraft
from credentialing.drafting.services import begin_draft
from credentialing.pathways.groups import GROUPS
from credentialing.pathways.kinds import KINDS, kind
from credentialing.pathways.loader import SHIPPED, load_pathway
from credentialing.pathways.outline import outline_of, path_of
from credentialing.pathways.writing import at, change_values
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob("*.toml"))}


def places(source):
    def below(parts):
        for part in parts:
            yield part.place
            yield from below(part.options)

    for stage in outline_of(source).stages:
        yield stage.place
        yield from below(stage.requirements)


def posted(form):
    """What a browser sends when somebody presses Save and has changed nothing."""
    data = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        shown = form.fields[bound.name].prepare_value(value)
        data[bound.name] = (
            [str(v) for v in shown] if isinstance(shown, list | tuple) else "on" if value is True else str(shown)
        )
    return data


def form_of(source, place, data=None):
    file = tomllib.loads(source)
    row = at(file, path_of(place))
    if "." in place:
        return RequirementForm(data, row=row, file=file, revision=1)
    return StageForm(data, row=row, revision=1)


def as_a_browser_sends(data):
    """Lines of a text area end with CR and LF."""
    return {name: value.replace("\n", "\r\n") if isinstance(value, str) else value for name, value in data.items()}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_saving_any_form_unchanged_changes_no_character(source):
    for place in places(source):
        form = form_of(source, place, as_a_browser_sends(posted(form_of(source, place))))
        assert form.is_valid(), (place, form.errors)
        assert form.changed(source, path_of(place)) == source, place
    file = tomllib.loads(source)
    general = GeneralForm(posted(GeneralForm(row=file, revision=1)), row=file, revision=1)
    assert general.is_valid(), general.errors
    assert general.changed(source) == source


@pytest.mark.parametrize("slug", sorted({*KINDS, *GROUPS}))
def test_every_kind_has_a_field_with_words_for_each_of_its_parameters(slug):
    parameters = GROUPS.get(slug) or kind(slug).Parameters
    made = parameter_fields(parameters, {})

    assert set(made) == set(parameters.__dataclass_fields__)
    assert all(field.help_text for name, field in made.items()) or slug in GROUPS


@pytest.fixture
def small(officers):
    from tests.pathways.files import SMALL

    return begin_draft(slug="small", source=SMALL, actor=officers.coordinator, what="x")


@pytest.fixture
def coordinator(client, officers):
    client.force_login(officers.coordinator)
    return client


def post(client, draft, page, data=None, **kwargs):
    draft = PathwayDraft.objects.get(pk=draft.pk)
    data = {**(data or {}), "revision": draft.revision}
    return client.post(f"/pathways/drafts/{draft.uuid}/{page}", data, **kwargs)


def now(draft):
    return PathwayDraft.objects.get(pk=draft.pk)


def test_words_of_several_lines_stay_as_they_were_written_and_get_plain_ends_of_line(coordinator, draft):
    several = change_values(draft.source, ("stages", 1), {"summary": "One.\nTwo.\n"})
    form = form_of(several, "1", as_a_browser_sends(posted(form_of(several, "1"))))
    assert form.is_valid()
    assert form.changed(several, ("stages", 1)) == several

    post(coordinator, draft, "parts/1/", {**posted(form_of(draft.source, "1")), "summary": "First.\r\nSecond."})
    assert load_pathway(now(draft).source).stages[1].summary == "First.\nSecond."


def test_changed_number_is_written_where_it_stands(coordinator, draft):
    form = form_of(draft.source, "1.5")
    response = post(coordinator, draft, "parts/1.5/", {**posted(form), "at_least": "20", "per_year": "6"})

    assert response.status_code == 302
    parameters = load_pathway(now(draft).source).requirement("supervised_sessions").parameters
    assert (parameters.at_least, parameters.per_year, parameters.needs_recording) == (Decimal(20), 6, True)


def test_what_is_unticked_is_written_as_false_where_it_holds_otherwise(coordinator, draft):
    data = posted(form_of(draft.source, "1.3"))
    data.pop("needs_confirmation")

    post(coordinator, draft, "parts/1.3/", data)

    assert load_pathway(now(draft).source).requirement("group_sessions").parameters.needs_confirmation is False


def test_requirement_of_a_kind_that_there_is_not_keeps_all_but_what_is_changed(coordinator, draft):
    source = change_values(draft.source, ("stages", 1, "requirements", 5), {"kind": "telepathy"})
    post(coordinator, draft, "text/", {"source": source})
    post(coordinator, draft, "parts/1.5/", {**posted(form_of(source, "1.5")), "label": "Minds", "revision": "2"})

    assert now(draft).source == change_values(source, ("stages", 1, "requirements", 5), {"label": "Minds"})


def test_stage_gets_names_for_each_audience_and_loses_them_again(coordinator, draft):
    data = posted(form_of(draft.source, "1"))
    post(coordinator, draft, "parts/1/", {**data, "candidate": "You lead", "quorum": "2"})
    stage = load_pathway(now(draft).source).stages[1]
    assert (stage.label_for("candidate"), stage.label_for("public"), stage.quorum) == (
        "You lead",
        "Co-leading logged",
        2,
    )

    post(coordinator, draft, "parts/1/", data)
    assert load_pathway(now(draft).source).stages[1].labels == ()


def test_condition_is_asked_by_the_questions_of_the_file(coordinator, officers):
    source = SOURCES["uk-leader"]
    draft = begin_draft(slug="uk-leader", source=source, actor=officers.coordinator, what="x")
    question = load_pathway(source).profile[0]
    place = next(p for p in places(source) if "." in p and "applies_when" not in at(tomllib.loads(source), path_of(p)))
    answer = question.choices[0][0]

    post(coordinator, draft, f"parts/{place}/", {**posted(form_of(source, place)), f"asked_{question.slug}": [answer]})

    row = at(tomllib.loads(now(draft).source), path_of(place))
    assert row["applies_when"] == {question.slug: [answer]}


def test_requirement_is_added_moved_and_taken_away(coordinator, small):
    added = post(coordinator, small, "parts/0/add/", {"label": "Essay", "slug": "essay", "kind": "document"})
    number = len(outline_of(now(small).source).stages[0].requirements) - 1
    assert added.url.endswith(f"/parts/0.{number}/")
    assert outline_of(now(small).source).faults  # it says not yet which paper

    post(coordinator, small, f"parts/0.{number}/", {"label": "Essay", "what": "essay", "done_by": "candidate"})
    assert load_pathway(now(small).source).requirement("essay").parameters.what == "essay"
    post(coordinator, small, f"parts/0.{number}/move/", {"to": "up"})
    assert outline_of(now(small).source).stages[0].requirements[number - 1].slug == "essay"
    assert (
        "Take away" in coordinator.get(f"/pathways/drafts/{small.uuid}/parts/0.{number - 1}/remove/").content.decode()
    )
    post(coordinator, small, f"parts/0.{number - 1}/remove/")
    assert now(small).definition == load_pathway(small.source)
    assert now(small).revisions.count() == 5


def test_group_gets_options(coordinator, small):
    post(coordinator, small, "parts/0/add/", {"label": "Either", "slug": "either", "kind": "any_of"})
    number = len(outline_of(now(small).source).stages[0].requirements) - 1
    for slug in ("one", "two"):
        post(coordinator, small, f"parts/0.{number}/add/", {"label": slug, "slug": slug, "kind": "document"})
    for option, what in enumerate(("a", "b")):
        post(coordinator, small, f"parts/0.{number}.{option}/", {"label": what, "what": what, "done_by": "candidate"})

    either = load_pathway(now(small).source).requirement("either")
    assert [option.parameters.what for option in either.options] == ["a", "b"]


def test_new_stage_stands_before_the_last(coordinator, small):
    post(coordinator, small, "stages/add/", {"label": "Seen again", "slug": "seen_again"})

    assert [stage.slug for stage in outline_of(now(small).source).stages][-2] == "seen_again"


def test_slug_that_is_none_is_refused(coordinator, small):
    response = post(coordinator, small, "stages/add/", {"label": "X", "slug": "Not a slug"})

    assert response.status_code == 422
    assert "Use small letters" in response.content.decode()


def test_somebody_elses_save_is_not_overwritten(coordinator, draft):
    data = posted(form_of(draft.source, "1.5"))
    post(coordinator, draft, "parts/1.5/", {**data, "at_least": "20"})

    response = coordinator.post(
        f"/pathways/drafts/{draft.uuid}/parts/1.5/", {**data, "at_least": "30", "revision": "1"}
    )

    assert response.status_code == 409
    assert "at_least = 20" in now(draft).source


@pytest.mark.parametrize("place", ["9", "0.9", "0.0.0", "x", "-1", "0.-1"])
@pytest.mark.parametrize("page", ["", "add/", "remove/"])
def test_part_that_is_not_there_is_not_found(coordinator, draft, place, page):
    assert coordinator.get(f"/pathways/drafts/{draft.uuid}/parts/{place}/{page}").status_code == 404


def test_last_part_does_not_move_beyond_the_end(coordinator, draft):
    assert post(coordinator, draft, "parts/4/move/", {"to": "down"}).status_code == 404


def test_text_with_mistakes_is_kept_and_says_what_is_wrong(coordinator, draft):
    response = post(
        coordinator, draft, "text/", {"source": draft.source.replace("quorum = 3", 'quorum = "x"')}, follow=True
    )

    assert "Line" in response.content.decode()
    assert now(draft).revision == 2
    assert coordinator.get(f"/pathways/drafts/{draft.uuid}/").status_code == 200


def test_text_that_is_not_even_toml_leaves_the_text_page_to_mend_it(coordinator, draft):
    post(coordinator, draft, "text/", {"source": "slug = "})

    page = coordinator.get(f"/pathways/drafts/{draft.uuid}/").content.decode()
    assert "This is not TOML here" in page
    assert coordinator.get(f"/pathways/drafts/{draft.uuid}/general/").status_code == 404
    assert coordinator.get(f"/pathways/drafts/{draft.uuid}/text/").status_code == 200


def test_words_of_a_pathway_are_escaped(coordinator, draft):
    evil = change_values(draft.source, ("stages", 0), {"label": "<script>alert(1)</script>"})
    post(coordinator, draft, "text/", {"source": evil})

    for page in ("", "differences/", "text/", "parts/0/"):
        assert "<script>alert" not in coordinator.get(f"/pathways/drafts/{draft.uuid}/{page}").content.decode()


def test_published_draft_has_no_forms(coordinator, draft, officers):
    from credentialing.drafting.services import discard_draft

    discard_draft(draft=now(draft), actor=officers.coordinator)

    assert post(coordinator, draft, "parts/0/", posted(form_of(draft.source, "0"))).status_code == 409
    assert "Add a stage" not in coordinator.get(f"/pathways/drafts/{draft.uuid}/").content.decode()


def test_council_reads_and_does_not_write(client, proposed, officers):
    client.force_login(officers.council[0])

    assert client.get(f"/pathways/drafts/{proposed.uuid}/").status_code == 200
    for page in ("text/", "general/", "parts/0/", "stages/add/", "history/", "publish/"):
        assert client.get(f"/pathways/drafts/{proposed.uuid}/{page}").status_code == 403


def test_others_see_nothing_of_rules(client, draft):
    client.force_login(PersonFactory(offices=["treasurer"]))

    for page in ("/pathways/", "/pathways/cases/", f"/pathways/drafts/{draft.uuid}/"):
        assert client.get(page).status_code == 403
