"""The contexts and the schema of the standards: in the package, pinned by their SHA-256, and never fetched.

A context says what the words of a credential mean. Whoever could exchange one could change what was signed without
touching the signature; so there is no other source than these files, and they are checked when they are read.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"

PINNED: dict[str, tuple[str, str]] = {
    CREDENTIALS: ("credentials-v2.json", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"),
    OPEN_BADGES: ("ob-3.0.3.json", "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84"),
    EXTENSIONS: ("ob-extensions.json", "146f85aa16effd7ca1da8056eb443f53ce1eca8a34186cb062832c0a97d889c3"),
    SCHEMA: ("ob-3.0-schema.json", "859e405b592d93c3261fe899362f4128801140d4d20c01502a066b3540483d95"),
}
CONTEXTS = frozenset({CREDENTIALS, OPEN_BADGES, EXTENSIONS})
FOLDER = Path(__file__).parent / "contexts"


class NotBundled(ValueError):
    """The document is none of those that came with the package, or not the one that was pinned."""


@cache
def bundled(address: str) -> Any:
    """A document of the standards, by its address.

    Raises:
        NotBundled: it is not in the package, or its bytes are not those that were pinned.
    """
    if address not in PINNED:
        msg = f"{address[:200]} is no document that this program knows."
        raise NotBundled(msg)
    name, sha256 = PINNED[address]
    content = (FOLDER / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        msg = f"{name} has been changed: install the package anew."
        raise NotBundled(msg)
    return json.loads(content)


def load(address: str, _options: Any = None) -> dict[str, Any]:
    """A document in the form in which JSON-LD asks for it; nothing is ever fetched.

    Raises:
        NotBundled: it is not in the package.
    """
    document = bundled(address)
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": document,
    }
