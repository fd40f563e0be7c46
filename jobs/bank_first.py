"""The first statement of an account, with the notices that came before it: they are taken first, in one transaction.

A notice (camt.054) alone cannot begin an account, but the statement (camt.053) with which it begins may book as one
amount what the notice tells in parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from bank.statement import Heading
from jobs.bank_files import headings_of, import_beside
from jobs.bank_reader import Read
from jobs.bank_request import Gap, Outcome, Request
from jobs.bank_statements import misplaced, next_numbers
from ledger.errors import BadInput
from servicing.receipts.tables import bank_statement


class Unfit(BadInput):
    """Notices that cannot be taken with a statement; without them it may be."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__(
            f"{', '.join(path.name for path in paths)}: cannot be taken with the first statement"
        )
        self.paths = paths


Early = dict[Path, set[str]]
"""Notices that wait for the first statement of their accounts, each with those: it is read once to know them."""


def accounts_of(path: Path, kind: str = "054") -> set[str]:
    """The accounts of which a file holds notices, or statements (053)."""
    return {one.account for one in headings_of(path) if one.kind == kind}


def with_notices(
    attempt: Callable[[Sequence[Path], Path], list[list[Outcome]] | None], path: Path, notices: Early
) -> dict[Path, list[Outcome]]:
    """Take a file with the waiting notices of its accounts that fit it; what each brought, nothing if none does.

    An attempt is a transaction of its own, by `import_with_notices`.
    """
    accounts = accounts_of(path, "053")
    left = [one for one, own in notices.items() if not accounts.isdisjoint(own)]
    while left:
        try:
            done = attempt(left, path)
        except Unfit as wrong:
            left = [one for one in left if one not in wrong.paths]
        except BadInput:
            break
        else:
            return dict(zip([*left, path], done or (), strict=False))
    return {}


def import_with_notices(
    connection: Connection, files: tuple[Sequence[Path], Path], request: Request, read: Read
) -> list[list[Outcome]]:
    """Take notices and then a statement into the open transaction; raises `Unfit` if some of the notices do not fit."""
    notices, path = files
    since, request = next_numbers(connection)[1], request._replace(first_comes=True)
    done: list[list[Outcome]] = []
    owners: dict[int, Path] = {}
    for notice in notices:
        before = next_numbers(connection)[0]
        try:
            done.append(import_beside(connection, notice, request, read))
        except BadInput as wrong:
            raise Unfit([notice]) from wrong
        owners |= dict.fromkeys(range(before, next_numbers(connection)[0]), notice)
    done.append(import_beside(connection, path, request, read))
    found = misplaced(connection, since, allow_gap=request.allow_gap)
    if unfit := [owners[file] for file in found if file in owners]:
        raise Unfit(unfit)
    if found:
        raise Gap("; ".join(found.values()))
    return done


def oldest_first(connection: Connection, paths: Sequence[Path], accounts: Iterable[str]) -> list[Path]:
    """Files in their order, but where one begins an account the oldest of it first: the books begin with that one."""
    known = set(connection.execute(select(bank_statement.c.account).distinct()).scalars())
    new = set(accounts) - known
    if not new or len(paths) == 1:
        return list(paths)
    begins = {
        path: min(
            (_begins(one) for one in headings_of(path) if one.account in new and one.opening), default=""
        )
        for path in paths
    }
    beginning = iter(sorted((path for path in paths if begins[path]), key=lambda path: begins[path]))
    return [next(beginning) if begins[path] else path for path in paths]


def _begins(heading: Heading) -> str:
    return f"{heading.opening.day} {heading.number or 0:018} {heading.page:018}" if heading.opening else ""
