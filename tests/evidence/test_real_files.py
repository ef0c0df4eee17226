"""Uploads are judged as real readers judge them: what these open is taken, what they miss a part of is refused."""

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from credentialing.evidence.inspection import inspect, limits_in_words, reads_heic
from credentialing.evidence.pdf_child import GOES_ON, INCOMPLETE, LOCKED, SEEN_OTHERWISE
from credentialing.evidence.picture_child import DAMAGED, KEPT_PIXELS, MOVING, NO_HEIC, drawn_anew
from credentialing.evidence.services.cases import FileRefused
from tests.evidence.samples import exif, pdf, picture, written

CASES = Path(__file__).parents[1] / "cases" / "uploads"
RIGHT = {  # what becomes of each: its type, or the words with which it is refused
    "trunc_50.pdf": INCOMPLETE,
    "u02_owner_password_only.pdf": "application/pdf",
    "u04_bom_before_header.pdf": "application/pdf",
    "u05_newline_before_header.pdf": "application/pdf",
    "u22_50mp.jpg": "image/jpeg",
    "u23_windows.jfif": "image/jpeg",
    "photograph.heic": "image/jpeg",
}


def mark(document, page):
    page.Contents = document.make_stream(bytes(range(256)) * 8)


def what_becomes_of(content):
    try:
        return inspect(content).media_type
    except FileRefused as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", RIGHT)
def test_case_from_life_is_judged_rightly(name):
    assert what_becomes_of((CASES / name).read_bytes()) == RIGHT[name]


def test_every_case_has_its_right_answer():
    assert {path.name for path in CASES.iterdir()} == set(RIGHT)


# PDFs ------------------------------------------------------------------------------------------------------


def linked(address=None, **action):
    link = Dictionary(Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(**action or {"S": Name.URI, "URI": address}))
    return pdf(lambda document: setattr(document.pages[0], "Annots", Array([link])))


def updated(content):
    """A later version written behind the first, as programs do that fill in or sign."""
    start = int(content[content.rindex(b"startxref") :].split()[1])
    root = content.count(b" obj") + 1
    place = len(content)
    thing = b"%d 0 obj\n<</Note(signed)>>\nendobj\n" % root
    table = b"xref\n%d 1\n%010d 00000 n \n" % (root, place)
    catalog = content[content.rindex(b"/Root") :].split(b"R")[1].split(b"oot")[-1]
    trailer = b"trailer\n<</Size %d/Root%bR/Prev %d>>\n" % (root + 1, catalog, start)
    return content + thing + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (place + len(thing))


def counted_from_the_first_byte(before):
    """A program that wrote something first and counted it."""
    plain = written(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE)
    out, body = before, plain
    table = body.rindex(b"xref\n0 ", 0, body.rindex(b"startxref"))
    lines = body[table:].split(b"\n")
    lines = [b"%010d%b" % (int(x[:10]) + len(before), x[10:]) if x.endswith(b" n ") else x for x in lines]
    lines = [b"%d" % (int(x) + len(before)) if lines[at - 1] == b"startxref" else x for at, x in enumerate(lines)]
    return out + body[:table] + b"\n".join(lines)


PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
TAKEN = {
    "linearized": lambda: pdf(pages=3, linearize=True),
    "a version added behind the first": lambda: updated(pdf(object_stream_mode=pikepdf.ObjectStreamMode.disable)),
    "packed objects and table": lambda: pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "PDF 2.0": lambda: pdf(min_version="2.0"),
    "owner's password, RC4": lambda: pdf(encryption=pikepdf.Encryption(owner="o", R=3, aes=False, metadata=False)),
    "owner's password, AES-256, no printing": lambda: pdf(
        encryption=pikepdf.Encryption(owner="o", R=6, allow=pikepdf.Permissions(print_highres=False))
    ),
    "a mail's lines before the header": lambda: b"Content-Type: application/pdf\r\n\r\n" + pdf(),
    "accents before the header": lambda: "Prüfung – été\n".encode() + pdf(),
    "as many bytes before as readers allow": lambda: b" " * 1019 + pdf(),
    "a newline that the table counts": lambda: counted_from_the_first_byte(b"\n"),
    "a printer's words that the table counts": lambda: counted_from_the_first_byte(b"\x1b%-12345X@PJL ENTER PDF\r\n"),
    "zeros behind the end": lambda: pdf() + b"\0" * 4096,
    "ones behind the end": lambda: pdf() + b"\xff" * 512,
    "the end of a printer's job": lambda: pdf() + b"\x1b%-12345X@PJL EOJ\r\n\x1b%-12345X\r\n",
    "the line between a letter's parts": lambda: pdf() + b"\r\n------=_NextPart_000_0012--\r\n",
    "no line end at the end": lambda: pdf().rstrip(),
    "a link to the web": lambda: linked("https://americanbalintsociety.org/"),
    "a link in capitals": lambda: linked("HTTP://EXAMPLE.ORG/a.pdf"),
    "a link to a mailbox": lambda: linked("mailto:info@example.org"),
    "a link without a scheme": lambda: linked("www.example.org/reports"),
    "a button for the next page": lambda: linked(S=Name.Named, N=Name.NextPage),
    "attributes of the structure": lambda: pdf(
        lambda document: setattr(document.Root, "X", Dictionary(S=Name.P, A=Dictionary(O=Name.Layout)))
    ),
}


@pytest.mark.parametrize("name", TAKEN)
def test_pdf_that_readers_open_whole_is_taken_and_stored_as_it_came(name):
    content = TAKEN[name]()
    assert inspect(content).content == content


LINKS = {
    "a file of this machine": {"S": Name.URI, "URI": "file:///etc/passwd"},
    "a file, spelled to be overlooked": {"S": Name.URI, "URI": " \tFi\nLe:///C:/x"},
    "a folder of the network": {"S": Name.URI, "URI": "\\\\server\\share\\x.exe"},
    "a folder of the network, the other way": {"S": Name.URI, "URI": "//server/share"},
    "a drive": {"S": Name.URI, "URI": "C:\\x.exe"},
    "a file beside it": {"S": Name.URI, "URI": "other.pdf"},
    "a script by its address": {"S": Name.URI, "URI": "javascript:alert(1)"},
    "a program that answers to a scheme": {"S": Name.URI, "URI": "ms-word:ofe|u|x"},
    "a page of another document": {"S": Name.GoToR, "F": "other.pdf", "D": Array([0, Name.Fit])},
    "a document within": {"S": Name.GoToE, "T": Dictionary(R=Name.C)},
    "a program": {"S": Name.Launch, "F": "calc.exe"},
    "data to be fetched": {"S": Name.ImportData, "F": "x.fdf"},
    "data to be sent": {"S": Name.SubmitForm, "F": "http://example.org/"},
    "something after something harmless": {
        "S": Name.Named, "N": Name.NextPage, "Next": Dictionary(S=Name.Launch, F="x"),
    },
    "something that nobody knows": {"S": Name.Elsewhere},
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", LINKS)
def test_link_that_leads_out_of_the_web_is_refused_with_what_to_do(name, packed):
    link = Dictionary(Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(**LINKS[name]))
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    content = pdf(lambda document: setattr(document.pages[0], "Annots", Array([link])), object_stream_mode=mode)
    assert "print it to a new PDF" in what_becomes_of(content)


def base(document):
    document.Root.URI = Dictionary(Base="file:///C:/")


def portfolio(document):
    document.Root.Collection = Dictionary(View=Name.D)


def bytes_elsewhere(document):
    document.Root.X = document.make_stream(b"", F="other.bin")


def page_elsewhere(document):
    document.Root.X = document.make_stream(b"", Subtype=Name.Form, Ref=Dictionary(F="other.pdf", Page=0))


@pytest.mark.parametrize("change", [base, portfolio, bytes_elsewhere, page_elsewhere])
def test_pdf_whose_parts_lie_elsewhere_is_refused(change):
    assert "print it to a new PDF" in what_becomes_of(pdf(change))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("linearize", [False, True])
def test_part_of_a_pdf_is_never_taken_for_all_of_it(share, linearize):
    content = pdf(lambda document: [mark(document, page) for page in document.pages], pages=10, linearize=linearize)
    assert what_becomes_of(content[: int(len(content) * share)]) == INCOMPLETE


def test_first_half_of_a_linearized_pdf_that_was_given_an_end_is_incomplete():
    content = pdf(pages=3, linearize=True)
    assert what_becomes_of(content[: content.index(b"%%EOF") + 6]) == INCOMPLETE


def test_pdf_in_which_another_reader_finds_other_pages_is_refused():
    kids = b"<</Type/Pages/Kids[3 0 R 4 0 R]/Count 1>>"
    content = written(b"<</Type/Catalog/Pages 2 0 R>>", kids, PAGE, PAGE)
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.pages) == 2
    assert what_becomes_of(content) == SEEN_OTHERWISE


@pytest.mark.parametrize("version", [3, 4, 6])
def test_pdf_that_asks_for_a_password_is_refused_with_how_to_take_it_off(version):
    content = pdf(encryption=pikepdf.Encryption(user="u", owner="o", R=version, aes=version > 3, metadata=version > 3))
    assert what_becomes_of(content) == LOCKED
    assert "Save as PDF" in LOCKED


def test_pdf_locked_by_a_certificate_is_called_locked():
    content = written(
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE,
        b"<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 4/R 4>>",
        more=b"/Encrypt 4 0 R/ID[(a)(a)]",
    )  # fmt: skip
    assert what_becomes_of(content) == LOCKED


def test_words_of_nobody_behind_the_end_are_refused():
    assert what_becomes_of(pdf() + b"<script>alert(1)</script>") == GOES_ON


# Pictures --------------------------------------------------------------------------------------------------


def opened(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def large(kind="JPEG", mode="L", **saving):
    """One million pixels above what is kept, upright by its metadata alone."""
    return picture(kind, mode=mode, size=(5000, 5000), exif=exif(orientation=6), **saving)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_large_picture_is_scaled_down_upright_and_says_so(kind):
    taken = inspect(large(kind))
    drawn = opened(taken.content)
    assert taken.note == "Scaled down from 25 to 24 million pixels."
    assert drawn.width * drawn.height <= KEPT_PIXELS
    assert drawn.width * drawn.height > KEPT_PIXELS * 0.99
    assert (drawn.getpixel((9, 9)), drawn.getpixel((9, drawn.height - 9))) == (0, 255)
    assert not drawn.getexif()
    assert b"telling" not in taken.content


@pytest.mark.parametrize(
    ("width", "height", "words"),
    [(16320, 12240, "image/jpeg"), (16000, 16000, "too many pixels: more than 220 million")],
)
def test_photograph_of_200_million_pixels_is_read_and_a_larger_one_is_not(width, height, words):
    """By what its head says; the pixels that aren't there are gray, as every reader shows them."""
    head = bytearray(picture("JPEG", size=(8, 6)))
    place = head.index(b"\xff\xc0") + 5
    head[place : place + 4] = height.to_bytes(2) + width.to_bytes(2)
    assert words in what_becomes_of(bytes(head))


def test_scan_of_two_colors_is_scaled_without_losing_its_thin_lines():
    sheet = Image.new("1", (5600, 4400), 1)
    for line in range(0, 5600, 8):
        sheet.paste(0, (line, 0, line + 1, 4400))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    drawn = opened(inspect(out.getvalue()).content)
    assert {drawn.getpixel((x, 100)) for x in range(1000, 1100)} - {0, 255}


def test_picture_that_is_too_large_to_be_held_twice_is_read_in_strips():
    out = io.BytesIO()
    sheet = Image.new("L", (7000, 7000), 255)
    sheet.paste(0, (0, 0, 7000, 3500))
    sheet.save(out, "PNG", exif=exif(orientation=3))
    taken = inspect(out.getvalue())
    drawn = opened(taken.content)
    assert (drawn.size, taken.note) == ((3500, 3500), "Scaled down from 49 to 12 million pixels.")
    assert (drawn.getpixel((9, 9)), drawn.getpixel((9, 3400))) == (255, 0)


def test_picture_that_is_small_enough_says_nothing():
    assert inspect(picture("JPEG", size=(400, 300))).note == ""


@pytest.mark.parametrize("mode", ["CMYK", "L", "RGB"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_half_a_photograph_is_refused(mode, share):
    content = picture("JPEG", mode=mode, size=(200, 200), progressive=mode == "RGB")
    assert what_becomes_of(content[: int(len(content) * share)]) == DAMAGED


def noise(kind, size=(64, 64), **saving):
    out = io.BytesIO()
    Image.frombytes("L", size, bytes((x * 7919) % 251 for x in range(size[0] * size[1]))).save(out, kind, **saving)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "GIF", "AVIF"])
def test_half_a_picture_of_another_kind_is_refused(kind):
    content = noise(kind)
    assert what_becomes_of(content[: len(content) // 2]) == DAMAGED


def test_png_whose_checksum_is_wrong_is_refused():
    content = bytearray(picture("PNG"))
    content[content.index(b"IDAT") + 8] ^= 0xFF
    assert what_becomes_of(bytes(content)) == DAMAGED


@pytest.mark.parametrize("kind", ["MPO", "JPEG"])
def test_photograph_with_more_behind_it_is_one_photograph(kind):
    """A second picture for depth (MPO), a map of brightness (Ultra HDR), or a film (motion photo) behind the first."""
    if kind == "MPO":
        content = picture("MPO", save_all=True, append_images=[Image.new("RGB", (8, 6))])
    else:
        content = picture("JPEG") + picture("JPEG", mode="L") + b"\0\0\0\x18ftypmp42" + b"\0" * 50
    taken = inspect(content)
    assert (taken.media_type, opened(taken.content).format) == ("image/jpeg", "JPEG")
    assert b"ftyp" not in taken.content


@pytest.mark.parametrize(("kind", "media_type"), [("WEBP", "image/jpeg"), ("AVIF", "image/jpeg"), ("GIF", "image/png")])
def test_still_picture_of_another_kind_is_converted_and_says_so(kind, media_type):
    saving = {} if kind == "GIF" else {"exif": exif()}
    taken = inspect(picture(kind, size=(64, 48), **saving))
    assert taken.media_type == media_type
    assert taken.note.startswith("Converted from")
    assert b"telling" not in taken.content
    assert opened(taken.content).convert("L").getpixel((60, 9)) > 200


def test_see_through_webp_stays_see_through():
    taken = inspect(see_through("WEBP"))
    assert (taken.media_type, opened(taken.content).getpixel((0, 0))[3]) == ("image/png", 0)


def see_through(kind):
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (9, 9, 9, 0)).save(out, kind, lossless=True)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["WEBP", "GIF", "PNG", "AVIF"])
def test_moving_picture_is_refused_with_what_to_do(kind):
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), color) for color in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    assert what_becomes_of(out.getvalue()) == MOVING


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "jpeg", None])
def test_scan_of_several_pages_becomes_a_pdf_of_them(compression):
    mode = "1" if compression == "group4" else "L"
    pages = [Image.new(mode, (850, 1100), 1 if mode == "1" else 200) for _ in range(3)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression=compression, dpi=(100, 100))
    taken = inspect(out.getvalue())
    assert (taken.media_type, taken.note) == ("application/pdf", "Converted from TIFF to PDF.")
    with pikepdf.open(io.BytesIO(taken.content)) as document:
        assert [[round(float(x)) for x in page.mediabox] for page in document.pages] == [[0, 0, 612, 792]] * 3
    assert inspect(taken.content).content == taken.content


def test_photograph_of_an_iphone_is_converted_where_it_can_be_read():
    taken = inspect((CASES / "photograph.heic").read_bytes())
    assert taken.note == "Converted from HEIC to JPEG."
    assert opened(taken.content).size == (96, 64)
    assert b"telling" not in taken.content


def test_without_its_reader_the_page_and_the_refusal_say_how_to_make_a_jpeg(monkeypatch):
    monkeypatch.setattr("credentialing.evidence.picture_child.pi_heif", None)
    with pytest.raises(Exception, match="Most Compatible") as refusal:
        drawn_anew((CASES / "photograph.heic").read_bytes(), "HEIF")
    assert str(refusal.value) == NO_HEIC
    assert "On Windows" in NO_HEIC
    monkeypatch.setattr("credentialing.evidence.inspection.HEIC", "no_such_reader")
    assert not reads_heic()
    assert "save it as JPEG first" in " ".join(limits_in_words())


def test_limits_are_told_in_words():
    words = " ".join(limits_in_words())
    for limit in ("10 MB", "300 pages", "200 million pixels", "24 million", "HEIC", "No recordings"):
        assert limit in words
