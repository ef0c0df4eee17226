"""What reading an upload takes: memory and time of its child. `.venv/bin/python -m bench.uploads` prints the table.

Pictures of noise and of flat color are the hardest and the easiest there are; photographs lie between them.
"""

import io
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator

from PIL import Image

from limited.running import Limits, TooMuch, run

MB = 1024**2
Image.MAX_IMAGE_PIXELS = None


def measured(content: bytes) -> tuple[dict[str, object], bytes]:
    """The job of evidence with what it took."""
    from credentialing.evidence.file_child import inspected  # noqa: PLC0415 - the child alone knows the parsers

    begun = time.process_time()
    facts, made = inspected(content)
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return facts | {"seconds": time.process_time() - begun, "megabytes": taken, "stored": len(made)}, b""


def photograph(width: int, height: int, kind: str = "JPEG", **saving: object) -> Callable[[], bytes]:
    """Noise at a sixteenth of the pixels, enlarged: about as rich as what a phone takes."""

    def made() -> bytes:
        small = Image.frombytes("L", (width // 4, height // 4), os.urandom((width // 4) * (height // 4)))
        out = io.BytesIO()
        small.resize((width, height)).convert("RGB").save(out, kind, **saving)
        return out.getvalue()

    return made


def samples() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """What people send, and the worst of each kind."""
    yield "JPEG, 12 MP", photograph(4032, 3024, quality=60)
    yield "JPEG, 50 MP", photograph(8160, 6120, quality=30)
    yield "JPEG, 94 MP, about the most that is decoded whole", photograph(11200, 8400, quality=20)
    yield "JPEG, 108 MP", photograph(12000, 9000, quality=20)
    yield "JPEG, 200 MP", photograph(16320, 12240, quality=10)
    yield "JPEG, 108 MP, progressive", photograph(12000, 9000, quality=20, progressive=True)
    yield (
        "JPEG, 94 MP, progressive, colors in full",
        photograph(11200, 8400, quality=20, progressive=True, subsampling=0),
    )
    yield "JPEG, 200 MP, progressive", photograph(16320, 12240, quality=10, progressive=True)
    yield "PNG, 24 MP, one color", lambda: flat(6000, 4000)
    yield "PNG, 108 MP, one color", lambda: flat(12000, 9000)
    for name in sys.argv[1:]:
        yield os.path.basename(name), lambda name=name: open(name, "rb").read()  # type: ignore[misc]  # noqa: PTH119, PTH123, SIM115


def flat(width: int, height: int) -> bytes:
    """A picture of one color."""
    out = io.BytesIO()
    Image.new("RGBA", (width, height), "gray").save(out, "PNG")
    return out.getvalue()


def main() -> None:
    """Print the table."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    import django  # noqa: PLC0415 - the child, which loads this module too, does without

    django.setup()
    from credentialing.evidence.inspection import CPU, MEMORY, SECONDS  # noqa: PLC0415

    print("| file | sent | memory of the child | computing | stored |\n|---|---|---|---|---|")  # noqa: T201
    for name, make in samples():
        content = make()
        limits = Limits(memory=MEMORY, cpu=CPU, seconds=SECONDS, threads=content[4:8] == b"ftyp")
        try:
            facts = run("bench.uploads:measured", content, limits=limits).facts
            said = f"{facts['megabytes']} MB | {facts['seconds']:.1f} s | {facts['refusal'] or size(facts['stored'])} |"
        except TooMuch as refusal:
            said = f"refused: {refusal} | | |"
        print(f"| {name} | {size(len(content))} | {said}")  # noqa: T201


def size(number: int) -> str:
    """Bytes in words."""
    return f"{number / MB:.1f} MB"


if __name__ == "__main__":
    main()
