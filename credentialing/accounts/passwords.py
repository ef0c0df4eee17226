"""Which new passwords are refused. Those that are set already stay: nobody is locked out by a new rule."""

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

BREACHED = Path(__file__).parent / "breached" / "passwords.txt.gz"
# What everybody thinks of first here (ASVS 6.1.2); the words of the society's own name and address come on top.
CONTEXT_WORDS = frozenset(
    {"balint", "leader", "group", "credential", "credentials", "credentialing", "certificate", "council", "society"}
    | {"supervisor", "password", "welcome", "login", "doctor", "patient"}
)
STAND_INS = str.maketrans("013457@$!", "oieastasi")
SHORTEST_REST = 5  # letters that must remain when society words are taken out
WORD = re.compile(r"[^\W\d_]{3,}")


@cache
def breached_passwords() -> frozenset[str]:
    """The bundled list, in small letters; read at the first password that is chosen (4 MB)."""
    with gzip.open(BREACHED, "rt", encoding="utf-8") as lines:
        return frozenset(line.rstrip("\n") for line in lines)


def context_words() -> frozenset[str]:
    """The words that make a password of this society easy to guess."""
    named = WORD.findall(f"{settings.SOCIETY_NAME} {settings.BASE_URL.partition('://')[2]}".casefold())
    return CONTEXT_WORDS | frozenset(named)


class NotBreached:
    """Refuses a password that is on the list of those found in breaches (ASVS 6.2.12)."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's signature
        """Compare it whole, in small letters.

        Raises:
            ValidationError: it is on the list.
        """
        if password.lower() in breached_passwords():
            msg = "This password is known from a breach of another site: whoever attacks accounts tries it first."
            raise ValidationError(msg, code="password_breached")

    def get_help_text(self) -> str:
        """Say the rule."""
        return "It must not be one that is known from breaches of other sites."


class NotOfTheSociety:
    """Refuses a password that is little more than words of the society (ASVS 6.2.11)."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's signature
        """Take out the words, digits for letters undone, and look what is left.

        Raises:
            ValidationError: hardly anything is.
        """
        plain = password.casefold()
        for text in (plain, plain.translate(STAND_INS)):
            rest = _without_context(text)
            if rest != text and sum(character.isalpha() for character in rest) < SHORTEST_REST:
                msg = "This is little more than words of the society, which others guess first. Take words of your own."
                raise ValidationError(msg, code="password_of_the_society")

    def get_help_text(self) -> str:
        """Say the rule."""
        return "It must be more than words of the society, such as “balint” or “council”."


def _without_context(text: str) -> str:
    """What remains when the words are taken out, the longest first."""
    for word in sorted(context_words(), key=len, reverse=True):
        text = text.replace(word, "")
    return text
