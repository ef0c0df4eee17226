"""The process that draws: it fetches nothing from outside, keeps its limits, and says why it failed."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from certificates import rendering
from certificates.rendering import RenderingFailed, render_in_child
from tests.certificates.factories import FACTS

PACKAGE = Path(rendering.__file__).parent
FOREIGN = [
    "http://example.org/a.png",
    "https://example.org/b.png",
    "ftp://example.org/c.png",
    "file:///etc/passwd",
    "file:///etc/hostname",
    "data:image/png;base64,iVBORw0KGgo=",
    "certificate://fonts/../models.py",
    "certificate://look/%2e%2e/models.py",
    "certificate://nowhere/x.svg",
    "certificate://look/missing.svg",
    "//example.org/d.png",
]
ASKED_ELSEWHERE = [
    "https://example.org/style.css",
    "https://example.org/background.png",
    "file:///etc/style.css",
    "file:///etc/group",
]
DRAWS = """
import logging, sys
from datetime import date
logging.getLogger("weasyprint").addHandler(logging.StreamHandler())
sys.path.insert(0, sys.argv[1])
import render_child
pdf = render_child.draw(sys.stdin.read(), date(2026, 1, 1))
sys.stdout.buffer.write(pdf)
print("django" in sys.modules, file=sys.stderr)
"""
MISBEHAVES = """
import sys
sys.path.insert(0, sys.argv[1])
import render_child
render_child.CPU_SECONDS = 1
def draw(html, created):
    {deed}
    return b"%PDF-1.7 got away with it"
render_child.draw = draw
render_child.main()
"""


@pytest.fixture(scope="module")
def drawn():
    """One page that asks for everything that it must not get, as picture, style sheet, attachment and link."""
    pictures = "".join(f'<img alt="x" src="{address}">' for address in FOREIGN)
    html = (
        '<html lang="en"><title>t</title><link rel="stylesheet" href="https://example.org/style.css">'
        '<link rel="attachment" href="file:///etc/group"><style>@import url("file:///etc/style.css");'
        'p { background: url("https://example.org/background.png") }</style>'
        f'<p>x</p><img alt="own" src="certificate://look/seal.svg">{pictures}'
    )
    return subprocess.run(
        [sys.executable, "-c", DRAWS, str(PACKAGE)], input=html.encode(), capture_output=True, check=False
    )


def stub(folder: Path, script: str) -> Path:
    """A folder with another child in it."""
    (folder / "render_child.py").write_text(script)
    return folder


def limited(deed: str) -> subprocess.CompletedProcess[bytes]:
    job = json.dumps({"html": "", "created": "2026-01-01"}).encode()
    script = MISBEHAVES.format(deed=deed)
    return subprocess.run(
        [sys.executable, "-c", script, str(PACKAGE)], input=job, capture_output=True, check=False, timeout=30
    )


@pytest.mark.parametrize("address", [*FOREIGN, *ASKED_ELSEWHERE])
def test_nothing_is_fetched_from_outside_the_package(drawn, address):
    said = drawn.stderr.decode()
    assert f"refused: {address}" in said, said


def test_page_is_drawn_all_the_same_and_with_its_own_pictures(drawn):
    assert drawn.stdout.startswith(b"%PDF-")
    assert "seal.svg" not in drawn.stderr.decode()


def test_nothing_of_a_foreign_file_stands_in_the_paper(drawn):
    assert b"EmbeddedFile" not in drawn.stdout
    assert b"root:" not in drawn.stdout


def test_child_knows_nothing_of_the_settings(drawn):
    assert drawn.stderr.decode().splitlines()[-1] == "False"


def test_child_that_takes_too_much_memory_ends():
    done = limited("bytearray(4 * 1024 ** 3)")
    assert done.stdout == b""
    assert done.stderr.splitlines()[-1] == b"MemoryError"


def test_child_that_computes_too_long_is_ended_by_the_kernel():
    done = limited("while True: pass")
    assert -done.returncode in {signal.SIGXCPU, signal.SIGKILL}
    assert done.stdout == b""


def test_child_within_its_limits_is_let_be():
    assert limited("bytearray(1024 ** 2)").stdout == b"%PDF-1.7 got away with it"


def test_child_that_fails_says_why():
    with pytest.raises(RenderingFailed, match="takes 2 pages"):
        render_in_child(replace(FACTS, society="word " * 5000), "t")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended with -9"),
        ("raise MemoryError", "MemoryError"),
        ("print('no paper at all')", "ended with 0"),
        ("import sys; print('%PDF-1.7 half of it', end=''); sys.exit('disk full')", "disk full"),
    ],
)
def test_child_that_gives_no_whole_paper_gives_none(monkeypatch, tmp_path, script, words):
    monkeypatch.setattr(rendering, "HERE", stub(tmp_path, script))
    with pytest.raises(RenderingFailed, match=words):
        render_in_child(FACTS, "t")


def test_child_that_takes_too_long_is_stopped(monkeypatch, tmp_path):
    waits = "import os, pathlib, sys, time; pathlib.Path(sys.argv[0]).with_name('pid').write_text(str(os.getpid()))"
    monkeypatch.setattr(rendering, "HERE", stub(tmp_path, f"{waits}; time.sleep(60)"))
    monkeypatch.setattr(rendering, "SECONDS", 1)
    with pytest.raises(RenderingFailed, match="longer than 1 seconds"):
        render_in_child(FACTS, "t")
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_child_gets_the_page_and_nothing_from_the_environment_of_python(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(
        rendering,
        "HERE",
        stub(tmp_path, "import json, sys; print('%PDF-', sorted(json.load(sys.stdin)), sys.flags.isolated, end='')"),
    )
    assert render_in_child(FACTS, "t") == b"%PDF- ['created', 'html'] 1"
