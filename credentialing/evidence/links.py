"""Links by which somebody without a log-in answers once: known to the society only by their digests."""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from django.conf import settings
from django.db import models


class LinkState(StrEnum):
    """What a link is good for."""

    OPEN = "open"
    ANSWERED = "answered"
    OVER = "over"  # what it was about has ended, or was taken back
    EXPIRED = "expired"


def digest_of(token: str) -> str:
    """What is kept of a link's secret part: whoever reads the database or a copy of it can't open any."""
    return sha256(token.encode()).hexdigest()


class AnswerLink(models.Model):
    """Something that one person is asked by e-mail, and answers on a page that only the link opens.

    A link ends with its matter, when a newer one is sent, or after `LINK_DAYS` (OWASP ASVS 5.0, 6.5.5 and 2.3.2).
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
    def is_over(self) -> bool:
        """Whether nobody wants to know any more."""
        raise NotImplementedError

    def new_link(self, now: datetime) -> str:
        """A new secret part, told once; the earlier one no longer opens anything. Whoever calls it stores the row."""
        token = secrets.token_urlsafe(24)
        self.link_digest, self.link_sent_at = digest_of(token), now
        return token

    def link_state(self, now: datetime) -> LinkState:
        """What the link is good for at that moment."""
        if self.is_over:
            return LinkState.OVER
        if self.is_answered:
            return LinkState.ANSWERED
        ends_at = self.link_ends_at
        return LinkState.EXPIRED if ends_at is None or now >= ends_at else LinkState.OPEN

    @property
    def link_ends_at(self) -> datetime | None:
        """Until when the link works if nothing else ends it; None without a link."""
        return self.link_sent_at and self.link_sent_at + timedelta(days=settings.LINK_DAYS)
