"""Debtors: recorded in bulk, changed by adding, read as they were on a day, or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import DBAPIError

from ledger.database import reading, writing
from ledger.tables import metadata
from servicing.debtors.store import (
    NoSuchDebtor,
    Reading,
    Since,
    add_debtors,
    change_particulars,
    find_debtor,
    history_of_particulars,
    log_reading,
    particulars_on,
)
from servicing.debtors.values import DebtorRefused, NewDebtor, Particulars, birth_date_of
from servicing.store import Recorded

BY = Recorded("anna", date(2025, 3, 3), "2025-03-03T08:00:00+00:00")
JANSEN = NewDebtor(
    external="D-1",
    birth_date=date(1948, 2, 29),
    bsn=None,
    name="Sjoerd Jânsen",
    street="Agorabaan",
    house_number="3",
    postcode="8232jl",
    city="Lelystad",
    country="NL",
    language="nl",
    value_date=date(2025, 1, 1),
)
ELSEWHERE = Particulars("Sjoerd Jânsen", "ul. Długa", "7/2", "00-238", "Warszawa", "PL", "pl")


def test_debtors_are_numbered_from_one_in_order(database: Engine) -> None:
    many = [replace(JANSEN, external=f"D-{number}") for number in range(1, 1201)]
    with writing(database) as connection:
        assert add_debtors(connection, many, BY) == list(range(1, 1201))
        assert add_debtors(connection, [replace(JANSEN, external=None)], BY) == [1201]
        assert find_debtor(connection, "D-1200").id == 1200
        assert find_debtor(connection, "1201").birth_date == date(1948, 2, 29)
        assert len(particulars_on(connection, range(1, 1202), date(2025, 1, 1))) == 1201


def test_a_move_adds_a_record_and_leaves_the_past(database: Engine) -> None:
    later = BY._replace(known_on=date(2025, 5, 1))
    with writing(database) as connection:
        add_debtors(connection, [JANSEN], BY)
        change_particulars(connection, 1, Since(date(2025, 4, 10), ELSEWHERE), later, "letter 12")
    with reading(database) as connection:
        assert particulars_on(connection, [1], date(2025, 4, 9))[1].postcode == "8232 JL"
        assert particulars_on(connection, [1], date(2025, 4, 10))[1] == ELSEWHERE
        assert particulars_on(connection, [1], date(2025, 4, 10), date(2025, 4, 30))[1].city == "Lelystad"
        assert particulars_on(connection, [1], date(2020, 1, 1))[1].city == "Lelystad"
        assert [change.source for change in history_of_particulars(connection, 1)] == ["", "letter 12"]


def test_a_correction_of_the_same_day_counts(database: Engine) -> None:
    with writing(database) as connection:
        add_debtors(connection, [JANSEN], BY)
        change_particulars(connection, 1, Since(JANSEN.value_date, ELSEWHERE), BY)
        assert particulars_on(connection, [1], JANSEN.value_date)[1] == ELSEWHERE


def test_a_known_number_is_refused(database: Engine) -> None:
    with writing(database) as connection:
        add_debtors(connection, [JANSEN], BY)
        with pytest.raises(DebtorRefused, match="debtor D-1: is debtor 1 already"):
            add_debtors(connection, [JANSEN], BY)
        with pytest.raises(DebtorRefused, match="debtor D-2: stands 2 times"):
            add_debtors(connection, [replace(JANSEN, external="D-2")] * 2, BY)
        with pytest.raises(NoSuchDebtor, match="no debtor with number 'D-9'; aflos debtor list"):
            find_debtor(connection, "D-9")


@pytest.mark.parametrize("table", ["debtor", "debtor_particulars", "reading_log"])
def test_what_is_recorded_stays(database: Engine, table: str) -> None:
    with writing(database) as connection:
        add_debtors(connection, [JANSEN], BY)
        log_reading(connection, Reading(1, "particulars", "asked on the phone"), BY)
    with pytest.raises(DBAPIError, match="only grows"), writing(database) as connection:
        connection.execute(update(metadata.tables[table]).values(actor="nobody"))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"name": " "}, "name: is missing"),
        ({"name": "a" * 201}, "name: 201 characters: must have at most 200"),
        ({"name": "Jan\x1b[31msen"}, "debtor D-1: name: holds the invisible character U.001B"),
        ({"name": "Jan\u202esen"}, "U.202E"),
        ({"street": "Agora\nbaan"}, "street: holds the invisible character U.000A"),
        ({"street": ""}, "street: is missing"),
        ({"postcode": "0232 JL"}, "postcode: '0232 JL': must be four digits and two letters"),
        ({"postcode": "8232 SS"}, "postcode"),
        ({"country": "nl"}, "country: 'nl': must be two capitals"),
        ({"language": "Dutch"}, "language: 'Dutch'"),
        ({"birth_date": date(1899, 12, 31)}, "birth_date: 1899-12-31: must lie from 1900-01-01"),
        ({"birth_date": date(2025, 1, 2)}, "birth_date: 2025-01-02"),
        ({"external": ""}, "external: ''"),
        ({"external": " D1"}, "no blanks around"),
    ],
)
def test_what_cannot_be_right_is_refused(changes: dict[str, object], rule: str) -> None:
    with pytest.raises(DebtorRefused, match=rule):
        replace(JANSEN, **changes)  # type: ignore[arg-type]


def test_an_unknown_address_is_left_out_as_a_whole() -> None:
    assert not Particulars("Jansen", "", "", "", "").has_address
    assert replace(JANSEN, street="", house_number="", postcode="", city="").particulars.city == ""


def test_letters_are_composed_so_that_equal_names_are_equal() -> None:
    assert replace(JANSEN, name="Sjoerd Ja\u0302nsen ").particulars.name == "Sjoerd Jânsen"


def test_a_day_of_birth_may_lie_before_the_books() -> None:
    assert birth_date_of("1931-12-05") == date(1931, 12, 5)
    with pytest.raises(DebtorRefused, match="'5-12-1931': must be a day written as 1958-03-01"):
        birth_date_of("5-12-1931")
