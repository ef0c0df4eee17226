"""Addresses of the council and of those who keep the registry."""

from django.urls import path

from credentialing.council import views

app_name = "council"
urlpatterns = [
    path("council/", views.home, name="home"),
    path("council/cases/<uuid:uuid>/", views.case, name="case"),
    path("council/registry/", views.registry, name="registry"),
    path("council/registry/<uuid:uuid>/", views.credential, name="credential"),
    path("council/registry/<uuid:uuid>/standing/<slug:verb>/", views.standing, name="standing"),
]
