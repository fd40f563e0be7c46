"""The settlement against its oracle over as many random years as wanted.

`python -m tests.long_settle 10000` settles random years and compares each with the second computation from the
text of the law; it stops at the first difference, which names the seed.
"""

from __future__ import annotations

import sys

from tqdm import tqdm

from tests.test_settlement_oracle import check_year

FIRST_SEED = 500_000


def main() -> None:
    """Settle the number of years given on the command line."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    for seed in tqdm(range(FIRST_SEED, FIRST_SEED + count), unit=" years", disable=not sys.stderr.isatty()):
        check_year(seed)
    sys.stdout.write(f"{count} years from seed {FIRST_SEED}: 0 differences\n")


if __name__ == "__main__":
    main()
