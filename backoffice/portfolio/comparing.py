"""Where the files and the database differ: what nobody knows, and what is known otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backoffice.portfolio.checking import particulars_of
from backoffice.portfolio.known import Known, KnownLoan
from backoffice.portfolio.portfolio import Grant, Named, Portfolio
from backoffice.portfolio.problems import Place, Problems
from backoffice.portfolio.rows import DebtorRow


def compare(portfolio: Portfolio, known: Known, problems: Problems) -> None:
    """Note what the files name and nobody knows, and what is known otherwise than the files say."""
    given = {row.number for row in portfolio.debtors}
    for row in portfolio.debtors:
        _compare_debtor(row, known, problems)
    for at, named in enumerate(portfolio.loans):
        if named.grant is not None:
            _find_debtors(named.grant, given, known, problems)
            if at in known.loans:
                _compare_loan(named.grant, known.loans[at], known, problems)
    for one in portfolio.representatives:
        told = problems.is_refused("debtors", one.debtor)
        if one.debtor not in given and one.debtor not in known.debtors and not told:
            rule = "a debtor that stands in the files or in the database"
            problems.add(one.place, "debtor", one.debtor, rule)
    _find_loans(portfolio, known, problems)


def _compare_debtor(row: DebtorRow, known: Known, problems: Problems) -> None:
    found = known.debtors.get(row.number)
    owner = known.owners.get(row.bsn) if row.bsn else None
    if found is None:
        if owner is not None:
            problems.add(row.place, "bsn", None, f"a BSN that is not that of debtor {owner} already")
        return
    if row.bsn and owner != found.id:
        problems.add(
            row.place, "bsn", None, f"the BSN recorded of debtor {found.id}; it has another, or none"
        )
    if row.birth_date and row.birth_date != found.birth_date:
        _note(row.place, "birth_date", found.birth_date, row.birth_date, problems)
    if found.particulars != particulars_of(row):
        rule = f"the name and address recorded of debtor {found.id}: aflos debtor records a move"
        problems.add(row.place, "number", row.number, rule)


def _find_debtors(grant: Grant, given: set[str], known: Known, problems: Problems) -> None:
    for number in grant.debtors:
        told = problems.is_refused("debtors", number)
        if number not in given and number not in known.debtors and not told:
            problems.add(
                grant.place, "debtors", number, "a debtor that stands in the files or in the database"
            )


def _compare_loan(grant: Grant, found: KnownLoan, known: Known, problems: Problems) -> None:
    names = ("product", "purpose", "application_date", "decision_date")
    given = (grant.product, grant.purpose, grant.application_date, grant.decision_date)
    for name, old, new in zip(names, found.heading, given, strict=True):
        if old != new:
            _note(grant.place, name, old, new, problems)
    debtors = {known.debtors[number].id if number in known.debtors else 0 for number in grant.debtors}
    if debtors != set(found.debtors):
        rule = f"the debtors recorded of loan {found.id}: {', '.join(map(str, found.debtors))}"
        problems.add(grant.place, "debtors", "|".join(grant.debtors), rule)


def _note(place: Place, column: str, old: object, new: object, problems: Problems) -> None:
    recorded = "nothing" if old in (None, "") else old
    problems.add(place, column, new, f"what is recorded already: {recorded}")


def _find_loans(portfolio: Portfolio, known: Known, problems: Problems) -> None:
    """Every row must be about one loan that stands in the files or in the database."""
    missing = set()
    for at, named in enumerate(portfolio.loans):
        told = problems.is_refused("loans", named.number)
        if named.column == "loan" and at not in known.loans and not told:
            missing.add(named.number)
            for place in _places(portfolio, at):
                problems.add(place, "loan", named.number, _no_loan(named, known.rivals))
    for number, place in portfolio.unqualified.items():
        if number in known.rivals and number not in missing:
            problems.add(place, "loan", number, _ambiguous(known.rivals[number]))


def _no_loan(named: Named, rivals: Mapping[str, tuple[str, ...]]) -> str:
    if named.creditor is None and named.number in rivals:
        return _ambiguous(rivals[named.number])
    return "a loan that stands in the files or in the database"


def _ambiguous(owners: tuple[str, ...]) -> str:
    return f"a loan of one creditor; {' and '.join(owners)} have one: name the creditor"


def _places(portfolio: Portfolio, at: int) -> Iterator[Place]:
    """Every row that names a loan nobody knows."""
    yield from (row.place for row in portfolio.disbursements.get(at, ()))
    yield from (Place(portfolio.payments_file, payment.row) for payment in portfolio.payments_of(at))
