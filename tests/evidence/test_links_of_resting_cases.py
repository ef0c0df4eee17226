"""Links of a case that is on hold or deferred: nothing to press, and the same link works when it goes on."""

from datetime import timedelta

import time_machine
from django.urls import reverse

from credentialing.applications.services.lifecycle import change_lifecycle
from credentialing.evidence.services.log import ask_co_leader_again
from tests.evidence.acts import log, secret_of


def test_link_of_a_case_that_rests_has_no_button_and_works_again_afterwards(client, submitted):
    entry = ask_co_leader_again(entry=log(submitted), actor=submitted.candidate)
    page = reverse("evidence:confirm", args=[secret_of("session_to_confirm")])
    coordinator = submitted.officers.coordinator
    with time_machine.travel(entry.link_sent_at + timedelta(hours=1)):
        change_lifecycle(application=submitted.application, name="hold", actor=coordinator, reason="Leave.")
        answer = client.get(page)
        assert (answer.status_code, "Your answer can wait" in answer.text) == (200, True)
        assert "<form" not in answer.text.partition("<main")[2].partition("</main")[0]
        client.post(page, {"confirm": ""})
        entry.refresh_from_db()
        assert not entry.is_answered
        change_lifecycle(application=submitted.application, name="resume", actor=coordinator, reason="Back.")
        assert "Yes, confirm it" in client.get(page).text
