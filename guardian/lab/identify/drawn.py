"""What handing over can do at best: signatures drawn from the tables by which they are compared, with no picture.

usage: python -m guardian.lab.identify.drawn --trials N --seed S

In homes whose people differ just as the tables say, and of whom one more lives there than is enrolled, somebody comes
into a second room: who has just left the first ("through"), or another one ("replaced"). With cameras that is measured
by `guardian lab identify --rooms`; this says in a minute whether the rule by itself errs.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from guardian.handover import CONTINUITY
from guardian.identity import DUE, ENOUGH
from guardian.lab.console import stdout
from guardian.lab.identify.measure import RIGHT, SIZES, STRANGER, UNDECIDED, WRONG, share
from guardian.likeness import Earlier, Known, Verdict, compare
from guardian.likeness_tables import DAILY, ENROLLED, NOISE, PEOPLE, USUAL
from guardian.signature import Signature

Array: TypeAlias = NDArray[np.float64]

KINDS = ("through", "replaced")
MINUTE_LOOKS = 250
FIRST_LOOKS = (30, 110)
"""Looks at somebody in the first room, between."""
WAYS = (f"{ENOUGH} alone", f"{ENOUGH} handed over", f"{DUE} alone", f"{DUE} handed over")
"""After so many looks: at a body that is lost again soon, and at one that stays."""


class Drawn:
    """One home of `size` enrolled people and one more."""

    def __init__(self, size: int, random: np.random.Generator) -> None:
        self._random = random
        self._bodies = [USUAL + self._off(PEOPLE) for _ in range(size + 1)]
        self._rooms = [[self._known(who) for who in range(size)] for _ in range(2)]
        self._size = size

    def come(self, kind: str) -> dict[str, str]:
        """What is made of somebody who comes into the second room, in each of WAYS."""
        who = int(self._random.integers(0, self._size + 1))
        today = self._bodies[who] + self._off(DAILY)
        before = today
        if kind == "replaced":
            before = self._bodies[(who + 1) % (self._size + 1)] + self._off(DAILY)
        looks = int(self._random.integers(*FIRST_LOOKS))
        left = compare(self._seen(before, self._off(NOISE / looks), looks), self._rooms[0])
        earlier: Earlier = ((CONTINUITY, left.belief),)
        few, more = self._off(NOISE / ENOUGH), self._off(NOISE / (DUE - ENOUGH))
        soon = self._seen(today, few, ENOUGH)
        late = self._seen(today, (ENOUGH * few + (DUE - ENOUGH) * more) / DUE, DUE)
        found = (compare(seen, self._rooms[1], handed) for seen in (soon, late) for handed in ((), earlier))
        right = str(who) if who < self._size else None
        return {way: _told(verdict, right) for way, verdict in zip(WAYS, found, strict=True)}

    def _off(self, spread: Array) -> Array:
        return np.asarray(self._random.multivariate_normal(np.zeros(len(spread)), spread), np.float64)

    def _known(self, who: int) -> Known:
        minute = self._bodies[who] + self._off(NOISE / MINUTE_LOOKS) - ENROLLED
        return Known(str(who), Signature(tuple(minute.tolist()), MINUTE_LOOKS))

    @staticmethod
    def _seen(body: Array, off: Array, looks: int) -> Signature:
        return Signature(tuple((body + off).tolist()), looks)


def _told(verdict: Verdict, right: str | None) -> str:
    if verdict.name is not None:
        return RIGHT if verdict.name == right else WRONG
    return STRANGER if verdict.stranger else UNDECIDED


def draw(size: int, kind: str, trials: int, seed: int) -> dict[str, Counter[str]]:
    """How often what was made of somebody, in each of WAYS, in so many homes."""
    random, found = np.random.default_rng((seed, size, KINDS.index(kind))), {way: Counter[str]() for way in WAYS}
    for _ in range(trials):
        for way, told in Drawn(size, random).come(kind).items():
            found[way][told] += 1
    return found


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m guardian.lab.identify.drawn", description=__doc__)
    parser.add_argument("--trials", type=int, default=2000, help="so many homes of each kind")
    parser.add_argument("--seed", type=int, default=400, help="which homes")
    options = parser.parse_args(arguments)
    table = Table(box=None)
    for heading in ("enrolled", "second room", "looks", "right name", "wrong name"):
        table.add_column(heading, no_wrap=True)
    for size in SIZES:
        for kind in KINDS:
            for way, told in draw(size, kind, options.trials, options.seed).items():
                shares = (share(told[verdict], options.trials) for verdict in (RIGHT, WRONG))
                table.add_row(str(size), kind, way, *shares)
    stdout().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
