"""The command `aflos letters gallery`: one letter of each kind with sample data, to look at the texts in force."""

from __future__ import annotations

from pathlib import Path

import click

from backoffice.outgoing_files import write_again
from letters.compose import LANGUAGES
from letters.files import press
from letters.gallery import gallery as letters_of_each_kind
from letters.gallery import index


@click.command(name="gallery")
@click.argument("folder", metavar="FOLDER")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="nl",
    help="With the summary that goes along for a debtor who reads this language.",
)
def gallery(folder: str, language: str) -> None:
    """Write a PDF of each kind of letter and a page that lists them, with sample data; needs no database.

    Example: aflos letters gallery out/letters
    """
    prints = press()
    place = Path(folder)
    pages = {}
    for code, letter in letters_of_each_kind(prints, language):
        write_again(place, f"{code}.pdf", letter.content)
        pages[code] = letter.pages
    write_again(place, "index.html", index(prints.catalogue, pages).encode())
    click.echo(f"{len(pages)} letters of {sum(pages.values())} pages: {place / 'index.html'}")
