"""One case from registration to the verified certificate, through pages only, by everybody who has a part in it."""

import io
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
import time_machine
import zxingcpp
from PIL import Image

from credentialing.accounts.models import Role
from tests.factories import PASSWORD, PersonFactory, abs_version
from tests.journeys.actors import Actor, Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

START = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0)
CANDIDATE = "nour.el-amin@example.org"


def day(months: int, number: int = 14) -> date:
    year, month = divmod(START.year * 12 + START.month - 1 + months, 12)
    return date(year, month + 1, number)


def at(months: int, number: int = 14) -> datetime:
    return datetime.combine(day(months, number), START.timetz())


@pytest.fixture
def society() -> None:
    with time_machine.travel(START - timedelta(days=1), tick=True):
        abs_version()
        people = {
            "coordinator": [Role.COORDINATOR],
            "chair": [Role.CCC_CHAIR, Role.REVIEWER],
            "treasurer": [Role.TREASURER],
            "organiser": [Role.ORGANISER],
            "supervisor": [Role.SUPERVISOR],
            "observer1": [Role.OBSERVER],
            "observer2": [Role.OBSERVER],
            "council1": [Role.COUNCIL, Role.PRESIDENT],
            "council2": [Role.COUNCIL],
            "council3": [Role.COUNCIL],
        }
        for account, offices in people.items():
            person = PersonFactory(name=account.title(), email=f"{account}@example.org", offices=offices)
            person.emailaddress_set.create(email=person.email, verified=True, primary=True)


def pdf(path: Path) -> str:
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(612, 792))
        document.save(path)
    return str(path)


def png(path: Path) -> str:
    Image.new("RGB", (40, 30), "white").save(path)
    return str(path)


def test_one_case_walks_from_registration_to_the_verified_certificate(scene: Scene, society: None, tmp_path: Path):
    visitor = scene.actor()
    with time_machine.travel(START, tick=True):
        look_around(visitor)
        candidate = register(scene)
        announce_and_claim(scene, candidate, "First intensive", START.date() - timedelta(days=60), assessed=False)
        record_membership(scene)
        apply_for_it(candidate, tmp_path)
    with time_machine.travel(START + timedelta(days=1), tick=True):
        be_admitted(scene, candidate)
        agree_and_pay(scene, candidate, tmp_path)
    for half_year in range(4):
        with time_machine.travel(at(6 * half_year + 6, 28), tick=True):
            lead_for_half_a_year(scene, candidate, half_year)
    with time_machine.travel(at(25), tick=True):
        finish_two_years(scene, candidate)
    with time_machine.travel(at(26), tick=True):
        reach_the_council(scene)
        vote(scene)
        scene.work_off()
        verify(scene, visitor, candidate, tmp_path)
    assert scene.faults == []


def look_around(visitor: Actor) -> None:
    visitor.go("/").sees("How to become a leader", "0 people hold the designation")
    visitor.follow("How to become a leader").sees("Attend 3 Leadership Intensives", "24 calendar months")
    visitor.go("/registry/").sees("Nobody is certified yet")
    visitor.go("/verify/").fill({"number": "ABS-1999-0001"})
    visitor.go("/transparency/").sees("Nothing has been signed yet")


def register(scene: Scene) -> Actor:
    candidate = scene.actor()
    candidate.email = CANDIDATE
    candidate.go("/accounts/signup/").fill({"name": "Nour El-Amin نور", "email": CANDIDATE, "password1": PASSWORD})
    candidate.press("Create")
    scene.work_off()
    candidate.go(scene.link_in_letter_to(CANDIDATE)).press("Yes, this is my address")
    candidate.log_in()
    candidate.sees("My path").press("Begin an application")
    candidate.fill({"practice": "Family physician."}).press("Save the draft").sees("My path")
    return candidate


def announce_and_claim(scene: Scene, candidate: Actor, name: str, starts_on: date, *, assessed: bool) -> None:
    organiser = scene.actor("organiser@example.org")
    organiser.go("/events/").follow("Announce").fill(
        {"name": name, "place": "Boston, MA", "starts_on": starts_on, "ends_on": starts_on + timedelta(days=3)}
    ).press("Save")
    candidate.go("/my/intensives/").choose("event", name).press("I was there").sees("Waiting for the organizer")
    organiser.go("/events/").follow(name)
    row = organiser.page.locator("details").first
    row.locator("summary").click()
    organiser.fill({"status": "attended", "days_attended": 4, "assessed": assessed}, within=row)
    organiser.press("Save", within=row)
    organiser.sees("Attended")


def record_membership(scene: Scene) -> None:
    coordinator = scene.actor("coordinator@example.org")
    coordinator.go("/people/").fill({"q": "Nour"}).press("Find").follow("Nour")
    coordinator.fill({"membership-number": "4711", "membership-starts_on": START.date() - timedelta(days=400)})
    coordinator.press("Record the membership").sees("is recorded")


def apply_for_it(candidate: Actor, folder: Path) -> None:
    candidate.go("/my/case/application_form/").follow("Upload")
    candidate.fill({"title": "Curriculum vitae", "file": pdf(folder / "cv.pdf")}).press("Upload").sees(
        "Curriculum vitae"
    )
    lie = folder / "lie.pdf"
    lie.write_bytes(b"MZ this is no PDF")
    candidate.fill({"title": "A lie", "file": str(lie)}).press("Upload")
    candidate.sees("There is a problem")
    assert candidate.page.locator("[name=title]").input_value() == "A lie"
    candidate.go("/my/application/").fill(
        {"prior_experience": "A peer group of eight.", "motivation": "To offer our residents the same."}
    ).press("Save and check")
    candidate.fill({"truthful": True}).press("Submit").sees("reference")


def be_admitted(scene: Scene, candidate: Actor) -> None:
    candidate.go("/my/supervisor/").choose("supervisor", "Supervisor").press("Ask").sees("Supervisor")
    supervisor = scene.actor("supervisor@example.org")
    supervisor.go("/supervision/").sees("Nour El-Amin").press("Accept")
    for account in ("coordinator", "chair"):
        judge = scene.actor(f"{account}@example.org")
        judge.go("/reviews/").sees("to be signed off").follow("Nour")
        judge.press("Sign off.*Admission").sees("Signed off")
    candidate.go("/my/history/").sees("Opened the case", "Coordinator", "Chair")


def agree_and_pay(scene: Scene, candidate: Actor, folder: Path) -> None:
    candidate.go("/my/agreements/supervision_agreement/").fill({"agreed": True}).press("^Sign$")
    candidate.go("/my/files/supervision_agreement/")
    candidate.fill({"title": "Signed by both", "file": png(folder / "agreement.png")}).press("Upload")
    supervisor = scene.actor("supervisor@example.org")
    supervisor.go("/supervision/").follow("Nour").follow("Supervision agreement").fill({"agreed": True}).press("^Sign$")
    candidate.go("/my/statements/recording_consent/").fill({"agreed": True}).press("Make this statement")
    pay(scene, "first year")


def pay(scene: Scene, year: str) -> None:
    treasurer = scene.actor("treasurer@example.org")
    treasurer.go("/fees/").page.get_by_role("link", name=year).first.click()
    today = datetime.now(UTC).date()
    treasurer.fill({"kind": "paid", "amount": "900", "received_on": today, "reference": "R-1"}).press("Mark")
    treasurer.go("/fees/").sees("Received")


def lead_for_half_a_year(scene: Scene, candidate: Actor, half_year: int) -> None:
    candidate.log_in()
    for month in range(6 * half_year + 1, 6 * half_year + 7):
        candidate.go("/my/log/add/").fill(
            {"held_on": day(month), "minutes": 90, "role": "co_led", "format": "online", "setting": "residency",
             "present": 8, "cases": 2, "co_leader_name": "Jordan Wells"}
        ).press("Save")  # fmt: skip
    candidate.go("/my/log/").sees(f"{6 * half_year + 6} sessions")
    supervisor = scene.actor("supervisor@example.org")
    supervisor.go("/supervision/")
    for box in supervisor.page.locator("[name=entry]").all():
        box.check()
    supervisor.press("Confirm the chosen sessions").sees("6 sessions confirmed")
    supervisor.follow("Nour")
    for month in (6 * half_year + 2, 6 * half_year + 4, 6 * half_year + 6):
        supervisor.page.get_by_text("Record a supervision session").click()
        supervisor.fill({"held_on": day(month, 20), "minutes": 60, "recording_reviewed": True})
        supervisor.press("Record and confirm")
    if half_year == 1:
        announce_and_claim(scene, candidate, "Second intensive", day(11, 3), assessed=False)
    if half_year == 2:
        pay(scene, "second year")


def finish_two_years(scene: Scene, candidate: Actor) -> None:
    candidate.log_in()
    supervisor = scene.actor("supervisor@example.org")
    supervisor.go("/supervision/").follow("Nour").follow("Supervisor's final report")
    supervisor.fill({"strengths": "Calm.", "growth": "Silence.", "recommended": True, "discussed": True}).press("File")
    announce_and_claim(scene, candidate, "Last intensive", day(25, 2), assessed=True)
    coordinator = scene.actor("coordinator@example.org")
    coordinator.go("/reviews/cases/").follow("Nour").follow("Ask evaluators")
    for account in ("Observer1", "Observer2"):
        coordinator.choose("event", "Last intensive").choose("evaluator", account).press("Ask this evaluator")
    for account in ("observer1", "observer2"):
        observer = scene.actor(f"{account}@example.org")
        observer.go("/evaluations/").follow("Nour")
        for group in observer.page.locator("main select, main fieldset").all():
            if group.evaluate("g => g.tagName") == "SELECT":
                group.select_option("competent")
        for radio in observer.page.locator("main input[type=radio][value=competent]").all():
            radio.check()
        observer.fill({"outcome": "ready", "comments": "Leads with a light hand."}).press("File it for good")


def reach_the_council(scene: Scene) -> None:
    coordinator = scene.actor("coordinator@example.org")
    coordinator.go("/reviews/").follow("Group sessions").press("Sign off.*Group sessions")
    coordinator.follow("Sign off the stage").sees("Co-leading logged", "Observed", "Workshop attended").press(
        "^Sign off$"
    )
    coordinator.sees("has reached “Co-leading logged”, then “Observed”, then “Workshop attended”")


def vote(scene: Scene) -> None:
    for number in (1, 2, 3):
        member = scene.actor(f"council{number}@example.org")
        member.go("/council/").sees("Your vote is missing").follow("Nour")
        member.fill({"choice": "approve"}).press("Check your vote").press("Cast your vote")
        member.sees("is certified" if number == 3 else f"{number} of 3 needed")


def verify(scene: Scene, visitor: Actor, candidate: Actor, folder: Path) -> None:
    candidate.log_in().go("/my/").sees("Credentialed Balint Group Leader", "Active")
    with candidate.page.expect_download() as download:
        candidate.page.get_by_role("link", name="Download your certificate").click()
    file = folder / "certificate.pdf"
    download.value.save_as(file)
    assert file.read_bytes().startswith(b"%PDF-")
    if shutil.which("pdftoppm"):
        picture = subprocess.run(
            ["pdftoppm", "-r", "200", "-png", str(file)],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        visitor.go(codes[0].text)
    else:
        visitor.go(candidate.page.get_by_role("link", name="QR code").get_attribute("href") or "")
    visitor.sees("Nour El-Amin", "Credentialed Balint Group Leader", "Valid", f"ABS-{datetime.now(UTC).year}-0001")
    visitor.page.get_by_text("The proof, for those who want it").click()
    visitor.follow("the entry that brought this standing about").sees("a signed checkpoint covers it", "Take the proof")
    number = visitor.page.url.rstrip("/").rsplit("/", 1)[-1]
    visitor.follow("The public ledger").sees("Keep this text")
    visitor.fill({"entry": "4711"}).press("Look it up").sees("There is a problem", "five groups")
    visitor.fill({"entry": number}).press("Look it up").sees("a signed checkpoint covers it")
    visitor.go("/registry/").sees("Nour El-Amin", "Active").follow("Nour").sees("Valid")
