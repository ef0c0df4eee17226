"""A kind that no society asks for: made in one class and one line of the table, as CONTRIBUTING tells."""

from dataclasses import dataclass

from credentialing.applications.models import Application
from credentialing.pathways.definitions import Requirement
from credentialing.pathways.kinds import Moment, Progress


class Hugs:
    """The candidate's name must have enough letters, each of them a hug."""

    @dataclass(frozen=True, kw_only=True)
    class Parameters:
        """Keys of the pathway file: `hugs`, how many are enough."""

        hugs: int

    lookups = ("candidate",)

    def gather(self, requirement: Requirement, application: Application) -> int:
        return len(application.candidate.name)

    def assess(self, requirement: Requirement, facts: int, moment: Moment) -> Progress:
        met = facts >= requirement.parameters.hugs
        return Progress(
            met=met,
            started=True,
            summary=f"{facts} of {requirement.parameters.hugs}",
            met_on=moment.on if met else None,
        )

    def sentence(self, requirement: Requirement) -> str:
        return f"Give {requirement.parameters.hugs} hugs."
