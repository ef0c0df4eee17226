"""A text that takes too much to read is refused before it is kept, wherever it comes from."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from credentialing.drafting.models import PathwayDraft
from credentialing.drafting.services import begin_draft
from credentialing.pathways import texts
from credentialing.pathways.texts import TextRefused, TextsBusy, take_in
from limited import turns
from limited.turns import turn
from tests.factories import PersonFactory
from tests.pathways.files import SMALL

pytestmark = pytest.mark.django_db
DEEP = "a = " + "[" * 50_000 + "]" * 50_000
UPLOAD = "/operations/pathways/upload/"


@pytest.fixture
def coordinator(client):
    person = PersonFactory(offices=["coordinator"])
    client.force_login(person)
    return person


def test_deep_file_is_refused_at_the_field_and_begins_no_draft(client, coordinator):
    from django.urls import reverse

    page = client.post(reverse("drafting:upload"), {"file": SimpleUploadedFile("x.toml", DEEP.encode())})
    assert page.status_code == 422
    assert "deep within each other" in page.text
    assert not PathwayDraft.objects.exists()


def test_deep_text_is_refused_and_the_draft_stays_as_it_was(client, coordinator):
    from django.urls import reverse

    draft = begin_draft(slug="small", source=SMALL, actor=coordinator, what="x")
    answer = client.post(reverse("drafting:text", args=[draft.uuid]), {"source": DEEP, "revision": draft.revision})
    assert answer.status_code == 422
    assert "deep within each other" in answer.text
    assert PathwayDraft.objects.get().source == SMALL


def test_command_refuses_a_deep_file(tmp_path):
    file = tmp_path / "deep.toml"
    file.write_text(DEEP)
    with pytest.raises(CommandError, match="deep within each other"):
        call_command("pathway", "check", str(file))


def test_text_with_a_mistake_is_kept_for_the_editor_to_tell():
    take_in("a = ", client="x")


def test_text_that_takes_too_long_is_told_so(monkeypatch):
    monkeypatch.setattr(texts, "LIMITS", texts.Limits(seconds=0.001))
    with pytest.raises(TextRefused, match="more time or memory"):
        take_in(SMALL, client="x")


def test_text_of_somebody_who_has_another_read_must_come_again(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0)
    with turn("x"), pytest.raises(TextsBusy, match="again in a minute"):
        take_in(SMALL, client="x")
