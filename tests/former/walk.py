"""Goes through the data folder of a former version with today's program: run in a process of its own, tells as JSON."""

import json
import os
import re
import sqlite3
import sys
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import django

PASSWORD = "balint-demo"
BEGINNINGS = ("/", "/home/", "/pathway/")  # from there the links lead on, to what one may open
LINK = re.compile(r'href="(/[^"#?]*)"')
LEFT_ALONE = ("/static/", "/accounts/logout", "/mail/")
MOST = 12  # pages a person
HOST = {"host": "127.0.0.1"}


def before(database: Path) -> dict[str, Any]:
    """What the former program has answered: which requirements of which cases are met, and when that was."""
    held = sqlite3.connect(database)
    met = held.execute(
        "SELECT a.reference, p.requirement, p.met FROM applications_requirementprogress p "
        "JOIN applications_application a ON a.id = p.application_id"
    ).fetchall()
    (last,) = held.execute("SELECT max(recorded_at) FROM workflows_ledgerrecord").fetchone()
    held.close()
    return {"met": {f"{case} {requirement}": bool(is_met) for case, requirement, is_met in met}, "last": last}


def said(name: str, *arguments: str) -> str:
    """What a command says, refusal included."""
    from django.core.management import CommandError, call_command

    out = StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=out)
    except CommandError as refusal:
        return f"{out.getvalue()}REFUSED: {refusal}"
    return out.getvalue()


def failures() -> list[str]:
    """The pages of one person of every set of offices, and of a visitor, that answer with a fault."""
    from django.test import Client
    from django.utils import timezone

    from credentialing.accounts.models import Person

    people: dict[Any, Person | None] = {"nobody": None}
    for person in Person.objects.filter(is_active=True).exclude(email=None).order_by("pk"):
        offices = frozenset(person.roles_on(timezone.localdate()))
        people.setdefault(offices or person.email, person)
    found, shown = [], 0
    for person in people.values():
        client = Client(raise_request_exception=False, headers=HOST)
        if person is not None:
            client.force_login(person)
        waiting, seen = list(BEGINNINGS), set()
        while waiting and len(seen) < MOST:
            path = waiting.pop(0)
            if path in seen or path.startswith(LEFT_ALONE):
                continue
            seen.add(path)
            answer = client.get(path)
            shown += answer.status_code == 200
            if answer.status_code >= 500:
                found.append(f"{person or 'a visitor'} {path}: {answer.status_code}")
            if not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html"):
                waiting += LINK.findall(answer.content.decode())
    return found if shown > 5 * len(people) else [*found, f"only {shown} pages were shown"]


def logged_in() -> bool:
    """Whether a password of that day opens the account."""
    from django.test import Client

    client = Client(headers=HOST)
    sent = {"login": "candidate1@example.org", "password": PASSWORD}
    return client.post("/accounts/login/", sent).status_code == 302 and "_auth_user_id" in client.session


def otherwise_judged(met: dict[str, bool], day: Any) -> list[str]:
    """Requirements on which today's program says something else of that day than the former did."""
    from credentialing.applications.assessments import assess_case
    from credentialing.applications.models import Application

    found = []
    for case in Application.objects.exclude(state="draft"):
        for item in assess_case(case, day):
            key = f"{case.reference} {item.requirement.slug}"
            if key in met and met[key] != item.progress.met:
                found.append(f"{key}: was {met[key]}")
    return found


def certified(now: datetime) -> str:
    """The case before the council is decided by two more votes; a worker draws its certificate."""
    from django.core.management import call_command

    from certificates.models import Certificate
    from credentialing.accounts.models import Person
    from credentialing.applications.models import Application
    from credentialing.council.services import cast_ballot

    case = Application.objects.get(candidate__email="candidate4@example.org")
    for number in (2, 3):
        cast_ballot(
            application=case, actor=Person.objects.get(email=f"council{number}@example.org"), choice="approve", now=now
        )
    call_command("db_worker", "--queue-name", "*", "--batch", "--no-startup-delay", verbosity=0)
    case.refresh_from_db()
    issued = Certificate.objects.filter(credential__holder=case.candidate, status="issued").count()
    return f"{case.state}, {issued} certificate"


def main() -> None:
    """Everything, in the order in which a society would meet it."""
    known = before(Path(os.environ["CREDENTIALING_DATA_DIR"], "db.sqlite3"))
    django.setup()
    from django.utils import timezone

    last = datetime.fromisoformat(f"{known['last']}+00:00")
    told: dict[str, Any] = {"migrate": said("migrate", "--verbosity", "0")}
    told["verify"] = said("verify")
    told["otherwise"] = otherwise_judged(known["met"], timezone.localdate(last))
    told["failures"] = failures()
    told["logged in"] = logged_in()
    told["tick"] = said("tick")
    told["certified"] = certified(last + timedelta(seconds=1))
    told["certificates"] = said("check_certificates")
    told["verify at the end"] = said("verify")
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
