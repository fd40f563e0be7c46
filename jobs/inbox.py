"""The inbox: a folder for each creditor, whose bank files the night takes before it opens a date.

A file is taken whole in one transaction and then moved to `done`, or to `refused` with the reason beside it. One that
is half written or cannot be read, holds later days, or does not follow the last statement yet, stays and is looked at
again. Several of an account of which none follows are taken together where with all of them nothing is missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from bank.statement import BadStatement
from jobs import clock
from jobs.access import REHEARSAL
from jobs.bank_files import contents, headings_of, import_beside, import_path, our_accounts
from jobs.bank_first import Early, accounts_of, import_with_notices, oldest_first, with_notices
from jobs.bank_reader import Reader
from jobs.bank_request import Gap, NoStatement, NotYet, Outcome, Overlaps, Request
from jobs.bank_statements import open_gap
from jobs.inbox_files import in_order, name_of, why_it_waits
from jobs.run import Run
from jobs.tables import business_day
from ledger.day import number_of
from ledger.errors import BadInput, IoFailed
from ledger.fault_points import reach
from servicing.files import creditors
from servicing.receipts.tables import bank_refusal
from servicing.store import Recorded

DONE, REFUSED = "done", "refused"
NOT_READY = (".part", ".tmp", ".filepart", ".txt")
NIGHT = "night"
"""Who records what the night takes from the inbox."""


class Waiting(NamedTuple):
    """A file that stays in the inbox, and why."""

    file: str
    reason: str


class DoesNotFollow(Waiting):
    """A file that stays because its statement does not follow what is known of its account."""

    __slots__ = ()


class BeforeFirst(DoesNotFollow):
    """A notice that stays because no statement of its account came yet."""

    __slots__ = ()


class _Taking(NamedTuple):
    """Files are taken by a run for a date and a creditor; who reads them, and the folder that comes after this one."""

    run: Run
    day: date
    creditor: int
    reader: Reader
    after: Path | None


def inbox(engine: Engine) -> Path:
    """Where bank files come in: AFLOS_INBOX, else beside the database file, else in the user's data folder."""
    if given := os.environ.get("AFLOS_INBOX"):
        return Path(given)
    if engine.dialect.name == "sqlite" and engine.url.database:
        path = Path(engine.url.database)
        # A rehearsal works on a copy in a folder of its own, and looks into the same inbox.
        folder = path.parent.parent if path.parent.name.startswith(REHEARSAL) else path.parent
        return (folder / path.name).with_suffix(".inbox")
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "aflos" / f"{engine.url.database}.inbox"


def take_inbox(run: Run, day: date, reader: Reader) -> list[Waiting]:
    """Take every file that belongs to a date or an earlier one; those that stay, with the reason.

    Does nothing once the date has begun: what comes later is for the next night.
    """
    waiting: list[Waiting] = []
    folders = _folders(run.access.engine)
    for (creditor, folder), after in zip(folders, [*folders[1:], None], strict=False):
        waiting += _take_folder(_Taking(run, day, creditor, reader, after and after[1]), folder)
    reader.end()
    return waiting


@contextmanager
def reading_begun(engine: Engine) -> Iterator[Reader]:
    """Who reads the files of the inbox, and reads the first of them already."""
    with Reader() as reader:
        files = (path for _, folder in _folders(engine) for path in _files(folder))
        reader.begin(next(files, None))
        yield reader


def _folders(engine: Engine) -> list[tuple[int, Path]]:
    """The creditors that have a folder in the inbox."""
    place = inbox(engine)
    found = ((one.id, place / one.code) for one in creditors().values()) if place.is_dir() else ()
    return [(creditor, folder) for creditor, folder in found if folder.is_dir()]


def announced(engine: Engine) -> dict[str, date]:
    """Up to which day the whole files in the inbox reach, by account; what cannot be read is left out."""
    found: dict[str, date] = {}
    for path in (path for _, folder in _folders(engine) for path in _files(folder)):
        if not why_it_waits(path):
            for heading in headings_of(path):
                if heading.closing is not None:
                    day = max(heading.closing.day, found.get(heading.account, heading.closing.day))
                    found[heading.account] = day
    return found


def _take_folder(taking: _Taking, folder: Path) -> list[Waiting]:
    """Take what can be taken, again while that makes others follow on."""
    accounts = [account for account, owner in our_accounts().items() if owner == taking.creditor]
    files = _files(folder)
    left = taking.run.access.read(lambda connection: oldest_first(connection, files, accounts))
    while True:
        found = dict(_taken(taking, left))
        stay = {path: waiting for path, waiting in found.items() if waiting}
        if len(stay) == len(left):
            together = _take_together(
                taking, [path for path, one in stay.items() if isinstance(one, DoesNotFollow)]
            )
            if not together:
                return list(stay.values())
            stay = {path: waiting for path, waiting in stay.items() if path not in together}
        if not stay:
            return []
        left = list(stay)


def _take_together(taking: _Taking, files: Sequence[Path]) -> list[Path]:
    """Take statements of an account of which none follows by itself, if with all nothing is missing; which it were.

    A statement between them came first, because lines that together move nothing hid that they were missing.
    """
    accounts: dict[str, list[tuple[int, Path]]] = {}
    for path in files:
        headings = headings_of(path)
        if len(headings) == 1 and headings[0].kind == "053":
            accounts.setdefault(headings[0].account, []).append((headings[0].number or 0, path))
    taken: list[Path] = []
    for account, numbered in accounts.items():
        paths = [path for _, path in sorted(numbered)]
        # What is really missing comes before the last of them.
        some = (paths[:count] for count in range(len(paths), 1, -1))
        taken += next((part for part in some if _took(taking, account, part)), [])
    return taken


def _took(taking: _Taking, account: str, paths: Sequence[Path]) -> bool:
    run = taking.run
    taking.reader.expect(None)
    try:
        done = run.write(lambda connection: _import_together(connection, account, paths, taking))
    except BadInput:
        return False
    for path, outcomes in zip(paths, done or (), strict=False):
        reach("bank file kept")
        _move(run, path, DONE, "\n".join(said(one) for one in outcomes))
    return done is not None


def _import_together(
    connection: Connection, account: str, paths: Sequence[Path], taking: _Taking
) -> list[list[Outcome]] | None:
    """Take files into the open transaction; raises `Gap` if more or less of the account is missing then."""
    before, request = open_gap(connection, account), _request(connection, taking)
    if request is None:
        return None
    request = request._replace(allow_gap=True, together=True)
    done = [import_beside(connection, path, request, taking.reader.read) for path in paths]
    if open_gap(connection, account) != before:
        raise Gap(f"{account}: also with {', '.join(path.name for path in paths)} something is missing")
    for outcome in chain.from_iterable(done):
        outcome.gaps.clear()
    return done


def _taken(taking: _Taking, files: Sequence[Path]) -> Iterator[tuple[Path, Waiting | None]]:
    """Take files one after the other; who reads them knows which comes next."""
    beyond, early = _files(taking.after)[:1] if taking.after else [], Early()
    for path, after in zip(files, [*files[1:], *beyond, None], strict=False):
        if early and (done := _with_notices(taking, path, early)):
            early = {one: own for one, own in early.items() if one not in done}
            yield from dict.fromkeys(done).items()
            continue
        taking.reader.expect(after)
        waiting = _take(taking, path)
        early |= {path: accounts_of(path)} if isinstance(waiting, BeforeFirst) else {}
        yield path, waiting


def _with_notices(taking: _Taking, path: Path, early: Early) -> list[Path]:
    """Take a file with the notices that waited for the first statement of its account; which were taken."""
    run = taking.run

    def attempt(notices: Sequence[Path], first: Path) -> list[list[Outcome]] | None:
        taking.reader.expect(None)

        def unit(connection: Connection) -> list[list[Outcome]] | None:
            request, read = _request(connection, taking), taking.reader.read
            return request and import_with_notices(connection, (notices, first), request, read)

        return run.write(unit)

    done = {} if why_it_waits(path) else with_notices(attempt, path, early)
    for one, outcomes in done.items():
        reach("bank file kept")
        _move(run, one, DONE, "\n".join(said(each) for each in outcomes))
    return list(done)


def _files(folder: Path) -> list[Path]:
    try:
        return in_order(
            path
            for path in folder.iterdir()
            if path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in NOT_READY
        )
    except OSError as wrong:
        raise IoFailed(f"{folder}: {wrong.strerror}") from wrong


def _take(taking: _Taking, path: Path) -> Waiting | None:
    """Take one file; why it stays, None if it does not."""
    if why := why_it_waits(path):
        return Waiting(name_of(path), why)
    run, day = taking.run, taking.day
    try:
        done = _taken_whole(taking, path)
    except NoStatement as wrong:
        return BeforeFirst(path.name, str(wrong))
    except Gap as wrong:
        return DoesNotFollow(path.name, str(wrong))
    except NotYet as wrong:
        return Waiting(path.name, str(wrong))
    except BadInput as wrong:
        reason = str(wrong)
        run.write(lambda connection: _note_refusal(connection, path, taking.creditor, day, reason))
        _move(run, path, REFUSED, reason)
        return None
    if done is None:
        return Waiting(path.name, f"{day} has begun: it is for the next night")
    reach("bank file kept")
    _move(run, path, DONE, "\n".join(said(one) for one in done))
    return None


def _taken_whole(taking: _Taking, path: Path) -> list[Outcome] | None:
    """Take one file in a transaction of its own; nothing once the date has begun."""

    def unit(connection: Connection, *, goes_on: bool) -> list[Outcome] | None:
        request = _request(connection, taking)
        read = taking.reader.read
        return request and import_path(connection, path, request._replace(goes_on=goes_on), read)

    try:
        return taking.run.write(partial(unit, goes_on=True))
    except Overlaps:
        return taking.run.write(partial(unit, goes_on=False))


def _request(connection: Connection, taking: _Taking) -> Request | None:
    """What a file is read for; nothing once the date has begun."""
    until = number_of(taking.day)
    begun = select(business_day.c.day).where(business_day.c.day >= until)
    if connection.execute(begun.limit(1)).first() is not None:
        return None
    by = Recorded(NIGHT, taking.day, clock.now_utc().isoformat())
    return Request(by, our_accounts(), taking.creditor, until)


def _note_refusal(connection: Connection, path: Path, creditor: int, day: date, reason: str) -> None:
    """Keep that a file was refused; a file that cannot be opened at all goes by its name."""
    try:
        digest = contents(path)[0].sha256
    except BadStatement:
        digest = path.name
    key = {"sha256": digest, "known_on": number_of(day)}
    known = select(bank_refusal).where(*(bank_refusal.c[name] == value for name, value in key.items()))
    if connection.execute(known).first() is None:
        text: Mapping[str, object] = {"name": path.name, "reason": reason, "creditor_id": creditor}
        at = clock.now_utc().isoformat()
        connection.execute(insert(bank_refusal).values(**key, **text, recorded_at=at))


def _move(run: Run, path: Path, where: str, reason: str) -> None:
    """Move a file out of the inbox with what was said of it; a rehearsal leaves it, and so does who comes too late."""
    if run.access.is_rehearsal or not path.exists():
        return
    target = path.parent / where / path.name
    try:
        target.parent.mkdir(exist_ok=True)
        if target.exists():
            moment = clock.now_utc().strftime("%Y%m%dT%H%M%S")
            target = target.with_name(f"{path.stem}-{moment}{path.suffix}")
        target.with_name(f"{target.name}.txt").write_text(reason + "\n", encoding="utf-8")
        path.replace(target)
    except FileNotFoundError:
        # This run was thought dead, and the one that took over has moved the file.
        return
    except OSError as wrong:
        raise IoFailed(f"{path}: cannot be moved to {target}: {wrong.strerror}") from wrong


def said(outcome: Outcome) -> str:
    """What a file brought, in one line."""
    if outcome.first:
        return f"{outcome.name}: 0 lines booked, {outcome.first}"
    known = outcome.lines - outcome.new
    parts = [f"{outcome.new} new lines", f"{known} known already", f"{outcome.matched} matched"]
    parts += [f"{outcome.returned} returns paired"] if outcome.returned else []
    if outcome.refused is not None:
        parts = [
            f"{outcome.lines} orders told of",
            f"{len(outcome.refused)} refused by the bank",
            *outcome.refused,
        ]
    return "\n".join([f"{outcome.name}: {', '.join(parts)}", *outcome.gaps])
