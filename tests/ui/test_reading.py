"""A page that is only read changes nothing, and the one exception says so."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpResponse

from credentialing.ui.middleware import ReadingChangesNothing, WroteWhileReading, write_while_reading
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
Person = get_user_model()


def answered(rf, method: str, act) -> HttpResponse:
    def view(_):
        act()
        return HttpResponse("done")

    return ReadingChangesNothing(view)(getattr(rf, method)("/"))


ACTS = {
    "insert": lambda: Person.objects.create(name="x"),
    "update": lambda: Person.objects.update(name="x"),
    "delete": lambda: Person.objects.all().delete(),
}


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_refuses_to_write(rf, method, name):
    PersonFactory(name="kept")
    with pytest.raises(WroteWhileReading, match="tried to write"), transaction.atomic():
        answered(rf, method, ACTS[name])
    assert list(Person.objects.values_list("name", flat=True)) == ["kept"]


def test_posting_writes(rf):
    answered(rf, "post", ACTS["insert"])
    assert Person.objects.exists()


def test_reading_reads(rf):
    assert answered(rf, "get", lambda: list(Person.objects.all())).content == b"done"


def test_what_somebody_saw_may_be_recorded(rf):
    def record():
        with write_while_reading():
            ACTS["insert"]()

    answered(rf, "get", record)
    assert Person.objects.exists()


def test_session_of_a_visitor_may_be_kept(client):
    session = client.session
    session["seen"] = "yes"
    session.save()
    assert client.get("/accounts/login/").status_code == 200
