"""Letters: the same fields give the same file, and what does not fit is refused before anything is printed."""

from __future__ import annotations

import hashlib
import unicodedata

import pypdfium2
import pytest

from letters.compose import Draft
from letters.fields import LetterRefused
from letters.paper import HEIGHT, MM, SMALL
from letters.plain import plain
from letters.render import render
from letters.samples import sample
from letters.template import filled
from tests.hostile_names import check_cell, names, outcome, without_blanks
from tests.house.source import repository
from tests.letter_reading import changed, printed, read, the_press

TELETEX = {
    "\u0300": "AEIOUaeiou",
    "\u0301": "ACEILNORSUYZacegilnorsuyz",
    "\u0302": "ACEGHIJOSUWYaceghijosuwy",
    "\u0303": "AINOUainou",
    "\u0304": "AEIOUaeiou",
    "\u0306": "AGUagu",
    "\u0307": "CEGIZcegz",
    "\u0308": "AEIOUYaeiouy",
    "\u030a": "AUau",
    "\u030b": "OUou",
    "\u030c": "CDELNRSTZcdelnrstz",
    "\u0327": "CGKLNRSTcgklnrst",
    "\u0328": "AEIUaeiu",
}
"""The letters with a mark of ITU-T T.61 (ISO/IEC 6937), the character set of the Dutch population register."""

OTHERS = "ÆÐªĦĲĿŁØŒºÞŦŊŉĸæđðħıĳŀłøœßþŧŋ" + "".join(chr(code) for code in range(0x20, 0x7F))


def test_the_same_fields_give_the_same_bytes() -> None:
    again = render(the_press(), sample(the_press().catalogue, "formal_reminder"))
    assert again == printed("formal_reminder")
    assert again.sha256 == hashlib.sha256(again.content).hexdigest()
    assert again.content.startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("open_total", None, "is missing"),
        ("open_total", 105881, "lines add up to"),
        ("open_total", 105882.0, "is no amount"),
        ("open_total", True, "is no amount"),
        ("date", "26-11-2026", "is no day"),
        ("pay_reference", "7000000300000017", "is no reference"),
        ("pay_iban", "NL88TEST0340000003", "is no iban"),
        ("pay_holder", None, "is missing"),
        ("pay_amount", 105881, "must be open_total"),
        ("pay_amount", None, "is missing"),
        ("open_rows", [], "takes 1 to"),
        ("open_rows", [["2026-09-30", "Termijn 14"]], "a row has 3 cells"),
        ("addressee", [], "takes 1 to"),
        ("contact_name", "\u200b", "is no text"),
        ("surprise", "a", "no such field"),
    ],
)
def test_g7_fields_that_do_not_fit_are_refused_by_name(name: str, value: object, rule: str) -> None:
    with pytest.raises(LetterRefused, match=rule) as refused:
        render(the_press(), changed("reminder", **{name: value}))
    assert name in str(refused.value)


def test_nothing_to_pay_is_no_letter_that_asks_for_money() -> None:
    nothing = changed("reminder", open_rows=[["2026-09-30", "Termijn 14", 0]], open_total=0, pay_amount=0)
    with pytest.raises(LetterRefused, match="pay_amount: is missing, or nothing"):
        render(the_press(), nothing)


def test_a_letter_under_the_wrong_law_is_refused() -> None:
    draft = sample(the_press().catalogue, "reminder")
    with pytest.raises(LetterRefused, match="no letter under private law"):
        render(the_press(), Draft(draft.kind, "flevoland", draft.fields, "private"))


def test_a_kind_or_creditor_that_does_not_exist_is_refused() -> None:
    draft = sample(the_press().catalogue, "reminder")
    with pytest.raises(LetterRefused, match="there is no such letter"):
        render(the_press(), Draft("../../reminder", draft.creditor, draft.fields))
    with pytest.raises(LetterRefused, match="no creditor with a letterhead"):
        render(the_press(), Draft("reminder", "nowhere", draft.fields))


def test_g8_every_letter_of_the_population_register_is_printed_as_it_is() -> None:
    composed = [
        unicodedata.normalize("NFC", base + mark) for mark, bases in TELETEX.items() for base in bases
    ]
    assert all(len(letter) == 1 for letter in composed)
    letters = [*composed, *OTHERS.replace(" ", "")]
    assert len(set(letters)) > 270
    faces = the_press().faces
    assert not [
        letter for face in (faces.regular, faces.bold) for letter in letters if ord(letter) not in face.widths
    ]
    said = read(render(the_press(), changed("out_of_collection", about="".join(letters))).content)
    # A reader of PDF takes some letters apart that Unicode calls compatible, such as the Dutch ij.
    assert without_blanks("".join(letters)) in without_blanks(said)


def test_g8_a_letter_that_the_typeface_lacks_is_spelled_with_its_mark_or_refused_by_name() -> None:
    said = read(render(the_press(), changed("reminder", about="Ǩarl")).content)
    assert "Ǩarl" in said
    with pytest.raises(LetterRefused, match=r"U\+660E, U\+738B: the typeface has no such letter"):
        render(the_press(), changed("reminder", about="\u738b\u660e"))


# The window of 45 x 90 mm lies 20 mm from the left and 15 mm from below, in DL (110 x 220) and in C5/6 (114 x 229).
# A letter folded to 99 x 210 mm may lie anywhere in them: both always show 20-91 mm from its left, 54-84 from its top.
WINDOW = (20 * MM, HEIGHT - 84 * MM, 91 * MM, HEIGHT - 54 * MM)


def in_window(content: bytes) -> list[str]:
    """The words of the first page that lie in the window with every edge of every letter."""
    page = pypdfium2.PdfDocument(content)[0].get_textpage()
    left, bottom, right, top = WINDOW
    boxes = [(page.get_text_range(at, 1), page.get_charbox(at)) for at in range(page.count_chars())]
    inside = [
        one for one, box in boxes if left <= box[0] and bottom <= box[1] and box[2] <= right and box[3] <= top
    ]
    return plain("".join(inside)).split()


@pytest.mark.parametrize(
    "lines",
    [
        ["Mevrouw A. de Vries-Özdemir", "Kustweg 12 b", "8243 XJ  Lelystad"],
        ["A" * 60, "Kustweg 12 b", "8243 XJ  Lelystad"],
        [
            "De erven van mevrouw " + "Anna-Maria " * 5,
            "p/a de heer J. Jansen",
            "Kustweg 12 b",
            "8243 XJ  Lelystad",
            "België",
        ],
        ["Een"] * 7,
    ],
)
def test_g9_the_address_stands_in_the_window_of_the_envelope(lines: list[str]) -> None:
    seen = "".join(in_window(render(the_press(), changed("reminder", addressee=lines)).content))
    assert seen.endswith(without_blanks("".join(lines)))


def test_g9_an_address_that_the_window_does_not_show_is_refused() -> None:
    with pytest.raises(LetterRefused, match="the window of the envelope does not show so many"):
        render(the_press(), changed("reminder", addressee=["Een"] * 12))


def test_long_tables_go_on_under_their_heading() -> None:
    rows = [["2026-09-30", f"Termijn {number}", 100] for number in range(120)]
    letter = render(the_press(), changed("reminder", open_rows=rows, open_total=12000, pay_amount=12000))
    document = pypdfium2.PdfDocument(letter.content)
    assert len(document) == letter.pages > 2
    pages = [document[number].get_textpage().get_text_bounded() for number in range(3)]
    assert all("Vervaldatum" in page for page in pages)
    assert "pagina 2 van" in pages[1]
    assert "€ 120,00" in read(letter.content)


def test_a_book_is_no_letter() -> None:
    reasons = ["woord " * 300] * 150
    with pytest.raises(LetterRefused, match="at most 40"):
        render(the_press(), changed("calling_in", reasons=reasons))


@pytest.mark.parametrize("name", list(names(45)))
def test_h9_h10_h13_hostile_names_are_printed_as_they_are_or_refused(name: str) -> None:
    check_cell(name)
    outcome(name)


def test_h10_what_looks_like_markup_is_text() -> None:
    name = "<b>Jan</b> &amp; <img src='file.png'/> <para>"
    letter = render(the_press(), changed("reminder", about=name, contact_name=name))
    assert read(letter.content).count(name) >= 2


def test_h10_no_page_reads_markup() -> None:
    """No module of ours hands text to the parser of ReportLab's paragraphs."""
    code = [
        source for source in repository() if source.package in {"letters", "reports", "jobs", "backoffice"}
    ]
    assert code
    assert not [source.path for source in code if "reportlab.platypus" in source.text]


def test_h13_what_is_filled_in_is_not_read_again() -> None:
    name = "{open_total} {{7*7}} {addressee.__class__} %s $date"
    assert name in read(render(the_press(), changed("reminder", about=name)).content)


def test_a_sentence_ends_once() -> None:
    said = {
        offer: filled("Voorstel: {offer}. Zo.", {"offer": offer})
        for offer in ("24% ineens", "24% ineens.", "Bank N.V.", "wat nu?")
    }
    assert list(said.values()) == [
        "Voorstel: 24% ineens. Zo.",
        "Voorstel: 24% ineens. Zo.",
        "Voorstel: Bank N.V. Zo.",
        "Voorstel: wat nu? Zo.",
    ]


def test_j9_no_letter_has_a_place_for_a_citizen_number() -> None:
    fields = {name for kind in the_press().catalogue.kinds.values() for name in kind.fields}
    assert not [name for name in fields if "bsn" in name or "citizen" in name]
    wording = [source for source in repository() if source.path.startswith("config/letters/")]
    assert len(wording) > 50
    assert not [source.path for source in wording if "bsn" in source.text.lower()]


def test_who_is_written_to_instead_is_told_whom_it_is_about() -> None:
    said = read(render(the_press(), changed("reminder", about="mevrouw A. de Vries")).content)
    assert "Deze brief gaat over mevrouw A. de Vries." in said


def test_a_mail_address_that_is_longer_than_its_column_is_cut_after_its_at() -> None:
    faces = the_press().faces
    address = "debiteuren@zelfstandigenloket.example"
    whole = faces.width(address, SMALL)
    assert faces.lines(address, SMALL, whole) == [address]
    assert faces.lines(address, SMALL, whole - 1) == ["debiteuren@", "zelfstandigenloket.example"]
    assert "".join(faces.lines(f"{'x' * 80}@{'y' * 80}", SMALL, whole)) == f"{'x' * 80}@{'y' * 80}"
