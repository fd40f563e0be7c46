"""A CSV file of receipts that are no bank lines, with the total the payer gives: recorded as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, insert, select

from backoffice.cli.database import Desk
from backoffice.cli.payment_file import Line, checked_lines, headings_of, refuse_lines, rows_of
from backoffice.given_files import content_of
from backoffice.registering import dossiers_of
from ledger.day import number_of, parse_day
from ledger.errors import BadInput
from ledger.money import cents_of, euros
from servicing.decisions.kinds import RECEIPTS_WITHDRAWAL
from servicing.decisions.store import carried_out
from servicing.facts import Draft, FactKind
from servicing.receipts.tables import receipt, receipt_batch
from servicing.receipts.values import Disposition
from servicing.store import record

COLUMNS = ("loan", "date", "gross", "costs", "costs_of", "reference")
KINDS = {
    "set-off": Disposition.SET_OFF,
    "bailiff": Disposition.BAILIFF,
    "trustee": Disposition.TRUSTEE,
    "security": Disposition.SECURITY,
}
"""Set-offs with benefits, remittances of bailiffs, distributions of trustees, proceeds of securities."""

COSTS_OF = ("debtor", "creditor", "")


class Batch(NamedTuple):
    """Whose receipts they are, of which kind, how the payer calls them, and what he says they add up to."""

    creditor: int
    kind: Disposition
    reference: str
    total: int


class Row(NamedTuple):
    """One receipt: its line, loan and day, what the debtor paid, what the payer kept, and whose costs those are."""

    number: int
    loan: int
    day: date
    gross: int
    costs: int
    costs_of: str
    reference: str

    @property
    def is_of_debtor(self) -> int:
        """1 if the debtor bears the costs, else 0."""
        return int(self.costs_of == "debtor")


class Taken(NamedTuple):
    """A batch that was recorded: its number, receipts and net amount in euros; or when it came first."""

    batch: int
    receipts: int
    net: str
    first: str


def import_receipts(desk: Desk, file: Path, batch: Batch, today: date, again: str = "") -> Taken:
    """Record a batch; raises `BadInput` listing every line that cannot be right, or a total that is not theirs.

    The same receipts under another reference are refused, unless it is said why they come `again`.
    """
    digest = hashlib.sha256(repr(batch).encode() + b"\n".join(content_of(file).splitlines())).hexdigest()
    known = desk.connection.execute(select(receipt_batch).where(receipt_batch.c.sha256 == digest)).first()
    if known is not None:
        first = f"first imported on {known.recorded_at[:19]} by {known.actor}"
        if known.id in carried_out(desk.connection, RECEIPTS_WITHDRAWAL):
            raise BadInput(
                f"{file}: is batch {known.id}, {first}, and was taken back: import it under another reference"
            )
        return Taken(known.id, 0, euros(known.net_cents), first)
    _check_new(desk, batch)
    lines = rows_of(file, COLUMNS)
    if not lines:
        raise BadInput(f"{file}: holds no receipts")
    headings, errors = headings_of(desk, lines)
    rows: list[Row] = []
    for number, cells in lines:
        if cells[0] in headings:
            try:
                rows.append(_row(number, headings[cells[0]].id, cells, today))
                _check_creditor(headings[cells[0]].creditor_id, batch)
            except BadInput as wrong:
                errors[number] = str(wrong)
    drafts = [Line(row.number, str(row.loan), draft) for row in rows for draft in _drafts(row, batch)]
    new, refused = checked_lines(drafts, dossiers_of(desk.connection, headings.values()), desk.by.known_on)
    refuse_lines(file, errors | refused)
    net = sum(row.gross - row.costs for row in rows)
    if net != batch.total:
        raise BadInput(f"{file}: its lines add up to {euros(net)} net, the payer says {euros(batch.total)}")
    _refuse_twin(desk, file, batch, rows, again)
    record(desk.connection, [line.draft for line in new], desk.by)
    name = f"{file.name}, again: {again}" if again else file.name
    return Taken(_keep(desk, (name, digest), batch, rows), len(rows), euros(net), "")


def _check_new(desk: Desk, batch: Batch) -> None:
    same = select(receipt_batch.c.id).where(
        receipt_batch.c.creditor_id == batch.creditor,
        receipt_batch.c.kind == int(batch.kind),
        receipt_batch.c.reference == batch.reference,
    )
    found = desk.connection.execute(same).scalar()
    if found is not None:
        raise BadInput(f"reference: {batch.reference!r}: is batch {found} already, with other contents")


def _refuse_twin(desk: Desk, file: Path, batch: Batch, rows: Sequence[Row], again: str) -> None:
    """Refuse receipts that are another batch of the creditor already, loan by loan, day by day and to the cent."""
    query = select(receipt_batch).where(
        receipt_batch.c.creditor_id == batch.creditor, receipt_batch.c.net_cents == batch.total
    )
    gone = carried_out(desk.connection, RECEIPTS_WITHDRAWAL)
    own = sorted((row.loan, number_of(row.day), row.gross, row.costs, row.is_of_debtor) for row in rows)
    columns = [
        receipt.c[name] for name in ("loan_id", "value_date", "gross_cents", "costs_cents", "costs_of_debtor")
    ]
    alike = [
        known
        for known in desk.connection.execute(query.order_by(receipt_batch.c.id)).all()
        if known.id not in gone
        and own
        == sorted(map(tuple, desk.connection.execute(select(*columns).where(receipt.c.batch_id == known.id))))
    ]
    if alike and not again:
        known = alike[0]
        raise BadInput(
            f"{file}: the same receipts (loans, days, amounts) are batch {known.id} already, {known.reference!r}, "
            f"imported on {known.recorded_at[:19]} by {known.actor}: nothing is recorded; if they are paid twice "
            "indeed, say why: --again REASON"
        )
    if again and not alike:
        raise BadInput(f"again: no other batch holds the receipts of {file}: leave --again out")


def _check_creditor(creditor: int, batch: Batch) -> None:
    if creditor != batch.creditor:
        raise BadInput("loan: is of another creditor than the batch; a payment never crosses")


def _row(number: int, loan: int, cells: Sequence[str], today: date) -> Row:
    _, day_text, gross, costs, costs_of, reference = cells
    day = parse_day(day_text)
    if day > today:
        raise BadInput(f"date: {day}: lies after today, {today}")
    if costs_of not in COSTS_OF:
        raise BadInput(f"costs_of: {costs_of[:20]!r}: must be debtor or creditor")
    paid, kept = (cents_of(text.replace(",", ".") or "0") for text in (gross, costs))
    if paid <= 0 or not 0 <= kept <= paid:
        raise BadInput(f"gross {gross}, costs {costs}: gross is above 0, costs are from 0 to gross")
    if kept and not costs_of:
        raise BadInput("costs_of: is missing: whose costs are they, of the debtor or of the creditor?")
    if not reference:
        raise BadInput("reference: is missing: it tells a second receipt from the same line again")
    return Row(number, loan, day, paid, kept, costs_of, reference)


def _drafts(row: Row, batch: Batch) -> list[Draft]:
    """The payment of all the debtor paid; before it the costs that are his, which it pays first."""
    key = f"{batch.kind.text} {batch.reference} {row.reference}"
    source = f"{batch.kind.text} {batch.reference} line {row.number}"
    paid = Draft(row.loan, FactKind.PAYMENT, row.day, key, cents=row.gross, source=source)
    if row.costs and row.costs_of == "debtor":
        return [Draft(row.loan, FactKind.COST, row.day, key, cents=row.costs, source=source), paid]
    return [paid]


def _keep(desk: Desk, file: tuple[str, str], batch: Batch, rows: Sequence[Row]) -> int:
    name, digest = file
    number = (desk.connection.execute(select(func.max(receipt_batch.c.id))).scalar() or 0) + 1
    heading: Mapping[str, object] = {
        "id": number,
        "creditor_id": batch.creditor,
        "kind": int(batch.kind),
        "reference": batch.reference,
        "sha256": digest,
        "name": name,
        "value_date": number_of(max(row.day for row in rows)),
        "net_cents": batch.total,
        "known_on": number_of(desk.by.known_on),
        "actor": desk.by.actor,
        "recorded_at": desk.by.at,
    }
    desk.connection.execute(insert(receipt_batch).values(**heading))
    values = [
        {
            "batch_id": number,
            "nr": place,
            "loan_id": row.loan,
            "value_date": number_of(row.day),
            "gross_cents": row.gross,
            "costs_cents": row.costs,
            "costs_of_debtor": row.is_of_debtor,
            "reference": row.reference,
        }
        for place, row in enumerate(rows, start=1)
    ]
    desk.connection.execute(insert(receipt), values)
    return number
