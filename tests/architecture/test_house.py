"""The house keeps its shape: layers, addresses, sizes, documents."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import ForeignKey, ManyToManyField
from django.urls import URLPattern, URLResolver, get_resolver

from credentialing.pathways.kinds import KINDS, kind

ROOT = Path(__file__).resolve().parents[2]
LAYERS = (
    {"workflows"},
    {"certificates"},
    {"ui"},
    {"accounts"},
    {"audit", "correspondence"},
    {"pathways"},
    {"applications"},
    {"evidence"},
    {"reviews"},
    {"names"},
    {"council"},
    {"registry"},
    {"drafting"},
    {"operations"},
)
HEIGHT = {label: height for height, labels in enumerate(LAYERS) for label in labels}
USER_MODEL = ("certificates", "workflows")  # they know people by settings.AUTH_USER_MODEL only


def own_models() -> Iterator[type]:
    return (model for model in apps.get_models() if model._meta.app_label in HEIGHT)


def test_foreign_keys_point_down():
    upwards = [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey | ManyToManyField)
        and field.related_model._meta.app_label in HEIGHT
        and HEIGHT[field.related_model._meta.app_label] > HEIGHT[model._meta.app_label]
        and not (model._meta.app_label in USER_MODEL and field.related_model._meta.label == "accounts.Person")
    ]
    assert upwards == []


def test_every_own_app_has_its_layer():
    own = {config.label for config in apps.get_app_configs() if config.name.split(".")[0] == "credentialing"}
    assert own <= HEIGHT.keys()


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            if not path.startswith("accounts/"):
                yield from addresses(entry, path)
        else:
            yield path, entry


def test_every_address_declares_who_may_open_it():
    undeclared = [path for path, entry in addresses() if not getattr(entry.callback, "access", "")]
    assert undeclared == []
    assert len(list(addresses())) > 60


@pytest.mark.django_db
def test_nothing_but_public_pages_opens_without_a_log_in(client):
    values = {"uuid": "00000000-0000-4000-8000-00000000000f", "int": "1", "slug": "abc", "str": "abc"}
    opened = []
    for path, entry in addresses():
        if entry.callback.access == "public":
            continue
        address = "/" + re.sub(r"<(\w+):\w+>", lambda found: values[found.group(1)], path)
        response = client.get(address)
        if not (response.status_code == 302 and response.url.startswith("/accounts/login/")):
            opened.append((address, response.status_code))
    assert opened == []


@pytest.mark.parametrize(
    ("pattern", "limit"),
    [
        ("workflows/**/*.py", 300),
        ("certificates/**/*.py", 300),
        ("credentialing/**/*.py", 320),
        ("templates/**/*.html", 120),
    ],
)
def test_no_file_grows_into_a_hall(pattern, limit):
    tall = {
        str(path.relative_to(ROOT)): len(lines)
        for path in ROOT.glob(pattern)
        if "migrations" not in path.parts and len(lines := path.read_text(encoding="utf-8").splitlines()) > limit
    }
    assert tall == {}


def test_every_kind_of_requirement_can_be_reached():
    for slug in KINDS:
        found = kind(slug)
        assert {"gather", "assess", "sentence", "Parameters"} <= set(dir(found)), slug


def test_picture_of_the_state_machines_is_what_the_code_says():
    call_command("workflow_diagram", "--check", stdout=StringIO())


def test_every_setting_is_documented():
    used = set(re.findall(r"CREDENTIALING_[A-Z_]+", (ROOT / "credentialing/settings.py").read_text()))
    page = (ROOT / "docs/settings.md").read_text()
    family = {f"CREDENTIALING_SMTP{suffix}" for suffix in re.findall(r"`(_[A-Z]+)`", page)}
    assert used - set(re.findall(r"CREDENTIALING_[A-Z_]+", page)) - family == set()


def test_links_of_the_documents_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    code = re.compile(r"^(```|~~~).*?^\1|(`+).+?\2", re.DOTALL | re.MULTILINE)  # what looks like a link there is none
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", code.sub("", page.read_text(encoding="utf-8")))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_no_page_lets_a_profile_speak_for_the_society():
    """Name and degrees of a holder come from what is on record (docs/adr/0009); place and profession are their own."""
    theirs = re.compile(r"holder\.(?:name|printed_name|certificate_name|post_nominals)|holder(?=\s*(?:\|[^}]*)?}})")
    pages = [
        f"{path.relative_to(ROOT / 'templates')}: {found.group()}"
        for path in (ROOT / "templates").rglob("*.*")
        for found in theirs.finditer(path.read_text())
    ]
    assert pages == []
    judged = [*(ROOT / "certificates").rglob("*.py"), *(ROOT / "credentialing" / "registry").rglob("*.py")]
    printed = re.compile(r"printed_name\b(?!_of)|holder__(?:name|certificate_name|post_nominals)|holder\.post_nominals")
    assert [path.name for path in judged if printed.search(path.read_text()) and path.name != "services.py"] == []


# Letters of words, codes and fields that no person wrote, in files that say why.
MAY_FOLD = {
    "certificates/same_text.py", "certificates/same_number.py", "certificates/text.py", "certificates/fonts.py",
    "certificates/margins.py", "certificates/shaping.py",
    "certificates/verification.py",  # what a letter is, for drawing and for what is shown
    *(f"credentialing/registry/importing/{name}.py" for name in ("decoding", "headings", "lines", "names", "reading",
                                                                "tables")),  # letters and words of a spreadsheet
    "credentialing/accounts/passwords.py",  # words of passwords
    "credentialing/correspondence/strangers.py",  # what a letter may show
    "credentialing/ui/amounts.py",  # digits and signs of a number
    "credentialing/evidence/file_names.py",  # letters that stay together when a name is cut
    "credentialing/pathways/loading/tables.py",  # controls in a file of rules
    "workflows/exporters/shapes.py",  # widths of letters in drawings
}  # fmt: skip
OF_PERSONS = re.compile(
    r"__i(contains|exact|startswith|endswith|regex)\b|\.casefold\(\)|^import unicodedata"
    r"|order_by\([^)]*\"[-\w]*(person__|candidate__|holder__|recorded_)name\""
    r"|order_by\(\"name\"",
    re.MULTILINE,
)


def test_text_of_people_is_compared_and_sorted_by_one_module():
    files = [path for room in ("certificates", "credentialing", "workflows") for path in (ROOT / room).rglob("*.py")]
    own = {
        str(path.relative_to(ROOT)): found.group()
        for path in files
        if "migrations" not in path.parts
        and str(path.relative_to(ROOT)) not in MAY_FOLD
        and (found := OF_PERSONS.search(path.read_text(encoding="utf-8")))
    }
    assert own == {}


# Where allauth's own rows and the column of log-ins must be read: everybody else asks `accounts.addresses`.
MAY_COMPARE_ADDRESSES = {
    "credentialing/accounts/addresses.py", "credentialing/accounts/querysets.py", "credentialing/accounts/adapter.py",
    "credentialing/accounts/limits.py", "credentialing/accounts/devices.py",  # what allauth counts log-ins by
    "credentialing/accounts/account_letters.py", "credentialing/audit/receivers.py",  # what allauth announces
    "credentialing/accounts/forms.py",  # whether the column of log-ins is why a sign-up could not be stored
    "credentialing/operations/demo/society.py", "credentialing/operations/management/commands/demo.py",
    "credentialing/registry/importing/lines.py",  # a cell of a spreadsheet
    "credentialing/operations/post.py",  # finds letters of the demo
}  # fmt: skip
OF_ADDRESSES = re.compile(
    r"\b(?:filter|exclude|get|get_or_create|Q)\([^)\n]*\bemail(?:__\w+)?=(?!None|\"\")|emailaddress__|EmailAddress\b"
    r"|email\w*[^=\n]*\.(?:lower|casefold)\(\)|email\b (?:==|!=) |(?:==|!=) [\w.(]*\.email\b"
)


def test_whose_an_address_is_is_asked_at_one_place():
    own = {
        str(path.relative_to(ROOT)): found.group()
        for path in (ROOT / "credentialing").rglob("*.py")
        if "migrations" not in path.parts
        and str(path.relative_to(ROOT)) not in MAY_COMPARE_ADDRESSES
        and (found := OF_ADDRESSES.search(path.read_text(encoding="utf-8")))
    }
    assert own == {}
