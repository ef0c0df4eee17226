"""What looking at a document's signature tells."""

from dataclasses import dataclass

NOT_BELIEVED = "Its signature was made with a key that is believed no longer."
GENUINE, ALTERED, FOREIGN = "genuine", "altered", "foreign"


@dataclass(frozen=True, kw_only=True)
class DocumentFinding:
    """Whether a PDF is as the society signed it.

    `outcome` is GENUINE (every byte, by a key that is believed), ALTERED (signed by the society and changed since;
    `part` says what, in words) or FOREIGN (no signature of the society that could be believed; `part` says why). `key`
    is the id of the key that signed (`document/key-1`), `signed_at` the time in the signature (ISO 8601, UTC): what the
    signer claims, unless it is `stamped` by an independent authority.
    """

    outcome: str
    part: str = ""
    key: str = ""
    signer: str = ""
    signed_at: str = ""
    stamped: bool = False
    by_others: str = ""  # who has signed it, where it was not the society; their own words
