"""Fees: what the Treasurer has received or waived."""

import uuid
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from workflows.models import Sealed, SealedQuerySet


class FeePayment(Sealed):
    """One entry of the Treasurer: a payment received, a waiver, or the reversal of either (never an edit)."""

    class Kind(models.TextChoices):
        """What happened."""

        PAID = "paid", "Received"
        WAIVED = "waived", "Waived"
        REVERSED = "reversed", "Reversed"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="fee_payments")
    requirement = models.SlugField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PAID)
    amount = models.DecimalField(
        max_digits=9, decimal_places=2, validators=[MinValueValidator(Decimal("0.00"))], default=Decimal("0.00")
    )
    received_on = models.DateField()
    reference = models.CharField("receipt or reference", max_length=80, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    marked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SealedQuerySet.as_manager()

    class Meta:
        ordering = ("marked_at", "pk")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="fee_payment_is_not_negative"),
            models.CheckConstraint(
                condition=Q(kind="paid") | ~Q(reason=""),
                name="fee_payment_waived_or_reversed_with_a_reason",
                violation_error_message="Say why.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} for {self.requirement}"
