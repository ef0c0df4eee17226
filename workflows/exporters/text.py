"""What every exporter says alike: the words of an act, the edges that run together, characters that may be written."""

import re

from workflows.definitions import Transition, WorkflowDefinition

# Production 2 (Char) of XML 1.0; lone surrogates and control characters stand outside it.
_NOT_A_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str) -> str:
    """The text with everything that no XML 1.0 document may hold shown as U+FFFD."""
    return _NOT_A_CHARACTER.sub("\ufffd", text)


def words_of(edge: Transition) -> str:
    """The act as people call it."""
    return legal(edge.label or edge.name.replace("_", " "))


def merged(definition: WorkflowDefinition) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each pair of states that is joined the words of all acts that lead from the one to the other."""
    pairs: dict[tuple[str, str], dict[str, None]] = {}
    for edge in definition.transitions:
        pairs.setdefault((edge.source, edge.target), {})[words_of(edge)] = None
    return {pair: tuple(words) for pair, words in pairs.items()}


def ways_from(definition: WorkflowDefinition, source: str) -> list[tuple[str, tuple[str, ...]]]:
    """Each act that leads out of a state, and the labels of the states to which it may lead."""
    labels = {state.slug: legal(state.label) for state in definition.states}
    ways: dict[str, dict[str, None]] = {}
    for edge in definition.edges(source=source):
        ways.setdefault(words_of(edge), {})[labels[edge.target]] = None
    return [(act, tuple(targets)) for act, targets in ways.items()]
