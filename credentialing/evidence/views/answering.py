"""What all pages share that somebody reaches by a link in a letter, without a log-in."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from credentialing.evidence.links import AnswerLink, LinkState
from credentialing.ui.responses import conflict

ASK_AGAIN = "If you think that your answer is still needed, ask the candidate, who can have a new link sent to you."
NOTHING = "You need not do anything."
DONE = "There is nothing more to do: the link has done its work."
NOT_NEEDED = "Your answer isn't needed any more"
WORDS: Mapping[LinkState, tuple[int, str, str]] = {
    LinkState.ANSWERED: (200, "Thank you, your answer is recorded", DONE),
    LinkState.TAKEN_BACK: (410, NOT_NEEDED, f"What this link was about was taken back by whoever asked you. {NOTHING}"),
    LinkState.OF_ANOTHER: (
        410,
        NOT_NEEDED,
        f"What this link was about was changed, and you aren't asked now. {NOTHING}",
    ),
    LinkState.OVER: (410, NOT_NEEDED, f"What this link was about has come to its end. {NOTHING}"),
    LinkState.PAUSED: (
        200,
        "Your answer can wait",
        "What this link is about rests for the time being. Keep the letter: when it goes on, the link works again.",
    ),
    LinkState.REPLACED: (
        410,
        "There is a newer letter",
        "Another letter with a new link has been sent to you since. Please open that one. " + ASK_AGAIN,
    ),
    LinkState.EXPIRED: (410, "This link is too old", ASK_AGAIN),
}
UNKNOWN = (
    404,
    "This link does not work",
    "Perhaps your mail program has cut it off: copy the whole address from the letter. " + ASK_AGAIN,
)
CHANGED = "What you are asked about was changed since you opened the page. Look at it again before you answer."


def closed_link(request: HttpRequest, asked: AnswerLink | None, token: str) -> HttpResponse | None:
    """What is said instead of the page when its link is good for nothing (any more): no word of whom it was about.

    Where the page was made from a version that is no more the present one, that is told: nobody answers about what
    they haven't seen.
    """
    state = asked.link_state(timezone.now(), token) if asked is not None else None
    if asked is not None and state is LinkState.OPEN:
        present = str(asked.as_it_stands().uuid)  # type: ignore[attr-defined]  # every subclass has one
        seen = request.POST.get("version", present)
        return None if seen == present else conflict(request, CHANGED, request.path)
    if state is LinkState.ANSWERED and request.method == "POST":
        return conflict(request, "This has already been answered, and stays as it is.", request.path)
    status, title, text = WORDS[state] if state else UNKNOWN
    return render(request, "evidence/closed_link.html", {"title": title, "text": text}, status=status)


def sent_again(address: str, said: Mapping[str, object]) -> str:
    """What the candidate is told who had a new link sent."""
    ends = "Earlier links no longer work." if "end_earlier" in said else "The links of earlier letters work as well."
    return f"A new letter is on its way to {address}. {ends}"
