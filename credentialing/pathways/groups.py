"""Requirements that are met through others: every one of them, or some."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ALL_OF, ANY_OF = "all_of", "any_of"


@dataclass(frozen=True, kw_only=True)
class AllOf:
    """The parameters of a group of which every option must be met: none."""


@dataclass(frozen=True, kw_only=True)
class AnyOf:
    """The parameters of a group of which `at_least` so many options must be met."""

    at_least: int = 1


GROUPS: Mapping[str, type[Any]] = {ALL_OF: AllOf, ANY_OF: AnyOf}
