"""How decisions and holders are looked up."""

from typing import TYPE_CHECKING

from workflows.models import SealedQuerySet

if TYPE_CHECKING:
    from credentialing.applications.models import Application
    from credentialing.council.models import Decision  # noqa: F401 - named in strings


class DecisionQuerySet(SealedQuerySet["Decision"]):
    """Decisions."""

    def of(self, application: "Application", requirement: str) -> "DecisionQuerySet":
        """That of one requirement on the present attempt; of one before the end, the last there was."""
        found = self.filter(application=application, requirement=requirement)
        last = application.definition.stages[-1].slug
        if application.requirement(requirement).stage == last:
            found = found.filter(attempt=application.attempt)
        return found.order_by("-attempt")

    def made(self) -> "DecisionQuerySet":
        """Final ones, the newest first."""
        return self.exclude(outcome="").select_related("application__candidate").order_by("-decided_at", "-pk")
