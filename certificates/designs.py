"""The look of certificates as far as the society chooses it: a seal of its own. Rows are kept; the newest is in force.

A certificate freezes the digest of its seal with its other facts, so a later seal changes no earlier document.
"""

import hashlib
import io
import uuid
import warnings
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from PIL import Image

LARGEST_FILE = 1024 * 1024  # bytes, as it comes
SIDES = (300, 2000)  # pixels; below, the seal is blurred in print at one inch


class SealRefused(ValueError):
    """The picture can't serve as a seal; the message says why."""


class CertificateSeal(models.Model):
    """A picture that may stand at the head of certificates; tried first (`adopted_at` empty), then in force."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, blank=True)
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        app_label = "certificates"
        ordering = ("-adopted_at", "-pk")

    def __str__(self) -> str:
        return f"seal {self.sha256[:12] or 'as drawn'}"


def seal_in_force() -> str:
    """The digest of the seal for certificates of today; empty for the one that is drawn."""
    newest = CertificateSeal.objects.filter(adopted_at__isnull=False).order_by("-adopted_at", "-pk").first()
    return newest.sha256 if newest is not None else ""


def seal_of(sha256: str) -> bytes:
    """The picture of a digest that a certificate has frozen; none for the drawn one.

    Raises:
        LookupError: it is gone, or was changed.
    """
    if not sha256:
        return b""
    found = CertificateSeal.objects.filter(sha256=sha256).first()
    content = bytes(found.content) if found is not None else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        msg = f"The seal {sha256[:12]} is gone, or was changed."
        raise LookupError(msg)
    return content


@transaction.atomic
def upload_seal(*, content: bytes, actor: Any) -> CertificateSeal:
    """Keep a picture to be tried; it is in force only when somebody adopts it.

    Raises:
        SealRefused: it is no PNG of a fitting size.
    """
    clean = _cleaned(content)
    sha256 = hashlib.sha256(clean).hexdigest()
    known = CertificateSeal.objects.filter(sha256=sha256).first()
    return known or CertificateSeal.objects.create(content=clean, sha256=sha256, uploaded_by=actor)


@transaction.atomic
def adopt_seal(*, seal: CertificateSeal | None, actor: Any, now: datetime | None = None) -> CertificateSeal:
    """Let certificates from now on bear this seal, or (None) the drawn one."""
    seal = seal or CertificateSeal(content=b"", uploaded_by=actor)
    seal.adopted_at = now or timezone.now()
    seal.save()
    return seal


def _cleaned(content: bytes) -> bytes:
    """The picture written anew: nothing but its pixels gets into documents."""
    if len(content) > LARGEST_FILE:
        msg = f"The file is larger than {LARGEST_FILE // 1024} KB."
        raise SealRefused(msg)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=["PNG"])
            _must_fit(picture.size)
            clean = picture.convert("RGBA")
    except SealRefused:
        raise
    except Exception as damage:
        msg = "The file is no PNG picture that can be read."
        raise SealRefused(msg) from damage
    out = io.BytesIO()
    clean.save(out, "PNG", optimize=True)
    return out.getvalue()


def _must_fit(size: tuple[int, int]) -> None:
    least, most = SIDES
    if min(size) < least or max(size) > most:
        msg = f"The picture has {size[0]} by {size[1]} pixels; each side needs {least} to {most}."
        raise SealRefused(msg)
