"""The tie that supervision makes: it lasts when the supervision has ended."""

from typing import Any

from django.db.models import QuerySet

from credentialing.accounts.models import Person
from credentialing.applications.models import Supervision


class Supervised:
    """Whoever has accepted to supervise a candidate, at any time and in any of their cases."""

    words = "You supervise this candidate, or have done so, and others must decide."
    told = "supervises the candidate, or has done so"

    def tied_to(self, person: Person) -> QuerySet[Any]:
        return self._accepted().filter(supervisor=person).values("application__candidate")

    def tying(self, other: Person) -> QuerySet[Any]:
        return self._accepted().filter(application__candidate=other).values("supervisor")

    def _accepted(self) -> QuerySet[Supervision]:
        return Supervision.objects.order_by().filter(accepted_at__isnull=False)
