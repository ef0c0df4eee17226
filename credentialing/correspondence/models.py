"""Letters: every e-mail the system writes, kept with its delivery."""

import uuid

from django.db import models
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.correspondence.querysets import LetterQuerySet

HIDDEN = "(removed)"  # stands in the stored words where the letter that is sent has what opens something


class LinkLost(Exception):
    """A letter can't be sent, because nobody knows any more what its link opens."""


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
    def secret(self) -> str:
        """What its link opens; "" if it has none, or it has been sent."""
        kept = LetterSecret.objects.filter(letter=self).first()
        return kept.text if kept else ""

    @property
    def words(self) -> str:
        """What the recipient reads.

        Raises:
            LinkLost: what its link opens is not known any more: it has been sent, or comes from a backup.
        """
        path = str(self.context.get("path", ""))
        if HIDDEN not in path:
            return self.body
        if not self.secret:
            msg = "What its link opens was left out of a backup. Have the letter asked for again."
            raise LinkLost(msg)
        return self.body.replace(path, path.replace(HIDDEN, self.secret))


class LetterSecret(models.Model):
    """What the link of a letter opens, from its writing until it is sent; no backup holds it."""

    letter = models.OneToOneField(Letter, primary_key=True, on_delete=models.CASCADE, related_name="kept_secret")
    text = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"of {self.letter_id}"
