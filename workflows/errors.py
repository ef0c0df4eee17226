"""Why an act was refused. Each carries a sentence for the person who tried it."""

from collections.abc import Sequence

from workflows.guards import Unmet


class RulesUnreadable(Exception):
    """The stored rules that a subject moves by can't be read; whoever keeps them has their examination tell it."""


class TransitionError(Exception):
    """An act was refused; nothing has changed."""


class NoSuchTransition(TransitionError):
    """The present state doesn't allow this act (409)."""


class StaleVersion(TransitionError):
    """Somebody else has changed the subject since it was looked at (409)."""


class NotPermitted(TransitionError):
    """The actor may not do this (403)."""


class TransitionBlocked(TransitionError):
    """Something is still missing (422); `unmet` says what."""

    def __init__(self, unmet: Sequence[Unmet]) -> None:
        self.unmet = list(unmet)
        super().__init__(" ".join(item.message for item in self.unmet))


class ReasonRequired(TransitionBlocked):
    """The act needs a reason."""

    def __init__(self) -> None:
        super().__init__([Unmet(code="reason_required", message="Give a reason.")])
