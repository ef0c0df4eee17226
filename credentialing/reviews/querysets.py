"""How sign-offs are looked up."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from workflows.models import SealedQuerySet

if TYPE_CHECKING:
    from credentialing.reviews.models import SignOff  # noqa: F401 - named in strings


class SignOffQuerySet(SealedQuerySet["SignOff"]):
    """Reviewers' words."""

    def standing(self) -> "SignOffQuerySet":
        """Those not taken back."""
        return self.filter(taken_back_at__isnull=True)

    def told(self) -> "SignOffQuerySet":
        """Those that stand, and those that were taken out because of a tie: shown, but not counted."""
        return self.filter(Q(taken_back_at__isnull=True) | ~Q(tie=""))

    def take_back(self, at: datetime) -> int:
        """Mark them as taken back."""
        return self.standing().update(taken_back_at=at)
