"""The co-leader's page: reached from an e-mail, without a log-in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from credentialing.accounts.access import public
from credentialing.evidence.forms.log import DenialForm
from credentialing.evidence.models import LogEntry
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.log import confirm_log_entry, deny_log_entry
from credentialing.evidence.views.answering import closed_link
from credentialing.ui.responses import conflict, not_permitted


@public
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm a session, or say that it is not right: once."""
    asked = LogEntry.objects.behind(token).first()
    closed = closed_link(request, asked, token)
    if asked is None or closed is not None:
        return closed
    entry = asked.as_it_stands()
    form = DenialForm(request.POST if "deny" in request.POST else None)
    actor = request.user if request.user.is_authenticated else None
    try:
        if "confirm" in request.POST:
            confirm_log_entry(entry=entry, role="co_leader", actor=actor)
            return redirect("evidence:confirm", token=token)
        if "deny" in request.POST and form.is_valid():
            deny_log_entry(entry=entry, role="co_leader", actor=actor, reason=form.cleaned_data["reason"])
            return redirect("evidence:confirm", token=token)
    except EvidenceRefused as refusal:
        return conflict(request, str(refusal), request.path)
    except PermissionError as refusal:
        return not_permitted(request, str(refusal))
    return render(request, "evidence/confirm.html", {"entry": entry, "form": form})
