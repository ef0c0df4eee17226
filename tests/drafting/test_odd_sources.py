"""The text view holds whatever TOML somebody types: every page of the draft bears it, and every form leaves TOML."""

import copy
import tomllib

import pytest
import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentialing.drafting.models import PathwayDraft
from credentialing.drafting.services import begin_draft
from tests.drafting.test_editor import SOURCES, coordinator, post
from tests.drafting.test_editor_beside import VARIED
from tests.pathways.files import SMALL

__all__ = ["coordinator"]  # a fixture
pytestmark = pytest.mark.django_db

ODD = [1, "x", [], {}, [1], ["a"], [{}], {"a": 1}, True, 1.5, [[1]], [{"slug": 1}], ""]
PAGES = [
    "general/",
    "statements/",
    "rubric/",
    "offices/",
    "differences/",
    "text/",
    "parts/bodies/add/",
    "parts/profile/add/",
    "parts/bodies.0/",
    "parts/profile.0/",
    "parts/0/",
    "parts/0.0/",
    "parts/1/",
    "parts/1.5/",
    "parts/1.5.variations/add/",
    "parts/1.5.variations.0/",
    "parts/0.0.0/",
    "parts/bodies.0/remove/",
    "parts/1.5.variations.0/remove/",
    "parts/0.0/remove/",
    "parts/0/add/",
    "parts/0.0/add/",
]
VARIATION = {"from": "2020-01-01", "to": "2020-02-01", "reason": "r", "at_least": "3", "unit": "supervision_session"}
GENERAL = {"version": "1", "name": "n", "designation": "d", "number_prefix": "p", "society": "s", "valid_months": "5"}
FORMS = {
    "general/": GENERAL,
    "statements/": {"new_name": "q", "new_text": "w"},
    "rubric/": {"version": "2", "scale": "a: A\nb: B", "items": "c: C"},
    "offices/": {"text_council": "B"},
    "parts/bodies/add/": {"label": "L", "slug": "l"},
    "parts/bodies.0/": {"label": "C", "by": "ballot", "voters": "council", "quorum": "2", "majority": "simple"},
    "parts/0.0/": {"label": "L", "what": "membership", "done_by": "candidate"},
    "parts/0/": {"label": "L", "quorum": "1"},
    "parts/1.5.variations/add/": VARIATION,
    "parts/1.5.variations.0/": VARIATION,
    "parts/0.0/remove/": {},
    "parts/bodies.0/remove/": {},
    "parts/bodies.0/move/": {"to": "down"},
    "parts/0.0/move/": {"to": "down"},
    "parts/0/add/": {"label": "A", "slug": "a", "kind": "document"},
    "stages/add/": {"label": "S", "slug": "s"},
}


def places(value, above=()):
    """The path of everything in a file, the outer before the inner."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield (*above, key)
        yield from places(below, (*above, key))


@st.composite
def odd_sources(draw):
    """A file that is right but for one or two places, where something else stands or nothing."""
    data = copy.deepcopy(tomllib.loads(draw(st.sampled_from([SMALL, VARIED, *SOURCES.values()]))))
    for _ in range(draw(st.integers(1, 2))):
        depth = draw(st.sampled_from([1, 2, 4, 6]))
        *above, key = draw(st.sampled_from([path for path in places(data) if len(path) <= depth]))
        holder = data
        for step in above:
            holder = holder[step]
        if draw(st.integers(0, 3)):
            holder[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
        else:
            del holder[key]
    return tomlkit.dumps(data)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=odd_sources(), pages=st.lists(st.sampled_from(PAGES), min_size=4, max_size=4), form=st.data())
def test_every_page_and_form_bears_what_the_text_view_holds(coordinator, officers, source, pages, form):
    draft = begin_draft(slug="small", source=source, actor=officers.coordinator, what="x")

    for page in ("", *pages):
        assert coordinator.get(f"/pathways/drafts/{draft.uuid}/{page}").status_code in {200, 404}
    for page in form.draw(st.lists(st.sampled_from(sorted(FORMS)), min_size=3, max_size=3)):
        assert post(coordinator, draft, page, FORMS[page]).status_code in {302, 404, 409, 422}
        tomllib.loads(PathwayDraft.objects.get(pk=draft.pk).source)
