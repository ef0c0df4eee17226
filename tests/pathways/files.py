"""A pathway file as small as one can be, and changes of it."""

import tomllib
from typing import Any

SMALL = """
slug = "small"
version = "1"
name = "Small path"

[society]
name = "Small Society"

[award]
designation = "Small Leader"
number_prefix = "SML"

[[bodies]]
slug = "council"
label = "Council"
quorum = 2

[[stages]]
slug = "applied"
label = "Applied"

  [[stages.requirements]]
  slug = "membership"
  kind = "standing"
  label = "Membership"
  gate = "submit"
  what = "membership"

[[stages]]
slug = "seen"
label = "Seen"
signed_by = ["coordinator"]
requirements = []

[[stages]]
slug = "certified"
label = "Certified"

  [[stages.requirements]]
  slug = "decision"
  kind = "decision"
  label = "Decision of the council"
  body = "council"
"""


def changed(old: str, new: str, source: str = SMALL) -> str:
    """The small file with one place changed; the place must be there, and the result TOML."""
    assert old in source
    result = source.replace(old, new, 1)
    tomllib.loads(result)
    return result


def with_requirement(**fields: Any) -> str:
    """The small file with a further requirement of the first stage."""
    lines = {"slug": "more", "kind": "standing", "label": "More", "what": "membership"} | fields
    written = "\n".join(f"  {key} = {_toml(value)}" for key, value in lines.items() if value is not None)
    return changed('[[stages]]\nslug = "seen"', f'  [[stages.requirements]]\n{written}\n\n[[stages]]\nslug = "seen"')


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
