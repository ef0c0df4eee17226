"""A real Chromium for the journeys, and people who click through the pages."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.actors import Scene

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's driver runs an event loop in the tests' own thread
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys without a browser are skipped, saying so."""
    if CHROMIUM is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The system's Chromium; as root (containers) it runs without its sandbox."""
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture
def scene(browser: Browser, live_server: Any, settings: Any) -> Iterator[Scene]:
    """The society's site, open in a browser; `scene.actor(...)` is a person with an own browser window."""
    settings.BASE_URL = live_server.url
    scene = Scene(browser, live_server.url)
    yield scene
    scene.close()
