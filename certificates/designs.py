"""What the society chooses of its certificates: a seal of its own, its name, and which offices sign with which title.

Rows are kept; the newest adopted one is in force. A certificate freezes the digest of its seal and its words with its
other facts, so a later choice changes no earlier document.
"""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from certificates.fonts import objection_to_printing, width_in_em
from limited.running import TooMuch, run

LARGEST_FILE = 1024 * 1024  # bytes, as it comes
SOCIETY_LENGTH, TITLE_LENGTH = 80, 60  # characters, and em: what look/certificate.css and look/card.css have room for
MOST_OFFICES = 3  # signatures beside each other


class SealRefused(ValueError):
    """The picture can't serve as a seal; the message says why."""


class WordingRefused(ValueError):
    """These words can't be printed, or say nothing clear; the message says why."""


@dataclass(frozen=True, kw_only=True)
class SigningOffice:
    """An office whose holder signs (a slug that says nothing here), and the title below the name."""

    office: str
    title: str


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


class CertificateWording(models.Model):
    """The words that the society chooses for certificates; tried first (`adopted_at` empty), then in force.

    Without a name of the society the pathway says it; without offices those sign that always do (the standard wording).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    society = models.CharField("name of the society", max_length=SOCIETY_LENGTH, blank=True)
    offices = models.JSONField("offices that sign", default=list, blank=True)
    kept_at = models.DateTimeField(default=timezone.now, editable=False)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        app_label = "certificates"
        ordering = ("-adopted_at", "-pk")

    def __str__(self) -> str:
        titles = ", ".join(one.title for one in self.signing)
        return f"{self.society or 'Name as the pathway says it'}; signed by {titles}" if titles else "Standard wording"

    @property
    def signing(self) -> tuple[SigningOffice, ...]:
        """The offices that sign, from left to right; none in the standard wording."""
        return tuple(SigningOffice(**one) for one in self.offices)


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


def clean_seal(content: bytes) -> bytes:
    """The picture of a seal as it may be kept, read by a child with limits: before any transaction, and in one's turn.

    Raises:
        SealRefused: it is no PNG of a fitting size.
        NoChild: this machine can't start a process.
    """
    if len(content) > LARGEST_FILE:
        msg = f"The file is larger than {LARGEST_FILE // 1024} KB."
        raise SealRefused(msg)
    try:
        found = run("certificates.seal_child:cleaned", content)
    except TooMuch:
        msg = "The picture is too complicated to be read. Save it anew as a plain PNG."
        raise SealRefused(msg) from None
    if found.facts:
        raise SealRefused(found.facts)
    return found.content


@transaction.atomic
def keep_seal(*, clean: bytes, actor: Any) -> CertificateSeal:
    """Keep a picture that `clean_seal` gave, to be tried; it is in force only when somebody adopts it."""
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


def wording_in_force() -> CertificateWording:
    """The words for certificates of today; the standard wording (in no table) while none was adopted."""
    adopted = CertificateWording.objects.filter(adopted_at__isnull=False).order_by("-adopted_at", "-pk")
    return adopted.first() or CertificateWording()


@transaction.atomic
def keep_wording(*, society: str, offices: Sequence[SigningOffice], actor: Any) -> CertificateWording:
    """Keep words to be tried; they are in force only when somebody adopts them. The same words are kept once.

    Raises:
        WordingRefused: they can't be printed, or it is not clear who signs.
    """
    society = printable(society, SOCIETY_LENGTH)
    signing = [
        asdict(SigningOffice(office=one.office.strip(), title=printable(one.title, TITLE_LENGTH))) for one in offices
    ]
    if not 0 < len(signing) <= MOST_OFFICES:
        msg = f"From one to {MOST_OFFICES} offices sign."
        raise WordingRefused(msg)
    if not all(one["office"] and one["title"] for one in signing):
        msg = "Each office that signs needs a title, and each title an office."
        raise WordingRefused(msg)
    if len({one["office"] for one in signing}) < len(signing):
        msg = "An office signs only once."
        raise WordingRefused(msg)
    known = CertificateWording.objects.filter(society=society, offices=signing).first()
    return known or CertificateWording.objects.create(society=society, offices=signing, kept_by=actor)


@transaction.atomic
def adopt_wording(*, wording: CertificateWording | None, actor: Any, now: datetime | None = None) -> CertificateWording:
    """Let certificates from now on bear these words, or (None) those of the standard wording."""
    wording = wording or CertificateWording(kept_by=actor)
    wording.adopted_at = now or timezone.now()
    wording.save()
    return wording


def printable(text: str, longest: int) -> str:
    """The text as it is printed: on one line, with letters that the fonts have, not wider than there is room for.

    Raises:
        WordingRefused: it is not.
    """
    text = " ".join(text.split())
    if objection := objection_to_printing(text):
        raise WordingRefused(objection)
    if len(text) > longest or width_in_em(text) > longest:
        msg = f"This is too long to be printed. Use at most {longest} characters."
        raise WordingRefused(msg)
    return text
