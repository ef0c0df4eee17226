"""What the society vouches for: the recorded name and degrees, and the document that says so."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from certificates.issuing import retry_certificate, supersede_certificate
from certificates.models import Certificate, Credential
from certificates.text import unfit_as_a_name


@transaction.atomic
def record_name(*, credential: Credential, name: str, post_nominals: str, actor: Any) -> Certificate | None:
    """Vouch for another name or other degrees from now on; answers the document that will say so, if there is one.

    A document in force is replaced by a new edition; one that has not been issued is drawn again under its number and
    address; of an earlier holder without a document the entry itself changes. Who may decide this is the caller's rule.

    Raises:
        ValueError: nothing would change, the name is none, or no font has its letters.
    """
    if unfit := unfit_as_a_name(name):
        raise ValueError(unfit)
    locked = Credential.objects.select_for_update().get(pk=credential.pk)
    current = locked.certificates.exclude(status=Certificate.Status.SUPERSEDED).first()
    if current is None:
        locked.record(name, post_nominals)
    else:
        facts = replace(current.printed, name=name, post_nominals=post_nominals)
        write = supersede_certificate if current.status == Certificate.Status.ISSUED else retry_certificate
        current = write(certificate=current, facts=facts, actor=actor)
    if locked.name_to_check:
        Credential.objects.filter(pk=locked.pk).update(name_to_check=False)
    credential.refresh_from_db()
    return current
