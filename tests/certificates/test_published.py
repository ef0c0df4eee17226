"""What anybody finds at the addresses that badges name."""

import base64
import hashlib
import json
from datetime import date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate, load_der_x509_crl
from django.utils import timezone

from certificates import keys
from certificates.badge.attached import stored_badge
from certificates.badge.baking import credential_in_png, credential_in_svg
from certificates.badge.checking import check_badge
from certificates.badge.issuer import did_document, issuer
from certificates.badge.signing import signed_badge
from certificates.models import Certificate, Credential
from certificates.proofs import NotProvedYet, proof_bundle
from certificates.standing import standing_on
from credentialing.audit.models import AuditEvent
from tests.by_hand import write_by_hand
from tests.certificates.badges import issued, pdf_with
from tests.certificates.factories import awarded, prepared
from tests.days import noon_of
from tests.factories import PersonFactory
from workflows.checkpoints import make_checkpoint, read_checkpoint
from workflows.models import LedgerRecord
from workflows.services import perform
from workflows.signing import open_note, verifier_key

pytestmark = pytest.mark.django_db
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def certificate() -> Certificate:
    return issued()


def test_badge_is_found_at_the_address_that_is_its_name(client, certificate):
    answer = client.get(f"/credentials/{certificate.uuid}")
    assert answer.content == signed_badge(certificate)
    assert answer.headers["Content-Type"] == "application/vc+ld+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["id"].endswith(f"/credentials/{certificate.uuid}")


def test_pictures_carry_the_badge(client, certificate):
    png, svg = (client.get(f"/credentials/{certificate.uuid}.{kind}") for kind in ("png", "svg"))
    assert credential_in_png(png.content) == credential_in_svg(svg.content) == signed_badge(certificate)
    assert (png.headers["Content-Type"], svg.headers["Content-Type"]) == ("image/png", "image/svg+xml")


def test_document_under_the_same_address_stays_with_the_holder(client, certificate):
    assert client.get(f"/credentials/{certificate.uuid}.pdf").url.startswith("/accounts/login/")
    client.force_login(certificate.credential.holder)
    assert client.get(f"/credentials/{certificate.uuid}.pdf").content == certificate.read()


def test_badge_of_a_replaced_edition_still_answers(client, certificate):
    Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
    assert client.get(f"/credentials/{certificate.uuid}").status_code == 200


def test_there_is_no_badge_where_none_was_issued(client, certificate, monkeypatch):
    waiting = prepared()
    assert stored_badge(waiting) is None
    addresses = [f"/credentials/{uuid}{kind}" for uuid in (waiting.uuid, NOWHERE) for kind in ("", ".png", ".svg")]
    assert {client.get(address).status_code for address in addresses} == {404}
    for content in (pdf_with(None), b"%PDF-1.7 damaged"):
        monkeypatch.setattr(Certificate, "read", lambda _self, content=content: content)
        assert client.get(f"/credentials/{certificate.uuid}").status_code == 404


def test_achievement_has_a_page_for_people_and_a_document_for_machines(client, certificate):
    page = client.get("/achievements/abs-leader")
    assert "Credentialed Balint Group Leader" in page.text
    assert "1 person holds it today" in page.text
    assert "version 2024.1" in page.text
    document = client.get("/achievements/abs-leader", headers={"accept": "application/ld+json"})
    said = json.loads(signed_badge(certificate))["credentialSubject"]["achievement"]
    assert {**document.json(), "creator": said["creator"]} == {"@context": document.json()["@context"], **said}
    assert document.json()["creator"]["name"] == "American Balint Society"
    assert "Accept" in page.headers["Vary"]
    assert client.get("/achievements/abs-leader.png").content.startswith(b"\x89PNG")


def test_achievement_that_nobody_was_awarded_has_no_page(client, certificate):
    for address in ("/achievements/other", "/achievements/other.png"):
        assert client.get(address).status_code == 404


def test_status_list_is_published_and_may_be_kept_for_a_while(client, certificate):
    signed_badge(certificate)
    answer = client.get("/status/revocation/1")
    assert check_badge(answer.json())
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = client.get("/status/revocation/1", headers={"if-none-match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for address in ("/status/revocation/9", "/status/other/1"):
        assert client.get(address).status_code == 404


def test_identifier_of_the_demo_holds_its_key_in_its_name(client):
    document = client.get("/.well-known/did.json").json()
    assert document["id"] == issuer().did == f"did:key:{document['verificationMethod'][0]['publicKeyMultibase']}"
    assert document["assertionMethod"] == [issuer().method]


def test_identifier_on_the_web_is_that_of_the_site(settings):
    settings.BASE_URL = "https://credentials.example.org"
    document = did_document()
    assert document["id"] == "did:web:credentials.example.org"
    assert issuer().method in document["assertionMethod"]
    assert issuer().method.startswith("did:web:credentials.example.org#")
    certificate = issued()
    assert check_badge(json.loads(signed_badge(certificate))).method == issuer().method


def test_badge_of_the_time_before_there_was_a_public_address_still_holds(settings, certificate):
    badge = json.loads(signed_badge(certificate))
    settings.BASE_URL = "https://credentials.example.org"
    assert check_badge(badge).method.startswith("did:key:")


# The proof to take along


def test_proof_bundle_proves_the_bytes_and_the_standing(client, certificate):
    make_checkpoint()
    bundle = client.get(f"/credentials/{certificate.uuid}/proof").json()
    by_digest = client.get(f"/proofs/{certificate.sha256}").json()
    assert by_digest["issued"] == bundle["issued"]

    # By nothing but SHA-256, as RFC 9162 2.1.3.2 describes it.
    entry, index, last = bundle["issued"]["entry"], bundle["issued"]["leaf_index"], bundle["issued"]["tree_size"] - 1
    root = hashlib.sha256(b"\0" + entry.encode()).digest()
    for step in map(base64.b64decode, bundle["issued"]["audit_path"]):
        if index % 2 or index == last:
            root = hashlib.sha256(b"\1" + step + root).digest()
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            root = hashlib.sha256(b"\1" + root + step).digest()
        index, last = index // 2, last // 2
    assert read_checkpoint(bundle["issued"]["checkpoint"]).root == root
    assert json.loads(entry)["details"]["sha256"] == certificate.sha256 == bundle["sha256"]

    origin, about, sha256, status, at, day, until = open_note(bundle["standing"]).splitlines()
    assert day == f"day {timezone.localdate(datetime.fromisoformat(at))}"
    assert until == "until -"
    assert origin.endswith("/transparency/standing")
    assert (about, sha256, status) == (str(certificate.uuid), certificate.sha256, "active")
    assert bundle["status"]["statusPurpose"] == "revocation"


@pytest.mark.parametrize(("act", "status"), [("suspend", "suspended"), ("revoke", "revoked")])
def test_signed_standing_is_that_of_the_moment(client, certificate, act, status):
    make_checkpoint()
    perform(certificate.credential, act, actor=PersonFactory(offices=["council"]), reason="x")
    bundle = client.get(f"/credentials/{certificate.uuid}/proof").json()
    assert open_note(bundle["standing"]).splitlines()[3] == status


def test_replaced_edition_is_signed_as_replaced(client, certificate):
    Certificate.objects.filter(pk=certificate.pk).update(status="superseded")
    make_checkpoint()
    bundle = client.get(f"/proofs/{certificate.sha256}").json()
    assert open_note(bundle["standing"]).splitlines()[3] == "superseded"


def test_signed_standing_is_no_checkpoint(certificate):
    from workflows.signing import NoteInvalid

    make_checkpoint()
    with pytest.raises(NoteInvalid):
        read_checkpoint(proof_bundle(certificate, now=timezone.now())["standing"])


def test_proof_waits_for_a_signed_checkpoint(client, certificate):
    answer = client.get(f"/credentials/{certificate.uuid}/proof")
    assert (answer.status_code, "checkpoint" in answer.json()["waits"]) == (202, True)


def test_issue_that_the_ledger_knows_by_other_bytes_has_no_proof(certificate):
    make_checkpoint()
    write_by_hand(certificate, sha256="0" * 64)
    with pytest.raises(NotProvedYet):
        proof_bundle(Certificate.objects.get(pk=certificate.pk), now=timezone.now())


def test_certificate_without_a_place_in_the_lists_names_none(certificate):
    make_checkpoint()
    certificate.status_entry.delete()
    assert proof_bundle(Certificate.objects.get(pk=certificate.pk), now=timezone.now())["status"] is None


def test_proof_tells_nothing_of_people(client, certificate):
    make_checkpoint()
    text = client.get(f"/proofs/{certificate.sha256}").text
    holder = certificate.credential.holder
    people = {str(uuid) for uuid in AuditEvent.objects.exclude(actor=None).values_list("actor__uuid", flat=True)}
    named = json.loads(json.loads(text)["issued"]["entry"])["actor"]
    assert people & {named} == {named}  # the system
    for private in (holder.name, holder.email, str(holder.uuid), certificate.credential.number):
        assert private not in text


def test_unknown_fingerprint_has_no_proof(client):
    assert client.get(f"/proofs/{'0' * 64}").status_code == 404
    assert client.get(f"/credentials/{NOWHERE}/proof").status_code == 404


def test_page_that_checks_in_the_browser_shows_the_keys_it_trusts(client, certificate):
    make_checkpoint()
    page = client.get("/verify/offline/").text
    assert did_document()["verificationMethod"][0]["publicKeyMultibase"] in page
    assert str(verifier_key()) in page


@pytest.fixture
def own_keys(settings, tmp_path):
    """Keys of documents that may be turned and lost."""
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path)
    return tmp_path / "document"


@pytest.mark.usefixtures("own_keys")
def test_proof_and_page_hold_by_what_the_signature_of_a_document_is_checked(client, certificate):
    make_checkpoint()
    keys.rotate_keys("document")
    keys.rotate_root()
    keys.compromise_key("document", "key-1", reason="stolen")
    told = client.get(f"/proofs/{certificate.sha256}").json()["documents"]
    roots, signers = (
        [load_der_x509_certificate(base64.b64decode(der)) for der in told[kind]] for kind in ("roots", "signers")
    )
    lists = [load_der_x509_crl(base64.b64decode(der)) for der in told["revoked"]]
    assert roots == keys.trusted_roots()
    assert signers == [one.leaf for one in keys.document_leaves() if one.id != "key-1"]
    assert [len(listed) for listed in lists] == [0, 1]
    page = client.get("/verify/offline/").text
    for one in (*roots, *signers):
        assert one.fingerprint(SHA256()).hex(":").upper() in page
    assert all(text in page for text in (*told["roots"], *told["revoked"]))


def test_proof_and_page_are_there_though_no_list_of_revoked_keys_can_be_signed(client, certificate, own_keys):
    make_checkpoint()
    keys.document_signer()
    (own_keys / "root" / "key-1.pem").unlink()
    told = client.get(f"/proofs/{certificate.sha256}").json()["documents"]
    assert (len(told["roots"]), told["revoked"]) == (1, [])
    assert client.get("/verify/offline/").status_code == 200


# The standing of an earlier day


def test_earlier_day_is_told_as_it_was_recorded_then(client):
    credential = awarded(now=noon_of(300), awarded_on=timezone.localdate() - timedelta(days=300))
    certificate = issued(credential)
    council = PersonFactory(offices=["council"])
    for act, ago in (("suspend", 200), ("reinstate", 100), ("revoke", 10)):
        perform(credential, act, actor=council, reason="x", now=noon_of(ago))
    told = {}
    for ago in (301, 300, 250, 200, 150, 100, 50, 10, 0):
        day = timezone.localdate() - timedelta(days=ago)
        answer = client.get(f"/v/{certificate.token}?on={day}", headers={"accept": "application/json"}).json()
        told[ago] = answer["status"]
        assert answer["on"] == day.isoformat()
    assert told == {
        301: "not_awarded",
        300: "active",
        250: "active",
        200: "suspended",
        150: "suspended",
        100: "active",
        50: "active",
        10: "revoked",
        0: "revoked",
    }
    page = client.get("/verify/", {"number": credential.number, "on": timezone.localdate() - timedelta(days=150)}).text
    assert "was not allowed to use it on that day" in page


def test_day_before_the_records_rests_on_the_date_of_the_award(client):
    credential = awarded(number="ABS-1999-0007", basis="import", awarded_on=date(1999, 5, 1))
    told = standing_on(credential, date(2010, 1, 1))
    assert (told.status, told.since, told.recorded) == ("active", date(1999, 5, 1), False)
    page = client.get("/verify/", {"number": credential.number, "on": "2010-01-01"}).text
    assert "not yet kept here on that day" in page
    assert "not yet kept here" not in client.get("/verify/", {"number": credential.number}).text


def test_last_day_counts_on_earlier_days_too():
    credential = awarded(awarded_on=date(2000, 1, 1), valid_until=date(2005, 1, 1), now=timezone.now())
    assert standing_on(credential, date(2005, 1, 1)).status == "active"
    assert standing_on(credential, date(2005, 1, 2)).status == "expired"
    assert standing_on(credential, date(1999, 12, 31)).status == "not_awarded"


def test_expiry_that_was_recorded_later_counts_from_the_last_day():
    credential = awarded(
        awarded_on=timezone.localdate() - timedelta(days=50),
        valid_until=timezone.localdate() - timedelta(days=30),
        now=noon_of(50),
    )
    perform(credential, "expire", actor=PersonFactory(offices=["registrar"]), now=noon_of(20))
    told = standing_on(Credential.objects.get(pk=credential.pk), timezone.localdate() - timedelta(days=10))
    assert (told.status, told.since) == ("expired", credential.valid_until)
    assert LedgerRecord.objects.of(credential).count() == 2


@pytest.mark.parametrize("day", ["2999-01-01", "x", "2026-13-01"])
def test_day_that_can_not_be_meant_is_refused_or_means_today(client, certificate, day):
    assert "Choose today or an earlier day" in client.get("/verify/", {"number": "x", "on": "2999-01-01"}).text
    answer = client.get(f"/v/{certificate.token}?on={day}", headers={"accept": "application/json"}).json()
    assert answer["on"] == timezone.localdate().isoformat()


def test_pasted_address_keeps_the_day(client, certificate):
    response = client.get("/verify/", {"number": certificate.token, "on": "2026-04-01"})
    assert response.url == f"/v/{certificate.token}?on=2026-04-01"
