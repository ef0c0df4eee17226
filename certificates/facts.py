"""What a certificate says: frozen facts, handed over by whoever awards the credential."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """Somebody in office on the day of the award."""

    name: str
    office: str


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """Everything printed on the paper. Names are text, never markup; `page_size` is letter or a4.

    `seal` is the SHA-256 of the society's own seal (`certificates.designs`), empty for the drawn one. `region`
    (ISO 3166) is that of the holder where it tells whose shapes Chinese characters have (docs/adr/0016).
    """

    society: str
    designation: str
    name: str
    post_nominals: str
    pathway_version: str
    number: str
    awarded_on: date
    signatories: tuple[Signatory, ...]
    verify_base_url: str
    valid_until: date | None = None
    page_size: str = "letter"
    seal: str = ""
    region: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything of theirs that is set, so that each can be asked whether the fonts have it."""
        people = (text for signatory in self.signatories for text in (signatory.name, signatory.office))
        return (self.society, self.designation, self.name, self.post_nominals, self.number, *people)

    def as_dict(self) -> dict[str, Any]:
        """The facts as plain JSON."""
        data = asdict(self)
        data["awarded_on"] = self.awarded_on.isoformat()
        data["valid_until"] = self.valid_until.isoformat() if self.valid_until else None
        data["signatories"] = [asdict(signatory) for signatory in self.signatories]
        return data

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "CertificateFacts":
        """The facts as they were frozen."""
        return cls(
            **{
                **data,
                "awarded_on": date.fromisoformat(data["awarded_on"]),
                "valid_until": date.fromisoformat(data["valid_until"]) if data["valid_until"] else None,
                "signatories": tuple(Signatory(**signatory) for signatory in data["signatories"]),
            }
        )
