"""The three addresses of the VC-API (w3c-ccg/vc-api) over the badge's own signing and checking."""

import json
import secrets
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from certificates.badge.bundled import CREDENTIALS
from certificates.badge.entries import LENGTH, StatusEntry
from certificates.badge.integrity import signed
from certificates.badge.issuer import issuer, sign
from certificates.badge.shape import status_reference
from certificates.badge.status import NoSuchList, bit_of, status_list
from tests.vc_api.allowed import INTEGRITY, MODEL_1
from tests.vc_api.model import faults_of_credential, faults_of_presentation
from tests.vc_api.proofs import faults_of_proofs
from workflows.access import public

type Answer = tuple[int, dict[str, Any]]


def _answering(answer: Callable[[dict[str, Any]], Answer]) -> Callable[[HttpRequest], JsonResponse]:
    @public
    @csrf_exempt
    @require_POST
    def view(request: HttpRequest) -> JsonResponse:
        try:
            asked = json.loads(request.body)
            status, said = answer(asked if isinstance(asked, dict) else {})
        except ValueError as refusal:  # what is no JSON, and every refusal of ours
            status, said = 400, {"verified": False, "errors": [str(refusal)]}
        return JsonResponse(said, status=status)

    return view


@_answering
def issue(asked: dict[str, Any]) -> Answer:
    """Sign whatever credential the suite hands in, as this issuer; one without a status gets a free place of a list."""
    credential = asked.get("credential")
    who = issuer()
    if isinstance(credential, dict):
        named = credential.get("issuer", {})
        said = named.get("id", who.did) if isinstance(named, dict) else named
        if isinstance(said, str) and ":" in said:
            credential = {**credential, "issuer": {**named, "id": who.did} if isinstance(named, dict) else who.did}
        credential.setdefault("id", f"urn:uuid:{uuid4()}")
        place = StatusEntry(list_number=1, index=secrets.randbelow(LENGTH))
        if credential.get("@context") == [MODEL_1]:  # which doesn't know proofs of this kind
            credential["@context"] = [MODEL_1, INTEGRITY]
        if CREDENTIALS in (credential.get("@context") or []):  # in data model 1.1 such an entry means nothing
            credential.setdefault("credentialStatus", status_reference(str(settings.BASE_URL), "revocation", place))
    faults = list(faults_of_credential(credential))
    if faults or not isinstance(credential, dict):
        return 400, {"errors": faults}
    proved = signed(credential, sign=sign, method=who.method, created=timezone.now())
    proved["proof"] = proved["proof"][0]  # the suites expect one object; our own badges carry a list
    return 201, {"verifiableCredential": proved}


@_answering
def verify_credential(asked: dict[str, Any]) -> Answer:
    """Model, signature, dates and status of a credential."""
    faults = list(_faults(asked.get("verifiableCredential")))
    return (400 if faults else 200), {"verified": not faults, "errors": faults}


@_answering
def verify_presentation(asked: dict[str, Any]) -> Answer:
    """The same for a presentation and each credential in it; an unsigned presentation is judged by its credentials."""
    presentation = asked.get("verifiablePresentation", asked.get("presentation"))
    faults = list(faults_of_presentation(presentation))
    if not faults and isinstance(presentation, dict):
        if "proof" in presentation:
            faults += faults_of_proofs(presentation, "authentication")
        credentials = presentation.get("verifiableCredential", [])
        for credential in credentials if isinstance(credentials, list) else [credentials]:
            faults += _faults(credential)
    return (400 if faults else 200), {"verified": not faults, "errors": faults}


def _faults(credential: Any) -> list[str]:
    faults = list(faults_of_credential(credential, now=timezone.now()))
    faults = faults or list(faults_of_proofs(credential, "assertionMethod"))
    return faults or _faults_of_status(credential.get("credentialStatus"))


def _faults_of_status(status: Any) -> list[str]:
    """The bit in one of our own lists; those of others are not fetched."""
    found = []
    for entry in status if isinstance(status, list) else [status]:
        if not isinstance(entry, dict) or entry.get("type") != "BitstringStatusListEntry":
            continue
        purpose, number = str(entry.get("statusListCredential", "")).rsplit("/", 2)[-2:]
        try:
            listed = status_list(purpose, int(number), now=timezone.now())
            if bit_of(listed["credentialSubject"]["encodedList"], int(entry["statusListIndex"])):
                found.append(f"its bit for {purpose} is set")
        except (NoSuchList, ValueError, KeyError):
            found.append("its status can't be found out")
    return found
