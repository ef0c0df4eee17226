"""A pytest plugin (`-p tests.mutation.swapped`): imports one file changed, as the environment says; writes nothing."""

import os
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType

from hypothesis import Phase, settings

PATH = Path(os.environ.get("MUTATION_PATH", "/nowhere")).resolve()
SOURCE = Path(os.environ.get("MUTATION_SOURCE", "/nowhere"))

# The same examples in every run, and none made smaller: that one fails is enough.
settings.register_profile("mutation", derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
settings.load_profile("mutation")


class Changed(SourceFileLoader):
    """Compiles the changed text under the name of the file, past every cache."""

    def get_code(self, fullname: str) -> CodeType:
        return compile(SOURCE.read_text(), self.path, "exec", dont_inherit=True)


class Finder(MetaPathFinder):
    """Finds modules as ever, but gives the changed one its own loader."""

    def find_spec(self, fullname, path=None, target=None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or Path(spec.origin).resolve() != PATH:
            return None
        spec.loader = Changed(fullname, spec.origin)
        return spec


if SOURCE.is_file():
    sys.meta_path.insert(0, Finder())
