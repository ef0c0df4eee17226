"""What must be true before the service starts: a strong secret, private folders, a demo that nobody else reaches.

Used by the settings, so it imports nothing that needs them. Each refusal says what to do.
"""

import contextlib
import os
import re
import socket
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

SHORTEST_SECRET = 50  # characters; with DIFFERENT, what Django's own check security.W009 asks
DIFFERENT = 5
INSECURE_PREFIX = "django-insecure-"
MAKE_ONE = 'python -c "import secrets; print(secrets.token_urlsafe(64))"'


def strong_secret(secret: str) -> str:
    """Return the secret that signs sessions and links.

    Raises:
        ImproperlyConfigured: it is missing, or so short or so uniform that it can be guessed (Django, security.W009).
    """
    if not secret:
        msg = f"Set CREDENTIALING_SECRET_KEY to a long random string, made by: {MAKE_ONE}"
        raise ImproperlyConfigured(msg)
    weak = len(secret) < SHORTEST_SECRET or len(set(secret)) < DIFFERENT or secret.startswith(INSECURE_PREFIX)
    if weak:
        msg = (
            f"CREDENTIALING_SECRET_KEY can be guessed: it needs {SHORTEST_SECRET} characters, {DIFFERENT} different "
            f"ones and no “{INSECURE_PREFIX}” before them. Make another one with: {MAKE_ONE}\n"
            "To change it without logging everybody out, move the present one to CREDENTIALING_SECRET_KEY_FALLBACKS, "
            "start with both, and take it out there after two weeks, when the sessions it signed are over."
        )
        raise ImproperlyConfigured(msg)
    return secret


def path_of(address: str) -> str:
    """The path below which the service lies, without a slash at the end: `/credentialing`, mostly nothing.

    Raises:
        ImproperlyConfigured: the address is none, or its path holds what an identifier on the web (did:web) can't.
    """
    try:
        parts = urlsplit(address)
        more = parts.query or parts.fragment or "@" in address or parts.port == 0
        sound = parts.scheme in {"http", "https"} and parts.hostname and not more
    except ValueError:
        sound = False
    if not sound:
        msg = f"“{address}” is no address of a service: write https://credentials.example.org, with or without a path."
        raise ImproperlyConfigured(msg)
    if parts.path and not re.fullmatch(r"(/[A-Za-z0-9][A-Za-z0-9._~-]*)+", parts.path):
        msg = f"The path of {address} may hold letters, digits, dots, dashes and underscores: https://example.org/x."
        raise ImproperlyConfigured(msg)
    return parts.path


def host_of(address: str) -> str:
    """The host of an address, without its port."""
    return urlsplit(address).hostname or ""


def former_addresses(listed: list[str], present: str) -> list[str]:
    """The addresses that the service had before, each sound, none of them the present one.

    Raises:
        ImproperlyConfigured: one is no address.
    """
    found = [address.strip().rstrip("/") for address in listed if address.strip()]
    for address in found:
        path_of(address)
    return [address for address in dict.fromkeys(found) if address != present]


def private_folder(path: Path) -> Path:
    """Make the folder, or take everybody else's rights to it away, whoever made it.

    Raises:
        ImproperlyConfigured: it is another user's, and others may read it.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _take_rights_away(path)
    return path


def private_database(name: str) -> None:
    """See to it that an SQLite database can be read by its owner alone; SQLite gives its side files the same rights.

    Raises:
        ImproperlyConfigured: it is another user's, and others may read it.
    """
    path = Path(name)
    if name == ":memory:" or name.startswith("file:"):
        return
    if path.parent.is_dir():
        with contextlib.suppress(FileExistsError, PermissionError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    for file in (path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal"))):
        with contextlib.suppress(FileNotFoundError):  # side files come and go
            _take_rights_away(file)


def _take_rights_away(path: Path) -> None:
    mode = path.stat().st_mode
    if not mode & 0o077:
        return
    try:
        path.chmod(mode & 0o700)
    except PermissionError as refusal:
        msg = (
            f"{path} can be read by others, and belongs to another user. Give it to this one, or run: chmod go= {path}"
        )
        raise ImproperlyConfigured(msg) from refusal


def demo_stays_here(base_url: str, hosts: list[str]) -> None:
    """Hold the demo to this machine: its passwords are known and all its mail is shown.

    Raises:
        ImproperlyConfigured: an address or a host name of it is none of this machine's own.
    """
    for host in (urlsplit(base_url).hostname or "", *hosts):
        if not is_loopback(host):
            msg = (
                f"CREDENTIALING_DEMO is for this machine alone, because its passwords are known; {host or base_url} "
                "can be reached by others. Use http://127.0.0.1:8000, or unset CREDENTIALING_DEMO to run it for real."
            )
            raise ImproperlyConfigured(msg)


def refuse_open_sockets() -> None:
    """Refuse to serve the demo from a socket that other machines reach (gunicorn hands its sockets to the process).

    Raises:
        ImproperlyConfigured: this process listens beyond this machine.
    """
    for host in _listening():
        if not is_loopback(host):
            msg = f"CREDENTIALING_DEMO is for this machine alone: it can't listen on {host}. Bind it to 127.0.0.1."
            raise ImproperlyConfigured(msg)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own and nobody else's."""
    host = host.strip("[]")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _listening() -> list[str]:
    """The addresses at which this process takes connections, where the system tells."""
    found = []
    folder = Path("/proc/self/fd")
    for entry in list(folder.iterdir()) if folder.is_dir() else ():
        with contextlib.suppress(OSError, ValueError), socket.socket(fileno=os.dup(int(entry.name))) as one:
            inet = one.family in {socket.AF_INET, socket.AF_INET6} and one.type == socket.SOCK_STREAM
            if inet and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                found.append(str(one.getsockname()[0]))
    return found
