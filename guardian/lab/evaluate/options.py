"""What `guardian evaluate` takes. Loads nothing: `guardian --help` must stay quick."""

import argparse
from pathlib import Path

MOST_JOBS = 256


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options of `guardian evaluate`."""
    command.add_argument(
        "manifest", type=Path, metavar="MANIFEST.csv", help="what happened in which file, or its directory"
    )
    command.add_argument("--json", action="store_true", help="one JSON document in place of the tables")
    command.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="so many files at a time (default: 1)")
    text = "share the work among the workers of the Dask scheduler at this address"
    command.add_argument("--scheduler", default=None, metavar="ADDRESS", help=text)
    text = "set this run beside an earlier one (its --json); may be given more than once"
    command.add_argument("--compare", type=Path, action="append", default=[], metavar="OTHER.json", help=text)
    text = "write a page with plots, and with stick figures of every miss and false alarm, into F"
    command.add_argument("--report", type=Path, default=None, metavar="F.html", help=text)
    text = "exit 1 unless this figure is reached: sensitivity=0.9, false_alarms=0 ..."
    command.add_argument("--floor", action="append", default=[], metavar="KEY=VALUE", help=text)
    text = "score these events of another detector (lines as `guardian analyse --json` prints) in place of ours"
    command.add_argument("--events", type=Path, default=None, metavar="F.jsonl", help=text)


def _jobs(text: str) -> int:
    jobs = int(text)
    if not 1 <= jobs <= MOST_JOBS:
        message = f"{text} is wrong; a number of processes from 1 to {MOST_JOBS} would be right"
        raise argparse.ArgumentTypeError(message)
    return jobs
