"""The catalogue of letters: which kinds there are, what each needs, and under which law it may be sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from ledger.config import Strict, Text, Words, checked
from ledger.errors import Misconfigured
from letters.fields import Checked, FieldRule, LetterRefused
from letters.fields import checked as checked_fields
from letters.letterhead import Letterhead
from letters.template import Block, Law, Nature, Template, placeholders

FRAME = ("addressee", "date", "our_reference", "contact_name", "contact_phone")
"""What every letter needs besides the fields of its kind."""

FRAME_OPTIONAL = ("about", "loan", "contact_email", "mandate", "signatory")
"""What any letter may have: `about` names the debtor where somebody else is written to."""

PAYMENT = ("pay_amount", "pay_reference", "pay_iban", "pay_holder")
"""What a kind with a payment block needs."""

PAYMENT_OPTIONAL = ("pay_before", "pay_rows")
"""What may be given with it: the last day, and for several loans what is paid on each with its own reference."""

SIGNED = ("mandate", "signatory")
"""What a decision needs: by whom and under which mandate it is signed."""

FROM_LETTERHEAD = ("writer", "office", "phone", "email", "hours", "website", "objection_address")
"""Names that the letterhead fills in."""


class Standard(Strict):
    """What letters share: the fields by name, the passages, the frame of a summary in another language."""

    fields: Annotated[dict[Text, FieldRule], Field(min_length=1)]
    passages: dict[Text, list[Block]]
    words: dict[Text, Text]
    summaries: dict[Text, list[Block]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter, checked: every field in its wording is declared, every declared field is used."""

    code: str
    name: Words
    law: frozenset[Law]
    nature: Nature
    article: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    fields: Mapping[str, FieldRule]
    greeting: str
    subject: str
    body: tuple[Block, ...]
    summary: Mapping[str, str]
    sample: Mapping[str, object]
    sha256: str

    @property
    def asks_money(self) -> bool:
        """Whether the letter has a payment block."""
        return any(block.pay is not None for block in self.body)

    def check(self, values: Mapping[str, object], law: str) -> Checked:
        """The fields, looked at; raises `LetterRefused` for what does not fit, and for a law that is not the kind's."""
        if law not in self.law:
            raise LetterRefused(f"{self.code}: is no letter under {law} law")
        return checked_fields(values, self.fields, self.required)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All kinds of letters by code, the letterheads by creditor, and the words they share."""

    kinds: Mapping[str, Kind]
    letterheads: Mapping[str, Letterhead]
    words: Mapping[str, str]
    summaries: Mapping[str, tuple[Block, ...]]

    def kind(self, code: str) -> Kind:
        """One kind; raises `LetterRefused` for a code that is none."""
        if code not in self.kinds:
            raise LetterRefused(f"{code!r}: there is no such letter; known: {', '.join(self.kinds)}")
        return self.kinds[code]

    def letterhead(self, creditor: str) -> Letterhead:
        """The letterhead of a creditor; raises `LetterRefused` for one that has none."""
        if creditor not in self.letterheads:
            raise LetterRefused(f"{creditor!r}: no creditor with a letterhead has this code")
        return self.letterheads[creditor]


@dataclass(frozen=True, slots=True)
class Source:
    """The content of one file of config/letters: the code it is named for, values, origin and SHA-256."""

    code: str
    content: object
    origin: str
    sha256: str


def standard_from(source: Source) -> Standard:
    """What letters share; raises `Misconfigured` naming file, key and rule."""
    return checked(Standard, source.content, source.origin)


def kinds_from(sources: Iterable[Source], standard: Standard) -> Mapping[str, Kind]:
    """The kinds in the order of their codes; raises `Misconfigured` for the first that is wrong."""
    return {source.code: _kind(source, standard) for source in sources}


def _kind(source: Source, standard: Standard) -> Kind:
    template = checked(Template, source.content, source.origin)
    body = tuple(_unfolded(template.body, standard, source.origin))
    required, optional = _declared(template, body)
    kind = Kind(
        code=source.code,
        name=template.name,
        law=frozenset(template.law),
        nature=template.nature,
        article=template.article,
        required=required,
        optional=optional,
        fields=_rules((*required, *optional), standard, source.origin),
        greeting=template.greeting or standard.words["greeting"],
        subject=template.subject,
        body=body,
        summary={str(language): text for language, text in template.summary.items()},
        sample=_samples(template, (*required, *optional), body, standard),
        sha256=source.sha256,
    )
    _must_use_what_it_declares(kind, template, source.origin)
    return kind


def _declared(template: Template, body: Sequence[Block]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The required and the optional fields: those of the file, of the frame, of passages and of what the body has."""
    declared = {*template.fields, *template.optional, *FROM_LETTERHEAD}
    passages = [block for block in body if block not in template.body]
    asked = [name for block in passages for name in block.fields if name not in declared]
    guarded = [block.when for block in passages if block.when and block.when not in declared]
    pays = [block for block in body if block.pay]
    needs = [*FRAME, *template.fields, *(name for name in asked if name not in guarded)]
    needs += SIGNED if template.nature in {"decision", "order"} else ()
    needs += PAYMENT if any(block.when is None for block in pays) else ()
    may = [*FRAME_OPTIONAL, *template.optional, *guarded, *((*PAYMENT, *PAYMENT_OPTIONAL) if pays else ())]
    required = tuple(dict.fromkeys(needs))
    return required, tuple(name for name in dict.fromkeys(may) if name not in required)


def _unfolded(body: Iterable[Block], standard: Standard, origin: str) -> Iterable[Block]:
    """The blocks with every passage in the place where it is used."""
    for block in body:
        if block.use is None:
            yield block
            continue
        if block.use not in standard.passages:
            raise Misconfigured(
                f"{origin}: use: {block.use!r}: there is no such passage in letters/standard.yaml"
            )
        yield from standard.passages[block.use]


def _rules(names: Iterable[str], standard: Standard, origin: str) -> Mapping[str, FieldRule]:
    for name in names:
        if name not in standard.fields:
            raise Misconfigured(f"{origin}: {name!r}: there is no such field in letters/standard.yaml")
    return {name: standard.fields[name] for name in names}


def _samples(
    template: Template, names: Iterable[str], body: Iterable[Block], standard: Standard
) -> Mapping[str, object]:
    """A value for every field; what is to be paid is what the letter is about."""
    samples = {name: template.sample.get(name, standard.fields[name].sample) for name in names}
    owed = [samples[block.pay] for block in body if block.pay is not None]
    return {**samples, "pay_amount": owed[0]} if owed else samples


def _must_use_what_it_declares(kind: Kind, template: Template, origin: str) -> None:
    """An unknown field fails here, at load, and never at night."""
    texts = (kind.subject, kind.greeting, *kind.summary.values())
    used = {name for text in texts for name in placeholders(text)}
    used |= {name for block in kind.body for name in block.fields}
    for name in sorted(used - set(kind.fields) - set(FROM_LETTERHEAD)):
        raise Misconfigured(f"{origin}: {name!r}: the wording uses a field that the letter does not declare")
    for name in [*template.fields, *template.optional]:
        if name not in used:
            raise Misconfigured(
                f"{origin}: {name!r}: the letter declares a field that its wording does not use"
            )
    _must_guard_optional(kind, origin)


def _must_guard_optional(kind: Kind, origin: str) -> None:
    """What may be missing stands only where `when` asks for it."""
    for text in (kind.subject, kind.greeting, *kind.summary.values()):
        for name in sorted(set(placeholders(text)) & set(kind.optional)):
            raise Misconfigured(
                f"{origin}: {name!r}: may be missing: subject, greeting and summary are always there"
            )
    for block in kind.body:
        bare = set(block.fields) & set(kind.optional) - {block.when, block.unless}
        for name in sorted(bare):
            raise Misconfigured(f"{origin}: {name!r}: may be missing: write when: {name} beside it")
