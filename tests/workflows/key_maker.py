"""A process that starts with no key: `python -m tests.workflows.key_maker FOLDER NAME`; says “ready”, waits."""

import sys

import django


def main(folder: str, name: str) -> None:
    django.setup()
    from django.conf import settings

    from workflows.signing import sign_note, verifier_key

    settings.LEDGER_KEYS_DIR, settings.LEDGER_ORIGIN = folder, name
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    note = sign_note("From a process of its own\n")
    sys.stdout.write(f"{verifier_key()}\n{note}")


if __name__ == "__main__":
    main(*sys.argv[1:])
