"""The commands `aflos bank match|split|rematch|park|strike|refund`: what a person says a bank line is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from backoffice.cli.bank_runs import named_creditor
from backoffice.cli.bank_told import say
from backoffice.cli.bank_words import PARTS
from backoffice.cli.database import Desk
from backoffice.cli.finishing import preview_option
from backoffice.cli.options import NUMBER, actor_option, as_json
from backoffice.deciding import reason_given
from backoffice.dividing import parts_by_policy
from backoffice.money_out import LineRefused
from backoffice.receipts import (
    Decided,
    Said,
    decide,
    line_of,
    match,
    rematch,
    remit,
    settle,
    share_of,
    strike,
)
from ledger.errors import BadInput
from ledger.money import cents_of
from servicing.receipts.values import Disposition, Part, StoredLine
from servicing.texts import plain_text

reason_option = click.option("--reason", required=True, metavar="TEXT", help="Why; kept with the decision.")
by_hand_option = click.option(
    "--reason", default="by hand", metavar="TEXT", help="Why; kept with the decision."
)


def ending(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options with which each of them ends."""
    return preview_option(actor_option(as_json(command)))


@click.command(name="match")
@click.argument("line", type=NUMBER)
@click.argument("loan", required=False)
@click.option(
    "--fact",
    type=NUMBER,
    metavar="NR",
    help="The payment of LOAN recorded by hand for it, or what went out by it: which payment, disbursement or refund.",
)
@click.option(
    "--settles", type=NUMBER, metavar="LINE", help="A line out that pays back or on what this line brought."
)
@click.option(
    "--batch", type=NUMBER, metavar="ID", help="The remittance of other receipts that this line pays."
)
@by_hand_option
@ending
def match_line(
    line: int,
    loan: str | None,
    fact: int | None,
    settles: int | None,
    batch: int | None,
    reason: str,
    **how: Any,
) -> None:
    """Say for which loan a line is: a payment, the return of one, or a disbursement; the coming night books it.

    Example: aflos bank match 17 100000001
    """
    if len([each for each in (loan, settles, batch) if each is not None]) != 1:
        raise BadInput("match: name one of LOAN, --settles LINE and --batch ID")
    if fact is not None and loan is None:
        raise BadInput("fact: is of a LOAN: name it")
    why = plain_text("reason", reason)

    def saying(desk: Desk) -> Decided:
        own = line_of(desk, line)
        if loan is not None:
            return match(desk, own, loan, Said(own.amount, why, fact))
        if settles is not None:
            return settle(desk, own, line_of(desk, settles), why)
        assert batch is not None
        return remit(desk, own, batch, why)

    say(saying, how)


@click.command()
@click.argument("line", type=NUMBER)
@click.argument("shares", nargs=-1, metavar="LOAN=AMOUNT...")
@click.option("--debtor", metavar="NUMBER", help="Over all his loans here, as the policy alloc.order says.")
@click.option(
    "--fact", type=NUMBER, metavar="NR", help="Which payment of the one LOAN came back by a line out."
)
@by_hand_option
@ending
def split(
    line: int, shares: Sequence[str], debtor: str | None, fact: int | None, reason: str, **how: Any
) -> None:
    """Divide a line over loans; what is left is refund=, parked=, ignored= or (of the bank) costs=AMOUNT.

    Example: aflos bank split 17 100000001=506.91 100000002=93.09
    """
    if bool(shares) == (debtor is not None):
        raise BadInput("split: name the shares, or --debtor NUMBER")
    why = plain_text("reason", reason)

    def saying(desk: Desk) -> Decided:
        own = line_of(desk, line)
        if debtor is not None:
            return decide(desk, own, parts_by_policy(desk, own, debtor, why))
        return decide(desk, own, _shares(desk, own, shares, Said(0, why, fact)))

    say(saying, how)


def _shares(desk: Desk, line: StoredLine, shares: Sequence[str], said: Said) -> list[Part]:
    if said.fact is not None and (line.cents > 0 or sum(_loan_of(one) is not None for one in shares) != 1):
        raise LineRefused(
            f"bank line {line.id}: --fact says which payment of one loan came back by a line out"
        )
    for share in shares:
        if "=" not in share.strip("="):
            raise BadInput(f"split: {share[:40]!r}: must be LOAN=AMOUNT, or one of {', '.join(PARTS)}=AMOUNT")
    names = [share.rpartition("=")[0] for share in shares]
    for name in PARTS:
        if names.count(name) > 1:
            raise BadInput(f"split: {name}: is named {names.count(name)} times: name it once, with the sum")
    parts = []
    for share in shares:
        cents, loan = cents_of(share.rpartition("=")[2]), _loan_of(share)
        if loan is None:
            parts.append(Part(PARTS[share.rpartition("=")[0]], cents, reason=said.reason))
        else:
            parts.append(share_of(desk, line, loan, said._replace(cents=cents)))
    return parts


def _loan_of(share: str) -> str | None:
    """The loan that a share names, None where it is for something else."""
    name, _, _ = share.rpartition("=")
    return None if name in PARTS else name


@click.command("rematch")
@click.argument("line", type=NUMBER)
@click.argument("loan")
@click.option("--fact", type=NUMBER, metavar="NR", help="Which payment of LOAN came back by a line out.")
@reason_option
@ending
def rematch_line(line: int, loan: str, fact: int | None, reason: str, **how: Any) -> None:
    """Move a line that was matched to the wrong loan, with its value date; both loans are booked again.

    The return of a payment moves to the payment that really came back, of this loan or another.

    Example: aflos bank rematch 17 100000002 --reason "reference of another debtor"
    """
    why = plain_text("reason", reason_given(reason))

    def saying(desk: Desk) -> Decided:
        own = line_of(desk, line)
        return rematch(desk, own, loan, Said(own.amount, why, fact))

    say(saying, how)


@click.command()
@click.argument("line", type=NUMBER)
@click.option("--to-forward", "code", metavar="CODE", help="It is meant for this other creditor.")
@click.option("--ignore", is_flag=True, help="It is outside this administration.")
@reason_option
@ending
def park(line: int, code: str | None, ignore: bool, reason: str, **how: Any) -> None:
    """Let a line wait, with the reason; or say that it is another creditor's, or no receipt of ours.

    What it was for until now is taken back: a payment, or that one came back.

    Example: aflos bank park 17 --reason "asked the debtor"
    """
    if code and ignore:
        raise BadInput("park: name one of --to-forward CODE and --ignore")
    kind = Disposition.TO_FORWARD if code else Disposition.IGNORED if ignore else Disposition.PARKED
    other, why = (named_creditor(code).id if code else 0), plain_text("reason", reason_given(reason))

    def saying(desk: Desk) -> Decided:
        own = line_of(desk, line)
        if other == own.creditor_id:
            raise BadInput(f"to-forward: {code}: is the creditor whose account it came in on")
        return decide(desk, own, [Part(kind, own.amount, other_creditor=other, reason=why)])

    say(saying, how)


@click.command("strike")
@click.argument("line", type=NUMBER)
@reason_option
@ending
def strike_line(line: int, reason: str, **how: Any) -> None:
    """Say that a line moved no money: the bank told it twice, or by a notice (camt.054) only.

    It leaves its loan and the bank account in the books. A line that a balance of the bank proves is refused.

    Example: aflos bank strike 17 --reason "line 19 tells of it; the bank says so"
    """
    why = plain_text("reason", reason_given(reason))
    say(lambda desk: strike(desk, line_of(desk, line), why), how)


@click.command()
@click.argument("line", type=NUMBER)
@reason_option
@ending
def refund(line: int, reason: str, **how: Any) -> None:
    """Say that a receipt goes back to whoever paid it; it stands apart until a line out shows that it went.

    Example: aflos bank refund 17 --reason "loan is closed"
    """
    why = plain_text("reason", reason_given(reason))

    def saying(desk: Desk) -> Decided:
        own = line_of(desk, line)
        if own.cents < 0:
            raise LineRefused(f"bank line {line}: is money that went out; only a receipt goes back")
        return decide(desk, own, [Part(Disposition.TO_REFUND, own.amount, reason=why)])

    say(saying, how)


SAYINGS = (match_line, split, rematch_line, park, strike_line, refund)
