"""The demo's post room: what was really sent, readable by everybody in the demo and by nobody elsewhere."""

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.filebased import EmailBackend

from credentialing.operations.post import posts_in


@pytest.fixture
def folder(tmp_path, settings):
    settings.MAIL_DIR = tmp_path
    return tmp_path


def send(folder, *messages: EmailMessage) -> None:
    EmailBackend(file_path=str(folder)).send_messages(messages)


def test_empty_post_room_says_so(client, db, folder, tmp_path):
    assert "No mail" in client.get("/mail/").text
    assert posts_in(tmp_path / "nowhere") == []


def test_letters_are_read_as_they_were_sent(client, db, folder, settings):
    body = f"Hello Nora,\n\nConfirm here:\n{settings.BASE_URL}/accounts/confirm-email/abc/\nor https://elsewhere.example/x."
    send(
        folder,
        EmailMessage("Confirm: Ünïcödé", body, to=["nora@example.org"]),
        EmailMessage("Two", "x", to=["b@x.org"]),
    )
    page = client.get("/mail/").text
    assert "Confirm: Ünïcödé" in page
    assert "Two" in page
    only = client.get("/mail/", {"to": "NORA"}).text
    assert "Two" not in only
    (post,) = posts_in(folder, "nora")
    shown = client.get(f"/mail/{post.key}/").text
    assert 'href="/accounts/confirm-email/abc/"' in shown
    assert 'href="https://elsewhere.example' not in shown
    assert client.get("/mail/unknown/").status_code == 404
    assert client.get("/mail/", {"to": "x" * 101}).status_code == 200


def test_markup_in_a_letter_is_shown_as_text(client, db, folder):
    send(folder, EmailMessage("<b>Hi</b>", "<script>alert(1)</script>", to=["a@x.org"]))
    (post,) = posts_in(folder)
    assert "<script>alert" not in client.get(f"/mail/{post.key}/").text


def test_letter_without_plain_text_is_empty_rather_than_an_error(folder):
    message = EmailMultiAlternatives("Picture", "", to=["a@x.org"])
    message.attach("a.bin", b"\x00\x01", "application/octet-stream")
    message.body = ""
    send(folder, message)
    assert [post.subject for post in posts_in(folder)] == ["Picture"]


def test_nobody_reads_other_peoples_post_in_production(client, db, folder, settings):
    settings.DEMO = False
    for address in ("/mail/", "/mail/x/"):
        assert client.get(address).status_code == 404
