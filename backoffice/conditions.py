"""What law and policy ask before a decision: looked at when it is proposed, and again when it is approved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from backoffice.charging import Charge, Owed, interest_owed, may_charge
from backoffice.deferring import broken_deferral_limits
from ledger.money import cents_of, euros
from servicing import files
from servicing.arrangement import agreed_in
from servicing.facts import DECIDED, GIVING_UP_KINDS, Draft, FactKind, FactRefused
from servicing.history import history_of
from servicing.life.outcome import COST_ACCOUNTS, INTEREST_ACCOUNTS, PRINCIPAL_ACCOUNTS
from servicing.life.timeline import live
from servicing.previewing import with_draft
from servicing.registration import Dossier, known_already
from servicing.rest_waiver import GROUND, rest_after_track
from servicing.viewing import view_on

CLAIMS = frozenset({*PRINCIPAL_ACCOUNTS, *INTEREST_ACCOUNTS, *COST_ACCOUNTS})
"""The accounts from which what is given up goes off."""

AGAIN = "reject this proposal and propose it again"


def rest_says(dossier: Dossier, product: str, day: date, although: str) -> Mapping[str, object]:
    """What a waiver after five years of repayment from income says; raises `FactRefused` where nothing allows it."""
    try:
        kept = rest_after_track(dossier.facts, files.products()[product], files.law(), day)
    except FactRefused as refused:
        raise FactRefused(f"loan {dossier.loan}: {refused}") from None
    if kept.against and not although:
        found = "; ".join(kept.against)
        raise FactRefused(f"loan {dossier.loan}: {found}: say with --although why the rest is waived")
    return kept.says(although)


def check_conditions(dossier: Dossier, product: str, draft: Draft) -> None:
    """Refuse what law or policy no longer allows with all that is known now, however it was when it was proposed.

    Raises `FactRefused` with the reason.
    """
    check = CONDITIONS.get(draft.kind)
    if check is not None:
        check(dossier, product, draft)


def _waiver(dossier: Dossier, product: str, draft: Draft) -> None:
    """The five years are as they were when it was proposed, or its letter would tell something else."""
    if draft.data.get("ground") != GROUND:
        return
    now = rest_says(dossier, product, draft.value_date, str(draft.data.get("although", "")))
    for key, value in now.items():
        before = draft.data.get(key)
        if before != value:
            raise FactRefused(
                f"loan {draft.loan}: rest waiver: {key} was {before} when it was proposed and is {value} now: {AGAIN}"
            )


def check_share(dossier: Dossier, draft: Draft) -> None:
    """Of a debt settlement: less than is owed, no less than is paid at a time, and paid by its end."""
    if "share" not in draft.data:
        return
    share, day = cents_of(str(draft.data["share"])), draft.value_date
    owed = int(view_on(dossier, day).open.total)
    if share >= owed:
        rule = f"must be less than the {euros(owed)} that is owed on {day}: nothing would be given up"
    elif draft.cents > share:
        rule = f"must not be less than what is paid at a time, {euros(draft.cents)}"
    elif (reached := agreed_in(draft.data, day, draft.cents).asked_by(date.max)) < share:
        rule = f"must be paid by the end of the arrangement, and {euros(reached)} is: a later end, or more at a time"
    else:
        return
    raise FactRefused(f"loan {draft.loan}: share: {euros(share)}: {rule}")


def check_given_up(dossier: Dossier, draft: Draft) -> None:
    """No more of a part is given up than is open of it: a figure with a digit too many is refused."""
    if draft.kind not in GIVING_UP_KINDS or not draft.cents or known_already(dossier, draft) is not None:
        return
    day = max([draft.value_date, *(fact.known_on for fact in dossier.facts)])
    after = with_draft(dossier, draft, day)
    history = history_of(after.facts)
    state = live(history.terms, history.events, history.reversals, day)
    gone = sum(
        int(one.cents) for one in state.effects if one.fact == after.facts[-1].nr and one.credit in CLAIMS
    )
    if gone < draft.cents:
        part = str(draft.data.get("of", "")).replace("_", " ")
        raise FactRefused(
            f"loan {draft.loan}: {draft.kind.text} of {euros(draft.cents)}: {euros(gone)} is open of the {part} on "
            f"{draft.value_date}"
        )


def _deferral(dossier: Dossier, product: str, draft: Draft) -> None:
    """No other deferral used up its months meanwhile (Bbz art. 41)."""
    if files.products()[product].on_breach == "refuse":
        for breach in broken_deferral_limits(dossier, files.products()[product], draft):
            raise FactRefused(f"loan {draft.loan}: {breach}")


def _statutory_interest(dossier: Dossier, product: str, draft: Draft) -> None:
    """The policy still charges it, and what is computed is still no less."""
    says = {key: str(value) for key, value in draft.data.items() if key != DECIDED}
    may_charge(dossier, product, Charge(draft.key, draft.value_date, draft.cents, says))


def _interest_owed(dossier: Dossier, _product: str, draft: Draft) -> None:
    """What is given back is the same still, where the interest on it was computed."""
    if "correction" not in draft.data:
        return
    owed = Owed(draft.key, draft.value_date, 0, str(draft.data["correction"]))
    now = interest_owed(dossier, owed).cents
    if now != draft.cents:
        raise FactRefused(
            f"loan {draft.loan}: interest owed: {euros(draft.cents)} was computed when it was proposed and "
            f"{euros(now)} now: {AGAIN}"
        )


CONDITIONS: Mapping[FactKind, Callable[[Dossier, str, Draft], None]] = {
    FactKind.WAIVER: _waiver,
    FactKind.ARRANGEMENT: lambda dossier, _, draft: check_share(dossier, draft),
    FactKind.DEFERRAL: _deferral,
    FactKind.STATUTORY_INTEREST: _statutory_interest,
    FactKind.INTEREST_OWED: _interest_owed,
}
"""By the fact a decision becomes; a kind that is not here rests on nothing but what `check_news` looks at."""
