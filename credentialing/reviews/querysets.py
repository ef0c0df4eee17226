"""How sign-offs are looked up."""

from datetime import datetime
from typing import TYPE_CHECKING

from workflows.models import SealedQuerySet

if TYPE_CHECKING:
    from credentialing.reviews.models import SignOff  # noqa: F401 - named in strings


class SignOffQuerySet(SealedQuerySet["SignOff"]):
    """Reviewers' words."""

    def standing(self) -> "SignOffQuerySet":
        """Those not taken back."""
        return self.filter(taken_back_at__isnull=True)

    def take_back(self, at: datetime) -> int:
        """Mark them as taken back."""
        return self.standing().update(taken_back_at=at)
