"""What the society vouches for: the recorded name and degrees, and the document that says so."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from certificates.fonts import objection_to_printing
from certificates.issuing import newest_edition, retry_certificate, supersede_certificate
from certificates.models import Certificate, Credential
from certificates.text import unfit_as_a_name


@transaction.atomic
def record_name(*, credential: Credential, name: str, post_nominals: str, actor: Any) -> Certificate | None:
    """Vouch for another name or other degrees from now on; answers the document that will say so, if there is one.

    A document in force is replaced by a new edition once that is drawn; an edition that has not been issued takes the
    new words, under its number and address; of an earlier holder without a document the entry itself changes. Who may
    decide this is the caller's rule.

    Raises:
        ValueError: nothing would change, the name is none, or it can't be printed.
    """
    if unfit := unfit_as_a_name(name):
        raise ValueError(unfit)
    locked = Credential.objects.select_for_update().get(pk=credential.pk)
    current = newest_edition(locked)
    if current is None:
        if objection := objection_to_printing(name) or objection_to_printing(post_nominals):
            raise ValueError(objection)
        locked.record(name, post_nominals)
    else:
        facts = replace(current.printed, name=name, post_nominals=post_nominals)
        write = supersede_certificate if current.status == Certificate.Status.ISSUED else retry_certificate
        current = write(certificate=current, facts=facts, actor=actor)
    if locked.name_to_check:
        Credential.objects.filter(pk=locked.pk).update(name_to_check=False)
    credential.refresh_from_db()
    return current
