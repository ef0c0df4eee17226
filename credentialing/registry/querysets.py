"""What the public may see."""

from certificates.models import Credential
from certificates.querysets import CredentialQuerySet


def public_leaders() -> CredentialQuerySet:
    """Every awarded credential of those who agreed to be listed, by recorded name; revoked ones stay as such."""
    return Credential.objects.awarded().filter(holder__listed=True).order_by("recorded_name", "-awarded_on", "pk")
