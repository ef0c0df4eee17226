"""Pathways and their published versions."""

import uuid
from functools import cached_property, lru_cache
from typing import Any

from django.db import models
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.pathways.definitions import PathwayDefinition
from credentialing.pathways.formats import PRESENT
from credentialing.pathways.loader import RulesUnreadable, digest_of, load_pathway, read_published
from credentialing.pathways.querysets import PathwayVersionQuerySet
from workflows.models import Sealed


class Pathway(models.Model):
    """A certification scheme of a society, for example the path to Credentialed Balint Group Leader."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PathwayVersion(Sealed):
    """The rules of a pathway as published: never changed afterwards; each case is pinned to one.

    By its `policy` cases under way stay with the version they were submitted under, or all of them move to this one
    on its first day (nobody is grandparented); both are found among societies (DOMAIN §1, 4).
    """

    class Policy(models.TextChoices):
        """What becomes of cases under way."""

        PIN = "pin", "Applications under way keep the rules they were submitted under"
        MIGRATE = "migrate", "All applications under way go on by the new rules from that day"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    pathway = models.ForeignKey(Pathway, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=40)
    source = models.TextField(editable=False)
    digest = models.CharField(max_length=64, editable=False)
    format = models.PositiveSmallIntegerField(default=PRESENT, editable=False)
    in_force_from = models.DateField()
    policy = models.CharField(max_length=10, choices=Policy.choices, default=Policy.PIN)
    published_at = models.DateTimeField(default=timezone.now, editable=False)
    published_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    objects = PathwayVersionQuerySet.as_manager()

    class Meta:
        ordering = ("pathway", "in_force_from", "pk")
        constraints = [
            models.UniqueConstraint(fields=["pathway", "version"], name="pathway_version_published_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pathway} {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new version; a published one never changes.

        Raises:
            TypeError: the version is already published.
        """
        if self.pk:
            msg = "A published pathway version never changes; publish a new one."
            raise TypeError(msg)
        super().save(*args, **kwargs)

    @classmethod
    def unsaved(cls, source: str) -> "PathwayVersion":
        """The version that a text would be, to try it on cases; nothing is stored.

        Raises:
            PathwayFileInvalid: the text can't be used.
        """
        definition = load_pathway(source)
        pathway = Pathway.objects.filter(slug=definition.slug).first() or Pathway(
            slug=definition.slug, name=definition.name
        )
        return cls(pathway=pathway, version=definition.version, source=source, digest=digest_of(source))

    @cached_property
    def definition(self) -> PathwayDefinition:
        """The stages and requirements of this version, read as they were published.

        Raises:
            RulesUnreadable: the stored text has been changed since.
        """
        try:
            return _definition(self.source, self.format)
        except RulesUnreadable as refusal:
            raise RulesUnreadable(refusal.reason, version=str(self)) from refusal

    @property
    def is_readable(self) -> bool:
        """Whether one can go by these rules at all."""
        try:
            return bool(self.definition)
        except RulesUnreadable:
            return False


@lru_cache(maxsize=256)
def _definition(source: str, number: int) -> PathwayDefinition:
    return read_published(source, number=number)
