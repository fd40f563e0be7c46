"""The life of one loan, computed a second time, from scratch: what the product is tested against.

A deliberately naive reading of docs/how-a-loan-is-computed.md that shares no code with the product: exact
fractions, a walk day by day, its own day counts, due dates, banking days and annuity, and no memory: every
answer begins anew. Where the two differ, one of them, or the document, is wrong.

`life(terms, events, viewing_date)` takes the shapes of a `simulate` case: amounts and percentages are decimal
text in euros and percent ("506.91", "8"; numbers are read through their text), dates are ISO text or `date`.
Results are whole cents. Besides the events of `simulate` it knows `write_off` (amount, of
principal|interest|costs) and `opening` (the balances at a cut-over: principal not yet due, principal_due,
interest_due, accrued, deferred_interest, costs, credit, and arrears_since).
"""

from tests.oracle.days import is_banking_day
from tests.oracle.loan import Posting
from tests.oracle.result import Result
from tests.oracle.walk import life

__all__ = ["Posting", "Result", "is_banking_day", "life"]
