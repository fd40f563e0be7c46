"""Names as they come: rare letters, markup, formulas, paths and codes; endless, from a seed.

`python -m tests.hostile_names 10000` puts so many through letters, CSV and file names (`make hostile-names`).
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from letters.compose import Draft
from letters.fields import LetterRefused
from letters.plain import plain
from letters.render import render
from reports.csv_text import FORMULA_STARTS, csv_text
from tests.letter_reading import changed, read, the_press

MARKS = (
    *(
        "<b>Jan</b>",
        "<img src='file.png'/>",
        "<a href='javascript:x'>",
        "</para>",
        "<font color='[x for x in 1]'>",
        "&amp;",
        "&lt;",
        "&#0;",
    ),
    *(
        "{open_total}",
        "{{7*7}}",
        "{0.__class__}",
        "${PATH}",
        "%(date)s",
        "%s%n",
        "$date",
        "{% include 'a' %}",
        "\\u0000",
        "(BDC) Tj",
        "EMC",
    ),
    *(
        "../../etc/x",
        "/etc/passwd",
        "C:\\CON",
        "CON",
        "nul.pdf",
        "a\0b",
        "a\nb",
        "a\tb",
        "\r\nX: y",
        "~root",
        "-rf",
        "file:///etc/x",
    ),
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
        "'=1",
        '"=1"',
        ";",
        ",",
        "|cmd",
        "\t=1",
    ),
    *(
        "\u202egnp.exe",
        "\u200bJan",
        "a\u0301b",
        "\ufeffJan",
        "\x1b[31mJan",
        "\x07",
        "\u2028",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ),
    *(
        "'; DROP TABLE debtor; --",
        "Robert\\",
        "null",
        "None",
        "undefined",
        "0",
        " ",
        "\u00a0",
        "x" * 200,
        "W" * 60,
        "i" * 199 + "ß",
    ),
)
RARE = (
    *(
        "Özdemir",
        "Łukasiewicz",
        "Nguyễn Thị Ánh",
        "Đặng",
        "Þórsdóttir",
        "Ŝtefanŝ",
        "Çağr\u0131",
        "Ğülşen",
        "Żółć",
        "O\u2019Neill",
        "d'Angelo",
        "Ĳsbrand",
    ),
    *(
        "Šimůnek-Ďuriš",
        "Ģirts Ķēniņš",
        "Ioana Țepeș",
        "Ŋaŋŋa",
        "Ħaż-Żebbuġ",
        "ǅemal",
        "Ǩarl",
        "Ayşe İnönü",
        "ﬁlip",
        "Ⅳ",
        "Ȟ",
        "m̂b",
    ),
    *("Иванов", "محمد", "王小明", "Ελένη", "עברית", "한국", "ไทย"),
)
NAMES = (
    "de Vries",
    "van den Berg",
    "Jansen",
    "El Amrani",
    "Y\u0131lmaz",
    "Kowalski",
    "'t Hart",
    "van 't Hof-de Jong",
    "Ó Súilleabháin",
)


def names(count: int, seed: int = 1) -> Iterator[str]:
    """So many names: each known one first, then mixtures of them and of any letters there are."""
    chance = random.Random(seed)
    known = (*MARKS, *RARE, *NAMES)
    for number in range(count):
        yield known[number] if number < len(known) else _mixed(chance, known)


def _mixed(chance: random.Random, known: tuple[str, ...]) -> str:
    parts = [chance.choice(known)[:80] for _ in range(chance.randint(1, 3))]
    if chance.random() < 0.5:
        last = 0x2FFF if chance.random() < 0.2 else 0x180
        letters = [chr(chance.randrange(0x20, last)) for _ in range(6)]
        parts.insert(chance.randrange(len(parts) + 1), "".join(letters))
    return chance.choice((" ", "", "-")).join(parts)[:200]


def outcome(name: str) -> str:
    """What became of a name in a letter: printed as it is, or refused for a good reason; fails if neither."""
    draft: Draft = changed("reminder", addressee=[name, "Kustweg 12 b", "8243 XJ  Lelystad"], about=name)
    try:
        content = render(the_press(), draft).content
    except LetterRefused as refused:
        return _why(name, str(refused))
    assert _is_read(f"Deze brief gaat over {plain(name)}.", read(content)), repr(name)
    return "printed"


def _is_read(said: str, page: str) -> bool:
    """Whether a page says it; a reader of PDF may take apart what Unicode calls compatible, such as the ligature fi."""
    if without_blanks(said) in without_blanks(page):
        return True
    return without_blanks(unicodedata.normalize("NFKC", said)) in without_blanks(
        unicodedata.normalize("NFKC", page)
    )


def _why(name: str, refusal: str) -> str:
    """The reason in a word, checked: a letter that no typeface has, too many lines, or nothing that can be seen."""
    if "no such letter" in refusal:
        widths = the_press().faces.regular.widths
        assert any(ord(one) not in widths for one in unicodedata.normalize("NFD", plain(name))), repr(name)
        return "a letter outside the typeface"
    if "window" in refusal:
        assert len(name) > 100, repr(name)
        return "too long for the window"
    assert "text" in refusal, refusal
    assert not plain(name), repr(name)
    return "nothing to see"


def without_blanks(text: str) -> str:
    """The text in NFC without blanks: a line may break in a name."""
    return "".join(unicodedata.normalize("NFC", text).split())


def check_cell(name: str) -> None:
    """A spreadsheet takes the name for text, in one cell."""
    rows = list(csv.reader(io.StringIO(csv_text(("name", "amount"), [(name, "x")]), newline="")))
    assert len(rows) == 2, repr(name)
    cell = rows[1][0]
    assert not cell.lstrip() or cell.lstrip()[0] not in FORMULA_STARTS, repr(name)


def check_file_name(name: str, reference: str) -> None:
    """A file of a letter is named after the number of the letter, whatever the name is."""
    file = PurePosixPath(f"{reference}.pdf")
    assert file.name == str(file)
    assert name not in file.name or not name.strip()


def main() -> None:
    """Put the names through and count what became of them; stops at the first that is neither printed nor refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found: Counter[str] = Counter()
    for name in names(asked.count, asked.seed):
        check_cell(name)
        found[outcome(name)] += 1
    counted = ", ".join(f"{many} {what}" for what, many in found.most_common())
    sys.stdout.write(f"{asked.count} names, seed {asked.seed}: {counted}\n")


if __name__ == "__main__":
    main()
