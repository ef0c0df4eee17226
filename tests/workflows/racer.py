"""A second process at the same door: `python -m tests.workflows.racer DATABASE SUBJECT ACTOR`, one act per line.

It says “ready”, then answers each line “name expected_version” with “done” or the reason of the refusal. “vanish name”
carries out the act and dies before the commit.
"""

import os
import sys
from typing import Any

import django
from django.db import connection, transaction


def act(words: list[str], subject: int, actor: Any) -> str:
    from tests.workflows.testapp.models import Loan
    from workflows.errors import TransitionError
    from workflows.services import perform

    loan = Loan.objects.get(pk=subject)
    if words[0] == "vanish":
        with transaction.atomic():
            perform(loan, words[1], actor=actor, reason="Never kept.")
            os._exit(9)
    expected = int(words[1]) if len(words) > 1 else None
    try:
        perform(loan, words[0], actor=actor, expected_version=expected)
    except TransitionError as refusal:
        return type(refusal).__name__
    return "done"


def main(database: str, subject: str, actor: str) -> None:
    django.setup()
    connection.settings_dict["NAME"] = database
    from django.contrib.auth import get_user_model

    who = get_user_model()._default_manager.get(pk=actor)
    say("ready")
    for line in sys.stdin:
        say(act(line.split(), int(subject), who))


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
