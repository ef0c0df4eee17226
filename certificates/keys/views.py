"""What anybody needs to check signatures: the society's certificates and the list of those revoked."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from certificates.keys.document import as_pem, published_roots, revocation_list
from certificates.keys.folders import KeyMissing
from workflows.access import public


@public
@require_safe
def root(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Every root that has ever stood above a signature and is believed, as PEM."""
    return HttpResponse(
        as_pem(published_roots()),
        content_type="application/x-pem-file",
        headers={"Content-Disposition": 'attachment; filename="root.pem"', "Cache-Control": "public, max-age=86400"},
    )


@public
@require_safe
def revoked(request: HttpRequest, key: str) -> HttpResponse:  # noqa: ARG001 - a view
    """A root's list of revoked certificates, in the binary form that readers expect there (RFC 5280, 4.2.1.13)."""
    try:
        listed = x509.load_pem_x509_crl(revocation_list(key))
    except (KeyError, KeyMissing) as refusal:
        raise Http404 from refusal
    return HttpResponse(
        listed.public_bytes(Encoding.DER),
        content_type="application/pkix-crl",
        headers={"Cache-Control": "public, max-age=3600"},
    )
