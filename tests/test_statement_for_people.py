"""The statement as people read it: without the lines that tell nothing, with the balances of the whole."""

from __future__ import annotations

from itertools import pairwise

from sqlalchemy import Engine

from servicing.facts import Draft, FactKind
from tests.nights import at, close_until, tell
from tests.test_statement import lent, read, told


def test_what_corrects_no_amount_is_left_out_for_people_and_stands_in_the_whole(
    sqlite_database: Engine,
) -> None:
    loan = lent(sqlite_database)
    close_until(sqlite_database, at("2024-04-01"))
    deferral = {"from": "2024-03-01", "until": "2024-04-01", "of": "all", "end": "extend"}
    of_principal = deferral | {"from": "2024-02-01", "until": "2024-03-01", "of": "principal"}
    drafts = [
        Draft(loan, FactKind.DEFERRAL, at(str(data["from"])), f"B-{nr}", data=data)
        for nr, data in enumerate((of_principal, deferral))
    ]
    tell(sqlite_database, at("2024-04-02"), *drafts)
    news = read(sqlite_database, loan, "2024-04-02")
    assert ([told(line) for line in news.for_people.not_booked if not line.is_silent], news.silent) == ([], 3)
    close_until(sqlite_database, at("2024-04-02"))
    found = read(sqlite_database, loan, "2024-04-02")
    of_rows = [(line.value_date, line.text) for line in found.lines if "ermijn" in line.text]
    assert [text for _, text in of_rows].count("Correctie op: termijn 1 te betalen") == 1
    # Of the first row only interest fell due, of the second nothing.
    assert [line.text for line in found.for_people.lines if "te betalen" in line.text] == [
        "Termijn 3 te betalen"
    ]
    assert (found.silent, found.for_people.closing) == (5, found.closing)
    assert all(line.balance == before.balance for before, line in pairwise(found.lines) if line.is_silent)
