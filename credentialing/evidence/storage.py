"""Bytes of evidence: written under a new key, synced, never overwritten."""

from django.core.files.storage import storages

from certificates.storage import store_once


def store_new(name: str, content: bytes) -> str:
    """Store the bytes of a new file and answer their name."""
    return store_once(name, content, storage=storages["evidence"])


def discard(name: str) -> None:
    """Take away the bytes of a file whose row was refused."""
    storages["evidence"].delete(name)
