"""Addresses for verifying; the short one stands in every QR code and never changes."""

from django.urls import path

from certificates import views

app_name = "certificates"
urlpatterns = [
    path("v/<slug:token>", views.verification, name="verification"),
    path("verify/", views.verify, name="verify"),
    path("certificates/<uuid:uuid>.pdf", views.download, name="download"),
]
