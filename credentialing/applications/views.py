"""The candidate's own pages."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates.models import Credential
from certificates.services import AlreadyHeld
from credentialing.accounts.access import AuthedRequest, signed_in
from credentialing.accounts.limits import limited
from credentialing.accounts.models import Role
from credentialing.accounts.ties import TO_SUPERVISE
from credentialing.applications.access import own_case, with_case
from credentialing.applications.assessments import assess_case, assess_requirement
from credentialing.applications.forms import ApplicationForm, ReasonForm, SubmissionForm, SupervisorForm
from credentialing.applications.histories import history_of
from credentialing.applications.models import Application
from credentialing.applications.permissions import open_to_ask
from credentialing.applications.presentation import best_steps, door, drawn, next_steps, offers, stage_tasks, track
from credentialing.applications.services.drafts import (
    ApplicationClosed,
    can_edit_form,
    save_application_form,
    start_application,
    submit_application,
)
from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.applications.services.supervision import (
    SupervisionRefused,
    ask_supervisor,
    end_supervision,
)
from credentialing.pathways.kinds import sentence_of
from credentialing.pathways.models import PathwayVersion
from credentialing.ui.responses import conflict
from workflows.errors import TransitionBlocked, TransitionError
from workflows.services import explain

HOME = "applications:home"


@signed_in
@require_safe
def home(request: AuthedRequest) -> HttpResponse:
    """The candidate's home: where the case stands, what to do next, who has the ball."""
    application = own_case(request)
    credentials = Credential.objects.held_by(request.user).prefetch_related("certificates")
    if application is None:
        offered = PathwayVersion.objects.offered(timezone.localdate())
        return render(request, "applications/home_empty.html", {"credentials": credentials, "offers": offers(offered)})
    stages = stage_tasks(application)
    best = best_steps(assess_case(application, timezone.localdate()))
    context = {
        "application": application,
        "track": track(application),
        "drawing": drawn(application, main_path_only=True),
        "stages": stages,
        "next_steps": next_steps(stages, best) if application.is_open and not application.is_paused else [],
        "supervision": application.current_supervision,
        "credentials": credentials,
        "can_edit_form": can_edit_form(application),
    }
    return render(request, "applications/home.html", context)


@signed_in
@require_POST
def start(request: AuthedRequest) -> HttpResponse:
    """Begin a draft on the chosen pathway; where there is one only, on that."""
    offered = [version.pathway.slug for version in PathwayVersion.objects.offered(timezone.localdate())]
    chosen = request.POST.get("pathway") or next(iter(offered), "")
    try:
        start_application(actor=request.user, pathway=chosen)
    except PathwayVersion.DoesNotExist:
        return conflict(request, "Nobody can apply yet: no pathway is in force.", reverse(HOME), title="Not open yet")
    except AlreadyHeld as refusal:
        return conflict(request, str(refusal), reverse(HOME))
    return redirect("applications:form")


@signed_in
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: AuthedRequest, application: Application) -> HttpResponse:
    """Write the application form; it can be saved at any time."""
    if not can_edit_form(application):
        return render(request, "applications/form_read.html", {"application": application})
    bound = ApplicationForm(request.POST if request.method == "POST" else None, instance=application)
    if request.method == "POST" and bound.is_valid():
        try:
            save_application_form(application=application, actor=request.user, **bound.facts)
        except ApplicationClosed as refusal:
            return conflict(request, str(refusal), reverse(HOME))
        messages.success(request, "Your application form is saved.")
        return redirect("applications:check" if "check" in request.POST else HOME)
    return render(request, "applications/form.html", {"form": bound, "application": application})


@signed_in
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: AuthedRequest, application: Application) -> HttpResponse:
    """Check the answers, see what is still missing, and submit."""
    if application.state != "draft":
        return conflict(request, "Your application has already been submitted.", reverse(HOME))
    action = explain(application, "submit", request.user)
    bound = SubmissionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and bound.is_valid():
        try:
            submit_application(application=application, actor=request.user)
        except TransitionBlocked as refusal:
            action = explain(application, "submit", request.user)
            context = {"form": bound, "application": application, "unmet": refusal.unmet}
            return render(request, "applications/check.html", context, status=422)
        except TransitionError as refusal:
            return conflict(request, str(refusal), reverse(HOME))
        return redirect("applications:submitted")
    context = {"form": bound, "application": application, "unmet": action.unmet}
    return render(request, "applications/check.html", context)


@signed_in
@with_case
@require_safe
def submitted(request: AuthedRequest, application: Application) -> HttpResponse:
    """What was handed in, its reference, what happens next."""
    if application.submitted_at is None:
        return redirect(HOME)
    return render(request, "applications/submitted.html", {"application": application})


@signed_in
@with_case
@require_safe
def requirement(request: AuthedRequest, application: Application, slug: str) -> HttpResponse:
    """One requirement: the rule, how far it is, what counts, what was said about it."""
    try:
        item = assess_requirement(application, slug, timezone.localdate())
    except KeyError as error:
        raise Http404 from error
    unreadable = set(application.files.unreadable().filter(requirement=slug).values_list("state", flat=True))
    context = {
        "application": application,
        "item": item,
        "sentence": sentence_of(item.requirement),
        "history": history_of(item.progress),
        "door": door(item.requirement),
        "files": application.files.standing().filter(requirement=slug),
        "out_of_sight": bool(unreadable - {"held"}),
        "waiting": "held" in unreadable,
        "stage": application.definition.stage(item.requirement.stage),
    }
    return render(request, "applications/requirement.html", context)


@signed_in
@limited("request")
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def supervisor(request: AuthedRequest, application: Application) -> HttpResponse:
    """Ask a supervisor, see the answer, take a request back."""
    people = open_to_ask(application, Role.SUPERVISOR, TO_SUPERVISE, timezone.now())
    bound = SupervisorForm(request.POST if request.method == "POST" else None, people=people)
    if request.method == "POST" and bound.is_valid():
        try:
            ask_supervisor(application=application, actor=request.user, **bound.cleaned_data)
        except SupervisionRefused as refusal:
            return conflict(request, str(refusal), request.path)
        messages.success(request, "Your request has been sent. You will get an e-mail with the answer.")
        return redirect("applications:supervisor")
    context = {"application": application, "form": bound, "supervision": application.current_supervision}
    return render(request, "applications/supervisor.html", context)


@signed_in
@with_case
@require_POST
def supervisor_end(request: AuthedRequest, application: Application) -> HttpResponse:
    """End the supervision, or take the request back."""
    current = application.current_supervision
    if current is None:
        return conflict(request, "There is no supervision to end.", reverse("applications:supervisor"))
    try:
        end_supervision(supervision=current, actor=request.user)
    except SupervisionRefused as refusal:
        return conflict(request, str(refusal), reverse("applications:supervisor"))
    messages.success(request, "That has ended. You can ask another supervisor.")
    return redirect("applications:supervisor")


@signed_in
@with_case
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: AuthedRequest, application: Application) -> HttpResponse:
    """Withdraw, after a page that says what that means."""
    bound = ReasonForm(request.POST if request.method == "POST" else None)
    bound.fields["reason"].required = False
    if request.method == "POST" and bound.is_valid():
        try:
            change_lifecycle(
                application=application, name="withdraw", actor=request.user, reason=bound.cleaned_data["reason"]
            )
        except TransitionError as refusal:
            return conflict(request, str(refusal), reverse(HOME))
        messages.success(request, "You have withdrawn your application. Everything is kept.")
        return redirect(HOME)
    return render(request, "applications/withdraw.html", {"form": bound, "application": application})
