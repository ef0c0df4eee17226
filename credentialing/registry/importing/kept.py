"""A list between upload and confirmation: kept half an hour for whoever brought it, and no longer.

It lies in the cache, which every process shares and no backup holds; confirming or dropping it takes it away at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from django.core.cache import cache

from credentialing.accounts.models import Person

KEPT_FOR = 30 * 60  # seconds


@dataclass(frozen=True, kw_only=True)
class KeptList:
    """The bytes of a list, for which pathway, and what was chosen so far."""

    content: bytes
    name: str
    pathway: str
    choices: Mapping[str, str]


def keep(found: KeptList, *, person: Person) -> UUID:
    """Keep a list for a while; the key to it."""
    key = uuid4()
    cache.set(_place(key, person), found, KEPT_FOR)
    return key


def kept(key: UUID, *, person: Person) -> KeptList | None:
    """The list that this person brought; None when it is gone."""
    found = cache.get(_place(key, person))
    return found if isinstance(found, KeptList) else None


def choose(key: UUID, choices: Mapping[str, str], *, person: Person) -> None:
    """Keep it with what was chosen."""
    found = kept(key, person=person)
    if found is not None:
        cache.set(_place(key, person), replace(found, choices=dict(choices)), KEPT_FOR)


def forget(key: UUID, *, person: Person) -> None:
    """Keep it no longer."""
    cache.delete(_place(key, person))


def _place(key: UUID, person: Person) -> str:
    return f"import:{person.uuid}:{key}"
