"""What is published about badges: the credentials, their pictures, what they are about, their status, the keys."""

import base64
import hashlib
import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import get_script_prefix
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from certificates.badge.attached import stored_badge
from certificates.badge.issuer import believed_methods, did_document, issuer
from certificates.badge.picture import badge_png, badge_svg, baked_png, baked_svg
from certificates.badge.shape import achievement_page
from certificates.badge.status import MAY_BE_KEPT, NoSuchList, status_list
from certificates.models import Certificate, Credential
from certificates.proofs import NotProvedYet, document_keys, proof_bundle
from certificates.verification import verification_of
from workflows.access import public
from workflows.signing import known_keys

CREDENTIAL_TYPE = "application/vc+ld+json"
OPEN = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}
FOR_EVERYBODY = {**OPEN, "Cache-Control": "public, max-age=3600"}
SHORT = {**OPEN, "Cache-Control": f"public, max-age={int(MAY_BE_KEPT.total_seconds())}"}


@public
@require_safe
def credential(request: HttpRequest, uuid: UUID) -> HttpResponse:  # noqa: ARG001 - a view
    """The signed badge of a certificate, as it was issued."""
    return HttpResponse(_badge(uuid)[1], content_type=CREDENTIAL_TYPE, headers=FOR_EVERYBODY)


@public
@require_safe
def picture_png(request: HttpRequest, uuid: UUID) -> HttpResponse:  # noqa: ARG001 - a view
    """The badge as a PNG that carries the credential."""
    certificate, badge = _badge(uuid)
    facts = certificate.printed
    content = baked_png(facts.designation, facts.society, badge)
    return HttpResponse(content, content_type="image/png", headers=FOR_EVERYBODY)


@public
@require_safe
def picture_svg(request: HttpRequest, uuid: UUID) -> HttpResponse:  # noqa: ARG001 - a view
    """The badge as an SVG that carries the credential."""
    certificate, badge = _badge(uuid)
    facts = certificate.printed
    content = baked_svg(facts.designation, facts.society, badge)
    return HttpResponse(content, content_type="image/svg+xml", headers=FOR_EVERYBODY)


@public
@require_safe
def live_badge(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - a view
    """The picture for websites: it shows how the credential stands today, and may be shown anywhere."""
    certificate = get_object_or_404(Certificate.objects.issued().select_related("credential__holder"), token=token)
    facts, found = certificate.printed, verification_of(certificate.credential, timezone.localdate(), certificate)
    return HttpResponse(
        badge_svg(facts.designation, facts.society, f"{found.headline}, {found.on:%B %-d, %Y}"),
        content_type="image/svg+xml",
        headers={**SHORT, "Cross-Origin-Resource-Policy": "cross-origin"},
    )


@public
@require_safe
def achievement(request: HttpRequest, scheme: str) -> HttpResponse:
    """What a badge is about: a page for people, JSON for machines."""
    newest = _newest_of(scheme)
    facts = newest.printed
    if request.get_preferred_type(["text/html", "application/ld+json", "application/json"]) != "text/html":
        who = issuer(name=facts.society, url=facts.verify_base_url)
        response: HttpResponse = HttpResponse(
            json.dumps(achievement_page(scheme, facts, who), ensure_ascii=False),
            content_type="application/ld+json",
            headers=FOR_EVERYBODY,
        )
    else:
        context = {
            "scheme": scheme,
            "facts": facts,
            "active": Credential.objects.active(timezone.localdate()).filter(scheme=scheme).count(),
        }
        response = render(request, "certificates/achievement.html", context)
    patch_vary_headers(response, ["Accept"])
    return response


@public
@require_safe
def achievement_picture(request: HttpRequest, scheme: str) -> HttpResponse:  # noqa: ARG001 - a view
    """The picture that all badges of a kind share."""
    facts = _newest_of(scheme).printed
    return HttpResponse(badge_png(facts.designation, facts.society), content_type="image/png", headers=FOR_EVERYBODY)


@public
@require_safe
def status(request: HttpRequest, purpose: str, number: int) -> HttpResponse:
    """One of the published status lists; unchanged, it is not sent again."""
    try:
        listed = status_list(purpose, number, now=timezone.now(), address=asked_under(request))
    except NoSuchList:
        raise Http404 from None
    content = json.dumps(listed).encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={**SHORT, "ETag": etag})
    return HttpResponse(content, content_type=CREDENTIAL_TYPE, headers={**SHORT, "ETag": etag})


@public
@require_safe
def did(request: HttpRequest) -> HttpResponse:
    """The society's identifier with every key that may be believed; under a former address the former one."""
    return JsonResponse(did_document(asked_under(request)), headers=SHORT)


def asked_under(request: HttpRequest) -> str:
    """The former address under which a request came, as the middleware has found it; empty under the present one."""
    return str(getattr(request, "former_address", ""))


@public
@require_safe
def proof(request: HttpRequest, uuid: UUID) -> JsonResponse:  # noqa: ARG001 - a view
    """The proof bundle of a certificate; 202 until a signed checkpoint covers its issue."""
    return _proof(get_object_or_404(Certificate.objects.issued(), uuid=uuid))


@public
@require_safe
def proof_by_digest(request: HttpRequest, sha256: str) -> JsonResponse:  # noqa: ARG001 - a view
    """The same for whoever has only the document: its SHA-256 tells which one, and nothing of what it says."""
    return _proof(get_object_or_404(Certificate.objects.issued(), sha256=sha256))


def _proof(certificate: Certificate) -> JsonResponse:
    try:
        bundle = proof_bundle(certificate, now=timezone.now())
    except NotProvedYet as wait:
        return JsonResponse({"waits": str(wait)}, status=202, headers={**OPEN, "Cache-Control": "no-store"})
    return JsonResponse(bundle, headers={**OPEN, "Cache-Control": "no-store"})


@public
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page that checks a file in the browser; it sends nothing of the file."""
    documents = document_keys()
    context = {
        "site_path": get_script_prefix().rstrip("/"),
        "ledger_keys": [str(key) for key in known_keys().values()],
        "methods": believed_methods(),
        "roots": [(root, _fingerprint(root)) for root in documents["roots"]],
        "signers": [_fingerprint(signer) for signer in documents["signers"]],
        "revoked": documents["revoked"],
    }
    return render(request, "certificates/offline.html", context)


def _fingerprint(certificate: str) -> str:
    """The SHA-256 of a certificate (DER in base64) as OpenSSL writes it, for people who compare."""
    return hashlib.sha256(base64.b64decode(certificate)).digest().hex(":").upper()


def _badge(uuid: UUID) -> tuple[Certificate, bytes]:
    certificate = get_object_or_404(Certificate.objects.issued(), uuid=uuid)
    badge = stored_badge(certificate)
    if badge is None:
        raise Http404
    return certificate, badge


def _newest_of(scheme: str) -> Certificate:
    """The newest certificate of a scheme: what is awarded today."""
    issued = Certificate.objects.issued().select_related("credential").filter(credential__scheme=scheme)
    newest = issued.order_by("-issued_at", "-pk").first()
    if newest is None:
        raise Http404
    return newest
