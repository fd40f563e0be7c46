"""Our own collections in a bank statement: one by one, a block as one line, and coming back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.database import reading, writing
from ledger.day import number_of
from servicing.collecting.mandates import life_of, mandate_draft, mandates_of
from servicing.collecting.released import Collected, Run
from servicing.collecting.store import add_run, came_back, collected_before, dropped, past_of
from servicing.store import facts_of, record
from tests.bank_account import Account, Real, write
from tests.bank_desk import FIRST, INSTALMENT, balance, differences, kinds, money, open_books, take, waiting
from tests.nights import close_until, stamp

BLOCK = "INC-0001-000001-001"
LATER = FIRST + timedelta(days=4)


@pytest.fixture
def loans(database: Engine) -> list[int]:
    """Two loans of one creditor whose first instalments are with the bank to be collected."""
    numbers = open_books(database, 1, 1)
    by = stamp(database, FIRST)
    with writing(database) as connection:
        for number in numbers:
            signed = mandate_draft(
                number, f"M-{number}", ("S. Jansen", "NL60TEST0340000004"), date(2024, 1, 2), "scan"
            )
            record(connection, [signed], by)
        known = facts_of(connection, numbers)
        signed_by = {number: mandates_of(known[number])[0].fact for number in numbers}
        rows = [
            Collected(
                number,
                number_of(FIRST),
                1,
                name_of(number),
                BLOCK,
                INSTALMENT,
                number_of(FIRST),
                fact,
                "FRST",
            )
            for number, fact in signed_by.items()
        ]
        holder = ("NL44TEST0340000001", "Gemeente Almere", "NL70ZZZ000000010000")
        stamps = ("2024-01-20T10:00:00", "0" * 64, "one", "other", by.at)
        add_run(connection, Run(1, 1, "INC-0001-000001", *holder, 2, 2 * INSTALMENT, *stamps), rows)
    return numbers


def name_of(loan: int) -> str:
    return f"INC-{loan}-20240201"


def collected(loan: int) -> Real:
    return Real(FIRST, INSTALMENT, f"R{loan}", end_to_end=name_of(loan))


def returned(loan: int, reason: str) -> Real:
    return Real(LATER, -INSTALMENT, f"B{loan}", end_to_end=name_of(loan), reason=reason)


def as_block(text: str) -> str:
    """The first entry of a file as a bank books a block: one line, no details."""
    begin, end = text.index("<NtryDtls>"), text.index("</NtryDtls>")
    batch = f"<NtryDtls><Btch><PmtInfId>{BLOCK}</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>"
    return text[:begin] + batch + text[end:]


def life(engine: Engine, loan: int) -> str:
    with reading(engine) as connection:
        (mandate,) = mandates_of(facts_of(connection, [loan])[loan])
        before = collected_before(connection, [loan])[loan]
        ids = [each.end_to_end for each in before]
        past = past_of(before, came_back(connection, ids), dropped(connection, ids))
    return life_of(mandate, past[mandate.fact], LATER)


def test_our_own_collection_is_for_its_loan_without_any_reference(
    database: Engine, loans: list[int], tmp_path: Path
) -> None:
    account = Account(lines=[collected(loan) for loan in loans])
    (outcome,) = take(database, write(tmp_path, "1.xml", account.statement()), FIRST)
    assert (outcome.new, outcome.matched) == (2, 2)
    assert [[fact.cents for fact in money(database, loan)] for loan in loans] == [[INSTALMENT]] * 2
    close_until(database, FIRST)
    assert (balance(database, 1310), balance(database, 1320), balance(database, 1100)) == (0, 0, 0)
    assert differences(database) == []


def test_e4_a_block_that_the_bank_books_as_one_line_is_divided_over_its_loans(
    database: Engine, loans: list[int], tmp_path: Path
) -> None:
    account = Account(lines=[Real(FIRST, 2 * INSTALMENT, "R1")])
    (outcome,) = take(database, write(tmp_path, "1.xml", as_block(account.statement())), FIRST)
    assert (outcome.new, outcome.matched) == (1, 1)
    assert kinds(database, 1) == ["loan", "loan"]
    assert [[fact.cents for fact in money(database, loan)] for loan in loans] == [[INSTALMENT]] * 2
    close_until(database, FIRST)
    assert balance(database, 1100) == 0
    assert differences(database) == []


def test_a_block_of_another_amount_waits_for_a_person(
    database: Engine, loans: list[int], tmp_path: Path
) -> None:
    account = Account(lines=[Real(FIRST, INSTALMENT, "R1")])
    take(database, write(tmp_path, "1.xml", as_block(account.statement())), FIRST)
    assert len(waiting(database)) == 1
    assert money(database, loans[0]) == []


@pytest.mark.parametrize("is_block", [False, True])
@pytest.mark.parametrize(("reason", "state"), [("AM04", "signed"), ("MD07", "stopped")])
def test_e13_a_collection_that_comes_back_opens_its_instalment_again(
    database: Engine, loans: list[int], tmp_path: Path, reason: str, state: str, *, is_block: bool
) -> None:
    paid = [Real(FIRST, 2 * INSTALMENT, "R1")] if is_block else [collected(loan) for loan in loans]
    account = Account(lines=[*paid, returned(loans[1], reason)])
    first = account.statement(0, len(paid))
    take(database, write(tmp_path, "1.xml", as_block(first) if is_block else first), FIRST)
    close_until(database, FIRST)
    assert life(database, loans[1]) == "first"
    take(database, write(tmp_path, "2.xml", account.statement(len(paid))), LATER)
    close_until(database, LATER)
    assert [fact.kind.text for fact in money(database, loans[0])] == ["payment"]
    assert [fact.kind.text for fact in money(database, loans[1])] == ["payment", "reversal"]
    assert balance(database, 1310) + balance(database, 1320) == INSTALMENT
    assert balance(database, 1100) == 0
    assert differences(database) == []
    assert life(database, loans[1]) == state
