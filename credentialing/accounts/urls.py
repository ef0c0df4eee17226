"""Addresses about people."""

from django.urls import path

from credentialing.accounts import views

app_name = "accounts"
urlpatterns = [
    path("my/profile/", views.profile, name="profile"),
    path("people/", views.people, name="people"),
    path("people/<uuid:uuid>/", views.person, name="person"),
    path("people/<uuid:uuid>/offices/", views.term_grant, name="term-grant"),
    path("people/<uuid:uuid>/offices/<int:term>/end/", views.term_end, name="term-end"),
    path("people/<uuid:uuid>/account/close/", views.account_close, name="account-close"),
    path("people/<uuid:uuid>/account/reopen/", views.account_reopen, name="account-reopen"),
    path("people/<uuid:uuid>/memberships/", views.membership_record, name="membership-record"),
]
