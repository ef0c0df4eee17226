"""What all pages share that somebody reaches by a link in a letter, without a log-in."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from credentialing.evidence.links import AnswerLink, LinkState
from credentialing.ui.responses import conflict

ASK_AGAIN = "If you think that your answer is still needed, ask the candidate, who can have a new link sent to you."
TAKEN_BACK = (
    "What this link was about was taken back, was changed since, or has come to its end. "
    "If it was changed, there is another letter in your mail."
)
DONE = "There is nothing more to do: the link has done its work."
WORDS: Mapping[LinkState, tuple[int, str, str]] = {
    LinkState.ANSWERED: (200, "Thank you, your answer is recorded", DONE),
    LinkState.OVER: (410, "Your answer isn't needed any more", TAKEN_BACK),
    LinkState.EXPIRED: (410, "This link is too old", ASK_AGAIN),
}
UNKNOWN = (
    404,
    "This link does not work",
    "Perhaps your mail program has cut it off: copy the whole address from the letter. "
    "Or a newer letter with another link has been sent to you since. " + ASK_AGAIN,
)


def closed_link(request: HttpRequest, asked: AnswerLink | None) -> HttpResponse | None:
    """What is said instead of the page when its link is good for nothing (any more): no word of whom it was about."""
    state = asked.link_state(timezone.now()) if asked is not None else None
    if state is LinkState.OPEN:
        return None
    if state is LinkState.ANSWERED and request.method == "POST":
        return conflict(request, "This has already been answered, and stays as it is.", request.path)
    status, title, text = WORDS[state] if state else UNKNOWN
    return render(request, "evidence/closed_link.html", {"title": title, "text": text}, status=status)
