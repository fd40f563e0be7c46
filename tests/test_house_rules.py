"""The house rules hold for every file, and each rule is shown to be able to fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import pytest

from tests.house import numbers, shells, size, words
from tests.house.source import Rule, Source, repository

FILES = repository()
PYTHON = [source for source in FILES if source.path.endswith(".py")]
CODE = [source for source in PYTHON if source.package not in {"tests", "benchmarks"}]


@cache
def exact_names() -> frozenset[str]:
    return numbers.exact_names(CODE)


def true_divisions(source: Source) -> Iterator[str]:
    yield from numbers.true_divisions(source, exact_names())


CODE_RULES: tuple[Rule, ...] = (
    size.long_files,
    size.long_functions,
    size.many_arguments,
    size.complex_functions,
    size.undocumented,
    shells.impure,
    shells.pure_imports_shell,
    shells.clock_reads,
    numbers.floats,
    true_divisions,
    words.built_sql,
    words.mocks,
    words.years_in_rules,
)
TEXT_RULES: tuple[Rule, ...] = (
    words.machine_paths,
    words.secrets,
    words.citizen_numbers,
    words.dead_links,
)


def named(rule: object) -> str:
    return getattr(rule, "__name__", "")


@pytest.mark.parametrize("rule", CODE_RULES, ids=named)
def test_python_keeps_the_rule(rule: Rule) -> None:
    broken = [line for source in PYTHON for line in rule(source)]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("rule", TEXT_RULES, ids=named)
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    broken = [line for source in FILES for line in rule(source)]
    assert not broken, "\n".join(broken)


def test_functions_are_usually_short() -> None:
    lengths = [size.function_length(function) for source in CODE for function in source.functions]
    assert_distribution("lines a function", lengths, median=6, p95=25)


def test_files_are_usually_short() -> None:
    # Files that hold one docstring would flatter the median.
    lengths = [size.file_length(source) for source in CODE if len(source.tree.body) > 1]
    assert_distribution("lines a file", lengths, median=150, p95=300)


def assert_distribution(what: str, values: Sequence[int], median: int, p95: int) -> None:
    seen = (size.percentile(values, 50), size.percentile(values, 95), max(values))
    assert seen[0] <= median, f"{what}: median / p95 / max {seen}, median over {median}"
    assert seen[1] <= p95, f"{what}: median / p95 / max {seen}, p95 over {p95}"


def test_every_shell_is_known_by_its_name() -> None:
    """The list of pure modules comes from the tree, so that a new file cannot be forgotten."""
    pure = [source.path for source in CODE if not shells.is_shell(source)]
    assert "ledger/money.py" in pure
    assert not [path for path in pure if path.startswith(("jobs/", "backoffice/", "migrations/"))]


ROWS_OF_CODE = "\n".join(["    step()"] * 41)
TEN_BRANCHES = "\n".join(["    if a: pass"] * 8)

TRIES = "    try: pass\n    except ValueError: pass\n"

BAD: tuple[tuple[Rule, str, str], ...] = (
    (size.long_files, "ledger/a.py", "x = 1\n" * 401),
    (size.long_functions, "ledger/a.py", f"def f():\n{ROWS_OF_CODE}\n"),
    (size.many_arguments, "ledger/a.py", "def f(a, b, c, d, e, *, g): ..."),
    (size.many_arguments, "ledger/a.py", "class A:\n    def f(self, a, b, c, d, e, *g): ..."),
    (size.many_arguments, "tests/a.py", "def build(a, b, c, d, e, f): ..."),
    (size.complex_functions, "ledger/a.py", f"def f(a):\n{TEN_BRANCHES}\n"),
    (
        size.complex_functions,
        "ledger/a.py",
        "def f(a):\n    for b in a:\n        while b: pass\n" + TRIES * 6,
    ),
    (size.undocumented, "ledger/a.py", "x = 1"),
    (size.undocumented, "tests/test_a.py", "x = 1"),
    (size.undocumented, "ledger/a.py", '"""A."""\nclass B: ...'),
    (size.undocumented, "ledger/a.py", '"""A."""\nclass B:\n    """B."""\n    def c(self): ...'),
    (shells.impure, "servicing/a.py", "import sqlalchemy as sa"),
    (shells.impure, "servicing/life/a.py", "from sqlalchemy.engine import Connection"),
    (shells.impure, "ledger/a.py", "from importlib import resources"),
    (shells.impure, "ledger/a.py", "def f():\n    import logging"),
    (shells.impure, "ledger/a.py", "open('a')"),
    (shells.impure, "ledger/a.py", "path.read_text()"),
    (shells.impure, "ledger/a.py", "os.environ['A']; import os"),
    (shells.impure, "reports/a.py", "print('a')"),
    (shells.impure, "reports/a.py", "today = datetime.date.today()"),
    (shells.pure_imports_shell, "servicing/a.py", "from ledger.store import append"),
    (shells.pure_imports_shell, "servicing/a.py", "from ledger import tables"),
    (shells.clock_reads, "jobs/night.py", "date.today()"),
    (shells.clock_reads, "jobs/night.py", "datetime.datetime.now(tz)"),
    (shells.clock_reads, "jobs/night.py", "time.time()"),
    (shells.clock_reads, "ledger/tables.py", "Column(server_default=func.now())"),
    (shells.clock_reads, "ledger/store.py", "text('select current_date')"),
    (numbers.floats, "ledger/a.py", "rate = 0.08"),
    (numbers.floats, "servicing/a.py", "float('1')"),
    (numbers.floats, "servicing/a.py", "def f(a: float) -> None: ..."),
    (true_divisions, "ledger/a.py", "def f(days: int) -> int: return days / 365"),
    (true_divisions, "ledger/a.py", "def f(days): return (until - since).days / 365"),
    (true_divisions, "ledger/a.py", "def f(a: int):\n    a /= 2"),
    (true_divisions, "ledger/a.py", "def f(a: Fraction): return a.numerator / 2"),
    (words.built_sql, "ledger/store.py", "text(f'select {a}')"),
    (words.built_sql, "ledger/store.py", "sa.text('select %s' % a)"),
    (words.built_sql, "ledger/store.py", "sa.text('select {}'.format(a))"),
    (words.mocks, "tests/test_a.py", "from unittest.mock import Mock"),
    (words.mocks, "tests/test_a.py", "monkeypatch.setattr(a, 'b', c)"),
    (words.years_in_rules, "servicing/a.py", "if day.year >= 2025: pass"),
    (words.machine_paths, "README.md", "see " + "/root" + "/notes"),
    (words.machine_paths, "README.md", "see shared" + "/design.md"),
    (words.secrets, "a.pem", "-----BEGIN " + "PRIVATE KEY-----"),
    (words.secrets, "a.py", "postgresql://me:" + "hunter2@host/db"),
    (words.citizen_numbers, "tests/a.csv", "Jansen;" + "1112" + "22333;Almere"),
    (words.dead_links, "docs/a.md", "[b](nowhere.md)"),
)

GOOD: tuple[tuple[Rule, str, str], ...] = (
    (size.long_functions, "ledger/a.py", f'def f():\n    """{ROWS_OF_CODE}"""\n'),
    (size.many_arguments, "backoffice/cli/a.py", "@click.command('a')\ndef f(a, b, c, d, e, g): ..."),
    (size.many_arguments, "tests/test_a.py", "def test_f(a, b, c, d, e, g): ..."),
    (size.undocumented, "ledger/a.py", '"""A."""\ndef _b(): ...\nx = 1'),
    (shells.impure, "servicing/store.py", "import sqlalchemy"),
    (shells.impure, "jobs/night.py", "import sqlalchemy, logging"),
    (shells.impure, "servicing/a.py", "from pathlib import PurePath\nfrom datetime import date"),
    (shells.clock_reads, "jobs/clock.py", "datetime.now(tz)"),
    (shells.clock_reads, "ledger/a.py", '"""Never date.today() or now()."""\ntime.monotonic()'),
    (numbers.floats, "servicing/a.py", "if isinstance(value, float): raise NotAnAmount"),
    (numbers.floats, "letters/a.py", "share = 0.5"),
    (true_divisions, "ledger/a.py", "def f(rate: Fraction, days: int): return rate * days / 365"),
    (true_divisions, "ledger/a.py", "def f(a: int, b: int):\n    c = Fraction(a)\n    return c / b"),
    (true_divisions, "ledger/files.py", "folder: Path = here()\nfolder.parent / name; Path.home() / name"),
    (true_divisions, "ledger/files.py", "files(package) / 'config'"),
    (true_divisions, "ledger/files.py", "def f(a: list[Path]): return [b / c for b in a]"),
    (true_divisions, "ledger/a.py", "def f(a: int | Decimal): return b(a) if isinstance(a, int) else a / 2"),
    (words.built_sql, "ledger/store.py", "text('select 1'); node.text()"),
    (words.years_in_rules, "servicing/a.py", "if day >= since: pass"),
    (words.machine_paths, "README.md", "https://law.example/home/article and /usr/lib/postgresql"),
    (words.secrets, "a.py", "postgresql://me@host/db and postgresql://$USER:$PASSWORD@host/db"),
    (words.citizen_numbers, "tests/a.csv", "999990019;100000001;300000005;123456789"),
    (words.dead_links, "docs/a.md", "[b](https://law.example/c) and [d](../docs)"),
)


@pytest.mark.parametrize(("rule", "path", "text"), BAD)
def test_a_bad_file_breaks_the_rule(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text)))


@pytest.mark.parametrize(("rule", "path", "text"), GOOD)
def test_a_good_file_keeps_the_rule(rule: Rule, path: str, text: str) -> None:
    assert not list(rule(Source(path, text)))


def test_every_rule_is_shown_to_be_able_to_fail() -> None:
    shown = {named(rule) for rule, _, _ in BAD}
    assert shown == {named(rule) for rule in CODE_RULES + TEXT_RULES}


def test_a_distribution_that_is_too_long_fails() -> None:
    with pytest.raises(AssertionError, match="median over 6"):
        assert_distribution("lines a function", [1, 7, 7, 9], median=6, p95=25)
    with pytest.raises(AssertionError, match="p95 over 25"):
        assert_distribution("lines a function", [1] * 9 + [26], median=6, p95=25)
