"""The coordinator corrects answers that decide what is asked for: before and after first, then the act."""

from copy import copy
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.applications.assessments import assess_case
from credentialing.applications.forms import AnswersForm
from credentialing.applications.models import Application
from credentialing.applications.moves import MoveImpact
from credentialing.applications.services.answers import AnswersRefused, change_answers
from credentialing.ui.responses import conflict


@requires("coordinator")
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: AuthedRequest, uuid: UUID) -> HttpResponse:
    """Written, then shown with what it changes, then done."""
    application = get_object_or_404(Application.objects.reviewable_by(request.user), uuid=uuid)
    form = AnswersForm(request.POST if request.method == "POST" else None, application=application)
    context = {"application": application, "form": form}
    if request.method == "POST" and form.is_valid():
        if "confirmed" not in request.POST:
            return render(request, "reviews/answers.html", {**context, "impact": _impact(application, form.answers)})
        back = reverse("reviews:case", args=[uuid])
        try:
            change_answers(
                application=application,
                actor=request.user,
                answers=form.answers,
                reason=form.cleaned_data["reason"],
            )
        except AnswersRefused as refusal:
            return conflict(request, str(refusal), back)
        messages.success(request, "The answers are corrected, and the candidate has been told.")
        return redirect(back)
    return render(request, "reviews/answers.html", context, status=422 if form.is_bound else 200)


def _impact(application: Application, given: dict[str, str]) -> MoveImpact:
    today = timezone.localdate()
    other = copy(application)
    other.profile = given
    return MoveImpact(
        application=application,
        version=application.pathway_version,
        before=assess_case(application, today),
        after=assess_case(other, today),
    )
