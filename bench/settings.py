"""The settings of the benchmarks: the real ones, on a folder that is gone afterwards."""

import atexit
import os
import shutil
import tempfile

_FOLDER = tempfile.mkdtemp(prefix="credentialing-bench-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ |= {"CREDENTIALING_DEBUG": "", "CREDENTIALING_DEMO": "1", "CREDENTIALING_DATA_DIR": _FOLDER}
os.environ.setdefault("CREDENTIALING_BASE_URL", "http://127.0.0.1:8000")
os.environ.setdefault("CREDENTIALING_LOG_LEVEL", "WARNING")

from credentialing.settings import *  # noqa: E402, F403 - the environment must be set first

INSTALLED_APPS += ["bench"]  # noqa: F405 - the parcels of bench/models.py
