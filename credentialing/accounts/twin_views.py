"""Accounts that could be of the same person: the keepers' page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from credentialing.accounts.access import AuthedRequest, requires
from credentialing.accounts.forms import TwinsForm
from credentialing.accounts.models import Person
from credentialing.accounts.twins import tell_apart, twins
from credentialing.ui.responses import not_permitted


@requires("coordinator", "registrar")
@require_http_methods(["GET", "HEAD", "POST"])
def possibly_the_same(request: AuthedRequest) -> HttpResponse:
    """Pairs of accounts with the reasons; a keeper says which are of two people."""
    form = TwinsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        one, other = (get_object_or_404(Person, uuid=form.cleaned_data[name]) for name in ("one", "other"))
        try:
            tell_apart(one=one, other=other, actor=request.user)
        except (PermissionError, ValueError) as refusal:
            return not_permitted(request, str(refusal))
        messages.success(request, f"Noted: {one} and {other} are two people. They are not listed again.")
        return redirect("accounts:twins")
    status = 422 if form.errors else 200
    return render(request, "accounts/twins.html", {"pairs": twins(), "form": form}, status=status)
