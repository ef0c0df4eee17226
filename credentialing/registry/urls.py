"""The public addresses."""

from django.urls import path

from credentialing.registry import views
from credentialing.registry.importing import views as importing
from credentialing.registry.sharing import views as sharing

app_name = "registry"
urlpatterns = [
    path("", views.home, name="home"),
    path("pathway/", views.pathway, name="pathway"),
    path("pathway/<slug:slug>/", views.pathway, name="one-pathway"),
    path("registry/", views.leaders, name="leaders"),
    path("registry/<uuid:uuid>/", views.leader, name="leader"),
    path("my/certificates/<uuid:uuid>/", sharing.certificate_page, name="certificate"),
    path("my/certificates/<uuid:uuid>/card.pdf", sharing.card, name="certificate_card"),
    path("my/certificates/<uuid:uuid>/send/", sharing.send, name="certificate_send"),
    path("council/registry/import/", importing.upload, name="import"),
    path("council/registry/import/<uuid:key>/", importing.preview, name="import-preview"),
    path("council/registry/import/<uuid:key>/confirm/", importing.confirm, name="import-confirm"),
    path("council/registry/import/<uuid:key>/drop/", importing.drop, name="import-drop"),
]
