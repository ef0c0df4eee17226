"""Drawing in a child process: with limits, and without WeasyPrint ever being imported by a web worker."""

import json
import subprocess
import sys
from pathlib import Path

from django.template.loader import render_to_string

from certificates.facts import CertificateFacts
from certificates.typesetting import name_layout
from certificates.verification_address import qr_svg

SECONDS = 60
HERE = Path(__file__).parent


class RenderingFailed(Exception):
    """The document could not be drawn; the message says what the child process said."""


def certificate_html(facts: CertificateFacts, token: str) -> str:
    """The page as HTML; every fact is escaped by the template engine."""
    address = f"{facts.verify_base_url}/v/{token}"
    return render_to_string(
        "certificates/certificate.html",
        {
            "facts": facts,
            "layout": name_layout(facts.name),
            "address": address,
            "shown_address": address.removeprefix("https://").removeprefix("http://"),
            "qr": qr_svg(address),
            "page_size": facts.page_size,
        },
    )


def render_in_child(facts: CertificateFacts, token: str) -> bytes:
    """The PDF of these facts.

    Raises:
        RenderingFailed: the child process failed or took too long.
    """
    job = json.dumps({"html": certificate_html(facts, token), "created": facts.awarded_on.isoformat()})
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell
            [sys.executable, "-I", str(HERE / "render_child.py")],
            input=job.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        msg = f"Drawing took longer than {SECONDS} seconds."
        raise RenderingFailed(msg) from error
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        message = done.stderr.decode(errors="replace").strip().splitlines()
        raise RenderingFailed(message[-1] if message else f"The child process ended with {done.returncode}.")
    return done.stdout
