"""What becomes of links when another is sent, or when what they are about is changed; in the caller's transaction."""

from datetime import datetime

from credentialing.evidence.models import EarlierLink, LogEntry, Reference


def keep_link(item: LogEntry | Reference, now: datetime, *, ended: bool) -> None:
    """Remember the present link before another takes its place; `ended` ends it and all before it."""
    about = {"log_entry": item} if isinstance(item, LogEntry) else {"reference": item}
    if item.link_digest and item.link_sent_at:
        EarlierLink.objects.create(link_digest=item.link_digest, link_sent_at=item.link_sent_at, **about)
    if ended:
        EarlierLink.objects.filter(ended_at__isnull=True, **about).update(ended_at=now)


def hand_over_links(earlier: LogEntry, later: LogEntry) -> None:
    """Let every link of a session lead to its next version, which is stored with it."""
    later.link_digest, later.link_sent_at = earlier.link_digest, earlier.link_sent_at
    earlier.link_digest = None
    earlier.save(update_fields=["link_digest"])
    later.save()
    EarlierLink.objects.filter(log_entry=earlier).update(log_entry=later)
