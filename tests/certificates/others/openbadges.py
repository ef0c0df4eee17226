"""Run by an environment of its own: hands badges to openbadgeslib and says what it says. Nothing is fetched."""

import base64
import json
import sys
from typing import Any

from openbadgeslib.ob3 import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError
from openbadgeslib.verify import verify_badge


def main() -> None:
    """Answer every job on standard input."""
    asked = json.load(sys.stdin)

    def download(address: str) -> bytes:
        return json.dumps(asked["documents"][address]).encode()

    json.dump([answer(job, download) for job in asked["jobs"]], sys.stdout)


def answer(job: dict[str, Any], download: Any) -> dict[str, Any]:
    """What it says of a picture, or of a credential."""
    options = {"check_status": True, "verify_status_list": job["verify_list"], "download": download}
    if "picture" in job:
        found = verify_badge(base64.b64decode(job["picture"]), "3", resolve_did=True, **options)
        return {"valid": found.valid, "trusted": found.trusted, "reason": found.reason or ""}
    try:
        OB3LdpVerifier.for_issuer_did(job["issuer"]).verify(job["credential"], **options)
    except OB3VerificationError as refusal:
        return {"valid": False, "trusted": False, "reason": str(refusal)}
    return {"valid": True, "trusted": True, "reason": ""}


if __name__ == "__main__":
    main()
