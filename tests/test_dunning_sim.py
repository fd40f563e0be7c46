"""Random debtors for some months: each proposal is on the naive list, each letter was due (years: make dunning-sim)."""

from __future__ import annotations

from sqlalchemy import Engine

from tests.dunning_sim import simulate


def test_the_set_of_proposals_is_that_of_the_naive_list(sqlite_database: Engine) -> None:
    found = simulate(sqlite_database, seed=6, debtors=14, days=90)
    assert found.differences == []
    assert found.proposals > 30
    assert found.letters > 15
