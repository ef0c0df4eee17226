"""A certificate as shipped, beside the naive way to draw the same page: `HTML(string=…).write_pdf()`, untagged."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import count
from pathlib import Path
from threading import Thread
from time import perf_counter, process_time
from typing import Any

import segno
from django.contrib.auth import get_user_model
from django.db import connection

from bench.measuring import Contender, interleaved, ratios
from bench.reports import Goal, Report, lines_of
from certificates.badge.signing import signed_badge
from certificates.drawing.fetching import PACKAGE
from certificates.drawing.pages import Renderer
from certificates.drawing.process import DrawingProcess
from certificates.facts import CertificateFacts, Signatory
from certificates.models import Certificate, Credential
from certificates.rendering import Design, certificate_art, certificate_html, drawing_job
from certificates.signing.sealing import seal_document

NAIVE = "naive: HTML(string=…).write_pdf(), untagged, unsigned"
DRAWN = "drawn: PDF/A-3a and PDF/UA-1, unsigned"
SIGNED = "drawn and signed"
WHOLE = "badge made, attached, drawn and signed"
NAIVE_TIMES, TIMES = 2, 8
WARM, MANY = 60, 400
SIDE_BY_SIDE = 40
MEGABYTE = 1024
KILOBYTE = 1000
FACTS = CertificateFacts(
    society="American Balint Society",
    designation="Credentialed Balint Group Leader",
    name="Adaeze Obi",
    post_nominals="MD",
    pathway_version="2024.1",
    number="ABS-2026-0001",
    awarded_on=date(2026, 3, 28),
    signatories=(
        Signatory(name="Josephine Abara", office="President"),
        Signatory(name="Tomasz Zieliński", office="Chair, Credentialing Coordinating Committee"),
    ),
    verify_base_url="https://credentials.example.org",
)
FIRST = ("Ada", "Bruno", "Chidi", "Đặng", "Esra", "Fiona", "Göran", "Hélène", "Ivana", "Łucja")
LAST = ("Achebe", "Brontë", "Castañeda", "Dvořák", "Eriksen", "Fernández", "Groß", "Huang")


def measure(*, rounds: int) -> Report:
    """Every contender draws people of different names; nothing is shared between two documents but what is static."""
    renderer, certificate = Renderer(), _prepared()
    badge = signed_badge(certificate)
    contenders = [
        Contender(name=NAIVE, run=_each(_naive), times=NAIVE_TIMES),
        Contender(name=DRAWN, run=_each(lambda facts: _drawn(renderer, facts)), times=TIMES),
        Contender(name=SIGNED, run=_each(lambda facts: _signed(_drawn(renderer, facts))), times=TIMES),
        Contender(
            name=WHOLE,
            run=_each(lambda facts: _signed(_drawn(renderer, facts, signed_badge(certificate)))),
            times=TIMES,
        ),
    ]
    seconds = interleaved(contenders, rounds=min(rounds, 12), clock=process_time)
    size = len(_signed(_drawn(renderer, FACTS, badge)))
    grown, peak = _memory(badge)
    return Report(
        name="certificates",
        database=connection.vendor,
        limit=NAIVE,
        lines=lines_of(seconds, NAIVE),
        goals=[
            Goal(what="drawn, times naive", value=ratios(seconds, DRAWN, NAIVE).median, at_most=0.14, must=True),
            Goal(what="whole, times naive", value=ratios(seconds, WHOLE, NAIVE).median, at_most=0.25, must=True),
            Goal(what=f"MB grown over {MANY}", value=grown, at_most=10, must=True),
            Goal(what="MB at most of the drawing process", value=peak, at_most=100),
            Goal(what="KB of a whole document", value=size / KILOBYTE, at_most=60, must=True),
            Goal(what="two processes, time of one", value=_two_beside_one(), at_most=1 / 1.8),
        ],
        facts={
            "milliseconds": {name: round(1000 * min(taken), 1) for name, taken in seconds.items()},
            "badge": f"{len(badge)} bytes",
            "clock": "process_time; two processes: perf_counter",
        },
    )


def people() -> Iterator[CertificateFacts]:
    """Certificates of people who are not called the same."""
    for number in count(1):
        name = f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]}-{LAST[number * 7 % len(LAST)]}"
        yield replace(FACTS, name=name, number=f"ABS-2026-{number:04}")


def _each(act: Callable[[CertificateFacts], object]) -> Callable[[int], object]:
    everybody = people()

    def run(times: int) -> None:
        for _ in range(times):
            act(next(everybody))

    return run


def _naive(facts: CertificateFacts) -> bytes:
    """The same page as one would write it first: frame, seal and code in the page, fonts by address."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - like the renderer's

    code = BytesIO()
    segno.make(f"{facts.verify_base_url}/v/abcDEF123", error="m").save(code, kind="svg", xmldecl=False, omitsize=True)
    art = certificate_art(facts, Design()).partition("<main>")[2].partition("</main>")[0]
    page = certificate_html(facts, "abcDEF123").replace("<main>", f"<main>{art}")
    before, _, after = page.partition('<img class="code"')
    page = before + f'<div class="code">{code.getvalue().decode()}</div>' + after.partition(">")[2]
    style = (PACKAGE / "look" / "certificate.css").read_text(encoding="utf-8")
    pdf: bytes = HTML(string=_local(page)).write_pdf(stylesheets=[CSS(string=_local(style))])
    return pdf


def _local(text: str) -> str:
    return text.replace("certificate://", f"{Path(PACKAGE).as_uri()}/")


def _drawn(renderer: Renderer, facts: CertificateFacts, badge: bytes = b"") -> bytes:
    return renderer.draw(_job(facts, badge))


def _job(facts: CertificateFacts, badge: bytes = b"") -> dict[str, Any]:
    return drawing_job(facts, "abcDEF123", badge=badge, design=Design())


def _signed(document: bytes) -> bytes:
    return seal_document(document, society=FACTS.society)


def _prepared() -> Certificate:
    person = get_user_model().objects.create(name="Adaeze Obi", email="adaeze@example.org")
    credential = Credential.objects.create(
        holder=person,
        designation=FACTS.designation,
        scheme="bench",
        number=FACTS.number,
        awarded_on=FACTS.awarded_on,
        basis="founding",
    )
    return Certificate.objects.create(credential=credential, facts=FACTS.as_dict(), prepared_by=person)


def _memory(badge: bytes) -> tuple[float, float]:
    """By how many MB the drawing process grows over many documents once it is warm, and what it takes at most."""
    process, everybody = DrawingProcess(), people()
    for _ in range(WARM):
        process.draw(_job(next(everybody), badge))
    before = _of_process(process, "VmRSS")
    for _ in range(MANY):
        process.draw(_job(next(everybody), badge))
    grown, peak = _of_process(process, "VmRSS") - before, _of_process(process, "VmHWM")
    process.close()
    return grown, peak


def _of_process(process: DrawingProcess, name: str) -> float:
    assert process._process is not None  # noqa: S101, SLF001 - it has just drawn
    status = Path(f"/proc/{process._process.pid}/status").read_text(encoding="ascii")  # noqa: SLF001 - see above
    (line,) = [line for line in status.splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1]) / MEGABYTE


def _two_beside_one() -> float:
    """How long two processes take for what one does alone."""
    crew = [DrawingProcess() for _ in range(2)]
    for process in crew:
        process.draw(_job(FACTS))

    def work(process: DrawingProcess, documents: int) -> None:
        everybody = people()
        for _ in range(documents):
            process.draw(_job(next(everybody)))

    start = perf_counter()
    work(crew[0], SIDE_BY_SIDE)
    alone = perf_counter() - start
    start = perf_counter()
    threads = [Thread(target=work, args=(process, SIDE_BY_SIDE // 2)) for process in crew]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    together = perf_counter() - start
    for process in crew:
        process.close()
    return together / alone
