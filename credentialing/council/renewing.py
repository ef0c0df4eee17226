"""Until when a credential is renewed, as the pathway has it."""

from datetime import date, timedelta

from certificates.models import Credential
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.months import add_months


def next_last_day(credential: Credential, today: date) -> date | None:
    """The last day that the pathway in force gives a renewal of today; None where it lays none down.

    A term runs on from the old last day, or begins with the renewal (`term_from`); one that would be over already
    begins with the renewal, too.
    """
    versions = PathwayVersion.objects.filter(pathway__slug=credential.scheme)
    version = versions.in_force(today).first() or versions.order_by("pk").last()
    renewal = version.definition.award.renewal if version is not None else None
    if renewal is None or credential.valid_until is None:
        return None
    eve = today - timedelta(days=1)
    last = add_months(credential.valid_until if renewal.term_from == "expiry" else eve, renewal.valid_months)
    return last if last >= today else add_months(eve, renewal.valid_months)
