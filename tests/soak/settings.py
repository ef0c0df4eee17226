"""The settings of the processes of a soak: the real ones, on the database and the folder that the driver names."""

import os
from pathlib import Path

os.environ["CREDENTIALING_DEBUG"] = ""
os.environ["CREDENTIALING_DEMO"] = "1"
os.environ.setdefault("CREDENTIALING_LOG_LEVEL", "WARNING")

from credentialing.settings import *  # noqa: F403 - the environment must be set first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
FORMER_BASE_URLS = ["https://credentials.example.org"]  # what the facts of the factories name
CERTIFICATES_DECISION = ""  # races of the engine itself: whoever may act does so at once
DATABASES["default"]["NAME"] = os.environ.get("SOAK_DATABASE") or DATABASES["default"]["NAME"]  # noqa: F405
Path(STATIC_ROOT).mkdir(exist_ok=True)  # noqa: F405 - WhiteNoise warns about a missing folder
