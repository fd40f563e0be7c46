"""Three clients over four years, told as the office would: what they got, earned, owed and paid, to the cent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from tests.desk import add_debtor, open_desk, run
from tests.nights import at, close_until, sums
from tests.offices import good_by, open_office
from tests.settled_years import HEADING, decided, figures, handed_over, weighing

WHY = ("--reason", "Afgewogen in het gesprek met de cliënt")
TAX = "income_tax_percent=20"
MODE_II = 'choices: {art13.mode: {2020-01-01: {value: ii, source: "Besluit 2020-9"}}}'


@pytest.fixture
def office(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """An office with people and one client, before anything happened."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    with freeze_time("2022-01-03"):
        assert add_debtor().code == 0
    open_office(tmp_path, monkeypatch, MODE_II)
    return sqlite_database


def year(folder: Path, number: int, months: int, amount: str, group: str) -> str:
    """The advances of a year, brought in on its last day; the loan they are on."""
    names = [f"{number}-{month:02}" for month in range(1, months + 1)]
    lines = [f"1;;{name};{amount};;single;{group};;{name}-24;{name}\n" for name in names]
    file = folder / f"{number}.csv"
    file.write_text(HEADING + "".join(lines), encoding="utf-8")
    totals = [word for name in names for word in ("--total", f"{name}={amount}")]
    with freeze_time(f"{number}-12-31"), authenticated("clerk"):
        done = run("import", "advances", str(file), "--creditor", "almere", *totals)
        assert done.code == 0, done.err
        loans = good_by("clerk", "settle", "list")
    return str(loans[-1]["loan"])


def settled(loan: str, number: int, *given: str, reclaim: str = "") -> int:
    """Figures in May, proposed and heard in June, decided, approved and sent on 1 July of the year after."""
    after = number + 1
    with freeze_time(f"{after}-05-10"), authenticated("clerk"):
        figures(f"JR-{number}", *given, loan=loan, year=str(number))
    with freeze_time(f"{after}-06-01"):
        good_by("clerk", "settle", "propose")
        row = the_row(loan)
        if row["state"] == "hearing-due":
            words = ("--on", f"{after}-06-01", "--document", "zienswijze", "--year", str(number))
            good_by("clerk", "settle", "step", loan, "hearing", *words)
    with freeze_time(f"{after}-07-01"):
        amount = ("--reclaim", reclaim) if reclaim else ()
        weighed = (*weighing(), *WHY) if row["reclaim"] != "0.00" else ()
        decision = decided("--year", str(number), *amount, *weighed, loan=loan)
        if good_by("clerk", "decide", "show", str(decision))["state"] == "fixed-not-announced":
            handed_over(decision, f"{after}-07-01")
    return decision


def the_row(loan: str) -> dict[str, Any]:
    return next(dict(row) for row in good_by("clerk", "settle", "list") if str(row["loan"]) == loan)


def books(engine: Engine, day: str) -> dict[int, dict[int, int]]:
    """The balances by loan and account after the one night that knows it all."""
    with freeze_time(f"{at(day).replace(day=at(day).day + 1)}"):
        close_until(engine, at(day))
    found: dict[int, dict[int, int]] = {}
    for (loan, account, _), cents in sums(engine).items():
        accounts = found.setdefault(loan, {})
        accounts[account] = accounts.get(account, 0) + cents
    return {
        loan: {account: cents for account, cents in accounts.items() if cents}
        for loan, accounts in found.items()
    }


def waiting() -> list[dict[str, Any]]:
    """What of the settlements waits for a person on 16 July 2026."""
    with freeze_time("2026-07-16"):
        return list(good_by("clerk", "worklist", "--source", "settlement"))


def looked_at(item: dict[str, Any]) -> None:
    """Answer an item of the work list in words, as it says itself how."""
    assert f"aflos worklist done {item['subject']} {item['fact']} --note" in item["next_action"]
    with freeze_time("2026-07-16"):
        good_by("clerk", "worklist", "done", item["subject"], str(item["fact"]), "--note", "Besluit 2026-4")


def test_a_starter_with_a_good_third_year(office: Engine, tmp_path: Path) -> None:
    """2022 and 2023 all gift with a supplement, 2024 a part reclaimed, 2025 without assistance."""
    first = year(tmp_path, 2023, 12, "1000.00", "starter")
    settled(first, 2023, "profit=2000.00", TAX)
    second = year(tmp_path, 2024, 12, "900.00", "starter")
    settled(second, 2024, "profit=12000.00", TAX, reclaim="4000.00")
    third = year(tmp_path, 2025, 6, "500.00", "starter")
    settled(third, 2025, "profit=60000.00", TAX)
    found = books(office, "2026-07-15")
    # The norm of a single person in 2023: 6 x 1,195.66 + 6 x 1,216.62 = 14,473.68. With 12,000.00 lent and
    # 1,600.00 earned there are 873.68 to come.
    assert found[int(first)] == {1210: -1200000, 4970: 1287368, 1400: -87368}
    # 2024: 6 x 1,283.83 + 6 x 1,308.45 = 15,553.68; 10,800.00 + 9,600.00 is 4,846.32 too much, 4,000.00 decided.
    assert found[int(second)] == {1210: -1080000, 4970: 595368, 4975: 84632, 1220: 400000}
    # 2025: 48,000.00 earned is far above the norm: all 3,000.00 is reclaimed.
    assert found[int(third)] == {1210: -300000, 1220: 300000}
    claims = [loan for loan, accounts in found.items() if accounts.get(1220, 0) < 0]
    assert [found[loan] for loan in claims] == [
        {1310: 400000, 1220: -400000} if loan == min(claims) else {1300: 300000, 1220: -300000}
        for loan in claims
    ]
    assert waiting() == []


def test_an_established_client_with_deferral_and_the_end_of_the_business(
    office: Engine, tmp_path: Path
) -> None:
    """A clawback of 2023 is paid, deferred and paid again; figures of 2024 never come; then corrected."""
    first = year(tmp_path, 2023, 12, "1000.00", "established")
    settled(first, 2023, "profit=10000.00", TAX)
    claim = str(int(first) + 1)
    with freeze_time("2024-08-01"):
        good_by(
            "clerk", "payment", "add", claim, "--amount", "1000.00", "--on", "2024-08-01", "--reference", "1"
        )
    second = year(tmp_path, 2024, 3, "800.00", "established")
    with freeze_time("2025-08-05"):
        for step, day in (("request", "2025-04-01"), ("recovery-term", "2025-07-10")):
            words = ("--on", day, "--document", step, "--year", "2024")
            good_by("clerk", "settle", "step", second, step, *words)
        good_by("clerk", "settle", "propose")
        assert (the_row(second)["state"], the_row(second)["reclaim"]) == ("hearing-due", "2400.00")
        words = ("--on", "2025-08-05", "--document", "onvindbaar", "--year", "2024")
        good_by("clerk", "settle", "step", second, "hearing-skipped", *words)
        handed_over(decided("--year", "2024", *weighing(), *WHY, loan=second), "2025-08-05")
    # A year later the figures come after all: a loss. All of it becomes a gift, with a supplement, and the claim goes.
    with freeze_time("2026-02-02"), authenticated("clerk"):
        figures("JR-2024", "profit=-500.00", "other_income=9000.00", TAX, loan=second, year="2024")
    with freeze_time("2026-02-03"):
        good_by("clerk", "settle", "propose")
        decided("--year", "2024", loan=second)
    found = books(office, "2026-07-15")
    # 2023: 12,000.00 + 8,000.00 - 14,473.68 = 5,526.32 reclaimed, of which 1,000.00 was paid.
    assert found[int(first)] == {1210: -1200000, 4970: 647368, 1220: 552632}
    assert found[int(claim)] == {1310: 452632, 1220: -552632, 1100: 100000}
    # 2024: 2,400.00 + 8,500.00 is below 15,553.68; at most 3/12 of it, 3,888.42: a supplement of 1,488.42.
    assert found[int(second)] == {1210: -240000, 4970: 388842, 1400: -148842}
    assert found[int(second) + 1] == {}
    (item,) = waiting()
    assert (item["subject"], item["due"]) == (second, "2024-01-01")
    assert item["reason"].startswith(
        "15 months of assistance since 2023-01: the first term is 12, 24 more if"
    )
    looked_at(item)
    assert waiting() == []


def test_an_older_client_with_capital(office: Engine, tmp_path: Path) -> None:
    """Capital above the one limit of the older keeps a part a loan, which a tenth a year repays."""
    loan = year(tmp_path, 2025, 12, "1000.00", "older")
    settled(
        loan, 2025, "profit=4000.00", TAX, "own_capital=175725.00", "total_capital=300000.00", "group=older"
    )
    found = books(office, "2026-07-15")
    # The norm of 2025 is 16,287.06; 12,000.00 + 3,200.00 leaves 1,087.06. Capital is 5,000.00 above 170,725.00.
    assert found[int(loan)] == {1210: -1200000, 4970: 808706, 1220: 500000, 1400: -108706}
    assert found[int(loan) + 1] == {1300: 500000, 1220: -500000}
    with freeze_time("2026-07-16"):
        rows = good_by("clerk", "loan", "show", str(int(loan) + 1))["rows"]
    assert (len(rows), rows[0]["date"], rows[0]["principal"]) == (120, "2026-09-01", "41.67")
    (item,) = waiting()
    assert item["reason"] == (
        "book year from 2025-01-01: gross income from business of 4000.00 is below 10065.00; "
        "the mean of 1 known book years is 4000.00 (Bbz art. 25, older)"
    )
    looked_at(item)
    assert waiting() == []
