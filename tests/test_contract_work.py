"""What the work list asks about a contract: it rests on no article of the law for the government."""

from __future__ import annotations

from servicing.dunning.work import item_of_arrangement, item_of_interest
from servicing.facts import FactKind
from servicing.worklist import Case
from tests.dunning_cases import LAW, PRODUCTS, at, fact, letter, rules
from tests.test_dunning_desk import CLAIM

CREDIT = "doorstartfonds_credit"


def test_interest_on_a_contract_rests_on_the_civil_code() -> None:
    facts = [
        fact(1, FactKind.GRANT, "2025-03-03", **CLAIM),
        fact(2, FactKind.DISBURSEMENT, "2025-03-03", cents=471_294),
        letter(3, "notice_of_default", "2025-05-06", "2025-05-20", procedure="private"),
    ]
    ways = (LAW, rules(CREDIT, interest__policy="always").choices)
    (item,) = item_of_interest(Case(facts[0].loan, 1, facts), PRODUCTS[CREDIT], ways, at("2025-09-01"))
    assert ("can be fixed (BW 6:119)" in item.reason, "Awb" in item.reason) == (True, False)


def test_an_arrangement_about_a_contract_ends_as_was_agreed() -> None:
    agreed = fact(1, FactKind.ARRANGEMENT, "2025-03-01", cents=5000, first="2025-03-31", every="1m")
    (item,) = item_of_arrangement(Case(agreed.loan, 1, [agreed]), "private", at("2025-04-30"))
    assert item.next_action.endswith("(as was agreed: tell the debtor in a letter of your own)")
