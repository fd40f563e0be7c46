"""The products: all fourteen, each figure by the name of its parameter, limits that refuse or warn."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from backoffice.portfolio.granting import law_rate
from ledger.config import read_yaml
from ledger.errors import BadInput, Misconfigured
from ledger.files import config_text
from servicing import files
from servicing.granting import granted_terms
from servicing.law import UnknownLaw
from servicing.product import Asked, Group, limits_broken, product_from
from tests.law_files import write

LAW = files.law()
PRODUCTS = files.products()
ON = date(2025, 6, 1)


def test_all_products_are_there() -> None:
    assert sorted(PRODUCTS) == [
        "bbz_business_capital",
        "bbz_ended_business_loan",
        "bbz_guarantee_claim",
        "bbz_living_allowance",
        "bbz_mortgage_rest",
        "bbz_older_capital_loan",
        "bbz_preparation_costs",
        "bbz_retained_capital_loan",
        "bbz_surety",
        "doorstartfonds_credit",
        "recovery_claim",
        "special_assistance_loan",
        "tozo_business_capital",
        "tozo_living_allowance",
    ]


def test_only_the_fund_is_private_law() -> None:
    assert [code for code, one in PRODUCTS.items() if one.kind == "private"] == ["doorstartfonds_credit"]
    assert PRODUCTS["doorstartfonds_credit"].on_breach == "warn"
    assert PRODUCTS["doorstartfonds_credit"].interest.default_percent == "8"


def test_a_mortgage_rest_is_paid_principal_first() -> None:
    # Bbz 2004 art. 43b lid 3 tot en met 5: the reverse of Awb art. 4:92.
    assert PRODUCTS["bbz_mortgage_rest"].allocation == ("principal", "interest", "costs")
    assert PRODUCTS["bbz_business_capital"].allocation == ("costs", "interest", "principal")


@pytest.mark.parametrize(
    ("code", "asked", "broken"),
    [
        # Bbz 2004 art. 20 and 24, amounts of 2025: 253,420 and 46,656 euros; art. 15 onder b: 120 months.
        ("bbz_business_capital", Asked(25_342_000, 120, ON, "established"), []),
        ("bbz_business_capital", Asked(25_342_001, 120, ON, "established"), ["253420.01 euros: the maximum"]),
        ("bbz_business_capital", Asked(4_665_601, 121, ON, "starter"), ["46656.01 euros", "121 months"]),
        ("doorstartfonds_credit", Asked(599_999, 59, ON), ["5999.99 euros: the minimum", "59 months"]),
        ("doorstartfonds_credit", Asked(19_000_000, 84, ON), []),
        ("recovery_claim", Asked(1, 1, ON), []),
    ],
)
def test_limits(code: str, asked: Asked, broken: list[str]) -> None:
    found = limits_broken(PRODUCTS[code], asked, LAW)
    assert len(found) == len(broken)
    assert all(text in sentence for text, sentence in zip(broken, found, strict=True))


def test_a_limit_that_is_not_known_is_refused() -> None:
    asked = Asked(100, 60, date(2024, 6, 1), "starter")
    with pytest.raises(UnknownLaw, match="capital_limit_starter on 2024-06-01"):
        limits_broken(PRODUCTS["bbz_business_capital"], asked, LAW)


@pytest.mark.parametrize("group", [None, "older"])
def test_limits_that_differ_by_group_need_the_group(group: Group | None) -> None:
    with pytest.raises(BadInput, match="bbz_business_capital is for established or starter"):
        limits_broken(PRODUCTS["bbz_business_capital"], Asked(100, 60, ON, group), LAW)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("kind: public", "kind: private"), "the private procedure is for private-law debts"),
        (
            ("[costs, interest, principal]", "[costs, interest]"),
            "name costs, interest and principal, each once",
        ),
        (("methods: [annuity", "methods: [anuity"), "methods.0: 'anuity'"),
        (("rounding: half-up", "rounding: up"), "rounding: 'up'"),
        (("source: law", "source: agreed"), "names its parameter"),
        (("select_by: grant_date", "default_percent: '8'"), "names its parameter"),
        (("day_count: monthly", "day_count: monthly\nfee: none"), "fee: 'none': this key is unknown here"),
    ],
)
def test_a_wrong_product_is_refused(change: tuple[str, str], message: str) -> None:
    text = config_text("products/bbz_business_capital.yaml").replace(*change)
    with pytest.raises(Misconfigured) as refused:
        product_from("p", read_yaml(text, "products/p.yaml"), "products/p.yaml")
    assert message in str(refused.value)


def test_a_product_names_only_parameters_that_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = config_text("products/bbz_guarantee_claim.yaml").replace("capital_longest_term", "longest")
    write(tmp_path, "products/bbz_guarantee_claim.yaml", text)
    monkeypatch.setenv("AFLOS_CONFIG", str(tmp_path))
    with pytest.raises(Misconfigured, match=r"'longest': there is no law/longest\.yaml"):
        files.products()


def test_preparation_costs_are_granted_without_interest() -> None:
    # Bbz 2004 art. 29 lid 2: interest-bearing only once the business has started; an import says whether it has.
    product = PRODUCTS["bbz_preparation_costs"]
    given = {"principal": "905.41", "start": "2025-06-01", "instalments": 42}
    assert granted_terms(product, given, ON, LAW).rate == 0
    assert granted_terms(PRODUCTS["bbz_guarantee_claim"], given, ON, LAW).rate == Fraction(8, 100)
    assert law_rate(product, ON, LAW) is None
