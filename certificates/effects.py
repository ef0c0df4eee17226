"""What follows an award: its certificate is drawn."""

from django.conf import settings
from django.utils.module_loading import import_string

from certificates.models import Certificate, Credential
from certificates.services import DRAWING, issue_certificate
from workflows.effects import subscribe
from workflows.models import LedgerRecord


def draw_certificate(record: LedgerRecord) -> None:
    """Issue the certificate that was prepared for this award; while issue is paused, resuming it does so later."""
    if import_string(settings.CERTIFICATES_PAUSED)():
        return
    for certificate in Certificate.objects.waiting().filter(credential__uuid=record.subject_id):
        issue_certificate(certificate)


# On demand: earlier holders are awarded their credentials without a certificate of ours.
subscribe(subject_kind=Credential.subject_kind, transition="award", name=DRAWING, act=draw_certificate, on_demand=True)
