"""The child process that draws one certificate: JSON on standard input, PDF on standard output.

Run by path in isolated mode; it sees no Django and no settings, fetches nothing but the package's own files, and ends
itself when it takes too much memory or time.
"""

import json
import resource
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 50
HERE = Path(__file__).parent
OWN = {"fonts": HERE / "fonts", "look": HERE / "look"}
SCHEME = "certificate"


def main() -> None:
    """Draw what standard input asks for."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    job = json.load(sys.stdin)
    sys.stdout.buffer.write(draw(job["html"], date.fromisoformat(job["created"])))


def draw(html: str, created: date) -> bytes:
    """The HTML as tagged PDF (PDF/UA-1), with nothing from outside."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - half a second, and only here
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - see above
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 - see above

    class OwnFilesOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """Answers for the package's fonts and pictures and refuses every other address."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002 - signature
            parts = urlsplit(url)
            folder = OWN.get(parts.netloc)
            name = parts.path.lstrip("/")
            if parts.scheme != SCHEME or folder is None or "/" in name or not (folder / name).is_file():
                msg = f"refused: {url}"
                raise ValueError(msg)
            return URLFetcherResponse(url, (folder / name).read_bytes())

    fetcher = OwnFilesOnly(allowed_protocols=[SCHEME])
    fonts = FontConfiguration()
    style = CSS(
        string=(HERE / "look" / "certificate.css").read_text(encoding="utf-8"),
        base_url=f"{SCHEME}://look/",
        url_fetcher=fetcher,
        font_config=fonts,
    )
    page = HTML(string=html, base_url=f"{SCHEME}://look/", url_fetcher=fetcher)
    document = page.render(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", presentational_hints=False)
    if len(document.pages) != 1:
        msg = f"the certificate takes {len(document.pages)} pages"
        raise ValueError(msg)
    document.metadata.created = created.isoformat()
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=False)
    return pdf


if __name__ == "__main__":
    main()
