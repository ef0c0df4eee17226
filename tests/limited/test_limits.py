"""A child that reads a stranger's file has few rights and little of everything, and leaves nothing behind."""

import logging
import os
import platform
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from limited import jail, running
from limited.running import Limits, NoChild, Runner, TooMuch, run

ROOT = Path(running.__file__).parents[1]
DEEDS = "tests.limited.deeds"
TIGHT = Limits(memory=64 * 1024**2, cpu=1, seconds=30, answer=1000)
FILTERED = sys.platform == "linux" and platform.machine() in jail.ARCHITECTURES


def test_job_gets_the_bytes_and_the_options_and_answers_both():
    content = bytes(range(256)) * 5000
    found = run(f"{DEEDS}:echo", content, one=1, words=["ä"])
    assert (found.facts, found.content) == ({"one": 1, "words": ["ä"]}, content)


@pytest.mark.parametrize(
    ("deed", "limits", "why"),
    [
        ("memory", TIGHT, "memory"),
        ("spin", TIGHT, "ended with -9"),
        ("sleep", Limits(seconds=0.05), "ended with -14"),
        ("crash", TIGHT, "ended with -11"),
        ("chatter", TIGHT, running.ANSWER),
        ("nonsense", TIGHT, "at deeds.py"),
        ("recurse", TIGHT, "RecursionError"),
    ],
)
def test_file_that_takes_too_much_or_breaks_its_reader_ends_with_its_child(deed, limits, why):
    with pytest.raises(TooMuch, match=why):
        run(f"{DEEDS}:{deed}", b"x", limits=limits)
    assert run(f"{DEEDS}:echo", b"x").content == b"x"


def test_answer_may_be_as_long_as_its_limit_and_no_longer():
    assert len(run(f"{DEEDS}:echo", b"x" * 1000, limits=TIGHT).content) == 1000
    with pytest.raises(TooMuch, match=running.ANSWER):
        run(f"{DEEDS}:echo", b"x" * 1001, limits=TIGHT)


def test_words_of_a_stranger_get_into_no_log(caplog):
    with caplog.at_level(logging.DEBUG), pytest.raises(TooMuch, match=r"ValueError at deeds\.py"):
        run(f"{DEEDS}:fail", b"x")
    assert "ValueError" in caplog.text
    assert "words of a stranger" not in caplog.text


@pytest.mark.skipif(not FILTERED, reason="the filter is for Linux on two kinds of machine")
def test_child_reaches_no_network_no_process_and_no_file(tmp_path):
    (tmp_path / "old").write_text("as it was")
    refused = run(f"{DEEDS}:rights", b"", folder=str(tmp_path)).facts
    assert [act for act, error in refused.items() if not error] == []
    assert {error for act, error in refused.items()} <= {"EPERM", "RuntimeError", "ValueError"}
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old", "as it was")]


def test_child_that_needs_threads_gets_threads_and_no_other_right(tmp_path):
    (tmp_path / "old").write_text("x")
    refused = run(f"{DEEDS}:rights", b"", limits=Limits(threads=True), folder=str(tmp_path)).facts
    assert [act for act, error in refused.items() if not error] == ["thread"]
    assert refused["fork"] == "EPERM"


def test_child_holds_no_secret_no_file_and_no_other_childs_life(monkeypatch):
    monkeypatch.setenv("CREDENTIALING_SECRET_KEY", "secret")
    own = Runner()
    one, other = (own.run(f"{DEEDS}:surroundings", b"", limits=Limits(), options={}).facts for _ in range(2))
    own.close()
    assert set(one["environment"]) <= {"LC_ALL", "PATH", "LC_CTYPE"}
    assert one["files"] == ["/dev/null", "/dev/null", "/dev/null", "socket"]  # its work
    assert one["django"] is False
    assert one["pid"] != other["pid"]


def test_job_that_is_not_there_is_a_fault_of_ours():
    with pytest.raises(NoChild, match="ModuleNotFoundError"):
        run("tests.limited.nowhere:job", b"")
    assert run(f"{DEEDS}:echo", b"x").content == b"x"


def test_maker_of_children_that_has_died_is_replaced():
    own = Runner()
    first = own.run(f"{DEEDS}:surroundings", b"", limits=Limits(), options={})
    os.kill(own._process.pid, signal.SIGKILL)
    second = own.run(f"{DEEDS}:surroundings", b"", limits=Limits(), options={})
    assert first.facts["pid"] != second.facts["pid"]
    own.close()
    assert own._process is None


def test_where_no_process_can_be_started_it_is_said(monkeypatch):
    own = Runner()
    monkeypatch.setattr(running.sys, "executable", "/nowhere/python")
    with pytest.raises(NoChild, match="No process could be started"):
        own.run(f"{DEEDS}:echo", b"", limits=Limits(), options={})


def test_each_side_of_a_fork_makes_children_of_its_own(monkeypatch):
    own = Runner()
    own.run(f"{DEEDS}:echo", b"", limits=Limits(), options={})
    of_the_parent = own._process
    monkeypatch.setattr(running.os, "getpid", lambda: -1)
    own.run(f"{DEEDS}:echo", b"", limits=Limits(), options={})
    assert own._process.pid != of_the_parent.pid
    own.close()
    of_the_parent.returncode = None
    assert of_the_parent.wait() == 0  # whoever asked has let go


KILLED = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from limited.running import Limits, run
run("{DEEDS}:tell", b"", limits=Limits(seconds=600), pipe=sys.argv[1])
"""


def test_when_the_web_process_is_killed_its_children_end_with_it(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    web = subprocess.Popen([sys.executable, "-c", KILLED, str(pipe)])
    with pipe.open("wb") as ours:  # opens when the child has opened the other end
        web.kill()
        web.wait()
        gone = select.poll()
        gone.register(ours, 0)
        assert gone.poll() == [(ours.fileno(), select.POLLERR)]  # nobody reads any more


NO_PARSER = (
    "import os; os.environ['CREDENTIALING_DEMO'] = '1'\n"
    "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
    "import credentialing.wsgi, credentialing.urls\n"
    "from django.urls import get_resolver; get_resolver().url_patterns\n"
    "import sys\n"
    "parsers = {'pikepdf', 'PIL', 'puremagic', 'pyhanko', 'asn1crypto', 'weasyprint'}\n"
    "print(sorted(parsers & {name.partition('.')[0] for name in sys.modules}))"
)


def test_web_process_holds_no_parser_of_documents_and_pictures():
    done = subprocess.run([sys.executable, "-c", NO_PARSER], capture_output=True, check=False, cwd=ROOT)
    assert done.stdout.decode().strip() == "[]", done.stderr.decode()
