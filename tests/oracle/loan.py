"""A loan on one day: its rows, what runs, what is owed, and what may happen to it except being paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.oracle.terms import Case, Terms, cents, day, percent


class Posting(NamedTuple):
    """One line of the books: an amount in cents from one account to another."""

    value_date: date
    debit: int
    credit: int
    cents: int


@dataclass
class Row:
    """One row; its principal is given when it falls due or is closed early, its interest grows until then."""

    nr: int
    due: date
    deferred: str = ""
    principal: int = 0
    principal_paid: int = 0
    principal_off: int = 0
    interest: int = 0
    interest_paid: int = 0
    interest_off: int = 0
    fallen: bool = False
    closed: bool = False
    balance: int = 0
    kept_is_due: bool = False

    @property
    def interest_took(self) -> int:
        """The interest that is settled, by payment or by write-off."""
        return self.interest_paid + self.interest_off

    @property
    def interest_open(self) -> int:
        """The interest the row has and nobody settled."""
        return self.interest - self.interest_took

    @property
    def principal_open(self) -> int:
        """The principal that fell due and nobody settled."""
        return self.principal - self.principal_paid - self.principal_off if self.fallen else 0


@dataclass
class Loan:
    """The state that the days change; amounts in cents, `accrued` unrounded."""

    terms: Terms
    rows: list[Row]
    instalment: int
    rate: Fraction
    before: list[Row] = field(default_factory=list)
    disbursed: int = 0
    repaid_early: int = 0
    written_off_coming: int = 0
    written_off: int = 0
    principal_settled: int = 0
    costs: int = 0
    statutory: int = 0
    credit: int = 0
    recoverable: int = 0
    stops: set[int] = field(default_factory=set)
    restructured: set[int] = field(default_factory=set)
    resume_on: list[tuple[date, int]] = field(default_factory=list)
    accrued: Fraction = Fraction(0)
    taken: int = 0
    booked: int = 0
    deferred_is_due: bool = False
    recompute_on: list[date] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)

    # What the numbers are.

    @property
    def owed(self) -> int:
        """P: the principal really outstanding."""
        return self.disbursed - self.principal_settled

    @property
    def not_given(self) -> int:
        """R: the principal that no row has yet."""
        given = sum(row.principal for row in self.rows + self.before if row.fallen or row.closed)
        ahead = sum(row.principal_paid for row in self.rows if not row.fallen and not row.closed)
        return self.disbursed - given - ahead - self.repaid_early - self.written_off_coming

    @property
    def untaken(self) -> int:
        """U: what has accrued in the running period and can be taken now."""
        return self.terms.rounded(self.accrued) - self.taken

    @property
    def last(self) -> Row:
        return self.rows[-1]

    @property
    def running(self) -> Row | None:
        """The row of the running period; None in the tail."""
        return next((row for row in self.rows if not row.fallen), None)

    @property
    def row_of_untaken(self) -> Row:
        """The row that U goes to: the first open coming one; in the tail the last."""
        return next((row for row in self.rows if not row.fallen and not row.closed), self.last)

    def keeps_interest(self, row: Row) -> bool:
        """Whether the row's interest is deferred, so that it is paid after all rows."""
        return row.deferred in ("all", "interest")

    def takes_principal(self, row: Row) -> bool:
        """Whether a coming row can take principal: the last always, no grace, deferred or bullet row."""
        if row is self.last:
            return True
        waits = row.deferred in ("all", "principal")
        return self.terms.method != "bullet" and row.nr > self.terms.offset + self.terms.grace and not waits

    def post(self, on: date, debit: int, credit: int, amount: int) -> None:
        """Book an amount, if there is one."""
        assert amount >= 0, (on, debit, credit, amount)
        if amount:
            self.postings.append(Posting(on, debit, credit, amount))

    # Time.

    def accrue(self, on: date) -> None:
        """Let one day pass."""
        if not self.stops and (self.terms.interest_from is None or on >= self.terms.interest_from):
            self.accrued += self.owed * self.rate * self.terms.fraction(on)

    def cut_off(self, on: date) -> None:
        """Bring into the books what has accrued, the day itself included (it has passed already)."""
        accrued = self.terms.rounded(self.accrued)
        self.post(on, 1330, 8000, accrued - self.booked)
        self.booked = accrued

    def recognise(self, on: date, amount: int) -> None:
        """Take so much of U; what of it is not yet in the books comes into them first."""
        self.taken += amount
        self.post(on, 1330, 8000, max(0, self.taken - self.booked))
        self.booked = max(self.booked, self.taken)

    def fall_due(self, row: Row) -> None:
        """Close the period of the row, and give the row its principal."""
        rest, fresh = self.untaken, self.terms.rounded(self.accrued) - self.booked
        self.accrued, self.taken, self.booked = Fraction(0), 0, 0
        if row.closed:
            self._carry(row, rest)
        else:
            row.interest += rest
        if not row.closed:
            self._give_principal(row)
        row.fallen = True
        now_due = row.interest_open
        direct = min(fresh, now_due)
        account = 1340 if self.keeps_interest(row) else 1320
        self.post(row.due, account, 8000, direct)
        self.post(row.due, 1330, 8000, fresh - direct)
        self.post(row.due, account, 1330, now_due - direct)
        self.post(row.due, 1310, 1300, row.principal_open)
        row.balance = self.not_given + sum(later.principal_paid for later in self.rows if later.nr > row.nr)
        if row is self.last:
            self._deferred_falls_due(row.due)

    def _carry(self, row: Row, amount: int) -> None:
        """Hand interest on to the first later row that is not closed; else the last row opens again."""
        if amount:
            later = next((each for each in self.rows if each.nr > row.nr and not each.closed), self.last)
            later.closed = False
            later.interest += amount

    def _give_principal(self, row: Row) -> None:
        paid, most = row.principal_paid, self.not_given + row.principal_paid
        if row is self.last:
            row.principal = most
        elif not self.takes_principal(row):
            row.principal = paid
        elif self.terms.method == "linear":
            row.principal = min(max(self.instalment, paid), most)
        else:
            if paid and self.instalment - row.interest < paid:
                fits = max(self.instalment - paid, row.interest_took)
                excess = max(0, row.interest - fits)
                row.interest -= excess
                self._carry(row, excess)
            row.principal = min(max(self.instalment - row.interest, paid, 0), most)

    def _deferred_falls_due(self, on: date) -> None:
        self.deferred_is_due = True
        kept = [row for row in self.before + self.rows if self.keeps_interest(row) and not row.kept_is_due]
        self.post(on, 1320, 1340, sum(row.interest_open for row in kept))
        for row in kept:
            row.kept_is_due = True

    # Happenings that are no payment.

    def disburse(self, on: date, amount: int, by: str = "office") -> None:
        """Pay out to the debtor, or claim from him; a last row that was closed early opens again for it."""
        assert not self.last.fallen, f"{on}: no row is left to take the principal"
        self.disbursed += amount
        self.last.closed = False
        self.post(on, 1300, PAID_BY[by], amount)

    def cost(self, on: date, amount: int) -> None:
        """Charge a cost."""
        self.costs += amount
        self.post(on, 1350, 8010, amount)

    def open(self, on: date, given: Case) -> None:
        """Take over the balances of a cut-over."""
        amounts = {key: cents(given.get(key, 0)) for key in OPENING_ACCOUNTS}
        self.disbursed += amounts["principal"] + amounts["principal_due"]
        self.accrued += amounts["accrued"]
        self.booked += amounts["accrued"]
        self.costs += amounts["costs"]
        self.credit += amounts["credit"]
        arrears = Row(0, day(given.get("arrears_since") or on), fallen=True)
        arrears.principal, arrears.interest = amounts["principal_due"], amounts["interest_due"]
        arrears.balance = amounts["principal"]
        kept = Row(0, on, deferred="all", fallen=True, interest=amounts["deferred_interest"])
        self.before = [arrears, kept]
        for key, account in OPENING_ACCOUNTS.items():
            pair = (2900, account) if key == "credit" else (account, 2900)
            self.post(on, *pair, amounts[key])
        if self.deferred_is_due:
            kept.kept_is_due = True
            self.post(on, 1320, 1340, kept.interest)
        assert not (self.last.fallen and amounts["principal"]), f"{on}: no row is left to take the principal"

    def change_rate(self, event: Case) -> None:
        """Another rate from today; on request the instalment is computed again."""
        self.rate = percent(event["percent"])
        if event.get("recompute", False):
            self.compute_instalment()

    def compute_instalment(self) -> None:
        """Spread R anew over the coming rows that can take principal."""
        coming = [row for row in self.rows if not row.fallen and not row.closed]
        rows = [row.nr for row in coming if self.takes_principal(row)]
        if rows and self.not_given and self.terms.method != "bullet":
            ahead = sum(row.principal_paid for row in coming if row.nr in rows)
            rate = Fraction(0) if self.stops else self.rate
            self.instalment = self.terms.level_amount(self.not_given + ahead, rate, rows)

    def defer(self, on: date, event: Case) -> None:
        """Defer the coming rows due in [from, until)."""
        since, until = day(event["from"]), day(event["until"])
        inside = [row for row in self.rows if not row.fallen and not row.closed and since <= row.due < until]
        more = sum(self.takes_principal(row) for row in inside)
        for row in inside:
            row.deferred = "all" if self.keeps_interest(row) or event["of"] == "all" else "principal"
        if event["end"] == "extend":
            first = self.last.nr + 1
            self.rows += [self.terms_row(nr) for nr in range(first, first + more)]
        elif on >= since:
            self.compute_instalment()
        else:
            self.recompute_on.append(since)

    def terms_row(self, nr: int) -> Row:
        """A row as the terms give it."""
        return Row(nr, self.terms.due_date(nr), deferred="interest" if self.terms.interest_last else "")

    def interest_account(self, row: Row) -> int:
        """Where the interest that the row has and nobody settled stands."""
        if not row.fallen:
            return 1330
        return 1340 if self.keeps_interest(row) and not row.kept_is_due else 1320


PAID_BY = {"office": 1200, "benefits": 1210, "settlement": 1220}

OPENING_ACCOUNTS = {
    "principal": 1300,
    "principal_due": 1310,
    "interest_due": 1320,
    "accrued": 1330,
    "deferred_interest": 1340,
    "costs": 1350,
    "credit": 1400,
}


def new_loan(terms: Terms) -> Loan:
    """The loan before anything happened."""
    loan = Loan(terms, [], terms.first_instalment(), terms.rate)
    loan.rows = [loan.terms_row(nr) for nr in range(1, terms.count + 1)]
    return loan
