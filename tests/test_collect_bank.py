"""Our own collections in a bank statement: one by one, a block as one line, and coming back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.database import reading
from servicing.collecting.mandates import life_of, mandates_of
from servicing.collecting.store import came_back, collected_before, dropped, past_of
from servicing.store import facts_of
from tests.bank_account import Account, Real, write
from tests.bank_desk import (
    BLOCK,
    FIRST,
    INSTALMENT,
    balance,
    differences,
    give_to_bank,
    kinds,
    money,
    name_of,
    open_books,
    take,
    waiting,
)
from tests.nights import close_until

LATER = FIRST + timedelta(days=4)


@pytest.fixture
def loans(database: Engine) -> list[int]:
    """Two loans of one creditor whose first instalments are with the bank to be collected."""
    numbers = open_books(database, 1, 1)
    give_to_bank(database, numbers)
    return numbers


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
