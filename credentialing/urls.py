"""Every public address, grouped by audience (`/my/ /reviews/ /council/ /registry/ /verify/ /transparency/`)."""

from django.urls import include, path

from credentialing.accounts.account_pages import confirm_email, email, log_in
from credentialing.accounts.views import home

urlpatterns = [
    path("", include("credentialing.registry.urls")),
    path("home/", home, name="home"),
    path("", include("certificates.urls")),
    path("", include("workflows.urls")),
    path("", include("credentialing.accounts.urls")),
    path("", include("credentialing.applications.urls")),
    path("", include("credentialing.evidence.urls")),
    path("", include("credentialing.reviews.urls")),
    path("", include("credentialing.names.urls")),
    path("", include("credentialing.council.urls")),
    path("", include("credentialing.drafting.urls")),
    path("", include("credentialing.operations.urls")),
    path("", include("credentialing.ui.urls")),
    path("accounts/login/", log_in, name="account_login"),
    path("accounts/email/", email, name="account_email"),
    path("accounts/confirm-email/<str:key>/", confirm_email, name="account_confirm_email"),
    path("accounts/", include("allauth.urls")),
]

handler500 = "credentialing.ui.views.server_error"
handler429 = "credentialing.accounts.limits.too_often"  # asked by allauth's pages
