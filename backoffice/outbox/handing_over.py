"""What the hand-over of letters does, in one transaction: the proof, and the decision that is announced (P2, P4)."""

from __future__ import annotations

from backoffice.cli.database import Desk
from backoffice.deciding import hand_over
from letters.outbox.print_file import Stack
from letters.outbox.store import add_sent, add_steps
from letters.outbox.values import Letter, Page, Sent, Step
from letters.print_runs.store import add_run_step
from letters.print_runs.values import PrintRun, RunStep


def hand_over_run(desk: Desk, run: PrintRun, stack: Stack, proof: str) -> None:
    """Record that the letters of a run left on its sending date, with all that follows from it."""
    day, letters = stack.sent_on, stack.letters
    sent = [_sent(one, run.id, stack.pages[number], proof) for number, one in letters.items()]
    add_sent(desk.connection, sent, desk.by)
    steps = {number: Step("handed-over", run.id, day, proof, desk.by.actor) for number in letters}
    add_steps(desk.connection, steps, letters, desk.by)
    for letter in letters.values():
        effects = letter.draft.effects
        if effects.announces:
            hand_over(desk, effects.announces, letter.draft.debtor, day, effects.via)
    add_run_step(desk.connection, run, RunStep("handed-over", day, proof, desk.by.actor), desk.by)


def _sent(letter: Letter, run: int, page: Page, proof: str) -> Sent:
    end = letter.draft.effects.term_end(page.sent_on)
    return Sent(letter.id, run, page.sent_on, end, page.sha256, proof)
