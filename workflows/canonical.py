"""Canonical JSON (RFC 8785): the same bytes whoever computes them."""

import hashlib
from typing import Any

import rfc8785


def canonical(content: Any) -> bytes:
    """The content as RFC 8785 canonical JSON.

    Raises:
        rfc8785.CanonicalizationError: something that JSON can't hold.
    """
    return rfc8785.dumps(content)


def content_digest(content: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()
