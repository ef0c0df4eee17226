"""What `manage.py verify` asks about sign-offs (DESIGN §4, 4)."""

from collections.abc import Iterator

from django.db.models import F

from credentialing.reviews.models import SignOff
from workflows.verification import Finding, examination


@examination
def nobody_signed_off_their_own_case() -> Iterator[Finding]:
    """One's own evidence is others' to judge."""
    for sign_off in SignOff.objects.filter(reviewer=F("application__candidate")).order_by("pk").iterator():
        yield Finding(about=f"sign-off {sign_off.uuid}", message="was given by the candidate themselves")
