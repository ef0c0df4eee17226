"""The council as a witness: each member gets a checkpoint a month, out of reach of whoever rewrites the database."""

from datetime import date

from credentialing.accounts.models import Person
from credentialing.correspondence.models import Letter
from credentialing.correspondence.services import send_letter
from workflows.models import Checkpoint


def send_checkpoint(*, checkpoint: Checkpoint, on: date) -> list[Letter]:
    """Write to every member of the council, once a month; answers the letters of that month."""
    letters = [
        send_letter(
            template="checkpoint",
            to=member,
            context={
                "month": f"{on:%B %Y}",
                "size": checkpoint.size,
                "note": checkpoint.note,
                "path": "/transparency/",
            },
            dedupe_key=f"checkpoint:{on:%Y-%m}:{member.uuid}",
        )
        for member in Person.objects.holding("council", on)
    ]
    return [letter for letter in letters if letter is not None]
