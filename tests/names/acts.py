"""Changing what is on record, the whole way, by people who may."""

from datetime import date
from typing import Any

from certificates.models import Credential
from credentialing.accounts.models import Person
from credentialing.names.models import NameChange
from credentialing.names.services import Wish, approve_change, ask_for_change, change_for_holder, confirm_change
from tests.certificates.factories import awarded
from tests.factories import PersonFactory

SEEN_ON = date(2026, 4, 2)
PROOF = "Marriage certificate, by video call"


def held(**fields: Any) -> Credential:
    """A credential awarded by the council, so that there is no registrar but those whom a test makes."""
    return awarded(actor=PersonFactory(offices=["council"]), **fields)


def wish(name: str = "Adaeze Nwosu", post_nominals: str = "MD", kind: str = "name", explanation: str = "") -> Wish:
    return Wish(name=name, post_nominals=post_nominals, kind=kind, explanation=explanation)


def asked(credential: Credential, **said: Any) -> NameChange:
    """The holder has asked."""
    return ask_for_change(credential=credential, actor=credential.holder, wish=wish(**said))


def approved(credential: Credential, by: Person, **said: Any) -> NameChange:
    """The holder has asked, and the registrar has seen a proof."""
    change = asked(credential, **said)
    approve_change(change=change, actor=by, proof=PROOF, proof_seen_on=SEEN_ON)
    return change


def entered(credential: Credential, by: Person, **said: Any) -> NameChange:
    """The registrar has entered it for the holder."""
    return change_for_holder(
        credential=credential, actor=by, wish=wish(**{"explanation": "By letter.", **said}), proof=PROOF,
        proof_seen_on=SEEN_ON,
    )  # fmt: skip


def renamed(credential: Credential, name: str, post_nominals: str = "MD") -> NameChange:
    """It is on record, by two officers made for it."""
    change = approved(credential, PersonFactory(offices=["registrar"]), name=name, post_nominals=post_nominals)
    confirm_change(change=change, actor=PersonFactory(offices=["president"]))
    credential.refresh_from_db()
    return change
