"""The engine alone: no society here says who decides about a standing (tests/council/test_motions.py does)."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _nobody_decides(settings: Any) -> None:
    settings.CERTIFICATES_DECISION = ""
