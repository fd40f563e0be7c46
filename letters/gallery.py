"""The gallery: one letter of each kind with sample data, and a page that lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from letters.catalogue import Catalogue, Kind
from letters.render import Press, Printed, render
from letters.samples import sample

LAWS = {"public": "publiekrecht", "private": "privaatrecht"}

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "td,th{text-align:left;padding:.2em 1em .2em 0}"
)
_COLUMNS = ("Brief", "Code", "Recht", "Grondslag", "Pagina's")


def gallery(press: Press, language: str = "nl") -> Iterator[tuple[str, Printed]]:
    """Each kind by its code with a letter in which every field has a value."""
    for code in press.catalogue.kinds:
        yield code, render(press, sample(press.catalogue, code, language))


def index(catalogue: Catalogue, pages: Mapping[str, int]) -> str:
    """A page in HTML that lists the letters, each with its law, article and number of pages."""
    rows = "\n".join(_row(kind, pages[kind.code]) for kind in catalogue.kinds.values())
    heads = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    return f"""<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>Brieven</title><style>{_STYLE}</style></head><body>
<h1>Brieven</h1>
<p>Van elke soort een brief met voorbeeldgegevens, zoals de teksten nu zijn.</p>
<table><thead><tr>{heads}</tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def _row(kind: Kind, pages: int) -> str:
    law = ", ".join(LAWS[name] for name in sorted(kind.law, reverse=True))
    link = f'<a href="{kind.code}.pdf">{escape(kind.name.nl)}</a>'
    cells = (link, escape(kind.code), law, escape(kind.article), str(pages))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
