"""What accounts add to the masthead, and where each person's home is."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from credentialing.accounts.access import roles_today
from credentialing.ui.context import NavItem

# The first office that somebody holds leads to their home; the slugs are offices, the names are URL names.
HOMES: tuple[tuple[str, str], ...] = (
    ("coordinator", "reviews:inbox"),
    ("ccc_chair", "reviews:inbox"),
    ("reviewer", "reviews:inbox"),
    ("treasurer", "evidence:fees"),
    ("organiser", "evidence:events"),
    ("council", "council:home"),
    ("registrar", "council:registry"),
    ("supervisor", "evidence:supervision"),
    ("observer", "evidence:evaluations"),
    ("administrator", "accounts:people"),
    ("president", "names:changes"),
)
LABELS: tuple[tuple[frozenset[str], str, str], ...] = (
    (frozenset({"coordinator", "ccc_chair", "reviewer"}), "Inbox", "reviews:inbox"),
    (frozenset({"coordinator", "ccc_chair", "reviewer", "registrar"}), "Cases", "reviews:cases"),
    (frozenset({"supervisor"}), "Supervision", "evidence:supervision"),
    (frozenset({"observer"}), "Evaluations", "evidence:evaluations"),
    (frozenset({"organiser", "coordinator"}), "Events", "evidence:events"),
    (frozenset({"treasurer"}), "Fees", "evidence:fees"),
    (frozenset({"council"}), "Council", "council:home"),
    (frozenset({"council", "registrar", "coordinator", "ccc_chair"}), "Leaders", "council:registry"),
    (frozenset({"president"}), "Names", "names:changes"),
    (frozenset({"coordinator", "administrator", "council"}), "Rules", "drafting:overview"),
    (frozenset({"coordinator", "registrar", "administrator"}), "People", "accounts:people"),
    (frozenset({"registrar", "administrator"}), "Certificates", "operations:certificates"),
    (frozenset({"administrator"}), "Background work", "operations:work"),
)


def home_of(roles: frozenset[str]) -> str:
    """The URL name of the home of somebody with these offices; candidates have none of them."""
    return next((name for role, name in HOMES if role in roles), "applications:home")


def items(request: HttpRequest) -> list[NavItem]:
    """Places by office for those who have logged in; the public places for everybody."""
    places: list[tuple[str, str]] = []
    if request.user.is_authenticated:
        roles = roles_today(request)
        places += [(label, name) for offices, label, name in LABELS if offices & roles]
        if not roles - {"supervisor", "observer"} or request.user.applications.exists():
            places.insert(0, ("My path", "applications:home"))
    places += [
        ("How to become a leader", "registry:pathway"),
        ("Registry", "registry:leaders"),
        ("Check a certificate", "certificates:verify"),
    ]
    found: list[NavItem] = []
    for label, name in places:
        url = reverse(name)
        found.append({"label": label, "url": url, "current": request.path == url})
    if settings.DEMO:
        mail = reverse("operations:mail")
        found.append({"label": "Mail", "url": mail, "current": request.path.startswith(mail)})
    return found
