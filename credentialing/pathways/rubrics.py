"""What evaluators rate, and on which scale."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RubricItem:
    """One thing an evaluator rates."""

    slug: str
    label: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Rubric:
    """What evaluators rate and on which scale; `text_required_for` are ratings that need words.

    The scale goes from the worst to the best; `unrated` are ratings outside it (not observed).
    """

    version: str
    scale: tuple[tuple[str, str], ...]
    items: tuple[RubricItem, ...]
    text_required_for: tuple[str, ...] = ()
    unrated: tuple[str, ...] = ()

    def score(self, rating: str) -> int | None:
        """The rating as a number from 1; None for one outside the scale."""
        order = [slug for slug, _ in self.scale if slug not in self.unrated]
        return order.index(rating) + 1 if rating in order else None
