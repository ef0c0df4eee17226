"""What is read of a stranger's file, and where: in a child with limits, which knows no settings and no private key."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from certificates.badge.baking import NotAPicture, credential_in_png, credential_in_svg, others_in_png, others_in_svg
from certificates.badge.checking import NotACredential, check_badge, read_credential
from certificates.badge.integrity import ProofRefused
from certificates.badge.others import OfOthers, of_others
from certificates.badge.pdf_child import SeveralCredentials, credential_in, is_scan, others_attached
from certificates.badge.statements import statements_of
from certificates.signing.examining import examined, trust_of
from certificates.signing.findings import FOREIGN

NO_PDF = "This file can't be read as a PDF."
SEVERAL = "It carries more than one credential."
HOLDS = "The society's signature on the credential holds"


class NotReadable(ValueError):
    """The PDF can't be read, or carries several credentials."""


def seen(
    content: bytes, *, kind: str, trust: dict[str, Any] | None, keys: Mapping[str, str]
) -> tuple[dict[str, Any], bytes]:
    """The facts of `certificates.looking.Seen`, and the credential as it was read."""
    signed = examined(content, trust_of(trust)) if trust is not None else None
    facts: dict[str, Any] = {
        "signed": signed and asdict(signed),
        "signature": ["", False],
        "statements": "",
        "others": None,
        "scan": False,
        "unreadable": "",
    }
    try:
        credential = _credential_in(content, kind, must_be_readable=signed is None or signed.outcome == FOREIGN)
    except (NotAPicture, NotACredential, NotReadable) as refusal:
        return facts | {"unreadable": str(refusal), "others": _others_in(content, kind)}, b""
    if credential is None:
        return facts | {"others": _others_in(content, kind), "scan": _is_scan(content, kind)}, b""
    found = json.dumps(credential, ensure_ascii=False).encode()
    facts |= {"signature": _signature_of(credential, keys), "statements": statements_of(credential)}
    return facts | {"others": _told(of_others(found))}, found


def _told(found: OfOthers | None) -> dict[str, Any] | None:
    return found.as_facts() if found else None


def _others_in(content: bytes, kind: str) -> dict[str, Any] | None:
    """What the strict readers refuse or don't know, by its form."""
    try:
        if kind == "pdf":
            return _told(next((found for one in others_attached(content) if (found := of_others(one))), None))
        inside: bytes | None = {"png": others_in_png, "svg": others_in_svg}.get(kind, bytes)(content)
        return _told(of_others(inside)) if inside else None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - files of strangers fail in every way there is
        return None


def _is_scan(content: bytes, kind: str) -> bool:
    try:
        return kind == "png" or (kind == "pdf" and is_scan(content))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - see above
        return False


def _credential_in(content: bytes, kind: str, *, must_be_readable: bool) -> dict[str, Any] | None:
    if kind in {"json", "token"}:
        return read_credential(content)
    if kind == "pdf":
        try:
            inside = _in_pdf(content)
        except NotReadable:
            if must_be_readable:
                raise
            return None
    else:
        inside = credential_in_png(content) if kind == "png" else credential_in_svg(content)
    return None if inside is None else read_credential(inside)


def _in_pdf(content: bytes) -> bytes | None:
    try:
        return credential_in(content)
    except SeveralCredentials:
        raise NotReadable(SEVERAL) from None
    except MemoryError:
        raise
    except Exception as error:  # files of strangers fail in every way there is
        raise NotReadable(NO_PDF) from error


def _signature_of(credential: dict[str, Any], keys: Mapping[str, str]) -> tuple[str, bool]:
    def key_of(method: str) -> bytes | None:
        return base64.b64decode(keys[method]) if method in keys else None

    try:
        check_badge(credential, key_of=key_of)
    except ProofRefused as refusal:
        return f"{HOLDS} ({refusal})", False
    return HOLDS, True
