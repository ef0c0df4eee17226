"""How a refusal of a service reaches the page: beside the form, or as a clear notice."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.forms import BaseForm

from credentialing.accounts.limits import TooOften
from credentialing.evidence.services.cases import EvidenceRefused


def accepted(form: BaseForm, act: Callable[[], object], field: str | None = None) -> bool:
    """Do `act`; a refusal becomes an error of the form (at `field`, or where it says): nothing typed is lost."""
    try:
        act()
    except EvidenceRefused as refusal:
        form.add_error(field, str(refusal))
        form.status = refusal.status  # type: ignore[attr-defined]
        return False
    except TooOften as refusal:
        form.add_error(None, str(refusal))
        form.status = 429  # type: ignore[attr-defined]
        return False
    except ValidationError as refusal:
        at_fields = hasattr(refusal, "error_dict") and set(refusal.error_dict) <= set(form.fields)
        form.add_error(None, refusal if at_fields else refusal.messages)  # type: ignore[arg-type]  # a list is allowed
        return False
    return True


def status_of(form: BaseForm) -> int:
    """The status of the page that shows this form: that of the refusal: 409 on a second click, 429 of too many."""
    return int(getattr(form, "status", 200))
