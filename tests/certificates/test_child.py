"""The process that draws: it stays, fetches nothing from outside, keeps its limits, and says why it failed."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from certificates.drawing import process as processes
from certificates.drawing.process import CHILD, DrawingProcess, RenderingFailed
from certificates.rendering import Design, drawing_job, render_in_child
from tests.certificates.factories import FACTS

ROOT = Path(processes.__file__).parents[2]
JOB = drawing_job(FACTS, "t", badge=b"{}", design=Design())
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
    "certificate://job/missing.png",
    "//example.org/d.png",
]
ASKED_ELSEWHERE = [
    "https://example.org/style.css",
    "https://example.org/background.png",
    "file:///etc/style.css",
    "file:///etc/group",
]
DRAWS = f"""
import json, logging, sys
sys.path.insert(0, {str(ROOT)!r})
logging.getLogger("weasyprint").addHandler(logging.StreamHandler())
from certificates.drawing.pages import Renderer
sys.stdout.buffer.write(Renderer().draw(json.load(sys.stdin)))
print("django" in sys.modules, file=sys.stderr)
"""
ANSWERS = """
def answer(content):
    sys.stdout.buffer.write(b'{"size": %d, "problem": ""}\\n' % len(content) + content)
    sys.stdout.buffer.flush()
"""


@pytest.fixture(scope="module")
def drawn():
    """One page that asks for everything that it must not get, as picture, style sheet, attachment and link."""
    pictures = "".join(f'<img alt="x" src="{address}">' for address in FOREIGN)
    html = (
        '<html lang="en"><title>t</title><link rel="stylesheet" href="https://example.org/style.css">'
        '<link rel="attachment" href="file:///etc/group"><style>@import url("file:///etc/style.css");'
        'p { background: url("https://example.org/background.png") }</style>'
        f'<p>x</p><img alt="own" src="certificate://look/room.png">{pictures}'
    )
    return subprocess.run(
        [sys.executable, "-c", DRAWS],
        input=json.dumps({**JOB, "html": html}).encode(),
        capture_output=True,
        check=False,
    )


@pytest.fixture
def process_of(tmp_path):
    """A drawing process whose child is another script."""
    made = []

    def make(script: str, **options) -> DrawingProcess:
        child = tmp_path / "child.py"
        child.write_text(f"import json, sys\n{ANSWERS}\n{script}")
        made.append(DrawingProcess(child=child, **options))
        return made[-1]

    yield make
    for process in made:
        process.close()


@pytest.fixture
def own():
    process = DrawingProcess()
    yield process
    process.close()


@pytest.mark.parametrize("address", [*FOREIGN, *ASKED_ELSEWHERE])
def test_nothing_is_fetched_from_outside_the_package(drawn, address):
    said = drawn.stderr.decode()
    assert f"refused: {address}" in said, said


def test_page_is_drawn_all_the_same_and_with_its_own_pictures(drawn):
    assert drawn.stdout.startswith(b"%PDF-")
    assert "room.png" not in drawn.stderr.decode()


def test_nothing_of_a_foreign_file_stands_in_the_paper(drawn):
    assert b"root:" not in drawn.stdout
    assert drawn.stdout.count(b"/EmbeddedFile") == 1  # the badge


def test_child_knows_nothing_of_the_settings(drawn):
    assert drawn.stderr.decode().splitlines()[-1] == "False"


def test_child_stays_and_is_replaced_when_it_was_ended(own):
    first = own.draw(JOB)
    pid = own._process.pid
    assert own.draw(JOB) == first
    assert own._process.pid == pid
    os.kill(pid, signal.SIGKILL)
    own._process.wait()
    assert own.draw(JOB) == first
    assert own._process.pid != pid


def test_forked_process_gets_a_child_of_its_own_and_leaves_its_parents_alone(own, monkeypatch):
    first = own.draw(JOB)
    of_the_parent = own._process
    monkeypatch.setattr(processes.os, "getpid", lambda: -1)
    assert own.draw(JOB) == first
    assert own._process.pid != of_the_parent.pid
    os.kill(of_the_parent.pid, 0)  # it still runs
    of_the_parent.returncode = None
    of_the_parent.stdin.close()
    of_the_parent.stdout.close()
    assert of_the_parent.wait() == 0


def test_child_makes_room_for_another_after_many_documents(process_of, monkeypatch):
    monkeypatch.setattr(processes, "DOCUMENTS", 2)
    process = process_of("import os\nfor line in sys.stdin: answer(b'%%PDF-%d' % os.getpid())")
    seen = [process.draw({}) for _ in range(4)]
    assert seen[0] == seen[1] != seen[2] == seen[3]


def test_each_side_of_a_fork_has_its_own_child(process_of):
    process = process_of("import os\nfor line in sys.stdin: answer(b'%%PDF-%d' % os.getpid())")
    mine = process.draw({})
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:  # the other side
        os.write(writer, process.draw({}))
        process.close()
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(writer)
    theirs = os.read(reader, 100)
    os.close(reader)
    assert theirs.startswith(b"%PDF-")
    assert theirs != mine
    assert process.draw({}) == mine


def test_threads_wait_for_each_other(process_of):
    process = process_of("for line in sys.stdin: answer(b'%PDF-' + line.encode())")
    found: dict[int, bytes] = {}
    crew = [threading.Thread(target=lambda n=n: found.update({n: process.draw({"n": n})})) for n in range(8)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    assert found == {n: f'%PDF-{{"n": {n}}}\n'.encode() for n in range(8)}


def limited(deed: str, *, jobs: int = 1) -> subprocess.CompletedProcess[bytes]:
    """The real child with a renderer that misbehaves."""
    script = f"""
import sys, types
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from certificates.drawing import child
child.CPU_SECONDS = 1
class Renderer:
    def draw(self, job):
        {deed}
        return b"%PDF-1.7 got away with it"
sys.modules["certificates.drawing.pages"] = types.SimpleNamespace(Renderer=Renderer)
child.main()
"""
    return subprocess.run(
        [sys.executable, "-c", script], input=b"{}\n" * jobs, capture_output=True, check=False, timeout=30
    )


def test_child_that_takes_too_much_memory_says_so_and_ends():
    done = limited("bytearray(4 * 1024 ** 3)", jobs=2)
    assert done.stdout.count(b"more memory than any certificate needs") == 1
    assert done.returncode == 0


def test_child_that_computes_too_long_is_ended_by_the_kernel():
    done = limited("while True: pass")
    assert -done.returncode in {signal.SIGXCPU, signal.SIGKILL}
    assert done.stdout == b""


def test_time_is_counted_for_each_document_alone():
    done = limited(
        "import time; end = time.process_time() + 0.4\n        while time.process_time() < end: pass", jobs=6
    )
    assert done.stdout.count(b"got away with it") == 6


def test_child_within_its_limits_is_let_be():
    assert limited("bytearray(1024 ** 2)", jobs=2).stdout.count(b"got away with it") == 2


def test_one_bad_document_does_not_hurt_the_next(own):
    with pytest.raises(RenderingFailed, match="takes 2 pages"):
        own.draw(drawing_job(replace(FACTS, society="word " * 5000), "t", badge=b"", design=Design()))
    pid = own._process.pid
    assert own.draw(JOB).startswith(b"%PDF-")
    assert own._process.pid == pid


def test_art_with_text_or_gradients_is_refused(own):
    gradient = (
        '<html lang="en"><title>t</title><body class="letter"><main>'
        '<div style="background: linear-gradient(red, blue); height: 9pt">'
    )
    for art in (gradient, '<html lang="en"><title>t</title><body class="letter"><main>Words'):
        with pytest.raises(RenderingFailed, match="can't have text, gradients or patterns"):
            own.draw({**JOB, "art": art})
    faint = gradient.replace("background: linear-gradient(red, blue)", "opacity: 0.5; background: red")
    with pytest.raises(RenderingFailed, match="plain shapes"):
        own.draw({**JOB, "art": faint})


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("import os, signal; sys.stdin.readline(); os.kill(os.getpid(), signal.SIGKILL)", "ended with -9"),
        ("raise MemoryError", "MemoryError"),
        ("sys.stdin.readline(); print('no answer at all')", "ended with"),
        ("sys.stdin.readline(); answer(b'no paper')\nsys.stdin.readline()", "gave no document"),
        (
            'sys.stdin.readline(); print(\'{"size": 100, "problem": ""}\\n%PDF-half\'); sys.exit(\'disk full\')',
            "disk full",
        ),
        ("sys.stdin.close(); sys.exit('deaf')", "deaf"),
    ],
    ids=["killed", "memory", "no answer", "no paper", "cut short", "deaf"],
)
def test_child_that_gives_no_whole_paper_gives_none(process_of, script, words):
    process = process_of(script)
    with pytest.raises(RenderingFailed, match=words):
        process.draw({"html": "x" * 200_000})


def test_child_that_takes_too_long_is_stopped(process_of):
    process = process_of("import time; time.sleep(60)", seconds=0.5)
    with pytest.raises(RenderingFailed, match=r"longer than 0\.5 seconds"):
        process.draw({})
    assert process._process is None


def test_child_gets_nothing_from_the_environment_of_python(monkeypatch, process_of, tmp_path):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = process_of("line = sys.stdin.readline(); answer(b'%%PDF-%d' % sys.flags.isolated)")
    assert process.draw({}) == b"%PDF-1"


def test_no_other_process_ever_imports_weasyprint():
    script = (
        "import os, sys; os.environ['CREDENTIALING_DEMO'] = '1'\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "import credentialing.wsgi, credentialing.urls, certificates.services, certificates.effects\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "from certificates.rendering import render_in_child\n"
        "from tests.certificates.factories import FACTS\n"
        "assert render_in_child(FACTS, 't').startswith(b'%PDF-')\n"
        "print(sorted(name for name in sys.modules if name.partition('.')[0] in {'weasyprint', 'pydyf', 'tinyhtml5'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False, cwd=ROOT)
    assert done.stdout.decode().strip() == "[]", done.stderr.decode()


def test_process_of_the_application_is_the_isolated_child():
    assert CHILD.name == "child.py"
    assert render_in_child(FACTS, "t").startswith(b"%PDF-")
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY  # the limits are the child's alone
