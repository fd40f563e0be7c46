"""Payment references: what is issued is read back, and what was mistyped is never taken for certain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from bank.reference import (
    NotALoanNumber,
    Reference,
    find_references,
    is_reference,
    read_reference,
    reference_of,
    rf_of,
)

KNOWN = (
    "5010002167010010",
    "3010002167042021",
    "0001041146910100",
    "9001041146812501",
    "2017166777600001",
    "0017166778854231",
    "8049244482480005",
    "2049244482400055",
    "3961307998410020",
)
"""References of public bodies, as found in print."""

LOANS = st.integers(1, 10**15 - 1)


@pytest.mark.parametrize("reference", KNOWN)
def test_known_references_have_the_right_check_digit(reference: str) -> None:
    assert is_reference(reference)
    assert not is_reference(str((int(reference[0]) + 1) % 10) + reference[1:])


@given(LOANS)
def test_what_is_issued_is_read_back(loan: int) -> None:
    assert read_reference(reference_of(loan)) == Reference(loan, is_certain=True, text=reference_of(loan))
    assert read_reference(rf_of(loan)) == Reference(loan, is_certain=True, text=rf_of(loan))


@given(LOANS)
def test_the_iso_form_is_valid(loan: int) -> None:
    assert iso11649.is_valid(rf_of(loan))
    assert len(rf_of(loan)) == 20


def test_the_reference_of_a_loan_never_changes() -> None:
    assert reference_of(100000001) == "3000000100000001"
    assert rf_of(100000001) == "RF623000000100000001"


@given(LOANS, st.data())
def test_one_digit_mistyped_is_hardly_ever_another_reference(loan: int, data: st.DataObject) -> None:
    """Modulo 11 with two rests that share a digit: only a 1 in front may hide one mistake."""
    right = reference_of(loan)
    place = data.draw(st.integers(1, 15))
    digit = data.draw(st.sampled_from([each for each in "0123456789" if each != right[place]]))
    typed = right[:place] + digit + right[place + 1 :]
    assert not is_reference(typed) or right[0] == "1"


@pytest.mark.parametrize(
    "typed",
    [
        "3000 0001 0000 0001",
        "3000.0001.0000.0001",
        " 3000000100000001 ",
        "RF62 3000 0001 0000 0001",
        "rf623000000100000001",
    ],
)
def test_spaces_and_points_do_not_matter(typed: str) -> None:
    found = read_reference(typed)
    assert found is not None
    assert (found.loan, found.is_certain) == (100000001, True)


def test_e9_lost_leading_zeros_are_a_candidate_and_no_certainty() -> None:
    loan = next(loan for loan in range(100000001, 100000100) if reference_of(loan).startswith("0"))
    found = read_reference(reference_of(loan).lstrip("0").zfill(12))
    assert found is None or not found.is_certain
    short = read_reference(reference_of(loan)[1:])
    assert short == Reference(loan, is_certain=False, text=reference_of(loan)[1:])


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "0",
        "100000001",
        "3000000100000002",
        "30000001000000012",
        "RF633000000100000001",
        "RF18539007547034",
        "0000000000000000",
        "\uff13000000100000001",
        "NL44TEST0340000001",
    ],
)
def test_e9_what_is_no_reference_of_ours_names_no_loan(typed: str) -> None:
    assert read_reference(typed) is None


@pytest.mark.parametrize(
    ("text", "loans"),
    [
        ("termijn maart 3000000100000001", [(100000001, True)]),
        ("kenmerk 3000 0001 0000 0001 maart 2025", [(100000001, True)]),
        ("2025 3000 0001 0000 0001 12", [(100000001, True)]),
        ("RF62 3000 0001 0000 0001", [(100000001, True)]),
        ("betaling RF623000000100000001, dank", [(100000001, True)]),
        (f"{reference_of(100000001)} en {reference_of(100000002)}", [(100000001, True), (100000002, True)]),
        (f"{reference_of(100000001)} / {reference_of(100000001)}", [(100000001, True)]),
        ("x3000000100000001", []),
        ("30000001000000019", []),
        ("factuur 12 van 2025-03-01", []),
        ("", []),
    ],
)
def test_references_are_found_in_text(text: str, loans: list[tuple[int, bool]]) -> None:
    assert [(each.loan, each.is_certain) for each in find_references(text)] == loans


@pytest.mark.parametrize("loan", [0, -1, 10**15])
def test_a_number_that_is_no_loan_is_refused(loan: int) -> None:
    with pytest.raises(NotALoanNumber):
        reference_of(loan)
