"""A signed note says what was true on its day: the page that checks in the browser never shows it as today's truth."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import certificates

NODE = shutil.which("node") or ""
pytestmark = pytest.mark.skipif(not NODE and "CI" not in os.environ, reason="no Node.js on this machine")
SCRIPT = Path(certificates.__file__).parent / "static/certificates/offline/standing.js"
NOTE = {"status": "active", "at": "2026-11-30T15:00:00Z", "day": "2026-11-30"}
CASES: dict[str, tuple[Any, Any, str, str, str]] = {
    # note, the badge's own end, read at; the color, the headline
    "the same day": (NOTE, None, "2026-11-30T16:00:00Z", "good", "Genuine. Valid on November 30, 2026"),
    "after 30 days": (NOTE, None, "2026-12-30T14:00:00Z", "good", "Genuine. Valid on November 30, 2026"),
    "after 31 days": (NOTE, None, "2026-12-31T15:00:01Z", "warning", "Genuine. Valid on November 30, 2026"),
    "after years": (NOTE, None, "2031-01-01T00:00:00Z", "warning", "Genuine. Valid on November 30, 2026"),
    "a former note": (
        {"status": "active", "at": "2026-11-30T15:00:00Z"}, None, "2026-11-30T16:00:00Z", "good",
        "Genuine. Valid on November 30, 2026"),
    "its end has passed": (
        NOTE | {"until": "2026-12-02T04:59:59Z"}, None, "2026-12-02T05:00:00Z", "warning", "Genuine. Expired"),
    "its end is to come": (
        NOTE | {"until": "2026-12-02T04:59:59Z"}, None, "2026-12-02T04:59:59Z", "good",
        "Genuine. Valid on November 30, 2026"),
    "the badge has run out": (NOTE, "2026-12-01T04:59:59Z", "2026-12-01T05:00:00Z", "warning", "Genuine. Expired"),
    "renewed after the badge": (
        NOTE | {"until": "2030-01-01T00:00:00Z"}, "2026-05-01T03:59:59Z", "2026-11-30T16:00:00Z", "good",
        "Genuine. Valid on November 30, 2026"),
    "no note": (None, None, "2026-11-30T16:00:00Z", "warning", "Genuine; standing not known"),
    "no note, not run out": (
        None, "2027-01-01T00:00:00Z", "2026-11-30T16:00:00Z", "warning", "Genuine; standing not known"),
    "no note, run out": (None, "2026-01-01T00:00:00Z", "2026-11-30T16:00:00Z", "warning", "Genuine. Expired"),
    "an end that is none": (None, "soon", "2026-11-30T16:00:00Z", "warning", "Genuine. Expired"),
    "a clock behind": (NOTE, None, "2020-01-01T00:00:00Z", "warning", "Genuine. Valid on November 30, 2026"),
    "a time that is none": (NOTE | {"at": "soon"}, None, "2026-11-30T16:00:00Z", "warning", "Genuine. Valid on"),
    "revoked long ago": (
        NOTE | {"status": "revoked"}, "2026-12-05T00:00:00Z", "2031-01-01T00:00:00Z", "danger", "Genuine. Revoked on"),
    "given up": (NOTE | {"status": "resigned"}, None, "2026-12-01T00:00:00Z", "neutral", "Genuine. Given up on"),
    "suspended": (NOTE | {"status": "suspended"}, None, "2026-12-01T00:00:00Z", "warning", "Genuine. Suspended on"),
    "replaced": (NOTE | {"status": "superseded"}, None, "2026-12-01T00:00:00Z", "info", "Genuine. Replaced by"),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, tuple[str, str, str]]:
    asked = [(note, end, now) for note, end, now, _, _ in CASES.values()]
    copied = tmp_path_factory.mktemp("scripts") / "standing.mjs"  # a name by which Node.js takes it for a module
    copied.write_bytes(SCRIPT.read_bytes())
    done = subprocess.run(
        [NODE, str(Path(__file__).with_name("standing.mjs")), str(copied)],
        input=json.dumps(asked).encode(), capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return dict(zip(CASES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_note_is_worth_what_it_says_of_its_day(told, name):
    *_, tone, headline = CASES[name]
    assert told[name][0] == tone
    assert told[name][1].startswith(headline)


def test_green_is_for_notes_of_the_last_thirty_days_alone(told):
    assert all("Valid on" in headline for tone, headline, _ in told.values() if tone == "good")
