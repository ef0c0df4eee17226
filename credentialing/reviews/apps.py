from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "credentialing.reviews"
    label = "reviews"

    def ready(self) -> None:
        from credentialing.reviews import invariants  # noqa: F401 - registers what verify asks
