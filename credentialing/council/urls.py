"""Addresses of the council and of those who keep the registry."""

from django.urls import path

from credentialing.council import tie_views, views

app_name = "council"
urlpatterns = [
    path("council/", views.home, name="home"),
    path("council/cases/<uuid:uuid>/", views.case, name="case"),
    path("council/cases/<uuid:uuid>/count/", tie_views.count, name="count"),
    path("council/registry/<uuid:uuid>/tied/", tie_views.tied, name="tied"),
    path("council/registry/", views.registry, name="registry"),
    path("council/registry/<uuid:uuid>/", views.credential, name="credential"),
    path("council/registry/<uuid:uuid>/standing/<slug:verb>/", views.standing, name="standing"),
    path("council/certificates/<uuid:uuid>/correct/", views.correct, name="correct"),
]
