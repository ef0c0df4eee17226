"""The process that draws: one job after another as a line of JSON on standard input, each answered on standard output.

Run by path in isolated mode; it knows no settings and no database, fetches nothing but the package's own files and
what came with the job, and is ended by the kernel when a document takes too much memory or computing. It stays, because
loading WeasyPrint and the fonts takes longer than drawing does; what a document needs is forgotten with it.
"""

import json
import resource
import sys
from math import ceil
from pathlib import Path

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 50  # of one document


def main() -> None:
    """Draw until there is nothing more to read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from certificates.drawing.pages import Renderer  # noqa: PLC0415 - half a second, and only behind the limits

    renderer = Renderer()
    for line in sys.stdin.buffer:
        allow_one_document()
        try:
            content = renderer.draw(json.loads(line))
        except MemoryError:
            answer(b"", "It takes more memory than any certificate needs.")
            break  # what was half made may hold on to it
        except Exception as error:  # noqa: BLE001 - whatever it is, the parent tells the administrator
            answer(b"", f"{type(error).__name__}: {error}")
        else:
            answer(content, "")


def allow_one_document() -> None:
    """Let the kernel end this process when one document takes too long, however many came before."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = ceil(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def answer(content: bytes, problem: str) -> None:
    """One line about what follows, then the document."""
    sys.stdout.buffer.write(json.dumps({"size": len(content), "problem": problem}).encode() + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
