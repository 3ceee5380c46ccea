"""Fit how signatures differ between people, between days, and by what the eye errs, to simulated homes.

usage: python -m guardian.lab.identify.fit --homes N --seed S     writes guardian/likeness_tables.py
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from guardian.ground import Ground
from guardian.identity import Identity
from guardian.lab.identify.walks import LIVE_HERE, signature_of, walks
from guardian.optics import Optics
from guardian.posture import Postures
from guardian.settings import Camera
from guardian.signature import FEATURES, Signature
from guardian.skeleton import Observation
from guardian.tracking import Tracker

Array: TypeAlias = NDArray[np.float64]

TABLES = Path(__file__).parents[2] / "likeness_tables.py"
MOST_OFF = 4.0
"""Standard deviations beyond which a difference is taken to be so large only."""
LEAST_DAILY = 0.15
"""At least this share of how one person differs does not go away by looking longer."""
INDEPENDENT, LEAST_EIGEN = 0.15, 0.02
"""By how much features are taken to be independent beyond what was seen, which was little; and the least variance that
any mixture of them has, in parts of that of one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A walk (None where it was too short), and the minute of the same person; None for a caller."""

    walk: Signature
    minute: Signature | None


@dataclass(frozen=True, slots=True)
class Tables:
    """What likeness compares by; see guardian/likeness_tables.py."""

    usual: Array
    people: Array
    enrolled: Array
    daily: Array
    noise: Array


def pairs(task: tuple[int, int]) -> list[Pair]:
    """Every walk of one home beside the minute of who walked; under the optics that were learnt by the first minute."""
    seed, number = task
    optics: Optics | None = None
    minutes, found = dict[int, Signature](), list[Pair]()
    for walk in walks(seed, number):
        optics = optics or learnt(walk.seen)
        signature = None if optics is None else signature_of(walk.seen, optics)
        if signature is None:
            continue
        if walk.day == 0:
            minutes[walk.who] = signature
        elif walk.who < LIVE_HERE:
            found += [Pair(signature, minutes[walk.who])] if walk.who in minutes else []
        else:
            found.append(Pair(signature, None))
    return found


def learnt(seen: Iterable[Observation]) -> Optics | None:
    """How the camera looks at the floor, from one walk."""
    tracker, identity, postures, ground = Tracker(), Identity(), Postures(), Ground(Camera(source="simulated"))
    for each in seen:
        tracks = tracker.update(each.poses, each.time, looked=each.looked, aspect=each.aspect)
        figures = postures.update(identity.update(tracks, each.time), each.time, each.aspect)
        ground.update(figures, each.time, each.aspect)
    return None if ground.known is None else ground.known.optics


def fit(found: Sequence[Pair]) -> Tables:
    """The tables of these pairs."""
    seen = np.array([pair.walk.values for pair in found])
    same = [(pair.walk, pair.minute) for pair in found if pair.minute is not None]
    apart = np.array([walk.values for walk, _ in same]) - np.array([minute.values for _, minute in same])
    enrolled = np.nanmedian(apart, axis=0)
    fewer = np.array([1 / walk.looks + 1 / minute.looks for walk, minute in same])
    daily, noise = _parted(_bounded(apart - enrolled), fewer)
    usual = np.nanmedian(seen, axis=0)
    off = _bounded(seen - usual)
    usual = usual + np.nanmean(off, axis=0)
    off = off - np.nanmean(off, axis=0)
    known = ~np.isnan(off)
    off = np.where(known, off, 0.0)
    people = off.T @ off / np.maximum(1, known.T.astype(float) @ known)
    return Tables(usual, _sound(people), enrolled, daily, noise)


def _bounded(off: Array) -> Array:
    """Differences whose tails are cut: a walk on which the eye took something else for a leg says nothing of legs."""
    spread = 1.4826 * np.nanmedian(np.abs(off), axis=0)
    return np.clip(off, -MOST_OFF * spread, MOST_OFF * spread)


def _parted(apart: Array, fewer: Array) -> tuple[Array, Array]:
    """How one person differs whatever is seen (by the day), and by how few looks there are: the products of differences
    (n, d) as a line over `fewer` (n,), the sum of one over the looks of both.
    """
    size = apart.shape[1]
    daily, noise = np.zeros((size, size)), np.zeros((size, size))
    weight = 1 / (fewer.mean() + fewer) ** 2
    for one in range(size):
        for other in range(one, size):
            both = ~np.isnan(apart[:, one]) & ~np.isnan(apart[:, other])
            product, few = apart[both, one] * apart[both, other], fewer[both]
            lines = np.column_stack([np.ones(len(few)), few])
            heavy = lines * weight[both, None]
            level, slope = np.linalg.solve(heavy.T @ lines, heavy.T @ product)
            if one == other:
                level = float(np.clip(level, LEAST_DAILY * product.mean(), product.mean()))
                slope = (product.mean() - level) / few.mean()
            daily[one, other] = daily[other, one] = level
            noise[one, other] = noise[other, one] = slope
    return _sound(daily), _sound(noise)


def _sound(spread: Array) -> Array:
    """The nearest covariance that can be one, features a bit more independent than they seemed."""
    scale = np.sqrt(np.maximum(np.diag(spread), 1e-9))
    alike = np.clip(spread / np.outer(scale, scale), -0.95, 0.95)
    alike = (1 - INDEPENDENT) * alike + INDEPENDENT * np.eye(len(scale))
    values, vectors = np.linalg.eigh(alike)
    made: Array = (vectors * np.maximum(values, LEAST_EIGEN)) @ vectors.T * np.outer(scale, scale)
    return made


def written(tables: Tables, source: str) -> str:
    """The module that keeps the tables."""
    heads = {
        "USUAL": ("What is usual, (n,).", tables.usual),
        "PEOPLE": ("How people differ from that, (n, n), with one walk's errors.", tables.people),
        "ENROLLED": ("By how much an ordinary walk differs from the minute of enrolment, (n,).", tables.enrolled),
        "DAILY": ("How one person differs from day to day, (n, n).", tables.daily),
        "NOISE": ("How much the eye errs of it, (n, n), for one look; n looks have the n-th part.", tables.noise),
    }
    lines = [
        f'"""How signatures differ: covariances of guardian/signature.py\'s {len(FEATURES)} features.',
        "",
        f"Made by `{source}`; not to be edited.",
        '"""',
        "",
        "# fmt: off",
        "from typing import TypeAlias",
        "",
        "import numpy as np",
        "from numpy.typing import NDArray",
        "",
        "Array: TypeAlias = NDArray[np.float64]",
        "",
    ]
    for name, (text, table) in heads.items():
        rows = [", ".join(f"{value:.4g}" for value in row) for row in np.atleast_2d(table)]
        body = f"[\n    {rows[0]},\n]" if table.ndim == 1 else "[\n" + "".join(f"    [{row}],\n" for row in rows) + "]"
        lines += [f"{name}: Array = np.array({body})", f'"""{text}"""']
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Fit and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m guardian.lab.identify.fit", description=__doc__)
    parser.add_argument("--homes", type=int, default=14, help="so many homes of each seed")
    parser.add_argument("--seed", type=int, nargs="+", default=[100, 101], help="which homes; never those that judge")
    parser.add_argument("--jobs", type=int, default=1, help="so many processes")
    parser.add_argument("--out", type=Path, default=TABLES, help="the module to write")
    options = parser.parse_args(arguments)
    tasks = [(seed, number) for seed in options.seed for number in range(options.homes)]
    console = Console(stderr=True)
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as workers:
        made = track(workers.map(pairs, tasks), total=len(tasks), console=console, disable=not console.is_terminal)
        found = [pair for pairs_of_home in made for pair in pairs_of_home]
    seeds = " ".join(str(seed) for seed in options.seed)
    source = f"python -m guardian.lab.identify.fit --homes {options.homes} --seed {seeds}"
    options.out.write_text(written(fit(found), source), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
