"""Log lines that say when, how grave and what, and nothing that opens a door or tells of a person.

Some addresses are keys: of a session to be confirmed, a reference, a new password, a certificate. Django and the web
server write addresses into their logs, so every line goes through this one place before it is written, tracebacks
included (OWASP ASVS 5.0, 16.2.5 and 16.2.2).
"""

import logging
import re
import time

KEYS = re.compile(r"(/(?:confirm|references|[vV]|accounts/confirm-email|accounts/password/reset/key)/)[^/\s?\"'<>]+")
QUERIES = re.compile(r"(/[^\s?\"'<>]*)\?[^\s\"'<>]+")
ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LEFT_OUT = "…"


def without_secrets(line: str) -> str:
    """The same line without keys in addresses, without what was asked (`?…`), and without e-mail addresses."""
    line = KEYS.sub(rf"\1{LEFT_OUT}", line)
    line = QUERIES.sub(rf"\1?{LEFT_OUT}", line)
    return ADDRESSES.sub(f"{LEFT_OUT}@{LEFT_OUT}", line)


class DiscreetFormatter(logging.Formatter):
    """Time (UTC), level, logger, message, and the traceback where there is one."""

    converter = time.gmtime
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Format, then leave out. A line break in a message is spelled out: nobody writes a line of ours (16.4.1)."""
        message = record.getMessage()
        spelled = message.replace("\r", "\\r").replace("\n", "\\n")
        if spelled != message:
            record = logging.makeLogRecord({**record.__dict__, "msg": spelled, "args": ()})
        return without_secrets(super().format(record))
