"""The settings of the benchmarks: the real ones, on a folder that is gone afterwards."""

import atexit
import os
import shutil
import tempfile

if "BENCH_FOLDER" not in os.environ:  # a process begun by a benchmark works on the same data
    os.environ["BENCH_FOLDER"] = tempfile.mkdtemp(prefix="credentialing-bench-")
    atexit.register(shutil.rmtree, os.environ["BENCH_FOLDER"], ignore_errors=True)
os.environ |= {
    "CREDENTIALING_DEBUG": "",
    "CREDENTIALING_DEMO": "1",
    "CREDENTIALING_DATA_DIR": os.environ["BENCH_FOLDER"],
}
os.environ.setdefault("CREDENTIALING_BASE_URL", "http://127.0.0.1:8000")
os.environ.setdefault("CREDENTIALING_LOG_LEVEL", "WARNING")

from credentialing.settings import *  # noqa: F403 - the environment must be set first

INSTALLED_APPS += ["bench"]  # noqa: F405 - the parcels of bench/models.py
