"""A sealed row may change, but never unseen."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import models, transaction

from tests.by_hand import insert_by_hand, recompute_leaf, remove_by_hand, rows_of, sha256, write_by_hand
from tests.workflows.factories import ActorFactory, loan_for
from tests.workflows.testapp.models import Shelf
from workflows.checks import every_actor_has_a_pseudonym, every_change_of_sealed_rows_is_seen
from workflows.models import LedgerRewritten, Seal, TreeLeaf
from workflows.verification import examine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


@pytest.fixture
def shelf():
    return Shelf.objects.create(name="A")


def found() -> list[str]:
    return [str(finding) for finding in examine()]


def seals_of(shelf: Shelf) -> list[Seal]:
    return [*Seal.objects.of(Shelf, [shelf.pk])]


def test_every_change_leaves_a_seal_in_the_tree(shelf):
    shelf.name = "B"
    shelf.save()
    shelf.save(update_fields=["name"])
    assert len(seals_of(shelf)) == 3
    assert TreeLeaf.objects.filter(entry_kind="seal").count() == 3
    assert seals_of(shelf)[0].sha256 != seals_of(shelf)[1].sha256 == seals_of(shelf)[2].sha256
    assert str(seals_of(shelf)[0]).startswith(f"testapp.shelf {shelf.pk} ")
    assert found() == []


@pytest.mark.parametrize(
    "values",
    [
        {"width": Decimal(7)},
        {"width": "7.5"},
        {"built_at": datetime(2026, 3, 8, 12, tzinfo=UTC)},
        {"built_at": datetime(2026, 3, 8, 12, 0, 0, 123456, tzinfo=UTC)},
        {"labels": {"b": [1, 2.5, None, True], "a": "Größe", "\U0001f4da": "\u2028"}},
        {"name": "", "picture": "None"},
        {"name": "字 \U0001f9d1\u200d\U0001f4bb"},
    ],
    ids=["whole", "text", "instant", "microseconds", "json", "empty", "script"],
)
def test_what_is_stored_is_what_was_sealed_whatever_it_is(values):
    """The number 7 is stored as 7.00, an instant in another zone in UTC: the seal is of what the database answers."""
    fields = values | ({"picture": ""} if values.get("picture") else {})
    Shelf.objects.create(**fields)
    assert found() == []


def test_an_instance_that_is_out_of_date_seals_what_the_row_says(shelf):
    """Two people hold the same row; the second saves one field and knows nothing of the first's change."""
    first, second = Shelf.objects.get(pk=shelf.pk), Shelf.objects.get(pk=shelf.pk)
    first.name = "Changed"
    first.save(update_fields=["name"])
    second.width = Decimal(12)
    second.save(update_fields=["width"])
    assert Shelf.objects.get(pk=shelf.pk).name == "Changed"
    assert found() == []


def test_changing_storing_and_removing_many_is_seen_too():
    shelves = Shelf.objects.bulk_create(Shelf(name=name) for name in "ABC")
    assert Shelf.objects.filter(name__in="AB").update(width=models.F("width") + 1) == 2
    Shelf.objects.bulk_update([shelves[2]], ["name"])
    assert found() == []
    assert Shelf.objects.filter(name="A").delete()[0] == 1
    shelves[1].delete()
    assert found() == []
    assert Seal.objects.filter(sha256="").count() == 2


def test_change_and_seal_are_one(shelf):
    with transaction.atomic():
        shelf.name = "Never"
        shelf.save()
        transaction.set_rollback(True)
    assert len(seals_of(shelf)) == 1
    assert found() == []


def test_row_changed_by_hand_is_named(shelf):
    write_by_hand(shelf, name="C")
    assert found() == [f"shelf {shelf.pk}: was changed by hand: it doesn't say what was sealed"]


def test_row_put_in_by_hand_is_named(shelf):
    insert_by_hand(Shelf(name="D"))
    other = Shelf.objects.get(name="D")
    assert found() == [f"shelf {other.pk}: was put in by hand: it has no seal"]


def test_row_removed_by_hand_is_named_once(shelf):
    shelf.save()
    remove_by_hand(shelf)
    assert found() == [f"shelf with key {shelf.pk}: was removed by hand"]


def test_row_put_back_after_its_removal_is_named(shelf):
    key = shelf.pk
    shelf.delete()
    insert_by_hand(Shelf(pk=key, name="A"))
    assert found() == [f"shelf {key}: was put in by hand: it has no seal"]


def test_seal_changed_with_its_row_is_named_by_the_tree(shelf):
    seal = seals_of(shelf)[0]
    write_by_hand(shelf, name="C")
    write_by_hand(seal, sha256="0" * 64)
    assert f"seal {seal.uuid}: has been changed since it was recorded" in found()
    recompute_leaf(seal)
    assert found() == [f"shelf {shelf.pk}: was changed by hand: it doesn't say what was sealed"]


def test_seal_itself_never_changes(shelf):
    with pytest.raises(LedgerRewritten):
        seals_of(shelf)[0].save()
    with pytest.raises(LedgerRewritten):
        Seal.objects.all().delete()


def test_field_added_later_is_no_fault_and_a_field_that_has_gone_is_said(shelf):
    seal = seals_of(shelf)[0]
    with_fewer = Seal(row_kind=seal.row_kind, row_id=seal.row_id, fields="name", sha256="x")
    assert not with_fewer.fits(shelf)
    gone = Seal.objects.create(row_kind=seal.row_kind, row_id=seal.row_id, fields="name color", sha256="0" * 64)
    with pytest.raises(FieldDoesNotExist):
        gone.fits(shelf)
    (line,) = found()
    assert line.startswith(f"shelf {shelf.pk}: can't be compared: a sealed field has gone")
    with pytest.raises(TypeError, match="no column"):
        Seal(row_kind=seal.row_kind, row_id=seal.row_id, fields="loans").fits(shelf)


def test_seal_covers_only_the_fields_there_were(shelf):
    from workflows.models.seals import sealed_digest

    rows_of(Shelf).filter(pk=shelf.pk).update(width=3)
    fresh = Shelf.objects.get(pk=shelf.pk)
    Seal.objects.create(row_kind="testapp.shelf", row_id=shelf.pk, fields="name", sha256=sealed_digest(fresh, ["name"]))
    assert found() == []


# Files -----------------------------------------------------------------------------------------------------


@pytest.fixture
def pictured():
    name = storages["default"].save("picture.bin", ContentFile(b"x" * 600_000))
    return Shelf.objects.create(name="P", picture=name, picture_sha256=sha256(b"x" * 600_000))


def test_honest_file_is_not_suspected(pictured):
    assert found() == []


def test_changed_bytes_are_named(pictured, tmp_path):
    (tmp_path / pictured.picture).write_bytes(b"x" * 599_999 + b"y")
    assert found() == [f"shelf {pictured.pk}: its file picture.bin holds other bytes than were stored"]


def test_bytes_that_are_gone_are_named(pictured, tmp_path):
    (tmp_path / pictured.picture).unlink()
    assert found() == [f"shelf {pictured.pk}: its file picture.bin is gone"]


def test_bytes_that_cannot_be_read_are_named(pictured, tmp_path):
    (tmp_path / pictured.picture).unlink()
    (tmp_path / pictured.picture).mkdir()
    (line,) = found()
    assert line.startswith(f"shelf {pictured.pk}: its file picture.bin can't be read (")


# What would let it fail silently ---------------------------------------------------------------------------


def test_sealed_model_with_a_plain_manager_is_an_error(monkeypatch):
    assert every_change_of_sealed_rows_is_seen() == []
    plain = models.Manager()
    plain.model = Shelf
    monkeypatch.setattr(Shelf._meta, "default_manager", plain)
    (error,) = every_change_of_sealed_rows_is_seen()
    assert (error.id, error.obj) == ("workflows.E007", Shelf)


def test_user_model_without_a_pseudonym_is_an_error(monkeypatch):
    assert every_actor_has_a_pseudonym() == []
    monkeypatch.setattr("workflows.checks.get_user_model", lambda: Shelf)
    assert [error.id for error in every_actor_has_a_pseudonym()] == ["workflows.E006"]


def test_subjects_that_are_not_sealed_are_left_to_the_ledger():
    loan_for(ActorFactory())
    assert not Seal.objects.filter(row_kind="testapp.loan").exists()
