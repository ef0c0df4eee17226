"""Rules that can't be read: what the affected pages say."""

from credentialing.pathways.loading.faults import RulesUnreadable
from credentialing.ui.troubles import Trouble, recognizer

UNREADABLE = "The rules of this case can't be read. The administrators have been told."


@recognizer
def of_unreadable_rules(error: BaseException) -> Trouble | None:
    """Cases by other versions go on; those by this one wait until its text is put back."""
    if not isinstance(error, RulesUnreadable):
        return None
    return Trouble(
        status=503,
        title="The rules of this case can't be read",
        words=f"The stored rules ({error.version}) have been changed since they were published, so nothing can be "
        "shown or decided by them. The administrators have been told. Nothing that was entered is lost: once the rules "
        "are put back, everything is as before.",
        told=f"The stored rules {error.version} can't be read: {error.reason}. Nothing goes on for cases by them. Run "
        "manage.py verify, and put the text back from a backup.",
        key=f"rules:{error.version}",
    )
