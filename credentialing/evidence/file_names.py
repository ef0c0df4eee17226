"""Names of files: what somebody else's device made of a name is shown and served so that every device can keep it."""

import re
import unicodedata

from certificates.text import without_unseen

# Devices of Windows, whatever follows the first full stop (Microsoft, "Naming Files, Paths, and Namespaces").
RESERVED = re.compile(r"(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|\Z)", re.IGNORECASE)
FORBIDDEN = re.compile(r'[<>:"|?*\\/]+')
ENDING = re.compile(
    r"\.(?=[a-z0-9]{0,4}[a-z])[a-z0-9]{1,5}\Z", re.IGNORECASE
)  # “.jfif”, “.mp3”; not “Dr. Smith”, “v1.2”
OF_KINDS_TAKEN = frozenset(
    {"pdf", "png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "webp", "avif", "gif", "heic", "heif"}
)
MOST_BYTES = 255  # of a name, in every usual file system
EDGES = " .-~_"
NAMELESS = "file"


def safe_name(given: str, extension: str) -> str:
    """A name that ends as its content is, and that no program takes for an option, a path, a device or hidden.

    Nothing in it turns the direction of writing or is unseen; it has at most 255 bytes.
    """
    name = without_unseen(unicodedata.normalize("NFC", re.split(r"[\\/]", given.rstrip("\\/ "))[-1]))
    name = ENDING.sub("", FORBIDDEN.sub("_", name).rstrip(EDGES)).rstrip(EDGES)
    while (found := ENDING.search(name)) and found[0][1:].lower() in OF_KINDS_TAKEN:
        name = name[: found.start()].rstrip(EDGES)
    name = name.lstrip(EDGES)
    if RESERVED.match(name):
        name = f"{NAMELESS}-{name}"
    room = MOST_BYTES - len(extension) - 1
    return f"{_within(name, room).rstrip(EDGES) or NAMELESS}.{extension}"


def _within(name: str, room: int) -> str:
    """As much of the name as fits, no letter parted from its marks."""
    if len(name.encode()) <= room:
        return name
    kept = name.encode()[:room].decode(errors="ignore")
    if unicodedata.combining(name[len(kept)]):
        kept = kept.rstrip("".join({c for c in kept if unicodedata.combining(c)}))[:-1]
    return kept
