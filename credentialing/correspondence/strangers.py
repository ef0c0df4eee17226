"""What of somebody's own words a stranger may read in a letter of the society."""

import unicodedata

LONGEST = 60
BETWEEN = frozenset(" '\u2019-\u2013.,()")


def plain_name(name: str) -> str:
    """A name in letters alone: no address, number or sign that a mail program or a reader would follow.

    A point is followed by a space, as in “J. R. Smith”, so that no part reads as the name of a site.
    """
    kept = "".join(sign if unicodedata.category(sign)[0] in "LM" or sign in BETWEEN else " " for sign in name)
    words = (word for word in kept.replace(".", ". ").split() if any(sign.isalpha() for sign in word))
    return " ".join(words)[:LONGEST].strip() or "Somebody"
