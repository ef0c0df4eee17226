"""A published version is read as it was published, for ever; what can't be read at all is said, and stops nothing."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from credentialing.accounts.models import Person
from credentialing.applications.models import AwaitedAct
from credentialing.correspondence.models import Letter
from credentialing.pathways.formats import PRESENT
from credentialing.pathways.invariants import published_rules_can_be_read
from credentialing.pathways.loader import PathwayFileInvalid, RulesUnreadable, load_pathway, read_published
from credentialing.pathways.models import PathwayVersion
from credentialing.pathways.services import publish_pathway
from credentialing.pathways.troubles import UNREADABLE
from credentialing.reviews.presentation import inbox_lines
from tests.by_hand import write_by_hand
from tests.factories import PersonFactory, make_walk
from tests.pathways.files import SMALL, changed
from workflows.models.seals import seal_rows

COUNCIL = """[[bodies]]
slug = "council"
label = "Council"
quorum = 2
"""
FIRST = changed(COUNCIL, "[council]\nquorum = 2\n")
FEE = """
  [[stages.requirements]]
  slug = "fee"
  kind = "fee"
  label = "Fee"
  amount = 900
"""
OBSERVATION = """
  [[stages.requirements]]
  slug = "seen_leading"
  kind = "observation"
  label = "Seen leading"
  observers = 1
"""
STANDING = '[award.standing]\nbody = "senate"\n\n[[bodies]]'


def test_first_format_means_by_its_council_what_bodies_mean_today():
    council = read_published(FIRST, number=1).council
    assert (council.by, council.voters, council.quorum, council.majority) == ("ballot", "council", 2, "simple")
    assert read_published(FIRST, number=1).body("committee").by == "sign_off"
    with pytest.raises(PathwayFileInvalid):
        load_pathway(FIRST)


def test_fee_of_the_first_format_is_one_of_the_first_year_where_none_is_named():
    assert read_published(FIRST + FEE, number=1).requirement("fee").parameters.year == 1
    assert read_published(SMALL + FEE, number=PRESENT).requirement("fee").parameters.year == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("quorum = 2", "quorum = 2\nformerly_known = true"),
        ("quorum = 2", "quorum = 500"),
        ('name = "Small path"', f'name = "{"long " * 100}"'),
        ('label = "Seen"', 'label = ""'),
        ('signed_by = ["coordinator"]', 'signed_by = ["coordinator", "coordinator"]'),
        ('signed_by = ["coordinator"]', 'signed_by = ["chancellor"]'),
        ('signed_by = ["coordinator"]', "signed_by = []"),
        ('slug = "seen"', 'slug = "Seen_By.All"'),
        ('slug = "seen"', 'slug = "deferred"'),
        ('gate = "submit"', 'gate = "submit"\nsigned_by = ["coordinator"]'),
    ],
)
def test_published_rules_that_could_not_be_published_today_are_read(old, new):
    source = changed(old, new)
    with pytest.raises(PathwayFileInvalid):
        load_pathway(source)
    assert len(read_published(source, number=PRESENT).stages) == 3


@pytest.mark.parametrize(
    ("source", "number", "reason"),
    [
        ("slug = ", PRESENT, "it is no TOML"),
        (SMALL, PRESENT + 1, "its format 3 is not known to this program"),
        (SMALL, 0, "its format 0 is not known"),
        (changed('kind = "standing"', 'kind = "horoscope"'), PRESENT, "there is no kind “horoscope”"),
        (changed('body = "council"', 'body = "senate"'), PRESENT, "the body “senate” of “decision” is missing"),
        (changed("quorum = 2", 'quorum = "two"'), PRESENT, "“quorum” must be a whole number"),
        (changed(COUNCIL, "bodies = []"), PRESENT, "is missing"),
        ('stages = 3\nslug = "x"', PRESENT, "must be a list of tables"),
        ("council = 3\n" + FIRST.replace("[council]\nquorum = 2\n", ""), 1, "its tables are not those of a pathway"),
        (SMALL.partition('[[stages]]\nslug = "seen"')[0], PRESENT, "it has fewer than two stages"),
        (changed('slug = "seen"', 'slug = "applied"'), PRESENT, "a stage stands twice"),
        (SMALL + OBSERVATION, PRESENT, "the rubric by which “seen_leading” is rated is missing"),
        (
            changed('kind = "standing"\n', 'kind = "attestation"\n  statement = "oath"\n'),
            PRESENT,
            "the statement “oath” of “membership” is missing",
        ),
        (changed("quorum = 2", 'by = "sign_off"'), PRESENT, "no body votes"),
        (
            changed("[[bodies]]", '[award.standing]\nbody = "senate"\n\n[[bodies]]'),
            PRESENT,
            "the body “senate” is missing",
        ),
    ],
)
def test_rules_that_nobody_could_go_by_are_named_with_the_reason(source, number, reason):
    with pytest.raises(RulesUnreadable) as refusal:
        read_published(source, number=number)
    assert reason in str(refusal.value)


@pytest.fixture
def spoiled(db):
    """A society whose case before the council goes by rules that somebody has spoiled by hand."""
    walk = make_walk().reach_council()
    PersonFactory(offices=["administrator"])
    write_by_hand(PathwayVersion.objects.get(), source="slug = ")
    return walk


def test_rules_spoiled_by_hand_are_one_finding_and_verify_goes_on(spoiled):
    out = StringIO()
    with pytest.raises(CommandError, match=r"^1 finding\."):
        call_command("verify", stdout=out, stderr=StringIO())
    assert "pathway version" in out.getvalue()


def test_tick_says_which_cases_wait_and_does_the_rest(spoiled):
    out = StringIO()
    call_command("tick", "--all", stdout=out, stderr=StringIO())
    assert f"{spoiled.application.reference}: not brought up to date. The rules" in out.getvalue()
    assert "0 cases brought up to date" in out.getvalue()
    told = Letter.objects.filter(template="needs_attention", body__contains="can't be read")
    administrators = Person.objects.holding("administrator", timezone.localdate())
    assert {letter.recipient for letter in told} == set(administrators)


def test_pages_say_that_the_rules_can_not_be_read_and_administrators_are_told_once_a_day(spoiled):
    case = f"/reviews/cases/{spoiled.application.uuid}/"
    shown = {
        spoiled.candidate: {"/my/": 503, "/home/": 302},
        spoiled.officers.coordinator: {"/reviews/": 200, "/reviews/cases/": 200, case: 503},
        spoiled.officers.council[0]: {"/council/": 200},
        spoiled.officers.treasurer: {"/fees/": 200},
        spoiled.officers.supervisors[0]: {"/supervision/": 200},
        None: {"/": 200, "/pathway/": 200, "/registry/": 200},
    }
    for person, pages in shown.items():
        client = Client(raise_request_exception=False)
        if person is not None:
            client.force_login(person)
        for path, status in pages.items():
            answer = client.get(path)
            assert (path, answer.status_code) == (path, status)
            if status == 503:
                assert "The administrators have been told" in answer.content.decode()
    administrators = Person.objects.holding("administrator", timezone.localdate()).count()
    told = Letter.objects.filter(template="needs_attention", body__contains="can't be read")
    assert told.count() == administrators > 0


def test_inbox_names_the_case_whose_rules_can_not_be_read(spoiled):
    acts = AwaitedAct.objects.filter(application=spoiled.application)
    (line,) = inbox_lines(acts[:1], timezone.now())
    assert (line.title, line.reference) == (UNREADABLE, spoiled.application.reference)
    assert line.url == f"/reviews/cases/{spoiled.application.uuid}/"


def test_rules_that_can_not_be_read_are_not_offered_and_no_former_ones_in_their_place(db):
    actor = PersonFactory()
    for version, day in (("1", date(2020, 1, 1)), ("2", date(2021, 1, 1))):
        source = changed('version = "1"', f'version = "{version}"')
        publish_pathway(source=source, actor=actor, in_force_from=day)
    assert [found.version for found in PathwayVersion.objects.offered(date(2022, 1, 1))] == ["2"]
    write_by_hand(PathwayVersion.objects.get(version="2"), source="slug = ")
    assert PathwayVersion.objects.offered(date(2022, 1, 1)) == []


def test_readable_text_under_an_unknown_format_is_one_finding_too(db):
    publish_pathway(source=SMALL, actor=PersonFactory(), in_force_from=date(2020, 1, 1))
    version = PathwayVersion.objects.get()
    write_by_hand(version, format=9)
    seal_rows(PathwayVersion, [version.pk])
    (found,) = published_rules_can_be_read()
    assert "its format 9 is not known" in found.message
