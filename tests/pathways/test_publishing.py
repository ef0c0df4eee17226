"""A published version stands: the same text changes nothing, another text needs another number."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from credentialing.accounts.models import Role
from credentialing.applications.services.drafts import start_application
from credentialing.pathways.kinds import KINDS, files_of, kind, sign_offs_of
from credentialing.pathways.loader import PathwayFileInvalid, load_pathway
from credentialing.pathways.models import Pathway, PathwayVersion
from credentialing.pathways.services import publish_pathway, shipped_source
from tests.factories import PersonFactory, abs_version
from tests.pathways.files import SMALL, changed

pytestmark = pytest.mark.django_db

SINCE = date(2024, 1, 1)


@pytest.fixture
def admin():
    return PersonFactory(name="Root", offices=[Role.ADMINISTRATOR])


@pytest.fixture
def published(admin):
    return publish_pathway(source=SMALL, actor=admin, in_force_from=SINCE)


def test_version_is_published_with_its_text_its_digest_and_who_did_it(published, admin):
    assert (published.version, published.source, published.published_by) == ("1", SMALL, admin)
    assert len(published.digest) == 64
    assert (str(published), str(published.pathway)) == ("Small path 1", "Small path")
    assert published.definition == load_pathway(SMALL)


def test_publishing_the_same_again_changes_nothing(published, admin):
    again = publish_pathway(source="# other comment\n" + SMALL, actor=PersonFactory(), in_force_from=date(2030, 1, 1))

    assert (again, again.source, again.in_force_from, again.published_by) == (published, SMALL, SINCE, admin)
    assert PathwayVersion.objects.count() == 1


def test_other_rules_under_the_same_number_are_refused(published, admin):
    with pytest.raises(ValueError, match="give the new one another number"):
        publish_pathway(source=changed("quorum = 2", "quorum = 3"), actor=admin, in_force_from=SINCE)

    assert PathwayVersion.objects.get().definition.council.quorum == 2


def test_new_number_is_a_new_version_of_the_same_pathway(published, admin):
    later = publish_pathway(
        source=changed('version = "1"', 'version = "2"'), actor=admin, in_force_from=date(2025, 1, 1)
    )

    assert later.pathway == published.pathway
    assert Pathway.objects.count() == 1
    assert later.digest != published.digest


def test_version_in_force_is_the_newest_that_has_begun(published, admin):
    later = publish_pathway(
        source=changed('version = "1"', 'version = "2"'), actor=admin, in_force_from=date(2025, 1, 1)
    )

    assert not PathwayVersion.objects.in_force(date(2023, 12, 31)).exists()
    assert list(PathwayVersion.objects.in_force(date(2024, 12, 31))) == [published]
    assert list(PathwayVersion.objects.in_force(date(2025, 1, 1))) == [later, published]


def test_published_version_never_changes(published):
    published.source = "other"

    with pytest.raises(TypeError, match="publish a new one"):
        published.save()

    assert PathwayVersion.objects.get().source == SMALL


def test_database_keeps_one_text_per_version(published, admin):
    with pytest.raises(IntegrityError), transaction.atomic():
        PathwayVersion.objects.create(
            pathway=published.pathway, version="1", source="", digest="", in_force_from=SINCE, published_by=admin
        )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('signed_by = ["coordinator"]', "signed_by = []", "Nobody can sign off the stage 'seen'"),
        ('slug = "seen"', 'slug = "applied"', "The stage “applied” stands twice"),
        ('slug = "seen"', 'slug = "on_hold"', "has a name that every case has for something else"),
    ],
)
def test_pathway_that_nobody_could_walk_is_not_published(admin, old, new, words):
    with pytest.raises(PathwayFileInvalid, match=words):
        publish_pathway(source=changed(old, new), actor=admin, in_force_from=SINCE)

    assert not Pathway.objects.exists()


def test_pathway_whose_machine_has_no_way_through_is_not_published_whatever_the_reader_thinks(admin, monkeypatch):
    monkeypatch.setattr("credentialing.pathways.loader.faults_of", lambda *_: [])
    with pytest.raises(PathwayFileInvalid, match=r"Nobody could walk this pathway: .* nobody may do it"):
        publish_pathway(
            source=changed('signed_by = ["coordinator"]', "signed_by = []"), actor=admin, in_force_from=SINCE
        )


def test_file_that_is_wrong_leaves_nothing_behind(admin):
    with pytest.raises(PathwayFileInvalid):
        publish_pathway(source=changed("quorum = 2", "quorum = 0"), actor=admin, in_force_from=SINCE)

    assert not Pathway.objects.exists()


def test_shipped_pathway_has_the_stages_of_the_society():
    definition = load_pathway(shipped_source("abs-leader"))

    assert [stage.slug for stage in definition.stages] == [
        "applied", "co_leading_logged", "observed", "workshop_attended", "certified",
    ]  # fmt: skip
    assert [r.slug for r in definition.gated("submit")] == ["membership", "first_intensive", "application_form"]
    assert [r.slug for r in definition.gated("supervision")] == ["admission", "supervision_agreement", "fee_first_year"]


@pytest.mark.parametrize("slug", sorted(KINDS))
def test_every_kind_can_gather_assess_and_say_its_rule(slug):
    judge = kind(slug)

    assert all(callable(getattr(judge, name)) for name in ("gather", "assess", "sentence", "Parameters"))
    assert kind(slug) is judge


def test_draft_has_neither_sign_offs_nor_files():
    abs_version()
    draft = start_application(actor=PersonFactory())

    assert (list(sign_offs_of(draft, SINCE)), dict(files_of(draft, SINCE))) == ([], {})


def test_every_requirement_of_the_shipped_pathway_says_its_rule_in_a_sentence():
    for requirement in load_pathway(shipped_source("abs-leader")).requirements:
        assert kind(requirement.kind).sentence(requirement).endswith("."), requirement.slug


def test_kind_nobody_wrote_is_an_error():
    with pytest.raises(KeyError):
        kind("telepathy")
