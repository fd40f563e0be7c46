"""A folder into the database: read, checked, loaded and proven, all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from backoffice.installation import install
from backoffice.portfolio.checking import Setting, check
from backoffice.portfolio.comparing import compare
from backoffice.portfolio.known import NOTHING, known_of
from backoffice.portfolio.loading import Batch, Counts, Loader, add_batch, batch_of, load, stamp_for
from backoffice.portfolio.portfolio import Portfolio
from backoffice.portfolio.problems import Problems
from backoffice.portfolio.quieting import begin_quiet_periods
from backoffice.portfolio.reading import read_folder
from backoffice.portfolio.totals import COUNTS, proof_of, together, totals_of
from jobs import clock
from ledger.database import check_schema, reading, writing
from ledger.errors import Held
from ledger.files import chart_of_accounts
from ledger.store import install_chart
from migrations.upgrade import current_revision
from servicing.debtors.secrets import key_ring
from servicing.files import creditors, law, products

COUNTED = ("debtors", *COUNTS, "representatives")
"""What is counted by whether it was new."""


class Request(NamedTuple):
    """What is asked: the folder, how its text is encoded, the cut-over date if it is not in the files."""

    folder: Path
    actor: str
    encoding: str = "utf-8"
    cut_over: date | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought: the proof totals, how many rows were new, and what was odd."""

    name: str
    dry_run: bool
    came_first: str | None
    cut_over: date | None = None
    first_business_date: date | None = None
    counts: Counts = field(default_factory=Counts)
    proof: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    warning_count: int = 0
    quiet: Mapping[str, date] = field(default_factory=dict)
    """Creditors whose quiet period began with this import, with its first day."""

    def data(self) -> dict[str, object]:
        """The result as --json shows it."""
        return {
            "folder": self.name,
            "dry_run": self.dry_run,
            "imported_before": self.came_first,
            "cut_over": self.cut_over.isoformat() if self.cut_over else None,
            "first_business_date": self.first_business_date.isoformat() if self.first_business_date else None,
            "new": {name: self.counts.new[name] for name in COUNTED},
            "known": {name: self.counts.known[name] for name in COUNTED},
            **self.proof,
            "quiet": {creditor: since.isoformat() for creditor, since in self.quiet.items()},
            "warnings": list(self.warnings),
        }


def import_portfolio(
    engine: Engine | None, request: Request, make: Callable[[], Engine] | None = None
) -> Imported:
    """Bring a folder in; `engine` None is a database that is not there yet, made when nothing is wrong.

    Raises `PortfolioRefused` with every error in the files, and `Misconfigured` when a BSN is to be kept and
    there is no key.
    """
    problems = Problems()
    folder = read_folder(request.folder, request.encoding, problems)
    fresh = engine is None or current_revision(engine) is None
    first = None if engine is None or fresh or problems.error_count else _came_first(engine, folder.sha256)
    if first is not None:
        return Imported(folder.name, request.dry_run, first.recorded_at, first.cut_over, proof=first.totals)
    setting = Setting(clock.today(), creditors(), products(), law(), request.cut_over)
    portfolio = check(folder, setting, problems)
    if fresh:
        compare(portfolio, NOTHING, problems)
    problems.stop()
    _must_have_key(portfolio)
    if fresh and request.dry_run:
        return _foreseen(portfolio, problems)
    ready = engine or _made(make)
    if fresh:
        install(ready)
    return _kept_or_not(ready, portfolio, request, setting, problems)


def _must_have_key(portfolio: Portfolio) -> None:
    """Raise `Misconfigured` when there is a BSN and no key to keep it under."""
    if any(row.bsn for row in portfolio.debtors):
        key_ring()


def _made(make: Callable[[], Engine] | None) -> Engine:
    assert make is not None, "a database that is not there must be made"
    return make()


def _came_first(engine: Engine, sha256: str) -> Batch | None:
    with reading(engine) as connection:
        check_schema(connection)
        return batch_of(connection, sha256)


def _kept_or_not(
    engine: Engine, portfolio: Portfolio, request: Request, setting: Setting, problems: Problems
) -> Imported:
    """One transaction; a dry run does all of it and takes it back."""
    try:
        with writing(engine) as connection:
            done = _load(connection, portfolio, request, setting, problems)
            if request.dry_run:
                connection.rollback()
    except IntegrityError as wrong:
        raise Held(f"somebody recorded the same meanwhile; try again ({wrong.orig})") from wrong
    return done


def _load(
    connection: Connection, portfolio: Portfolio, request: Request, setting: Setting, problems: Problems
) -> Imported:
    owners = [(one.id, one.code, one.name, one.iban) for one in setting.creditors.values()]
    install_chart(connection, owners, chart_of_accounts())
    known = known_of(connection, portfolio, setting.creditors)
    compare(portfolio, known, problems)
    problems.stop()
    stamp = stamp_for(connection, portfolio, request.actor)
    quieted = begin_quiet_periods(connection, portfolio, known, setting.creditors, stamp.by)
    counts = load(Loader(connection, portfolio, known, stamp, problems), setting.creditors)
    problems.stop()
    proof = proof_of(totals_of(portfolio, known))
    add_batch(connection, portfolio, proof, stamp.by)
    return Imported(
        portfolio.name,
        request.dry_run,
        None,
        portfolio.cut_over,
        stamp.history_from or stamp.by.known_on,
        counts,
        proof,
        problems.warnings,
        problems.warning_count,
        quieted,
    )


def _foreseen(portfolio: Portfolio, problems: Problems) -> Imported:
    """What an import into a database that is not there yet would bring."""
    totals = totals_of(portfolio, NOTHING)
    counts = Counts(Counter({name: together(totals).sums.get(name, 0) for name in COUNTS}))
    counts.new["debtors"] = len(portfolio.debtors)
    counts.new["representatives"] = len(portfolio.representatives)
    return Imported(
        portfolio.name,
        dry_run=True,
        came_first=None,
        cut_over=portfolio.cut_over,
        first_business_date=None,
        counts=counts,
        proof=proof_of(totals),
        warnings=problems.warnings,
        warning_count=problems.warning_count,
    )
