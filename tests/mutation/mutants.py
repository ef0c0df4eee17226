"""Every small change of a file that mutmut knows to make, one at a time and in memory: no file is touched."""

import difflib
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import NEVER_MUTATE_FUNCTION_CALLS
from mutmut.mutation.mutators import mutation_operators


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One changed file. `function` is "" where the change is in what the import runs."""

    number: int
    path: str
    function: str
    lines: range
    function_lines: range
    was: str
    now: str
    source: str

    @property
    def words(self) -> str:
        """The line by which docs/mutation.md names it."""
        return f"- `{self.function or 'import'}`: `{self.was}` → `{self.now or '(nothing)'}`"


def mutants_of(path: Path) -> list[Mutant]:
    """All mutants of a file.

    Besides functions, as in mutmut, also decorated functions and what the import runs (constants, defaults). What only
    type checkers read is left alone: annotations, aliases of types, the first argument of `cast`.
    """
    source = path.read_text()
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = _Visitor()
    wrapper.visit(visitor)
    found: list[Mutant] = []
    for original, changed, place in visitor.found:
        mutated = wrapper.module.deep_replace(original, changed).code
        if mutated == source or not _compiles(mutated, path):
            continue
        was, now = _difference(source, mutated)
        found.append(
            Mutant(
                number=len(found),
                path=str(path),
                function=place.function,
                lines=place.lines,
                function_lines=place.function_lines,
                was=was,
                now=now,
                source=mutated,
            )
        )
    return found


@dataclass(frozen=True, kw_only=True)
class _Place:
    function: str
    lines: range
    function_lines: range


class _Visitor(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[cst.CSTNode, cst.CSTNode, _Place]] = []
        self._names: list[str] = []
        self._body: cst.CSTNode | None = None  # of the outermost function, while we are in it

    def on_visit(self, node: cst.CSTNode) -> bool:
        if self._is_left_alone(node):
            return False
        if isinstance(node, cst.ClassDef | cst.FunctionDef) and self._body is None:
            self._names.append(node.name.value)
        if isinstance(node, cst.FunctionDef) and self._body is None:
            for child in (node.params, node.body):  # not its decorators
                self._body = node.body if child is node.body else None
                child.visit(self)
            self._body = None
            return False
        if m.matches(node, m.Call(func=m.Name("cast"))):
            node.args[1].visit(self)  # type: ignore[attr-defined]
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self.found += [(node, changed, self._place(node)) for changed in operator(node)]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.ClassDef | cst.FunctionDef) and self._body is None:
            self._names.pop()

    def _place(self, node: cst.CSTNode) -> _Place:
        inside = self._body is not None
        return _Place(
            function=".".join(self._names) if inside else "",
            lines=self._lines(node),
            function_lines=self._lines(self._body) if self._body else range(0),
        )

    def _lines(self, node: cst.CSTNode) -> range:
        position = self.get_metadata(PositionProvider, node, None)
        if position is None:
            return range(0)
        return range(position.start.line, position.end.line + 1)

    def _is_left_alone(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator | cst.TypeAlias | cst.TypeParameters | cst.ImportFrom):
            return True
        if m.matches(node, m.Call(func=m.Name())):
            return node.func.value in NEVER_MUTATE_FUNCTION_CALLS  # type: ignore[attr-defined]
        return m.matches(node, m.Assign(value=m.Subscript(value=m.Name("Callable"))))


def _compiles(source: str, path: Path) -> bool:
    try:
        compile(source, path, "exec")
    except SyntaxError:
        return False
    return True


def _difference(source: str, mutated: str) -> tuple[str, str]:
    """What was there and what is there now, each in one line."""
    lines = list(difflib.ndiff(source.splitlines(), mutated.splitlines()))
    was, now = (" ".join(line[2:].split("  # ")[0].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return was, now
