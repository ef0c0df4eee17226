"""How credentials and certificates are looked up."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.db.models.functions import Length, Lower

from certificates import same_number, same_text
from certificates.searching import matching
from workflows.models import DerivedQuerySet, SealedQuerySet

if TYPE_CHECKING:
    from certificates.models import Certificate, Credential


MOST_LIKE = 20


def number_like(words: str) -> Q:
    """Whose number holds what the words say, if they hold a digit: for a search, not for an answer about one."""
    key, together = same_number.number(words), same_number.number_together(words)
    if not any(character.isdigit() for character in together):
        return Q(pk__in=())
    return Q(number_key__contains=key) | Q(number_together__contains=together)


class CredentialQuerySet(  # type: ignore[override]  # two kinds of rows in one: each manager is both
    DerivedQuerySet["Credential"], SealedQuerySet["Credential"]
):
    """Credentials."""

    def awarded(self) -> "CredentialQuerySet":
        """Those that have been awarded, whatever became of them."""
        return self.exclude(state="pending").select_related("holder")

    def active(self, on: date) -> "CredentialQuerySet":
        """Those in good standing today that have not run out on that day."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on), state="active")

    def live(self, holder: Any, scheme: str) -> "CredentialQuerySet":
        """A holder's own of one scheme that keeps them from being awarded it again."""
        return self.filter(holder=holder, scheme=scheme, state__in=["pending", "active", "suspended"])

    def found(self, words: str, *places: str) -> "CredentialQuerySet":
        """Those whose recorded name, number or (in the columns given) place is what the words say; all without any."""
        if not words.strip():
            return self
        return self.filter(matching(words, "name_key", *places) | number_like(words))

    def is_taken(self, number: str) -> bool:
        """Whether somebody has this number, or one that people could not tell from it."""
        key = same_number.number(number)
        return self.filter(Q(number_key=key) if key else Q(number=number)).exists()

    def is_written(self, number: str) -> bool:
        """Whether a row says so itself, whatever the columns by which it is found say: for whoever checks them."""
        key = same_number.number(number)
        similar = self.annotate(same_length=Length("number")).filter(same_length=len(number))
        return any(same_number.number(other) == key for other in similar.values_list("number", flat=True).iterator())

    def numbered(self, text: str) -> "Credential | None":
        """The one whose number this is, however it is typed; None where it is nobody's, or where it could be several's.

        As it is printed comes first; then without case, kinds of dashes and leading zeros; then without a dash.
        """
        for found in (
            Q(number=text),
            Q(number_key=same_number.number(text)),
            Q(number_together=same_number.number_together(text)),
        ):
            several = list(self.filter(found, ~Q(number_key=""))[:MOST_LIKE])
            if len(several) > 1:
                several = [one for one in several if same_text.is_same(one.number, text)]
            if several:
                return several[0] if len(several) == 1 else None
        return None

    def held_by(self, person: Any) -> "CredentialQuerySet":
        """Those of one holder, the newest first."""
        return self.awarded().filter(holder=person).order_by("-awarded_on", "-pk")


class CertificateQuerySet(SealedQuerySet["Certificate"]):
    """Certificates."""

    def coded(self, text: str) -> "Certificate | None":
        """The one whose address has this code, whatever was copied with it; in another case if that is one's alone."""
        token = same_number.token(text)
        exact = self.filter(token=token).first()
        if exact is not None or not token:
            return exact
        alike = list(self.alias(small=Lower("token")).filter(small=token.lower())[:2])
        return alike[0] if len(alike) == 1 else None

    def issued(self) -> "CertificateQuerySet":
        """Those whose bytes are stored."""
        return self.filter(status__in=["issued", "superseded"])

    def refused(self) -> "CertificateQuerySet":
        """Those that could not be drawn and wait for somebody."""
        return self.filter(status="refused")

    def waiting(self) -> "CertificateQuerySet":
        """Those whose intent is committed and whose bytes are not there yet."""
        return self.filter(status="intent").order_by("prepared_at", "pk")
