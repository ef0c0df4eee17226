"""What the drawing process may read: the package's fonts and pictures, and what came with the job."""

from pathlib import Path
from urllib.parse import urlsplit

from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "certificate"
BASE = f"{SCHEME}://look/"
PACKAGE = Path(__file__).parents[1]
OWN = {"fonts": PACKAGE / "fonts", "look": PACKAGE / "look"}


class OwnFilesOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Answers for the package's own files and those of the job, and refuses every other address."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=[SCHEME])
        self.job: dict[str, bytes] = {}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:  # noqa: ARG002 - signature
        """The bytes behind an address of our own."""
        parts = urlsplit(url)
        name = parts.path.lstrip("/")
        if parts.scheme == SCHEME and parts.netloc == "job" and name in self.job:
            return URLFetcherResponse(url, self.job[name])
        folder = OWN.get(parts.netloc)
        if parts.scheme != SCHEME or folder is None or "/" in name or not (folder / name).is_file():
            msg = f"refused: {url}"
            raise ValueError(msg)
        return URLFetcherResponse(url, (folder / name).read_bytes())
