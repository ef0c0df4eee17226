"""A society may offer several paths: visitors choose which to read, members which to apply for."""

from datetime import date

import pytest

from credentialing.applications.models import Application
from credentialing.pathways.services import publish_pathway, shipped_source
from tests.factories import PersonFactory, abs_version

pytestmark = pytest.mark.django_db


def publish(slug):
    return publish_pathway(source=shipped_source(slug), actor=PersonFactory(), in_force_from=date(2020, 1, 1))


def words(response):
    return response.content.decode()


def test_one_path_is_shown_at_once(client):
    abs_version()

    assert "Lead or co-lead" in words(client.get("/pathway/"))


def test_of_several_one_is_chosen_and_an_example_says_that_it_is_one(client):
    abs_version()
    uk = publish("uk-leader")

    page = words(client.get("/pathway/"))
    assert "Credentialed Balint Group Leader" in page
    assert uk.definition.designation in page
    assert uk.definition.notice[:30] in page
    assert uk.definition.notice[:30] in words(client.get("/pathway/uk-leader/"))
    assert client.get("/pathway/nowhere/").status_code == 404
    assert uk.definition.designation in words(client.get("/"))


def test_member_applies_for_the_path_they_choose(client):
    abs_version()
    uk = publish("uk-leader")
    client.force_login(PersonFactory())
    assert uk.definition.name in words(client.get("/my/"))

    client.post("/my/application/start/", {"pathway": "uk-leader"})

    assert Application.objects.get().pathway_version == uk


def test_what_is_not_offered_cannot_be_applied_for(client):
    abs_version()
    client.force_login(PersonFactory())

    assert client.post("/my/application/start/", {"pathway": "uk-leader"}).status_code == 409
    assert not Application.objects.exists()


def test_without_a_published_path_nobody_can_apply_and_the_page_says_so(client, db):
    client.force_login(PersonFactory())

    assert "no pathway has been published" in words(client.get("/my/"))
    assert client.post("/my/application/start/").status_code == 409
