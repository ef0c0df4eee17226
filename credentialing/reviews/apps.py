from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "credentialing.reviews"
    label = "reviews"

    def ready(self) -> None:
        from credentialing.reviews import invariants, taking_out  # noqa: F401 - what verify asks, what follows a tie
