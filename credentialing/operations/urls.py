"""Addresses that exist in the demo only."""

from django.urls import path

from credentialing.operations import views

app_name = "operations"
urlpatterns = [
    path("mail/", views.mail, name="mail"),
    path("mail/<slug:key>/", views.post, name="post"),
]
