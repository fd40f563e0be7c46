"""The lines of an explanation, by what an entry books: balance x days x rate, rule, article, source."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from ledger.entry import EntryKind
from ledger.money import euros
from servicing.facts import GIVING_UP_KINDS, Fact, FactKind
from servicing.life.notes import Accrued, Given, Notes, Occasion, Segment, Share
from servicing.life.state import COSTS, RECOVERED, REFUNDABLE, STATUTORY, Effect, Split, State
from servicing.posting import Cause
from servicing.schedule import round_cents
from servicing.terms import LEGAL_ORDER
from servicing.terms_data import percent_text
from servicing.wording import PAID_OUT, dutch_amount, dutch_day, dutch_percent, unrounded

PUBLIC_ALLOCATION = "Awb art. 4:92 lid 1"
PRIVATE_ALLOCATION = "BW art. 6:44 lid 1"
WAIVER_ARTICLE = "Awb art. 4:94a"
STATUTORY_INTEREST_ARTICLE = "Awb art. 4:98 en 4:99"
INTEREST_OWED_ARTICLE = "Awb art. 4:102"
REFUND_ARTICLE = "BW art. 6:203"
STOPPING_KINDS = (FactKind.INTEREST_FREE, FactKind.WSNP_START, FactKind.DUE_AT_ONCE)
RATE_KINDS = (FactKind.RATE, FactKind.SCHEDULE)
INSTALMENT_KINDS = (FactKind.INSTALMENT, FactKind.SCHEDULE)
BROUGHT = {
    "principal": "Hoofdsom, nog niet opeisbaar,",
    "principal_due": "Hoofdsom, opeisbaar,",
    "interest_due": "Rente, opeisbaar,",
    "accrued": "Opgelopen rente",
    "deferred_interest": "Uitgestelde rente",
    "costs": "Kosten",
    "credit": "Terug te betalen",
}
"""The balances a loan comes in with."""


class Line(NamedTuple):
    """One step: what it says, its amount in euros (unrounded ones with eight decimals), and what it rests on."""

    text: str
    amount: str
    details: Mapping[str, str] = {}
    article: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a loan's amounts rest on: articles, the law's figure for its rate and its source, names of accounts.

    `begins` is what the debt begins with.
    """

    legal_basis: str
    rate_article: str
    rate_source: str
    rate: Fraction | None
    is_public: bool
    accounts: Mapping[int, str] = field(default_factory=dict)
    begins: str = PAID_OUT

    def account(self, number: int) -> str:
        """The number and name of an account."""
        return f"{number} {self.accounts.get(number, '')}".strip()


@dataclass(frozen=True, slots=True)
class Known:
    """All that is at hand to explain one cause: the facts of that night by number, and the life with its notes."""

    cause: Cause
    facts: Mapping[int, Fact]
    notes: Notes
    state: State
    basis: Basis

    @property
    def grant(self) -> Fact:
        """The decision that grants the loan."""
        return next(fact for fact in self.holding if fact.kind is FactKind.GRANT)

    @property
    def holding(self) -> list[Fact]:
        """The facts that were not withdrawn."""
        gone = {fact.of for fact in self.facts.values() if fact.kind is FactKind.WITHDRAWAL}
        return [fact for fact in self.facts.values() if fact.nr not in gone]

    @property
    def booked(self) -> int:
        """What the cause gives in all, in cents."""
        return sum(int(effect.cents) for effect in self.effects)

    @property
    def credited(self) -> Mapping[int, int]:
        """What the cause credits in all, in cents by account."""
        found: dict[int, int] = {}
        for effect in self.effects:
            found[effect.credit] = found.get(effect.credit, 0) + int(effect.cents)
        return found

    @property
    def effects(self) -> list[Effect]:
        """The postings the cause gives."""
        return [
            effect
            for effect in self.state.effects
            if (effect.kind, effect.value_date, effect.fact, effect.row_nr) == self.cause
        ]


def _interest(known: Known) -> list[Line]:
    cause = known.cause
    noted = known.notes.interest[Occasion(cause.kind, cause.value_date, cause.fact, cause.row_nr)]
    lines = [_segment(known, segment) for segment in noted.segments]
    brought = Fraction(noted.total) - sum(Fraction(segment.interest) for segment in noted.segments)
    if brought:
        lines.append(Line("Opgelopen rente uit de vorige administratie", unrounded(brought)))
    lines.append(
        Line(
            f"Samen {dutch_amount(round_cents(noted.total, 'none'))}, één keer afgerond",
            euros(int(noted.rounded)),
            {"unrounded": unrounded(noted.total), "rounding": known.state.terms.rounding},
        )
    )
    if cause.fact:
        return lines + _taken(known, noted)
    return lines + _recognised(noted) + (_falls_due(cause, noted) if cause.row_nr else [])


def _segment(known: Known, segment: Segment) -> Line:
    """Balance x days x rate over days on which nothing changed."""
    days = (segment.until - segment.since).days
    from_law = segment.rate == known.basis.rate
    time = f"{days} dagen ({_year_part(known, segment)} jaar)"
    stopped = not segment.rate and known.state.rate
    kinds = STOPPING_KINDS if stopped else RATE_KINDS
    sources = [_set_by(known, kinds, segment.since), known.basis.rate_source if from_law else ""]
    return Line(
        f"{dutch_amount(segment.principal)} x {time} x {dutch_percent(segment.rate)} %",
        unrounded(segment.interest),
        {
            "from": segment.since.isoformat(),
            "until": segment.until.isoformat(),
            "principal": euros(int(segment.principal)),
            "days": str(days),
            "year_fraction": _year_part(known, segment),
            "rate_percent": percent_text(segment.rate),
            "rule": f"day count {known.state.terms.day_count}",
        },
        known.basis.rate_article if from_law else known.basis.legal_basis,
        "; ".join(source for source in sources if source),
    )


def _year_part(known: Known, segment: Segment) -> str:
    """The part of a year as its rule counts it, such as 30/365."""
    year = {"act/365": 365, "act/360": 360, "30E/360": 360}.get(known.state.terms.day_count)
    return f"{segment.share * year}/{year}" if year else str(segment.share)


def _set_by(known: Known, kinds: Collection[FactKind], day: date) -> str:
    """The fact of these kinds that holds on a day, the grant if there is none."""
    setting = [fact for fact in known.holding if fact.kind in kinds and fact.value_date <= day]
    return named(max(setting, key=lambda fact: (fact.value_date, fact.nr), default=known.grant))


def _taken(known: Known, noted: Accrued) -> list[Line]:
    """Interest that a payment takes before it is due, as far as it was not in the books."""
    lines = []
    if noted.taken:
        lines.append(Line("Al betaald in deze periode", euros(-int(noted.taken))))
    if noted.booked > noted.taken:
        lines.append(Line("Stond al in de boeken", euros(int(noted.taken - noted.booked))))
    by = "afboeking" if known.facts[known.cause.fact].kind in GIVING_UP_KINDS else "betaling"
    return [*lines, Line(f"Door de {by} genomen, nieuw in de boeken", euros(known.booked))]


def _recognised(noted: Accrued) -> list[Line]:
    """What of a period is new in the books."""
    lines = []
    if noted.booked:
        lines.append(Line("Al geboekt in deze periode", euros(-int(noted.booked))))
    lines.append(Line("Nieuw in de boeken", euros(int(noted.rounded - noted.booked))))
    return lines


def _falls_due(cause: Cause, noted: Accrued) -> list[Line]:
    """What of the interest becomes due with the row."""
    rest = noted.rounded - noted.taken
    if rest and not noted.due and not noted.excess:
        return [Line("De termijn was al voldaan: de rente gaat naar de volgende termijn", euros(int(rest)))]
    steps = (
        ("Al betaald in deze periode", -noted.taken),
        ("Meegekomen uit eerder voldane termijnen", noted.carried),
        ("Past niet in de termijn en gaat naar de volgende", -noted.excess),
    )
    lines = [Line(text, euros(int(amount))) for text, amount in steps if amount]
    return [*lines, Line(f"Rente van termijn {cause.row_nr}, nu verschuldigd", euros(int(noted.due)))]


def _instalment(known: Known) -> list[Line]:
    given = known.notes.principal[known.cause.row_nr]
    basis, source = known.basis.legal_basis, _set_by(known, INSTALMENT_KINDS, known.cause.value_date)
    lines = _target(known, given)
    lines.append(Line("Aflossing in deze termijn", euros(int(given.principal)), article=basis, source=source))
    if given.paid:
        lines.append(Line("Al vooruit betaald", euros(-int(given.paid))))
    lines.append(Line("Nu opeisbaar", euros(int(given.principal - given.paid))))
    return lines


def _target(known: Known, given: Given) -> list[Line]:
    """What the schedule asks of the row."""
    room = Line("Hoofdsom die nog niet in een termijn zat", euros(int(given.room)))
    if not given.takes:
        return [room]
    lines = [Line(_instalment_text(known, given), euros(int(given.instalment)))]
    wanted = given.instalment
    if known.state.terms.method == "annuity":
        lines.append(Line("Min de rente van de termijn", euros(-int(given.interest))))
        wanted = max(0, given.instalment - given.interest)
    if wanted > given.room:
        return [*lines, room]
    more = Line("Er was al meer betaald", euros(int(given.paid)))
    return [*lines, more] if given.paid > wanted else lines


def _instalment_text(known: Known, given: Given) -> str:
    """Where the instalment comes from."""
    linear = known.state.terms.method == "linear"
    name = "Aflossing per termijn" if linear else "Termijnbedrag"
    if given.spreading is None:
        return f"{name} volgens het besluit"
    over = f"{dutch_amount(given.spreading.amount)} over {given.spreading.rows} termijnen"
    if linear:
        return f"{name}: {over}"
    return f"{name}: annuïteit van {over} tegen {dutch_percent(given.spreading.rate)} %"


def _payment(known: Known) -> list[Line]:
    split = next((one for one in known.state.splits if one.fact == known.cause.fact), None)
    if split is None:
        return [fact_line(known, "Betaling die is teruggeboekt: zij telt niet meer mee")]
    article, source = _allocation(known)
    lines = [fact_line(known, "Ontvangen")]
    if costs := split.of(COSTS):
        lines.append(Line("Kosten", euros(int(costs)), article=article, source=source))
    if statutory := split.of(STATUTORY):
        lines.append(Line("Wettelijke rente", euros(int(statutory)), article=article, source=source))
    shares = known.notes.payments.get(split.fact, [])
    lines += [Line(*_share(share), article=article, source=source) for share in shares]
    return lines + _rest(split, shares)


def _share(share: Share) -> tuple[str, str, dict[str, str]]:
    parts = {"rente": share.interest, "aflossing": share.principal}
    told = ", ".join(f"{name} {dutch_amount(amount)}" for name, amount in parts.items() if amount)
    text = f"Termijn {share.row_nr} ({dutch_day(share.due)}): {told}"
    total = share.interest + share.principal
    return (
        text,
        euros(int(total)),
        {"interest": euros(int(share.interest)), "principal": euros(int(share.principal))},
    )


def _rest(split: Split, shares: list[Share]) -> list[Line]:
    """What went to coming principal outside the rows, and what nobody is owed."""
    credit, recovered = split.of(REFUNDABLE), split.of(RECOVERED)
    elsewhere = int(split.of(COSTS, STATUTORY) + credit + recovered)
    placed = sum(int(share.interest + share.principal) for share in shares) + elsewhere
    lines = []
    if early := int(split.amount) - placed:
        lines.append(Line("Extra aflossing van wat nog moet komen", euros(early)))
    if recovered:
        lines.append(Line("Op wat was afgeschreven", euros(int(recovered))))
    if credit:
        lines.append(Line("Te veel betaald: terug te betalen", euros(int(credit))))
    return lines


def _allocation(known: Known) -> tuple[str, str]:
    """The article by which a payment is divided, and where the order comes from."""
    article = PUBLIC_ALLOCATION if known.basis.is_public else PRIVATE_ALLOCATION
    order = known.state.terms.allocation
    if order == LEGAL_ORDER:
        return article, "eerst kosten, dan rente, dan aflossing; oudste termijn eerst"
    words = {"costs": "kosten", "interest": "rente", "principal": "aflossing"}
    return "", f"volgorde uit de overeenkomst: {', dan '.join(words[part] for part in order)}"


def _deferred(known: Known) -> list[Line]:
    row = next(row for row in known.state.rows if row.nr == known.cause.row_nr)
    text = f"Uitgestelde rente van termijn {row.nr} ({dutch_day(row.due)}), opeisbaar op de laatste vervaldag"
    return [Line(text, euros(known.booked), article="Bbz 2004 art. 41" if known.basis.is_public else "")]


def _opening(known: Known) -> list[Line]:
    fact = known.facts[known.cause.fact]
    return [
        Line(f"{name} overgenomen", str(fact.data[key]), source=named(fact))
        for key, name in BROUGHT.items()
        if Fraction(str(fact.data.get(key) or 0))
    ]


GIVEN_UP_PARTS = {
    "principal": "hoofdsom",
    "interest": "rente",
    "costs": "kosten",
    "statutory_interest": "wettelijke rente",
    "all": "alles wat openstond",
}


def _given_up(known: Known, text: str) -> list[Line]:
    """What was decided, and how much of it was open, account by account."""
    fact = known.facts[known.cause.fact]
    of = GIVEN_UP_PARTS[str(fact.data.get("of"))]
    article = WAIVER_ARTICLE if known.basis.is_public and fact.kind is FactKind.WAIVER else ""
    reason = f": {fact.data['reason']}" if fact.data.get("reason") else ""
    asked = fact.cents or known.booked
    lines = [Line(f"{text} ({of}){reason}", euros(asked), article=article, source=named(fact))]
    lines += [
        Line(f"Stond open op {known.basis.account(account)}", euros(cents))
        for account, cents in known.credited.items()
    ]
    if asked > known.booked:
        lines.append(Line("Meer dan er openstond", euros(known.booked - asked)))
    return lines


def _statutory_interest(known: Known) -> list[Line]:
    article = STATUTORY_INTEREST_ARTICLE if known.basis.is_public else ""
    first = fact_line(known, "Wettelijke rente, vastgesteld bij besluit")._replace(article=article)
    return [first, *_steps(known)]


def _steps(known: Known) -> list[Line]:
    """How interest that was decided was computed, as the decision keeps it."""
    steps = known.facts[known.cause.fact].data.get("lines")
    return [Line(str(step), "") for step in (steps if isinstance(steps, list) else ())]


def _cancellation(known: Known) -> list[Line]:
    """What is not owed after all, and what of it was paid already."""
    fact = known.facts[known.cause.fact]
    lines = [
        Line(f"Niet verschuldigd: {known.facts[fact.of].kind.text}", euros(fact.cents), source=named(fact))
    ]
    back = known.credited.get(REFUNDABLE, 0)
    return [*lines, Line("Daarvan was al betaald: terug te betalen", euros(back))] if back else lines


def _interest_owed(known: Known) -> list[Line]:
    article = INTEREST_OWED_ARTICLE if known.basis.is_public else ""
    return [fact_line(known, "Rente over wat te veel is betaald")._replace(article=article), *_steps(known)]


def _credit_refund(known: Known) -> list[Line]:
    return [fact_line(known, "Tegoed dat terugbetaald wordt")._replace(article=REFUND_ARTICLE)]


def fact_line(known: Known, text: str) -> Line:
    """A line about the fact itself."""
    fact = known.facts[known.cause.fact]
    about = known.facts[fact.of] if fact.of else fact
    return Line(text, euros(about.cents), {"day": about.value_date.isoformat()}, source=named(fact))


def named(fact: Fact) -> str:
    """A fact as it can be found again."""
    source = f", {fact.source}" if fact.source else ""
    return f"feit {fact.nr} ({fact.kind.text}) {fact.key}{source}"


LINES: Mapping[EntryKind, Callable[[Known], list[Line]]] = {
    EntryKind.OPENING: _opening,
    EntryKind.DISBURSEMENT: lambda known: [fact_line(known, known.basis.begins)],
    EntryKind.INTEREST: _interest,
    EntryKind.INSTALMENT: _instalment,
    EntryKind.PAYMENT: _payment,
    EntryKind.REVERSAL: lambda known: [fact_line(known, "Betaling die is teruggeboekt")],
    EntryKind.COST: lambda known: [fact_line(known, "Kosten in rekening gebracht")],
    EntryKind.CUT_OFF: _interest,
    EntryKind.DEFERRED_INTEREST: _deferred,
    EntryKind.WRITE_OFF: lambda known: _given_up(known, "Afgeschreven bij besluit"),
    EntryKind.WAIVER: lambda known: _given_up(known, "Kwijtgescholden bij besluit"),
    EntryKind.STATUTORY_INTEREST: _statutory_interest,
    EntryKind.CANCELLATION: _cancellation,
    EntryKind.INTEREST_OWED: _interest_owed,
    EntryKind.CREDIT_REFUND: _credit_refund,
}
"""What explains each kind of entry; those of a settlement stand in explain_settlement.py."""
