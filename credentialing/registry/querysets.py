"""What the public may see."""

from certificates.models import Credential
from certificates.querysets import CredentialQuerySet


def public_leaders() -> CredentialQuerySet:
    """Every awarded credential of those who agreed to be listed, by family name; revoked ones stay as such."""
    return Credential.objects.awarded().filter(holder__listed=True).order_by("name_order", "-awarded_on", "pk")
