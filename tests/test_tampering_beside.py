"""J1, J2: what is sealed beside the facts of loans, and rows that belong to no night: if changed, they are named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine, Table, delete, insert, select, update

from jobs.manifest import folder
from jobs.tables import business_day, config_set, config_version
from jobs.verify_states import LANE, TERMS, kept_states, wrong_state
from ledger.database import reading, writing
from ledger.day import number_of
from ledger.period import PeriodClosing
from ledger.store import record_closing
from ledger.tables import day_total, journal, period_closing
from letters.outbox import values as letters
from letters.outbox.store import add_letters, add_sent, add_steps, letters_by_number
from letters.outbox.tables import letter, letter_loan, letter_sent, letter_step
from letters.outbox.values import LetterDraft, OnLoan, Sent
from servicing.creditors.store import begin_quiet, lift_quiet
from servicing.creditors.tables import creditor_fact
from servicing.debtors.store import merge
from servicing.debtors.tables import debtor_merge
from servicing.decisions.proposal import Proposed, Step
from servicing.decisions.store import add_decision, add_step
from servicing.decisions.tables import decision, decision_step
from servicing.facts import Draft, FactKind
from servicing.store import Loan, add_loan, facts_of, record
from servicing.tables import fact, loan, loan_debtor, loan_state
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, stamp
from tests.tamper import all_of, found, other, row_is, tamper, without_triggers

DAY = at("2024-01-31")
BEFORE = at("2024-01-30")
TABLES = (
    creditor_fact,
    decision,
    decision_step,
    period_closing,
    debtor_merge,
    loan,
    loan_debtor,
    letter,
    letter_loan,
    letter_step,
    letter_sent,
)


@pytest.fixture
def office(database: Engine) -> Engine:
    """The same on each engine."""
    return prepared(database)


def prepared(database: Engine) -> Engine:
    """One closed night with a decision, a quiet period, a merge, a closed month, a loan of two debtors, a letter."""
    begin_on(database, DAY)
    by = stamp(database, DAY)
    with writing(database) as connection:
        for number in (1, 2, 3):
            row = {"id": number, "actor": "test", "source": "", "recorded_at": by.at}
            connection.execute(insert(loan_debtor.metadata.tables["debtor"]).values(row))
        heading = Loan(0, 1, "bbz_business_capital", None, "a van", DAY, DAY, "from-2020")
        number = add_loan(connection, heading, [1, 2], by)
        paid_out = Draft(number, FactKind.DISBURSEMENT, at("2024-01-01"), "first", cents=25_000_00)
        record(connection, [Draft(number, FactKind.GRANT, DAY, "grant", data=PLAIN_TERMS), paid_out], by)
        proposed = Proposed("write-off", number, "B-1", DAY, 100_00, document="B-1")
        step = Step("rejected", 0, DAY, "no", "approver", by.known_on)
        add_step(connection, add_decision(connection, proposed, 100_00, 2, by), step, by)
        draft = LetterDraft(
            "a letter", "reminder", 1, 1, [OnLoan(number, 2)], {"open_total": 100}, demanded=100
        )
        (sent,) = add_letters(connection, [draft], DAY, by)
        said = letters.Step("held", 0, DAY, "ask first", "test")
        add_steps(connection, {sent: said}, letters_by_number(connection, [sent]), by)
        add_sent(connection, [Sent(sent, 1, DAY, None, "", "a list")], by)
        begin_quiet(connection, 1, DAY, by)
        lift_quiet(connection, 1, DAY, "equal", by)
        merge(connection, 3, 2, "one person", by)
        closing = PeriodClosing(1, 202312, closed=True, known_on=by.known_on, actor="test", recorded_at=by.at)
        record_closing(connection, closing)
    close_until(database, DAY)
    without_triggers(database)
    return database


def rows_of(engine: Engine, table: Table) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key)))


def named(engine: Engine, table: Table) -> bool:
    """Whether verify names the table with the date from which its rows are known."""
    tables = {one.what.partition(":")[0] for one in found(engine) if one.business_date == DAY}
    return table.name in tables


def test_j1_j2_what_is_recorded_beside_the_facts_is_sealed(office: Engine) -> None:
    assert found(office) == []
    for table in TABLES:
        row = rows_of(office, table)[-1]
        # Of loan_debtor this makes another person owe the loan.
        for column in {"cents", "actor", "reason", "period", "debtor_id", "fields"} & {*row._fields}:
            old, new = getattr(row, column), other(getattr(row, column))
            tamper(office, update(table).where(row_is(table, row)).values({column: new}))
            assert named(office, table), f"{table.name}.{column}"
            changed = row._asdict() | {column: new}
            back = all_of(key == changed[key.name] for key in table.primary_key.columns)
            tamper(office, update(table).where(back).values({column: old}))
        tamper(office, delete(table).where(row_is(table, row)))
        assert named(office, table), f"a row of {table.name} deleted"
        tamper(office, insert(table).values(**row._asdict()))
    assert found(office) == []


def test_j1_a_configuration_that_was_kept_is_not_changed_unseen(sqlite_database: Engine) -> None:
    office = prepared(sqlite_database)
    (kept, *_) = rows_of(office, config_version)
    (path,) = {row.path for row in rows_of(office, config_set) if row.sha256 == kept.sha256}
    tamper(
        office, update(config_version).where(row_is(config_version, kept)).values(content=kept.content + " ")
    )
    assert [one.what for one in found(office)] == [
        f"configuration {path}: is not the file that the nights used"
    ]
    tamper(office, delete(config_set).where(config_set.c.path == path))
    assert "put in, out or exchanged" in found(office)[-1].what


def test_j1_each_number_of_the_state_row_is_held_against_the_facts(sqlite_database: Engine) -> None:
    office = prepared(sqlite_database)
    ((number, *_),) = rows_of(office, loan)
    with reading(office) as connection:
        facts, held = facts_of(connection, [number])[number], kept_states(connection, [number])[number]
    assert held.lane, "a loan of the short lane, so that its numbers count too"
    assert list(wrong_state(number, facts, held, DAY)) == []
    for column in ("worked_to", "next_event", *TERMS, *LANE, "accrued_to", "day_cents"):
        changed = getattr(held, column) + 10_000
        (wrong,) = wrong_state(number, facts, held._replace(**{column: changed}), DAY)
        assert (wrong.loan, str(changed) in wrong.what) == (number, True), column


def test_j2_a_state_row_from_which_nights_work_is_not_taken_out_unseen(office: Engine) -> None:
    (row,) = rows_of(office, loan_state)
    tamper(office, update(loan_state).values(loan=row.loan + 7))
    assert {(one.loan, one.what) for one in found(office)} == {
        (row.loan, "has no state row: no night would work it"),
        (row.loan + 7, "has a state row, but there is no such loan"),
    }


def test_j2_what_other_rows_name_is_not_taken_out_unseen(sqlite_database: Engine) -> None:
    office = prepared(sqlite_database)
    (total, *_) = rows_of(office, day_total)
    gone = {"creditor": 7, "debtor": 2, "account": total.account}
    for name, number in gone.items():
        table = day_total.metadata.tables[name]
        tamper(office, delete(table).where(table.c.id == number))
    (kept, *_) = rows_of(office, config_version)
    tamper(office, delete(config_version).where(row_is(config_version, kept)))
    named = {one.what.partition(" is gone: ")[0] for one in found(office)}
    assert named == {*(f"{name} {number}" for name, number in gone.items()), f"config_version {kept.sha256}"}


def test_j2_a_past_before_the_first_night_is_found(office: Engine) -> None:
    (loan_id, *_), *_ = rows_of(office, fact)
    grant, _ = rows_of(office, fact)
    early = grant._asdict() | {
        "nr": 3,
        "kind": int(FactKind.COST),
        "key": "forged",
        "known_on": number_of(BEFORE),
    }
    decided = rows_of(office, decision)[0]._asdict() | {"id": 2, "reference": "B-2", "known_on": 20240130}
    tamper(office, insert(fact).values(early), insert(decision).values(decided))
    told = {
        (one.loan, one.what.partition(" known")[0]) for one in found(office) if one.business_date == BEFORE
    }
    assert told == {(loan_id, "fact 3 is"), (0, "decision: rows are")}


def test_j2_a_posting_of_a_date_that_no_night_worked_is_found(office: Engine) -> None:
    row, *_ = rows_of(office, journal)
    forged = row._asdict() | {"business_date": number_of(BEFORE)}
    total = {
        "business_date": number_of(BEFORE),
        "account": row.debit,
        "debit_cents": row.cents,
        "credit_cents": 0,
    }
    opposite = total | {"account": row.credit, "debit_cents": 0, "credit_cents": row.cents}
    # He knows the program: the totals of that date are made to fit.
    tamper(
        office,
        insert(journal).values(forged),
        *(insert(day_total).values(each) for each in (total, opposite)),
    )
    assert [one.key for one in found(office) if "no night worked" in one.what] == [
        f"{row.loan}:{BEFORE}:disbursement:1"
    ]


def test_j1_a_manifest_of_any_content_is_found_and_stops_nothing(sqlite_database: Engine) -> None:
    office = prepared(sqlite_database)
    (row,) = [each for each in rows_of(office, business_day) if each.state == "closed"]
    parts: tuple[str | dict[str, object], ...] = (
        {"quarantined": 5, "seal": "x"},
        {"quarantined": [1, {}, {"loan": "x"}], "seal": None},
        {"facts": {"x": "y", "1:2:3": None}},
        {"facts": [], "beside": [], "seal": {}},
        {"beside": {"decision": 7, "no such table": "x"}},
        "[" * 100_000,
    )
    for part in parts:
        content = part if isinstance(part, str) else json.dumps(json.loads(row.manifest) | part)
        tamper(office, update(business_day).where(row_is(business_day, row)).values(manifest=content))
        (folder(office) / f"{DAY}.json").write_text(content)
        assert DAY in {one.business_date for one in found(office)}, content[:60]
