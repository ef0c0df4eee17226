"""Addresses about people."""

from django.urls import path

from credentialing.accounts import appointment_views, twin_views, views

app_name = "accounts"
urlpatterns = [
    path("my/profile/", views.profile, name="profile"),
    path("my/conflicts/", appointment_views.my_conflicts, name="my-conflicts"),
    path("people/", views.people, name="people"),
    path("people/same/", twin_views.possibly_the_same, name="twins"),
    path("people/offices/", appointment_views.appointments, name="appointments"),
    path("people/offices/<uuid:uuid>/confirm/", appointment_views.appointment_confirm, name="appointment-confirm"),
    path("people/offices/<uuid:uuid>/decline/", appointment_views.appointment_decline, name="appointment-decline"),
    path("people/offices/<uuid:uuid>/withdraw/", appointment_views.appointment_withdraw, name="appointment-withdraw"),
    path("people/<uuid:uuid>/conflicts/", appointment_views.conflict_declare, name="conflict-declare"),
    path("people/<uuid:uuid>/", views.person, name="person"),
    path("people/<uuid:uuid>/offices/", views.term_grant, name="term-grant"),
    path("people/<uuid:uuid>/offices/<int:term>/end/", views.term_end, name="term-end"),
    path("people/<uuid:uuid>/account/close/", views.account_close, name="account-close"),
    path("people/<uuid:uuid>/account/reopen/", views.account_reopen, name="account-reopen"),
    path("people/<uuid:uuid>/memberships/", views.membership_record, name="membership-record"),
]
