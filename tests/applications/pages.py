"""Reading the candidate's pages."""

import re
from typing import Any

from django.urls import reverse


def address(name: str, *args: str) -> str:
    """Where a page of the candidate is."""
    return reverse(f"applications:{name}", args=args)


def words(answer: Any) -> str:
    """What people read in the middle of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main")[1]))
