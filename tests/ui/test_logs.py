"""Log lines: when, how grave, what; no key, no query, no address of a person, no line that a stranger writes."""

import io
import logging
import logging.config
import re
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.test import Client
from gunicorn.config import Config
from gunicorn.glogging import Logger

from credentialing import served
from credentialing.ui.logs import DiscreetFormatter, without_secrets

LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (WARNING|ERROR|INFO) [\w.]+ ")
TOKEN = "Ab3-_x" * 5


@pytest.fixture
def lines():
    """What the documented logging writes, to a page instead of standard error."""
    page, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(page)
    formatter = django_settings.LOGGING["formatters"]["discreet"]
    handler.setFormatter(logging.config.DictConfigurator({"version": 1}).configure_formatter(dict(formatter)))
    root.addHandler(handler)
    yield page
    root.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", [f"/confirm/{TOKEN}/", f"/references/{TOKEN}/", f"/accounts/confirm-email/{TOKEN}/", "/accounts/login/"]
)
def test_refused_form_is_logged_without_the_key_in_its_address(lines, address):
    careful = Client(enforce_csrf_checks=True)

    assert careful.post(address, {"confirm": ""}, query_params={"next": TOKEN}).status_code == 403

    line = lines.getvalue()
    assert "Forbidden" in line
    assert address.split(TOKEN)[0] in line
    assert TOKEN not in line
    assert LINE.match(line)


def test_traceback_tells_no_key_either(lines):
    try:
        {}[f"/accounts/password/reset/key/1-{TOKEN}/"]
    except LookupError:
        logging.getLogger("credentialing").exception("For ada@example.org at /v/%s/badge.svg?key=%s", TOKEN, TOKEN)

    text = lines.getvalue()
    assert "KeyError: '/accounts/password/reset/key/…/'" in text
    assert "For …@… at /v/…/badge.svg?…" in text
    assert TOKEN not in text


def test_nobody_writes_a_line_of_ours(lines):
    logging.getLogger("credentialing").warning("Not found: %s", "/x\r\n2026-01-01T00:00:00.000Z ERROR root forged")

    assert len(lines.getvalue().splitlines()) == 1
    assert "\\r\\n2026-01-01" in lines.getvalue()


@pytest.mark.parametrize(
    "line",
    ["Really? Yes.", "/registry/?…", "/accounts/password/reset/key/1-set-password/", "at /verify/file/ (2 s)"],
)
def test_what_opens_nothing_stays_readable(line):
    assert without_secrets(line) == line.replace("1-set-password", "…")


def test_web_server_logs_with_the_same_discretion(capsys):
    configuration = Config()
    for name in ("accesslog", "access_log_format", "logconfig_dict"):
        configuration.set(name, getattr(served, name))
    logger = Logger(configuration)
    page = io.StringIO()
    for handler in logger.access_log.handlers:
        handler.setStream(page)
    environment = {
        "REMOTE_ADDR": "198.51.100.7", "REQUEST_METHOD": "GET", "RAW_URI": f"/confirm/{TOKEN}/?a=b",
        "PATH_INFO": f"/confirm/{TOKEN}/", "QUERY_STRING": "a=b", "SERVER_PROTOCOL": "HTTP/1.1",
    }  # fmt: skip
    answer = SimpleNamespace(status="200 OK", headers=[], sent=12)
    logger.access(
        answer,
        SimpleNamespace(headers=[]),
        environment,
        SimpleNamespace(seconds=0, microseconds=12000, total_seconds=lambda: 0.012),
    )

    line = page.getvalue()
    assert LINE.match(line)
    assert '198.51.100.7 "GET /confirm/…/" 200 12' in line
    assert isinstance(logger.access_log.handlers[0].formatter, DiscreetFormatter)
