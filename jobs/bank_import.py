"""A bank file, taken whole or refused whole: its lines kept, what is certain recorded as facts of the loans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from bank.statement import BadStatement, End, Heading
from jobs.bank_matching import Matcher, Source
from jobs.bank_parts import ToldPart, told_in_parts
from jobs.bank_request import Document, Gap, NoStatement, NotYet, Outcome, Overlaps, Request
from jobs.bank_statements import (
    Statement,
    booked_span,
    first_opened_on,
    has_notices,
    held_once,
    known_file,
    last_statement,
    latest_known_on,
    next_numbers,
    no_statement_text,
    not_shown_text,
    one_at_a_time,
    open_gap,
)
from ledger.bulk import append_rows
from ledger.day import day_of, number_of
from ledger.fault_points import reach
from ledger.money import euros
from servicing.receipts.drafts import LineDraft, again, stored
from servicing.receipts.matching import Named
from servicing.receipts.store import add_lines, confirm, known_identities, known_occurrences
from servicing.receipts.tables import bank_file, bank_statement
from servicing.receipts.values import (
    Place,
    StoredLine,
)
from servicing.store import Recorded

LINES_AT_ONCE = 10_000


def import_document(connection: Connection, document: Document, request: Request) -> Outcome:
    """Take a document into the open transaction.

    Raises `BadStatement` for a file that cannot be right, `Gap`, and `NotYet`; the caller undoes the transaction.
    """
    one_at_a_time(connection)
    before = came_before(connection, document.name, document.sha256)
    if before is not None:
        return before
    taking = _Taking(connection, document.name, request)
    for item in document.items:
        match item:
            case LineDraft():
                taking.take(item)
            case Heading():
                taking.begin(item)
            case End():
                taking.end()
    return taking.finish(document.sha256)


def came_before(connection: Connection, name: str, sha256: str) -> Outcome | None:
    """What to say of a file whose contents came before; None for a new one."""
    before = known_file(connection, sha256)
    if before is None:
        return None
    first = f"first imported as {before.name} on {before.recorded_at[:19]} by {before.actor}"
    return Outcome(name, first=first)


def keep_file(connection: Connection, number: int, sha256: str, outcome: Outcome, by: Recorded) -> None:
    """Keep that a file came, and what it brought."""
    counts = (outcome.lines, outcome.new)
    stamp = (number_of(by.known_on), by.actor, by.at)
    row = (number, outcome.creditor, sha256, outcome.name, *counts, *stamp)
    append_rows(connection, bank_file, bank_file.columns.keys(), [row])


class _Taking:
    """A document on its way in; lines go to the database as they come, so that its size does not matter."""

    def __init__(self, connection: Connection, name: str, request: Request) -> None:
        self.connection, self.request = connection, request
        self.outcome = Outcome(name, request.creditor)
        self.file, self.next_statement, self.next_line = next_numbers(connection)
        self.first_statement = self.next_statement
        self.matcher = Matcher(connection, request.by)
        self.buffer: list[LineDraft] = []

    def begin(self, heading: Heading) -> None:
        """Check whose account it is and where it goes on, before any line is kept."""
        creditor = _owner(self.outcome.name, heading, self.request)
        if self.outcome.creditor not in {0, creditor}:
            raise BadStatement(
                f"{self.outcome.name}, line {heading.file_line}: account {heading.account} is of another creditor "
                "than the file before it: each creditor has its own files"
            )
        self.outcome.creditor = creditor
        self.heading = heading
        self.last = last_statement(self.connection, heading.account)
        _check_days(self.outcome.name, heading, self.request)
        overtaken = latest_known_on(self.connection, heading.account)
        if overtaken > number_of(self.request.by.known_on):
            raise NotYet(
                f"{self.outcome.name}: a statement of {heading.account} was imported by hand for the night of "
                f"{day_of(overtaken)}; this one follows then"
            )
        if heading.kind == "054" and self.last is None and not self.request.first_comes:
            raise NoStatement(no_statement_text(self.outcome.name, heading.account))
        self.place = Place(
            heading.account, creditor, self.next_statement, number_of(self.request.by.known_on)
        )
        self.new_cents = self.known_cents = self.lines = self.told = 0
        self.fills = False
        self.twins: list[int] = []
        self.first_new_day = self.request.until
        self.span = booked_span(self.connection, heading.account)
        self.has_notices = has_notices(self.connection, heading.account)
        self.base = self._twins_before()

    def _twins_before(self) -> Mapping[tuple[str, int, int], int]:
        """Lines of the day on which the last statement ended, where this one goes on in the middle of that day.

        Of the page before this one: lines of all its days.
        """
        heading, last = self.heading, self.last
        if not self.request.goes_on or last is None or heading.opening is None:
            return {}
        # The pages of a statement share its number, or its name; a page may end in any of its days.
        is_named = heading.number is not None or heading.statement_id == last.statement_id
        is_page = heading.page > 1 and heading.number == last.number and is_named
        is_next = heading.number is not None and last.number is not None and heading.number > last.number
        goes_on = (is_page or is_next) and heading.opening.cents == last.closing_cents
        # A statement that comes later may have shown this one's lines already; those are no twins.
        before = (heading.number or 0) + 1 if is_page else heading.number or 0
        days = (last.opened_on if is_page else last.closed_on, last.closed_on)
        return known_occurrences(self.connection, heading.account, days, before) if goes_on else {}

    def take(self, line: LineDraft) -> None:
        """Keep a line for the next step."""
        self.buffer.append(line)
        if len(self.buffer) == LINES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Bring the lines at hand in: which are new, and what is certain about those."""
        lines, self.buffer = self.buffer, []
        if not lines:
            return
        last_day = max(line.booked_on for line in lines)
        if last_day > self.request.until:
            raise NotYet(f"{self.outcome.name}: holds {day_of(last_day)}, after {day_of(self.request.until)}")
        if self.base:
            lines = [self._twin(line) for line in lines]
        known = self._known(lines)
        fresh = [line for line in lines if line.identity not in known] if known else lines
        if parts := self._told_in_parts(fresh, {number for number, _ in known.values()}):
            fresh = [line for line in fresh if line.identity not in parts]
        new = [stored(line, self.place, number) for number, line in enumerate(fresh, start=self.next_line)]
        self.next_line += len(new)
        found = [(line.cents, known.get(line.identity)) for line in lines if line.identity not in parts]
        found += [(part.cents, (part.line, part.is_shown)) for own in parts.values() for part in own]
        # What only a notice told before is no repetition: this statement is the first that shows it.
        if self.base and any(one is not None and one[1] for _, one in found):
            raise Overlaps(f"{self.outcome.name}: repeats lines of the last statement")
        self._count(new, found)
        add_lines(self.connection, new)
        reach("bank lines kept")
        named = (Named._make(line.named) for line in fresh)
        self.outcome.matched += self.matcher.take([*zip(new, named, strict=True)], Source(self.outcome.name))

    def _twin(self, line: LineDraft) -> LineDraft:
        before = 0 if line.has_reference else self.base.get(line.key, 0)
        if line.occurrence <= before:
            self.twins.append(line.cents)
        return again(line, self.place.account, before) if before else line

    def _check_twins(self) -> None:
        """Twins that together move nothing are told again if all are, or if the statement opens before their day."""
        heading, last = self.heading, self.last
        moved = sum(self.twins)
        if not self.twins or moved or last is None or heading.opening is None:
            return
        is_all = len(self.twins) == sum(self.base.values())
        if is_all or number_of(heading.opening.day) < last.closed_on:
            raise Overlaps(f"{self.outcome.name}: repeats a day that moved nothing")

    def _known(self, lines: Sequence[LineDraft]) -> dict[bytes, tuple[int, bool]]:
        first, last = (end(line.booked_on for line in lines) for end in (min, max))
        is_apart = first > self.span[1] or last < self.span[0]
        return {} if is_apart else known_identities(self.connection, [line.identity for line in lines])

    def _told_in_parts(self, lines: Sequence[LineDraft], shown: set[int]) -> dict[bytes, list[ToldPart]]:
        """By the identity of a line the parts that notices told of it, none `shown` here; not of one naming a loan."""
        if self.heading.kind != "053" or not self.has_notices:
            return {}
        totals = {line.key: line.identity for line in lines if line.has_reference and not any(line.named)}
        found = told_in_parts(self.connection, self.place.account, totals)
        return {totals[key]: own for key, own in found.items() if shown.isdisjoint(part.line for part in own)}

    def _count(self, new: Sequence[StoredLine], found: Sequence[tuple[int, tuple[int, bool] | None]]) -> None:
        """Add up what is new and what a statement showed before; note what a statement shows for the first time."""
        self.outcome.lines += len(found)
        self.outcome.new += len(new)
        self.lines += len(new)
        self.first_new_day = min([self.first_new_day, *(line.booked_on for line in new)])
        self.new_cents += sum(line.cents for line in new)
        if self.heading.kind == "053":
            self.known_cents += sum(cents for cents, known in found if known and known[1])
            told = [(cents, known[0]) for cents, known in found if known and not known[1]]
            self.told += len(told)
            self.new_cents += sum(cents for cents, _ in told)
            confirm(self.connection, [number for _, number in told], self.place.statement)

    def end(self) -> None:
        """Close a statement: it must go on where the account stood, or say by how much not."""
        self.flush()
        self._check_twins()
        self.outcome.statements += 1
        heading = self.heading
        gap = 0 if heading.kind == "054" else self._gap()
        if heading.kind == "054":
            self._check_notice()
        counted = None
        if heading.opening is not None:
            before = self.last.counted_cents if self.last else heading.opening.cents
            counted = before + self.new_cents
        opening, closing = (
            (number_of(each.day), each.cents) if each else (None, None)
            for each in (heading.opening, heading.closing)
        )
        names = (heading.account, int(heading.kind), heading.statement_id, heading.number)
        row = (
            *(self.next_statement, self.file, self.place.creditor),
            *(*names, *opening, *closing),
            *(counted, gap, self._extends(), self.place.known_on),
        )
        append_rows(self.connection, bank_statement, bank_statement.columns.keys(), [row])
        self.next_statement += 1

    def _extends(self) -> int:
        """Whether the account reaches further by this statement: it is no notice, no repetition and fills no gap."""
        heading, last = self.heading, self.last
        if heading.closing is None or self.fills:
            return 0
        is_new = last is None or self.lines or self.told or number_of(heading.closing.day) > last.closed_on
        return 1 if is_new else 0

    def _gap(self) -> int:
        """By how many cents the statement does not follow what is known; raises `Gap` unless that is allowed."""
        heading, last = self.heading, self.last
        assert heading.opening is not None
        assert heading.closing is not None
        is_repeated = not (self.lines or self.told)
        if last is None or (is_repeated and number_of(heading.closing.day) <= last.closed_on):
            return 0
        gap = heading.opening.cents + self.known_cents - last.closing_cents
        opened, closed = number_of(heading.opening.day), number_of(heading.closing.day)
        is_older = closed < last.closed_on or opened < first_opened_on(self.connection, heading.account)
        waiting = open_gap(self.connection, heading.account) if gap and closed == last.closed_on else 0
        points = heading.opening.cents, heading.closing.cents
        if (
            not self.new_cents
            and closed <= last.closed_on
            and held_once(self.connection, heading.account, points)
        ):
            # Lines that together move nothing: no balance told that they were missing.
            self.fills = True
            return 0
        if waiting and gap == -waiting and not is_older:
            return gap  # it goes on from there, and with it nothing is missing any more
        if is_older or waiting:
            self.fills = True
            return self._filled(last)
        if gap and not self.request.allow_gap:
            raise Gap(_gap_text(self.outcome.name, heading, last, gap))
        if gap:
            self.outcome.gaps.append(_gap_text(self.outcome.name, heading, last, gap))
        return gap

    def _filled(self, last: Statement) -> int:
        """An older statement with lines that are not known: only where a gap waits to be filled."""
        name, account = self.outcome.name, self.heading.account
        waiting = open_gap(self.connection, account)
        assert self.heading.opening is not None
        is_expected = waiting or self.request.together
        if not is_expected or number_of(self.heading.opening.day) < first_opened_on(self.connection, account):
            if last.id >= self.first_statement:
                raise BadStatement(
                    f"{name}, line {self.heading.file_line}: {account}: statement {self.heading.statement_id!r} "
                    "stands behind a later one: in a file the oldest comes first"
                )
            raise Gap(
                f"{name}: {account}: holds {self.lines + self.told} lines that no statement showed before "
                f"{day_of(last.closed_on)}, up to where the account is complete: ask the bank which is right"
            )
        return -self.new_cents

    def _check_notice(self) -> None:
        """A notice may not tell lines of days that a statement closed without them; one beside it may show them yet."""
        if self.lines and self.last is not None and self.new_cents:
            closed = self.last.closed_on
            if self.first_new_day <= closed and not self.request.allow_gap:
                if not self.request.first_comes:
                    raise Gap(not_shown_text(self.outcome.name, closed))
                self.outcome.untold[self.place.statement] = closed

    def finish(self, sha256: str) -> Outcome:
        """Pair what came back, and keep the file itself."""
        self.outcome.returned = self.matcher.pair_returns(self.outcome.creditor)
        keep_file(self.connection, self.file, sha256, self.outcome, self.request.by)
        return self.outcome


def _owner(name: str, heading: Heading, request: Request) -> int:
    creditor = request.owners.get(heading.account)
    if creditor is None:
        raise BadStatement(
            f"{name}, line {heading.file_line}: account {heading.account} is of no creditor here: "
            "config/creditors.yaml names our accounts"
        )
    if request.creditor not in {0, creditor}:
        raise BadStatement(
            f"{name}, line {heading.file_line}: account {heading.account} is of another creditor than this folder "
            "or option names; nothing was booked"
        )
    return creditor


def _check_days(name: str, heading: Heading, request: Request) -> None:
    if heading.closing is not None and number_of(heading.closing.day) > request.until:
        raise NotYet(f"{name}: closes on {heading.closing.day}, after {day_of(request.until)}")


def _gap_text(name: str, heading: Heading, last: Statement, gap: int) -> str:
    assert heading.opening is not None
    return (
        f"{name}: {heading.account}: opens on {heading.opening.day} with {euros(heading.opening.cents)}, but the "
        f"statement before it closed on {day_of(last.closed_on)} with {euros(last.closing_cents)}: "
        f"{euros(gap)} is missing between them; import the missing file first, or record the gap (--record-gap)"
        f"{_told_again(heading, last)}"
    )


def _told_again(heading: Heading, last: Statement) -> str:
    """What to think of where a statement ends as the last one did: its lines may be those of that one."""
    closing = heading.closing
    is_alike = closing is not None and (number_of(closing.day), closing.cents) == (
        last.closed_on,
        last.closing_cents,
    )
    return "; or does it tell the same lines under other references of the bank?" if is_alike else ""
