"""The files of the repository, as the house rules see them."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]

PROGRAM = frozenset[str](
    tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "root_packages"
    ]
)
"""The packages that have a place in the layers: all there is of the program beside its migrations."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One text file, by its path from the root of the repository."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The file as Python; raises SyntaxError."""
        return ast.parse(self.text, self.path)

    @cached_property
    def functions(self) -> list[Function]:
        """All functions and methods, the inner ones too."""
        return [node for node in self.nodes if isinstance(node, Function)]

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything that is written in the file: each rule goes through it."""
        return list(ast.walk(self.tree))

    @property
    def name(self) -> str:
        """The file name."""
        return PurePosixPath(self.path).name

    @property
    def package(self) -> str:
        """The folder at the root in which the file lies; its own name for a file at the root."""
        return PurePosixPath(self.path).parts[0]


Rule = Callable[[Source], Iterator[str]]
"""A rule gives a line of text for every place where a file breaks it."""


@cache
def repository() -> tuple[Source, ...]:
    """Every text file that git tracks or would track, read once."""
    return tuple(source for path in _paths() if (source := _read(path)) is not None)


def _paths() -> list[str]:
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive, or a machine without git
        return sorted(_walk())
    return sorted(set(filter(None, listed.split("\0"))))


def _walk() -> Iterator[str]:
    for path in ROOT.rglob("*"):
        relative = path.relative_to(ROOT)
        hidden = any(part.startswith(".") and part != ".ci" for part in relative.parts)
        if path.is_file() and not hidden and relative.parts[0] not in {"out", "dist"}:
            yield relative.as_posix()


def _read(path: str) -> Source | None:
    """The file as text; None for one that was removed or is no text."""
    try:
        return Source(path, (ROOT / path).read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
        return None
