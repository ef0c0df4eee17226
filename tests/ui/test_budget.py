"""What the front end may weigh and contain; scans every template of the project."""

import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR, "credentialing/ui/static/ui")
TEMPLATES = sorted(path for path in Path(settings.BASE_DIR, "templates").rglob("*.html"))
# Printed in a closed process, not sent to a browser: the paper carries its own style sheet.
PAPER = {
    "certificates/_line.html",
    "certificates/_runs.html",
    "certificates/certificate.html",
    "council/dossier.html",
    "council/minutes.html",
}
PAGES = [path for path in TEMPLATES if str(path.relative_to(settings.BASE_DIR / "templates")) not in PAPER]
INLINE = {
    "style element": r"<style\b",
    "style attribute": r"\sstyle\s*=",
    "script without src": r"<script\b(?![^>]*\bsrc=)",
    "event attribute": r"<[^>]*\son[a-z]+\s*=\s*[\"']",
    "javascript address": r"javascript:",
}


def contents(path: Path) -> str:
    return re.sub(r"{% comment.*?{% endcomment %}|{#.*?#}", "", path.read_text(), flags=re.DOTALL)


def test_css_stays_within_its_budget():
    assert sum(path.stat().st_size for path in STATIC.rglob("*.css")) <= 13 * 1024


def test_js_stays_within_its_budget():
    assert sum(path.stat().st_size for path in STATIC.rglob("*.js")) <= 5 * 1024


def test_each_font_has_its_licence_and_its_use():
    css = (STATIC / "app.css").read_text()

    assert [font.name for font in sorted((STATIC / "fonts").glob("*.woff2")) if font.name not in css] == []
    for licence in ("EB-Garamond-LICENSE.txt", "Source-Sans-3-LICENSE.txt"):
        assert "SIL Open Font License" in (STATIC / "fonts" / licence).read_text()


def test_css_names_only_colors_that_follow_light_and_dark():
    css = (STATIC / "app.css").read_text()
    outside = re.sub(r"light-dark\([^()]*\)", "", css)

    assert re.findall(r"#[0-9a-f]{3,8}\b", outside) == []


def contrast(first: str, second: str) -> float:
    def luminance(color: str) -> float:
        digits = color.removeprefix("#")
        digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("color", "on", "least"),
    [
        ("ink", "paper", 7),
        ("muted", "paper", 4.5),
        ("muted", "accent-soft", 4.5),
        ("accent", "paper", 4.5),
        ("on-accent", "accent", 4.5),
        ("danger", "sheet", 4.5),
        ("edge", "paper", 3),  # the borders of text boxes, which axe cannot measure (WCAG 1.4.11)
        ("edge", "sheet", 3),
        ("ochre", "paper", 3),  # the ring of what has focus
    ],
)
def test_colors_keep_their_contrast(color, on, least, scheme):
    css = (STATIC / "app.css").read_text()
    tokens = {
        name: (light, dark)
        for name, light, dark in re.findall(r"--([a-z-]+): light-dark\((#\w+), (#\w+)\);", css)
        if name not in {"tone", "soft"}
    }

    assert contrast(tokens[color][scheme], tokens[on][scheme]) >= least


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_of_a_tag_keep_their_contrast(scheme):
    css = (STATIC / "app.css").read_text()
    pairs = re.findall(r"--tone: light-dark\((#\w+), (#\w+)\); --soft: light-dark\((#\w+), (#\w+)\)", css)

    assert len(pairs) == 4
    assert [pair for pair in pairs if contrast(pair[scheme], pair[scheme + 2]) < 4.5] == []


@pytest.mark.parametrize("rule", INLINE)
def test_no_template_has_inline_style_or_script(rule):
    assert [path.name for path in PAGES if re.search(INLINE[rule], contents(path))] == []


def test_template_with_a_form_lists_its_refusals_above():
    without = [
        path.name
        for path in PAGES
        if re.search(r"{{ form }}|as_field_group", contents(path))
        and "ui/forms" not in str(path)
        and "components/error_summary.html" not in contents(path)
    ]
    assert without == []


def test_form_that_posts_carries_its_token():
    without = [
        path.name
        for path in PAGES
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", contents(path), re.DOTALL)
        if "{% csrf_token %}" not in form and "styleguide" not in str(path)
    ]
    assert without == []


def test_template_stays_short_enough_to_read():
    assert [path.name for path in PAGES if len(path.read_text().splitlines()) > 120] == []


def test_component_says_what_it_takes():
    components = [path for path in TEMPLATES if path.parent.name == "components"]

    assert [path.name for path in components if "{% comment %}" not in path.read_text()[:80]] == []
