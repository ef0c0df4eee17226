"""Links that were sent before the last one about the same matter; known by their digests alone."""

from django.db import models
from django.db.models import Q

from credentialing.evidence.models.credentials import Reference
from credentialing.evidence.models.log import LogEntry


class EarlierLink(models.Model):
    """An earlier link still leads to its matter, so that nobody who finds an older letter is told nothing."""

    link_digest = models.CharField(max_length=64, unique=True, editable=False)
    link_sent_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    log_entry = models.ForeignKey(LogEntry, null=True, on_delete=models.CASCADE, related_name="earlier_links")
    reference = models.ForeignKey(Reference, null=True, on_delete=models.CASCADE, related_name="earlier_links")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(log_entry__isnull=True) ^ Q(reference__isnull=True),
                name="earlier_link_is_about_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"An earlier link of {self.link_sent_at:%Y-%m-%d}"
