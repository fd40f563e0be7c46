"""What another profit would give, as a table, as JSON and as a drawing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from freezegun import freeze_time
from sqlalchemy import Engine

from backoffice.actor import authenticated
from backoffice.cli.settle import settle
from ledger.errors import BadInput
from reports.curve import Curve, Series, svg_of
from servicing.reading import CaseRefused
from tests.desk import add_debtor, open_desk
from tests.nights import at, begin_on
from tests.offices import by, good_by, open_office
from tests.settled_years import LIVING, advances, figures
from tests.settling import YEAR

CASE = json.dumps(YEAR | {"profit": None})


def run(*arguments: str, given: str = CASE) -> Result:
    return CliRunner().invoke(settle, ["what-if", "--input", "-", *arguments], input=given)


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 (our own drawing)


def test_a_row_for_each_profit() -> None:
    done = run("--from", "10000", "--to", "14250", "--step", "4250", "--json")
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    assert rows == [
        {
            "profit": "10000.00",
            "net_income": "8000.00",
            "supplement": "0.00",
            "reclaim": "1312.94",
            "gift": "8287.06",
            "retained_loan": "0.00",
            "interest_remission": "0.00",
            "to_live_on": "16287.06",
        },
        {
            "profit": "14250.00",
            "net_income": "11400.00",
            "supplement": "0.00",
            "reclaim": "4712.94",
            "gift": "4887.06",
            "retained_loan": "0.00",
            "interest_remission": "0.00",
            "to_live_on": "16287.06",
        },
    ]


def test_the_table_has_the_same_rows() -> None:
    lines = run("--from", "-5000", "--to", "5000", "--step", "5000").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["profit", "-5000.00", "0.00", "5000.00"]
    assert len({len(line) for line in lines}) == 1


def test_the_curve_is_drawn_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "curve.svg"
    assert run("--svg", str(path)).exit_code == 0
    drawing = drawn(path.read_text(encoding="utf-8"))
    lines = drawing.findall("{*}polyline")
    # The norm is reached and income passes it: what there is to live on, what is paid back, the supplement.
    assert len(lines) == 3
    assert all(len(line.attrib["points"].split()) == 21 for line in lines)
    words = [text.text for text in drawing.findall("{*}text")]
    assert "U heeft om van te leven" in words
    assert "Winst in euro" in words


def test_the_names_in_a_drawing_are_text_only() -> None:
    curve = Curve("<script>", "a & b", [0, 100], (Series("</svg>", [0, -100]),))
    drawing = drawn(svg_of(curve))
    assert [
        text.text for text in drawing.findall("{*}text") if text.text in {"<script>", "a & b", "</svg>"}
    ] == [*("<script>", "</svg>", "a & b")]


@pytest.mark.parametrize("cents", [[0, 0], [5, 5], [-10, 99_999_999_999], [-3, -1]])
def test_a_drawing_stays_within_its_frame(cents: list[int]) -> None:
    drawing = drawn(svg_of(Curve("t", "x", [-700, 3], (Series("a", cents),))))
    line = drawing.find("{*}polyline")
    assert line is not None
    places = [tuple(int(number) for number in point.split(",")) for point in line.attrib["points"].split()]
    assert all(0 <= across <= 800 and 0 <= down <= 500 for across, down in places)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "100", "--to", "50"), "must go up in steps above zero"),
        (("--step", "0"), "must go up in steps above zero"),
        (("--step", "0.01"), "gives more than 1000 profits"),
        (("--step", "1,5"), "--step: '1,5': an amount such as 506.91"),
        (("--to", "0", "--svg", "x.svg"), "--svg: x.svg: a curve needs at least two profits"),
    ],
)
def test_what_is_wrong_is_refused(arguments: tuple[str, ...], message: str) -> None:
    refused = run(*arguments).exception
    assert isinstance(refused, BadInput)
    assert message in str(refused)


@pytest.mark.parametrize("given", ["", f"{CASE}\n{CASE}"])
def test_one_case_at_a_time(given: str) -> None:
    refused = run(given=given).exception
    assert isinstance(refused, CaseRefused)
    assert str(refused) == "-: must hold one case"


def test_the_input_belongs_to_the_command_that_reads_it() -> None:
    done = CliRunner().invoke(settle, ["--input", "-", "what-if", "--input", "-"])
    assert done.exit_code == 2
    assert "--input stands after what-if" in done.output


def of_loan(*arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = good_by("clerk", "settle", "what-if", LIVING, *arguments)
    return rows


def test_the_year_of_a_loan_before_and_after_its_figures(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Months and household come from the loan, figures as far as they are known, and nothing is recorded."""
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2025-12-30"))
    tried = ("--set", "income_tax_percent=20", "--from", "14250", "--to", "14250")
    with freeze_time("2025-12-31"):
        assert add_debtor().code == 0
        open_office(tmp_path, monkeypatch)
        with authenticated("manager"):
            advances(tmp_path, 12, "800.00")
        (before,) = of_loan(*tried)
    assert (before["net_income"], before["reclaim"]) == ("11400.00", "4712.94")
    with freeze_time("2026-05-05"):
        with authenticated("manager"):
            figures("JR-2025", "profit=1.00", "other_income=1000.00", "income_tax_percent=20")
        (known,) = of_loan("--year", "2025", *tried[2:])
        assert (known["net_income"], known["reclaim"]) == ("12400.00", "5712.94")
        (other,) = of_loan("--set", "other_income=0.00", *tried[2:])
        assert other == before
        for words, why in (
            ((LIVING, "--set", "granted=1.00"), "granted: is not a figure of the year"),
            ((LIVING, "--year", "2023"), f"loan {LIVING}: nothing is to be settled in book year 2023-01-01"),
            ((LIVING, "--input", "-"), "give a LOAN, or a case with --input FILE"),
            ((), "give a LOAN, or a case with --input FILE"),
            (("--input", "-", "--year", "2025"), "--year and --set go with a LOAN"),
        ):
            refused = by("clerk", "settle", "what-if", *words)
            assert (refused.code, why in refused.err) == (2, True), refused.err
        assert by("urk", "settle", "what-if", LIVING).code == 2
        assert good_by("clerk", "settle", "list")[0]["state"] == "figures-received"
