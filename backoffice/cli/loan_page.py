"""Everything about one loan, as JSON and as a page: what is known, and what the books do not have yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, select

from backoffice.called_surety import CALLED
from backoffice.cli.fields import written
from backoffice.cli.output import pairs, shown
from backoffice.cli.registered import fact_shown
from backoffice.cli.surety_shown import CALLED_COLUMNS, surety_shown
from backoffice.cli.table import table
from backoffice.registering import dossier_of
from jobs.tables import quarantine
from ledger.day import day_of
from ledger.entry import ACCOUNTS_PER_CREDITOR
from ledger.money import euros
from ledger.store import balances_of_loan
from reports.store import origins_of
from servicing.facts import FactKind
from servicing.history import history_of
from servicing.life.outcome import (
    COST_ACCOUNTS,
    CREDIT_ACCOUNTS,
    INTEREST_ACCOUNTS,
    PRINCIPAL_ACCOUNTS,
    Open,
    RowOutcome,
)
from servicing.registration import Dossier
from servicing.settlement.claim_origin import CLAIMS
from servicing.store import Loan, debtors_of
from servicing.tables import loan_state
from servicing.terms_data import terms_alone, terms_data
from servicing.viewing import View, view_on

Shown = dict[str, object]

NOTHING = euros(0)
SCHEDULE_KINDS = (FactKind.GRANT, FactKind.SCHEDULE)
ROW_COLUMNS = ("nr", "date", "principal", "interest", "due", "paid", "balance", "deferred")
FACT_COLUMNS = (
    "fact",
    "kind",
    "value_date",
    "amount",
    "reference",
    "known_on",
    "booked",
    "withdrawn_by",
    "actor",
)


def shown_loan(connection: Connection, heading: Loan, on: date, codes: Mapping[int, str]) -> Shown:
    """The loan on a day from all that is known now; `books` is what the last night that worked it left.

    `news` are facts the books do not have yet, `coming` those that hold after the day: not in the rows either.
    """
    dossier = dossier_of(connection, heading)
    worked_to = _worked_to(connection, heading.id)
    view = view_on(dossier, on)
    facts = [_fact(dossier, at, worked_to) for at in range(len(dossier.facts))]
    surety = surety_shown(connection, heading, on)
    return {
        "loan": heading.id,
        "external": heading.external,
        "creditor": codes.get(heading.creditor_id, str(heading.creditor_id)),
        "product": heading.product,
        "purpose": heading.purpose,
        "application_date": heading.application_date.isoformat(),
        "decision_date": heading.decision_date.isoformat(),
        "regime": heading.regime,
        **_origin(connection, heading),
        **surety,
        "debtors": debtors_of(connection, heading.id),
        "on": on.isoformat(),
        "state": CALLED if surety.get("still_stands") == NOTHING else view.state,
        "set_aside": _set_aside(connection, heading.id),
        "outstanding": _outstanding(view.open),
        "arrears": _arrears(view),
        "books": _books(connection, heading.id, worked_to),
        "news": [fact["fact"] for fact in facts if not fact["booked"]],
        "coming": [fact.nr for fact in dossier.holding if fact.value_date > on],
        "terms": terms_data(history_of(dossier.facts).terms),
        "schedules": [
            _schedule(dossier, at) for at in range(len(dossier.facts)) if _is_schedule(dossier, at)
        ],
        "facts": facts,
        "rows": [shown_row(row) for row in view.rows],
    }


def _origin(connection: Connection, heading: Loan) -> Shown:
    """Of a claim the scheme of what is reclaimed, and when that was granted; null where nobody told it."""
    if heading.product not in CLAIMS:
        return {}
    found = origins_of(connection, [heading]).get(heading.id)
    return {
        "claim_scheme": found.scheme if found else None,
        "claim_granted": found.granted.isoformat() if found else None,
    }


def page(answer: Shown) -> str:
    """The loan as a page for people."""
    parts = [pairs({key: value for key, value in answer.items() if not _is_nested(value)})]
    for key in ("outstanding", "arrears", "books", "terms"):
        values = answer[key]
        assert isinstance(values, Mapping)
        parts.append(f"{key}\n{pairs(values)}")
    if answer.get("called"):
        parts.append(_section(answer, "called", CALLED_COLUMNS))
    parts += [_section(answer, "schedules", ("from", "fact", "decision", "withdrawn_by"))]
    parts += [_section(answer, "facts", FACT_COLUMNS), _section(answer, "rows", ROW_COLUMNS)]
    return "\n\n".join(parts)


def _is_nested(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(one, dict) for one in value)
    )


def _section(answer: Shown, key: str, columns: Sequence[str]) -> str:
    rows = answer[key]
    assert isinstance(rows, list)
    return f"{key}\n{table(columns, [[shown(row[column]) for column in columns] for row in rows])}"


def _worked_to(connection: Connection, number: int) -> date | None:
    query = select(loan_state.c.worked_to).where(loan_state.c.loan == number)
    found = connection.execute(query).scalar()
    return day_of(found) if found else None


def _set_aside(connection: Connection, number: int) -> str | None:
    """Why the night cannot work the loan, or None."""
    found: str | None = connection.execute(
        select(quarantine.c.error).where(quarantine.c.loan == number)
    ).scalar()
    return found


def _books(connection: Connection, number: int, worked_to: date | None) -> Shown:
    """What the journal holds; interest not booked yet runs on in `outstanding`."""
    balances = balances_of_loan(connection, number)
    held = {account % ACCOUNTS_PER_CREDITOR: cents for account, cents in balances.items()}

    def total(*accounts: int) -> str:
        return euros(sum(held.get(account, 0) for account in accounts))

    return {
        "worked_to": worked_to.isoformat() if worked_to else None,
        "principal": total(*PRINCIPAL_ACCOUNTS),
        "interest": total(*INTEREST_ACCOUNTS),
        "costs": total(*COST_ACCOUNTS),
        "credit": euros(-sum(held.get(account, 0) for account in CREDIT_ACCOUNTS)),
    }


def _outstanding(amounts: Open) -> Shown:
    return {
        "principal": written(amounts.principal),
        "interest": written(amounts.interest),
        "costs": written(amounts.costs),
        "credit": written(amounts.credit),
        "total": written(amounts.total),
    }


def _arrears(view: View) -> Shown:
    return {
        "overdue": written(view.overdue),
        "since": view.late_since.isoformat() if view.late_since else None,
        "days_past_due": view.days_past_due,
    }


def _fact(dossier: Dossier, at: int, worked_to: date | None) -> Shown:
    fact = dossier.facts[at]
    is_booked = worked_to is not None and max(fact.known_on, fact.value_date) <= worked_to
    return {**fact_shown(fact), "booked": is_booked, "withdrawn_by": dossier.withdrawn.get(fact.nr)}


def _is_schedule(dossier: Dossier, at: int) -> bool:
    return dossier.facts[at].kind in SCHEDULE_KINDS


def _schedule(dossier: Dossier, at: int) -> Shown:
    fact = dossier.facts[at]
    return {
        "from": fact.value_date.isoformat(),
        "fact": fact.nr,
        "decision": fact.key,
        "withdrawn_by": dossier.withdrawn.get(fact.nr),
        "terms": terms_alone(fact.said),
    }


def shown_row(row: RowOutcome) -> Shown:
    """A row of the schedule."""
    return {
        "nr": row.nr,
        "date": row.due.isoformat(),
        "principal": written(row.principal),
        "interest": written(row.interest),
        "due": written(row.principal + row.interest),
        "paid": written(row.paid),
        "balance": written(row.balance),
        "deferred": row.deferred,
    }
