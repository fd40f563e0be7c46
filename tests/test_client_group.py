"""The group of the client puts business capital in the yearly cycle by itself, in its years of art. 21."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from servicing.facts import Fact, FactKind
from servicing.settlement.interest_years import group_of, years_after
from tests.desk import LOAN, add_loan, good, open_desk, run
from tests.portfolios import PAID_OUT, bring, write_csv
from tests.settled_years import advances, figures

ON = date(2023, 7, 1)


def lent(**changes: str | None) -> None:
    """Worked case 12: applied for in 2023, told then, 84 instalments."""
    day = ON.isoformat()
    with freeze_time(day), authenticated("clerk"):
        granted = {"principal": "30000.00", "instalments": "36", "start": day, "decision_date": day}
        for done in (
            run("debtor", "add", "--name", "S. Jansen", "--on", day),
            add_loan(**granted, **changes),
            run("loan", "disburse", LOAN, "--amount", "30000.00", "--on", day),
        ):
            assert done.code == 0, done.err


def states(on: str) -> dict[str, str]:
    with freeze_time(on):
        return {row["book_year"]: row["state"] for row in good("settle", "list")}


def lines(on: str) -> list[Any]:
    with freeze_time(on):
        return list(good("worklist", "--source", "settlement"))


@pytest.fixture
def desk(sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    return sqlite_database


@pytest.mark.usefixtures("desk")
def test_an_established_client_is_asked_by_itself_in_the_two_years() -> None:
    lent()
    assert states("2024-12-31") == {}
    assert states("2025-01-01") == {"2024-01-01": "year-ended"}
    assert states("2026-04-02") == {"2024-01-01": "request-due", "2025-01-01": "request-due"}
    (asked,) = lines("2025-04-02")
    assert (asked["subject"], asked["reason"]) == (
        LOAN,
        "book year from 2024-01-01: request due since 2025-04-01",
    )
    # The books of this client run from July: those figures take the place of both calendar years.
    with freeze_time("2026-04-03"):
        figures("JR", "profit=9000.00", "household=single", loan=LOAN, year="2024-07-01")
    assert states("2026-04-04") == {"2024-07-01": "figures-received"}


@pytest.mark.usefixtures("desk")
def test_a_starter_is_not_asked_until_the_group_is_told_otherwise() -> None:
    lent(group="starter")
    assert (states("2025-04-02"), lines("2025-04-02")) == ({}, [])
    with freeze_time("2025-04-03"):
        told = good("loan", "group", LOAN, "established", "--document", "B-2")
        assert (told["kind"], told["data"], told["recorded"]) == (
            "client-group",
            {"group": "established"},
            True,
        )
        assert not good("loan", "group", LOAN, "established", "--document", "B-2")["recorded"]
        # The terms that are shown are terms alone.
        shown = good("loan", "show", LOAN)
        assert "group" not in shown["terms"] | shown["schedules"][0]["terms"]
    assert states("2025-04-04") == {"2024-01-01": "request-due"}


def test_imported_capital_without_a_group_is_a_line_and_with_one_is_asked(
    desk: Engine, tmp_path: Path
) -> None:
    loan = PAID_OUT["loans"][0]
    given = PAID_OUT["disbursements"][0]
    bare = PAID_OUT | {
        "loans": [loan, loan | {"number": "L-2", "group": "established"}],
        "disbursements": [given, given | {"loan": "L-2"}],
    }
    bring(desk, write_csv(tmp_path / "a", bare))
    (line,) = [row for row in lines("2026-01-02") if row["subject"] == "almere"]
    assert line["reason"] == f"business capital without a group (1), so nobody is asked for figures: {LOAN}"
    with freeze_time("2026-01-02"):
        assert {str(row["loan"]) for row in good("settle", "list")} == {"100000002"}
        good("loan", "group", LOAN, "starter", "--document", "B-1")
    assert [row for row in lines("2026-01-03") if row["subject"] == "almere"] == []
    # A row that came in without a group may have one later: what was recorded stays.
    again = bare | {"loans": [loan | {"group": "starter"}, bare["loans"][1]]}
    bring(desk, write_csv(tmp_path / "b", again))


@pytest.mark.usefixtures("desk")
def test_only_business_capital_depends_on_the_group() -> None:
    with freeze_time("2025-04-03"):
        good("debtor", "add", "--name", "S. Jansen", "--on", "2025-01-01")
        done = add_loan(product="doorstartfonds_credit", creditor="flevoland", group=None)
        assert done.code == 0, done.err
        number = done.out.split()[1].rstrip(":")
        refused = run("loan", "group", number, "starter", "--document", "B-1")
    assert (refused.code, "only business capital depends on the group" in refused.err) == (2, True)


def test_the_group_told_last_counts_and_nothing_is_guessed() -> None:
    def told(nr: int, kind: FactKind, **data: str) -> Fact:
        return Fact(1, nr, kind, ON, ON, "k", 0, 0, data, "", "")

    assert group_of([told(1, FactKind.GRANT)]) is None
    grant, later = told(1, FactKind.GRANT, group="starter"), told(2, FactKind.CLIENT_GROUP, group="older")
    assert (group_of([grant]), group_of([later, grant])) == ("starter", "older")
    assert [year.since.year for year in years_after(date(2023, 12, 31))] == [2024, 2025]


@pytest.mark.usefixtures("desk")
def test_living_allowance_in_the_same_year_leaves_nothing_to_ask(tmp_path: Path) -> None:
    """Since 2020 a year with living allowance gives no remission (art. 21 lid 1); other years are asked."""
    lent()
    with freeze_time("2026-04-02"), authenticated("manager"):
        advances(tmp_path, 2, "800.00", year=2025)
        rows = {(str(row["loan"]), row["book_year"]): row["state"] for row in good("settle", "list")}
    assert {year for number, year in rows if number == LOAN} == {"2024-01-01"}
