"""The credit of a loan that goes back: how much, to which account, and the decision that says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from backoffice.registering import dossier_of
from bank.outgoing import checked_account, sepa_name
from servicing.decisions.proposal import Decision
from servicing.facts import DECIDED, Draft, Fact, FactKind, FactRefused
from servicing.refunding.store import last_payer, loans_with_credit, sent_decisions
from servicing.registration import Dossier, credit_left
from servicing.store import find_loan
from servicing.texts import plain_text


class Account(NamedTuple):
    """To which account money goes, and whose it is."""

    iban: str
    name: str

    @staticmethod
    def of(decision: Decision) -> Account:
        """The account a decision names."""
        data = decision.proposed.data or {}
        return Account(str(data.get("iban", "")), str(data.get("name", "")))


def credit_draft(loan: int, day: date, cents: int, account: Account, reference: str) -> Draft:
    """The fact that credit of a loan goes back to an account; raises `NotAPayment` for one no bank takes."""
    iban = checked_account(f"refund of loan {loan}", account.iban)
    sepa_name(f"refund of loan {loan}", account.name)
    data = {"iban": iban, "name": plain_text("name", account.name)}
    return Draft(loan, FactKind.CREDIT_REFUND, day, reference, cents, data=data, source=reference)


def loans_to_refund(connection: Connection, creditor: int, on: date) -> Iterator[tuple[int, int, Account]]:
    """The loans of a creditor with credit that can go back on a day, how much in cents, and who paid last."""
    for loan, cents in loans_with_credit(connection, creditor).items():
        left = credit_left(dossier_of(connection, find_loan(connection, str(loan))), on) if cents > 0 else 0
        if left:
            yield loan, left, Account(*last_payer(connection, loan))


def is_gone(connection: Connection, loan: int, decision: Decision) -> bool:
    """Whether the fact of a decision that was carried out was withdrawn since."""
    if decision.state != "in-force":
        return False
    dossier = dossier_of(connection, find_loan(connection, str(loan)))
    return not any(_number_of(fact) == decision.id for fact in dossier.holding)


def sent_credits(connection: Connection, dossier: Dossier) -> list[Fact]:
    """The refunds of a loan's credit that were given to the bank and not refused by it."""
    sent = sent_decisions(connection)
    refunds = (fact for fact in dossier.holding if fact.kind is FactKind.CREDIT_REFUND)
    return [fact for fact in refunds if _number_of(fact) in sent]


def refuse_released(connection: Connection, dossier: Dossier, draft: Draft) -> None:
    """Raise `FactRefused` for the withdrawal of a refund that was given to the bank."""
    fact = next((each for each in dossier.facts if each.nr == draft.of), None)
    if draft.kind is not FactKind.WITHDRAWAL or fact is None or fact.kind is not FactKind.CREDIT_REFUND:
        return
    if _number_of(fact) in sent_decisions(connection):
        raise FactRefused(f"loan {draft.loan}: fact {fact.nr}: the refund was given to the bank and stays")


def _number_of(fact: Fact) -> int:
    """The number of the decision behind a fact (0: none)."""
    decided = fact.data.get(DECIDED)
    return int(str(decided["number"])) if isinstance(decided, dict) else 0
