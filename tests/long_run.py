"""The property this program is tested hardest for, over as many random lives as wanted.

`python -m tests.long_run 2000` holds the product against the oracle on every view, after every night, in
sampled orders of arrival and, with as many eventful lives, in twenty orders in which up to six facts become known,
and prints what it did; it stops at the first difference and names the seed.
`python -m tests.long_run 2000 turns` tries the last alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from tqdm import tqdm

from tests.histories import history
from tests.test_arrival import check_nights, check_orders, check_view, without_pay_off
from tests.test_turns import ORDERS_OF_A_LIFE, check_six, check_turns

FIRST_SEED = 100_000
ORDERS_EVERY = 10
"""Orders of arrival are tried on every tenth life: each takes a dozen whole lives."""

ORDERS_OF_SIX = 360
"""All orders in which the six facts that work back can become known: one of them ends another."""


def main() -> None:
    """Run the number of lives given on the command line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    wanted = {name: check for name, check in CHECKS.items() if name in sys.argv[2:] or len(sys.argv) < 3}
    done = dict.fromkeys(wanted, 0)
    for seed in tqdm(range(FIRST_SEED, FIRST_SEED + count), unit=" lives", disable=not sys.stderr.isatty()):
        for name, check in wanted.items():
            done[name] += check(seed)
    sys.stdout.write(f"{count} lives from seed {FIRST_SEED}: 0 differences; ")
    sys.stdout.write(", ".join(f"{number} {name}" for name, number in done.items()) + "\n")


def _turns(seed: int) -> int:
    six = check_six(ORDERS_OF_SIX) if seed == FIRST_SEED else 0
    few = ORDERS_OF_A_LIFE // 5
    others = check_turns(seed, few, joint=True) + check_turns(seed, few, has_schedule=True)
    return six + check_turns(seed, ORDERS_OF_A_LIFE) + others


def _views(seed: int) -> int:
    given = history(seed, books=seed % 2 == 1)
    for on in given.viewing_dates:
        check_view(given, on)
    return len(given.viewing_dates)


def _nights(seed: int) -> int:
    given = history(seed, books=seed % 2 == 1)
    return check_nights(given.terms, without_pay_off(given), f"seed {seed}")


def _orders(seed: int) -> int:
    return check_orders(seed) if seed % ORDERS_EVERY == 0 else 0


CHECKS: dict[str, Callable[[int], int]] = {
    "views": _views,
    "nights": _nights,
    "orders of arrival": _orders,
    "turns": _turns,
}


if __name__ == "__main__":
    main()
