"""Three clients over four years, told as the office would: what they got, earned, owed and paid, to the cent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from tests.desk import add_debtor, add_loan, open_desk, run
from tests.nights import at, close_until, sums
from tests.offices import by, good_by, open_office
from tests.settled_years import HEADING, decided, figures, handed_over, weighing

WHY = ("--reason", "Afgewogen in het gesprek met de cliënt")
TAX = "income_tax_percent=20"
POLICY = """
choices:
  art13.mode: {2020-01-01: {value: ii, source: "Besluit 2020-9"}}
  arrangement.longest_term: {2020-01-01: {value: "36", source: "Besluit 2020-9"}}
"""


@pytest.fixture
def office(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """An office with people and one client, before anything happened."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    with freeze_time("2022-01-01"):
        assert add_debtor().code == 0
    open_office(tmp_path, monkeypatch, POLICY)
    return sqlite_database


def year(folder: Path, number: int, months: tuple[int, int], amount: str, group: str) -> str:
    """The advances of a year from a month to a month, brought in in the last of them; the loan they are on."""
    names = [f"{number}-{month:02}" for month in range(months[0], months[1] + 1)]
    lines = [f"1;;{name};{amount};;single;{group};;{name}-24;{name}\n" for name in names]
    file = folder / f"{number}.csv"
    file.write_text(HEADING + "".join(lines), encoding="utf-8")
    totals = [word for name in names for word in ("--total", f"{name}={amount}")]
    with freeze_time(f"{names[-1]}-28"), authenticated("clerk"):
        done = run("import", "advances", str(file), "--creditor", "almere", *totals)
        assert done.code == 0, done.err
        return str(max(row["loan"] for row in good_by("clerk", "settle", "list")))


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


def approved(kind: str, loan: str, *words: str) -> None:
    """Decide as a clerk and approve as another person."""
    number = good_by("clerk", "decide", kind, loan, *words)["decision"]
    good_by("approver", "approve", str(number))


def paid(loan: str, amount: str, *days: str) -> None:
    """Payments of one amount on some days, recorded on the last of them."""
    with freeze_time(days[-1]):
        for day in days:
            words = ("--amount", amount, "--on", day, "--reference", f"{loan} {day}")
            good_by("clerk", "payment", "add", loan, *words)


def firsts(since: int, first: int, count: int) -> list[str]:
    """So many firsts of the month, from a month of a year."""
    months = [since * 12 + first - 1 + place for place in range(count)]
    return [f"{month // 12}-{month % 12 + 1:02}-01" for month in months]


def work(day: str) -> list[str]:
    """What the yearly cycle asks of a person on a day."""
    with freeze_time(day):
        return [row["reason"] for row in good_by("clerk", "worklist", "--source", "settlement", "--on", day)]


def looked_at(day: str) -> list[str]:
    """Answer the first item of the work list that a note answers; what it said, and what is left."""
    with freeze_time(day):
        items = good_by("clerk", "worklist", "--source", "settlement")
        item = next(item for item in items if item["fact"])
        assert f"aflos worklist done {item['subject']} {item['fact']} --note" in item["next_action"]
        good_by("clerk", "worklist", "done", item["subject"], str(item["fact"]), "--note", "Besluit 2026-4")
    return [item["reason"], *work(day)]


def told_origin(claim: str) -> None:
    """A claim out of a settlement is of the first month, until somebody tells the decision; its scheme is known."""
    assert good_by("clerk", "loan", "show", claim)["claim_granted"] == "2025-01-01"
    words = ("--granted", "2022-12-20", "--document", "B-2022-8")
    other = by("clerk", "loan", "scheme", claim, "ioaz", *words)
    assert (other.code, "must be bbz_living_allowance" in other.err) == (2, True)
    good_by("clerk", "loan", "scheme", claim, "bbz_living_allowance", *words)
    shown = good_by("clerk", "loan", "show", claim)
    assert (shown["claim_scheme"], shown["claim_granted"]) == ("bbz_living_allowance", "2022-12-20")


def test_a_starter_with_a_good_third_year(office: Engine, tmp_path: Path) -> None:
    """2023 and 2024 all gift with a supplement, in 2025 profit comes; in 2026 the client pays by arrangement."""
    first = year(tmp_path, 2023, (1, 12), "1000.00", "starter")
    settled(first, 2023, "profit=2000.00", TAX)
    account = ("--iban", "NL91ABNA0417164300", "--name", "S. Jansen")
    with freeze_time("2024-07-02"):
        words = ("--amount", "873.68", "--on", "2024-07-02", "--decision", "T-1")
        approved("credit-refund", first, *words, *account)
    second = year(tmp_path, 2024, (1, 12), "900.00", "starter")
    settled(second, 2024, "profit=4000.00", TAX)
    third = year(tmp_path, 2025, (1, 12), "500.00", "starter")
    settled(third, 2025, "profit=18000.00", TAX, reclaim="4000.00")
    claim = str(int(third) + 1)
    with freeze_time("2026-07-02"):
        told_origin(claim)
        terms = ("--amount", "111.11", "--on", "2026-08-12", "--decision", "R-1")
        approved("arrangement", claim, *terms)
    paid(claim, "111.11", "2026-08-12", "2026-09-12", "2026-10-12", "2026-11-12")
    found = books(office, "2026-12-20")
    # The norm of a single person in 2023: 6 x 1,195.66 + 6 x 1,216.62 = 14,473.68. With 12,000.00 lent and
    # 1,600.00 earned there are 873.68 to come, which leave for the bank.
    assert found[int(first)] == {1210: -1200000, 4970: 1287368, 1170: -87368}
    # 2024: 6 x 1,283.83 + 6 x 1,308.45 = 15,553.68; 10,800.00 + 3,200.00 is 1,553.68 less, not yet paid out.
    assert found[int(second)] == {1210: -1080000, 4970: 1235368, 1400: -155368}
    # 2025: 6,000.00 + 14,400.00 - 16,287.06 = 4,112.94 too much, of which 4,000.00 was decided.
    assert found[int(third)] == {1210: -600000, 4970: 188706, 4975: 11294, 1220: 400000}
    # Four parts of 111.11 came in: 4,000.00 - 444.44 is left.
    assert found[int(claim)] == {1220: -400000, 1100: 44444, 1310: 355556}
    assert work("2026-12-21") == []


def test_an_established_client_with_deferral_and_the_end_of_the_business(
    office: Engine, tmp_path: Path
) -> None:
    """Business capital of 2022, deferred over 2023, remitted interest of 2024, the end of the business in 2025."""
    capital = lent("2022-01-01")
    paid(capital, "506.91", *firsts(2022, 2, 12))
    with freeze_time("2023-01-20"):
        words = ("--from", "2023-02-01", "--until", "2024-02-01", "--of", "all", "--end", "extend")
        approved("defer", capital, *words, "--decision", "U-1")
    first = year(tmp_path, 2023, (1, 12), "1000.00", "established")
    settled(first, 2023, "profit=10000.00", TAX)
    claim = str(int(first) + 1)
    paid(claim, "1000.00", "2024-08-01")
    paid(capital, "506.91", *firsts(2024, 2, 17))
    settled(capital, 2024, "profit=18000.00", "household=single", TAX)
    second = year(tmp_path, 2025, (1, 3), "800.00", "terminating")
    business_ends(capital)
    never_came(second)
    comes_after_all(second)
    found = books(office, "2027-02-15")
    # 2023: 12,000.00 + 8,000.00 - 14,473.68 = 5,526.32 reclaimed, of which 1,000.00 was paid.
    assert found[int(first)] == {1210: -1200000, 4970: 647368, 1220: 552632}
    assert found[int(claim)] == {1310: 452632, 1220: -552632, 1100: 100000}
    # 2025: 2,400.00 + 8,500.00 is below 16,287.06; at most 3/12 of it, 4,071.77: a supplement of 1,671.77.
    assert found[int(second)] == {1210: -240000, 4970: 407177, 1400: -167177}
    assert found[int(second) + 1] == {}
    assert work("2027-02-16") == []
    # 2022: rows 1 to 12, then 12 x 138.43 deferred, then rows 13 to 30: 1,846.93 + 1,661.16 + 2,102.12 = 5,610.21 of
    # interest. 2024: 14,400.00 is 1,153.68 below the norm of 15,553.68: 138.43 of the row of January was deferred and
    # goes, 1,015.25 was paid and is owed back. 29 x 506.91 and 12 x 315.47 came in, 3,949.05 of it interest.
    assert found[int(capital)] == {
        1200: -2500000,
        1100: 1848603,
        1300: 411046,
        1310: 635256,
        8000: -561021,
        1340: 152273,
        4980: 115368,
        1400: -101525,
    }
    assert 411046 + 635256 == 2500000 - (1848603 - 394905)


def lent(day: str) -> str:
    """Worked case 6: 25,000.00 at 8 % in 60 instalments of 506.91, for business capital."""
    with freeze_time(day):
        with authenticated("clerk"):
            done = add_loan(start=day, decision_date=day)
        assert done.code == 0, done.err
        loan = str(good_by("clerk", "loan", "list")[-1]["loan"])
        good_by("clerk", "loan", "disburse", loan, "--amount", "25000.00", "--on", day)
    return loan


def business_ends(capital: str) -> None:
    """No interest from July 2025 on; half of what is earned above the norm is paid for a year (art. 43 lid 2)."""
    with freeze_time("2025-07-01"):
        approved("interest-free", capital, "--on", "2025-07-01", "--decision", "E-1")
        means = ("--income", "2000.00", "--household", "single", "--on", "2025-07-01")
        a_month = good_by("clerk", "settle", "capacity", "--creditor", "almere", *means)["art43"]
        # Half of 2,000.00 - 1,369.06.
        assert a_month == "315.47"
        approved("arrangement", capital, "--amount", a_month, "--on", "2025-08-01", "--decision", "E-2")
    paid(capital, a_month, *firsts(2025, 8, 12))


def comes_after_all(loan: str) -> None:
    """The figures of 2025 come when all of it was reclaimed: a loss, beside 9,000.00 of wages."""
    with freeze_time("2027-02-02"), authenticated("clerk"):
        figures("JR-2025", "profit=-500.00", "other_income=9000.00", TAX, loan=loan, year="2025")
    with freeze_time("2027-02-03"):
        good_by("clerk", "settle", "propose")
        decided("--year", "2025", loan=loan)


def never_came(loan: str) -> None:
    """The figures of 2025 stay out: asked, a last term, all of it reclaimed."""
    with freeze_time("2026-08-05"):
        for step, day in (("request", "2026-04-01"), ("recovery-term", "2026-07-10")):
            words = ("--on", day, "--document", step, "--year", "2025")
            good_by("clerk", "settle", "step", loan, step, *words)
        good_by("clerk", "settle", "propose")
        assert (the_row(loan)["state"], the_row(loan)["reclaim"]) == ("hearing-due", "2400.00")
        words = ("--on", "2026-08-05", "--document", "onvindbaar", "--year", "2025")
        good_by("clerk", "settle", "step", loan, "hearing-skipped", *words)
        handed_over(decided("--year", "2025", *weighing(), *WHY, loan=loan), "2026-08-05")


def test_an_older_client_with_capital(office: Engine, tmp_path: Path) -> None:
    """Capital keeps a part a loan, repaid once assistance is over; 2024 waits for a limit that is not known."""
    first = year(tmp_path, 2023, (1, 12), "1000.00", "older")
    second = year(tmp_path, 2024, (1, 12), "1000.00", "older")
    settled(first, 2023, "profit=1000.00", TAX, *capital_of("172116.00"))
    kept = str(int(second) + 1)
    assert first_row(kept) == ("2025-02-01", "41.67")
    third = year(tmp_path, 2025, (1, 1), "1000.00", "older")
    early = "asks back from 2025-02-01, and the client has assistance until 2026-01-01 (Bbz art. 13)"
    told, *left = looked_at("2025-01-28")
    assert "gross income from business of 1000.00 is below 9852.00" in told
    assert left == [early]
    with freeze_time("2025-01-28"):
        words = ("--on", "2025-01-28", "--first-due", "2026-02-01", "--instalments", "120")
        approved("reschedule", kept, *words, "--decision", "H-1")
    assert (first_row(kept), work("2025-01-29")) == (("2026-02-01", "41.67"), [])
    assert year(tmp_path, 2025, (2, 12), "1000.00", "older") == third
    with freeze_time("2025-05-10"), authenticated("clerk"):
        figures("JR-2024", "profit=2000.00", TAX, *capital_of("174000.00"), loan=second, year="2024")
    settled(third, 2025, "profit=4000.00", TAX, *capital_of("175725.00"))
    paid(kept, "41.67", *firsts(2026, 2, 11))
    found = books(office, "2026-12-20")
    # 2023: 14,473.68 - 12,800.00 is a supplement of 1,673.68; capital is 5,000.00 above 167,116.00.
    assert found[int(first)] == {1210: -1200000, 4970: 867368, 1220: 500000, 1400: -167368}
    assert found[int(second)] == {1210: -1200000, 1300: 1200000}
    # Eleven twelfths of 500.00 a year were paid on time.
    assert found[int(kept)] == {1220: -500000, 1100: 45837, 1300: 454163}
    # 2025: 16,287.06 - 15,200.00; capital is 5,000.00 above 170,725.00. Sent in July: asked from September.
    assert found[int(third)] == {1210: -1200000, 4970: 808706, 1220: 500000, 1400: -108706}
    assert first_row(str(int(third) + 1)) == ("2026-09-01", "41.67")
    assert found[int(third) + 1] == {1220: -500000, 1310: 16668, 1300: 483332}
    with freeze_time("2026-12-21"):
        (waiting,) = good_by("clerk", "settle", "propose")["waiting"]
    assert waiting["loan"] == int(second)
    assert waiting["why"].startswith("own_capital_limit_older on 2024-01-01: ")
    told, *left = looked_at("2026-12-21")
    assert "gross income from business of 4000.00 is below 10065.00" in told
    assert left == ["book year from 2024-01-01: figures received since 2025-05-10"]


def capital_of(own: str) -> tuple[str, ...]:
    """The figures of an older client who owns this much."""
    return (f"own_capital={own}", "total_capital=300000.00", "group=older")


def first_row(loan: str) -> tuple[str, str]:
    """The first row of a loan: its day and its principal."""
    row = good_by("clerk", "loan", "show", loan)["rows"][0]
    return row["date"], row["principal"]
