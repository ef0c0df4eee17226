"""The process that looks at one PDF: JSON on standard input, the finding as JSON on standard output.

Run by path in isolated mode; it knows no settings, no database and no private key, and is ended when the file takes
more memory or computing than any certificate does.
"""

import base64
import dataclasses
import json
import resource
import sys
from pathlib import Path

MEMORY_BYTES = 1024**3
CPU_SECONDS = 15


def main() -> None:
    """Look, and say what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from certificates.signing.examining import examined, trust_of  # noqa: PLC0415 - behind the limits

    job = json.load(sys.stdin)
    json.dump(dataclasses.asdict(examined(base64.b64decode(job["content"]), trust_of(job))), sys.stdout)


if __name__ == "__main__":
    main()
