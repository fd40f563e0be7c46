"""The waiver of what is left after five years of repayment from income (Bbz art. 43 lid 2)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from servicing import files
from servicing.facts import Fact, FactKind, FactRefused
from servicing.rest_waiver import Kept, rest_after_track
from tests.as_facts import LOAN, drafts_of, facts_of
from tests.desk import GRANTED, options
from tests.letters_desk import letter, open_letters_desk
from tests.offices import by, good_by

LAW = files.law()
PRODUCT = files.products()["bbz_business_capital"]
TERMS: dict[str, Any] = {
    "principal": "30000.00",
    "annual_rate_percent": "8",
    "start": "2019-01-01",
    "instalments": 120,
    "method": "linear",
}
LENT = {"on": "2019-01-01", "type": "disburse", "amount": "30000.00"}
FREE = {"on": "2019-01-01", "type": "interest_free_from"}


def paid(amount: str, on: str = "2023-12-15") -> dict[str, Any]:
    return {"on": on, "type": "payment", "amount": amount}


def agreed(nr: int, on: str, cents: int, **data: str) -> Fact:
    day = date.fromisoformat(on)
    return Fact(LOAN, nr, FactKind.ARRANGEMENT, day, day, f"R-{nr}", cents, 0, data, "test", "")


def ended(of: int, on: str) -> Fact:
    day = date.fromisoformat(on)
    return Fact(LOAN, 90, FactKind.ARRANGEMENT_END, day, day, "E", 0, of, {}, "test", "")


def kept(*events: dict[str, Any], more: tuple[Fact, ...] = (), on: str = "2024-01-01") -> Kept:
    facts = facts_of(drafts_of(TERMS, [LENT, *events]))
    return rest_after_track([*facts, *more], PRODUCT, LAW, date.fromisoformat(on))


def test_case_e_a_five_years_of_322_10_leave_10_674_00() -> None:
    found = kept(FREE, paid("19326.00"), more=(agreed(9, "2019-01-01", 322_10),))
    assert (found.asked, found.paid, found.track.left, found.against) == (19_326_00, 19_326_00, 10_674_00, ())
    says = found.says("")
    assert (says["of"], says["since"], says["until"], "although" in says) == (
        *("all", "2019-01-01", "2024-01-01"),
        False,
    )


def test_a_later_arrangement_takes_the_place_of_the_one_before() -> None:
    both = (agreed(8, "2019-01-01", 300_00), agreed(9, "2021-01-01", 400_00))
    assert kept(FREE, paid("21600.00"), more=both).asked == 24 * 300_00 + 36 * 400_00


def test_what_speaks_against_it_is_said() -> None:
    assert kept(FREE, paid("1.00")).against == ("no arrangement says what was to be paid",)
    short = kept(FREE, paid("19325.99"), more=(agreed(9, "2019-01-01", 322_10),))
    assert short.against == ("19325.99 was paid of 19326.00 that was asked",)
    broken = (agreed(9, "2019-01-01", 100_00), ended(9, "2022-03-01"))
    assert kept(FREE, paid("9000.00"), more=broken).against == (
        "nothing was arranged from 2022-03-01 to 2023-12-31",
    )


@pytest.mark.parametrize(
    ("events", "on", "words"),
    [
        ((), "2024-01-01", "no repayment from income began"),
        ((FREE,), "2023-12-31", "are over on 2024-01-01"),
        ((FREE, paid("30000.00")), "2024-01-01", "nothing is left to waive"),
    ],
)
def test_it_is_refused_before_its_time(events: tuple[dict[str, Any], ...], on: str, words: str) -> None:
    with pytest.raises(FactRefused, match=words):
        kept(*events, on=on)


def free_since_2019() -> str:
    """A loan of which interest stopped with the business on its first day, 5,000.00 of it repaid; its number."""
    on = "2019-01-01"
    granted: dict[str, str | None] = {
        "decision": "B-2019-1",
        "decision_date": on,
        "start": on,
        "principal": "20000.00",
    }
    loan = str(good_by("clerk", "loan", "add", *options(GRANTED, **granted))["loan"])
    good_by("clerk", "loan", "disburse", loan, "--amount", "20000.00", "--on", on)
    good_by("approver", "decide", "interest-free", loan, "--on", on, "--decision", "B-1")
    good_by("manager", "approve", "1")
    good_by("clerk", "payment", "add", loan, "--amount", "5000.00", "--on", "2023-12-01")
    return loan


def test_two_persons_waive_the_rest_and_its_letter_tells_how_much(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_letters_desk(sqlite_url, tmp_path, monkeypatch)
    loan = free_since_2019()
    rest = ("decide", "rest-waiver", loan, "--on", "2024-02-01", "--decision", "B-2")
    assert "no arrangement says what was to be paid: say with --although" in by("approver", *rest).err
    waived = (*rest, "--although", "no income above the norm in any year")
    assert good_by("approver", *waived, "--preview")["letters"] == ["rest_waiver"]
    proposed = good_by("approver", *waived)
    assert (proposed["decision_kind"], proposed["at_stake"], proposed["persons"]) == (
        *("rest-waiver", "15000.00"),
        2,
    )
    assert "you made it" in by("approver", "approve", "2").err
    good_by("clerk", "payment", "add", loan, "--amount", "100.00", "--on", "2024-01-05")
    changed = by("manager", "approve", "2").err
    assert "paid was 5000.00 when it was proposed and is 5100.00 now: reject this proposal" in changed
    last = str(good_by("clerk", "loan", "show", loan)["facts"][-1]["fact"])
    good_by("clerk", "loan", "withdraw", loan, last, "--reason", "of another loan")
    good_by("manager", "approve", "2")
    assert good_by("approver", *waived)["recorded"] is False
    assert good_by("clerk", "loan", "show", loan, "--on", "2024-02-01")["outstanding"]["principal"] == "0.00"
    assert good_by("clerk", "worklist", "--source", "event", "--on", "2024-03-01") == []
    told = ("letters", "write", "2", "--reason", "U hield zich vijf jaar aan wat wij vroegen.")
    (number,) = good_by("clerk", *told)["letters"]
    fields = letter(sqlite_database, number).draft.fields
    assert (fields["waived"], fields["track_until"], fields["track_paid"]) == (
        *(15_000_00, "2023-12-31"),
        5_000_00,
    )
