"""Limits: whom they count as one, that all processes count together, and that nobody is locked out by a stranger."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from credentialing.accounts.checks import proxies_are_counted
from credentialing.accounts.clients import client_address
from credentialing.accounts.limit_table import LIMITS, RATES
from credentialing.accounts.limits import TooOften, count, wait_of
from credentialing.accounts.models import CacheEntry
from credentialing.correspondence.models import Letter
from tests.factories import PASSWORD, PersonFactory

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
PROXY, ATTACKER, ELSEWHERE = "10.0.0.1", "198.51.100.7", "203.0.113.9"


@pytest.fixture
def _clock_stands_still():
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def ada():
    person = PersonFactory(name="Ada", email="ada@limits.example.org")
    person.emailaddress_set.create(email=person.email, verified=True, primary=True)
    return person


def behind(forwarded: str) -> dict[str, str]:
    """What the application gets from a proxy that was asked by the last of these addresses."""
    return {"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": PROXY}


def log_in(client: Client, email: str, password: str = PASSWORD, forwarded: str = ATTACKER):
    return client.post("/accounts/login/", {"login": email, "password": password}, **behind(forwarded))


# Whose request it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "address"),
    [
        (0, "", "198.51.100.7", "198.51.100.7"),
        (0, "203.0.113.9", "198.51.100.7", "198.51.100.7"),  # nobody is trusted
        (1, "198.51.100.7", PROXY, "198.51.100.7"),
        (1, "1.2.3.4, 203.0.113.9 ,198.51.100.7", PROXY, "198.51.100.7"),  # forged entries stand to the left
        (2, "1.2.3.4,198.51.100.7,10.0.0.2", PROXY, "198.51.100.7"),
        (2, "198.51.100.7", PROXY, "198.51.100.7"),  # came past the outer one
        (1, "", PROXY, PROXY),
        (1, "nonsense", PROXY, PROXY),
        (1, "198.51.100.7:4711", PROXY, "198.51.100.7"),
        (1, "[2001:db8::7]:4711", PROXY, "2001:db8::7"),
        (1, "2001:db8::7", PROXY, "2001:db8::7"),
        (1, "::ffff:198.51.100.7", PROXY, "198.51.100.7"),
        (0, "", "", "unknown"),  # a Unix socket
    ],
)
def test_client_is_whom_the_outermost_of_our_own_proxies_saw(rf, settings, proxies, forwarded, remote, address):
    settings.TRUSTED_PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert client_address(rf.get("/", REMOTE_ADDR=remote, **headers)) == address


# Log-in --------------------------------------------------------------------------------------------------------------


def test_sixty_wrong_log_ins_behind_the_proxy_harm_nobody_else(settings, ada):
    settings.TRUSTED_PROXIES = 1
    other = PersonFactory(email="other@limits.example.org")
    other.emailaddress_set.create(email=other.email, verified=True, primary=True)

    statuses = [
        log_in(Client(), email, "wrong", f"{forged}.0.0.1, {ATTACKER}").status_code
        for forged in range(30)
        for email in (ada.email, "nobody@limits.example.org")
    ]

    assert statuses.count(200) == 10  # a minute's worth of one address, whatever was forged
    assert set(statuses[10:]) == {429}
    for person in (ada, other):
        assert log_in(Client(), person.email, forwarded=ELSEWHERE).url == "/home/"


def test_too_many_wrong_passwords_are_answered_with_429_and_the_address_stays_in_the_form(client, ada):
    for _ in range(5):
        assert log_in(client, ada.email, "wrong").status_code == 200

    refused = log_in(client, ada.email)

    assert refused.status_code == 429
    assert 500 < int(refused.headers["Retry-After"]) <= 600
    assert LIMITS["login_failed"].words in refused.text
    assert f'value="{ada.email}"' in refused.text
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        assert log_in(client, ada.email).url == "/home/"


def test_account_tried_from_everywhere_is_closed_to_strangers_and_open_on_the_holder_s_own_device(settings, ada):
    settings.TRUSTED_PROXIES = 1
    settings.ACCOUNT_RATE_LIMITS = RATES | {"login_failed_anywhere": "6/h/key"}
    device = Client()
    assert log_in(device, ada.email, forwarded=ELSEWHERE).url == "/home/"
    device.post("/accounts/logout/")

    for number in range(6):
        assert log_in(Client(), ada.email, "wrong", f"198.51.100.{number}").status_code == 200

    assert log_in(Client(), ada.email, forwarded="192.0.2.1").status_code == 429
    forger = Client()
    forger.cookies["device"] = "0" * 64
    assert log_in(forger, ada.email, forwarded="192.0.2.2").status_code == 429
    assert log_in(device, ada.email, forwarded="192.0.2.3").url == "/home/"


def test_log_in_that_succeeds_counts_against_nobody(client, ada):
    for _ in range(7):
        assert log_in(client, ada.email).url == "/home/"
        client.post("/accounts/logout/")


# Counted together ----------------------------------------------------------------------------------------------------

OTHER_PROCESS = """
import django
django.setup()
from credentialing.accounts.limits import TooOften, count
try:
    count("letter_to_stranger", key="somebody")
except TooOften as refusal:
    print("refused", 0 < refusal.wait <= 3600)
else:
    print("counted")
"""


@pytest.mark.django_db(transaction=True)
def test_processes_count_together(settings):
    """A second process, on the same database, reaches the limit that this one has used up but for one."""
    for _ in range(19):
        count("letter_to_stranger", key="somebody")
    words = [_asked_in_another_process() for _ in range(2)]

    assert words == ["counted", "refused True"]
    with pytest.raises(TooOften):
        count("letter_to_stranger", key="somebody")


def _asked_in_another_process() -> str:
    name = connection.settings_dict["NAME"]
    server = "postgres://credentialing@" if connection.vendor == "postgresql" else "sqlite://"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "credentialing.settings",
        "CREDENTIALING_DATABASE_URL": f"{server}/{name}",
    }
    done = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS], env=environment, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.strip()


def test_count_within_an_act_that_fails_is_undone_with_it():
    with transaction.atomic():
        count("letter_to_stranger", key="somebody")
        assert CacheEntry.objects.exists()
        transaction.set_rollback(True)

    assert not CacheEntry.objects.exists()


@pytest.mark.usefixtures("_clock_stands_still")
def test_reading_a_page_may_count_and_change_nothing_else(client, settings):
    settings.ACCOUNT_RATE_LIMITS = RATES | {"look_up": "1/m/ip"}
    assert client.get("/verify/", {"number": "ABS-1900-0001"}).status_code == 404

    refused = client.get("/verify/", {"number": "ABS-1900-0001"})

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert 'value="ABS-1900-0001"' in refused.text
    as_json = client.get("/verify/", {"number": "ABS-1900-0001"}, headers={"Accept": "application/json"})
    assert (as_json.status_code, list(as_json.json())) == (429, ["error"])
    assert client.get("/verify/").status_code == 200


def test_wait_lasts_until_the_oldest_act_is_forgotten():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert wait_of("letter_to_stranger", key="somebody") == 60
        for _ in range(20):
            count("letter_to_stranger", key="somebody")
            clock.shift(timedelta(minutes=1))
        assert wait_of("letter_to_stranger", key="somebody") == 40 * 60


# The pages of it -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_clock_stands_still")
def test_page_of_a_limit_keeps_what_was_typed_but_no_password(client, settings):
    settings.ACCOUNT_RATE_LIMITS = RATES | {"signup": "1/h/ip"}
    data = {"name": "Ada <Co>", "email": "new@limits.example.org", "password1": PASSWORD}
    client.post("/accounts/signup/", data)

    refused = client.post("/accounts/signup/", data)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert LIMITS["signup"].words in refused.text
    assert 'name="name" value="Ada &lt;Co&gt;"' in refused.text
    assert PASSWORD not in refused.text


@pytest.mark.usefixtures("_clock_stands_still")
def test_letters_to_choose_a_password_are_few_and_refusing_more_tells_nothing(client):
    PersonFactory(email="known@limits.example.org")
    pages = []
    for email in ("known@limits.example.org", "unknown@limits.example.org"):
        answers = [client.post("/accounts/password/reset/", {"email": email}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
        assert answers[-1].headers["Retry-After"] == "3600"
        pages.append(answers[-1].text.replace(email, "").split("csrfmiddlewaretoken")[0])

    assert pages[0] == pages[1]
    assert Letter.objects.count() == 6


@pytest.mark.parametrize(
    ("action", "path"),
    [
        ("upload", "/pathways/upload/"),
        ("upload", "/operations/certificates/design/upload/"),
    ],
)
def test_uploads_of_officers_are_limited(client, settings, action, path):
    settings.ACCOUNT_RATE_LIMITS = RATES | {action: "1/h/user"}
    client.force_login(PersonFactory(offices=["administrator", "coordinator"]))

    assert [client.post(path).status_code == 429 for _ in range(2)] == [False, True]
    assert client.get("/pathways/").status_code == 200


def test_every_limit_has_words_and_can_be_counted(rf):
    request = rf.post("/")
    request.user = PersonFactory()
    for action, limit in LIMITS.items():
        assert limit.words.endswith("."), action
        count(action, request=request, key="somebody")
    assert CacheEntry.objects.count() == sum(len(limit.rates.split(",")) for limit in LIMITS.values())


def test_counts_that_are_over_are_forgotten_every_day():
    count("letter_to_stranger", key="somebody")
    call_command("tick", stdout=StringIO())
    assert CacheEntry.objects.count() == 2

    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        call_command("tick", stdout=StringIO())

    assert CacheEntry.objects.count() == 1


def test_proxy_that_nobody_counts_is_a_finding_of_the_check(settings):
    assert proxies_are_counted() == []
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert [finding.id for finding in proxies_are_counted()] == ["accounts.W001"]
    settings.TRUSTED_PROXIES = 1
    assert proxies_are_counted() == []


def test_limits_are_documented_as_they_are():
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\S+) \|$", (ROOT / "docs/limits.md").read_text(), re.MULTILINE)

    assert dict(rows) == RATES
