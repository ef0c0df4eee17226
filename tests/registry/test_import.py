"""Bringing earlier holders in: all or nothing, honestly labelled, and a second run changes nothing."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from certificates.models import Credential
from credentialing.accounts.models import Person
from credentialing.audit.models import AuditEvent
from tests.certificates.factories import awarded
from tests.factories import PersonFactory, abs_version
from tests.names.acts import renamed
from workflows.ledger import verify_chain

pytestmark = pytest.mark.django_db
LIST = (
    "Name,No,Awarded,Expires,Status,Email\n"
    "Nora Feldman,ABS-1999-0001,1999-05-01,,Active,\n"
    "Zoe Adams,,2003-02-01,,Retired,zoe@example.org\n"
    "Ben Cole,ABS-2001-0001,2001-01-01,2005-01-01,,\n"
    "Una Dale,ABS-2010-0004,2010-01-01,,Suspended,\n"
)


@pytest.fixture
def registrar():
    abs_version()
    return PersonFactory(email="registrar@example.org", offices=["registrar"])


@pytest.fixture
def bring(tmp_path, registrar):
    def run(text: str = LIST, *options: str, by: str = "registrar@example.org") -> str:
        path = tmp_path / "holders.csv"
        path.write_text(text, encoding="utf-8")
        out = StringIO()
        call_command("import_holders", str(path), "--by", by, "--yes", *options, stdout=out)
        return out.getvalue()

    return run


def test_holders_stand_with_their_own_numbers_dates_and_status(bring, registrar):
    out = bring()
    assert "4 added, 0 stood already" in out
    standing = {c.holder.name: (c.number, c.awarded_on.isoformat(), c.status_today) for c in Credential.objects.all()}
    assert standing == {
        "Nora Feldman": ("ABS-1999-0001", "1999-05-01", "active"),
        "Zoe Adams": ("ABS-2003-0001", "2003-02-01", "resigned"),
        "Ben Cole": ("ABS-2001-0001", "2001-01-01", "expired"),
        "Una Dale": ("ABS-2010-0004", "2010-01-01", "suspended"),
    }
    assert {c.basis for c in Credential.objects.all()} == {"import"}
    assert [fault for c in Credential.objects.all() for fault in verify_chain(c)] == []
    event = AuditEvent.objects.get(event="registry:holders:imported")
    assert (event.actor, len(event.details["credentials"])) == (registrar, 4)


def test_second_run_changes_nothing(bring):
    bring()
    people, credentials = Person.objects.count(), Credential.objects.count()
    assert "0 added, 4 stood already" in bring()
    assert (Person.objects.count(), Credential.objects.count()) == (people, credentials)
    assert AuditEvent.objects.filter(event="registry:holders:imported").count() == 1


def test_second_run_knows_holders_again_by_the_name_on_record_or_one_before(bring):
    bring()
    for name in ("Nora Feldman", "Zoe Adams"):
        renamed(Credential.objects.get(recorded_name=name), f"{name}-Smith", "")
    Person.objects.exclude(email="registrar@example.org").update(name="Mallory", certificate_name="Mallory")
    assert "0 added, 4 stood already" in bring()
    assert "0 added, 1 stood already" in bring("Name,Awarded\nZoe Adams-Smith,2003-02-01\n")
    with pytest.raises(CommandError, match="belongs to Nora Feldman-Smith"):
        bring("Name,No,Awarded\nMallory,ABS-1999-0001,1999-05-01\n")


def test_entry_is_what_the_list_says_whatever_the_profile_says(bring):
    zoe = PersonFactory(name="Zoe Adams", certificate_name="Prof. Zoe", post_nominals="PhD", email="zoe@example.org")
    bring()
    credential = Credential.objects.get(holder=zoe)
    assert (credential.recorded_name, credential.recorded_post_nominals) == ("Zoe Adams", "")


def test_holder_is_known_by_the_address_only_under_the_name_on_record(bring):
    zoe = PersonFactory(name="Zoe Adams", email="zoe@example.org")
    awarded(holder=zoe, number="X-1", scheme="another")
    Person.objects.filter(pk=zoe.pk).update(name="Mallory")
    assert "1 added" in bring("Name,Awarded,Email\nZoe Adams,2003-02-01,zoe@example.org\n")
    with pytest.raises(CommandError, match="The address"):
        bring("Name,Awarded,Email\nMallory,2004-02-01,zoe@example.org\n")


def test_dry_run_says_what_would_happen_and_changes_nothing(bring):
    out = bring(LIST, "--dry-run")
    assert "4 would be added" in out
    assert "ABS-1999-0001" in out
    assert not Credential.objects.exists()
    assert not Person.objects.filter(name="Nora Feldman").exists()
    assert "4 added" in bring()


def test_guesses_are_told_and_nothing_is_imported_before_somebody_agrees(registrar, tmp_path):
    path, out = tmp_path / "holders.csv", StringIO()
    path.write_text('Name,Awarded\n"Jane Example, MD",15/03/2004\n', encoding="utf-8")
    with pytest.raises(CommandError, match="run it again with --yes"):
        call_command("import_holders", str(path), "--by", registrar.email, stdout=out)
    assert "order of dates: day, month, year" in out.getvalue()
    assert "“Jane Example, MD” → Jane Example; MD" in out.getvalue()
    assert not Credential.objects.exists()


def test_undecided_is_not_imported_with_yes_and_is_with_its_answer(bring):
    text = "Name,Awarded,Status\nJane Example,03/04/2004,Deceased\n"
    with pytest.raises(CommandError, match="dates:B:order=dmy"):
        bring(text)
    with pytest.raises(CommandError, match="KEY=VALUE"):
        bring(text, "--choose", "dates:B:order")
    assert "1 added" in bring(text, "--choose", "dates:B:order=dmy", "--choose", "status:deceased=resigned")
    credential = Credential.objects.get()
    assert (str(credential.awarded_on), credential.status_today) == ("2004-04-03", "resigned")
    event = AuditEvent.objects.get(event="registry:holders:imported")
    assert event.details["printed_statuses"] == {str(credential.uuid): "Deceased"}


def test_nothing_is_imported_when_one_line_is_wrong(bring):
    with pytest.raises(CommandError, match=r"Nothing was imported.\nline 6, column C \(Awarded\)"):
        bring(LIST + "Max,,never,,,\n")
    assert not Credential.objects.exists()


def test_number_of_somebody_else_is_a_fault_of_its_line(bring):
    awarded(number="ABS-1999-0001", holder=PersonFactory(name="Somebody"))
    with pytest.raises(CommandError, match="line 2: The number ABS-1999-0001 belongs to Somebody"):
        bring()
    assert Credential.objects.count() == 1


def test_address_of_somebody_else_is_a_fault_of_its_line(bring):
    PersonFactory(name="Somebody", email="zoe@example.org")
    with pytest.raises(CommandError, match=r"line 3: The address zoe@example\.org belongs to Somebody"):
        bring()


def test_known_person_gets_their_earlier_credential(bring):
    zoe = PersonFactory(name="Zoe Adams", email="zoe@example.org")
    bring()
    assert Credential.objects.get(holder=zoe).number == "ABS-2003-0001"


def test_person_who_holds_it_already_is_a_fault_of_their_line(bring):
    awarded(holder=PersonFactory(name="Zoe Adams", email="zoe@example.org"), number="ABS-2020-0001")
    with pytest.raises(CommandError, match="line 3: Zoe Adams already holds"):
        bring()


@pytest.mark.parametrize(
    ("by", "words"), [("nobody@example.org", "Nobody here"), ("clerk@example.org", "by the registrar")]
)
def test_it_is_done_in_the_registrars_name(bring, by, words):
    PersonFactory(email="clerk@example.org")
    with pytest.raises(CommandError, match=words):
        bring(LIST, by=by)
    assert not Credential.objects.exists()


def test_missing_file_and_missing_pathway_are_told(bring, registrar, tmp_path):
    with pytest.raises(CommandError, match="can't be read"):
        call_command("import_holders", str(tmp_path / "none.csv"), "--by", registrar.email)
    with pytest.raises(CommandError, match="No version of the pathway"):
        bring(LIST, "--pathway", "other")


def test_earlier_holder_who_logs_in_is_not_led_through_the_path_again(bring, client):
    bring()
    client.force_login(Person.objects.get(email="zoe@example.org"))
    assert client.post("/my/application/start/").status_code == 302
    una = Person.objects.get(name="Una Dale")
    client.force_login(una)
    refused = client.post("/my/application/start/")
    assert refused.status_code == 409
    assert "already hold this credential" in refused.text
