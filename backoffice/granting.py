"""A loan is granted: read from a case, checked against product and law, recorded with its decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, TypeVar, get_args

from sqlalchemy import Connection, select

from backoffice.called_surety import Calling, Named, asked_surety, check_call
from backoffice.cli.database import Desk
from backoffice.client_group import Lent, ask_by_itself
from backoffice.events import copy_circumstances
from backoffice.rights import check_right
from jobs import clock
from ledger.entry import LOANS_PER_CREDITOR
from ledger.errors import BadInput
from servicing import files
from servicing.calendar_rate import follows_calendar, rates_after
from servicing.creditor import Creditor
from servicing.debtors.store import find_debtor
from servicing.facts import Draft, FactKind, FactRefused
from servicing.granting import Grant, breaches, granted_terms, regime_of
from servicing.law import Law, UnknownLaw
from servicing.product import Group, Product
from servicing.reading import Reader
from servicing.registration import check_life
from servicing.settlement.claim_origin import (
    GRANTED,
    SCHEME,
    SCHEMES_OF_CLAIMS,
    Origin,
    asked_origin,
    origin_from,
)
from servicing.store import Loan, add_loan, debtors_of, facts_of, find_loan, record
from servicing.tables import fact, loan
from servicing.terms_data import (
    SURETY_DECISION,
    SURETY_LOAN,
    granted_data,
    percent_text,
    without_group,
)
from servicing.texts import plain_text

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Application:
    """A grant with everything the loan's heading needs; debtors by the numbers that were given."""

    creditor: Creditor
    product: Product
    grant: Grant
    debtors: tuple[str, ...]
    purpose: str
    decision: str
    external: str | None
    origin: Origin | None = None
    surety: Named | None = None


class Granted(NamedTuple):
    """The number of the loan, and whether it was there before."""

    loan: int
    again: bool


def read_application(case: Mapping[str, object], law: Law) -> Application:
    """The application in a case; raises `BadInput` naming key, value and rule."""
    reader = Reader(case)
    creditor = _one_of(reader, "creditor", files.creditors())
    product = _one_of(reader, "product", files.products())
    decided = _past(reader, "decision_date")
    applied = _past(reader, "application_date") if reader.has("application_date") else decided
    group: Group | None = reader.choice("group", get_args(Group)) if reader.has("group") else None
    terms = reader.take("terms")
    if not isinstance(terms, Mapping):
        raise reader.refuse("terms", terms, "must be an object with keys")
    application = Application(
        creditor=creditor,
        product=product,
        grant=Grant(granted_terms(product, terms, decided, law), applied, decided, group),
        debtors=tuple(reader.words("debtors")),
        purpose=plain_text("purpose", reader.text("purpose")),
        decision=plain_text("decision", reader.text("decision")),
        external=plain_text("external", reader.text("external")) if reader.has("external") else None,
        origin=_origin(reader, product.code, decided),
        surety=_surety(reader, product.code),
    )
    reader.done()
    if not application.debtors or len(set(application.debtors)) < len(application.debtors):
        raise BadInput(f"debtors: {list(application.debtors)}: must name each debtor once, and at least one")
    return application


def _origin(reader: Reader, product: str, decided: date) -> Origin | None:
    """Where a claim comes from, which only a claim says."""
    scheme = reader.choice(SCHEME, SCHEMES_OF_CLAIMS) if reader.has(SCHEME) else None
    granted = reader.day(GRANTED) if reader.has(GRANTED) else None
    return asked_origin(product, scheme, granted, decided)


def _surety(reader: Reader, product: str) -> Named | None:
    """Of which surety a claim is, which only a claim from one says."""
    given = (plain_text(key, reader.text(key)) if reader.has(key) else None for key in _OF_SURETY)
    return asked_surety(product, *given)


_OF_SURETY = (SURETY_LOAN, SURETY_DECISION)


def broken_limits(application: Application, law: Law) -> tuple[str, ...]:
    """The limits that a product only warns of; raises `FactRefused` where they bind (public law)."""
    broken = breaches(application.product, application.grant, law)
    if broken and application.product.on_breach == "refuse":
        raise FactRefused(f"{application.product.code}: {'; '.join(broken)}")
    return broken


def passed_rates(application: Application, law: Law) -> str | None:
    """What the law gave a loan since its decision that its grant does not say, as a warning; None where nothing."""
    grant, product = application.grant, application.product
    begins = max(grant.decision_date, grant.terms.interest_from or grant.decision_date)
    if not follows_calendar(product):
        return None
    try:
        rates = [each for each in rates_after(product, law, begins) if each[0] <= clock.today()]
    except UnknownLaw:
        return None  # the unknown figure is an item of the work list
    told = ", ".join(f"{percent_text(rate)} percent from {day}" for day, rate in rates)
    return told and (
        f"{product.code}: the law changed the rate since the decision: {told}; each is a decision about the rate, "
        "asked for one after the other: aflos worklist --source law"
    )


def grant_loan(desk: Desk, application: Application) -> Granted:
    """Record a loan with the decision that grants it; the same decision again is left alone.

    Raises `BadInput` for an unknown debtor, a number in use, and a decision known with other contents.
    """
    check_right(desk.by.actor, "record", application.creditor.id)
    numbers = [find_debtor(desk.connection, name).id for name in application.debtors]
    if len(set(numbers)) < len(numbers):
        raise BadInput(f"debtors: {list(application.debtors)}: two of them are the same debtor")
    old = _granted_before(desk.connection, application)
    if old is not None:
        _check_same(desk.connection, application, old, numbers)
        return Granted(old, again=True)
    application = _of_surety(desk.connection, application, numbers)
    _check_external(desk.connection, application)
    heading = _heading(application, 0)
    number = add_loan(desk.connection, heading, numbers, desk.by, application.decision)
    record(desk.connection, _drafts(application, number), desk.by)
    ask_by_itself(desk.connection, number, _lent(application))
    copy_circumstances(desk, number, numbers)
    check_life(facts_of(desk.connection, [number])[number])
    return Granted(number, again=False)


def _of_surety(connection: Connection, application: Application, debtors: list[int]) -> Application:
    """The application with the surety it names by its number; raises `FactRefused` where that cannot be called so."""
    if application.surety is None:
        return application
    grant = application.grant
    calling = Calling(application.creditor.id, debtors, grant.decision_date, int(grant.terms.principal))
    return replace(application, surety=check_call(connection, application.surety, calling))


def _lent(application: Application) -> Lent:
    grant = application.grant
    days = grant.application_date, grant.decision_date, grant.terms.start
    return Lent(application.product.code, application.creditor.code, grant.group, *days)


def _heading(application: Application, number: int) -> Loan:
    grant = application.grant
    return Loan(
        number,
        application.creditor.id,
        application.product.code,
        application.external,
        application.purpose,
        grant.application_date,
        grant.decision_date,
        regime_of(application.product, grant.application_date),
    )


def decision_draft(application: Application, number: int) -> Draft:
    """The fact that grants the loan with this number."""
    grant = application.grant
    return Draft(
        number,
        FactKind.GRANT,
        grant.decision_date,
        application.decision,
        data=granted_data(grant.terms, grant.group)
        | (application.surety.data() if application.surety else {}),
        source=application.decision,
    )


def _drafts(application: Application, number: int) -> list[Draft]:
    """What is recorded with a loan: its decision, and of a claim where it comes from."""
    granted = decision_draft(application, number)
    if application.origin is None:
        return [granted]
    return [granted, origin_draft(number, granted.value_date, application.origin, application.decision)]


def origin_draft(number: int, day: date, origin: Origin, document: str) -> Draft:
    """The fact that says where a claim comes from."""
    return Draft(number, FactKind.CLAIM_SCHEME, day, document, data=origin.data(), source=document)


def _granted_before(connection: Connection, application: Application) -> int | None:
    """The loan of this creditor and product that the same decision granted."""
    first = application.creditor.id * LOANS_PER_CREDITOR
    query = (
        select(fact.c.loan_id)
        .join(loan, loan.c.id == fact.c.loan_id)
        .where(
            fact.c.loan_id.between(first, first + LOANS_PER_CREDITOR - 1),
            fact.c.kind == int(FactKind.GRANT),
            fact.c.key == application.decision,
            loan.c.product == application.product.code,
        )
    )
    found: int | None = connection.execute(query).scalar()
    return found


def _check_same(connection: Connection, application: Application, number: int, debtors: list[int]) -> None:
    held = find_loan(connection, str(number))
    if application.surety is not None and application.surety.loan is not None:
        surety = find_loan(connection, application.surety.loan)
        application = replace(application, surety=Named(str(surety.id), None))
    facts = facts_of(connection, [number])[number]
    grants = [one for one in facts if one.kind is FactKind.GRANT]
    told = [origin_from(one.data) for one in facts if one.kind is FactKind.CLAIM_SCHEME]
    same = (
        held == _heading(application, number)
        and debtors == debtors_of(connection, number)
        and _says(grants[0].data, application, number)
        and next(iter(told), application.origin) == application.origin
    )
    if not same:
        raise FactRefused(
            f"decision: {application.decision!r}: granted loan {number} already, with other contents; "
            f"aflos loan show {number} shows it"
        )


def _says(data: Mapping[str, object], application: Application, number: int) -> bool:
    """Whether a grant says what the application does; one without a group was recorded before it was kept."""
    told = decision_draft(application, number).data
    return dict(data) == (dict(told) if "group" in data else without_group(told))


def _check_external(connection: Connection, application: Application) -> None:
    if application.external is None:
        return
    query = select(loan.c.id).where(
        loan.c.creditor_id == application.creditor.id, loan.c.external == application.external
    )
    used = connection.execute(query).scalar()
    if used is not None:
        raise FactRefused(f"external: {application.external!r}: is the number of loan {used} already")


def _one_of(reader: Reader, key: str, known: Mapping[str, Value]) -> Value:
    return known[reader.choice(key, tuple(known))]


def _past(reader: Reader, key: str) -> date:
    day, today = reader.day(key), clock.today()
    if day > today:
        raise reader.refuse(key, day.isoformat(), f"lies after today, {today}")
    return day
