"""What a night writes by itself: rows for what its books give reason to, once, with amounts that are in the books."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from jobs.letters_checks import letters_unlike_books
from jobs.letters_now import fallen_away
from jobs.letters_stuck import stuck_letters
from jobs.letters_year import write_of_loans
from ledger.database import reading, writing
from letters.outbox.store import letters_proposed_on
from letters.outbox.telling import LoanCase, told_of
from letters.outbox.values import Letter
from letters.outbox.year import Move, year_of
from servicing.debtors.store import add_debtors
from servicing.debtors.values import NewDebtor
from servicing.facts import Draft, FactKind
from servicing.files import products
from servicing.registration import Dossier
from servicing.store import Loan, add_loan, record
from servicing.viewing import view_on
from tests.as_facts import drafts_of, facts_of
from tests.nights import PLAIN_TERMS, at, begin_on, close_until, paid, stamp, tell

CONFIRM = """
choices:
  letters.payment_confirmation:
    2020-01-01: {value: "each", source: "Beleidsregel art. 2"}
"""


@pytest.fixture
def confirming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Almere confirms each payment."""
    (tmp_path / "config" / "policy").mkdir(parents=True)
    (tmp_path / "config" / "policy" / "almere.yaml").write_text(CONFIRM)
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path / "config"))


def lent(engine: Engine, instalments: int = 60, *, city: str = "Lelystad") -> int:
    """A loan of 25,000.00 at 8 % from 1 January 2024, paid out, to somebody with an address."""
    by = stamp(engine, at("2024-01-01"))
    with writing(engine) as connection:
        street, house, code = ("Agorabaan", "3", "8232 AB") if city else ("", "", "")
        person = NewDebtor(
            None, None, None, "S. Jansen", street, house, code, city, "NL", "pl", at("2024-01-01")
        )
        (debtor,) = add_debtors(connection, [person], by)
        start = at("2024-01-01")
        heading = Loan(0, 1, "bbz_business_capital", None, "test", start, start, "from-2020")
        number = add_loan(connection, heading, [debtor], by)
        terms = PLAIN_TERMS | {"instalments": instalments}
        drafts = [
            Draft(number, FactKind.GRANT, start, "grant", data=terms),
            Draft(number, FactKind.DISBURSEMENT, start, "first", cents=2_500_000),
        ]
        record(connection, drafts, by)
    return number


def written(engine: Engine, day: str) -> list[Letter]:
    with reading(engine) as connection:
        assert list(letters_unlike_books(connection, at(day))) == []
        found = list(letters_proposed_on(connection, at(day)).values())
    assert [letter.last for letter in found if letter.last] == []
    return found


@pytest.mark.parametrize(
    ("product", "letters"),
    [
        ("bbz_business_capital", ["welcome"]),
        ("doorstartfonds_credit", ["welcome"]),
        ("bbz_ended_business_loan", []),
        ("bbz_guarantee_claim", []),
        ("bbz_mortgage_rest", []),
        ("bbz_retained_capital_loan", []),
        ("recovery_claim", []),
    ],
)
def test_who_gets_no_money_is_not_welcomed(product: str, letters: list[str]) -> None:
    facts = facts_of(drafts_of(PLAIN_TERMS, [{"on": "2024-01-01", "type": "disburse", "amount": "25000.00"}]))
    dossier = Dossier(facts[0].loan, at("2024-01-01"), facts)
    case = LoanCase(products()[product], dossier, view_on(dossier, at("2024-01-01")), facts, {})
    assert [told.kind for told in told_of(case)] == letters


def test_a_loan_that_is_paid_out_is_welcomed_with_its_schedule(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    number = lent(database)
    (manifest,) = close_until(database, at("2024-01-01"))
    (letter,) = written(database, "2024-01-01")
    assert manifest["letters_proposed"] == 1
    assert (letter.draft.kind, letter.draft.language, letter.draft.law) == ("welcome", "pl", "public")
    fields = letter.draft.fields
    assert (fields["rate"], fields["instalment"], fields["instalments"]) == ("8", 50691, 60)
    rows = fields["schedule_rows"]
    assert isinstance(rows, list)
    assert rows[0] == [1, "2024-02-01", 34024, 16667, 50691, 2465976]
    assert fields["addressee"] == ["S. Jansen", "Agorabaan 3", "8232 AB  Lelystad"]
    (amount,) = letter.draft.amounts
    assert amount.entries == (f"{number}:2024-01-01:disbursement:1",)


def test_a_payment_is_confirmed_where_the_college_chose_so(database: Engine, confirming: None) -> None:
    begin_on(database, at("2024-01-01"))
    number = lent(database)
    close_until(database, at("2024-02-01"))
    tell(database, at("2024-02-02"), paid(number, "2024-02-01", 50691))
    close_until(database, at("2024-02-02"))
    (letter,) = written(database, "2024-02-02")
    assert letter.draft.kind == "payment_confirmation"
    assert letter.draft.fields["paid_rows"] == [["Rente", 16667], ["Aflossing", 34024]]
    # A payment of a closed month is confirmed once, whatever else comes.
    tell(database, at("2024-02-03"), paid(number, "2024-02-03", 100))
    close_until(database, at("2024-02-03"))
    assert len(written(database, "2024-02-03")) == 1


def test_a_decision_that_is_taken_back_is_told_by_the_schedule_without_it(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    number = lent(sqlite_database)
    close_until(sqlite_database, at("2024-01-01"))
    told = {"from": "2024-03-01", "until": "2024-06-01", "of": "principal", "end": "extend"}
    deferral = Draft(number, FactKind.DEFERRAL, at("2024-01-02"), "B-2", data=told)
    (nr,) = tell(sqlite_database, at("2024-01-02"), deferral)
    close_until(sqlite_database, at("2024-01-02"))
    assert [one.draft.kind for one in written(sqlite_database, "2024-01-02")] == ["repayment_schedule"]
    back = Draft(number, FactKind.WITHDRAWAL, at("2024-01-02"), f"fact {nr}", of=nr, data={"reason": "x"})
    tell(sqlite_database, at("2024-01-03"), back)
    close_until(sqlite_database, at("2024-01-03"))
    (letter,) = written(sqlite_database, "2024-01-03")
    rows = letter.draft.fields["schedule_rows"]
    assert isinstance(rows, list)
    assert (letter.draft.kind, len(rows), rows[1][4]) == ("repayment_schedule", 60, 50691)
    # What is decided and taken back in one night tells nobody anything.
    (other,) = tell(sqlite_database, at("2024-01-04"), replace(deferral, key="B-3"))
    tell(sqlite_database, at("2024-01-04"), replace(back, key=f"fact {other}", of=other))
    close_until(sqlite_database, at("2024-01-04"))
    assert written(sqlite_database, "2024-01-04") == []
    # What is kept is told, though another that came after it was not.
    tell(sqlite_database, at("2024-01-05"), replace(deferral, key="B-4"))
    (other,) = tell(sqlite_database, at("2024-01-05"), replace(deferral, key="B-5"))
    tell(sqlite_database, at("2024-01-05"), replace(back, key=f"fact {other}", of=other))
    close_until(sqlite_database, at("2024-01-05"))
    assert [one.draft.kind for one in written(sqlite_database, "2024-01-05")] == ["repayment_schedule"]


def test_a_schedule_falls_away_for_the_one_without_a_decision_taken_back_or_with_a_later_one(
    sqlite_database: Engine,
) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    number = lent(sqlite_database)
    close_until(sqlite_database, at("2024-01-01"))
    told = {"from": "2024-03-01", "until": "2024-06-01", "of": "principal", "end": "extend"}
    deferral = Draft(number, FactKind.DEFERRAL, at("2024-01-02"), "B-2", data=told)

    def gone(letter: Letter, day: str) -> str:
        return dropped(sqlite_database, letter, day)

    (nr,) = tell(sqlite_database, at("2024-01-02"), deferral)
    close_until(sqlite_database, at("2024-01-02"))
    (first,) = written(sqlite_database, "2024-01-02")
    tell(sqlite_database, at("2024-01-03"), replace(deferral, key="B-3", value_date=at("2024-01-03")))
    # The night has not told of the later one yet: both may still come to nothing.
    assert gone(first, "2024-01-03") == ""
    close_until(sqlite_database, at("2024-01-03"))
    (second,) = written(sqlite_database, "2024-01-03")
    why = f"loan {number}: the deferral of 2024-01-03 (fact 4) came in between"
    assert gone(first, "2024-01-04") == f"{why}: the night told what is to be paid since"
    assert gone(second, "2024-01-04") == ""
    back = Draft(number, FactKind.WITHDRAWAL, at("2024-01-02"), f"fact {nr}", of=nr, data={"reason": "x"})
    tell(sqlite_database, at("2024-01-04"), back)
    why = f"loan {number}: the deferral of 2024-01-02 (fact {nr}) was withdrawn"
    assert gone(second, "2024-01-04") == f"{why}: the night tells what is to be paid without it"
    close_until(sqlite_database, at("2024-01-04"))
    (third,) = written(sqlite_database, "2024-01-04")
    assert gone(third, "2024-01-05") == ""


def test_the_last_payment_is_answered_with_a_final_statement(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    number = lent(sqlite_database, 2)
    close_until(sqlite_database, at("2024-02-29"))
    tell(sqlite_database, at("2024-03-01"), paid(number, "2024-03-01", 2_600_000))
    close_until(sqlite_database, at("2024-03-02"))
    # An overpaid loan is not closed: there is money to go back first.
    assert written(sqlite_database, "2024-03-01") == []


def test_a_loan_that_is_paid_exactly_is_finished(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    number = lent(sqlite_database, 2)
    close_until(sqlite_database, at("2024-01-01"))
    (welcome,) = written(sqlite_database, "2024-01-01")
    rows = welcome.draft.fields["schedule_rows"]
    assert isinstance(rows, list)
    for row in rows:
        tell(sqlite_database, at(row[1]), paid(number, row[1], row[4]))
        close_until(sqlite_database, at(row[1]))
    (letter,) = written(sqlite_database, rows[-1][1])
    assert (letter.draft.kind, letter.draft.fields["closed_on"]) == ("final_statement", rows[-1][1])
    assert letter.draft.fields["paid_total"] == sum(row[4] for row in rows)
    assert dropped(sqlite_database, letter, "2024-03-02") == ""
    # Statutory interest over what came late is fixed afterwards: it is not true any more that nothing is owed.
    fixed = Draft(number, FactKind.STATUTORY_INTEREST, at("2024-03-02"), "SR-1", cents=2_500)
    tell(sqlite_database, at("2024-03-02"), fixed)
    why = f"loan {number}: statutory interest of 2024-03-02 came in after all was paid"
    assert dropped(sqlite_database, letter, "2024-03-02") == why
    (nr,) = tell(sqlite_database, at("2024-03-03"), paid(number, "2024-03-03", 2_500))
    close_until(sqlite_database, at("2024-03-03"))
    (last,) = written(sqlite_database, "2024-03-03")
    assert (dropped(sqlite_database, letter, "2024-03-04"), last.draft.kind) == (why, "final_statement")
    assert dropped(sqlite_database, last, "2024-03-04") == ""
    # A payment that was wrong is taken back.
    tell(sqlite_database, at("2024-03-04"), Draft(number, FactKind.WITHDRAWAL, at("2024-03-04"), "w", of=nr))
    assert dropped(sqlite_database, last, "2024-03-04") == f"loan {number}: 25.00 is owed again"


def dropped(engine: Engine, letter: Letter, day: str) -> str:
    with reading(engine) as connection:
        return fallen_away(connection, {letter.id: letter}, at(day)).get(letter.id, "")


def test_in_january_every_debtor_gets_the_balance_of_the_year(database: Engine) -> None:
    begin_on(database, at("2024-12-01"))
    number = lent(database)
    tell(database, at("2024-12-02"), paid(number, "2024-02-01", 50691))
    close_until(database, at("2024-12-31"))
    (letter,) = [one for one in written(database, "2024-12-31") if one.draft.kind == "yearly_statement"]
    fields = letter.draft.fields
    assert (fields["year"], fields["interest_paid"]) == (2024, 16667)
    rows = fields["year_rows"]
    assert isinstance(rows, list)
    assert rows[0] == ["Hoofdsom", 0, 2_500_000, 34024, 2_465_976]
    assert sum(row[4] for row in rows) == fields["balance"]
    assert isinstance(fields["arrears"], int)
    with writing(database) as connection:
        write_of_loans(connection, 1, [number], at("2024-12-31"))
    assert len([one for one in written(database, "2024-12-31") if one.draft.kind == "yearly_statement"]) == 1


def test_nobody_is_written_to_without_an_address(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    lent(sqlite_database, city="")
    close_until(sqlite_database, at("2024-01-01"))
    assert written(sqlite_database, "2024-01-01") == []


def test_a_night_that_is_worked_again_writes_no_second_letter(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    lent(sqlite_database)
    close_until(sqlite_database, at("2024-01-01"))
    before = written(sqlite_database, "2024-01-01")
    close_until(sqlite_database, at("2024-01-01"))
    close_until(sqlite_database, at("2024-01-03"))
    assert written(sqlite_database, "2024-01-01") == before
    assert written(sqlite_database, "2024-01-02") == []


def test_g10_an_amount_that_is_not_in_the_books_is_found(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-01-01"))
    lent(sqlite_database)
    close_until(sqlite_database, at("2024-01-01"))
    with writing(sqlite_database) as connection:
        connection.execute(text("DROP TRIGGER letter_no_update"))
        connection.execute(text("UPDATE letter SET amounts = replace(amounts, '2500000', '2500001')"))
    with reading(sqlite_database) as connection:
        (wrong,) = letters_unlike_books(connection, at("2024-01-01"))
    assert "principal is 25000.01, the books have 25000.00" in wrong


def test_a_year_adds_up_from_postings() -> None:
    moves = [
        Move(1300, 1200, in_year=False, cents=100_000),
        Move(1310, 1300, in_year=True, cents=10_000),
        Move(1100, 1310, in_year=True, cents=10_000),
        Move(1330, 8000, in_year=True, cents=500),
        Move(1100, 1330, in_year=True, cents=400),
        Move(1330, 1100, in_year=True, cents=100),
    ]
    told = year_of(moves, overdue=0)
    assert told is not None
    assert [tuple(part) for part in told.parts] == [
        ("Hoofdsom", 100_000, 0, 10_000),
        ("Rente", 0, 600, 400),
        ("Kosten", 0, 0, 0),
    ]
    assert (told.balance, told.interest_paid) == (90_200, 300)
    assert year_of([], overdue=0) is None


def wrong(loan: int, known: str) -> Draft:
    """A fact that no night can read."""
    return Draft(loan, FactKind.RATE, at(known), "typo", data={"rate": 9})


def test_d2_a_loan_that_was_set_aside_is_written_about_when_it_is_mended(database: Engine) -> None:
    begin_on(database, at("2024-01-01"))
    number = lent(database)
    (nr,) = tell(database, at("2024-01-01"), wrong(number, "2024-01-01"))
    healthy = lent(database)
    close_until(database, at("2024-01-02"))
    assert [one.draft.loans[0].loan for one in written(database, "2024-01-01")] == [healthy]
    tell(database, at("2024-01-03"), Draft(number, FactKind.WITHDRAWAL, at("2024-01-03"), "mend", of=nr))
    close_until(database, at("2024-01-04"))
    (letter,) = written(database, "2024-01-03")
    assert (letter.draft.kind, letter.draft.loans[0].loan) == ("welcome", number)
    assert written(database, "2024-01-04") == []


def test_the_statement_of_a_loan_that_is_set_aside_is_missed_by_a_person(sqlite_database: Engine) -> None:
    begin_on(sqlite_database, at("2024-12-30"))
    number = lent(sqlite_database)
    healthy = lent(sqlite_database)
    close_until(sqlite_database, at("2024-12-30"))
    tell(sqlite_database, at("2024-12-31"), wrong(number, "2024-12-31"))
    close_until(sqlite_database, at("2024-12-31"))
    with reading(sqlite_database) as connection:
        letters = list(letters_proposed_on(connection, at("2024-12-31")).values())
        items = stuck_letters(connection, at("2024-12-31"))
    assert {one.draft.loans[0].loan: one.draft.kind for one in letters} == {
        number: "unwritten",
        healthy: "yearly_statement",
    }
    assert [one.reason.partition(" SetAside")[0] for one in items] == [
        "unwritten has no page: yearly_statement"
    ]
