"""The year norm, net income and art. 12, one rule at a time."""

from __future__ import annotations

import pytest

from tests.settling import answer, error, lines, moving_in

# The year norm


@pytest.mark.parametrize(
    ("household", "norm"),
    [
        ("couple", "23267.22"),
        ("single", "16287.06"),
        ("single_parent", "16287.06"),
        # Half of 1,922.07 is 961.035, to the cent 961.04; half of 1,955.80 is 977.90.
        ("cost_sharer", "11633.64"),
    ],
)
def test_the_year_norm_of_each_household(household: str, norm: str) -> None:
    assert answer(household=household)["year_norm"] == norm


def test_a_household_that_changes_counts_by_month_and_by_days() -> None:
    # Three months at 1,345.45, three at 1,922.07, six at 1,955.80.
    assert answer(household=moving_in("2025-04-01"))["year_norm"] == "21537.36"
    # April then has ten days at 1,345.45 and twenty at 1,922.07: 192.2066... less.
    assert answer(household=moving_in("2025-04-11"))["year_norm"] == "21345.15"
    at_the_end = answer(household=moving_in("2025-12-31"), policy={"jaarnorm.household": "year_end"})
    assert at_the_end["year_norm"] == "23267.22"


def test_a_book_year_that_is_not_the_calendar_year() -> None:
    # July 2024 to June 2025: six months at 1,308.45 and six at 1,345.45.
    found = answer(book_year_start="2024-07-01")
    assert found["year_norm"] == "15923.40"
    assert answer(book_year=2024, book_year_start="2024-07-01")["year_norm"] == "15923.40"


@pytest.mark.parametrize(
    ("method", "norm"),
    [
        ("sum_of_months", "15738.54"),
        ("twelve_times_one", "15405.96"),
        ("twelve_times_average", "15750.92"),
    ],
)
def test_the_method_of_the_year_norm(method: str, norm: str) -> None:
    # April 2024 to March 2025: 3 x 1,283.83, 6 x 1,308.45, 3 x 1,345.45.
    found = answer(book_year=2024, book_year_start="2024-04-01", policy={"jaarnorm.method": method})
    assert found["year_norm"] == norm


def test_special_assistance_is_part_of_the_year_norm() -> None:
    assert answer(special_assistance="1200.00")["year_norm"] == "17487.06"
    apart = answer(special_assistance="1200.00", policy={"art12.special": "separate_gift"})
    assert apart["year_norm"] == "16287.06"
    assert answer(health_compensation="100.00")["year_norm"] == "16387.06"


# Net income


def test_the_flat_tax_is_that_of_the_book_year() -> None:
    found = answer(book_year=2015, income_tax_percent=None)
    # Bbz 2004 art. 6 lid 2: 20 percent in 2015.
    assert found["net_income"] == "11400.00"
    assert [source for source in lines(found, "source") if "flat_income_tax 20 from 2015-01-01" in source]


def test_an_unknown_flat_tax_is_refused_by_name_and_day() -> None:
    assert error(book_year=2024, income_tax_percent=None).startswith("flat_income_tax on 2024-01-01: ")


def test_the_caseworker_may_fill_in_a_percentage() -> None:
    found = answer(book_year=2024, income_tax_percent="18.5")
    assert found["net_income"] == "11613.75"
    assert "ingevuld door de behandelaar" in lines(found, "source")


def test_without_profit_no_tax_is_asked() -> None:
    assert answer(book_year=2024, income_tax_percent=None, profit="-1.00")["net_income"] == "0.00"


@pytest.mark.parametrize(
    ("profit", "other", "choices", "net"),
    [
        ("-5000.00", "12000.00", {}, "7000.00"),
        ("-5000.00", "12000.00", {"art6.negative": "zero"}, "12000.00"),
        ("-5000.00", "2000.00", {}, "0.00"),
        ("0.03", "0.00", {}, "0.02"),
        ("10000.00", "5000.00", {}, "13000.00"),
        ("10000.00", "5000.00", {"art6.forfait_scope": "all_income"}, "12000.00"),
        ("10000.99", "0.00", {"round": "whole_euros_for_client"}, "8000.00"),
    ],
)
def test_net_income(profit: str, other: str, choices: dict[str, str], net: str) -> None:
    assert answer(profit=profit, other_income=other, policy=choices)["net_income"] == net


@pytest.mark.parametrize(
    ("company", "net", "line"),
    [
        (
            {"company_profit": "15000.00", "company_tax": "2850.00"},
            "20150.00",
            "De winst van uw bv of coöperatie na vennootschapsbelasting",
        ),
        (
            {"company_profit": "15000.00", "company_tax": "2850.00", "company_members": 3},
            "12050.00",
            "De winst van uw bv of coöperatie na vennootschapsbelasting, gedeeld door 3",
        ),
        ({"company_profit": "100.01", "company_members": 2}, "8050.01", "gedeeld door 2"),
        ({"company_profit": "-9000.00"}, "8000.00", "Het verlies van uw bv of coöperatie telt niet mee"),
    ],
)
def test_the_profit_of_a_company_is_net_income_by_head(
    company: dict[str, object], net: str, line: str
) -> None:
    """Art. 33: no flat tax goes off it, and the salary of 8,000.00 was taxed already."""
    found = answer(profit="0.00", other_income="8000.00", income_tax_percent=None, **company)
    assert found["net_income"] == net
    assert [line in text for text in lines(found)].count(True) == 1
    assert "Bbz art. 33" in lines(found, "article")


def test_what_goes_with_the_profit_of_a_company() -> None:
    assert error(company_tax="1.00") == "company_profit: is missing: company_tax goes with it"
    assert error(company_members=2) == "company_profit: is missing: company_members goes with it"
    assert error(company_profit="1.00", company_members=0) == (
        "company_members: 0: must be a whole number from 1 to 100"
    )


def test_the_partner_and_a_correction_of_the_profit_have_their_own_lines() -> None:
    """1,000.00 of accelerated depreciation comes back, taxed at 20 %; the partner earned 500.00 net."""
    found = answer(profit_corrections="1000.00", partner_income="500.00")
    assert found["net_income"] == "12700.00"
    lines = {line["text"]: line["amount"] for line in found["explanation"]}
    assert lines["Wij corrigeren de winst, bijvoorbeeld voor versnelde afschrijving"] == "1000.00"
    assert lines["Inkomen van uw partner, na belasting"] == "500.00"


def test_income_from_before_the_start() -> None:
    assert answer(profit_before_start="2000.00")["net_income"] == "11400.00"
    since = answer(profit_before_start="2000.00", policy={"art6.period": "since_start"})
    assert since["net_income"] == "9800.00"


@pytest.mark.parametrize(
    ("choice", "net", "total"),
    [
        ("income", "12900.00", "22500.00"),
        ("ignored", "11400.00", "21000.00"),
        ("part_of_grant", "11400.00", "22500.00"),
    ],
)
def test_crisis_aid(choice: str, net: str, total: str) -> None:
    found = answer(bbz_light="1000.00", tozo="500.00", policy={"art12.crisis_aid": choice})
    assert (found["net_income"], found["total"]) == (net, total)


def test_bbz_light_is_income_and_tozo_is_for_a_person() -> None:
    assert answer(bbz_light="1000.00")["net_income"] == "12400.00"
    assert error(tozo="500.00").startswith("tozo: art12.crisis_aid is bbz_light_is_income")


# Art. 12


def test_nothing_is_proposed_below_the_minimum_and_the_rest_stands_apart() -> None:
    below = answer(policy={"art12.minimum": "5000.00"})
    assert (below["reclaim"], below["not_reclaimed"], below["largest_reclaim"]) == (
        "0.00",
        "4712.94",
        "4712.94",
    )
    assert below["gift"] == "9600.00"
    at = answer(policy={"art12.minimum": "4712.94"})
    assert (at["reclaim"], at["not_reclaimed"]) == ("4712.94", "0.00")


def test_p7_the_clawback_is_a_proposal() -> None:
    assert "Voorstel: dit bedrag terugvragen. De gemeente weegt eerst uw situatie" in lines(answer())


def test_the_ground_of_a_clawback_is_a_choice() -> None:
    assert "Bbz art. 12 lid 2 c; Pw art. 58 lid 2" in lines(answer(), "article")
    alone = answer(policy={"title.clawback": "art12_only"})
    assert not [article for article in lines(alone, "article") if "art. 58" in article]


def test_a_supplement_paid_already_is_not_paid_again() -> None:
    found = answer(household="couple", supplement_paid="1000.00")
    assert (found["supplement"], found["supplement_to_pay"]) == ("2267.22", "1267.22")
    assert answer(supplement_paid="1000.00")["supplement_to_pay"] == "0.00"


def test_without_assistance_there_is_nothing_to_settle() -> None:
    found = answer(granted="0.00", months_granted=None)
    assert (found["supplement"], found["gift"], found["reclaim"]) == ("0.00", "0.00", "0.00")
