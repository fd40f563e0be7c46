"""How large files and functions may be, and what must be explained."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence

from tests.house.source import Function, Source

LONGEST_FILE, LONGEST_FUNCTION, MOST_ARGUMENTS, HIGHEST_COMPLEXITY = 400, 40, 5, 8

_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler)


def long_files(source: Source) -> Iterator[str]:
    """Files of more than 400 lines."""
    if (lines := file_length(source)) > LONGEST_FILE:
        yield f"{source.path}: {lines} lines"


def long_functions(source: Source) -> Iterator[str]:
    """Functions of more than 40 lines, docstring not counted; a migration is a list of statements, frozen."""
    if source.path.startswith("migrations/versions/"):
        return
    for function in source.functions:
        if (lines := function_length(function)) > LONGEST_FUNCTION:
            yield f"{_place(source, function)}: {lines} lines"


def many_arguments(source: Source) -> Iterator[str]:
    """Functions of more than 5 arguments.

    Not counted: self and cls; commands of click, whose signature is their options by name; tests and
    fixtures, whose arguments are names of fixtures and columns of a table of cases.
    """
    for function in source.functions:
        if (count := _arguments(function)) > MOST_ARGUMENTS and not _is_filled_by_name(source, function):
            yield f"{_place(source, function)}: {count} arguments"


def complex_functions(source: Source) -> Iterator[str]:
    """Functions of complexity above 8."""
    for function in source.functions:
        if (count := complexity(function)) > HIGHEST_COMPLEXITY:
            yield f"{_place(source, function)}: complexity {count}"


def undocumented(source: Source) -> Iterator[str]:
    """Public modules, classes and functions without a docstring; the name of a test is its sentence."""
    if not ast.get_docstring(source.tree):
        yield f"{source.path}:1: no docstring"
    if source.package != "tests":
        yield from _undocumented(source, source.tree.body)


def file_length(source: Source) -> int:
    """Lines of a file."""
    return len(source.text.splitlines())


def function_length(function: Function) -> int:
    """Lines from `def` to the end, the docstring not counted."""
    first = function.body[0]
    is_docstring = ast.get_docstring(function) is not None
    docstring = _end(first) - first.lineno + 1 if is_docstring else 0
    return _end(function) - function.lineno + 1 - docstring


def complexity(function: Function) -> int:
    """One, and one for every branch, loop, handler and case but the default.

    A choice or a comprehension inside an expression is a value, not a path through the function.
    """
    count = 1
    for node in _own_nodes(function):
        is_case = isinstance(node, ast.match_case) and not _is_wildcard(node.pattern)
        count += is_case or isinstance(node, _BRANCHES)
    return count


def percentile(values: Sequence[int], percent: int) -> int:
    """The smallest value that at least `percent` of the values do not exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """What is written in a function, without the functions inside it."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Function):
            yield node
            waiting.extend(ast.iter_child_nodes(node))


def _is_wildcard(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _arguments(function: Function) -> int:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    stars = [star for star in (arguments.vararg, arguments.kwarg) if star]
    return len([one for one in named if one.arg not in {"self", "cls"}]) + len(stars)


def _is_filled_by_name(source: Source, function: Function) -> bool:
    decorators = " ".join(ast.unparse(decorator) for decorator in function.decorator_list)
    is_command = any(word in decorators for word in ("command(", "click.", "group(", "option("))
    is_test = source.package == "tests" and (function.name.startswith("test_") or "fixture" in decorators)
    return is_command or is_test


def _undocumented(source: Source, body: Sequence[ast.stmt]) -> Iterator[str]:
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        if not ast.get_docstring(node) and "overload" not in map(ast.unparse, node.decorator_list):
            yield f"{source.path}:{node.lineno}: {node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(source, node.body)


def _place(source: Source, function: Function) -> str:
    return f"{source.path}:{function.lineno}: {function.name}"


def _end(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno
