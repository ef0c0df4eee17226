"""What a credential means, as canonical RDF (RDFC-1.0), and what in it would mean nothing and so go unsigned.

A signature of this kind covers the statements, not the text. JSON-LD passes over words that no context defines: a
field that somebody adds would stand in the file and in no statement, and the signature would still hold. PyLD has
no safe mode that refuses this. So the words are read a second time with a meaning for whatever has none, and what
shows up then is refused.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from pyld import jsonld
from pyld.canon import URDNA2015

from certificates.badge.bundled import CONTEXTS, load

UNDEFINED = "urn:undefined:"
NOWHERE = "undefined://nowhere/"  # against this, references that lead nowhere by themselves come to light
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")  # what RDF keeps; the rest it drops unseen
CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # programs write these in different ways, and then disagree about signatures
MOST_NODES = 400
DEEPEST = 24
MOST_WORK = 100  # steps among look-alike nodes; an honest credential needs none
MOST_ALIKE = 5

# PyLD keeps what it has read of contexts in tables that threads may not share.
_one_at_a_time = threading.Lock()


class MeaningUnclear(ValueError):
    """The document can't be read as statements, or holds something that no signature would cover."""


class _Bounded(URDNA2015):  # type: ignore[misc]  # ships no types
    """The algorithm with a limit: a document made for it takes longer than the age of the world."""

    def __init__(self) -> None:
        super().__init__()
        self.work = 0

    def hash_n_degree_quads(self, id_: str, issuer: Any) -> Any:
        self.work += 1
        if self.work > MOST_WORK:
            msg = "The document holds too many parts that look alike."
            raise MeaningUnclear(msg)
        return super().hash_n_degree_quads(id_, issuer)

    def create_hash_to_related(self, id_: str, issuer: Any) -> Any:
        related = super().create_hash_to_related(id_, issuer)
        if any(len(alike) > MOST_ALIKE for alike in related.values()):
            msg = "The document holds too many parts that look alike."
            raise MeaningUnclear(msg)
        return related


def canonical_statements(document: Mapping[str, Any]) -> str:
    """The statements of a document as canonical N-Quads.

    Raises:
        MeaningUnclear: it can't be read, or holds something that no statement would cover.
    """
    check_plain(document)
    wider = {**document, "@context": [*document["@context"], {"@vocab": UNDEFINED}]}
    with _one_at_a_time:
        try:
            expanded, dataset = jsonld.expand(wider, _options()), jsonld.to_rdf(dict(document), _options())
        except Exception as error:
            msg = "The document can't be read as statements."
            raise MeaningUnclear(msg) from error
        strangers = sorted(set(_strangers(expanded)))
        if strangers:
            msg = f"The document holds something that no signature covers: {', '.join(strangers)[:200]}"
            raise MeaningUnclear(msg)
        statements: str = _Bounded().main(dataset, {"format": "application/n-quads"})
    return statements


def check_plain(document: Mapping[str, Any]) -> None:
    """Only contexts that we know, only at the top; no words of the grammar itself; a sane size.

    Raises:
        MeaningUnclear: it is otherwise.
    """
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts:
        msg = "The document doesn't say what its words mean."
        raise MeaningUnclear(msg)
    for context in contexts:
        if not isinstance(context, str) or context not in CONTEXTS:
            msg = f"The document uses words by a list that this program doesn't know: {str(context)[:120]}"
            raise MeaningUnclear(msg)
    for count, (path, key, value) in enumerate(_walk(document)):
        if count >= MOST_NODES or len(path) > DEEPEST:
            msg = "The document is too large for a credential."
            raise MeaningUnclear(msg)
        if key.startswith("@") and path != ("@context",):
            msg = f"The document holds a word that belongs to the grammar: {key[:80]}"
            raise MeaningUnclear(msg)
        if isinstance(value, str) and CONTROL.search(value):
            msg = f"A field holds characters that can't be seen: {key[:80]}"
            raise MeaningUnclear(msg)
        if value is None or value in ([], {}) or (isinstance(value, float) and not isfinite(value)):
            msg = f"A field is there and holds nothing: {key[:80]}"
            raise MeaningUnclear(msg)


def _walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    """Every field with the path of names that leads to it, one after the other, so that whoever asks may stop."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            here = (*path, str(key))
            yield here, str(key), inner
            yield from _walk(inner, here)
    elif isinstance(value, list):
        for inner in value:
            here = (*path, "")
            yield here, "", inner
            yield from _walk(inner, here)


def _strangers(expanded: Any) -> Iterator[str]:
    """Names without a meaning, and references and types that lead nowhere."""
    if isinstance(expanded, list):
        for item in expanded:
            yield from _strangers(item)
        return
    told = isinstance(expanded, Mapping) and "@value" not in expanded
    for key, value in expanded.items() if told else ():
        yield from _strange_name(key, value)
        if key not in {"@id", "@type"}:
            yield from _strangers(value)


def _strange_name(key: str, value: Any) -> Iterator[str]:
    names = [key] if not key.startswith("@") else []
    if key in {"@id", "@type"}:
        names = value if isinstance(value, list) else [value]
    for name in names:
        if name.startswith((UNDEFINED, "undefined:")) or not ABSOLUTE.fullmatch(name):
            yield name.removeprefix(UNDEFINED).removeprefix(NOWHERE)


def _options() -> dict[str, Any]:
    return {"documentLoader": load, "base": NOWHERE, "processingMode": "json-ld-1.1"}
