"""The contexts that W3C's suites write into their credentials, for the test API alone.

Our own program knows four contexts and refuses every other: whoever may bring meanings may change what was signed. The
suites use W3C's examples context, the one of data model 1.1, contexts written into the credential, and texts with a
language. Here these are allowed, by the same library, the same canonicalization and the same signature.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyld import jsonld

from certificates.badge import graph, integrity
from certificates.badge.bundled import CONTEXTS, CREDENTIALS, load
from certificates.badge.graph import MeaningUnclear, canonical_statements
from tests.vc_api import model

EXAMPLES, MODEL_1 = "https://www.w3.org/ns/credentials/examples/v2", "https://www.w3.org/2018/credentials/v1"
EXAMPLES_CONTEXT = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}
INTEGRITY = "https://w3id.org/security/data-integrity/v2"
BUNDLED = {
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1.json",
    INTEGRITY: "data-integrity-v2.json",
    MODEL_1: "credentials-v1.json",
}
FOLDER = Path(__file__).parent / "contexts"


def allow() -> None:
    """Let this process take the suites' contexts; never called by the service."""
    integrity.canonical_statements = statements
    model.FIRST.append(MODEL_1)


def statements(document: Mapping[str, Any]) -> str:
    """The canonical statements; of documents in our own words alone by our own reader, with all that it refuses.

    Raises:
        MeaningUnclear: it can't be read, or holds a word that no context gives a meaning.
    """
    contexts = document.get("@context")
    told = contexts if isinstance(contexts, list) else [contexts]
    if all(isinstance(one, str) and one in CONTEXTS for one in told) and not _has_grammar(document):
        return canonical_statements(document)
    if told[:1] not in ([CREDENTIALS], [MODEL_1]):
        msg = "The document doesn't begin with the context of the data model."
        raise MeaningUnclear(msg)
    options = {"documentLoader": _load, "base": graph.NOWHERE, "processingMode": "json-ld-1.1"}
    own_vocabulary = any(_gives_vocabulary(one) for one in told)
    wider = {**document, "@context": [*told, *([] if own_vocabulary else [{"@vocab": graph.UNDEFINED}])]}
    with graph._one_at_a_time:
        try:
            expanded = jsonld.expand(wider, dict(options))
            dataset = jsonld.to_rdf(dict(document), dict(options))
        except Exception as error:
            msg = "The document can't be read as statements."
            raise MeaningUnclear(msg) from error
        strangers = sorted(set(graph._strangers(expanded)))
        if strangers:
            msg = f"The document holds something that no signature covers: {', '.join(strangers)[:200]}"
            raise MeaningUnclear(msg)
        found: str = graph._Bounded().main(dataset, {"format": "application/n-quads"})
    return found


def _has_grammar(value: Any, *, inside: bool = False) -> bool:
    """Whether texts with a language, or credentials with contexts of their own, stand in it; not so in our badges."""
    words = {"@value", "@language", "@direction", *(["@context"] if inside else [])}
    if isinstance(value, Mapping):
        return any(key in words or _has_grammar(one, inside=True) for key, one in value.items())
    return isinstance(value, list) and any(_has_grammar(one, inside=True) for one in value)


def _gives_vocabulary(context: Any) -> bool:
    return context == EXAMPLES or (isinstance(context, Mapping) and "@vocab" in context)


def _load(address: str, _options: Any = None) -> dict[str, Any]:
    if address == EXAMPLES:
        document: Any = EXAMPLES_CONTEXT
    elif address in BUNDLED:
        document = json.loads((FOLDER / BUNDLED[address]).read_text(encoding="utf-8"))
    else:
        return load(address)
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": address, "document": document}
