"""A call of every command that takes a day or an amount, for whoever tries wrong ones."""

from __future__ import annotations

from tests.desk import GRANTED, LOAN, options

DECIDED = ("--on", "2025-07-01", "--decision", "B-9")

DOORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("dunning why", "loan payoff", "loan limitation", "loan statutory-interest"), (LOAN,)),
    **dict.fromkeys(("loan blocks", "loan securities", "loan show", "payment list", "statement"), (LOAN,)),
    "bank mandate add": (
        *(LOAN, "--id", "M-1", "--iban", "NL17TEST0340000002", "--holder", "S. Jansen"),
        *("--signed", "2025-07-01", "--document", "scan 1"),
    ),
    "bank mandate end": (LOAN, "M-1", "--on", "2025-07-01", "--reason", "withdrawn"),
    "bank collect propose": ("--creditor", "almere", "--until", "2025-07-31"),
    "bank collect release": ("--creditor", "almere", "--number", "1", "--total", "506.91"),
    "bank refunds release": ("--creditor", "almere", "--number", "1", "--total", "506.91"),
    "import receipts": (
        *("FILE", "--creditor", "almere", "--kind", "bailiff", "--reference", "2025-03"),
        *("--total", "950.00"),
    ),
    "import compare": ("FILE",),
    "import lift-quiet": ("almere",),
    "import advances": ("FILE", "--creditor", "almere", "--total", "2025-03=950.00"),
    "settle what-if": ("--input", "CASE"),
    "settle step": (LOAN, "extension", "--on", "2025-07-01", "--until", "2025-09-01", "--document", "UIT-1"),
    "settle list": (),
    "settle decide": (LOAN, "--reclaim", "1500.00", "--reason", "half of it"),
    "letters exclude": ("2", "--reason", "called"),
    "letters release": ("1", "--number", "1", "--total", "506.91"),
    "letters returned": ("1", "--on", "2025-07-01", "--reason", "moved"),
    "decide credit-refund": (
        *(LOAN, "--amount", "1.00", "--iban", "NL17TEST0340000002", "--name", "S. Jansen"),
        *DECIDED,
    ),
    "nightly": (),
    "import portfolio": ("FOLDER", "--dry-run"),
    "decide handed-over": ("1", "--on", "2025-07-01", "--to", "1"),
    "decide list": (),
    "decide write-off": (LOAN, "--part", "principal", "--amount", "1.00", *DECIDED),
    "decide unblock": (LOAN, "--of", "4", "--on", "2025-07-01", "--decision", "B-9"),
    "event": ("death", "1", "--on", "2025-07-01", "--document", "D"),
    "hold": (LOAN, "--until", "2025-07-10", "--on", "2025-07-01", "--reason", "figures"),
    "dunning announced": (LOAN, "--on", "2025-07-01", "--document", "TV-1"),
    "dunning handed-over": (LOAN, "--on", "2025-02-08", "--document", "AM-1"),
    "dunning costs": (LOAN, "--on", "2025-07-01"),
    "dunning bailiff": ("out", LOAN, "--on", "2025-07-01", "--document", "GDW-1"),
    "review open": (LOAN, "--due", "2025-09-01", "--on", "2025-07-01"),
    "review step": (LOAN, "form-sent", "--on", "2025-07-01"),
    "review done": (LOAN, "--conclusion", "nothing changes", "--on", "2025-07-01"),
    "review count": ("--from", "2025-01-01", "--to", "2026-01-01"),
    "decide liability": (LOAN, "--debtor", "1", "--liable", "no", "--on", "2025-07-01", "--decision", "B-9"),
    "promise": (LOAN, "--amount", "1.00", "--by", "2025-07-10", "--on", "2025-07-01"),
    "debtor add": ("--name", "De Vries"),
    "debtor list": (),
    "debtor move": ("1", "--on", "2025-07-01", "--name", "De Vries"),
    "debtor show": ("1",),
    "loan add": tuple(options(GRANTED, decision="B-9")),
    "loan cost": (LOAN, "--amount", "9.00", *DECIDED),
    "loan defer": (
        *(LOAN, "--from", "2025-07-01", "--until", "2025-10-01", "--of", "principal", "--end", "extend"),
        *DECIDED,
    ),
    "loan disburse": (LOAN, "--amount", "1.00", "--on", "2025-07-01"),
    "loan early-repayment": (LOAN, "--amount", "500.00", "--mode", "term", *DECIDED),
    "loan instalment": (LOAN, "--amount", "600.00", *DECIDED),
    "loan rate": (LOAN, "--percent", "4", *DECIDED),
    "loan reschedule": (LOAN, "--instalments", "84", *DECIDED),
    "loan withdraw": (LOAN, "2", "--reason", "of another loan"),
    "payment add": (LOAN, "--amount", "506.91", "--on", "2025-02-01"),
    "payment reverse": (LOAN, "3", "--on", "2025-02-20"),
    "worklist assign": (LOAN, "m.visser"),
    "worklist move": ("--from", "a", "--to", "b"),
    "schedule": (
        *("--principal", "25000.00", "--rate", "8", "--start", "2025-01-01", "--instalments", "60"),
    ),
    "law check": (),
    "law list": (),
    "law policy": (),
    "law show": ("statutory_interest",),
}
"""A call of every command that takes a day or an amount."""
