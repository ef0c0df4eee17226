"""Letters: every e-mail the system writes, kept with its delivery."""

import uuid

from django.db import models
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.correspondence.querysets import LetterQuerySet

HIDDEN = "(removed)"  # stands in the stored words where the letter that is sent has what opens something


class Letter(models.Model):
    """One e-mail to one person, written in the transaction of what it tells about and delivered after it."""

    class State(models.TextChoices):
        """Where it is."""

        QUEUED = "queued", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipient = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="letters")
    to_address = models.EmailField()
    template = models.SlugField()
    context = models.JSONField(default=dict)
    subject = models.CharField(max_length=250)
    body = models.TextField()
    secret = models.CharField(max_length=200, blank=True, editable=False)  # part of its link; empty once it is sent
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)  # a worker is at it until then, at the latest
    last_error = models.TextField(blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True, null=True)  # noqa: DJ001 - UNIQUE must allow several without
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="queued"), name="letter_waiting"),
            models.Index(fields=["created_at"], condition=models.Q(state="failed"), name="letter_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {self.to_address}"

    @property
    def words(self) -> str:
        """What the recipient reads."""
        return self.body.replace(HIDDEN, self.secret) if self.secret else self.body
