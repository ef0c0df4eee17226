"""Addresses of those who judge, and the candidate's history."""

from django.urls import path

from credentialing.reviews import answer_views, override_views, stage_views, views

app_name = "reviews"
urlpatterns = [
    path("my/history/", views.my_history, name="my-history"),
    path("reviews/", views.inbox, name="inbox"),
    path("reviews/cases/", views.cases, name="cases"),
    path("reviews/cases/<uuid:uuid>/", views.case, name="case"),
    path("reviews/cases/<uuid:uuid>/stage/", views.stage, name="stage"),
    path("reviews/cases/<uuid:uuid>/answers/", answer_views.answers, name="answers"),
    path("reviews/cases/<uuid:uuid>/recommend/", stage_views.recommend, name="recommend"),
    path("reviews/cases/<uuid:uuid>/not-yet/", stage_views.not_yet, name="not-yet"),
    path("reviews/endorsements/<int:pk>/take-back/", stage_views.take_back, name="endorsement-take-back"),
    path("reviews/cases/<uuid:uuid>/tied/", override_views.tied, name="tied"),
    path("reviews/permissions/", override_views.overrides, name="overrides"),
    path("reviews/permissions/<uuid:uuid>/", override_views.override, name="override"),
    path("reviews/permissions/<uuid:uuid>/take-back/", override_views.override_take_back, name="override-take-back"),
    path("reviews/cases/<uuid:uuid>/step-aside/", views.step_aside, name="step-aside"),
    path("reviews/cases/<uuid:uuid>/lifecycle/<slug:verb>/", views.lifecycle, name="lifecycle"),
    path("reviews/cases/<uuid:uuid>/requirements/<slug:slug>/sign-off/", views.sign_off, name="sign-off"),
    path("reviews/cases/<uuid:uuid>/requirements/<slug:slug>/waive/", views.waive, name="waive"),
    path("reviews/cases/<uuid:uuid>/requirements/<slug:slug>/return/", views.send_back, name="return"),
    path("reviews/sign-offs/<uuid:uuid>/take-back/", views.sign_off_take_back, name="sign-off-take-back"),
]
