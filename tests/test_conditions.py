"""What law and policy asked of a decision when it was proposed is looked at again when it is approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from backoffice.charging import Owed, interest_owed
from backoffice.conditions import check_conditions, check_given_up, check_share
from backoffice.deciding import need_of
from servicing.decisions.kinds import KINDS
from servicing.facts import Draft, FactKind, FactRefused
from servicing.registration import Dossier
from tests.as_facts import LOAN, drafts_of, facts_of

CAPITAL = "bbz_business_capital"
TERMS: dict[str, Any] = {
    "principal": "6000.00",
    "annual_rate_percent": "8",
    "start": "2023-01-01",
    "instalments": 60,
}
LENT = {"on": "2023-01-01", "type": "disburse", "amount": "6000.00"}
COST = {"on": "2023-02-10", "type": "cost", "amount": "1000.00", "id": "cost"}
CANCELLED = {"on": "2025-05-01", "type": "cancellation", "of": "cost", "amount": "1000.00"}


def known(*events: dict[str, Any]) -> Dossier:
    return Dossier(LOAN, date(2023, 1, 1), facts_of(drafts_of(TERMS, [LENT, *events])))


def paid(on: str, amount: str) -> dict[str, Any]:
    return {"on": on, "type": "payment", "amount": amount}


def deferred(year: int) -> dict[str, str]:
    days = {"on": f"{year}-01-01", "from": f"{year}-01-01", "until": f"{year + 1}-01-01"}
    return {**days, "type": "deferral", "of": "principal", "end": "same"}


def proposed(kind: FactKind, on: str, cents: int, data: Mapping[str, object]) -> Draft:
    return Draft(LOAN, kind, date.fromisoformat(on), "B-1", cents, data=data, source="B-1")


def test_a_deferral_of_months_that_another_used_up_meanwhile_is_refused() -> None:
    wanted = {key: value for key, value in deferred(2026).items() if key not in {"on", "type"}}
    draft = proposed(FactKind.DEFERRAL, "2026-01-01", 0, wanted)
    check_conditions(known(deferred(2023), deferred(2024)), CAPITAL, draft)
    used = known(deferred(2023), deferred(2024), deferred(2025))
    with pytest.raises(FactRefused, match="is over the 36 months"):
        check_conditions(used, CAPITAL, draft)
    # A contract of private law only warns, and did so when it was proposed.
    check_conditions(used, "doorstartfonds_credit", draft)


def test_statutory_interest_above_what_is_computed_by_then_is_refused() -> None:
    draft = proposed(FactKind.STATUTORY_INTEREST, "2024-12-31", 50_00, {"attributable": "a car first"})
    check_conditions(known(), CAPITAL, draft)
    with pytest.raises(FactRefused, match=r"50.00 on 2024-12-31: 0.00 is computed"):
        check_conditions(known(paid("2023-01-15", "4000.00")), CAPITAL, draft)


def test_computed_interest_that_is_another_by_then_is_refused() -> None:
    before = known(COST, paid("2023-03-01", "1500.00"), CANCELLED)
    draft = interest_owed(before, Owed("B-1", date(2025, 7, 1), 0, "5"))
    check_conditions(before, CAPITAL, draft)
    refunded = {"on": "2025-06-01", "type": "credit_refund", "amount": "1000.00"}
    with pytest.raises(FactRefused, match=r"was computed when it was proposed and .* now: reject this"):
        check_conditions(known(COST, paid("2023-03-01", "1500.00"), CANCELLED, refunded), CAPITAL, draft)
    # What a person computed is not computed again.
    check_conditions(before, CAPITAL, proposed(FactKind.INTEREST_OWED, "2025-07-01", 1_00, {}))


def test_a_decision_that_rests_on_nothing_computed_is_left_to_the_person() -> None:
    for draft in (
        proposed(FactKind.WAIVER, "2025-07-01", 0, {"of": "all"}),
        proposed(FactKind.WRITE_OFF, "2025-07-01", 0, {"of": "all"}),
    ):
        check_conditions(known(), CAPITAL, draft)


def test_who_agrees_to_give_up_the_rest_is_two_persons() -> None:
    arrangement = KINDS["arrangement"]
    plain = proposed(FactKind.ARRANGEMENT, "2023-03-01", 100_00, {})
    settled = proposed(FactKind.ARRANGEMENT, "2023-03-01", 100_00, {"share": "1200.00"})
    assert [need_of(arrangement, one, known()).persons for one in (plain, settled)] == [1, 2]


def test_the_share_of_a_debt_settlement_is_paid_by_its_end() -> None:
    def told(until: str | None) -> None:
        data = {"share": "300.01", **({"until": until} if until else {})}
        check_share(known(), proposed(FactKind.ARRANGEMENT, "2023-03-01", 100_00, data))

    told(None)
    told("2023-06-02")
    with pytest.raises(FactRefused, match=r"share: 300.01: must be paid by the end .* and 300.00 is"):
        told("2023-06-01")


def test_no_more_of_a_part_is_given_up_than_is_open() -> None:
    def told(kind: FactKind, part: str, cents: int) -> None:
        check_given_up(
            known(paid("2023-02-01", "1000.00")), proposed(kind, "2023-03-01", cents, {"of": part})
        )

    told(FactKind.WAIVER, "principal", 5_040_00)
    told(FactKind.WRITE_OFF, "principal", 5_040_00)
    with pytest.raises(
        FactRefused, match=r"write-off of 5040.01: 5040.00 is open of the principal on 2023-03-01"
    ):
        told(FactKind.WRITE_OFF, "principal", 5_040_01)
    with pytest.raises(FactRefused, match=r"waiver of 10.00: 0.00 is open of the costs"):
        told(FactKind.WAIVER, "costs", 10_00)
    check_given_up(known(), proposed(FactKind.WAIVER, "2023-03-01", 0, {"of": "all"}))


def test_p24_at_stake_in_giving_up_all_is_what_was_open_on_its_day() -> None:
    draft = proposed(FactKind.WAIVER, "2023-01-15", 0, {"of": "all"})
    dossier = known(paid("2023-02-01", "6000.00"))
    # 6,000.00 and the interest of fourteen days of January: 6,000.00 x 8 % x 14 / 31 / 12.
    assert need_of(KINDS["waiver"], draft, dossier).power.cents == 6_018_06
    a_part = proposed(FactKind.WAIVER, "2023-01-15", 5_00, {"of": "principal"})
    assert need_of(KINDS["waiver"], a_part, dossier).power.cents == 5_00


@pytest.mark.parametrize(
    "given_up",
    [{"type": "waiver", "of": "all"}, {"type": "write_off", "of": "principal", "amount": "5000.00"}],
)
def test_p24_at_stake_in_a_withdrawal_is_what_it_brings_back(given_up: dict[str, str]) -> None:
    dossier = known({"on": "2023-01-01", **given_up})
    draft = Draft(LOAN, FactKind.WITHDRAWAL, date(2023, 1, 1), "3", 0, 3)
    assert need_of(KINDS["withdraw"], draft, dossier).power.cents > 6_000_00
