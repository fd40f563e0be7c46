"""What the hand-over of letters does, in one transaction: proof, step of dunning with its fee, announced decision."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from backoffice.cli.database import Desk
from backoffice.deciding import hand_over
from jobs import clock
from jobs.letters_anew import keys_of_others, propose_anew
from letters.outbox.dropping import is_same_step
from letters.outbox.dunning import steps_done
from letters.outbox.print_file import Stack
from letters.outbox.store import add_sent, add_steps
from letters.outbox.values import Letter, Page, Sent, Step, cycle_key
from letters.print_runs.store import add_run_step
from letters.print_runs.values import PrintRun, RunStep
from servicing.dunning.sent import drafts_of, own_key
from servicing.facts import Draft, Fact, FactKind
from servicing.store import facts_of, record


def hand_over_run(desk: Desk, run: PrintRun, stack: Stack, proof: str) -> None:
    """Record that the letters of a run left on its sending date, with all that follows from it."""
    day, letters = stack.sent_on, stack.letters
    sent = [_sent(one, run.id, stack.pages[number], proof) for number, one in letters.items()]
    add_sent(desk.connection, sent, desk.by)
    steps = {number: Step("handed-over", run.id, day, proof, desk.by.actor) for number in letters}
    add_steps(desk.connection, steps, letters, desk.by)
    _record(desk, letters.values(), day, proof)
    propose_anew(desk.connection, keys_of_others(letters.values()), clock.today(), desk.by)
    for letter in letters.values():
        effects = letter.draft.effects
        if effects.announces:
            hand_over(desk, effects.announces, letter.draft.debtor, day, effects.via)
    add_run_step(desk.connection, run, RunStep("handed-over", day, proof, desk.by.actor), desk.by)


def _record(desk: Desk, letters: Collection[Letter], on: date, proof: str) -> None:
    """Record the steps of dunning and of the yearly cycle that letters are, each once however many debtors (P2)."""
    loans = {on.loan for letter in letters if _is_step(letter) for on in letter.draft.loans}
    known = facts_of(desk.connection, loans) if loans else {}
    drafts = [draft for step in steps_done(letters, known, on, proof) for draft in drafts_of(step)]
    drafts += [_cycle_step(letter, known, on, proof) for letter in letters if letter.draft.effects.cycle]
    drafts = list({(draft.loan, draft.kind, draft.key): draft for draft in drafts}.values())
    there = {(fact.loan, fact.kind, fact.key) for facts in known.values() for fact in facts}
    record(desk.connection, [one for one in drafts if (one.loan, one.kind, one.key) not in there], desk.by)


def _is_step(letter: Letter) -> bool:
    return bool(letter.draft.effects.dunning or letter.draft.effects.cycle)


def _cycle_step(letter: Letter, known: Mapping[int, Sequence[Fact]], on: date, proof: str) -> Draft:
    """The step of the yearly cycle that a letter is, with the last day of its term.

    Under a name of its own where another joint debtor had the letter before: the last term counts.
    """
    said, end = letter.draft.effects.cycle, letter.draft.effects.term_end(on)
    data = {
        "book_year": said["book_year"],
        "step": said["step"],
        **({"until": end.isoformat()} if end else {}),
    }
    key = cycle_key(said)
    if any(is_same_step(fact, said) for fact in known[said["loan"]]):
        key = own_key(key, letter.draft.debtor)
    return Draft(said["loan"], FactKind.CYCLE_STEP, on, key, data=data, source=proof)


def _sent(letter: Letter, run: int, page: Page, proof: str) -> Sent:
    end = letter.draft.effects.term_end(page.sent_on)
    return Sent(letter.id, run, page.sent_on, end, page.sha256, proof)
