"""Addresses of those who run it: what waits, and (in the demo only) the mail."""

from django.urls import path

from credentialing.operations.views import certificates, design, mail, work

app_name = "operations"
urlpatterns = [
    path("mail/", mail.mail, name="mail"),
    path("mail/<slug:key>/", mail.post, name="post"),
    path("operations/work/", work.overview, name="work"),
    path("operations/certificates/", certificates.progress, name="certificates"),
    path("operations/certificates/design/", design.overview, name="design"),
    path("operations/certificates/design/upload/", design.upload, name="design-upload"),
    path("operations/certificates/design/drawn/adopt/", design.adopt_drawn, name="design-adopt-drawn"),
    path("operations/certificates/design/<uuid:uuid>/adopt/", design.adopt, name="design-adopt"),
    path("operations/certificates/design/wordings/", design.keep_wording, name="design-wordings"),
    path(
        "operations/certificates/design/wordings/standard/adopt/",
        design.adopt_standard_wording,
        name="design-adopt-standard-wording",
    ),
    path(
        "operations/certificates/design/wordings/<uuid:uuid>/adopt/", design.adopt_wording, name="design-adopt-wording"
    ),
    path("operations/certificates/design/preview.pdf", design.preview, name="design-preview"),
    path("operations/certificates/pause/", certificates.pause, name="certificates-pause"),
    path("operations/certificates/resume/", certificates.resume, name="certificates-resume"),
    path("operations/certificates/again/", certificates.again, name="certificates-again"),
    path("operations/certificates/missing/", certificates.missing, name="certificates-missing"),
    path("operations/work/<slug:slug>/", work.part, name="work-part"),
    path("operations/work/effects/<uuid:record>/<slug:effect>/again/", work.effect_again, name="effect-again"),
    path("operations/work/letters/<uuid:uuid>/again/", work.letter_again, name="letter-again"),
]
