"""Prints a released run: pages from frozen data, one file with its manifest, and the hand-over, once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine

from backoffice.cli.database import Desk
from backoffice.outbox.choosing import drop
from backoffice.outbox.handing_over import hand_over_run
from backoffice.outgoing_files import write_once
from backoffice.rights import check_right, codes
from jobs import clock
from jobs.business_dates import recorded
from jobs.letters_archive import archive_of, keep_page
from jobs.letters_binding import bound
from jobs.letters_rendering import Rendered, render_all
from ledger.database import reading, writing
from ledger.errors import AflosError
from ledger.fault_points import reach
from letters.files import press
from letters.outbox.page_draft import page_draft
from letters.outbox.print_file import Stack, manifest_of
from letters.outbox.store import add_page, add_steps, letters_of_run, pages_of
from letters.outbox.values import Letter, LetterRefused, Page, Step, sha256_of
from letters.print_runs.store import add_run_step, find_run
from letters.print_runs.values import PrintRun, RunState, RunStep, RunStepName
from letters.render import Press

PAGES_AT_ONCE = 50
"""So many pages are noted in one transaction."""

Left = Literal["left", "not-left"]
"""What a person says of a print whose end is not known."""


@dataclass(frozen=True, slots=True)
class Office:
    """A database and who works with it, for what takes more than one transaction."""

    engine: Engine
    actor: str

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """One transaction in which the person records."""
        with writing(self.engine) as connection:
            yield Desk(connection, recorded(connection, self.actor))


class Printing(NamedTuple):
    """What became of a run: its file, the letters handed over with their pages, and those that were not, with why."""

    run: PrintRun
    file: Path | None
    stack: Stack
    dropped: Mapping[int, str]
    failed: Mapping[int, str]


def print_run(
    office: Office, number: int, folder: Path, *, workers: int = 1, said: Left | None = None
) -> Printing:
    """Print a released run into a folder and record its hand-over.

    Letters that were paid in between fall away, one that cannot become a page waits for a person; all others go.
    Raises `LetterRefused` for a run that was handed over, or whose end is not known unless a person says how it
    ended, and `IoFailed` where the folder takes nothing: then nothing was handed over.
    """
    if _begun(office, number, said) == "handed-over-unknown":
        return _handed_over(office, number, None, ({}, {}))
    dropped, prints = _dated_today(office, number), press()
    failed = _render(office, number, prints, workers)
    return _print(office, number, (folder, prints), (dropped, failed))


def _begun(office: Office, number: int, said: Left | None) -> RunState:
    """Where a run stands that may be printed now, or that a person says has left after all."""
    with office.desk() as desk:
        run = find_run(desk.connection, number)
        check_right(office.actor, "record", run.creditor)
        if run.state == "handed-over-unknown":
            if said == "not-left":
                _step(desk, number, "not-printed", "a person says that it did not leave")
            elif said is None:
                raise LetterRefused(
                    f"run {number}: a print began and its end is not known: look whether the letters left, then say "
                    "--left or --not-left"
                )
            return find_run(desk.connection, number).state
    if run.state != "released" or said is not None:
        raise LetterRefused(f"run {number}: is {run.state}; only a released run is printed, and once")
    return run.state


def _dated_today(office: Office, number: int) -> dict[int, str]:
    """Look once more whether each letter still holds, and give the run today's date where its own has passed (P4)."""
    with office.desk() as desk:
        run, today = find_run(desk.connection, number), clock.today()
        assert run.sending_date is not None
        if run.sending_date > today:
            raise LetterRefused(
                f"run {number}: its letters are dated {run.sending_date}; print it on that day"
            )
        if run.sending_date < today:
            step = RunStep("dated-anew", today, f"not handed over on {run.sending_date}", office.actor)
            add_run_step(desk.connection, run, step, desk.by)
        return drop(desk, letters_of_run(desk.connection, number), today)


def _render(office: Office, number: int, prints: Press, workers: int) -> dict[int, str]:
    """Make the pages that are not there yet; why there is none, by letter."""
    with reading(office.engine) as connection:
        run = find_run(connection, number)
        letters = letters_of_run(connection, number)
        day = run.sending_date
        assert day is not None
        known = pages_of(connection, letters)
    creditor = codes()[run.creditor]
    jobs = [
        (each, page_draft(letter, creditor, day, prints.catalogue))
        for each, letter in letters.items()
        if (each, day) not in known
    ]
    failed: dict[int, str] = {}
    some: list[Rendered] = []
    for found in render_all(jobs, prints, workers):
        some.append(found)
        if len(some) == PAGES_AT_ONCE:
            failed |= _keep(office, letters, some, day)
            some = []
    return failed | _keep(office, letters, some, day)


def _keep(
    office: Office, letters: Mapping[int, Letter], some: Sequence[Rendered], day: date
) -> dict[int, str]:
    """Put pages in the archive and note them; note of a letter without a page why."""
    archive = archive_of(office.engine)
    for each in some:
        if not each.error:
            keep_page(archive, each.content)
    reach("before the pages are noted")
    failed = {each.letter: each.error for each in some if each.error}
    with office.desk() as desk:
        for each in some:
            if not each.error:
                page = Page(each.letter, day, sha256_of(each.content), each.pages, len(each.content))
                add_page(desk.connection, page, desk.by.at)
        steps = {number: Step("failed", 0, day, why, office.actor) for number, why in failed.items()}
        add_steps(desk.connection, steps, letters, desk.by)
    return failed


def _print(
    office: Office,
    number: int,
    where: tuple[Path, Press],
    without: tuple[Mapping[int, str], Mapping[int, str]],
) -> Printing:
    """Write file and manifest and hand over; a print that ends without an answer stays unknown until a person says."""
    with office.desk() as desk:
        stack = _stack(desk.connection, number)
        if not stack.letters:
            return Printing(find_run(desk.connection, number), None, stack, *without)
        _step(desk, number, "printing", str(where[0]))
    reach("before the print file is written")
    try:
        file = _write(office, where, stack)
    except AflosError as wrong:
        with office.desk() as desk:
            _step(desk, number, "not-printed", str(wrong)[:500])
        raise
    reach("before the hand-over is recorded")
    return _handed_over(office, number, file, without)


def _handed_over(
    office: Office, number: int, file: Path | None, without: tuple[Mapping[int, str], Mapping[int, str]]
) -> Printing:
    with office.desk() as desk:
        stack = _stack(desk.connection, number)
        proof = f"print run {number}, manifest sha256 {sha256_of(_manifest(stack))}"
        hand_over_run(desk, find_run(desk.connection, number), stack, proof)
        return Printing(find_run(desk.connection, number), file, stack, *without)


def _stack(connection: Connection, number: int) -> Stack:
    """The letters of a run that have a page for its sending date."""
    run = find_run(connection, number)
    assert run.sending_date is not None
    letters = letters_of_run(connection, number)
    found = pages_of(connection, letters)
    pages = {each: found[each, run.sending_date] for each in letters if (each, run.sending_date) in found}
    code = codes()[run.creditor]
    return Stack(number, run.sending_date, code, {each: letters[each] for each in pages}, pages)


def _step(desk: Desk, number: int, name: RunStepName, note: str) -> None:
    run = find_run(desk.connection, number)
    assert run.sending_date is not None
    add_run_step(desk.connection, run, RunStep(name, run.sending_date, note, desk.by.actor), desk.by)


def _write(office: Office, where: tuple[Path, Press], stack: Stack) -> Path:
    """Write the file for the printer, and its manifest first, so that no letters lie anywhere without their list."""
    folder, prints = where
    name = f"letters-{stack.creditor}-{stack.run:06}-{stack.sent_on}"
    content = bound(stack, prints, archive_of(office.engine))
    write_once(folder, f"{name}.json", _manifest(stack))
    return write_once(folder, f"{name}.pdf", content)[0]


def _manifest(stack: Stack) -> bytes:
    return (json.dumps(manifest_of(stack), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
