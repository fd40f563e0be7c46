"""Runs the trials: `python -m tests.chaos --seed 1`. Every difference is printed with what repeats it."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial

import click
from tqdm import tqdm

from tests.chaos.databases import databases, working_folder
from tests.chaos.scenario import LOANS
from tests.chaos.trials import Bench, Trials, bench, err, kill, race, stop

Trial = Callable[[Trials], None]

EVERY = 10**9
"""More kills than there are boundaries: at every one."""


def main() -> None:
    """Run what was asked for, print a table, and end with 1 if the books ever differ."""
    asked = _asked()
    click.echo(f"seed {asked.seed}")
    done: list[Trials] = []
    with working_folder() as folder:
        for kind in ("sqlite", "postgresql"):
            if kind in asked.databases:
                with databases(kind, folder, asked.seed, asked.loans) as made:
                    on = bench(made)
                    click.echo(f"{made.name}: {on.boundaries} boundaries")
                    done += [_run(trials, every) for trials, every in _plan(on, asked, kind)]
    _show(done)
    sys.exit(any(trials.differences for trials in done))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats a run")
    parser.add_argument("--loans", type=int, default=LOANS, help="beside the clients")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument(
        "--sqlite-kills", type=int, default=EVERY, help="single kills on SQLite (default: every)"
    )
    parser.add_argument("--postgresql-kills", type=int, default=300)
    parser.add_argument("--double-kills", type=int, default=250, help="on each database")
    parser.add_argument(
        "--ahead", type=int, default=40, help="kills beside a process that decides ahead (SQLite)"
    )
    parser.add_argument("--races", type=int, default=30, help="on each database")
    parser.add_argument("--errors", type=int, default=30, help="on each database")
    parser.add_argument("--zombies", type=int, default=10, help="on each database")
    parser.add_argument("--kill-at", type=int, nargs="+", help="one trial only: kill there, then there")
    return parser.parse_args()


def _plan(on: Bench, asked: argparse.Namespace, kind: str) -> Iterable[tuple[Trials, list[Trial]]]:
    """The trials on one database, by kind."""
    rng = random.Random(asked.seed)
    name = on.databases.name
    if asked.kill_at:
        yield Trials(f"{name}: asked for", 1), [partial(_kill, on, tuple(asked.kill_at))]
        return
    singles = asked.sqlite_kills if kind == "sqlite" else asked.postgresql_kills
    places = list(range(1, on.boundaries + 1))
    chosen = places if singles >= len(places) else sorted(rng.sample(places, singles))
    pairs = [(rng.choice(places), rng.randint(1, len(places))) for _ in range(asked.double_kills)]
    beside = [rng.choice(places) for _ in range(asked.ahead if kind == "sqlite" else 0)]
    kinds: list[tuple[str, list[Trial]]] = [
        ("killed once", [partial(_kill, on, (place,)) for place in chosen]),
        ("killed twice", [partial(_kill, on, pair) for pair in pairs]),
        ("killed, decided ahead", [partial(_kill_beside, on, place) for place in beside]),
        ("three runners", [partial(race, on, rng=rng)] * asked.races),
        ("transient errors", [partial(err, on, rng=rng)] * asked.errors),
        ("stopped and replaced", [partial(stop, on, rng=rng)] * asked.zombies),
    ]
    for what, trials in kinds:
        yield Trials(f"{name}: {what}", len(trials)), trials


def _kill(on: Bench, at: tuple[int, ...], trials: Trials) -> None:
    kill(on, trials, *at)


def _kill_beside(on: Bench, at: int, trials: Trials) -> None:
    kill(on, trials, at, ahead=1)


def _run(trials: Trials, each: list[Trial]) -> Trials:
    begun = time.monotonic()
    for trial in tqdm(each, desc=trials.name, unit=" trials", disable=not sys.stderr.isatty()):
        before = len(trials.differences)
        trial(trials)
        for difference in trials.differences[before:]:
            click.echo(f"{trials.name}: {difference}")
    trials.seconds = time.monotonic() - begun
    return trials


def _show(done: list[Trials]) -> None:
    click.echo(f"{'':32}{'trials':>8}{'disturbed':>11}{'differences':>13}{'seconds':>9}")
    for trials in done:
        if trials.wanted:
            row = f"{trials.done:>8}{trials.disturbed:>11}{len(trials.differences):>13}{trials.seconds:>9.1f}"
            click.echo(f"{trials.name:32}{row}")


if __name__ == "__main__":
    main()
