"""The demo's post: mail lies in a folder (the file backend's), and is read from there as it was really sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

SEPARATOR = b"-" * 79 + b"\n"
LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, kw_only=True)
class Post:
    """One e-mail as it was sent."""

    key: str
    to: str
    subject: str
    sent_at: datetime
    body: str

    def links_into(self, base_url: str) -> list[str]:
        """The addresses in the text that lead into this very site, as paths."""
        found = [link.rstrip(".,)") for link in LINK.findall(self.body)]
        return [link.removeprefix(base_url) for link in dict.fromkeys(found) if link.startswith(base_url + "/")]


def posts_in(folder: Path, to: str = "") -> list[Post]:
    """Every e-mail in the folder, the newest first; `to` keeps those whose recipient contains it."""
    posts = [post for path in folder.glob("*.log") for post in _read(path)] if folder.is_dir() else []
    wanted = [post for post in posts if to.lower() in post.to.lower()]
    return sorted(wanted, key=lambda post: (post.sent_at, post.key), reverse=True)


def _read(path: Path) -> Iterator[Post]:
    for number, raw in enumerate(path.read_bytes().split(SEPARATOR)):
        if not raw.strip():
            continue
        message = message_from_bytes(raw.lstrip(), policy=policy.default)
        yield Post(
            key=f"{path.stem}-{number}",
            to=str(message["To"]),
            subject=str(message["Subject"]),
            sent_at=parsedate_to_datetime(str(message["Date"])),
            body=_text(message),
        )


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain",))
    return str(part.get_content()) if part is not None else ""
