"""The pages about the service itself, and the frame around every page."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory, override_settings
from django.views import defaults

from credentialing.ui import context
from tests.factories import PersonFactory


@pytest.fixture
def anonymous(rf: RequestFactory):
    request = rf.get("/")
    request.user = AnonymousUser()
    return request


def two_places(request):
    return [
        {"label": "Registry", "url": "/registry/", "current": True},
        {"label": "Verify", "url": "/v/", "current": False},
    ]


@pytest.mark.parametrize(("debug", "demo"), [(True, False), (False, True)])
def test_styleguide_shows_every_component_while_building_or_showing(client, debug, demo):
    with override_settings(DEBUG=debug, DEMO=demo):
        html = client.get("/styleguide/").text

    classes = ("tag tone-good", "tasks", "track", "summary", "timeline", "confirm", "empty", "crumbs", "error-summary")
    assert [name for name in classes if f'class="{name}"' not in html] == []
    assert 'aria-current="step"' in html
    assert "Page 3 of 7" in html


@override_settings(DEBUG=False, DEMO=False)
def test_styleguide_is_absent_in_production(client):
    assert client.get("/styleguide/").status_code == 404


@pytest.mark.parametrize("address", ["/help/", "/accessibility/"])
def test_page_about_the_service_is_open_to_everybody(client, address):
    answer = client.get(address)

    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1


def test_page_about_the_service_takes_no_writes(client):
    assert client.post("/help/").status_code == 405


@override_settings(NAVIGATION=["tests.ui.test_pages.two_places"])
def test_navigation_comes_from_the_settings_and_marks_where_you_are(anonymous):
    html = render_to_string("404.html", request=anonymous)

    assert '<a href="/registry/" aria-current="page">Registry</a>' in html
    assert '<a href="/v/">Verify</a>' in html


@override_settings(NAVIGATION=["tests.ui.test_pages.two_places"])
def test_navigation_is_empty_before_the_person_is_known(rf):
    assert context.navigation(rf.get("/")) == []


def test_navigation_may_be_missing(anonymous, settings):
    if hasattr(settings, "NAVIGATION"):
        del settings.NAVIGATION

    assert context.navigation(anonymous) == []


def test_logging_out_is_a_form_that_posts(rf, db):
    request = rf.get("/")
    request.user = PersonFactory(name="Wei Zhang")

    html = render_to_string("404.html", request=request)

    assert '<form method="post" action="/accounts/logout/">' in html
    assert "csrfmiddlewaretoken" in html


def test_title_says_error_when_a_form_was_refused(client, db):
    html = client.post("/accounts/login/", {"login": "", "password": ""}).text

    assert "<title>Error: Log in – " in html
    assert 'class="error-summary"' in html


def test_title_says_no_error_before_anything_was_sent(client, db):
    assert "<title>Log in – " in client.get("/accounts/login/").text


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
)
def test_account_page_wears_the_look(client, db, address):
    html = client.get(address).text

    assert 'class="masthead"' in html
    assert html.count("<h1") == 1


@pytest.mark.parametrize("name", ["500.html", "400.html"])
def test_fault_page_needs_nothing_that_could_be_broken(name):
    html = get_template(name).render()  # as Django renders them: no request, no context, no database

    assert html.count("<h1>") == 1
    assert "{{" not in html


def test_missing_page_answers_in_the_look(anonymous):
    answer = defaults.page_not_found(anonymous, Http404())

    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()


def test_conflict_page_says_what_happened_and_where_to_go(anonymous):
    html = render_to_string("409.html", {"title": "Signed already", "text": "By Maria.", "back_url": "/x/"}, anonymous)

    assert "<h1>Signed already</h1>" in html
    assert "By Maria." in html
    assert 'href="/x/"' in html
