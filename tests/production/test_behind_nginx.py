"""Headers, cookies, log-in and limits as they are in production: HTTPS, a real proxy, two workers, SQLite."""

import json
import os
import re
import shutil
import socket
from pathlib import Path

import pytest

from tests.production.behind_nginx import HOST, NGINX, Visitor, environment, service, serving

HERE = Path(NGINX).exists() and shutil.which("openssl") is not None
pytestmark = [
    pytest.mark.skipif(not HERE and "CI" not in os.environ, reason="no nginx on this machine"),
    pytest.mark.skipif(bool(os.environ.get("CREDENTIALING_DATABASE_URL")), reason="it brings its own SQLite"),
]
PASSWORD = "a long and quiet evening"
PEOPLE = f"""
from credentialing.accounts.models import Person
from django.utils import timezone
for name, office in (("ada", ""), ("grace", ""), ("cora", "coordinator")):
    person = Person.objects.create_user(f"{{name}}@example.org", {PASSWORD!r}, name=name.title())
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    if office:
        person.terms.create(role=office, starts_on=timezone.localdate())
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """The service at a free port, and the folder of its logs."""
    port = free_port()
    with service(tmp_path_factory.mktemp("production"), port, PEOPLE) as folder:
        yield port, folder


@pytest.fixture(scope="module")
def moved(running, tmp_path_factory):
    """The same data after the service has moved below a path; the whole host was its address before."""
    folder, port = tmp_path_factory.mktemp("moved"), free_port()
    data = {"CREDENTIALING_DATA_DIR": str(running[1] / "data")}
    base = {"CREDENTIALING_BASE_URL": f"https://{HOST}/credentialing"}
    with serving(folder, port, environment(folder, **data, **base, CREDENTIALING_FORMER_BASE_URLS=f"https://{HOST}")):
        yield port


def test_below_a_path_pages_static_files_and_log_in_work(moved):
    visitor = Visitor(moved, "127.0.0.44")
    page = visitor.ask("GET", "/credentialing/registry/")
    assert page.status == 200
    sheet = re.search(r'href="(/credentialing/static/ui/app[^"]*\.css)"', page.text)
    assert sheet
    answer = visitor.ask("GET", sheet[1])
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/css")
    links = set(re.findall(r'(?:href|src|action)="(/[^"]*)"', page.text))
    assert links
    assert [link for link in links if not link.startswith("/credentialing/")] == []
    entered = visitor.post("/credentialing/accounts/login/", {"login": "grace@example.org", "password": PASSWORD})
    assert (entered.status, entered.headers["Location"]) == (302, "/credentialing/home/")
    for cookie in visitor.set_cookies:
        assert cookie.startswith("__Secure-"), cookie
        assert "Path=/credentialing/" in cookie
    assert visitor.ask("GET", "/credentialing/my/profile/").status == 200
    assert visitor.ask("GET", "/credentialing/my/profile").headers["Location"] == "/credentialing/my/profile/"
    assert 'data-site="/credentialing"' in visitor.ask("GET", "/credentialing/verify/offline/").text


def test_below_a_path_the_identifier_names_it_and_the_former_one_still_answers(moved):
    visitor = Visitor(moved, "127.0.0.45")
    present = json.loads(visitor.ask("GET", "/credentialing/did.json").text)
    former = json.loads(visitor.ask("GET", "/.well-known/did.json").text)
    assert (present["id"], former["id"]) == (f"did:web:{HOST}:credentialing", f"did:web:{HOST}")
    assert json.loads(visitor.ask("GET", "/status/revocation/1").text)["issuer"] == f"did:web:{HOST}"
    moved_on = visitor.ask("GET", "/v/gsbqAxcGtZfLcNdC?on=2026-04-01")
    there = f"https://{HOST}/credentialing/v/gsbqAxcGtZfLcNdC?on=2026-04-01"
    assert (moved_on.status, moved_on.headers["Location"]) == (308, there)


def test_every_cookie_is_of_this_host_alone_and_every_private_page_is_kept_by_nobody(running):
    visitor = Visitor(running[0])
    answer = visitor.log_in("ada@example.org", PASSWORD)
    assert (answer.status, answer.headers["Location"]) == (302, "/home/")
    assert visitor.set_cookies
    for cookie in visitor.set_cookies:
        assert cookie.startswith("__Host-"), cookie
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    page = visitor.ask("GET", "/my/profile/")
    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]
    out = visitor.post("/accounts/logout/", {})
    assert out.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert visitor.ask("GET", "/my/profile/").status == 302


def test_sixty_wrong_log_ins_from_one_address_leave_others_unharmed(running):
    attacker, neighbor = Visitor(running[0], "127.0.0.66"), Visitor(running[0], "127.0.0.77")
    page = attacker.ask("GET", "/accounts/login/").text
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    statuses = [
        attacker.ask(
            "POST", "/accounts/login/",
            data={"login": f"somebody{n % 7}@example.org", "password": "x" * 12, "csrfmiddlewaretoken": token},
            X_Forwarded_For=f"203.0.113.{n}",  # what a client writes there itself counts for nothing
        ).status
        for n in range(60)
    ]  # fmt: skip
    assert statuses[-40:] == [429] * 40
    assert neighbor.log_in("grace@example.org", PASSWORD).status == 302


def test_account_under_attack_opens_to_its_owner_elsewhere(running):
    owner = Visitor(running[0], "127.0.0.88")
    assert owner.log_in("cora@example.org", PASSWORD).status == 302
    attacker = Visitor(running[0], "127.0.0.99")
    for _ in range(12):
        attacker.log_in("cora@example.org", "wrong password")
    owner.post("/accounts/logout/", {})
    assert owner.log_in("cora@example.org", PASSWORD).status == 302


def test_host_that_is_not_ours_is_refused(running):
    assert Visitor(running[0]).ask("GET", "/", Host="evil.example.org").status == 400


def test_forged_protocol_of_a_client_is_overwritten(running):
    answer = Visitor(running[0]).ask("GET", "/registry/", X_Forwarded_Proto="http")
    assert answer.status == 200  # not sent around in circles to the address that it already has


def test_upload_of_the_largest_file_passes_the_proxy(running):
    visitor = Visitor(running[0], "127.0.0.55")
    answer = visitor.ask("POST", "/verify/file/", data={"file": "x" * (9 * 1024 * 1024)})
    assert answer.status == 422  # refused by us in words, not by the proxy with 413


def test_no_line_of_any_log_opens_anything(running):
    port, folder = running
    Visitor(port).ask("GET", "/confirm/Secret-Token-Of-Somebody/")
    Visitor(port).ask("POST", "/references/Secret-Token-Of-Somebody/", data={})
    Visitor(port).ask("GET", "/registry/?q=a-name-that-was-asked")
    for name in ("nginx.log", "gunicorn.log"):
        lines = (folder / name).read_text()
        assert "/confirm/" in lines or "/references/" in lines
        assert "Secret-Token-Of-Somebody" not in lines, name
        assert "a-name-that-was-asked" not in lines, name


def test_data_belong_to_the_service_alone(running):
    data = running[1] / "data"
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "db.sqlite3").stat().st_mode & 0o777 == 0o600
    assert HOST
