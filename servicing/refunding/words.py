"""What the debtor reads on his bank statement when credit of a loan goes back to him: what that money is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.entry import EntryKind
from servicing.facts import DECIDED, Fact, FactKind
from servicing.history import history_of
from servicing.life.state import REFUNDABLE, Effect
from servicing.life.timeline import live
from servicing.oldest_first import take

PLAIN = "Terugbetaling tegoed"
"""Where the money comes from several things, or was brought in."""

WORDS: Mapping[EntryKind, str] = {
    EntryKind.PAYMENT: "Terugbetaling te veel betaald",
    EntryKind.CANCELLATION: "Terugbetaling kosten of rente",
    EntryKind.INTEREST_OWED: "Rente over te veel betaald",
    EntryKind.SETTLEMENT: "Nabetaling na vaststelling Bbz",
    EntryKind.REMISSION: "Terugbetaling rente na vaststelling Bbz",
    EntryKind.REDUCTION: "Terugbetaling na verlaging schuld",
}
"""By what made the credit."""


def words_of_refund(facts: Sequence[Fact], decision: int) -> str:
    """What a refund of credit that a decision ordered is; the oldest credit goes first.

    Only what was recorded before the refund counts, so that its file is the same whenever it is made again.
    """
    refund = _refund(facts, decision)
    if refund is None:
        return PLAIN
    known = [fact for fact in facts if fact.nr <= refund.nr]
    history = history_of(known)
    effects = live(history.terms, history.events, history.reversals, refund.value_date).effects
    found = set(_taken(effects, {fact.nr: fact for fact in known}, refund))
    return found.pop() if len(found) == 1 else PLAIN


def _refund(facts: Sequence[Fact], decision: int) -> Fact | None:
    """The fact of the refund that a decision became."""
    for fact in facts:
        decided = fact.data.get(DECIDED)
        number = decided["number"] if isinstance(decided, dict) else 0
        if fact.kind is FactKind.CREDIT_REFUND and int(str(number)) == decision:
            return fact
    return None


def _taken(effects: Sequence[Effect], facts: Mapping[int, Fact], refund: Fact) -> Iterator[str]:
    """The words of the credits that a refund takes."""
    standing: list[tuple[str, int]] = []
    for effect in effects:
        if effect.credit == REFUNDABLE:
            standing.append((_words(effect, facts), int(effect.cents)))
        if effect.debit == REFUNDABLE:
            gone = [words for words, _ in take(standing, int(effect.cents))]
            if effect.fact == refund.nr:
                yield from gone
                return


def _words(effect: Effect, facts: Mapping[int, Fact]) -> str:
    words = WORDS.get(effect.kind, PLAIN)
    year = facts[effect.fact].data.get("book_year") if effect.fact in facts else None
    return f"{words} {str(year)[:4]}" if year else words
