"""Forms of the log and of supervision."""

from typing import Any

from django import forms

from credentialing.evidence.asked_of_the_log import LEADING, AskedOfTheLog
from credentialing.evidence.models import LogEntry, SupervisionSession, SupervisorReport
from credentialing.evidence.services.cases import EARLIEST
from credentialing.ui.forms import DateField, PersonNameField, SocietyForm, SocietyModelForm


class LogEntryForm(SocietyModelForm):
    """One session led or co-led: under a minute on a phone."""

    held_on = DateField(label="Date", not_future=True, earliest=EARLIEST)

    class Meta:
        model = LogEntry
        fields = (
            "held_on",
            "role",
            "format",
            "setting",
            "minutes",
            "present",
            "cases",
            "client",
            "co_leader_name",
            "co_leader_email",
            "recorded",
            "debriefed",
        )
        field_classes = {"co_leader_name": PersonNameField}
        widgets = {"role": forms.RadioSelect, "format": forms.RadioSelect}
        help_texts = {
            "setting": "A kind of place, never its name.",
            "co_leader_name": "Needed when you co-led.",
            "co_leader_email": "They get one e-mail and confirm with one click. "
            "Without an address, your supervisor confirms the session.",
            "cases": "Only how many. Nothing about them.",
            "client": "Such as C-7, the same at each session with them: never a name or initials.",
        }

    def __init__(self, *args: Any, asked: AskedOfTheLog = LEADING, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        offered = {*asked.roles, self.instance.role if self.instance.pk else ""}
        role = self.fields["role"]
        role.choices = [choice for choice in role.choices if choice[0] in offered]
        if not asked.tells_clients_apart:
            del self.fields["client"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        meant = {name: data.get(name, "") for name in ("role", "format", "setting")}
        if "client" not in self.errors and not data.get("client") and self.asked.needs_client(**meant):
            self.add_error("client", "Give the client a pseudonym of yours: different clients are counted.")
        if data.get("role") == LogEntry.Role.CO_LED and not data.get("co_leader_name"):
            self.add_error("co_leader_name", "Name the co-leader, or choose “Led alone”.")
        return data


class SupervisionSessionForm(SocietyModelForm):
    """One supervision session; the recording itself is never stored."""

    held_on = DateField(label="Date", not_future=True, earliest=EARLIEST)
    recording_of = DateField(label="Date of the recorded group", required=False, not_future=True, earliest=EARLIEST)
    recording_destroyed_on = DateField(
        label="Recording destroyed on", required=False, not_future=True, earliest=EARLIEST
    )

    class Meta:
        model = SupervisionSession
        fields = ("held_on", "minutes", "mode", "recording_reviewed", "recording_of", "recording_destroyed_on")
        widgets = {"mode": forms.RadioSelect}


class DenialForm(SocietyForm):
    """What is not right about a session."""

    reason = forms.CharField(
        label="What is not right?", max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example: the date, or that you were not there. Nothing about what was talked about.",
    )  # fmt: skip


class ReportForm(SocietyModelForm):
    """The supervisor's report; `number` says which one of several was on the page, so that none is filed twice."""

    number = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    class Meta:
        model = SupervisorReport
        fields = ("strengths", "growth", "recommended", "discussed")
        widgets = {
            "strengths": forms.Textarea(attrs={"rows": 5}),
            "growth": forms.Textarea(attrs={"rows": 5}),
        }
        help_texts = {
            "strengths": "About the candidate's leading. No patient, no group member. The candidate can read this.",
            "recommended": "Leave it empty if you do not recommend them yet; you can file another report later.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["discussed"].required = True
