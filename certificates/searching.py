"""A search for words in columns that `same_text.search_key` has filled, the same on every engine."""

from functools import reduce
from operator import and_, or_

from django.db.models import Q

from certificates.same_text import patterns, patterns_together

NOTHING = Q(pk__in=())


def matching(words: str, *columns: str) -> Q:
    """Rows in which every word stands in one of the columns, or all of them written together stand in one."""
    each = [_held(ways, columns) for ways in patterns(words)]
    if not each:
        return NOTHING
    return reduce(and_, each) | _held(patterns_together(words), columns)


def _held(ways: list[str], columns: tuple[str, ...]) -> Q:
    return reduce(or_, (Q((f"{column}__contains", way)) for column in columns for way in ways))
