"""Links by which somebody without a log-in answers once: known to the society only by their digests."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Self

from django.conf import settings
from django.db import models

from certificates.same_text import address


class LinkState(StrEnum):
    """What a link is good for."""

    OPEN = "open"
    ANSWERED = "answered"
    TAKEN_BACK = "taken_back"  # whoever asked does so no more
    OF_ANOTHER = "of_another"  # somebody else is asked now
    OVER = "over"  # the case has ended
    PAUSED = "paused"  # the case rests
    REPLACED = "replaced"  # ended by a newer link that was asked for on suspicion
    EXPIRED = "expired"


def digest_of(token: str) -> str:
    """What is kept of a link's secret part: whoever reads the database or a copy of it can't open any."""
    return sha256(token.encode()).hexdigest()


class AnswerLink(models.Model):
    """Something that one person is asked by e-mail, and answers on a page that only the link opens.

    A link ends with its matter, or after `LINK_DAYS` (OWASP ASVS 5.0, 6.5.5 and 2.3.2), or where somebody asks for a
    newer one because another may have it. It follows its matter: where that was changed, it asks about what it is now.
    """

    link_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001 - UNIQUE must allow several without
    link_sent_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_answered(self) -> bool:
        """Whether the answer has been given."""
        raise NotImplementedError

    @property
    def is_taken_back(self) -> bool:
        """Whether the candidate wants to know no more."""
        raise NotImplementedError

    @property
    def address_asked(self) -> str:
        """Whom the letter went to."""
        raise NotImplementedError

    def as_it_stands(self) -> Self:
        """What became of it: its newest version, or itself."""
        return self

    def new_link(self, now: datetime) -> str:
        """A new secret part, told once; the earlier one no longer opens anything. Whoever calls it stores the row."""
        token = secrets.token_urlsafe(24)
        self.link_digest, self.link_sent_at = digest_of(token), now
        return token

    def link_state(self, now: datetime, token: str = "") -> LinkState:
        """What the link is good for at that moment: the last one, or that of the token, which led to this row."""
        present = self.as_it_stands()
        if address(present.address_asked) != address(self.address_asked):
            return LinkState.OF_ANOTHER
        return present.matter_state() or self._letter_state(now, token) or LinkState.OPEN

    def matter_state(self) -> LinkState | None:
        """What ends every link about it, or lets it rest."""
        case = self.application  # type: ignore[attr-defined]  # every subclass belongs to one
        for state, holds in (
            (LinkState.TAKEN_BACK, self.is_taken_back),
            (LinkState.ANSWERED, self.is_answered),
            (LinkState.OVER, not case.is_open),
            (LinkState.PAUSED, case.is_paused),
        ):
            if holds:
                return state
        return None

    def _letter_state(self, now: datetime, token: str) -> LinkState | None:
        """What ends this one link."""
        sent_at, ended_at = self._sent_and_ended(token)
        if ended_at is not None:
            return LinkState.REPLACED
        too_old = sent_at is None or now >= sent_at + timedelta(days=settings.LINK_DAYS)
        return LinkState.EXPIRED if too_old else None

    def _sent_and_ended(self, token: str) -> tuple[datetime | None, datetime | None]:
        if not token or digest_of(token) == self.link_digest:
            return self.link_sent_at, None
        earlier = self.earlier_links.get(link_digest=digest_of(token))  # type: ignore[attr-defined]  # led here
        return earlier.link_sent_at, earlier.ended_at

    @property
    def link_ends_at(self) -> datetime | None:
        """Until when the link works if nothing else ends it; None without a link."""
        return self.link_sent_at and self.link_sent_at + timedelta(days=settings.LINK_DAYS)
