"""Figures of a calendar year: of each loan, between municipality and State, and claims to look at for gross-up."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from letters.outbox.year import Move
from reports.gross_up import gross_up_row
from reports.state import COUNTED, Asked, Flow, figures_of, granted_of
from reports.yearly import yearly_row
from servicing import files
from servicing.facts import Fact, FactKind
from servicing.law import UnknownLaw
from servicing.settlement.claim_origin import Origin, living_granted
from servicing.settlement.state_share import SURETY
from tests.desk import LOAN, add_debtor, add_loan, good, open_desk, run
from tests.nights import at, begin_on, close_until
from tests.portfolios import DEBTOR, OPENING, Files, bring, write_csv
from tests.portfolios import LOAN as LOAN_ROW

LAW = files.law()
JUNE = date(2025, 6, 1)
OLD, NEW = date(2018, 5, 1), date(2024, 3, 1)
HEAD = {"loan": 100_000_001, "creditor": "almere", "product": "bbz_business_capital"}
NEXT = {"next_due": "2026-01-31"}
CAPITAL, TOZO = "bbz_business_capital", "tozo_business_capital"


def told(
    year: int, *flows: Flow, receipts: str = "principal_and_interest"
) -> dict[tuple[str, int], int | None]:
    found = list(figures_of(flows, Asked(year, LAW, receipts)))
    assert len({(one.name, one.of) for one in found}) == len(found)
    return {(one.name, one.of): one.cents for one in found}


def flow(year: int, debit: int, credit: int, cents: int, granted: date = OLD) -> Flow:
    return Flow(1, CAPITAL, granted, year, debit, credit, cents)


def test_case_e_d_what_was_paid_out_in_2024_comes_back_in_five_years() -> None:
    paid = flow(2024, 1300, 1200, 40_000_000, NEW)
    assert told(2024, paid)["state_pays", 2024] == 40_000_000
    back = [told(year, paid)["state_takes_back", 2024] for year in range(2025, 2030)]
    assert back == [8_000_000, 8_000_000, 6_000_000, 4_000_000, 4_000_000]
    assert ("state_takes_back", 2024) not in told(2030, paid)


def test_case_e_d_three_quarters_of_a_receipt_on_a_loan_of_2018() -> None:
    found = told(2025, flow(2025, 1100, 1310, 100_000), flow(2025, 1100, 1310, 50_000, NEW))
    assert found["state_part_of_receipts", 2025] == 75_000
    assert found["receipts_since_2020_principal", 2025] == 50_000


@pytest.mark.parametrize(
    ("receipts", "part"), [("principal", 7_500), ("principal_and_interest", 9_000), ("all", 9_750)]
)
def test_what_counts_as_a_receipt_is_a_choice(receipts: str, part: int) -> None:
    flows = [
        flow(2025, 1100, account, cents) for account, cents in ((1310, 10_000), (1320, 2_000), (1350, 1_000))
    ]
    assert told(2025, *flows, receipts=receipts)["state_part_of_receipts", 2025] == part
    assert set(COUNTED) == set(files.policy().choices["state.receipts"].options or ())


def test_money_that_came_back_or_went_back_is_no_receipt() -> None:
    flows = (
        flow(2025, 1100, 1310, 10_000),
        flow(2025, 1310, 1100, 10_000),  # the payment came back
        flow(2025, 1100, 1400, 5_000),  # more than was due ...
        flow(2025, 1400, 1310, 3_000),  # ... pays what comes due ...
        flow(2025, 1400, 1170, 2_000),  # ... and goes back
        flow(2025, 1100, 8020, 700),  # after it was written off
    )
    found = told(2025, *flows)
    assert (found["receipts_before_2020_principal", 2025], found["receipts_before_2020_credit", 2025]) == (
        3_700,
        0,
    )


def test_interest_remitted_after_it_was_paid_is_no_receipt_any_more() -> None:
    found = told(2025, flow(2025, 1100, 1320, 900), flow(2025, 4980, 1400, 400), flow(2025, 4980, 1320, 100))
    assert (found["receipts_before_2020_interest", 2025], found["receipts_before_2020_credit", 2025]) == (
        500,
        400,
    )


def test_p29_tozo_is_kept_apart_and_its_share_is_not_known() -> None:
    found = told(
        2025,
        flow(2025, 1100, 1310, 100_000)._replace(product=TOZO),
        flow(2025, 1300, 1200, 500)._replace(product=TOZO),
    )
    assert found["state_part_of_receipts", 2025] == 0
    assert (found["tozo_receipts", 2025], found["tozo_outlay", 2025]) == (100_000, 500)
    assert found["tozo_state_part", 2025] is None


def test_paid_out_on_an_old_grant_stands_by_itself_and_a_rest_is_never_paid_out() -> None:
    rest = flow(2025, 1300, 1200, 900, NEW)._replace(product="bbz_ended_business_loan")
    found = told(2025, flow(2025, 1300, 1200, 700), rest)
    assert (found["outlay", 2025], found["outlay_granted_before_2020", 2025]) == (0, 700)


def test_the_grant_picks_the_rule_and_for_a_rest_the_application() -> None:
    assert granted_of(CAPITAL, OLD, NEW) == NEW
    assert granted_of("bbz_ended_business_loan", OLD, NEW) == OLD


def test_a_share_of_before_the_law_is_known_is_refused() -> None:
    with pytest.raises(UnknownLaw, match="state_share_old_capital_receipts"):
        told(2019, flow(2019, 1100, 1310, 1))


def test_the_yearly_figure_is_that_of_the_yearly_statement() -> None:
    moves = [
        moved(1300, 1200, 100_000)._replace(in_year=False),
        moved(1320, 8000, 800),
        moved(1100, 1320, 500),
    ]
    row = yearly_row(HEAD, [*moves, moved(1100, 1310, 20_000), moved(1310, 1300, 30_000)])
    assert row is not None
    assert row == HEAD | {
        "opening": "1000.00",
        "added": "0.00",
        "principal": "800.00",
        "interest": "3.00",
        "costs": "0.00",
        "balance": "803.00",
        "interest_paid": "5.00",
    }
    assert yearly_row(HEAD, []) is None


def moved(debit: int, credit: int, cents: int) -> Move:
    return Move(debit, credit, in_year=True, cents=cents)


LIVING = Origin("bbz_living_allowance", date(2023, 4, 1))


def transferred() -> Fact:
    says = {"of": 100_000_001, "title": "Bbz art. 12 lid 2 c"}
    return Fact(100_000_002, 2, FactKind.TRANSFERRED, JUNE, JUNE, "s", 9_000, 0, says, "", "")


def test_living_allowance_is_granted_as_its_loan_says_or_from_its_first_month_where_only_the_file_tells() -> (
    None
):
    def told(kind: FactKind, nr: int, of: int = 0, **data: object) -> Fact:
        return Fact(100_000_001, nr, kind, JUNE, JUNE, str(nr), 100, of, data, "", "")

    months = [told(FactKind.ADVANCE_PAID, nr, month=f"2025-0{nr}") for nr in (5, 4, 6)]
    assert living_granted(months, OLD) == OLD
    of_file = [told(FactKind.ASSISTANCE, 2, book_year="2025-01-01", group="starter"), *months]
    assert living_granted(of_file, OLD) == date(2025, 4, 1)
    assert living_granted([*of_file, told(FactKind.WITHDRAWAL, 9, of=4)], OLD) == date(2025, 5, 1)
    assert living_granted(of_file[:1], OLD) == OLD


def test_p29_claims_that_are_open_on_31_december() -> None:
    moves = [moved(1300, 1220, 9_000), moved(1100, 1310, 2_000), moved(1310, 1300, 9_000)]
    lent = gross_up_row(HEAD, (JUNE, LIVING), ([transferred()], moves), 2025)
    assert lent is not None
    assert (lent["net_open"], lent["proposal"], lent["title"]) == ("70.00", "net", "Bbz art. 12 lid 2 c")
    other = [gross_up_row(HEAD, (JUNE, None), ([], moves), year) for year in (2025, 2026)]
    assert [row["proposal"] for row in other if row] == ["look", "earlier"]
    assert gross_up_row(HEAD, (JUNE, None), ([], [*moves, moved(1100, 1310, 7_000)]), 2025) is None
    assert (lent["scheme"], lent["granted"], lent["decided"]) == (
        "bbz_living_allowance",
        "2023-04-01",
        "2025-06-01",
    )
    assert [(row["scheme"], row["granted"]) for row in other if row] == [(None, None)] * 2
    capital = gross_up_row(HEAD, (JUNE, Origin(CAPITAL, OLD)), ([], moves), 2025)
    assert capital is not None
    assert (capital["proposal"], capital["wage_tax"]) == ("net", "0.00")


def test_p29_receipts_on_a_claim_follow_the_grant_of_what_it_reclaims() -> None:
    """Art. 49 lid 2 goes by the grant, not by the day of the claim; a claim is never an outlay."""
    claim = flow(2025, 1100, 1310, 100_000)._replace(is_claim=True)
    found = told(
        2025, claim, claim._replace(granted=NEW), flow(2025, 1300, 1200, 9, NEW)._replace(is_claim=True)
    )
    assert found["state_part_of_receipts", 2025] == 75_000
    assert found["receipts_since_2020_principal", 2025] == 100_000
    assert (found["outlay", 2025], found["outlay_granted_before_2020", 2025]) == (0, 0)


def test_the_gift_of_art_21_lid_2_is_an_outlay_of_its_own_day() -> None:
    """Art. 14 names the gift as a form of assistance for business capital, art. 49 lid 1 speaks of all of it.

    Interest that is remitted on a loan (lid 1) is no outlay, and what the client gets of the gift no receipt.
    """
    surety = flow(2025, 4980, 1400, 30_000, OLD)._replace(product=SURETY)
    flows = (
        surety,
        surety._replace(debit=1400, credit=4980, cents=10_000),
        surety._replace(debit=1400, credit=1170),
    )
    found = told(2025, *flows, flow(2025, 4980, 1320, 500, NEW))
    assert (found["outlay", 2025], found["outlay_given_with_surety", 2025]) == (20_000, 20_000)
    assert found["receipts_before_2020_credit", 2025] == found["receipts_before_2020_interest", 2025] == 0
    assert told(2026, *flows)["state_takes_back", 2025] == 4_000


def taxed(cents: int, on: date = JUNE, nr: int = 2) -> Fact:
    return Fact(100_000_002, nr, FactKind.WAGE_TAX, on, on, f"LH-{nr}", cents, 0, {}, "", "")


def test_p29_what_is_open_is_gross_with_its_part_of_the_wage_tax() -> None:
    """90.00 was claimed and 20.00 came back within the year: 70/90 of the tax of 30.00 is not set off."""
    moves = [moved(1300, 1220, 9_000), moved(1100, 1310, 2_000), moved(1310, 1300, 9_000)]
    facts = [taxed(2_000), taxed(1_000, date(2025, 9, 1), 3), taxed(500, date(2026, 1, 2), 4)]
    row = gross_up_row(HEAD, (JUNE, None), (facts, moves), 2025)
    assert row is not None
    assert (row["wage_tax"], row["gross_open"], row["proposal"]) == ("30.00", "93.33", "gross")
    later = gross_up_row(HEAD, (JUNE, None), (facts, [move._replace(in_year=False) for move in moves]), 2026)
    assert later is not None
    assert (later["wage_tax"], later["gross_open"], later["proposal"]) == ("35.00", None, "earlier")
    unknown = gross_up_row(HEAD, (JUNE, None), ([], moves), 2025)
    lent = gross_up_row(HEAD, (JUNE, LIVING), ([transferred()], moves), 2025)
    assert unknown is not None
    assert lent is not None
    assert (unknown["wage_tax"], unknown["gross_open"]) == (None, None)
    assert (lent["wage_tax"], lent["gross_open"]) == ("0.00", "70.00")


def taken_over_claims() -> Files:
    """A claim of IOAZ with its wage tax, one of business capital of 2018, and a loan of 2024."""
    claim = LOAN_ROW | {"number": "V-1", "product": "recovery_claim", "amount": "900,00", "rate": "0"}
    claim |= {"instalments": "1", "method": "bullet", "decision_date": "2025-06-01", "wage_tax": "300,00"}
    claim |= {"claim_scheme": "ioaz", "claim_granted": "2023-05-01"}
    old = LOAN_ROW | {"number": "V-2", "product": "recovery_claim", "amount": "400,00", "rate": "0"}
    old |= {"instalments": "1", "method": "bullet", "decision_date": "2025-06-01"}
    old |= {"claim_scheme": "bbz_business_capital", "claim_granted": "2018-05-01"}
    balance = {"loan": "V-1", "cut_over": "2025-12-30", "principal": "900,00", "remaining_instalments": "1"}
    return {
        "debtors": [DEBTOR],
        "loans": [claim, old, LOAN_ROW | {"number": "L-1"}],
        "opening_balances": [
            balance | {"next_due": "2026-01-31"},
            balance | {"loan": "V-2", "principal": "400,00", "next_due": "2026-01-31"},
            OPENING | {"cut_over": "2025-12-30"} | NEXT,
        ],
        "earlier_disbursements": [{"loan": "L-1", "date": "2024-03-01", "amount": "10.000,00"}],
        "year_to_date": [
            {"loan": "L-1", "interest_paid": "720,00", "principal_paid": "2.750,00"},
            {"loan": "V-2", "principal_paid": "100,00"},
        ],
    }


def test_p29_wage_tax_is_told_of_a_claim_with_its_document(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2025-12-30"))
    bring(sqlite_database, write_csv(tmp_path / "files", taken_over_claims()))
    close_until(sqlite_database, at("2025-12-31"))
    row, capital = good("report", "gross-up", "--year", "2025")
    assert (row["net_open"], row["wage_tax"], row["gross_open"]) == ("900.00", "300.00", "1200.00")
    assert (row["scheme"], row["granted"], capital["scheme"], capital["proposal"]) == (
        *("ioaz", "2023-05-01", "bbz_business_capital", "net"),
    )
    done = run("loan", "wage-tax", "V-1", "--amount", "12.50", "--on", "2025-05-01", "--document", "LH-5")
    assert done.code == 0, done.err
    row, _ = good("report", "gross-up", "--year", "2025")
    assert (row["wage_tax"], row["gross_open"], done.err) == ("312.50", "1212.50", "")
    much = run("loan", "wage-tax", "V-1", "--amount", "587.51", "--on", "2025-05-01", "--document", "LH-8")
    assert "is 900.01 in all, more than the claim of 900.00" in much.err
    fact = much.out.split("as fact ")[1].split(",")[0]
    good("loan", "withdraw", "V-1", fact, "--reason", "told twice")
    lent = run("loan", "wage-tax", "V-2", "--amount", "12.50", "--on", "2025-05-01", "--document", "LH-7")
    assert (lent.code, "reclaims bbz_business_capital, which was lent" in lent.err) == (2, True)
    refused = run("loan", "wage-tax", "L-1", "--amount", "12.50", "--on", "2025-05-01", "--document", "LH-6")
    assert (refused.code, "only a claim is grossed up" in refused.err) == (2, True)
    told = run("report", "state", "--year", "2025", "--json")
    found = {(one["figure"], one["of"]): one["amount"] for one in json.loads(told.out)}
    assert (found["state_takes_back", 2024], found["receipts_since_2020_principal", 2025]) == (
        "2000.00",
        "2750.00",
    )
    assert (found["receipts_since_2020_interest", 2025], told.err) == ("720.00", "")
    assert found["state_part_of_receipts", 2025] == "75.00"
    scheme_is_mended()


def scheme_is_mended() -> None:
    """The claim of business capital turns out to reclaim a grant of 2021."""
    good("loan", "scheme", "V-2", "bbz_business_capital", "--granted", "2021-05-01", "--document", "B-7")
    found = {(one["figure"], one["of"]): one["amount"] for one in good("report", "state", "--year", "2025")}
    assert (found["state_part_of_receipts", 2025], found["receipts_since_2020_principal", 2025]) == (
        *("0.00", "2850.00"),
    )
    page = good("loan", "show", "V-2")
    assert (page["claim_scheme"], page["claim_granted"]) == ("bbz_business_capital", "2021-05-01")
    refused = run("loan", "scheme", "L-1", "ioaz", "--granted", "2023-05-01", "--document", "B-7")
    assert (refused.code, "only a claim has it" in refused.err) == (2, True)


def test_the_reports_out_of_the_books(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2025-12-30"))
    assert add_debtor("S. Jansen").code == 0
    assert add_loan(known_on="2025-12-31").code == 0
    good("loan", "disburse", LOAN, "--amount", "25000.00", "--on", "2025-01-01", "--known-on", "2025-12-31")
    refused = run("report", "state", "--year", "2025")
    assert (refused.code, "its last night is not closed yet" in refused.err) == (2, True)
    close_until(sqlite_database, at("2025-12-31"))
    figures = {(row["figure"], row["of"]): row["amount"] for row in good("report", "state", "--year", "2025")}
    assert (figures["outlay", 2025], figures["tozo_state_part", 2025]) == ("25000.00", None)
    rows: list[Any] = list(
        csv.DictReader(run("report", "yearly", "--year", "2025", "--csv").out.splitlines())
    )
    assert [(row["loan"], row["principal"], row["interest_paid"]) for row in rows] == [
        (LOAN, "25000.00", "0.00")
    ]
    assert good("report", "gross-up", "--year", "2025") == []
    assert json.loads(run("report", "yearly", "--year", "2025", "--creditor", "urk", "--json").out) == []
