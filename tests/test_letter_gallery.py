"""Letters that need no outbox: the gallery of all kinds, and a statement of account as PDF."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from backoffice.cli.main import aflos
from letters.catalogue import Catalogue
from letters.gallery import gallery, index
from letters.render import Press
from tests.desk import LOAN, add_debtor, add_loan, good, open_desk
from tests.house.source import ROOT
from tests.letter_reading import read, the_press
from tests.nights import at, begin_on, close_until

SOME = ("reminder", "statement_of_account")


def small() -> Press:
    """A press with two kinds, as every kind is printed by another test."""
    press = the_press()
    whole = press.catalogue
    kinds = {code: whole.kinds[code] for code in SOME}
    return Press(Catalogue(kinds, whole.letterheads, whole.words, whole.summaries), press.faces)


def test_the_gallery_has_a_letter_of_each_kind_and_a_page_that_lists_them() -> None:
    press = small()
    pages = {code: letter.pages for code, letter in gallery(press, "en")}
    assert pages == {"reminder": 2, "statement_of_account": 2}
    listed = index(press.catalogue, pages)
    assert '<a href="reminder.pdf">Herinnering</a>' in listed
    assert "publiekrecht, privaatrecht" in listed


def test_every_kind_has_its_picture_in_the_docs() -> None:
    pictures = {file.stem for file in (ROOT / "docs" / "gallery").glob("*.png")}
    assert pictures == set(the_press().catalogue.kinds)
    assert max(file.stat().st_size for file in (ROOT / "docs" / "gallery").glob("*.png")) <= 40_000


def test_every_kind_is_in_the_docs() -> None:
    page = (ROOT / "docs" / "letter-kinds.md").read_text(encoding="utf-8")
    assert not [code for code in the_press().catalogue.kinds if f"| `{code}` |" not in page]


def test_a_statement_of_account_as_pdf(
    sqlite_database: Engine, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_desk(sqlite_url, tmp_path, monkeypatch)
    begin_on(sqlite_database, at("2025-01-31"))
    address = ("--street", "Agorabaan", "--house-number", "3", "--postcode", "8232 AB", "--city", "Lelystad")
    assert add_debtor("S. Jansen", *address).code == 0
    assert add_loan(known_on="2025-01-31").code == 0
    good("loan", "disburse", LOAN, "--amount", "25000.00", "--on", "2025-01-01", "--known-on", "2025-01-31")
    close_until(sqlite_database, at("2025-01-31"))
    done = CliRunner().invoke(aflos, ["statement", LOAN, "--to", "2025-03-31", "--format", "pdf"])
    assert done.exit_code == 0, done.output
    said = read(done.stdout_bytes)
    for element in (
        "S. Jansen Agorabaan 3 8232 AB Lelystad",
        "Rekeningoverzicht van 1 januari 2025 tot en met 31 maart 2025",
        "bedrijfskapitaal",
        "01-01-2025 Lening uitbetaald 25.000,00",
        "Saldo op 31 maart 2025",
        "Bekend, maar nog niet geboekt",
        "Uw lening 100000001",
    ):
        assert element in said
