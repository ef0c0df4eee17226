"""Addresses of those who run it: what waits, and (in the demo only) the mail."""

from django.urls import path

from credentialing.operations.views import mail, work

app_name = "operations"
urlpatterns = [
    path("mail/", mail.mail, name="mail"),
    path("mail/<slug:key>/", mail.post, name="post"),
    path("operations/work/", work.overview, name="work"),
    path("operations/work/<slug:slug>/", work.part, name="work-part"),
    path("operations/work/effects/<uuid:record>/<slug:effect>/again/", work.effect_again, name="effect-again"),
    path("operations/work/letters/<uuid:uuid>/again/", work.letter_again, name="letter-again"),
]
