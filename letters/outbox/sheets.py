"""The sheets of a print run that are no letters: the count sheet on top, and one before each thickness of envelope."""

from __future__ import annotations

from letters.content import Content, Heading, Say, Table
from letters.letterhead import Letterhead
from letters.outbox.print_file import Stack, counts_of
from servicing.wording import dutch_amount, dutch_day


def count_sheet(stack: Stack, head: Letterhead) -> Content:
    """The sheet on top of a print run: what the post room counts, and signs for."""
    counts = counts_of(stack)
    rows = (
        ("Brieven", str(counts.letters)),
        ("Enveloppen", str(counts.envelopes)),
        ("Pagina's, zonder deze tellijst en de scheidingsbladen", str(counts.pages)),
        ("Gevraagd bedrag samen", dutch_amount(counts.demanded)),
    )
    said = (
        Heading(f"Tellijst van printopdracht {stack.run}", level=1),
        Say(
            "Dit blad gaat niet mee de post in. Tel de enveloppen, vul het aantal in en geef dit blad terug."
        ),
        Table(("Wat", "Aantal"), ("left", "right"), 0, rows),
        Say(
            "Geteld: ............    Door: ........................................    Datum: ...................."
        ),
    )
    return _sheet(stack, head, said)


def separator(stack: Stack, head: Letterhead, thickness: tuple[int, int]) -> Content:
    """The sheet before envelopes of one thickness: pages in each, and how many envelopes follow."""
    pages, envelopes = thickness
    word = "enveloppe" if envelopes == 1 else "enveloppen"
    sheet = "pagina" if pages == 1 else "pagina's"
    said = (
        Heading("Scheidingsblad", level=1),
        Say(f"Hierna: {envelopes} {word} met elk {pages} {sheet}.", strong=True),
        Say("Dit blad gaat niet mee de post in."),
    )
    return _sheet(stack, head, said)


def _sheet(stack: Stack, head: Letterhead, said: tuple[Heading | Say | Table, ...]) -> Content:
    return Content(
        title=f"Printopdracht {stack.run}",
        language="nl-NL",
        sender=(head.office, head.department),
        colour=head.colour,
        details=(head.department,),
        return_line=head.office,
        addressee=("Postkamer",),
        particulars=(("Printopdracht", str(stack.run)), ("Verzenddatum", dutch_day(stack.sent_on))),
        running=f"Printopdracht {stack.run}",
        day=stack.sent_on.isoformat(),
        pieces=said,
    )
