"""Addresses about vouched names: the holder's own, and the officers' within the council's registry."""

from django.urls import path

from credentialing.names.views import holders, officers

app_name = "names"
urlpatterns = [
    path("my/credentials/<uuid:uuid>/name/", holders.ask, name="ask"),
    path("my/credentials/<uuid:uuid>/name/keep/", holders.keep, name="keep-own"),
    path("my/name-changes/<uuid:uuid>/", holders.mine, name="mine"),
    path("my/name-changes/<uuid:uuid>/withdraw/", holders.withdraw, name="withdraw"),
    path("council/registry/names/", officers.changes, name="changes"),
    path("council/registry/names/<uuid:uuid>/", officers.change, name="change"),
    path("council/registry/names/<uuid:uuid>/approve/", officers.approve, name="approve"),
    path("council/registry/names/<uuid:uuid>/confirm/", officers.confirm, name="confirm"),
    path("council/registry/names/<uuid:uuid>/refuse/", officers.refuse, name="refuse"),
    path("council/registry/<uuid:uuid>/name/", officers.for_holder, name="for-holder"),
    path("council/registry/<uuid:uuid>/name/keep/", officers.keep, name="keep"),
    path("council/registry/<uuid:uuid>/name/write/", officers.write, name="write"),
]
