"""Reads wording, letterheads and typefaces; what is wrong in them fails here, before any letter is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from ledger.config import read_yaml
from ledger.files import config_file, config_names
from letters.catalogue import Catalogue, Source, kinds_from, standard_from
from letters.letterhead import letterheads_from
from letters.render import Press
from letters.typeface import Face, Faces
from servicing.files import creditors

_FONTS = Path(__file__).resolve().parent / "fonts"
_STANDARD = "letters/standard.yaml"
_LETTERHEADS = "letterheads.yaml"


def press() -> Press:
    """Everything letters are printed with; raises `Misconfigured` naming file, key and rule."""
    return Press(catalogue(), faces())


def catalogue() -> Catalogue:
    """The letters and letterheads in force; raises `Misconfigured` for the first file that is wrong."""
    standard = standard_from(_source(_STANDARD))
    heads = _source(_LETTERHEADS)
    return Catalogue(
        kinds=kinds_from(_sources(), standard),
        letterheads=letterheads_from(heads.content, heads.origin, creditors()),
        words=standard.words,
        summaries={language: tuple(blocks) for language, blocks in standard.summaries.items()},
    )


def _sources() -> Iterator[Source]:
    return (_source(name) for name in config_names("letters") if name != _STANDARD)


def _source(name: str) -> Source:
    file = config_file(name)
    return Source(PurePosixPath(name).stem, read_yaml(file.text, file.origin), file.origin, file.sha256)


@cache
def faces() -> Faces:
    """The typefaces (Source Sans 3, SIL Open Font License), read once."""
    return Faces(_face("SourceSans3-Regular"), _face("SourceSans3-Bold"))


def _remembered(make: Callable[[list[int]], bytes]) -> Callable[[list[int]], bytes]:
    """The cutting of a typeface to some of its letters, remembered: many letters use the same ones."""
    cut = lru_cache(maxsize=128)(lambda letters: make(list(letters)))
    return lambda letters: cut(tuple(letters))


def _face(name: str) -> Face:
    font = TTFont(name, str(_FONTS / f"{name}.ttf"))
    font.face.makeSubset = _remembered(font.face.makeSubset)
    pdfmetrics.registerFont(font)
    return Face(name, dict(font.face.charWidths))
