"""Who reaches the demo: this machine and nobody else, whatever proxy or tunnel stands before it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

from credentialing.starting import is_loopback

WORDS = "This is a demo with known passwords. It is shown to the machine that it runs on alone."


class OnlyThisMachine:
    """Refuses whoever asks from elsewhere, also through a proxy that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer this machine."""
        told = f"{request.META.get('HTTP_X_FORWARDED_FOR', '')},{request.META.get('HTTP_X_REAL_IP', '')}"
        told = f"{request.META['REMOTE_ADDR']},{told}"  # of a socket in the file system there is no address
        addresses = [address.strip() for address in told.split(",") if address.strip()]
        if all(is_loopback(address) for address in addresses):
            return self.get_response(request)
        return HttpResponseForbidden(WORDS, content_type="text/plain; charset=utf-8")
