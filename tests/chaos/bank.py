"""`make bank-chaos`: random accounts, cut into files in every way a bank does, with runs killed between.

On each core as many sets at a time as there are creditors, each with an account; `--seed` begins at another account,
so that sets may be tried in parts.
"""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from multiprocessing import get_context

import click
from tqdm import tqdm

from backoffice.installation import install
from ledger.database import open_database
from tests.bank_sets import AT_ONCE, prepare, trial
from tests.chaos.databases import working_folder
from tests.compiled import share_compiled


def main() -> None:
    """Run so many trials from a seed on, and end with 1 if any line was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.bank", description=__doc__)
    parser.add_argument("sets", type=int, nargs="?", default=2000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    begun, wrong = time.monotonic(), []
    share_compiled()
    with working_folder() as folder:
        evening = folder / "evening.db"
        engine = open_database(f"sqlite:///{evening}", create=True)
        install(engine)
        engine.dispose()
        prepare(f"sqlite:///{evening}")
        seeds = range(asked.seed, asked.seed + asked.sets)
        at_once = [seeds[first : first + AT_ONCE] for first in range(0, asked.sets, AT_ONCE)]
        with get_context("fork").Pool() as pool:
            trials = pool.imap_unordered(partial(trial, evening, folder), at_once)
            for found in tqdm(trials, total=len(at_once), unit=" times", disable=not sys.stderr.isatty()):
                wrong += found
                for each in found:
                    click.echo(each)
    seconds = time.monotonic() - begun
    click.echo(f"{asked.sets} sets, {len(wrong)} differences, {seconds:.0f} s")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
