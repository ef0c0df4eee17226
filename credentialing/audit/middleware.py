"""Recording who was refused what (ASVS 16.3.2)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from credentialing.audit.events import Event
from credentialing.audit.models import AuditEvent
from credentialing.audit.services import record_view

REFUSALS = frozenset({403, 404})  # what is another person's is answered like what isn't there
ONCE_IN = timedelta(hours=1)  # the same page refused again says nothing new, and must not fill the ledger


class RefusalsAreRecorded:
    """Records that somebody who is logged in was refused a page that exists."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and record a refusal."""
        response = self.get_response(request)
        if response.status_code in REFUSALS and getattr(request, "reached_view", False):
            _record(request, response.status_code)
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: object) -> None:
        """Tell refusals by our own pages from those before them: a form without its token is no refused person."""
        request.reached_view = getattr(view, "access", "") != "public" and request.user.is_authenticated  # type: ignore[attr-defined]


def _record(request: HttpRequest, status: int) -> None:
    if not request.user.is_authenticated or request.resolver_match is None:
        return
    details = {"page": request.resolver_match.view_name, "method": request.method or "", "status": status}
    known = AuditEvent.objects.about("person", request.user.uuid).filter(
        event=Event.ACCESS_REFUSED, details=details, recorded_at__gt=timezone.now() - ONCE_IN
    )
    if not known.exists():
        record_view(
            event=Event.ACCESS_REFUSED,
            actor=request.user,
            subject_kind="person",
            subject_id=request.user.uuid,
            details=details,
        )
