from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "credentialing.reviews"
    label = "reviews"
