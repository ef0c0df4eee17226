"""The settings of the tests: the real ones, with fast hashing and a private folder."""

import os
import tempfile
from pathlib import Path

os.environ["CREDENTIALING_DEBUG"] = ""
os.environ["CREDENTIALING_DEMO"] = "1"
os.environ.setdefault("CREDENTIALING_BASE_URL", "http://127.0.0.1:8000")
os.environ["CREDENTIALING_DATA_DIR"] = tempfile.mkdtemp(prefix="credentialing-tests-")

from credentialing.settings import *  # noqa: F403 - the environment must be set first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
MIDDLEWARE = [m for m in MIDDLEWARE if not m.endswith("OnlyThisMachine")]  # noqa: F405 - tests play proxies, too
_DATA = Path(os.environ["CREDENTIALING_DATA_DIR"])
DATABASES["default"].setdefault("TEST", {})  # noqa: F405
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A real file, so that WAL, several connections and several processes behave as in production.
    DATABASES["default"]["TEST"]["NAME"] = str(_DATA / "test.sqlite3")  # noqa: F405
(_DATA / "static").mkdir()  # WhiteNoise warns about a missing folder, and warnings are errors
INSTALLED_APPS += ["tests.workflows.testapp"]  # noqa: F405 - a small model of the engine's own tests
