"""Pages that are open to everybody."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse

type View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Open to everybody, without a log-in; says so in `access`, which an architecture test asks of every view."""
    view.access = "public"  # type: ignore[attr-defined]  # read by the architecture test
    opened: View = login_not_required(view)
    return opened
