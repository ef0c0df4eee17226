"""The addresses of the service: its present one, perhaps below a path, and those that it had before.

A code printed years ago leads to the address of its day. Whoever comes by a former one is sent on to the same page
under the present one; only what belongs to the former identifier itself answers where it always was, because verifiers
look it up there and expect it to name that address: the keys (`did:web`), the status lists, the lists of revoked keys.
"""

from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

STAYS = ("/.well-known/did.json", "/did.json", "/status/", "/pki/", "/transparency/keys", "/transparency/checkpoint")
PERMANENT = 308  # with the method kept


class KnownAddresses:
    """Takes the path of the service off what is asked, and leads on from former addresses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or lead on."""
        host = request.META.get("HTTP_HOST", "").lower()
        present = urlsplit(settings.BASE_URL)
        inside = _below(request.path_info, present.path)
        if inside and _is_of(host, present):
            return self.get_response(_as_asked(request, inside))
        for address in settings.FORMER_BASE_URLS:
            former = urlsplit(address)
            asked = _below(request.path_info, former.path)
            if asked and _is_of(host, former):
                return self._under_former(_as_asked(request, asked), address)
        return self.get_response(_as_asked(request, inside) if inside else request)

    def _under_former(self, request: HttpRequest, address: str) -> HttpResponse:
        if request.path_info.startswith(STAYS):
            request.former_address = address  # type: ignore[attr-defined]  # asked by the views that answer for it
            return self.get_response(request)
        query = request.META.get("QUERY_STRING", "")
        response = HttpResponse(status=PERMANENT)
        path = request.get_full_path_info().partition("?")[0]
        response.headers["Location"] = f"{settings.BASE_URL}{path}{'?' if query else ''}{query}"
        response.headers["Access-Control-Allow-Origin"] = "*"  # as where it leads; nothing is told here
        return response


def _is_of(host: str, address: SplitResult) -> bool:
    """Whether a request names the host of an address; proxies may leave the port away."""
    return host in {address.netloc.lower(), address.hostname}


def _below(path: str, base: str) -> str:
    """The path as the service knows it; empty where it isn't below that of the address."""
    if not base:
        return path
    return path.removeprefix(base) or "/" if path == base or path.startswith(f"{base}/") else ""


def _as_asked(request: HttpRequest, path: str) -> HttpRequest:
    request.path_info = path
    request.path = f"{settings.BASE_PATH}{path}"
    return request


def absolute(path: str) -> str:
    """The whole address of a page, for letters; `path` may have the path of the service before it or not."""
    base = settings.BASE_PATH
    return str(settings.BASE_URL) + (path.removeprefix(base) if base and path.startswith(f"{base}/") else path)
