"""The lines of a computation as a table for people, in Dutch or English, with the source of each figure below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

from backoffice.cli.table import table
from servicing.wording import printable

TEXTS = {"nl": "text", "en": "text_en"}

language_option = click.option(
    "--language", type=click.Choice(list(TEXTS)), default="nl", help="Of the explanation; default nl."
)


def explained(lines: Sequence[Mapping[str, str]], language: str) -> str:
    """Each step with its amount, article and the number of its source; the sources follow, whole."""
    sources = list(dict.fromkeys(line["source"] for line in lines if line["source"]))
    numbers = {source: f"[{nr}]" for nr, source in enumerate(sources, start=1)}
    rows = [
        [line[TEXTS[language]], line["amount"], line["article"], numbers.get(line["source"], "")]
        for line in lines
    ]
    found = table(("because", "amount", "article", "source"), rows)
    told = [f"{number} {printable(source)}" for source, number in numbers.items()]
    return "\n\n".join([found, "\n".join(told)]) if told else found
