"""A stranger checks files in a real browser: sent to the site, or without sending anything."""

import json
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Request, expect

from certificates import keys
from certificates.badge.picture import baked_png, baked_svg
from certificates.badge.signing import signed_badge
from certificates.models import Certificate
from certificates.signing.sealing import seal_document
from credentialing.accounts.models import Person
from tests.certificates.badges import badge_of, changed, issued, pdf_with, without
from tests.certificates.factories import awarded
from tests.certificates.signed import resaved
from tests.decided import decided
from tests.journeys.actors import WCAG, Actor, Scene
from workflows.checkpoints import make_checkpoint

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ("Credentialed Balint Group Leader", "American Balint Society")


@pytest.fixture
def certificate(scene: Scene) -> Certificate:
    """One among several, so that the way to the root of the tree has some steps."""
    names = ('Łukasz \\ O\'Neil "Jr."', "Adaeze Obi", "王小明 𝔄")
    certificates = [issued(awarded(), name=name, verify_base_url=scene.address, sealed=True) for name in names]
    make_checkpoint()
    return certificates[0]


@pytest.fixture
def folder(certificate: Certificate, tmp_path: Path) -> Path:
    badge, read = signed_badge(certificate), badge_of(certificate)
    files: dict[str, bytes] = {
        "genuine.pdf": certificate.read(),
        "genuine.json": badge,
        "genuine.png": baked_png(*NAMES, badge),
        "genuine.svg": baked_svg(*NAMES, badge),
        "flipped.pdf": certificate.read().replace(b"\n", b"\r", 1),
        "text.txt": b"hello",
    }
    wrong: dict[str, dict[str, Any]] = {
        "name": changed(read, "credentialSubject.name", "Mallory"),
        "added": changed(read, "evil", "x"),
        "nested": changed(read, "credentialSubject.achievement.evil", "x"),
        "empty": changed(read, "description", []),
        "type": changed(read, "type.2", "Evil"),
        "left-out": without(read, "validFrom"),
        "key": changed(read, "proof.0.verificationMethod", "did:key:z6Mk#z6Mk"),
        "issuer": changed(read, "issuer.id", "did:web:x.example"),
        "twice": changed(read, "proof.1", read["proof"][0]),
        "context": changed(read, "@context.3", "https://x.example/"),
        "date": changed(read, "proof.0.created", "2020-01-01T00:00:00Z"),
    }
    files |= {f"{name}.json": json.dumps(badge).encode() for name, badge in wrong.items()}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def check_here(visitor: Actor, file: Path, bundle: Path | None = None) -> str:
    visitor.fill({"file": str(file)} | ({"bundle": str(bundle)} if bundle else {}))
    visitor.page.get_by_role("button", name="Check here").click()
    answer = visitor.page.locator("#answer")
    expect(answer.locator(".notice")).to_be_visible()
    return answer.inner_text()


def test_browser_checks_every_kind_without_sending_it(scene: Scene, certificate: Certificate, folder: Path):
    visitor = scene.actor().go("/verify/").follow("in your browser")
    sent: list[Request] = []
    visitor.page.on("request", lambda request: sent.append(request))  # noqa: PLW0108 - the driver marks what it calls
    for kind in ("pdf", "json", "png", "svg"):
        said = check_here(visitor, folder / f"genuine.{kind}")
        assert "Genuine. Valid" in said, f"{kind}: {said}"
        assert "No" not in said.split(), f"{kind}: {said}"
        visitor.go("/verify/offline/")
    assert [request.method for request in sent if request.method != "GET"] == []
    asked = {request.url.removeprefix(scene.address) for request in sent if request.resource_type == "fetch"}
    assert asked == {f"/proofs/{certificate.sha256}", f"/credentials/{certificate.uuid}/proof"}

    decided(certificate.credential, "suspend")
    for kind in ("pdf", "png"):
        assert "Genuine. Suspended" in check_here(visitor, folder / f"genuine.{kind}")

    for wrong in sorted(folder.glob("*.json")):
        if wrong.stem == "genuine":
            continue
        visitor.go("/verify/offline/")
        assert "Not proved" in check_here(visitor, wrong), wrong.name
    assert "Not proved" in check_here(visitor, folder / "flipped.pdf")
    assert "Can't be read" in check_here(visitor, folder / "text.txt")
    assert scene.faults == []


def test_saved_proof_needs_no_network_and_convinces_only_where_it_belongs(
    scene: Scene, certificate: Certificate, folder: Path
):
    visitor = scene.actor().go("/verify/offline/")
    honest = visitor.page.request.get(f"{scene.address}/credentials/{certificate.uuid}/proof").json()
    other = Certificate.objects.exclude(pk=certificate.pk).get(pk=certificate.pk + 1)
    foreign = visitor.page.request.get(f"{scene.address}/proofs/{other.sha256}").json()
    forged = {
        "foreign": foreign,
        "standing": {**honest, "standing": foreign["standing"]},
        "checkpoint-as-standing": {**honest, "standing": honest["issued"]["checkpoint"]},
        "words": {**honest, "standing": honest["standing"].replace("active", "resigned")},
        "entry": changed(honest, "issued.entry", honest["issued"]["entry"].replace("edition", "Edition")),
        "place": changed(honest, "issued.leaf_index", honest["issued"]["leaf_index"] + 1),
        "path": changed(honest, "issued.audit_path", honest["issued"]["audit_path"][:-1]),
        "root": changed(honest, "issued.checkpoint", foreign["standing"]),
    }
    for name, bundle in {"honest": honest, **forged}.items():
        (folder / f"{name}.bundle").write_text(json.dumps(bundle))
    visitor.page.context.set_offline(True)
    assert "Genuine. Valid" in check_here(visitor, folder / "genuine.pdf", folder / "honest.bundle")
    assert "Genuine. Valid" in check_here(visitor, folder / "genuine.json", folder / "honest.bundle")
    for name in forged:
        assert "Not proved" in check_here(visitor, folder / "genuine.pdf", folder / f"{name}.bundle"), name


def line_of(visitor: Actor, said: str) -> str:
    """The line about the signature inside; on the way, that the answer can be read by everybody."""
    faults = visitor.scene.axe.run(visitor.page, options=WCAG).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in faults] == []
    assert not visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    (line,) = (line for line in said.splitlines() if "signature inside the PDF" in line)
    return line


def test_signature_inside_a_document_is_told_beside_what_the_ledger_proves(scene: Scene, settings: Any, tmp_path: Path):
    society, settings.SOCIETY_NAME = settings.SOCIETY_NAME, "Diploma Mill"
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path / "theirs")
    theirs = seal_document(pdf_with(None), society="Diploma Mill")
    settings.SOCIETY_NAME = society
    settings.CERTIFICATES_KEYS_DIR = str(tmp_path / "own")
    certificate = issued(verify_base_url=scene.address, sealed=True)
    make_checkpoint()
    content = certificate.read()
    files = {
        "own": (content, "Genuine. Valid", "Yes", "its key is not revoked"),
        "flipped": (content.replace(b"\n", b"\r", 1), "Not proved", "No", "covers were changed"),
        "saved": (resaved(content), "Not proved", "No", "saved anew by another program"),
        "longer": (content + b"\n", "Not proved", "No", "added behind the signature"),
        "bare": (pdf_with(None), "Not proved", "No", "carries no signature"),
    }
    visitor = scene.actor().go("/verify/offline/")
    refused: list[str] = []
    visitor.page.on("console", lambda message: refused.append(message.text))
    visitor.page.on("pageerror", lambda error: refused.append(str(error)))
    proof = visitor.page.request.get(f"{scene.address}/proofs/{certificate.sha256}").json()
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    for name, (given, verdict, label, words) in files.items():
        (tmp_path / f"{name}.pdf").write_bytes(given)
        said = check_here(visitor, tmp_path / f"{name}.pdf")
        line = line_of(visitor, said)
        assert (name, verdict in said, line.startswith(label), words in line) == (name, True, True, True), said
        visitor.go("/verify/offline/")
    (tmp_path / "theirs.pdf").write_bytes(theirs)
    said = check_here(visitor, tmp_path / "theirs.pdf")
    assert "A credential, not one of ours" in said
    assert "ask its issuer: Diploma Mill Certificates (unverified)" in said
    assert [text for text in refused if "404" not in text] == []

    visitor.go("/verify/offline/")
    visitor.page.context.set_offline(True)
    said = check_here(visitor, tmp_path / "own.pdf")  # nobody can be asked, and the signature inside is the society's
    assert "Genuine; standing not known" in said
    said = check_here(visitor, tmp_path / "own.pdf", tmp_path / "proof.json")
    assert "Genuine. Valid" in said
    assert line_of(visitor, said).startswith("Yes")
    visitor.page.context.set_offline(False)

    # What the ledger proves stays proved, whatever became of the key; a saved bundle brings no keys of its own.
    keys.compromise_key("document", "key-1", reason="stolen")
    said = check_here(visitor.go("/verify/offline/"), tmp_path / "own.pdf", tmp_path / "proof.json")
    assert "Genuine. Valid" in said
    assert "believed no longer" in line_of(visitor, said)
    proof["documents"] = {"roots": [], "signers": [], "revoked": [7, "%", "AAAA"]}
    (tmp_path / "odd.json").write_text(json.dumps(proof))
    assert "believed no longer" in line_of(visitor, check_here(visitor, tmp_path / "own.pdf", tmp_path / "odd.json"))


def confirmed(person: Person) -> str:
    """The address of somebody who may log in."""
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person.email


def test_stranger_sends_a_file_and_reads_the_answer(scene: Scene, certificate: Certificate, folder: Path):
    visitor = scene.actor()
    for name, words in (
        ("genuine.pdf", ("Genuine", "in force today")),
        ("genuine.png", ("Genuine", "in force today")),
        ("name.json", ("Altered", "name of the holder", "Mallory", "What the registry says instead")),
        ("text.txt", ("Can't be read",)),
    ):
        visitor.go("/verify/").fill({"file": str(folder / name)}).press("Check the file").sees(*words)
    visitor.page.get_by_text("The proof, for those who want it").click()
    holder = scene.actor(confirmed(certificate.credential.holder))
    holder.go(f"/my/certificates/{certificate.uuid}/").sees("Show it")
    scene.actor().go("/achievements/abs-leader").sees("3 people hold it today")
    assert scene.faults == []
