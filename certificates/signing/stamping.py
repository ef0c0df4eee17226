"""Asking an independent authority for the time (RFC 3161), without another library for one request."""

import urllib.error
import urllib.request

from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

SECONDS = 20
LARGEST = 100_000  # bytes; answers have about 6,000
KIND = "application/timestamp-reply"


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """An authority answers where it was asked: a redirect could lead into the society's own network (ASVS 15.3.2)."""

    def redirect_request(self, *_: object) -> None:
        """Follow none; the answer is then the refusal that it is."""


_asking = urllib.request.build_opener(_NoDetours)


class Stamper(TimeStamper):
    """A time-stamp authority behind an address that the administrator has configured."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """The authority's answer.

        Raises:
            TimestampRequestError: it does not answer, or answers something else.
        """
        request = urllib.request.Request(  # noqa: S310 - http and https only, looked at below
            self._address, data=req.dump(), headers={"Content-Type": "application/timestamp-query"}, method="POST"
        )
        if request.type not in {"http", "https"}:
            msg = f"{self._address} is no web address."
            raise TimestampRequestError(msg)
        try:
            with _asking.open(request, timeout=SECONDS) as answer:
                kind, content = answer.headers.get_content_type(), answer.read(LARGEST + 1)
        except (urllib.error.URLError, OSError) as failure:
            if isinstance(failure, urllib.error.HTTPError):
                failure.close()
            msg = f"The time-stamp authority does not answer: {failure}"
            raise TimestampRequestError(msg) from failure
        if kind != KIND or len(content) > LARGEST:
            msg = f"The time-stamp authority answers with {kind} of {len(content)} bytes."
            raise TimestampRequestError(msg)
        return tsp.TimeStampResp.load(content)
