"""Every sealed row against its last seal, and its file against the SHA-256 in the row."""

import hashlib
import logging
from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Exists, OuterRef

from workflows.models import Seal, Sealed, StoredBytes
from workflows.models.seals import REMOVED
from workflows.verification.findings import Finding, Progress

AT_ONCE = 500
PIECE = 256 * 1024

logger = logging.getLogger(__name__)


def examine_seals(progress: Progress) -> Iterator[Finding]:
    """Table by table."""
    for model in sealed_models():
        yield from _examine_table(model, progress)
        yield from _removed_rows(model)


def sealed_models() -> list[type[Sealed]]:
    """Every kind of row whose changes are sealed."""
    return [model for model in apps.get_models() if issubclass(model, Sealed) and not model._meta.proxy]


def _examine_table(model: type[Sealed], progress: Progress) -> Iterator[Finding]:
    rows = model._base_manager.order_by("pk")
    total, done, last = rows.count(), 0, 0
    while chunk := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        last = chunk[-1].pk
        seals = {seal.row_id: seal for seal in Seal.objects.of(model, [row.pk for row in chunk])}
        for row in chunk:
            for message in _faults_of(row, seals.get(row.pk)):
                yield Finding(about=f"{model._meta.verbose_name} {getattr(row, 'uuid', row.pk)}", message=message)
        done += len(chunk)
        progress(str(model._meta.verbose_name_plural), done, total)


def _faults_of(row: Sealed, seal: Seal | None) -> Iterator[str]:
    if seal is None or seal.sha256 == REMOVED:
        yield "was put in by hand: it has no seal"
        return
    try:
        if not seal.fits(row):
            yield "was changed by hand: it doesn't say what was sealed"
    except FieldDoesNotExist:
        yield "can't be compared: a sealed field has gone, and its migration has not sealed the row anew"
    stored = row.stored_bytes()
    if stored is not None:
        yield from _faults_of_bytes(stored)


def _faults_of_bytes(stored: StoredBytes) -> Iterator[str]:
    found = hashlib.sha256()
    try:
        with stored.storage.open(stored.name) as file:
            while piece := file.read(PIECE):
                found.update(piece)
    except FileNotFoundError:
        yield f"its file {stored.name} is gone"
    except OSError as error:
        yield f"its file {stored.name} can't be read ({error})"
    else:
        if found.hexdigest() != stored.sha256:
            yield f"its file {stored.name} holds other bytes than were stored"


def _removed_rows(model: type[Sealed]) -> Iterator[Finding]:
    """Rows that were sealed and are not there, without a word about their removal."""
    kind = model._meta.label_lower
    seals = Seal.objects.filter(row_kind=kind).exclude(sha256=REMOVED)
    later = Seal.objects.filter(row_kind=kind, row_id=OuterRef("row_id"), pk__gt=OuterRef("pk"))
    rows = model._base_manager.filter(pk=OuterRef("row_id"))
    for seal in seals.filter(~Exists(rows), ~Exists(later)).order_by("pk").iterator():
        yield Finding(about=f"{model._meta.verbose_name} with key {seal.row_id}", message="was removed by hand")
