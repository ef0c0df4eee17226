"""What a credential says, apart from how it is written."""

import hashlib
from collections.abc import Mapping
from typing import Any

from certificates.badge.graph import MeaningUnclear, canonical_statements


def statements_of(credential: Mapping[str, Any]) -> str:
    """The digest of what a credential says but for its signature; empty where that can't be told.

    Names in another order, lists of what has no order, one value or a list of one: the canonical statements (RDFC-1.0),
    which alone are signed, are the same.
    """
    unsigned = {name: value for name, value in credential.items() if name != "proof"}
    try:
        return hashlib.sha256(canonical_statements(unsigned).encode()).hexdigest()
    except MeaningUnclear:
        return ""
