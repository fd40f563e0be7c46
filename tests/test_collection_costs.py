"""Collection costs on a debt from a contract (BW 6:96): the scale, the letter of fourteen days, and the charge."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ledger.database import reading, writing
from ledger.errors import BadInput
from ledger.money import cents_of, euros
from letters.outbox.dunning import asked_fields, hand_over_of
from letters.outbox.page_draft import page_draft
from letters.outbox.store import letters_of_creditor
from letters.render import render
from servicing.debtors.store import add_debtors
from servicing.dunning.collection_costs import Told, collection_costs, costs_in_words, costs_to_charge
from servicing.dunning.letters import Due, handed_over
from servicing.dunning.sent import HandedOver, Line, drafts_of
from servicing.facts import Draft, FactKind
from servicing.store import Loan, add_loan, facts_of, record
from tests.desk import run
from tests.dunning_cases import LAW, PROCEDURES, at, fact, letter, overdue, rules, step_on, told
from tests.law_files import write
from tests.letter_reading import read, the_press
from tests.nights import PLAIN_TERMS, begin_on, close_until, paid, stamp, tell
from tests.test_outbox_dunning import PERSON

SCALE = "scale_after_fourteen_days"
BY_SCALE = rules("doorstartfonds_credit", "flevoland", private__costs=SCALE)
NOTICE = [
    letter(1, "reminder", "2025-02-07", procedure="private"),
    fact(2, FactKind.CONTACT, "2025-02-14", text="no answer"),
    letter(3, "notice_of_default", "2025-02-21", "2025-03-07", procedure="private"),
]


@pytest.mark.parametrize(
    ("principal", "costs"),
    [
        # Stb. 2012, 141, art. 2: 15, 10, 5, 1 and 0.5 percent over the bands, from 40 to 6,775 euros.
        ("100.00", "40.00"),
        ("266.67", "40.00"),
        ("1058.82", "158.82"),
        ("1013.81", "152.07"),
        ("2500.00", "375.00"),
        ("2750.00", "400.00"),
        ("5000.00", "625.00"),
        ("10000.00", "875.00"),
        ("200000.00", "2775.00"),
        ("300000.00", "3275.00"),
        ("2000000.00", "6775.00"),
    ],
)
def test_the_scale_of_collection_costs(principal: str, costs: str) -> None:
    assert euros(collection_costs(cents_of(principal), at("2025-03-01"), LAW)) == costs


def test_the_scale_in_words_is_what_was_computed() -> None:
    words = costs_in_words(cents_of("2750.00"), at("2025-03-01"), LAW)
    assert (
        words.replace("\u00a0", " ")
        == "15% over de eerste € 2.500,00, 10% over de volgende € 250,00, met een minimum van € 40,00"
    )


def test_the_letter_of_fourteen_days_comes_after_default_and_only_where_the_scale_is_asked() -> None:
    assert told(step_on("2025-03-07", NOTICE, by=BY_SCALE)) == "fourteen_days comes from 2025-03-08 on"
    assert told(step_on("2025-03-08", NOTICE, by=BY_SCALE)) == "fourteen_days"
    sent = [*NOTICE, letter(4, "fourteen_days", "2025-03-10", "2025-03-28", procedure="private")]
    assert told(step_on("2025-03-29", sent, by=BY_SCALE)) == "person"
    by_contract = rules("doorstartfonds_credit", "flevoland")
    assert told(step_on("2025-03-08", NOTICE, by=by_contract)) == "person"


def due(loan: int, cents: str, *debtors: int) -> Due:
    return Due(
        loan,
        7,
        "private",
        "fourteen_days",
        "private_fourteen_days",
        debtors or (1,),
        overdue(("2025-01-31", cents)),
        at("2025-03-08"),
    )


def test_costs_are_told_on_the_sum_and_booked_by_nobody() -> None:
    ways = (LAW, BY_SCALE.choices)
    bundle = [due(700_000_001, "1000.00"), due(700_000_002, "1750.00")]
    sent, _ = handed_over(bundle, "L-9", at("2025-03-10"), PROCEDURES["private"], ways)
    # Fourteen days after the letter is taken to be received, four days after it was sent.
    assert (euros(sent.costs), sent.term_until) == ("400.00", at("2025-03-28"))
    first, second = drafts_of(sent)
    assert {draft.kind for draft in (first, second)} == {FactKind.DUNNED}
    assert "costs" not in first.data
    assert second.data["costs_over"] == {"700000001": "1000.00", "700000002": "1750.00"}
    with pytest.raises(BadInput, match="not of the same debtors"):
        handed_over(
            [due(1, "1.00", 1), due(2, "1.00", 1, 2)], "L", at("2025-03-10"), PROCEDURES["private"], ways
        )


@pytest.mark.parametrize(
    ("left", "costs"),
    [(275_000, "400.00"), (100_000, "150.00"), (1_000, "40.00"), (0, "0.00"), (900_000, "400.00")],
)
def test_costs_are_over_what_was_not_paid_in_the_term(left: int, costs: str) -> None:
    letter_told = Told("L-9", at("2025-03-10"), at("2025-03-28"), cents_of("400.00"), {1: 275_000})
    assert euros(costs_to_charge(letter_told, {1: left}, at("2025-03-28"), LAW)) == costs


START, NIGHT = date(2024, 1, 1), date(2024, 3, 8)


def credit_in_default(engine: Engine) -> int:
    """A credit of the fund of which nothing was paid, in default by a notice of which the term has passed."""
    begin_on(engine, NIGHT)
    by = stamp(engine, NIGHT)
    with writing(engine) as connection:
        debtors = add_debtors(connection, [PERSON], by)
        loan = add_loan(
            connection,
            Loan(0, 7, "doorstartfonds_credit", None, "test", START, START, "private"),
            debtors,
            by,
        )
        line = (Line(loan, date(2024, 2, 1), 50_691),)
        asked = HandedOver("L-1", "private", "reminder", "private_reminder", date(2024, 2, 8), line, (1,))
        default = asked._replace(reference="L-2", step="notice_of_default", on=date(2024, 2, 22))
        drafts = [
            Draft(loan, FactKind.GRANT, START, "grant", data=PLAIN_TERMS),
            Draft(loan, FactKind.DISBURSEMENT, START, "first", cents=2_500_000),
            *drafts_of(asked),
            Draft(loan, FactKind.CONTACT, date(2024, 2, 15), "call", data={"text": "no answer"}),
            *drafts_of(default._replace(term_until=date(2024, 3, 7))),
        ]
        record(connection, drafts, by)
    return loan


def test_a_credit_in_default_from_the_letter_of_fourteen_days_to_its_costs(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = f'choices: {{private.costs: {{2014-01-01: {{value: {SCALE}, source: "decision"}}}}}}'
    write(tmp_path / "config", "policy/flevoland.yaml", chosen)
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("AFLOS_DATABASE", sqlite_url)
    loan = credit_in_default(sqlite_database)
    close_until(sqlite_database, NIGHT)
    with reading(sqlite_database) as connection:
        (one,) = letters_of_creditor(connection, 7).values()
    # Two instalments: 15 % of 1,013.82.
    assert (one.draft.kind, one.draft.demanded) == ("private_fourteen_days", 101_382)
    assert one.draft.fields["costs"] == 15_207
    page = read(render(the_press(), page_draft(one, "flevoland", NIGHT, the_press().catalogue)).content)
    assert (
        "€ 152,07 incassokosten betalen: 15% over de eerste € 1.013,82, met een minimum van € 40,00" in page
    )
    costs = ("dunning", "costs", str(loan), "--on", "2024-04-02", "--json")
    assert "no letter told of collection costs" in run(*costs).err
    sent_on, until = date(2024, 3, 11), one.draft.effects.term_end(date(2024, 3, 11))
    assert until == date(2024, 3, 29) + (date(2024, 4, 2) - date(2024, 3, 29))  # Good Friday to Easter Monday
    sent = hand_over_of(one.draft.effects.dunning, sent_on, until, "")
    tell(sqlite_database, sent_on, *drafts_of(sent), paid(loan, "2024-03-20", 51_382))
    # A part was paid in time: costs are over the rest, and told twice they are charged once.
    after = (*costs[:-2], "2024-04-03", "--json")
    assert "must lie after 2024-04-02" in run(*costs).err
    assert [run(*after).code, run(*after).code] == [0, 0]
    with reading(sqlite_database) as connection:
        facts = facts_of(connection, [loan])[loan]
    assert [fact.cents for fact in facts if fact.kind is FactKind.COST] == [7_500]  # 15 % of 500.00


def test_a_letter_about_several_contracts_names_none_by_its_day() -> None:
    days = {at("2024-01-01"), at("2024-05-01")}
    one, two = (asked_fields([due(1, "10.00")], 0, {}, dates) for dates in ({at("2024-01-01")}, days))
    assert (one["contract_date"], "contract_date" in two) == ("2024-01-01", False)
