"""The faces of certificates as data: which one sets which script, and where it comes from.

A script has its faces in the order in which they are asked. A face is bundled (`certificates/fonts/`), or it is the
system's: then the package that brings it on Debian is named, so that a refusal can say what helps. Scripts are named
as in ISO 15924.
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "fonts"
# Where systems keep the fonts of the Noto project: Debian, Arch, Fedora.
SYSTEM_FOLDERS = tuple(
    Path("/usr/share/fonts") / name
    for name in (
        "truetype/noto",
        "opentype/noto",
        "noto",
        "noto-cjk",
        "google-noto",
        "google-noto-serif-cjk-fonts",
        "google-noto-vf",
    )
)
CORE, CJK = "fonts-noto-core", "fonts-noto-cjk"


@dataclass(frozen=True, kw_only=True)
class Face:
    """One face: the family by which style sheets call it, its file, and the package of one that isn't bundled."""

    family: str
    file: str
    package: str = ""
    index: int = 0  # within a collection

    @property
    def path(self) -> Path | None:
        """Its file, if it is there."""
        folders = SYSTEM_FOLDERS if self.package else (FOLDER,)
        return next((folder / self.file for folder in folders if (folder / self.file).is_file()), None)


SERIF = Face(family="Certificate Serif", file="EBGaramond12-Regular.ttf")
ITALIC = Face(family="Certificate Serif", file="EBGaramond12-Italic.ttf")
WIDE = Face(family="Certificate Serif Wide", file="NotoSerif-Regular.ttf")
SANS = Face(family="Certificate Sans", file="SourceSans3-Regular.ttf")
SEMIBOLD = Face(family="Certificate Sans", file="SourceSans3-SemiBold.ttf")
EUROPE = frozenset({"Latn", "Grek", "Cyrl"})  # set by the same faces, so that a name is set in one

# A region by its code (ISO 3166) has its own shapes of the same Chinese characters.
CJK_FILE = "NotoSerifCJK-Regular.ttc"
CJK_FACES: dict[str, Face] = {
    region: Face(family=f"Noto Serif CJK {name}", file=CJK_FILE, package=CJK, index=index)
    for index, (region, name) in enumerate((("JP", "JP"), ("KR", "KR"), ("CN", "SC"), ("TW", "TC"), ("HK", "HK")))
}
CJK_SCRIPTS = frozenset({"Hani", "Hira", "Kana", "Hang", "Bopo"})


def _bundled(name: str, style: str = "Serif") -> Face:
    return Face(family=f"Certificate {name}", file=f"Noto{style}{name}-Regular.ttf")


def _system(name: str, style: str = "Serif") -> Face:
    return Face(family=f"Noto {style} {name}", file=f"Noto{style}{name.replace(' ', '')}-Regular.ttf", package=CORE)


BUNDLED: dict[str, Face] = {
    "Arab": Face(family="Certificate Arabic", file="NotoNaskhArabic-Regular.ttf"),
    "Armn": _bundled("Armenian"),
    "Deva": _bundled("Devanagari"),
    "Ethi": _bundled("Ethiopic"),
    "Geor": _bundled("Georgian"),
    "Gujr": _bundled("Gujarati"),
    "Guru": _bundled("Gurmukhi"),
    "Hebr": _bundled("Hebrew"),
    "Khmr": _bundled("Khmer"),
    "Laoo": _bundled("Lao"),
    "Mlym": _bundled("Malayalam"),
    "Taml": _bundled("Tamil"),
    "Thaa": _bundled("Thaana", "Sans"),
    "Thai": _bundled("Thai"),
}
OF_THE_SYSTEM: dict[str, Face] = {
    "Adlm": _system("Adlam", "Sans"),
    "Bali": _system("Balinese", "Sans"),
    "Beng": _system("Bengali"),
    "Cans": _system("Canadian Aboriginal", "Sans"),
    "Cher": _system("Cherokee", "Sans"),
    "Java": _system("Javanese", "Sans"),
    "Knda": _system("Kannada"),
    "Mong": _system("Mongolian", "Sans"),
    "Mymr": _system("Myanmar"),
    "Nkoo": Face(family="Noto Sans NKo", file="NotoSansNKo-Regular.ttf", package=CORE),
    "Olck": _system("Ol Chiki", "Sans"),
    "Orya": _system("Oriya", "Sans"),
    "Osge": _system("Osage", "Sans"),
    "Sinh": _system("Sinhala"),
    "Syrc": _system("Syriac", "Sans"),
    "Telu": _system("Telugu"),
    "Tfng": _system("Tifinagh", "Sans"),
    "Tibt": _system("Tibetan"),
    "Vaii": _system("Vai", "Sans"),
}
BY_SCRIPT: dict[str, tuple[Face, ...]] = {script: (face,) for script, face in (BUNDLED | OF_THE_SYSTEM).items()}
PACKAGES: dict[str, str] = {script: face.package for script, face in OF_THE_SYSTEM.items()} | dict.fromkeys(
    CJK_SCRIPTS, CJK
)
