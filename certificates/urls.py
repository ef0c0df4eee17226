"""Addresses for verifying; the short one stands in every QR code and never changes. Nor do those that badges name."""

from django.urls import path, re_path

from certificates import views
from certificates.badge import views as badge
from certificates.keys import views as keys

app_name = "certificates"
urlpatterns = [
    path("v/<slug:token>", views.verification, name="verification"),
    path("v/<slug:token>/badge.svg", badge.live_badge, name="live_badge"),
    re_path(r"^[vV]/(?P<copied>[\s\S]*)\Z", views.copied_address, name="copied_address"),
    path("verify/", views.verify, name="verify"),
    path("verify/file/", views.verify_file, name="verify_file"),
    path("verify/offline/", badge.offline, name="offline"),
    path("certificates/<uuid:uuid>.pdf", views.download, name="download"),
    path("credentials/<uuid:uuid>.pdf", views.download, name="credential_pdf"),
    path("credentials/<uuid:uuid>.png", badge.picture_png, name="credential_png"),
    path("credentials/<uuid:uuid>.svg", badge.picture_svg, name="credential_svg"),
    path("credentials/<uuid:uuid>", badge.credential, name="credential"),
    path("credentials/<uuid:uuid>/proof", badge.proof, name="proof"),
    path("proofs/<slug:sha256>", badge.proof_by_digest, name="proof_by_digest"),
    path("achievements/<slug:scheme>.png", badge.achievement_picture, name="achievement_picture"),
    path("achievements/<slug:scheme>", badge.achievement, name="achievement"),
    path("status/<slug:purpose>/<int:number>", badge.status, name="status"),
    path(".well-known/did.json", badge.did, name="did"),
    path("did.json", badge.did, name="did_below_a_path"),  # where did:web looks if the service has a path
    path("pki/root.pem", keys.root, name="root"),
    path("pki/root/<slug:key>.crl", keys.revoked, name="revoked"),
]
