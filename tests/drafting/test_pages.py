"""Pages of versions and drafts: begin, compare, approve, publish, who goes by which, and moving cases."""

import csv
from codecs import BOM_UTF8
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from credentialing.accounts.models import ConflictOfInterest, Role
from credentialing.applications.models import Application
from credentialing.drafting.differences import differences
from credentialing.drafting.models import PathwayDraft
from credentialing.drafting.services import examine_draft, propose_draft, save_text
from credentialing.drafting.tasks import run_simulation
from credentialing.pathways.loader import load_pathway
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import publish_pathway
from credentialing.pathways.writing import change_values
from tests.drafting.conftest import NEXT_YEAR
from tests.factories import PersonFactory, abs_version, make_walk
from tests.pathways.files import SMALL, changed

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client, officers):
    client.force_login(officers.coordinator)
    return client


def words(response):
    return response.content.decode()


def other(number="2030.1", **stage):
    source = change_values(abs_version().source, (), {"version": number})
    source = change_values(source, ("stages", 0), stage) if stage else source
    return publish_pathway(source=source, actor=PersonFactory(), in_force_from=NEXT_YEAR)


@pytest.mark.parametrize(("start", "slug"), [("version", "abs-leader"), ("shipped:uk-leader", "uk-leader")])
def test_draft_begins_with_a_version_or_an_example(coordinator, start, slug):
    start = f"version:{abs_version().uuid}" if start == "version" else start
    response = coordinator.post("/pathways/begin/", {"start": start}, follow=True)

    draft = PathwayDraft.objects.get()
    assert (draft.slug, response.status_code) == (slug, 200)
    assert draft.definition


def test_draft_begins_with_nothing_that_is_not_offered(coordinator):
    for start in ("", "version:x", "shipped:../../settings"):
        assert coordinator.post("/pathways/begin/", {"start": start}).status_code == 422


def test_draft_begins_with_a_file(coordinator):
    file = SimpleUploadedFile("small.toml", SMALL.encode())
    coordinator.post("/pathways/upload/", {"file": file})
    assert PathwayDraft.objects.get().slug == "small"


@pytest.mark.parametrize("content", [b"slug = 1", b"\xff\xfe"], ids=["mistakes", "no text"])
def test_file_that_cannot_be_used_is_refused_with_the_reason(coordinator, draft, content):
    for page in ("/pathways/upload/", f"/pathways/drafts/{draft.uuid}/upload/"):
        if content == b"slug = 1" and "drafts" in page:
            continue  # there it is kept, to be mended
        response = coordinator.post(page, {"file": SimpleUploadedFile("x.toml", content)})
        assert response.status_code == 422
        assert "There is a problem" in words(response)


def test_file_takes_the_place_of_the_text(coordinator, draft):
    coordinator.post(f"/pathways/drafts/{draft.uuid}/upload/", {"file": SimpleUploadedFile("x.toml", SMALL.encode())})

    assert PathwayDraft.objects.get().source == SMALL


def test_texts_are_downloaded_as_they_are(coordinator, draft):
    version = abs_version()
    for page, source in (
        (f"/pathways/drafts/{draft.uuid}.toml", draft.source),
        (f"/pathways/versions/{version.uuid}.toml", version.source),
    ):
        response = coordinator.get(page)
        assert words(response) == source
        assert response["Content-Disposition"].startswith("attachment")


def test_differences_tell_what_is_new_changed_and_gone(coordinator, draft):
    source = change_values(draft.source, ("stages", 1, "requirements", 5), {"at_least": 20, "slug": "supervised"})
    coordinator.post(f"/pathways/drafts/{draft.uuid}/text/", {"source": source, "revision": 1})

    page = words(coordinator.get(f"/pathways/drafts/{draft.uuid}/differences/"))

    for part in ("New", "Falls away", "20 supervision sessions", "+ ", "- "):
        assert part in page


def test_differences_tell_who_recommends_a_stage_and_how_it_is_called_by_whom(coordinator, draft):
    changes = {"recommended_by": ["ccc_chair"], "labels": {"public": "Leads already"}}
    source = change_values(draft.source, ("stages", 1), changes)
    coordinator.post(f"/pathways/drafts/{draft.uuid}/text/", {"source": source, "revision": 1})

    stage = load_pathway(source).stages[1]
    (found,) = differences(load_pathway(draft.source), load_pathway(source))
    assert found.label == f"Stage: {stage.label}"
    assert set(found.after) - set(found.before) == {
        "Recommended by: Chair, Credentialing Coordinating Committee",
        "For the public: “Leads already”",
    }
    assert "Leads already" in words(coordinator.get(f"/pathways/drafts/{draft.uuid}/differences/"))


def test_what_a_stage_says_about_itself_is_among_the_differences():
    told = changed('label = "Seen"', 'label = "Seen"\nsummary = "Somebody was there."')

    (found,) = differences(load_pathway(SMALL), load_pathway(told))

    assert [line for line in found.after if line not in found.before] == ["Somebody was there."]
    assert "" not in found.before


def test_draft_that_says_the_same_has_no_differences(coordinator, draft):
    assert "The rules are the same" in words(coordinator.get(f"/pathways/drafts/{draft.uuid}/differences/"))


def test_first_draft_of_a_pathway_is_all_new(coordinator, officers):
    coordinator.post("/pathways/begin/", {"start": "shipped:uk-leader"})
    page = words(coordinator.get(f"/pathways/drafts/{PathwayDraft.objects.get().uuid}/differences/"))
    assert "No version is in force yet" in page


def test_simulation_says_how_far_it_is_and_names_only_those_one_may_judge(coordinator, draft, officers):
    seen = make_walk(society=officers).submit()
    hidden = make_walk(society=officers, candidate=PersonFactory(name="Hida Hidden")).submit()
    ConflictOfInterest.objects.create(
        person=officers.coordinator, other=hidden.candidate, relation="cousins", declared_by=hidden.candidate
    )
    source = change_values(draft.source, ("stages", 0), {"slug": "asked"})
    coordinator.post(f"/pathways/drafts/{draft.uuid}/text/", {"source": source, "revision": 1})
    response = coordinator.post(f"/pathways/drafts/{draft.uuid}/simulate/", follow=True)
    assert "waits for its turn" in words(response)
    run = PathwayDraft.objects.get().simulations.get()
    run_simulation.func(run.pk)

    page = words(coordinator.get(f"/pathways/drafts/{draft.uuid}/simulations/{run.pk}/"))

    assert str(seen.candidate) in page
    assert "Hida Hidden" not in page
    assert "1 of them you may not see" in page


def test_earlier_revision_comes_back(coordinator, draft):
    coordinator.post(f"/pathways/drafts/{draft.uuid}/text/", {"source": SMALL, "revision": 1})
    assert "The present text" in words(coordinator.get(f"/pathways/drafts/{draft.uuid}/history/"))

    coordinator.post(f"/pathways/drafts/{draft.uuid}/history/1/", {"revision": 2})

    assert PathwayDraft.objects.get().source == draft.source
    assert coordinator.post(f"/pathways/drafts/{draft.uuid}/history/99/", {"revision": 3}).status_code == 404
    assert coordinator.post(f"/pathways/drafts/{draft.uuid}/history/1/", {"revision": "x"}).status_code == 409


def test_whole_way_through_the_pages(client, draft, officers):
    here = f"/pathways/drafts/{draft.uuid}/"
    client.force_login(officers.coordinator)
    client.post(f"{here}examine/now/")
    past = {"purpose": "x", "in_force_from": "2020-01-01", "policy": "pin"}
    assert client.post(f"{here}propose/", past).status_code == 422
    client.post(f"{here}propose/", {**past, "in_force_from": str(NEXT_YEAR)})
    assert client.post(f"{here}publish/").status_code == 409
    assert PathwayVersion.objects.count() == 1
    for member in officers.council[:3]:
        client.force_login(member)
        assert "Approve it" in words(client.get(here))
        client.post(f"{here}approve/", {"revision": draft.revision})
    client.force_login(officers.coordinator)
    assert "never change" in words(client.get(f"{here}publish/"))
    version = client.post(f"{here}publish/", follow=True)

    assert "Published. Everybody" in words(version)
    assert PathwayVersion.objects.latest("pk").version == "2099.1"


def test_council_sends_back_with_a_reason(client, proposed, officers):
    client.force_login(officers.council[0])
    page = f"/pathways/drafts/{proposed.uuid}/refuse/"

    assert client.post(page, {"reason": ""}).status_code == 422
    client.post(page, {"reason": "No."})

    assert PathwayDraft.objects.get().state == "draft"


def test_discarded_and_restored(coordinator, draft):
    here = f"/pathways/drafts/{draft.uuid}/"
    coordinator.post(f"{here}discard/now/")
    assert "Restore" in words(coordinator.get(here))
    coordinator.post(f"{here}restore/now/")

    assert PathwayDraft.objects.get().state == "draft"
    assert coordinator.post(f"{here}explode/now/").status_code == 404


def test_approval_of_words_one_has_not_seen_is_refused(client, proposed, officers):
    client.force_login(officers.council[0])
    assert client.post(f"/pathways/drafts/{proposed.uuid}/approve/", {"revision": "9"}).status_code == 409


def test_who_has_written_at_it_reads_that_others_must_approve_it(client, draft, officers):
    both = PersonFactory(offices=[Role.COORDINATOR, Role.COUNCIL])
    draft = save_text(draft=draft, source=f"{draft.source}# x\n", actor=both, seen_revision=1, what="x")
    examine_draft(draft=draft, actor=both)
    propose_draft(draft=draft, actor=both, purpose="x", in_force_from=NEXT_YEAR, policy=PathwayVersion.Policy.PIN)
    client.force_login(both)

    response = client.post(f"/pathways/drafts/{draft.uuid}/approve/", {"revision": "2"})

    assert response.status_code == 403
    assert "other members of the council must approve it" in words(response)


def test_report_says_who_goes_by_which_version_and_hides_conflicts(coordinator, officers):
    walk = make_walk(society=officers).submit()
    hidden = make_walk(society=officers, candidate=PersonFactory(name="=Hida Hidden")).submit()
    other()
    assert "=Hida Hidden" in words(coordinator.get("/pathways/cases/"))
    rows = list(csv.reader(StringIO(words(coordinator.get("/pathways/cases.csv")))))
    assert ["Balint group leader", "2024.1", walk.application.reference, "Applied"] in [
        [row[0], row[1], row[3], row[5]] for row in rows
    ]
    assert "'=Hida Hidden" in [row[4] for row in rows]
    assert coordinator.get("/pathways/cases.csv").content.startswith(BOM_UTF8)  # Excel reads umlauts by it

    ConflictOfInterest.objects.create(
        person=officers.coordinator, other=hidden.candidate, relation="cousins", declared_by=hidden.candidate
    )
    page = words(coordinator.get("/pathways/cases/"))
    assert "=Hida Hidden" not in page
    assert "1 more, which you may not see" in page


def test_case_is_moved_after_a_page_with_before_and_after(coordinator, officers):
    case = make_walk(society=officers).admit().application
    version = other()
    assert "Version 2030.1" in words(coordinator.get(f"/pathways/cases/{case.uuid}/"))
    page = f"/pathways/cases/{case.uuid}/to/{version.uuid}/"
    assert "Every signature goes on counting" in words(coordinator.get(page))
    assert coordinator.post(page, {"reason": "", "version": case.version}).status_code == 422
    assert coordinator.post(page, {"reason": "Asked.", "version": case.version - 1}).status_code == 409

    coordinator.post(page, {"reason": "Asked.", "version": case.version})

    assert Application.objects.get().pathway_version == version


def test_move_that_is_not_possible_says_so(coordinator, officers):
    case = make_walk(society=officers).submit().application
    version = other(slug="asked")

    assert "This is not possible" in words(coordinator.get(f"/pathways/cases/{case.uuid}/to/{version.uuid}/"))


def test_all_of_a_version_move_at_once_and_who_cannot_is_named(coordinator, officers):
    before = abs_version()
    walk = make_walk(society=officers).submit()
    make_walk(society=officers, candidate=PersonFactory(name="Bea Other")).submit()
    version = other()
    page = f"/pathways/versions/{before.uuid}/move/{version.uuid}/"
    assert "2 applications" in words(coordinator.get(page))
    assert str(version.uuid) in words(coordinator.get(f"/pathways/versions/{before.uuid}/"))

    response = coordinator.post(page, {"reason": "All of them."}, follow=True)

    assert "2 applications go on by version 2030.1" in words(response)
    walk.application.refresh_from_db()
    assert walk.application.pathway_version == version
    stuck = other("2031.1", slug="asked")
    response = coordinator.post(f"/pathways/versions/{version.uuid}/move/{stuck.uuid}/", {"reason": "x"}, follow=True)
    assert "Bea Other stays" in words(response)
    assert "Nobody to move" in words(coordinator.get(page))
