"""Files of strangers, held in memory while they are looked at and never written anywhere."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

LARGEST = 5 * 1024 * 1024  # bytes; certificates of ours have under 1 MB
ENVELOPE = 64 * 1024  # what a form adds around its file


class UploadRefused(ValueError):
    """The upload is too large, empty or broken off; the message is for whoever sent it."""


class InMemoryOnly(MemoryFileUploadHandler):
    """Takes files into memory whatever the site's limit for that; `uploaded` has looked at the length before."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Don't leave larger ones to a handler that would write them to disk."""
        super().handle_raw_input(*args, **kwargs)
        self.activated = True


def uploaded(request: HttpRequest, name: str) -> bytes:
    """The content of the one file of a request; the view is exempt from CSRF checks, which would read it before us.

    Raises:
        UploadRefused: there is none, it is empty, too large, or the upload broke off.
    """
    announced = str(request.META.get("CONTENT_LENGTH") or "")
    length = int(announced) if announced.isdecimal() else 0  # of what isn't announced nothing is read
    if length > LARGEST + ENVELOPE:
        msg = f"This file is larger than {LARGEST // 1024 // 1024} MB. No certificate of ours is."
        raise UploadRefused(msg)
    request.upload_handlers = [InMemoryOnly(request)]
    try:
        file = request.FILES.get(name)
    except (MultiPartParserError, UnreadablePostError, RequestDataTooBig, SuspiciousOperation):
        file = None
    content: bytes = file.read() if isinstance(file, InMemoryUploadedFile) else b""
    if not content:
        msg = "Choose a file that isn't empty."
        raise UploadRefused(msg)
    return content
