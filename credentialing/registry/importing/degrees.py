"""What a degree is, as people write it behind a name: by a list, by how it is written, and by what was chosen."""

import re

from certificates.same_text import folded

DEGREES = frozenset([
    "md", "do", "mbbs", "mbchb", "bmbs", "mbbch", "bm", "bch", "phd", "dphil", "psyd", "edd", "dmd", "dds", "dvm",
    "pharmd", "drph", "scd", "dsc", "dsw", "dmin", "jd", "llm", "mph", "mpp", "mpa", "mha", "mhs", "mhsc", "msc",
    "ms", "ma", "msw", "mssw", "mba", "med", "mdiv", "mfa", "mphil", "mtheol", "mres", "mmed", "mss", "meded",
    "mmeded", "bsc", "bs", "ba", "bsn", "bsw", "rn", "msn", "dnp", "np", "aprn", "fnp", "pmhnp", "crnp", "cnm",
    "pa", "pac", "ot", "otr", "lcsw", "lcswr", "licsw", "lisw", "lmsw", "lsw", "csw", "acsw", "dcsw", "lmft", "mft",
    "lmhc", "lpc", "lpcc", "lcpc", "lmhp", "lcmhc", "lp", "lcp", "lac", "ladc", "cadc", "cgp", "abpp", "abfm",
    "faafp", "facp", "facog", "faap", "fapa", "dfapa", "dlfapa", "frcp", "frcgp", "mrcgp", "mrcp", "frcpsych",
    "mrcpsych", "franzcp", "fracgp", "ccfp", "fcfp", "frcpc", "faacap", "fama", "facs", "fach", "faps", "ncc",
    "bcd", "rph", "dc", "dpm", "od", "bcba", "pmp", "cpsych", "ccsw", "rsw", "rp", "habil", "drmed", "dipl",
    "dippsych",
])  # fmt: skip
# Given names or initials as well.
BOTH = frozenset("ma do ba ed med pa lac bs ms od np ot rn jo al".split())  # noqa: SIM905 - a list of words


def is_degree(word: str, known: dict[str, bool] | None = None) -> bool:
    """Whether a word is a degree: one of the list as degrees are written, or what somebody has chosen."""
    plain = plain_degree(word)
    if known and plain.upper() in known:
        return known[plain.upper()]
    written_so = word.isupper() or "." in word or any(c.isupper() for c in word[1:]) or word.islower()
    return plain in DEGREES and written_so and not (word.islower() and plain in BOTH)


def are_degrees(text: str, known: dict[str, bool] | None = None) -> bool:
    """Whether all words of a text are degrees."""
    words = words_of(text)
    return bool(words) and all(is_degree(word, known) for word in words)


def words_of(text: str) -> list[str]:
    """The words between spaces and slashes."""
    return [word for word in re.split(r"[\s/;]+", text) if word]


def plain_degree(word: str) -> str:
    """A degree without stops and capitals: “Ph.D.” is “phd”."""
    return re.sub(r"[^a-z]", "", folded(word))
