"""Taking in the text of a pathway that somebody wrote or uploaded.

A text is read for the first time by a child with limits. What the child read within them is read again by the same
library in the same time wherever the text is shown or published, so it is safe to keep.
"""

from limited.running import Limits, NoChild, TooMuch, run
from limited.turns import TooBusy, turn

LONGEST_TEXT = 200_000  # characters; the longest shipped pathway has 12,000
LIMITS = Limits(memory=256 * 1024**2, cpu=3, seconds=6)
JOB = "credentialing.pathways.text_child:first_read"


class TextRefused(ValueError):
    """A text can't be taken in; the message says why."""


class TextsBusy(TextRefused):
    """Texts can't be read at this moment; the same again in a minute may be taken."""


def take_in(source: str, *, client: str) -> None:
    """Refuse what takes too long to read; before any transaction. `client` is whose turn it takes.

    Raises:
        TextRefused: it is too long, or takes more than any pathway does.
        TextsBusy: another text or file of the client's is being read, or too many others.
    """
    if len(source) > LONGEST_TEXT:
        msg = f"The text is too long: {len(source):,} characters, and {LONGEST_TEXT:,} are the most."
        raise TextRefused(msg)
    try:
        content = source.encode()
    except UnicodeEncodeError as error:
        msg = "The text holds half a character. Copy it again, or save the file as UTF-8."
        raise TextRefused(msg) from error
    try:
        with turn(client):
            refusal = run(JOB, content, limits=LIMITS).facts
    except TooMuch:
        msg = "This text takes more time or memory to read than any pathway needs. Make it simpler."
        raise TextRefused(msg) from None
    except (TooBusy, NoChild):
        msg = "Many files are being checked just now. Please try again in a minute."
        raise TextsBusy(msg) from None
    if refusal:
        raise TextRefused(refusal)
