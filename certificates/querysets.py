"""How credentials and certificates are looked up."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from workflows.models import SealedQuerySet

if TYPE_CHECKING:
    from certificates.models import Certificate, Credential  # noqa: F401 - named in strings


class CredentialQuerySet(SealedQuerySet["Credential"]):
    """Credentials."""

    def awarded(self) -> "CredentialQuerySet":
        """Those that have been awarded, whatever became of them."""
        return self.exclude(state="pending").select_related("holder")

    def active(self, on: date) -> "CredentialQuerySet":
        """Those in good standing today that have not run out on that day."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on), state="active")

    def live(self, holder: Any, scheme: str) -> "CredentialQuerySet":
        """A holder's own of one scheme that keeps them from being awarded it again."""
        return self.filter(holder=holder, scheme=scheme, state__in=["pending", "active", "suspended"])

    def held_by(self, person: Any) -> "CredentialQuerySet":
        """Those of one holder, the newest first."""
        return self.awarded().filter(holder=person).order_by("-awarded_on", "-pk")


class CertificateQuerySet(SealedQuerySet["Certificate"]):
    """Certificates."""

    def issued(self) -> "CertificateQuerySet":
        """Those whose bytes are stored."""
        return self.filter(status__in=["issued", "superseded"])

    def refused(self) -> "CertificateQuerySet":
        """Those that could not be drawn and wait for somebody."""
        return self.filter(status="refused")

    def waiting(self) -> "CertificateQuerySet":
        """Those whose intent is committed and whose bytes are not there yet."""
        return self.filter(status="intent").order_by("prepared_at", "pk")
