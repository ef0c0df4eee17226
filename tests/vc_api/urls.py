"""The addresses that W3C's test suites ask, beside those of the site."""

from django.urls import include, path

from tests.vc_api import views

urlpatterns = [
    path("credentials/issue", views.issue),
    path("credentials/verify", views.verify_credential),
    path("presentations/verify", views.verify_presentation),
    path("", include("credentialing.urls")),
]
