"""Pages of allauth that behave otherwise here."""

from typing import Any

from allauth.account import views
from allauth.account.views import LoginView
from django.db import transaction
from django.http import HttpResponse

from credentialing.accounts.access import public, signed_in
from credentialing.accounts.adapter import TOO_MANY
from credentialing.ui.middleware import write_while_reading

TOO_MANY_REQUESTS = 429


class LogInView(LoginView):  # type: ignore[misc]  # allauth has no types
    """Says with its status, too, that there were too many wrong passwords; the address stays in the form."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again."""
        response: HttpResponse = super().form_invalid(form)
        if form.has_error("__all__", code=TOO_MANY):
            response.status_code = TOO_MANY_REQUESTS
        return response


log_in = public(LogInView.as_view())
# These change an account and announce it afterwards: both happen, or neither.
email = signed_in(transaction.atomic(write_while_reading()(views.email)))  # enters the address of a first visit
confirm_email = public(transaction.atomic(views.confirm_email))
