"""How numbers of credentials are given."""

from django.db import models


class NumberSeries(models.Model):
    """The last number given in one series and year; locked while the next is taken, so that none is given twice."""

    prefix = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="number_series_one_per_prefix_and_year"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last:04}"
