"""Every public address, grouped by audience (DESIGN: `/my/ /reviews/ /council/ /registry/ /verify/`)."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("", include("credentialing.ui.urls")),
    path("", include("certificates.urls")),
]
