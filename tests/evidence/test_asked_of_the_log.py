"""The log's form offers what the pathway's requirements use, and asks for what a rule can't do without."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from credentialing.evidence.asked_of_the_log import asked_of_the_log, log_requirements
from credentialing.evidence.forms.log import LogEntryForm
from credentialing.evidence.models import LogEntry
from credentialing.evidence.requirements import Count
from credentialing.evidence.services.cases import EvidenceRefused
from credentialing.evidence.services.log import add_log_entry, edit_log_entry, remove_log_entry
from credentialing.pathways.definitions import Variation
from credentialing.pathways.kinds import kind
from credentialing.pathways.loader import SHIPPED, load_pathway
from tests.evidence.acts import NOW
from tests.evidence.acts import group as fields
from tests.evidence.facts import rule
from tests.evidence.test_forms import group

pytestmark = pytest.mark.django_db


def shipped(name):
    return load_pathway((SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))


def asked(name):
    return asked_of_the_log(shipped(name))


class OnePath:
    """A pathway of these requirements."""

    def __init__(self, *requirements):
        self.all_requirements = requirements


CLIENTS = rule(
    Count, unit="hour", at_least=Decimal(25), distinct="clients", role=("led",), format=("online",), setting=("open",)
)


@pytest.mark.parametrize(
    ("pathway", "member", "clients"),
    [
        ("abs-leader", False, False),
        ("bsanz-leader", False, False),
        ("bsanz-leader-trainer", False, False),
        ("dbg-physician", True, False),
        ("icf-pcc", False, True),
        ("uk-leader", True, False),
    ],
)
def test_form_offers_what_the_rules_of_the_society_use(pathway, member, clients):
    form = LogEntryForm(asked=asked(pathway))

    roles = [value for value, _ in form.fields["role"].choices]
    assert ("member" in roles, "client" in form.fields) == (member, clients)
    assert {"led", "co_led"} <= set(roles)


def test_role_of_the_shipped_uk_path_is_found_below_its_groups():
    assert "member_sessions" in {r.slug for r in log_requirements(shipped("uk-leader"))} or any(
        "member" in r.parameters.role for r in log_requirements(shipped("uk-leader"))
    )


def test_requirement_that_counts_members_for_a_time_alone_offers_that_role():
    varied = rule(Count, unit="session", at_least=Decimal(1))
    online = Variation(
        starts_on=date(2020, 3, 1), ends_on=date(2021, 6, 30), reason="No meetings",
        parameters=kind("count").Parameters(unit="session", at_least=Decimal(1), role=("member",)),
    )  # fmt: skip
    from dataclasses import replace

    assert asked_of_the_log(OnePath(varied)).roles == ("co_led", "led")
    assert "member" in asked_of_the_log(OnePath(replace(varied, variations=(online,)))).roles


def test_supervision_is_nothing_of_the_log():
    supervised = rule(Count, unit="supervision_session", at_least=Decimal(1), role=("member",))

    assert log_requirements(OnePath(supervised)) == []
    assert asked_of_the_log(OnePath(supervised)).roles == ("co_led", "led")


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({"role": "led", "format": "online", "setting": "open"}, True),
        ({"role": "co_led", "format": "online", "setting": "open"}, False),
        ({"role": "led", "format": "in_person", "setting": "open"}, False),
        ({"role": "led", "format": "online", "setting": "hospital"}, False),
    ],
)
def test_client_is_asked_for_where_the_rule_could_not_count_the_session_without(changes, needed):
    form = LogEntryForm(group(client="", **changes), asked=asked_of_the_log(OnePath(CLIENTS)))

    assert form.is_valid() is not needed
    assert list(form.errors) == (["client"] if needed else [])


def test_client_is_a_pseudonym_and_no_name():
    form = LogEntryForm(group(role="led", client="Mrs. Smith"), asked=asked_of_the_log(OnePath(CLIENTS)))

    assert list(form.errors) == ["client"]
    assert LogEntryForm(group(role="led", client="C-7"), asked=asked_of_the_log(OnePath(CLIENTS))).is_valid()


def test_entry_keeps_the_role_that_it_has_when_the_rules_no_longer_ask_for_it(drafted):
    given = fields(role="member", co_leader_name="", co_leader_email="")
    entry = add_log_entry(application=drafted.application, actor=drafted.candidate, now=NOW, **given)

    form = LogEntryForm(instance=entry, asked=asked("abs-leader"))
    assert "member" in [value for value, _ in form.fields["role"].choices]


def test_several_clients_of_one_day_are_several_sessions_and_one_client_is_one(drafted):
    own = {"application": drafted.application, "actor": drafted.candidate, "now": NOW}
    given = fields(role="led", co_leader_name="", co_leader_email="")
    first = add_log_entry(**own, **given, client="C-1")
    second = add_log_entry(**own, **given, client="C-2")
    with pytest.raises(EvidenceRefused, match="with this client is in your log already"):
        add_log_entry(**own, **given, client="C-2")
    with pytest.raises(EvidenceRefused, match="with this client"):
        edit_log_entry(entry=second, actor=drafted.candidate, now=NOW, **given, client="C-1")

    edited = edit_log_entry(entry=second, actor=drafted.candidate, now=NOW, **given | {"minutes": 60})
    assert edited.client == "C-2"
    remove_log_entry(entry=first, actor=drafted.candidate, now=NOW)
    assert remove_log_entry(entry=first, actor=drafted.candidate, restore=True, now=NOW).removed_at is None


def test_client_that_could_be_a_name_is_never_stored(drafted):
    given = fields(role="led", co_leader_name="", co_leader_email="")
    with pytest.raises(ValidationError):
        add_log_entry(application=drafted.application, actor=drafted.candidate, now=NOW, **given, client="Mrs. Smith")
    assert not LogEntry.objects.exists()


def test_page_of_a_pathway_that_counts_neither_members_nor_clients_asks_for_neither(drafted, as_):
    page = as_(drafted.candidate).get(reverse("evidence:log-add")).text

    assert "Co-led" in page
    assert "Took part as a member" not in page
    assert "pseudonym" not in page
