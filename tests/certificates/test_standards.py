"""The file is what it says it is: PDF/A-3a and PDF/UA-1, before and after signing, as veraPDF judges."""

import io
from dataclasses import replace

import pikepdf
import pytest
from django.test import override_settings
from PIL import Image

from certificates.cards import card_job
from certificates.drawing.process import drawing
from certificates.rendering import Design, render_in_child
from certificates.signing.sealing import seal_document
from tests.certificates.factories import FACTS, TEN_NAMES
from tests.certificates.signed import Authority
from tests.certificates.verapdf import judge

BADGE = b'{"name":"Adaeze Obi"}'


def known_bad(content: bytes) -> bytes:
    """A certificate that lost its output intent, its tags and the words for its picture."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        del document.Root.OutputIntents
        del document.Root.MarkInfo
        for one in document.objects:
            if isinstance(one, pikepdf.Dictionary) and "/Alt" in one:
                del one.Alt
        document.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """All files judged by one start of the machine."""
    folder = tmp_path_factory.mktemp("judged")
    seal = io.BytesIO()
    Image.new("RGBA", (60, 40), (200, 0, 0, 90)).save(seal, "PNG")
    plain = render_in_child(FACTS, "abcDEF123", badge=BADGE)
    files = {
        "plain": plain,
        "signed": seal_document(plain, society=FACTS.society),
        "without-badge": render_in_child(FACTS, "t"),
        "a4": seal_document(render_in_child(replace(FACTS, page_size="a4"), "t", badge=BADGE), society="S"),
        "own-seal": render_in_child(FACTS, "t", badge=BADGE, design=Design(seal=seal.getvalue())),
        "card": drawing.draw(card_job(FACTS, "t", badge=BADGE, design=Design())),
        "bad": known_bad(plain),
        **{
            f"name-{n}": render_in_child(replace(FACTS, name=name), "t", badge=BADGE)
            for n, name in enumerate(TEN_NAMES)
        },
    }
    authority = Authority()
    (folder / "roots.pem").write_bytes(authority.root_pem[authority.root_pem.index(b"-----BEGIN CERTIFICATE") :])
    with authority.answering() as address, override_settings(CERTIFICATES_TIMESTAMP_URL=address):
        files["stamped"] = seal_document(plain, society="S")
        with override_settings(CERTIFICATES_TIMESTAMP_ROOTS=str(folder / "roots.pem")):
            files["long-term"] = seal_document(plain, society="S")
    paths = [folder / f"{name}.pdf" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
    return judge(paths)


SOUND = ["plain", "signed", "without-badge", "a4", "own-seal", "card", "stamped", "long-term"]


@pytest.mark.parametrize("standard", ["3a", "ua1"])
@pytest.mark.parametrize("file", [*SOUND, *(f"name-{n}" for n in range(len(TEN_NAMES)))])
def test_file_keeps_the_standard(verdicts, file, standard):
    assert verdicts[f"{file}.pdf", standard] == ""


def test_judge_finds_what_is_wrong(verdicts):
    assert "6.2.4.3" in verdicts["bad.pdf", "3a"]
    assert "7.3/1" in verdicts["bad.pdf", "ua1"]
