"""Reading the text of a pathway for the first time: in a child with limits, for a text may be made to do harm."""

import tomllib
from typing import Any

from credentialing.pathways.loading.positions import lines_of

DEEPEST = 30  # tables and lists within each other; the shipped pathways have 6
MOST_VALUES = 20_000  # the longest shipped pathway has 600
TOO_DEEP = f"Tables or lists stand more than {DEEPEST} deep within each other here. No pathway needs that."
TOO_MANY = f"There are more than {MOST_VALUES:,} values in this text. No pathway needs that."


def first_read(content: bytes) -> tuple[str, bytes]:
    """Why nobody should read the text again; what is merely wrong in it is told by the editor."""
    source = content.decode()
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return "", b""
    except RecursionError:
        return TOO_DEEP, b""
    waiting: list[tuple[Any, int]] = [(data, 0)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST:
            return TOO_DEEP, b""
        if seen > MOST_VALUES:
            return TOO_MANY, b""
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(one, depth + 1) for one in inner]
    lines_of(source)
    return "", b""
