"""The settings under which the VC-API answers; nothing else ever turns it on.

`python -m tests.vc_api` serves it on https://127.0.0.1:40443 with keys and a database of its own, so that W3C's test
suites (VC data model 2.0, EdDSA, bitstring status list) can be pointed at it (docs/verifying.md).
"""

from pathlib import Path

from tests.settings import *  # noqa: F403 - the tests' own, with three addresses more

ROOT_URLCONF = "tests.vc_api.urls"
CERTIFICATES_KEYS_DIR = str(Path(DATA_DIR) / "vc-api-keys")  # noqa: F405
BASE_URL = "https://127.0.0.1:40443"  # where the suites find the status lists
