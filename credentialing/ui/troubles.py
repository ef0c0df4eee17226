"""What keeps a page from being answered without being anybody's fault at the page: said in words, told, and mended.

A full disk, a store that can only be read, a stored file that has gone, rules that can't be read: each is recognized
here, whichever page met it, and answered alike. What somebody typed is shown again, to be sent once more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from limited.running import NoChild
from workflows.machine import Fault, fault_of

SOON = 60  # seconds
DONE = 409  # then there is nothing to be sent again
SECRET = ("password", "csrfmiddlewaretoken", "code", "token")  # parts of the names of fields that are never shown again
LONG = 80  # characters from which a text gets a box of several lines

trouble_met = Signal()  # sender: `Trouble`; `trouble`: what was met. Whoever tells the administrators hears it.


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is said on the page, and to the administrators (nothing where it mends itself without them)."""

    status: int
    title: str
    words: str
    told: str = ""
    key: str = ""  # under which it is told, once a day


@dataclass(frozen=True, kw_only=True)
class Typed:
    """One field that was sent."""

    name: str
    label: str
    value: str

    @property
    def is_long(self) -> bool:
        """Whether it needs several lines."""
        return len(self.value) > LONG or "\n" in self.value


type Recognizer = Callable[[BaseException], Trouble | None]

_recognizers: list[Recognizer] = []


def recognizer(ask: Recognizer) -> Recognizer:
    """Let a room above say which of its own errors are troubles."""
    _recognizers.append(ask)
    return ask


def trouble_of(error: BaseException) -> Trouble | None:
    """What it is; None where it is a fault of ours."""
    for ask in _recognizers:
        found = ask(error)
        if found is not None:
            return found
    return None


@recognizer
def _of_the_machine(error: BaseException) -> Trouble | None:
    if isinstance(error, NoChild):
        return Trouble(
            status=503,
            title="Please try again",
            words="There is too much to do here just now. Please try again in a minute.",
        )
    fault = fault_of(error)
    if fault is Fault.MISSING:
        name = str(getattr(error, "filename", ""))
        return Trouble(
            status=503,
            title="A stored file is missing",
            words="A file that belongs to this page is not where it was stored. The administrators have been told. "
            "Once they have put it back, the page is as before; nothing else is lost.",
            told=f"The stored file {name} is missing. Put it back from a backup: what shows it then works again.",
            key=f"missing:{name}",
        )
    return None if fault is None else TROUBLES[fault]


TROUBLES = {
    Fault.FULL: Trouble(
        status=507,
        title="There is no room left",
        words="The disk of this service is full, so this was not saved. The administrators are told. "
        "Please try again later: as soon as there is room, everything works again by itself.",
        told="The disk of the service is full: nothing can be saved. Make room; it then goes on by itself.",
        key="full",
    ),
    Fault.READ_ONLY: Trouble(
        status=503,
        title="Nothing can be saved just now",
        words="This service can read, but not write just now, so this was not saved. The administrators are told. "
        "Please try again later: as soon as that is mended, everything works again by itself.",
        told="The service can't write to its disk or its database. Look at its rights and at the disk; "
        "it then goes on by itself.",
        key="read-only",
    ),
    Fault.BUSY: Trouble(
        status=503,
        title="Please try again",
        words="Many people are saving something just now, and this was not saved. Please try again in a minute.",
    ),
    Fault.DUPLICATE: Trouble(
        status=409,
        title="This is done already",
        words="The same was saved a moment ago: by a second click, in another tab, or by somebody else. "
        "Nothing was saved twice. See how it stands now.",
    ),
}


def answer(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """The page that says it; it needs no database, and tells whoever must know."""
    trouble_met.send_robust(sender=Trouble, trouble=trouble)
    typed = list(typed_in(request)) if request.method == "POST" and trouble.status != DONE else []
    context = {
        "trouble": trouble,
        "typed": typed,
        "had_files": bool(typed) and (request.content_type or "").startswith("multipart/"),
        "again_url": request.get_full_path(),
        "csrf_token": get_token(request),
    }
    response = HttpResponse(render_to_string("ui/trouble.html", context), status=trouble.status)
    response.headers["Cache-Control"] = "no-store"
    if trouble.status in {503, 507}:
        response.headers["Retry-After"] = str(SOON)
    return response


def typed_in(request: HttpRequest) -> Iterator[Typed]:
    """What somebody has sent, but for what must not be shown again; nothing where it could not even be taken in."""
    try:
        sent = list(request.POST.lists())
    except Exception:  # noqa: BLE001 - whatever kept it from being read is what is being answered
        return
    for name, values in sent:
        if any(part in name.lower() for part in SECRET):
            continue
        label = name.rpartition("-")[2].replace("_", " ").capitalize()
        for value in values:
            yield Typed(name=name, label=label, value=value)
