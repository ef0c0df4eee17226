"""Addresses of the council and of those who keep the registry."""

from django.urls import path

from credentialing.council import tie_views, views
from credentialing.council.motions import views as motions

app_name = "council"
urlpatterns = [
    path("council/", views.home, name="home"),
    path("council/cases/<uuid:uuid>/", views.case, name="case"),
    path("council/cases/<uuid:uuid>/count/", tie_views.count, name="count"),
    path("council/registry/<uuid:uuid>/tied/", tie_views.tied, name="tied"),
    path("council/registry/", views.registry, name="registry"),
    path("council/registry/<uuid:uuid>/", views.credential, name="credential"),
    path("council/registry/<uuid:uuid>/standing/<slug:verb>/", views.standing, name="standing"),
    path("council/registry/<uuid:uuid>/motion/", motions.put, name="motion-put"),
    path("council/motions/", motions.motions, name="motions"),
    path("council/motions/<uuid:uuid>/", motions.motion, name="motion"),
    path("council/motions/<uuid:uuid>/second/", motions.second, name="motion-second"),
    path("council/motions/<uuid:uuid>/withdraw/", motions.withdraw, name="motion-withdraw"),
    path("council/motions/<uuid:uuid>/close/", motions.close, name="motion-close"),
]
