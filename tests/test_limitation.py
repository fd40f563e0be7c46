"""Limitation: the lapse day, what interrupts and what does not, what makes the term longer, and the signals ahead."""

from __future__ import annotations

from datetime import date

import pytest

from servicing.files import law
from servicing.limitation import Act, ActKind, Claim, Extension, Limitation, System, limitation

LAW = law()
TERM_END = date(2020, 3, 14)


def lapse(*acts: Act, extensions: tuple[Extension, ...] = (), system: System = "public") -> Limitation:
    return limitation(Claim("row 1", TERM_END, system), acts, extensions, LAW)


def test_p8_a_claim_lapses_five_years_after_its_payment_term() -> None:
    found = lapse()
    assert found.lapses_on == date(2025, 3, 15)
    assert [found.state(day) for day in (date(2024, 3, 14), date(2024, 3, 15), date(2025, 3, 14))] == [
        "running",
        "near",
        "near",
    ]
    assert found.state(date(2025, 3, 15)) == "lapsed"


def test_f13_a_person_is_told_12_6_and_3_months_ahead() -> None:
    assert [str(day) for day in lapse().signals] == ["2024-03-15", "2024-09-15", "2024-12-15"]


def test_a_term_that_ends_on_29_february_lapses_on_1_march() -> None:
    assert limitation(Claim("row 2", date(2024, 2, 29)), (), (), LAW).lapses_on == date(2029, 3, 1)


@pytest.mark.parametrize(
    ("kind", "public", "private"),
    [
        ("legal_action", True, True),
        ("acknowledgement", True, True),
        ("execution", True, True),
        ("formal_reminder", True, False),
        ("set_off", True, False),
        ("enforcement_order", True, False),
        ("written_notice", False, True),
    ],
)
def test_only_acts_of_the_law_start_the_term_again(kind: ActKind, public: bool, private: bool) -> None:
    act = Act(date(2023, 6, 1), kind, proven=True)
    for system, expected in (("public", public), ("private", private)):
        found = lapse(act, system=system)  # type: ignore[arg-type]  # the two systems
        assert (found.lapses_on == date(2028, 6, 2)) is expected
        assert (found.began_by == act) is expected


def test_f13_a_letter_counts_only_when_its_sending_is_proven() -> None:
    assert lapse(Act(date(2023, 6, 1), "formal_reminder")).lapses_on == date(2025, 3, 15)
    assert lapse(Act(date(2023, 6, 1), "formal_reminder", proven=True)).lapses_on == date(2028, 6, 2)


def test_an_act_after_the_lapse_revives_nothing() -> None:
    late = Act(date(2025, 3, 15), "acknowledgement")
    assert lapse(late).lapses_on == date(2025, 3, 15)
    assert lapse(late._replace(on=date(2025, 3, 14))).lapses_on == date(2030, 3, 15)


def test_the_last_act_in_time_counts_whatever_the_order() -> None:
    acts = [Act(date(year, 1, 1), "acknowledgement") for year in (2024, 2022, 2028)]
    assert lapse(*acts).lapses_on == lapse(*reversed(acts)).lapses_on == date(2033, 1, 2)


def test_an_act_before_the_term_began_does_not_count() -> None:
    assert lapse(Act(date(2020, 3, 14), "acknowledgement")).began_by is None


def test_deferral_and_restructuring_make_the_term_longer() -> None:
    deferral = Extension(date(2021, 1, 1), date(2021, 7, 1), "deferral")
    assert lapse(extensions=(deferral,)).lapses_on == date(2025, 9, 12)
    overlapping = Extension(date(2021, 6, 1), date(2021, 8, 1), "wsnp")
    found = lapse(extensions=(overlapping, deferral))
    assert (found.extended_days, found.lapses_on) == (212, date(2025, 10, 13))


def test_time_before_the_term_and_after_its_end_does_not_count() -> None:
    before = Extension(date(2019, 1, 1), date(2020, 3, 20), "deferral")
    after = Extension(date(2026, 1, 1), date(2027, 1, 1), "deferral")
    assert lapse(extensions=(before, after)).extended_days == 5


def test_what_still_lasts_lets_the_term_rest() -> None:
    found = lapse(extensions=(Extension(date(2024, 1, 1), None, "wsnp"),))
    assert (found.lapses_on, found.signals, found.state(date(2040, 1, 1))) == (None, (), "resting")


def test_an_act_during_an_extension_starts_a_new_term_that_is_extended_too() -> None:
    deferral = Extension(date(2021, 1, 1), date(2021, 7, 1), "deferral")
    act = Act(date(2021, 4, 1), "acknowledgement")
    assert lapse(act, extensions=(deferral,)).lapses_on == date(2026, 7, 1)


@pytest.mark.parametrize(
    ("since", "until", "lapses"),
    [
        ("2021-01-01", "2021-07-01", "2025-03-15"),
        ("2024-01-01", "2025-01-01", "2025-07-01"),
        ("2025-03-14", "2026-01-01", "2026-07-01"),
        ("2025-03-15", "2026-01-01", "2025-03-15"),
    ],
)
def test_a_private_claim_lapses_no_sooner_than_six_months_after_insolvency(
    since: str, until: str, lapses: str
) -> None:
    bankruptcy = Extension(date.fromisoformat(since), date.fromisoformat(until), "bankruptcy")
    assert str(lapse(extensions=(bankruptcy,), system="private").lapses_on) == lapses


def test_a_private_claim_is_not_extended_by_deferral() -> None:
    deferral = Extension(date(2021, 1, 1), date(2021, 7, 1), "deferral")
    assert lapse(extensions=(deferral,), system="private").lapses_on == date(2025, 3, 15)


def test_a_private_claim_rests_while_a_bankruptcy_lasts() -> None:
    bankruptcy = Extension(date(2024, 1, 1), None, "bankruptcy")
    assert lapse(extensions=(bankruptcy,), system="private").lapses_on is None
