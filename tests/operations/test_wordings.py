"""The society's words on certificates: name and signing offices, tried, adopted by an administrator, frozen."""

from datetime import date, timedelta
from uuid import uuid4

import pymupdf
import pytest
from django.utils import timezone

from certificates.designs import (
    SOCIETY_LENGTH,
    TITLE_LENGTH,
    CertificateWording,
    SigningOffice,
    WordingRefused,
    adopt_wording,
    keep_wording,
    wording_in_force,
)
from certificates.models import Certificate
from certificates.services import issue_certificate
from credentialing.accounts.models import Role, Term
from credentialing.applications.services.certification import OFFICES, signatories_on
from credentialing.audit.models import AuditEvent
from credentialing.operations.certificates import prepare_missing
from credentialing.operations.designs import choose_wording, offer_wording
from tests.certificates.factories import awarded
from tests.factories import PersonFactory, make_walk
from tests.names.acts import renamed

pytestmark = pytest.mark.django_db
PAGE = "/operations/certificates/design/"
SAID = {
    "society": "Balint Society & Friends",
    "office_1": "registrar",
    "title_1": "Secretary",
    "office_2": "president",
    "title_2": "President of the Society",
}


@pytest.fixture
def desk(client):
    client.force_login(PersonFactory(name="Ines Halloran", offices=["administrator"]))
    return client


def signed_as(**titles: str) -> list[SigningOffice]:
    return [SigningOffice(office=office, title=title) for office, title in titles.items()]


def adopted(society: str = "", **titles: str) -> CertificateWording:
    actor = PersonFactory()
    wording = keep_wording(society=society, offices=signed_as(**titles or {"president": "Head"}), actor=actor)
    return adopt_wording(wording=wording, actor=actor)


def text_of(content: bytes) -> str:
    with pymupdf.open(stream=content) as document:
        return document[0].get_text()


# What is kept and what is in force --------------------------------------------------------------------------------


def test_words_are_in_force_only_when_they_are_adopted_and_the_newest_count():
    assert (wording_in_force().society, wording_in_force().signing) == ("", ())
    actor = PersonFactory()
    first, second = (keep_wording(society=name, offices=OFFICES, actor=actor) for name in ("First", "Second"))
    assert wording_in_force().society == ""
    adopt_wording(wording=first, actor=actor)
    adopt_wording(wording=second, actor=actor)
    assert wording_in_force() == second
    adopt_wording(wording=first, actor=actor)
    assert wording_in_force() == first
    adopt_wording(wording=None, actor=actor)
    assert (wording_in_force().society, wording_in_force().signing) == ("", ())
    assert set(CertificateWording.objects.exclude(offices=[])) == {first, second}


def test_same_words_are_kept_once_whatever_the_space_around_them():
    actor = PersonFactory()
    first = keep_wording(society="Balint  Society ", offices=signed_as(president=" Head\nof all"), actor=actor)
    assert keep_wording(society="Balint Society", offices=signed_as(president="Head of all"), actor=actor) == first
    assert (first.society, first.signing) == (
        "Balint Society",
        (SigningOffice(office="president", title="Head of all"),),
    )
    assert str(first) == "Balint Society; signed by Head of all"
    assert str(CertificateWording()) == "Standard wording"


@pytest.mark.parametrize(
    ("society", "offices", "words"),
    [
        ("", [], "From one to 3 offices sign"),
        ("", signed_as(a="A", b="B", c="C", d="D"), "From one to 3 offices sign"),
        ("", signed_as(a="A") * 2, "signs only once"),
        ("", signed_as(a=" "), "needs a title"),
        ("", signed_as(**{" ": "A"}), "needs a title"),
        ("𓀀", signed_as(a="A"), "U\\+13000 EGYPTIAN HIEROGLYPH A001"),
        ("", signed_as(a="𓀀"), "U\\+13000"),
        ("x" * (SOCIETY_LENGTH + 1), signed_as(a="A"), f"at most {SOCIETY_LENGTH} characters"),
        ("", signed_as(a="x" * (TITLE_LENGTH + 1)), f"at most {TITLE_LENGTH} characters"),
        ("﷽" * 30, signed_as(a="A"), "too long to be printed"),  # few, but wide
    ],
)
def test_words_that_say_nothing_clear_or_can_not_be_printed_are_refused(society, offices, words):
    with pytest.raises(WordingRefused, match=words):
        keep_wording(society=society, offices=offices, actor=PersonFactory())
    assert not CertificateWording.objects.exists()


# Who signs --------------------------------------------------------------------------------------------------------


def test_offices_of_the_wording_sign_in_its_order_and_one_that_nobody_holds_does_not():
    PersonFactory(name="Josephine Abara", offices=["president"])
    PersonFactory(name="Beatrix Amory", offices=["registrar"])
    PersonFactory(name="Anselm Whitaker", offices=["ccc_chair"])  # not in this wording
    adopted(registrar="Secretary", treasurer="Treasurer", president="Head")
    signed = [(one.name, one.office) for one in signatories_on(timezone.localdate())]
    assert signed == [("Beatrix Amory", "Secretary"), ("Josephine Abara", "Head")]


def test_of_several_in_one_office_the_first_by_name_signs():
    for name in ("Zoe", "Abe", "Mia"):
        PersonFactory(name=name, offices=["council"])
    adopted(council="Member of the Council")
    assert [one.name for one in signatories_on(timezone.localdate())] == ["Abe"]


def test_one_who_is_certified_gets_the_words_in_force():
    walk = make_walk()
    adopted("Balint Society & Friends", president='Head <b>&"')
    PersonFactory(name="Josephine Abara", offices=["president"])
    credential = walk.certify().application.candidate.credentials.get()
    printed = credential.certificates.get().printed
    assert printed.society == "Balint Society & Friends"
    assert [one.office for one in printed.signatories] == ['Head <b>&"']


def test_without_a_name_in_the_wording_the_pathway_says_it():
    walk = make_walk()
    adopted("", registrar="Secretary")
    printed = walk.certify().application.candidate.credentials.get().certificates.get().printed
    assert printed.society == walk.application.definition.society


def test_earlier_holders_get_the_words_in_force():
    keeper = PersonFactory(name="Zoe Zimmer", offices=["council", "registrar"])
    credential = awarded(number="1987/4", basis="import", holder=PersonFactory(name="Ruth Adler"), actor=keeper)
    PersonFactory(name="Beatrix Amory", offices=["registrar"])
    adopted("Balint Society & Friends", registrar="Secretary")
    prepare_missing.func(str(PersonFactory().uuid))
    printed = credential.certificates.get().printed
    assert printed.society == "Balint Society & Friends"
    assert [(one.name, one.office) for one in printed.signatories] == [("Beatrix Amory", "Secretary")]


def test_prepared_and_corrected_certificates_keep_the_words_of_their_day():
    walk = make_walk()
    adopted("First Society", registrar="Secretary")
    certificate = walk.certify().application.candidate.credentials.get().certificates.get()
    frozen = certificate.facts
    adopted("Second Society", treasurer="Treasurer")
    issued = issue_certificate(certificate)
    assert issued.facts == frozen
    assert "The Council of the First Society certifies that" in text_of(issued.read())
    renamed(issued.credential, "Nora", "")
    new = issued.credential.certificates.get(edition=2)
    assert {**new.facts, "name": ""} == {**frozen, "name": ""}
    assert Certificate.objects.get(pk=certificate.pk).facts == frozen


# Who may, and what is recorded ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR}))
def test_nobody_but_an_administrator_keeps_or_adopts_words(client, role):
    person = PersonFactory(offices=[role])
    wording = keep_wording(society="Kept", offices=OFFICES, actor=person)
    client.force_login(person)
    assert client.post(f"{PAGE}wordings/", SAID).status_code == 403
    assert client.post(f"{PAGE}wordings/{wording.uuid}/adopt/").status_code == 403
    assert client.post(f"{PAGE}wordings/standard/adopt/").status_code == 403
    with pytest.raises(PermissionError):
        offer_wording(society="", offices=OFFICES, actor=person)
    with pytest.raises(PermissionError):
        choose_wording(wording=wording, actor=person)
    assert CertificateWording.objects.get().adopted_at is None


def test_words_are_kept_looked_at_and_adopted_and_each_act_is_recorded(desk):
    PersonFactory(name="Josephine Abara", offices=["president"])
    assert desk.post(f"{PAGE}wordings/", SAID).status_code == 302
    wording = CertificateWording.objects.get()
    assert wording_in_force().signing == ()
    said = text_of(desk.get(f"{PAGE}preview.pdf", {"wording": wording.uuid}).content)
    assert "The Council of the Balint Society & Friends certifies that" in said
    assert "President of the Society" in said
    assert "Secretary" not in said  # nobody holds that office
    assert "American Balint Society" in text_of(desk.get(f"{PAGE}preview.pdf").content)
    assert desk.post(f"{PAGE}wordings/{wording.uuid}/adopt/").status_code == 302
    assert wording_in_force() == wording
    assert desk.post(f"{PAGE}wordings/standard/adopt/").status_code == 302
    assert wording_in_force().signing == ()
    events = AuditEvent.objects.filter(subject_kind="wording").order_by("pk")
    assert [event.event for event in events] == ["certificates:wording:kept", *["certificates:wording:adopted"] * 2]
    assert [event.subject_id for event in events[:2]] == [wording.uuid] * 2
    assert {event.actor.name for event in events} == {"Ines Halloran"}
    assert events[1].details == {
        "society": "Balint Society & Friends",
        "offices": [
            {"office": "registrar", "title": "Secretary"},
            {"office": "president", "title": "President of the Society"},
        ],
    }
    assert events[2].details == {"society": "", "offices": []}


def test_words_nobody_kept_and_the_standard_row_can_not_be_adopted_by_address(desk):
    assert desk.post(f"{PAGE}wordings/{uuid4()}/adopt/").status_code == 404
    standard = adopt_wording(wording=None, actor=PersonFactory())
    assert desk.post(f"{PAGE}wordings/{standard.uuid}/adopt/").status_code == 404
    assert desk.get(f"{PAGE}wordings/standard/adopt/").status_code == 405


def test_markup_in_words_and_names_stands_on_the_certificate_as_it_was_typed(desk):
    PersonFactory(name='Jo <i>&"', offices=["president"])
    said = {"society": '<b>&" Society</b>', "office_1": "president", "title_1": "<script>alert(1)</script>&amp;"}
    desk.post(f"{PAGE}wordings/", said)
    wording = CertificateWording.objects.get()
    text = text_of(desk.get(f"{PAGE}preview.pdf", {"wording": wording.uuid}).content)
    assert 'The Council of the <b>&" Society</b> certifies that' in text
    assert "<script>alert(1)</script>&amp;" in text
    assert 'Jo <i>&"' in text
    page = desk.get(PAGE).text
    assert "<script>alert" not in page
    assert "<i>" not in page


# The form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"title_3": "Treasurer"}, "office_3", "Choose the office"),
        ({"office_3": "treasurer"}, "title_3", "Write the title"),
        ({"office_2": "registrar"}, "office_2", "signs already"),
        ({"office_1": "", "title_1": "", "office_2": "", "title_2": ""}, "office_1", "at least one office"),
        ({"office_1": "emperor"}, "office_1", "Select a valid choice"),
        ({"society": "𓀀"}, "society", "U+13000"),
        ({"title_1": "𓀀"}, "title_1", "U+13000"),
        ({"society": "x" * (SOCIETY_LENGTH + 1)}, "society", f"Use at most {SOCIETY_LENGTH} characters"),
        ({"title_2": "x" * (TITLE_LENGTH + 1)}, "title_2", f"Use at most {TITLE_LENGTH} characters"),
        ({"title_1": "a\x00b"}, "title_1", "cannot be stored"),
    ],
)
def test_what_is_wrong_is_said_once_beside_its_field(desk, said, field, words):
    answer = desk.post(f"{PAGE}wordings/", SAID | said)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    (error,) = answer.context["form"].errors[field]
    assert words in error
    assert f'href="#id_{field}"' in answer.text
    assert "Balint Society" in answer.text  # what was typed stays
    assert not CertificateWording.objects.exists()


def test_longest_words_that_are_allowed_are_drawn(desk):
    said = {"society": "W" * SOCIETY_LENGTH}
    for number, office in enumerate(("president", "registrar", "treasurer"), start=1):
        PersonFactory(name=f"Somebody {office}", offices=[office])
        said |= {f"office_{number}": office, f"title_{number}": "W" * TITLE_LENGTH}
    assert desk.post(f"{PAGE}wordings/", said).status_code == 302
    answer = desk.get(f"{PAGE}preview.pdf", {"wording": CertificateWording.objects.get().uuid})
    assert answer["Content-Type"] == "application/pdf"
    letters = "".join(text_of(answer.content).split())
    assert letters.count("W") == 2 * SOCIETY_LENGTH + 3 * TITLE_LENGTH


# The page ---------------------------------------------------------------------------------------------------------


def test_page_says_who_signs_today_and_for_how_long(desk):
    page = desk.get(PAGE).text
    assert page.count("Nobody holds this office today") == 2
    assert "No other wording has been kept." in page
    assert "No seal of the society’s own has been uploaded." in page
    today = timezone.localdate()
    former, present = PersonFactory(name="Former"), PersonFactory(name="Josephine Abara")
    Term.objects.create(person=former, role="president", starts_on=date(2020, 1, 1), ends_on=today - timedelta(days=1))
    Term.objects.create(person=present, role="president", starts_on=date(2024, 1, 1), ends_on=date(2099, 12, 31))
    page = desk.get(PAGE).text
    assert "<b>Josephine Abara, President</b>" in page
    assert "In office from January 1, 2024 until December 31, 2099" in page
    assert page.count("Nobody holds this office today") == 1
    assert "Former" not in page


def test_page_begins_with_the_words_in_force(desk):
    adopted("Balint Society & Friends", registrar="Secretary")
    wording = wording_in_force()
    for _ in range(11):
        keep_wording(society=str(uuid4()), offices=OFFICES, actor=PersonFactory())
    page = desk.get(PAGE)
    assert page.context["wording_form"].initial == {
        "society": "Balint Society & Friends", "office_1": "registrar", "title_1": "Secretary",
    }  # fmt: skip
    assert f'<option value="{wording.uuid}" selected>' in page.text
    assert wording in page.context["wordings"]  # however many came later
