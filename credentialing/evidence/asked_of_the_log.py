"""What a pathway asks of log entries: the form offers that and no more."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from credentialing.evidence.requirements.sessions import LED
from credentialing.evidence.requirements.units import OF_SUPERVISION
from credentialing.pathways.definitions import PathwayDefinition, Requirement

CLIENTS = "clients"


@dataclass(frozen=True, kw_only=True)
class AskedOfTheLog:
    """The roles that count somewhere, and the rules that tell clients apart."""

    roles: tuple[str, ...]
    by_client: tuple[Any, ...]

    @property
    def tells_clients_apart(self) -> bool:
        """Whether there is a field for the client."""
        return bool(self.by_client)

    def needs_client(self, *, role: str, format: str, setting: str) -> bool:  # noqa: A002 - the field's name
        """Whether a session like that counts for a rule that can't count it without its client."""
        return any(
            role in rule.role
            and (not rule.format or format in rule.format)
            and (not rule.setting or setting in rule.setting)
            for rule in self.by_client
        )


LEADING = AskedOfTheLog(roles=LED, by_client=())


def log_requirements(definition: PathwayDefinition) -> list[Requirement]:
    """The requirements that look at the log of group sessions, options of groups included."""
    return [
        requirement
        for requirement in definition.all_requirements
        if requirement.kind == "cadence"
        or (requirement.kind == "count" and requirement.parameters.unit not in OF_SUPERVISION)
    ]


def asked_of_the_log(definition: PathwayDefinition) -> AskedOfTheLog:
    """What the requirements of a pathway, in any of their variations, ask of log entries."""
    rules = [rule for requirement in log_requirements(definition) for rule in _rules(requirement)]
    member = any("member" in rule.role for rule in rules)
    return AskedOfTheLog(
        roles=(*LED, "member") if member else LED,
        by_client=tuple(rule for rule in rules if getattr(rule, "distinct", "") == CLIENTS),
    )


def _rules(requirement: Requirement) -> Iterator[Any]:
    yield requirement.parameters
    yield from (variation.parameters for variation in requirement.variations)
