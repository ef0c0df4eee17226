"""Credentials and certificates for tests."""

from datetime import date
from typing import Any

from certificates.facts import CertificateFacts, Signatory
from certificates.models import Certificate, Credential
from certificates.services import award_credential, prepare_certificate
from tests.factories import PersonFactory

FACTS = CertificateFacts(
    society="American Balint Society",
    designation="Credentialed Balint Group Leader",
    name="Adaeze Obi",
    post_nominals="MD",
    pathway_version="2024.1",
    number="ABS-2026-0001",
    awarded_on=date(2026, 3, 28),
    signatories=(Signatory(name="Josephine Abara", office="President"),),
    verify_base_url="https://credentials.example.org",
)

# Looked at on paper (docs/pictures/certificates.png): short, long, and one of each script that people bring.
TEN_NAMES = (
    "Li Wu",
    "Maria Magdalena von und zu Hohenstein-Wartenberg de la Fuente y Salazar",
    "Łucja Ødegård-Muñoz Weiß",
    "Θεοδώρα Παπαδοπούλου",
    "Людмила Петровна Щукина",
    "نور الأمين الحسيني",
    "נורה פלדמן",
    "王小明",
    "김민서",
    "Siobhán O'Brien & <b>",
)


def awarded(**fields: Any) -> Credential:
    """A credential in force."""
    holder = fields.pop("holder", None) or PersonFactory(name="Adaeze Obi", post_nominals="MD")
    values = {
        "holder": holder,
        "name": holder.printed_name,
        "post_nominals": holder.post_nominals,
        "designation": FACTS.designation,
        "scheme": "abs-leader",
        "scheme_version": "2024.1",
        "number_prefix": "ABS",
        "awarded_on": date(2026, 3, 28),
        "basis": "pathway",
        "actor": fields.pop("actor", None) or PersonFactory(offices=["council", "registrar"]),
    }
    return award_credential(**{**values, **fields})


def prepared(credential: Credential | None = None, **facts: Any) -> Certificate:
    """A certificate whose intent is committed."""
    credential = credential or awarded()
    on_record = {"name": credential.recorded_name, "post_nominals": credential.recorded_post_nominals}
    data = {**FACTS.__dict__, **on_record, "number": credential.number, **facts}
    return prepare_certificate(
        credential=credential, facts=CertificateFacts(**data), actor=PersonFactory(offices=["council"])
    )
