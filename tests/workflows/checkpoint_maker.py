"""A second process at the tree: `python -m tests.workflows.checkpoint_maker DATABASE KEYS FOLDER`."""

import sys

import django


def main(database: str, keys: str, folder: str) -> None:
    django.setup()
    from django.conf import settings
    from django.db import connection

    from workflows.checkpoints import make_checkpoint

    connection.settings_dict["NAME"] = database
    settings.LEDGER_KEYS_DIR, settings.LEDGER_CHECKPOINTS_DIR = keys, folder
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(make_checkpoint().note)


if __name__ == "__main__":
    main(*sys.argv[1:])
