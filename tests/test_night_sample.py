"""Which loans a night holds against the journal: some out of the whole book, others each night, all in turn."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, update

from jobs.checkers import MOST_CHECKED, PORTFOLIO_PARTS, CheckFailed, check_night, sample_of
from ledger.database import reading
from servicing.tables import loan_state
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, new_loans
from tests.tamper import tamper

DAY = at("2024-02-01")
LARGE = [(100_000_001, 100_900_000), (700_000_001, 700_100_000)]
ONE_LOAN = [(100_000_007, 100_000_007)]


def test_a_large_book_is_looked_at_from_its_first_loan_to_its_last() -> None:
    found = sample_of(DAY, LARGE)
    assert len(found) == pytest.approx(MOST_CHECKED, abs=len(LARGE))
    gaps = {later - earlier for earlier, later in pairwise(found) if later < LARGE[1][0]}
    assert gaps == {1000}
    assert found[0] - LARGE[0][0] < 1000
    assert LARGE[1][1] - found[-1] < 1000
    assert found == sample_of(DAY, LARGE)
    assert not set(found) & set(sample_of(DAY + timedelta(1), LARGE))


@pytest.mark.parametrize("numbers", [ONE_LOAN, [(100_000_001, 100_000_031), (500_000_001, 500_000_007)]])
def test_all_loans_have_their_turn_once(numbers: list[tuple[int, int]]) -> None:
    nights = [sample_of(DAY + timedelta(night), numbers) for night in range(PORTFOLIO_PARTS)]
    held = [loan for low, high in numbers for loan in range(low, high + 1)]
    assert sorted(loan for night in nights for loan in night) == held
    assert sample_of(DAY, []) == []


def test_the_last_loan_of_a_creditor_is_found_out_too(database: Engine) -> None:
    begin_on(database, DAY)
    *_, last = new_loans(database, [(1, PLAIN_TERMS), (5, PLAIN_TERMS), (5, PLAIN_TERMS)], DAY)
    close_until(database, DAY)
    tamper(database, update(loan_state).where(loan_state.c.loan == last).values(principal_due=1))
    told = []
    with reading(database) as connection:
        for night in range(PORTFOLIO_PARTS):
            try:
                check_night(connection, DAY + timedelta(night))
            except CheckFailed as wrong:
                told.append(str(wrong))
    assert len(told) == 1
    assert f"loan {last}: the journal holds" in told[0]
