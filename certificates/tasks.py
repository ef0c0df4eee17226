"""Work of certificates that is done outside a request."""

from django.tasks import task

from certificates.models import Certificate
from certificates.services import issue_certificate


@task()
def issue_certificate_task(certificate_uuid: str) -> None:
    """Issue one certificate; safe to run again after a crash."""
    issue_certificate(Certificate.objects.get(uuid=certificate_uuid))
