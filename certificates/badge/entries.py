"""The place of each certificate in the published status lists."""

import secrets
from typing import TYPE_CHECKING, ClassVar

from django.db import IntegrityError, models, transaction

if TYPE_CHECKING:
    from certificates.models import Certificate

LENGTH = 131_072  # bits; the least that W3C's Bitstring Status List allows, so that nobody stands out
FULL = LENGTH // 2  # a list that is half full still finds a free place at the second throw


class StatusEntry(models.Model):
    """One bit of one list, given to one certificate for good.

    The place is drawn by lot: places in the order of issue would tell who was certified together with whom.
    """

    length: ClassVar[int] = LENGTH

    certificate = models.OneToOneField(
        "certificates.Certificate", on_delete=models.PROTECT, related_name="status_entry", primary_key=True
    )
    list_number = models.PositiveIntegerField()
    index = models.PositiveIntegerField()

    class Meta:
        app_label = "certificates"
        verbose_name_plural = "status entries"
        constraints = [
            models.UniqueConstraint(fields=["list_number", "index"], name="status_entry_one_per_place"),
            models.CheckConstraint(condition=models.Q(index__lt=LENGTH), name="status_entry_within_its_list"),
        ]

    def __str__(self) -> str:
        return f"list {self.list_number}, place {self.index}"


def status_entry_of(certificate: "Certificate") -> StatusEntry:
    """The place of a certificate, given to it at the first call; every later call answers the same one."""
    known = StatusEntry.objects.filter(certificate=certificate).first()
    while known is None:
        known = _drawn(certificate) or StatusEntry.objects.filter(certificate=certificate).first()
    return known


def _drawn(certificate: "Certificate") -> StatusEntry | None:
    """A place by lot; None where somebody was faster, at this place or for this certificate."""
    list_number = _open_list()
    try:
        with transaction.atomic():
            return StatusEntry.objects.create(
                certificate=certificate, list_number=list_number, index=secrets.randbelow(LENGTH)
            )
    except IntegrityError:
        return None


def _open_list() -> int:
    """The newest list while it is less than half full, then the next."""
    newest = StatusEntry.objects.aggregate(newest=models.Max("list_number"))["newest"] or 1
    return newest + (StatusEntry.objects.filter(list_number=newest).count() >= FULL)
