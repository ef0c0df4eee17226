"""The double click: one person sends one form twice, to the site as it is served in production."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from credentialing.accounts.models import Person
from credentialing.applications.models import Application
from tests.evidence.samples import pdf
from tests.soak.crew import Job
from tests.soak.races import (
    READ,
    Judge,
    Race,
    chain,
    count,
    letters,
    one_file,
    standing_sign_offs,
    steps,
)
from tests.soak.society import Society, fresh, seen

FORM, BORDER = "application/x-www-form-urlencoded", "----soak"
CONFLICT = frozenset({"302", "409"})


class Clicks:
    """Five forms in turn, each sent twice at once."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.sessions: dict[int, str] = {}

    def race(self, society: Society, number: int) -> tuple[list[Job], Judge]:
        """One form: one redirect, one notice (409), never a 5xx."""
        forms: Sequence[Race] = (self.requirement, self.stage, self.ballot, self.upload, self.withdrawal)
        return forms[number % len(forms)](society, number)

    def requirement(self, society: Society, number: int) -> tuple[list[Job], Judge]:
        """A reviewer signs a requirement off."""
        case = society.submitted()
        path = reverse("reviews:sign-off", args=[case.uuid, READ])

        def judge(outcomes: Sequence[str]) -> Iterator[str]:
            yield from redirect_and_notice(outcomes)
            yield from count(1, standing_sign_offs(case), "sign-offs")
            yield from count(1, letters(case, "requirement_signed_off"), "letters")

        return self.twice(society.coordinators[0], path, {"seen_digest": seen(case, READ)}), judge

    def stage(self, society: Society, number: int) -> tuple[list[Job], Judge]:
        """A reviewer signs a stage off."""
        case = society.admitted()

        def judge(outcomes: Sequence[str]) -> Iterator[str]:
            yield from redirect_and_notice(outcomes)
            yield from count(1, steps(case, "advance"), "steps")
            yield from chain(case)

        return self.twice(society.chair, reverse("reviews:stage", args=[case.uuid]), {"version": case.version}), judge

    def ballot(self, society: Society, number: int) -> tuple[list[Job], Judge]:
        """A member of the council gives the deciding vote."""
        case = society.before_council(votes=1)
        path = reverse("council:case", args=[case.uuid])

        def judge(outcomes: Sequence[str]) -> Iterator[str]:
            yield from redirect_and_notice(outcomes)
            yield from count(2, case.decisions.get().ballots, "ballots")
            yield from count(1, case.candidate.credentials, "credentials")
            yield from chain(case)

        return self.twice(society.council[1], path, {"choice": "approve", "confirmed": "1"}), judge

    def upload(self, society: Society, number: int) -> tuple[list[Job], Judge]:
        """A candidate uploads a file."""
        case = society.submitted()
        head = f'--{BORDER}\r\nContent-Disposition: form-data; name="title"\r\n\r\nA file\r\n--{BORDER}\r\n'
        head += 'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
        body = head + pdf().decode("latin-1") + f"\r\n--{BORDER}--\r\n"

        def judge(outcomes: Sequence[str]) -> Iterator[str]:
            yield from redirect_and_notice(outcomes)
            yield from one_file(case)

        path = reverse("evidence:files", args=[READ])
        return self.twice(case.candidate, path, body, f"multipart/form-data; boundary={BORDER}"), judge

    def withdrawal(self, society: Society, number: int) -> tuple[list[Job], Judge]:
        """A candidate withdraws."""
        case = society.admitted()

        def judge(outcomes: Sequence[str]) -> Iterator[str]:
            yield from redirect_and_notice(outcomes)
            yield from withdrawn_once(case)

        return self.twice(case.candidate, reverse("applications:withdraw"), {"reason": ""}), judge

    def twice(self, person: Person, path: str, body: object, kind: str = FORM) -> list[Job]:
        """The same form, two times."""
        written = body if isinstance(body, str) else urlencode(body)  # type: ignore[arg-type]
        facts = {"server": self.server, "path": path, "session": self.session(person), "body": written, "kind": kind}
        return [Job("click", facts)] * 2

    def session(self, person: Person) -> str:
        """Somebody who has logged in."""
        if person.pk not in self.sessions:
            client = Client()
            client.force_login(person)
            self.sessions[person.pk] = client.cookies["session"].value
        return self.sessions[person.pk]


def redirect_and_notice(outcomes: Sequence[str]) -> Iterator[str]:
    """One has done it; the other is told so."""
    if sorted(outcomes) != ["302", "409"]:
        yield f"answered {', '.join(outcomes)}"


def withdrawn_once(case: Application) -> Iterator[str]:
    """One step, and the case is withdrawn."""
    yield from count(1, steps(case, "withdraw"), "steps")
    if fresh(case).state != "withdrawn":
        yield f"the case is {fresh(case).state}"
