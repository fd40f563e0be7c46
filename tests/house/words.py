"""What may stand in no file: machine paths, secrets, citizen numbers, built SQL, mocks, years in rules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.house.source import ROOT, Source

# The patterns are written so that this file does not match them itself.
_PLACES = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users)/|\bshare[d]/(?=\w+\.(?:md|json|yaml))")
_SECRETS = re.compile(
    r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|://[\w.-]+:(?!\*|PASSWORD|\$|\{)[^@\s/'\"]+@"
)
_NINE_DIGITS = re.compile(r"(?<![\w.,+-])\d{9}(?![\w]|[.,]\d)")
_LOAN = re.compile(r"[1-7]0000\d{4}|[1-7]000000\d\d")
_SYNTHETIC = "99999"
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_BUILT = (ast.JoinedStr, ast.BinOp, ast.Call)


def machine_paths(source: Source) -> Iterator[str]:
    """Absolute paths of somebody's machine, and notes that are not part of the repository."""
    yield from _matches(source, _PLACES)


def secrets(source: Source) -> Iterator[str]:
    """Keys, tokens and passwords."""
    yield from _matches(source, _SECRETS)


def citizen_numbers(source: Source) -> Iterator[str]:
    """Numbers that could be somebody's BSN: nine digits that pass the 11-test.

    Synthetic ones start with 99999, which is not given out; loan numbers (creditor, then at least four zeros
    of the sequence) look alike; the lock file holds hashes.
    """
    if source.path == "requirements.lock":
        return
    for match in _NINE_DIGITS.finditer(source.text):
        if _is_bsn(match[0]) and not match[0].startswith(_SYNTHETIC) and not _LOAN.fullmatch(match[0]):
            yield f"{source.path}:{_line(source, match)}: {match[0][:3]}..."


def built_sql(source: Source) -> Iterator[str]:
    """`text()` of SQL that is put together; values are bound, names come from the table objects."""
    for node in source.nodes:
        if not isinstance(node, ast.Call) or _last(node.func) != "text":
            continue
        if node.args and isinstance(node.args[0], _BUILT):
            yield f"{source.path}:{node.lineno}: {ast.unparse(node)[:60]}"


def mocks(source: Source) -> Iterator[str]:
    """Mocks and patched attributes; what cannot be tested without them is to be cut differently."""
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom | ast.Import) and "mock" in ast.unparse(node):
            yield f"{source.path}:{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.Attribute) and _last(node.value) == "monkeypatch" and node.attr == "setattr":
            yield f"{source.path}:{node.lineno}: monkeypatch.setattr"


def years_in_rules(source: Source) -> Iterator[str]:
    """Comparisons of a year with a number; a rule that changed is a second, dated function."""
    for node in source.nodes:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            has_year = any(_last(side) in {"year", "book_year"} for side in sides)
            if has_year and any(isinstance(side, ast.Constant) for side in sides):
                yield f"{source.path}:{node.lineno}: {ast.unparse(node)}"


def dead_links(source: Source) -> Iterator[str]:
    """Links from one page to another that lead nowhere."""
    if not source.path.endswith(".md"):
        return
    for match in _LINK.finditer(source.text):
        target = ROOT / PurePosixPath(source.path).parent / match[1]
        if "://" not in match[1] and not target.exists():
            yield f"{source.path}:{_line(source, match)}: {match[1]}"


def _matches(source: Source, pattern: re.Pattern[str]) -> Iterator[str]:
    for match in pattern.finditer(source.text):
        yield f"{source.path}:{_line(source, match)}: {match[0]}"


def _is_bsn(digits: str) -> bool:
    """The 11-test of the BSN: weights 9 to 2, and -1 for the last digit."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))
    return total % 11 == 0 and digits != "0" * 9


def _line(source: Source, match: re.Match[str]) -> int:
    return source.text.count("\n", 0, match.start()) + 1


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
