"""The service as it runs for real: gunicorn behind nginx with the configuration that docs/operations.md gives."""

import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
HOST = "credentials.example.org"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
SECRET = "Nf3x-" + "k9ZbQ2rT7wLm4VsH8yCd" * 4


@dataclass
class Visitor:
    """A browser at one address: keeps its cookies, and answers what the server said."""

    port: int
    address: str = "127.0.0.2"
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, *, data: dict[str, str] | None = None, **headers: str) -> "Answer":
        """One request over HTTPS."""
        line = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(self.address, 0),
            context=ssl._create_unverified_context(),  # noqa: S323 - its own authority
        )  # fmt: skip
        sent = {"Host": HOST, "Referer": f"https://{HOST}{path}"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if data is not None:
            body = urlencode(data)
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        line.request(method, path, body=body, headers=sent | {k.replace("_", "-"): v for k, v in headers.items()})
        response = line.getresponse()
        text = response.read().decode(errors="replace")
        self.set_cookies = response.headers.get_all("Set-Cookie") or []
        for one in self.set_cookies:
            for name, morsel in SimpleCookie(one).items():
                self.cookies[name] = morsel.value
        line.close()
        return Answer(response.status, dict(response.headers.items()), text)

    def post(self, path: str, data: dict[str, str]) -> "Answer":
        """Open the page with the form, then send it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask("GET", path).text)
        assert token
        return self.ask("POST", path, data=data | {"csrfmiddlewaretoken": token[1]})

    def log_in(self, email: str, password: str) -> "Answer":
        return self.post("/accounts/login/", {"login": email, "password": password})


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What docs/settings.md asks for, and nothing else of ours but `more`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CREDENTIALING_", "DJANGO_"))}
    return kept | {
        "CREDENTIALING_SECRET_KEY": SECRET,
        "CREDENTIALING_BASE_URL": f"https://{HOST}",
        "CREDENTIALING_ALLOWED_HOSTS": HOST,
        "CREDENTIALING_DATA_DIR": str(folder / "data"),
        "CREDENTIALING_BEHIND_PROXY": "1",
        "CREDENTIALING_TRUSTED_PROXIES": "1",
        "CREDENTIALING_SMTP_HOST": "mail.example.org",
        "DJANGO_SETTINGS_MODULE": "credentialing.settings",
        **more,
    }


def documented(kind: str) -> str:
    """The configuration of a proxy as the guide has it."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    found = re.search(rf"```{kind}\n(.*?)```", page, re.DOTALL)
    assert found
    return found[1]


@contextmanager
def service(folder: Path, port: int, people: str) -> Iterator[Path]:
    """The site over HTTPS at that port; `people` is code that makes who can log in. Answers the folder of the logs."""
    env, manage = environment(folder), [sys.executable, "manage.py"]
    for words in (["migrate", "-v0"], ["collectstatic", "--no-input", "-v0"], ["shell", "-v0", "-c", people]):
        subprocess.run([*manage, *words], cwd=ROOT, env=env, check=True, capture_output=True)
    with serving(folder, port, env):
        yield folder


@contextmanager
def serving(folder: Path, port: int, env: dict[str, str]) -> Iterator[None]:
    """nginx and gunicorn with this environment; the data are there already."""
    key, certificate, socket = folder / "key.pem", folder / "cert.pem", folder / "http.sock"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={HOST}", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    text = documented("nginx")
    for there, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/etc/letsencrypt/live/credentials.example.org/fullchain.pem", str(certificate)),
        ("/etc/letsencrypt/live/credentials.example.org/privkey.pem", str(key)),
        ("/var/log/nginx/credentialing.log", str(folder / "nginx.log")),
        ("/run/credentialing.sock", str(socket)),
    ):
        assert there in text, there
        text = text.replace(there, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temp = "\n".join(f"{kind}_temp_path {folder}/t-{kind};" for kind in kinds)
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"user root;\ndaemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx-error.log;\n"
        f"events {{}}\nhttp {{\n{temp}\n{text}\n}}\n"
    )
    served = [sys.executable, "-m", "gunicorn", "--config", "python:credentialing.served", "--workers", "2"]
    with (folder / "gunicorn.log").open("w") as out:
        running = [
            subprocess.Popen([*served, "--bind", f"unix:{socket}", "credentialing.wsgi:application"],
                             cwd=ROOT, env=env, stdout=out, stderr=out),
            subprocess.Popen([NGINX, "-c", str(configuration)], stdout=out, stderr=out),
        ]  # fmt: skip
        try:
            _wait(socket, folder / "nginx.pid", running)
            yield
        finally:
            for process in reversed(running):
                process.terminate()
                process.wait(timeout=30)


def _wait(socket: Path, pid: Path, running: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(600):
        assert all(process.poll() is None for process in running), "a server has ended at its start"
        if socket.exists() and pid.exists() and pid.read_text().strip():
            return
        time.sleep(0.1)
    msg = "the servers did not start"
    raise AssertionError(msg)
