"""The ledger's public addresses."""

from django.urls import path

from workflows import views

app_name = "workflows"
urlpatterns = [
    path("transparency/", views.transparency, name="transparency"),
    path("transparency/checkpoint", views.checkpoint, name="checkpoint"),
    path("transparency/keys", views.keys, name="keys"),
    path("transparency/consistency", views.consistency, name="consistency"),
    path("transparency/entries/<uuid:uuid>/", views.entry, name="entry"),
    path("transparency/entries/<uuid:uuid>/proof", views.inclusion, name="inclusion"),
    path("transparency/entries/<int:number>/", views.entry_by_number, name="entry_by_number"),
    path("transparency/entries/<int:number>/proof", views.inclusion_by_number, name="inclusion_by_number"),
]
