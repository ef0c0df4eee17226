"""The candidate's addresses."""

from django.urls import path

from credentialing.applications import views

app_name = "applications"
urlpatterns = [
    path("my/", views.home, name="home"),
    path("my/application/start/", views.start, name="start"),
    path("my/application/", views.form, name="form"),
    path("my/application/check/", views.check, name="check"),
    path("my/application/submitted/", views.submitted, name="submitted"),
    path("my/application/withdraw/", views.withdraw, name="withdraw"),
    path("my/supervisor/", views.supervisor, name="supervisor"),
    path("my/supervisor/end/", views.supervisor_end, name="supervisor-end"),
    path("my/case/<slug:slug>/", views.requirement, name="requirement"),
]
