"""The book year of a loan as the books know it today, to be settled for other profits; nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from backoffice.rights import check_right
from backoffice.settling import check_keys, subjects_of, the_case, year_of
from jobs.settlement_cycle import rules
from servicing.policy import Choices
from servicing.settlement.figures import Figures
from servicing.settlement.proposing import case_of, check_special, read
from servicing.store import find_loan


def year_in_books(
    connection: Connection, loan: str, year: str | None, told: Mapping[str, object], who: tuple[str, date]
) -> tuple[Figures, Choices]:
    """Figures and choices of a loan and book year, with what somebody tells on top; a profit not known is 0.00.

    `who` is the account that looks, and the day.
    """
    account, day = who
    check_keys(told)
    heading = find_loan(connection, loan)
    check_right(account, "see", heading.creditor_id)
    named = year_of(heading, year, None).since if year else None
    subjects = subjects_of(the_case(connection, heading, named, day))
    policy = rules().policy
    check_special(subjects, Choices(policy, subjects.creditor, subjects.year.since, {}))
    return read({"profit": "0.00", **case_of(subjects, day), **told}, subjects.creditor, policy)
