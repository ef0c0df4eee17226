"""The public addresses."""

from django.urls import path

from credentialing.registry import views

app_name = "registry"
urlpatterns = [
    path("", views.home, name="home"),
    path("pathway/", views.pathway, name="pathway"),
    path("registry/", views.leaders, name="leaders"),
    path("registry/<uuid:uuid>/", views.leader, name="leader"),
]
