"""From a kind of letter and its frozen fields to what the letter says; the same in, the same out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bank.epc import Payee, epc_text
from letters.catalogue import PAYMENT, Catalogue, Kind
from letters.content import Align, Closing, Content, Form, Heading, Items, Payment, Piece, Say, Sheet, Table
from letters.fields import MANY, Checked, LetterRefused, shown
from letters.letterhead import Letterhead
from letters.plain import plain
from letters.template import Block, Law, filled

LANGUAGES = ("nl", "en", "pl")
"""A letter is in Dutch; in another of these languages a summary goes along."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a letter is made from: all of it is frozen when the letter is proposed."""

    kind: str
    creditor: str
    fields: Mapping[str, object]
    law: Law = "public"
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class _Writing:
    """A draft with everything it refers to."""

    kind: Kind
    head: Letterhead
    fields: Checked
    words: Mapping[str, str]
    law: Law
    texts: Mapping[str, str]


def compose(catalogue: Catalogue, draft: Draft) -> Content:
    """What the letter says; raises `LetterRefused` naming the field and the rule."""
    kind, head = catalogue.kind(draft.kind), catalogue.letterhead(draft.creditor)
    fields = kind.check(draft.fields, draft.law)
    writing = _Writing(kind, head, fields, catalogue.words, draft.law, _texts(fields, head, draft.law))
    subject = filled(kind.subject, writing.texts)
    pieces = [*_beginning(writing, subject), *_pieces(kind.body, writing), _ending(writing)]
    if draft.language != "nl" and draft.language in kind.summary:
        pieces += _summary(writing, catalogue.summaries[draft.language], draft.language)
    return Content(
        title=subject,
        language="nl-NL",
        sender=(head.office, filled(catalogue.words["on_behalf"], writing.texts)),
        colour=head.colour,
        details=(head.department, *head.address, head.phone, head.email, head.website),
        return_line=" · ".join((head.office, *head.address)),
        addressee=_lines(fields, "addressee"),
        particulars=tuple(_particulars(writing)),
        running=f"{catalogue.words['our_reference']} {fields.text('our_reference')}",
        day=str(draft.fields["date"]),
        pieces=tuple(pieces),
    )


def _texts(fields: Checked, head: Letterhead, law: Law, language: str = "nl") -> dict[str, str]:
    """Every name that may stand in the wording, with what it says in this letter."""
    given = [
        name
        for name, rule in fields.rules.items()
        if rule.type not in MANY
        if fields.values.get(name) is not None
    ]
    return {name: fields.text(name, language) for name in given} | {
        "writer": head.writer(law),
        "office": head.office,
        "phone": head.phone,
        "email": head.email,
        "hours": head.hours,
        "website": head.website,
        "objection_address": ", ".join(head.objections),
    }


def _beginning(writing: _Writing, subject: str) -> list[Piece]:
    greeting: list[Piece] = [Heading(subject, level=1), Say(filled(writing.kind.greeting, writing.texts))]
    if "about" in writing.kind.optional and writing.fields.has("about"):
        greeting.insert(1, Say(filled(writing.words["about"], writing.texts)))
    return greeting


def _ending(writing: _Writing) -> Closing:
    """Who signs: of a decision the person, and the mandate under which."""
    words, fields, head = writing.words, writing.fields, writing.head
    if not (fields.has("mandate") and fields.has("signatory")):
        signed = (Say(words["regards"]), Say(fields.text("contact_name"), strong=True), Say(head.closing))
        return Closing(signed)
    person = Say(fields.text("signatory"), strong=True)
    writer, mandate = (Say(filled(words[name], writing.texts)) for name in ("signed", "by_mandate"))
    regards = () if writing.kind.nature == "order" else (Say(words["regards"]),)
    return Closing((*regards, writer, person, mandate))


def _pieces(blocks: Iterable[Block], writing: _Writing) -> Iterator[Piece]:
    for block in blocks:
        if _stands(block, writing.fields):
            yield from _block(block, writing)


def _stands(block: Block, fields: Checked) -> bool:
    if block.when is not None and not fields.has(block.when):
        return False
    return block.unless is None or not fields.has(block.unless)


def _block(block: Block, writing: _Writing) -> Iterator[Piece]:
    texts = [filled(text, writing.texts) for text in block.texts]
    if block.say or block.strong:
        yield Say(texts[0], strong=block.strong is not None)
    elif block.head:
        yield Heading(texts[0])
    elif block.bullets:
        yield Items(tuple(texts))
    elif block.form:
        yield Form(tuple(texts))
    elif block.items:
        yield from _written(block.items, writing.fields)
    elif block.table:
        yield _table(block.table, block.total, writing)
    else:
        assert block.pay is not None
        yield from _payments(block.pay, writing)


def _written(name: str, fields: Checked) -> Iterator[Piece]:
    """What a person wrote: paragraphs, or lines with a dot."""
    lines = _lines(fields, name)
    if fields.rules[name].type == "paragraphs":
        yield from (Say(line) for line in lines)
    else:
        yield Items(lines)


def _lines(fields: Checked, name: str) -> tuple[str, ...]:
    lines = fields.values[name]
    assert isinstance(lines, list | tuple)
    return tuple(plain(str(line)) for line in lines)


def _table(name: str, total: str | None, writing: _Writing) -> Table:
    """A table; where it has a total its last column must add up to it."""
    columns = writing.fields.rules[name].columns
    rows = writing.fields.values[name]
    assert columns is not None
    assert isinstance(rows, list | tuple)
    aligns: tuple[Align, ...] = tuple(
        "left" if column.type in {"text", "day", "date"} else "right" for column in columns
    )
    texts = [at for at, column in enumerate(columns) if column.type == "text"]
    return Table(
        headings=tuple(column.heading for column in columns),
        aligns=aligns,
        stretch=texts[0] if texts else None,
        rows=tuple(
            tuple(
                shown(column.type, cell) if cell != "" else ""
                for column, cell in zip(columns, row, strict=True)
            )
            for row in rows
        ),
        total=_total(name, total, rows, writing) if total else None,
    )


def _total(name: str, total: str, rows: Sequence[Sequence[object]], writing: _Writing) -> tuple[str, ...]:
    owed = writing.fields.values[total]
    together = sum(int(str(row[-1])) for row in rows if row[-1] != "")
    if together != owed:
        sums = f"{shown('amount', together)}, {total} is {shown('amount', owed)}"
        raise LetterRefused(f"{name}: its lines add up to {sums}")
    return (writing.words["total"], *[""] * (len(rows[0]) - 2), shown("amount", owed))


def _payments(owed_name: str, writing: _Writing) -> Iterator[Piece]:
    """How to pay what another field says is owed, held against each other; apart for each of several loans."""
    fields, texts = writing.fields, writing.texts
    for name in PAYMENT:
        if not fields.has(name):
            raise LetterRefused(
                f"{name}: is missing, or nothing: a letter that asks for money says how much and how"
            )
    amount, owed = fields.values["pay_amount"], fields.values[owed_name]
    assert isinstance(amount, int)
    if amount != owed or amount < 0:
        raise LetterRefused(f"pay_amount: {texts['pay_amount']}: must be {owed_name}, {texts[owed_name]}")
    apart = fields.values.get("pay_rows") or []
    assert isinstance(apart, list | tuple)
    if not apart:
        yield _payment(writing, {})
        return
    if sum(cents for _, cents, _ in apart) != amount:
        raise LetterRefused(f"pay_rows: its lines do not add up to pay_amount, {texts['pay_amount']}")
    yield Say(writing.words["pay_apart"])
    for loan, cents, reference in apart:
        yield _payment(writing, {"pay_loan": loan, "pay_amount": cents, "pay_reference": reference})


def _payment(writing: _Writing, own: Mapping[str, object]) -> Payment:
    """One way to pay; `own` is what differs for one of several loans."""
    fields, words = writing.fields, writing.words
    values = {**fields.values, **own}
    shows = {name: shown(_PAY_TYPES[name], value) for name, value in own.items()}
    texts = {**writing.texts, **shows}
    names = ["pay_loan"] if own else []
    names += ["pay_amount", "pay_iban", "pay_holder", "pay_reference"]
    names += ["pay_before"] if fields.has("pay_before") else []
    payee = Payee(str(values["pay_holder"]), str(values["pay_iban"]))
    return Payment(
        pairs=tuple((words[name], texts[name]) for name in names),
        code=epc_text(payee, int(str(values["pay_amount"])), text=str(values["pay_reference"])),
        alternative=filled(words["code_alternative"], texts),
        hint=words["code_hint"],
    )


_PAY_TYPES = {"pay_loan": "text", "pay_amount": "amount", "pay_reference": "reference"}


def _particulars(writing: _Writing) -> Iterator[tuple[str, str]]:
    """What stands beside the address: date, reference, loan, and who can be asked."""
    for name in ("date", "our_reference", "loan", "contact_name", "contact_phone", "contact_email"):
        if writing.fields.has(name):
            yield writing.words[name], writing.fields.text(name)


def _summary(writing: _Writing, blocks: Sequence[Block], language: str) -> Iterator[Piece]:
    """One page in another language; only the Dutch letter counts, and it says so."""
    texts = _texts(writing.fields, writing.head, writing.law, language)
    texts |= {"summary": filled(writing.kind.summary[language], texts)}
    yield Sheet(language)
    yield from _pieces(blocks, replace(writing, texts=texts))
