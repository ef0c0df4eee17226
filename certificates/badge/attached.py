"""The badge inside a PDF: in the documents we issued, and in those of strangers."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pikepdf

from certificates.badge.pdf_child import SeveralCredentials, credential_in
from certificates.looking import a_turn
from certificates.models import Certificate

CHILD = Path(__file__).with_name("pdf_child.py")
SECONDS = 15


class NotReadable(ValueError):
    """The PDF can't be read, carries several credentials, or asks for more than any certificate needs."""


def stored_badge(certificate: Certificate) -> bytes | None:
    """The badge of an issued certificate as it lies in its document; None for documents without one."""
    if not certificate.storage_name:
        return None
    try:
        return credential_in(certificate.read())
    except (pikepdf.PdfError, SeveralCredentials):
        return None


def badge_in_foreign_pdf(content: bytes) -> bytes | None:
    """The badge that a stranger's PDF carries, read by a child process with limits.

    Raises:
        NotReadable: the child process could not read it, or took too long or too much.
        TooBusy: try again in a minute.
    """
    try:
        with a_turn():
            done = subprocess.run(  # noqa: S603 - our own module, no shell
                [sys.executable, "-I", str(CHILD)], input=content, capture_output=True, timeout=SECONDS, check=False
            )
    except subprocess.TimeoutExpired:
        msg = "Reading this file takes longer than any certificate needs."
        raise NotReadable(msg) from None
    if done.returncode != 0:
        msg = "This file can't be read as a PDF."
        raise NotReadable(msg)
    found = json.loads(done.stdout)
    if found["several"]:
        msg = "It carries more than one credential."
        raise NotReadable(msg)
    return base64.b64decode(found["credential"]) or None
