"""Forty and more ways to get a pathway file wrong, each answered with its line, its key and what to do.

The file `broken.toml` holds them: `old` is what stands in the small right file, `new` what somebody wrote instead,
`says` the whole answer.
"""

import tomllib
from pathlib import Path

import pytest

from credentialing.pathways.loader import PathwayFileInvalid, load_pathway
from tests.pathways.files import SMALL

CASES = tomllib.loads((Path(__file__).parent / "broken.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_mistake_is_named_with_file_line_key_and_remedy(case):
    source = SMALL
    for change in [case, *case.get("and", [])]:
        assert change["old"] in source
        source = source.replace(change["old"], change["new"], 1)
    with pytest.raises(PathwayFileInvalid) as refused:
        load_pathway(source, file="small.toml")
    assert str(refused.value).splitlines() == case["says"]


def test_there_are_forty_and_more():
    assert len(CASES) >= 40
    assert len({case["about"] for case in CASES}) == len(CASES)
