"""A society that updates from any landed version goes on: nothing it has stored is judged by today's checks."""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from django.db import connection

FOLDERS = sorted((Path(__file__).parent / "folders").glob("*.tar.xz"))
ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the former folders hold SQLite, and run in processes of their own"
)


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name.partition(".")[0] for folder in FOLDERS])
def test_folder_of_a_former_version_migrates_and_the_society_goes_on(folder, tmp_path):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with tarfile.open(folder) as packed:
        packed.extractall(data, filter="data")
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "credentialing.settings",
        "CREDENTIALING_DEMO": "1",
        "CREDENTIALING_DATA_DIR": str(data),
        "CREDENTIALING_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.former.walk"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["migrate"] == ""
    assert told["verify"].startswith("Everything is as it was recorded.")
    assert told["otherwise"] == []
    assert told["failures"] == []
    assert told["logged in"]
    assert "REFUSED" not in told["tick"]
    assert "not brought up to date" not in told["tick"]
    assert told["certified"] == "certified, 1 certificate"
    assert told["certificates"].startswith("2 certificates: each had the right to be issued and is as it was.")
    assert told["verify at the end"].startswith("Everything is as it was recorded.")


def test_six_former_versions_are_kept_and_small():
    assert len(FOLDERS) >= 6
    assert sum(folder.stat().st_size for folder in FOLDERS) < 3_000_000
