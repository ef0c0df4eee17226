"""People who use the site through its pages only, and look at each kind of page once on a desktop and on a phone."""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.core.management import call_command
from django.urls import resolve
from playwright.sync_api import Browser, Locator, Page, expect

from tests.factories import PASSWORD

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


class Scene:
    """The site, the browser, and what has been looked at already."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.axe = Axe()
        self.looked_at: set[str] = set()
        self.faults: list[str] = []
        self._actors: list[Actor] = []

    def actor(self, email: str = "") -> "Actor":
        """Somebody with an own browser window; logged in when an address is given."""
        actor = Actor(self, email)
        self._actors.append(actor)
        if email:
            actor.log_in()
        return actor

    def work_off(self) -> None:
        """What a worker does: deliver letters, draw certificates."""
        call_command("db_worker", "--queue-name", "*", "--batch", "--no-startup-delay", verbosity=0)

    def link_in_letter_to(self, email: str) -> str:
        """The first address in the last letter to somebody."""
        letters = [letter for letter in mail.outbox if email in letter.to]
        found = re.search(r"https?://\S+", str(letters[-1].body))
        assert found, letters[-1].body
        return found.group()

    def close(self) -> None:
        """Close every window."""
        for actor in self._actors:
            actor.page.context.close()


class Actor:
    """One person at a browser."""

    def __init__(self, scene: Scene, email: str) -> None:
        self.scene, self.email = scene, email
        self.page: Page = scene.browser.new_context(viewport=DESKTOP, accept_downloads=True).new_page()
        self.page.set_default_timeout(10_000)

    def log_in(self) -> "Actor":
        """Log in (again: sessions end while months pass)."""
        self.page.context.clear_cookies()
        self.go("/accounts/login/")
        self.fill({"login": self.email, "password": PASSWORD})
        self.press("Log in")
        return self

    def go(self, path: str) -> "Actor":
        """Open an address."""
        response = self.page.goto(path if path.startswith("http") else self.scene.address + path)
        assert response is None or response.status < 400, f"{path}: {response.status}"
        self.look()
        return self

    def follow(self, words: str) -> "Actor":
        """Follow a link (a pattern of its words)."""
        link = self.page.locator("main").get_by_role("link", name=re.compile(words))
        assert link.count(), f"{self.page.url} has no link “{words}”:\n{self._shown()}"
        link.first.click()
        self.look()
        return self

    def press(self, words: str, within: Locator | None = None) -> "Actor":
        """Press a button (a pattern of its words)."""
        place = within or self.page.locator("main")
        button = place.get_by_role("button", name=re.compile(words))
        assert button.count(), f"{self.page.url} has no button “{words}”:\n{self._shown()}"
        button.first.click()
        self.page.wait_for_load_state()
        self.look()
        return self

    def fill(self, values: dict[str, Any], within: Locator | None = None) -> "Actor":
        """Fill in fields by name: text, a choice, True for a tick."""
        place = within or self.page.locator("main")
        for name, value in values.items():
            fields = place.locator(f"[name='{name}'], [name$='-{name}']")
            assert fields.count(), f"{self.page.url} has no field “{name}”:\n{self._shown()}"
            kind = fields.first.evaluate("field => field.type")
            if kind == "radio":
                place.locator(f"[name$='{name}'][value='{value}']").check()
            elif kind == "checkbox":
                fields.first.set_checked(bool(value))
            elif kind.startswith("select"):
                fields.first.select_option(str(value))
            elif kind == "file":
                fields.first.set_input_files(value)
            else:
                fields.first.fill(str(value))
        return self

    def sees(self, *texts: str) -> "Actor":
        """Every text stands on the page."""
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(text, use_inner_text=True)
        return self

    def choose(self, name: str, label: str) -> "Actor":
        """Choose an option or a radio button by its words."""
        field = self.page.locator("main").locator(f"[name='{name}'], [name$='-{name}']").first
        if field.evaluate("field => field.type").startswith("select"):
            options = field.locator("option").all_inner_texts()
            field.select_option(label=next(text for text in options if label in text))
        else:
            self.page.locator("main").get_by_label(label).first.check()
        return self

    def _shown(self) -> str:
        return self.page.locator("main").inner_text()

    def look(self) -> None:
        """Look once at each kind of page: no accessibility fault, nothing wider than the screen."""
        path = re.sub(r"^https?://[^/]+", "", self.page.url).partition("?")[0].partition("#")[0]
        shown = self.page.locator("h1").first.inner_text() if self.page.locator("h1").count() else ""
        kind = resolve(path).view_name + (" with errors" if self.page.locator(".error-summary").count() else "")
        kind += f" ({self.email.partition('@')[0] or 'visitor'})"
        if kind in self.scene.looked_at:
            return
        self.scene.looked_at.add(kind)
        for size in (DESKTOP, PHONE):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            found = self.scene.axe.run(self.page, options=WCAG).response["violations"]
            self.scene.faults += [
                f"{kind} “{shown}” at {size['width']}: {fault['id']} {[node['target'] for node in fault['nodes']]}"
                for fault in found
            ]
            if self.page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                self.scene.faults.append(f"{kind} “{shown}” is wider than {size['width']}")
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
