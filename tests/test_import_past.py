"""P32: what was before the cut-over comes in with a portfolio, as facts that book nothing twice."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.database import reading
from servicing import files
from servicing.deferral import deferral_breach
from servicing.facts import BROUGHT_IN, Fact, FactKind
from servicing.history import history_of
from servicing.in_default import proposed_interest
from servicing.lapsing import acts_of
from servicing.life.timeline import live
from servicing.limitation import interrupts
from servicing.representatives import representatives_on
from servicing.statutory_interest import Ways
from servicing.store import facts_of, find_loan
from tests.nights import at, close_until, sums
from tests.portfolios import (
    DEBTOR,
    DISBURSEMENT,
    LOAN,
    OPENED,
    OPENING,
    PAID_OUT,
    Files,
    bring,
    refusal,
    write_csv,
)
from tests.portfolios import Row as Cells

TOLD = {"loan": "L-1"}
CLAIM: Cells = {"product": "recovery_claim", "rate": "0", "instalments": "1", "method": "bullet"}
DEFERRAL: Cells = TOLD | {
    "date": "2024-03-01",
    "reference": "UIT-1",
    "since": "2024-04-01",
    "until": "2024-07-01",
    "of": "principal",
    "end": "extend",
}
REMINDER: Cells = TOLD | {"date": "2024-11-08", "step": "aanmaning", "fee": "7,00", "reference": "AM-1"}
INTEREST: Cells = TOLD | {
    "date": "2024-11-20",
    "reference": "WR-1",
    "since": "2024-02-01",
    "until": "2024-11-01",
    "amount": "24,80",
}
REPRESENTATIVE: Cells = {
    "debtor": "D-1",
    "date": "2024-09-01",
    "reference": "Rb. 24/511",
    "role": "bewindvoerder",
    "name": "Bewind Flevoland",
    "address": "Postbus 12, 8200 AA Lelystad",
    "scope": "besluiten|geld",
}
PAST: Files = {
    "deferrals": [DEFERRAL],
    "advances": [
        TOLD | {"month": "2024-10", "amount": "1000,00"},
        TOLD | {"month": "11-2024", "amount": "950,00"},
    ],
    "decisions": [
        TOLD | {"date": "2024-01-01", "reference": "BES-1", "decided": "toekenning", "title": "Bbz art. 20"}
    ],
    "reminders": [REMINDER],
    "interruptions": [
        TOLD | {"date": "2024-11-22", "act": "aanmaning", "proof": "3SABC", "reference": "AM-1"},
        TOLD | {"date": "2024-12-01", "act": "dwangbevel"},
    ],
    "interest_decisions": [INTEREST],
    "year_to_date": [TOLD | {"interest_paid": "720,00", "principal_paid": "2.750,00"}],
    "earlier_disbursements": [TOLD | {"date": "2024-03-01", "amount": "9000,00", "reference": "U-1"}],
    "history": [
        TOLD | {"date": "2024-12-01", "text": "Termijn december", "interest": "60,00", "balance": "9110,00"},
        TOLD | {"date": "2024-12-05", "text": "Deelbetaling", "interest": "-50,00", "balance": "9060,00"},
    ],
}
USED = {"deferral_months_used": "5", "remission_years_used": "2023|2022"}


def facts(engine: Engine, name: str) -> list[Fact]:
    with reading(engine) as connection:
        number = find_loan(connection, name).id
        return facts_of(connection, [number])[number]


KEPT = [
    (FactKind.DEFERRAL_USED, at("2024-12-31"), 0),
    (FactKind.REMISSION_USED, at("2024-12-31"), 0),
    (FactKind.DEFERRAL, at("2024-03-01"), 0),
    (FactKind.ADVANCE, at("2024-10-01"), 100000),
    (FactKind.ADVANCE, at("2024-11-01"), 95000),
    (FactKind.EARLIER_DECISION, at("2024-01-01"), 0),
    (FactKind.REMINDER, at("2024-11-08"), 700),
    (FactKind.INTERRUPTION, at("2024-11-22"), 0),
    (FactKind.INTERRUPTION, at("2024-12-01"), 0),
    (FactKind.INTEREST_DECISION, at("2024-11-20"), 2480),
    (FactKind.YEAR_TO_DATE, at("2024-12-31"), 0),
    (FactKind.EARLIER_DISBURSEMENT, at("2024-03-01"), 900000),
    (FactKind.EARLIER_LINE, at("2024-12-01"), 0),
    (FactKind.EARLIER_LINE, at("2024-12-05"), 0),
]


def test_p32_what_was_before_the_cut_over_is_kept_and_books_nothing_twice(
    database: Engine, tmp_path: Path
) -> None:
    folder: Files = OPENED | PAST
    folder["loans"] = [LOAN, LOAN | {"number": "L-2"}]
    folder["opening_balances"] = [OPENING | USED, OPENING | {"loan": "L-2"}]
    bring(database, write_csv(tmp_path, folder))
    close_until(database, at("2025-02-03"))
    first, second = (
        {key[1:]: cents for key, cents in sums(database, [number]).items()}
        for number in (100000001, 100000002)
    )
    assert first == second != {}
    told = [(each.kind, each.value_date, each.cents) for each in facts(database, "L-1")[3:]]
    assert told == KEPT
    assert {kind for kind, _, _ in told} >= BROUGHT_IN


def test_p32_the_proof_totals_tell_the_past_and_again_is_nothing_new(
    sqlite_database: Engine, tmp_path: Path
) -> None:
    folder = OPENED | PAST | {"opening_balances": [OPENING | USED]}
    done = bring(sqlite_database, write_csv(tmp_path, folder))
    total = done.proof["total"]
    assert (total["advances"], total["advanced"], total["reminder_fees"]) == (2, "1950.00", "7.00")
    assert (total["history"], total["year_principal_paid"], total["interest_decided"]) == (
        2,
        "2750.00",
        "24.80",
    )
    again = bring(sqlite_database, write_csv(tmp_path, folder | {"payments": [TOLD | PAYMENT_AFTER]}))
    assert (again.counts.new["payments"], again.counts.new["history"], again.counts.known["history"]) == (
        1,
        0,
        2,
    )


PAYMENT_AFTER: Cells = {"date": "2025-02-03", "amount": "100.00", "reference": "B-9"}


def test_p32_a_letter_interrupts_only_with_proof(database: Engine, tmp_path: Path) -> None:
    done = bring(database, write_csv(tmp_path, OPENED | {"interruptions": PAST["interruptions"]}))
    told = [warning for warning in done.warnings if warning.startswith("interruptions")]
    assert [line[:60] for line in told] == [
        "interruptions.csv:3:proof: (empty): what proves that it was s"[:60]
    ]
    acts = acts_of(facts(database, "L-1"))
    assert [(act.on, interrupts(act, "public")) for act in acts] == [
        (at("2024-11-22"), True),
        (at("2024-12-01"), False),
    ]


def test_p32_an_ended_business_bears_no_interest_from_that_day(database: Engine, tmp_path: Path) -> None:
    ended = OPENING | {"interest_free_since": "2024-06-01", "accrued_interest": "12.34"}
    bring(database, write_csv(tmp_path, OPENED | {"opening_balances": [ended]}))
    close_until(database, at("2025-02-28"))
    history = history_of(facts(database, "L-1"))
    state = live(history.terms, history.events, history.reversals, at("2025-02-28"))
    assert [(row.due, row.interest) for row in state.rows if row.fell_due and row.due > at("2024-12-31")] == [
        (at("2025-01-31"), 1234),
        (at("2025-02-28"), 0),
    ]


def test_p32_a_deferral_that_still_runs_holds_for_the_rows_to_come(database: Engine, tmp_path: Path) -> None:
    running = DEFERRAL | {"until": "2025-02-15"}
    bring(database, write_csv(tmp_path, OPENED | {"deferrals": [running]}))
    close_until(database, at("2025-03-01"))
    history = history_of(facts(database, "L-1"))
    state = live(history.terms, history.events, history.reversals, at("2025-03-01"))
    coming = [row for row in state.rows if row.due > at("2024-12-31")]
    assert [row.deferred for row in coming[:3]] == ["principal", "", ""]
    assert [row.principal > 0 for row in coming[:2]] == [False, True]
    assert len(coming) == 49


def test_p32_months_that_were_used_before_count() -> None:
    day = at("2024-12-31")
    used = Fact(1, 1, FactKind.DEFERRAL_USED, day, day, "opening", 0, 0, {"months": 30}, "", "")
    since = date(2025, 2, 1)
    assert deferral_breach([used], since, date(2025, 8, 1), files.law()) is None
    breach = deferral_breach([used], since, date(2025, 9, 1), files.law())
    assert breach is not None
    assert "7 months more, after 30, is over the 36 months in total" in breach


def test_p32_a_loan_with_its_whole_life_books_what_no_balance_holds(database: Engine, tmp_path: Path) -> None:
    files = PAID_OUT | {"reminders": [REMINDER], "interest_decisions": [INTEREST], "deferrals": [DEFERRAL]}
    bring(database, write_csv(tmp_path, files))
    told = {(each.kind, each.key): each.cents for each in facts(database, "L-1")[2:]}
    assert told == {
        (FactKind.DEFERRAL, "UIT-1"): 0,
        (FactKind.REMINDER, "AM-1"): 700,
        (FactKind.COST, "reminder AM-1"): 700,
        (FactKind.STATUTORY_INTEREST, "WR-1"): 2480,
    }


def test_p32_statutory_interest_goes_on_from_where_it_was_fixed(database: Engine, tmp_path: Path) -> None:
    claim = LOAN | CLAIM | {"claim_scheme": "ioaz", "claim_granted": "2023-05-01", "first_due": "2024-01-31"}
    overdue = {"principal": "0,00", "principal_due": "4000,00", "interest_due": "30,00"}
    overdue |= {
        "arrears_since": "2024-01-31",
        "remaining_instalments": "0",
        "next_due": "",
        "accrued_interest": "",
    }
    folder: Files = OPENED | {"loans": [claim], "opening_balances": [OPENING | overdue]}
    bring(database, write_csv(tmp_path, folder | {"interest_decisions": [INTEREST]}))
    known = facts(database, "L-1")
    found = proposed_interest(known, at("2025-01-05"), files.law(), Ways())
    # 24.80 was fixed up to 1 November and bears nothing; 5.20 is other interest: 4,005.20 x (61 x 7 % + 4 x 6 %) / 365.
    ((debt, interest),) = [(one.debt, one.interest) for one in found.owing]
    assert (debt.cents, str(debt.default_from), interest.total) == (4_005_20, "2024-11-01", 49_49)
    paid = Fact(
        known[0].loan, 99, FactKind.PAYMENT, at("2025-01-02"), at("2025-01-02"), "p", 1_025_00, 0, {}, "", ""
    )
    found = proposed_interest([*known, paid], at("2025-01-05"), files.law(), Ways())
    # Interest is paid first: of 1,025.00 it is 1,000.20 that makes the sum smaller.
    assert [one.cents for one in found.owing[0].debt.payments] == [1_000_20]
    undone = Fact(
        known[0].loan,
        99,
        FactKind.WITHDRAWAL,
        at("2025-01-02"),
        at("2025-01-02"),
        "w",
        0,
        known[-1].nr,
        {},
        "",
        "",
    )
    found = proposed_interest([*known, undone], at("2025-01-05"), files.law(), Ways())
    assert (found.owing[0].debt.cents, str(found.owing[0].debt.default_from)) == (4_030_00, "2024-02-01")


def test_p32_a_representative_stands_for_the_debtor_on_every_loan(database: Engine, tmp_path: Path) -> None:
    bring(database, write_csv(tmp_path / "a", OPENED))
    more = {"loans": [LOAN | {"number": "L-2"}], "disbursements": [DISBURSEMENT | {"loan": "L-2"}]}
    done = bring(database, write_csv(tmp_path / "b", more | {"representatives": [REPRESENTATIVE]}))
    assert done.counts.new["representatives"] == 1
    for name in ("L-1", "L-2"):
        (found,) = representatives_on(facts(database, name), 1, at("2025-01-01"), "money")
        assert (found.role, found.scope) == ("bewindvoerder", ("decisions", "money"))
    again = bring(database, write_csv(tmp_path / "c", {"representatives": [REPRESENTATIVE]}))
    assert (again.counts.new["representatives"], again.counts.known["representatives"]) == (0, 1)
    nobody = write_csv(tmp_path / "d", {"representatives": [REPRESENTATIVE | {"debtor": "D-9"}]})
    rule = "a debtor that stands in the files or in the database"
    assert refusal(database, nobody) == [f"representatives.csv:2:debtor: D-9: {rule}"]


WRONG: list[tuple[Files, str]] = [
    (
        {"reminders": [REMINDER | {"date": "2025-01-05"}]},
        "reminders.csv:2:date: 2025-01-05: a day on or before the cut-over date 2024-12-31: record what came after it",
    ),
    (
        {"reminders": [REMINDER | {"date": "2023-12-05"}]},
        "reminders.csv:2:date: 2023-12-05: a day on or after the decision date 2024-01-01",
    ),
    (
        {"reminders": [REMINDER | {"step": "brief"}]},
        "reminders.csv:2:step: brief: one of friendly, herinnering, formal, aanmaning, default",
    ),
    (
        {"deferrals": [DEFERRAL | {"until": "2024-04-01"}]},
        "deferrals.csv:2:until: 2024-04-01: a day after 2024-04-01",
    ),
    (
        {"deferrals": [DEFERRAL, DEFERRAL]},
        "deferrals.csv:3: UIT-1: once a loan in this file; it is on row 2 already",
    ),
    (
        {"advances": [TOLD | {"month": "2024-13", "amount": "1,00"}]},
        "advances.csv:2:month: 2024-13: a month such as 2024-11 or 11-2024, not after",
    ),
    (
        {"history": [{"loan": "L-9", "date": "2024-12-01", "text": "x"}]},
        "history.csv:2:loan: L-9: a loan that stands in the file of loans too",
    ),
    (
        {"opening_balances": [OPENING | {"interest_free_since": "2023-06-01"}]},
        "opening_balances.csv:2:interest_free_since: 2023-06-01: a day from the decision date 2024-01-01 to 2024-12-31",
    ),
    (
        {"earlier_disbursements": [TOLD | {"date": "2024-03-01", "amount": "99.000,00"}]},
        "earlier_disbursements.csv:2:amount: 99000.00: together at most the ",
    ),
    (
        {"loans": [LOAN | CLAIM]},
        "loans.csv:2:claim_scheme: is missing: what is reclaimed: one of bbz_living_allowance, ",
    ),
    (
        {"loans": [LOAN | CLAIM | {"claim_scheme": "ioaz"}]},
        "loans.csv:2:claim_granted: is missing: the day of the decision that granted what is reclaimed (Bbz art. 49)",
    ),
    (
        {"loans": [LOAN | CLAIM | {"claim_scheme": "dividend"}]},
        "loans.csv:2:claim_scheme: dividend: what is reclaimed: one of bbz_living_allowance, ",
    ),
    (
        {"loans": [LOAN | CLAIM | {"claim_scheme": "ioaz", "claim_granted": "2024-05-01"}]},
        "loans.csv:2:claim_granted: 2024-05-01: must not lie after the decision of 2024-01-01 that reclaims it",
    ),
    (
        {"loans": [LOAN | {"claim_scheme": "ioaz"}]},
        "loans.csv:2:claim_scheme: ioaz: only a claim has it, and bbz_business_capital is none: ",
    ),
    (
        {"loans": [LOAN | {"wage_tax": "12,00"}]},
        "loans.csv:2:wage_tax: 12.00: empty: over bbz_business_capital no wage tax is paid; only recovery_claim, tozo",
    ),
    (
        {"opening_balances": [OPENING | {"remission_years_used": "2023|2023"}]},
        "opening_balances.csv:2:remission_years_used: 2023|2023: years up to",
    ),
    (
        {"representatives": [REPRESENTATIVE | {"until": "2024-08-01"}]},
        "representatives.csv:2:until: 2024-08-01: a day after 2024-09-01",
    ),
    (
        {"old_balances": [TOLD | {"principal": "1,00"}]},
        "old_balances.csv: is no part of a portfolio: aflos import compare lays it beside the books",
    ),
]


@pytest.mark.parametrize(("files", "expected"), WRONG)
def test_p32_what_cannot_be_is_refused_by_file_row_and_column(
    tmp_path: Path, files: Files, expected: str
) -> None:
    (line,) = refusal(None, write_csv(tmp_path, OPENED | files))
    assert line.startswith(expected)


def test_p32_movements_of_a_year_belong_to_an_opening_balance(tmp_path: Path) -> None:
    files = PAID_OUT | {"year_to_date": PAST["year_to_date"], "debtors": [DEBTOR]}
    rule = "a loan with an opening balance: of any other loan everything is booked"
    assert refusal(None, write_csv(tmp_path, files)) == [f"year_to_date.csv:2:loan: L-1: {rule}"]
