"""Every key of every kind stands in docs/pathways.md."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from credentialing.pathways.groups import GROUPS
from credentialing.pathways.kinds import KINDS, kind

TEXT = (Path(__file__).parents[2] / "docs" / "pathways.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", TEXT, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("slug", sorted(KINDS))
def test_kind_is_documented_with_its_keys_and_no_others(slug):
    documented = re.findall(r"^\| `(\w+)` \|", SECTIONS[slug], re.MULTILINE)
    assert documented == [field.name for field in fields(kind(slug).Parameters)]


def test_groups_are_documented():
    for name in GROUPS:
        assert f"`{name}`" in TEXT
