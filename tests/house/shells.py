"""Which modules touch the world, and which may: a module is pure unless its name says otherwise."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.source import Source

SHELL_FILES = {"tables.py", "store.py", "database.py", "bulk.py", "files.py", "secrets.py"}
"""A file of this name touches the world, in any package."""

SHELL_PACKAGES = {"jobs", "backoffice", "migrations", "tests", "benchmarks"}
"""Everything in these folders may touch the world."""

CLOCK = "jobs/clock.py"
"""The only file that asks what day it is."""

_OURS = {"ledger", "bank", "servicing", "letters", "reports"}
_WORLD = {
    "database": {"sqlalchemy", "sqlite3", "psycopg", "alembic"},
    "file": {"tempfile", "shutil", "glob", "fileinput", "zipfile", "importlib.resources"},
    "log": {"logging", "structlog", "warnings"},
    "clock": {"time", "apscheduler", "freezegun"},
    "random": {"random", "secrets", "uuid"},
    "machine": {"os", "subprocess", "socket", "platform", "getpass", "threading", "multiprocessing"},
    "network": {"urllib.request", "http", "requests", "asyncio"},
    "face": {"click", "tqdm"},
}
_PATH_READS = {"read_text", "write_text", "read_bytes", "write_bytes", "mkdir", "unlink", "rmdir"} | {
    "iterdir", "rglob", "is_file", "is_dir", "touch", "samefile",
}  # fmt: skip
_CLOCK_READS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"), ("time", "ctime"),
    ("func", "now"), ("func", "current_timestamp"), ("func", "current_date"),
}  # fmt: skip
_SQL_CLOCK = re.compile(r"\bcurrent_(timestamp|date|time)\b|\bnow\(\)|\bdate(time)?\('now'", re.IGNORECASE)


def is_shell(source: Source) -> bool:
    """Whether the name of a file says that it touches the world."""
    return source.name in SHELL_FILES or source.package in SHELL_PACKAGES


def impure(source: Source) -> Iterator[str]:
    """Modules that touch database, file, log, clock, random or machine though their name does not say so."""
    if not is_shell(source):
        yield from (f"{source.path}:{line}: {what}" for line, what in effects(source))


def pure_imports_shell(source: Source) -> Iterator[str]:
    """Pure modules that reach the world through a shell they import."""
    if is_shell(source):
        return
    for line, module in _imports(source):
        last = module.rpartition(".")[2]
        if f"{last}.py" in SHELL_FILES and module.split(".")[0] in _OURS:
            yield f"{source.path}:{line}: imports {module}"


def clock_reads(source: Source) -> Iterator[str]:
    """Places other than jobs/clock.py that ask what day or time it is, in Python or (but in tests) in SQL."""
    if source.path == CLOCK:
        return
    docstrings = {id(node.value) for node in source.nodes if isinstance(node, ast.Expr)}
    for node in source.nodes:
        is_text = isinstance(node, ast.Constant) and (source.package == "tests" or id(node) in docstrings)
        if not is_text and (what := _clock_read(node)):
            yield f"{source.path}:{getattr(node, 'lineno', 1)}: {what}"


def effects(source: Source) -> Iterator[tuple[int, str]]:
    """The line and name of every use of database, file, log, clock, random, machine or terminal."""
    yield from sorted({(line, what) for line, module in _imports(source) if (what := _world(module))})
    for node in source.nodes:
        if isinstance(node, ast.Call) and _last(node.func) in {"open", "print", "input"}:
            yield node.lineno, f"file: {_last(node.func)}()"
        if isinstance(node, ast.Attribute) and node.attr in _PATH_READS:
            yield node.lineno, f"file: .{node.attr}"
        if isinstance(node, ast.Attribute) and (what := _clock_read(node)):
            yield node.lineno, f"clock: {what}"


def _world(module: str) -> str:
    """What of the world a module stands for, or nothing."""
    for kind, known in ((kind, known) for kind, modules in _WORLD.items() for known in modules):
        if module == known or module.startswith(f"{known}."):
            return f"{kind}: imports {known}"
    return ""


def _clock_read(node: ast.AST) -> str:
    """How a piece of code asks for the day or time, or nothing."""
    if isinstance(node, ast.Attribute) and (_last(node.value), node.attr) in _CLOCK_READS:
        return ast.unparse(node)
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return "from time import"
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL_CLOCK.search(node.value):
        return repr(node.value[:60])
    return ""


def _imports(source: Source) -> Iterator[tuple[int, str]]:
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _last(node: ast.expr) -> str:
    """The last name of `a.b.c`, else nothing."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
