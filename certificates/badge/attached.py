"""The badge inside the documents that we issued, read like any other PDF by a child (`limited`)."""

from certificates.models import Certificate
from limited.running import TooMuch, run


def stored_badge(certificate: Certificate) -> bytes | None:
    """The badge of an issued certificate as it lies in its document; None for documents without one.

    Raises:
        NoChild: this machine can't start a process.
    """
    if not certificate.storage_name:
        return None
    try:
        return run("certificates.badge.pdf_child:attached", certificate.read()).content or None
    except TooMuch:
        return None
