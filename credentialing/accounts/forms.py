"""Forms about people."""

from typing import Any, cast

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from certificates.same_text import address
from credentialing.accounts.models import Membership, Person, Role
from credentialing.accounts.naming import is_vouched_for
from credentialing.accounts.querysets import PersonQuerySet
from credentialing.accounts.services import VOUCHED_FOR
from credentialing.ui.forms import CleanTextMixin, DateField, PersonNameField, SocietyForm, SocietyModelForm


class SignupForm(CleanTextMixin, AllauthSignupForm):  # type: ignore[misc]  # allauth has no types
    """An account: name, address, password."""

    name = PersonNameField(
        label="Full name",
        max_length=200,
        help_text="As you use it professionally. You can set the name on the certificate later.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail address"
        self.fields["password1"].label = "Password"

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        """Do the same work whether the address is known or not: for a known one the password is hashed for nothing."""
        if self.account_already_exists:
            Person().set_password(self.cleaned_data["password1"])
        try:
            with transaction.atomic():
                saved: tuple[Person | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError:
            if not Person.objects.filter(email=address(self.cleaned_data["email"])).exists():
                raise
            self.account_already_exists = True  # since a moment ago: the same address was sent twice at once
            saved = super().try_save(request)
        return saved


class LoginForm(CleanTextMixin, AllauthLoginForm):  # type: ignore[misc]  # allauth has no types
    """Log-in by e-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"
        if "remember" in self.fields:
            self.fields["remember"].label = "Stay logged in on this device"


class ProfileForm(SocietyModelForm):
    """What a person says about themselves."""

    class Meta:
        model = Person
        fields = ("name", "certificate_name", "post_nominals", "profession", "city", "country", "listed")
        field_classes = {"name": PersonNameField, "certificate_name": PersonNameField}
        help_texts = {
            "certificate_name": "Leave it empty to use your full name. It may be in your own script.",
            "post_nominals": "For example MD, LMFT. They stand below your name on the certificate.",
            "city": "Shown in the registry when you are credentialed.",
            "listed": "Your name, designation, number and status are then in the public registry. "
            "Unlisted credentials can still be checked by their number.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_vouched_for(self.instance):
            for vouched in VOUCHED_FOR:
                del self.fields[vouched]
            self.fields["name"].label = "What we call you"
            self.fields[
                "name"
            ].help_text = "In letters and to the people you work with here. It changes nothing that the public sees."


class TermForm(SocietyForm):
    """Give an office from a day on."""

    prefix = "term"
    role = forms.ChoiceField(label="Office", choices=Role.choices)
    starts_on = DateField(label="From")
    ends_on = DateField(label="Until", required=False, help_text="Leave it empty for an open-ended term.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "The term can't end before it starts.")
        return data


class MembershipForm(SocietyModelForm):
    """Record a membership as the membership office reports it."""

    prefix = "membership"
    starts_on = DateField(label="Member since", not_future=True)
    ends_on = DateField(label="Until", required=False, help_text="Leave it empty while the membership runs.")

    class Meta:
        model = Membership
        fields = ("number", "starts_on", "ends_on")


class OwnConflictForm(SocietyForm):
    """Declare that an officer and oneself are too near for one to judge the other."""

    other = forms.ModelChoiceField(label="Who", queryset=Person.objects.none())
    relation = forms.CharField(
        label="How are you related?",
        max_length=120,
        help_text="A few words, for example: my employer, a cousin, colleagues in the same practice.",
    )

    def __init__(self, *args: Any, people: PersonQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField", self.fields["other"]).queryset = people


class ConflictOfOthersForm(SocietyForm):
    """The coordinator declares a conflict between two others."""

    prefix = "conflict"
    email = forms.EmailField(label="E-mail address of the other person")
    relation = forms.CharField(label="How they are related", max_length=120)

    def __init__(self, *args: Any, person: Person | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person
        self.declared: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "email" in data:
            other = Person.objects.reached_at(data["email"])
            if other is None:
                self.add_error("email", "Nobody with this address has an account here.")
            elif self._person is not None and other.pk == self._person.pk:
                self.add_error("email", "This is the same person. Give the address of the other one.")
            self.declared = {"other": other, "relation": data.get("relation", "")}
        return data


class TwinsForm(SocietyForm):
    """Which two accounts are of two people."""

    one = forms.UUIDField()
    other = forms.UUIDField()


class SearchForm(SocietyForm):
    """Find people by name or address."""

    stores_text = False

    q = forms.CharField(label="Name or e-mail address", max_length=100, required=False)
