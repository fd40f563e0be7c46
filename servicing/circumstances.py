"""What happens to people and around a loan: which events there are, what each takes, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from servicing.facts import CIRCUMSTANCES, Draft, Fact, FactKind, FactRefused
from servicing.registration import Dossier, check_draft, named_fact
from servicing.texts import plain_reference, plain_text

Subject = Literal["debtor", "loan"]
Option = Literal[
    "until",
    "text",
    "of",
    "outcome",
    "role",
    "name",
    "address",
    "scope",
    "act",
    "proof",
    "security",
    "value",
    "rank",
    "review",
    "debtor",
    "summons",
]

OUTCOMES = ("upheld", "changed", "rejected", "withdrawn")
NOT_MOVED = (
    "a claim does not move to another municipality: the college that granted it stays the creditor "
    "(Pw art. 40; Bbz art. 7); close nothing, and ask the other college to collect for you (Pw art. 60a)"
)


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event: the fact it becomes, on one loan or on all loans of a debtor, and the options it takes.

    `refers`: the kinds of fact of which it tells what became of them.
    """

    name: str
    fact: FactKind
    about: Subject
    needs: tuple[Option, ...] = ()
    may: tuple[Option, ...] = ()
    says: Mapping[str, object] = field(default_factory=dict)
    refers: tuple[FactKind, ...] = ()


ENDING = (FactKind.ADMINISTRATION, FactKind.MORATORIUM, FactKind.BANKRUPTCY, FactKind.REPRESENTATIVE)

EVENT_KINDS = {
    kind.name: kind
    for kind in (
        EventKind("death", FactKind.DEATH, "debtor"),
        EventKind("move", FactKind.ADDRESS, "debtor", says={"address": "known"}),
        EventKind("unknown-address", FactKind.ADDRESS, "debtor", says={"address": "unknown"}),
        EventKind("secret-address", FactKind.ADDRESS, "debtor", says={"address": "secret"}),
        EventKind("bewind", FactKind.ADMINISTRATION, "debtor", may=("until", "text")),
        EventKind("moratorium", FactKind.MORATORIUM, "debtor", ("until",), ("text",)),
        EventKind("bankruptcy", FactKind.BANKRUPTCY, "debtor", may=("text",)),
        EventKind("wsnp-start", FactKind.WSNP_START, "debtor", may=("text",)),
        EventKind(
            "wsnp-early-end", FactKind.WSNP_EARLY_END, "debtor", ("of",), refers=(FactKind.WSNP_START,)
        ),
        EventKind(
            "wsnp-clean-slate", FactKind.WSNP_CLEAN_SLATE, "debtor", ("of",), refers=(FactKind.WSNP_START,)
        ),
        EventKind("divorce", FactKind.DIVORCE, "debtor", may=("text",)),
        EventKind("returned-mail", FactKind.RETURNED_MAIL, "debtor", may=("text",)),
        EventKind(
            "representative",
            FactKind.REPRESENTATIVE,
            "debtor",
            ("role", "name", "address"),
            ("scope", "until"),
        ),
        EventKind("end", FactKind.ENDED, "debtor", ("of",), refers=ENDING),
        EventKind("objection", FactKind.OBJECTION, "loan", may=("text", "review")),
        EventKind("dispute", FactKind.DISPUTE, "loan", may=("text", "review")),
        EventKind(
            "outcome",
            FactKind.OUTCOME,
            "loan",
            ("of", "outcome"),
            ("text",),
            refers=(FactKind.OBJECTION, FactKind.DISPUTE),
        ),
        EventKind("interruption", FactKind.INTERRUPTION, "loan", ("act",), ("proof", "text", "debtor")),
        EventKind("order-suspended", FactKind.ORDER_SUSPENDED, "loan", may=("summons", "text", "debtor")),
        EventKind("order-resumed", FactKind.ENDED, "loan", ("of",), refers=(FactKind.ORDER_SUSPENDED,)),
        EventKind("security", FactKind.SECURITY, "loan", ("security", "value"), ("rank", "until", "text")),
        EventKind("security-end", FactKind.ENDED, "loan", ("of",), refers=(FactKind.SECURITY,)),
        EventKind("contact", FactKind.CONTACT, "loan", ("text",)),
    )
}
"""The kinds by name; a line a kind. `wrong-report` takes any of them back, `transfer` is always refused."""

COPIED = frozenset(
    {
        FactKind.DEATH,
        FactKind.ADDRESS,
        FactKind.ADMINISTRATION,
        FactKind.MORATORIUM,
        FactKind.BANKRUPTCY,
        FactKind.REPRESENTATIVE,
    }
)
"""Facts about a debtor that also hold for a loan granted to him later."""

ABOUT: Mapping[FactKind, frozenset[FactKind]] = {
    FactKind.ENDED: frozenset(ENDING) | {FactKind.HOLD, FactKind.SECURITY, FactKind.ORDER_SUSPENDED},
    FactKind.OUTCOME: frozenset({FactKind.OBJECTION, FactKind.DISPUTE}),
    FactKind.UNBLOCKED: frozenset({FactKind.OBJECTION, FactKind.DISPUTE}),
    FactKind.HANDLED: frozenset(FactKind),
}
"""What a circumstance that refers to another fact may refer to."""


TELLING = frozenset({FactKind.ENDED, FactKind.OUTCOME, FactKind.WSNP_EARLY_END, FactKind.WSNP_CLEAN_SLATE})
"""Facts that tell what became of another, of which there is one."""


def check_news(dossier: Dossier, draft: Draft) -> None:
    """Refuse a fact of any kind that does not fit what is known about the loan."""
    if draft.kind in CIRCUMSTANCES:
        check_circumstance(dossier, draft)
    else:
        check_draft(dossier, draft)


def check_circumstance(dossier: Dossier, draft: Draft) -> None:
    """Refuse a circumstance that refers to nothing it can refer to; it may be older than the loan."""
    plain_reference("reference", draft.key)
    plain_text("source", draft.source)
    for key, value in draft.data.items():
        if isinstance(value, str):
            plain_text(key, value)
    if draft.kind not in ABOUT:
        return
    about = named_fact(dossier, str(draft.of))
    what = f"loan {draft.loan}: {draft.kind.text} of fact {about.nr}"
    if about.kind not in ABOUT[draft.kind]:
        raise FactRefused(f"{what}: is a {about.kind.text}, which has none")
    if about.nr in dossier.withdrawn:
        raise FactRefused(f"{what}: is withdrawn")
    if draft.value_date < about.value_date:
        raise FactRefused(f"{what}: {draft.value_date}: must not lie before its own day, {about.value_date}")
    old = next((each for each in dossier.holding if (each.kind, each.of) == (draft.kind, about.nr)), None)
    if old is not None:
        raise FactRefused(f"{what}: is told already by fact {old.nr} on {old.value_date}")


def key_of(debtor: int, document: str) -> str:
    """What the business calls an event about one of the debtors of a loan."""
    return f"{debtor}: {document}"


def is_told_as(kind: EventKind, fact: Fact, dossier: Dossier) -> bool:
    """Whether a fact is what an event of a kind becomes: a move is no unknown address, nor one end another."""
    return (
        fact.kind is kind.fact
        and all(fact.data.get(key) == value for key, value in kind.says.items())
        and (not kind.refers or named_fact(dossier, str(fact.of)).kind in kind.refers)
    )


def chosen(dossier: Dossier, kinds: tuple[FactKind, ...], debtor: int, which: str | None) -> Fact:
    """The one fact of these kinds that holds (about a debtor, from a document); raises for none or several."""
    told_of = {each.of: each for each in dossier.holding if each.kind in TELLING}
    meant = [
        fact
        for fact in dossier.holding
        if fact.kind in kinds
        and debtor in {0, fact.data.get("debtor", debtor)}
        and (which is None or fact.key in {which, key_of(debtor, which)})
    ]
    found = [fact for fact in meant if fact.nr not in told_of]
    if len(found) != 1:
        names = ", ".join(repr(fact.key) for fact in found)
        over = [told_of[fact.nr] for fact in meant if fact.nr in told_of]
        how = f"several ({names}): say which with --which DOCUMENT" if found else _none_that_holds(over)
        raise FactRefused(f"loan {dossier.loan}: {' or '.join(kind.text for kind in kinds)}: {how}")
    return found[0]


def _none_that_holds(over: Sequence[Fact]) -> str:
    """Why there is none, and what came after it where something did."""
    since = ", ".join(f"fact {fact.nr} ({fact.kind.text} of {fact.value_date})" for fact in over)
    return f"none that holds, after {since}, which is taken back first" if since else "none that holds"
