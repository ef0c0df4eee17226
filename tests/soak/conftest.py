"""Each short soak has a folder of its own: stores, keys and checkpoints of a database that is emptied after it."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _place_of_its_own(settings, tmp_path) -> Path:
    stores = {
        name: {
            **settings.STORAGES[name],
            "OPTIONS": {**settings.STORAGES[name]["OPTIONS"], "location": tmp_path / name},
        }
        for name in ("evidence", "certificates")
    }
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {**settings.STORAGES, **stores}
    settings.LEDGER_KEYS_DIR = str(tmp_path / "keys")
    settings.LEDGER_CHECKPOINTS_DIR = str(tmp_path / "checkpoints")
    return tmp_path
