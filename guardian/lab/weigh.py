"""How much each view of a fall weighs: `guardian lab weigh MANIFEST.csv ...` fits the weights of guardian/evidence.py.

A logistic regression over what was seen of every body that came down in annotated scenes, at each half second from 3 to
10 s after: did it fall? The weights in use are the prior (a Gaussian around each), so that a view of which the scenes
say little keeps its weight, and none may change its sign. Nothing is written but the table, to be read by a human.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.evidence import BIAS, WEIGHTS, Views
from guardian.lab.analyse import NOON, observations
from guardian.lab.console import stdout
from guardian.lab.evaluate.evaluation import read_manifest
from guardian.lab.evaluate.manifest import Recording
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Room, Settings

NAMES = tuple(each.name for each in fields(Views))
FROM_SECONDS, TO_SECONDS, STEP_SECONDS = 3.0, 10.0, 0.5
EARLY_SECONDS, LATE_SECONDS = 1.5, 3.0
"""A descent that was suspected so long before the onset to so long after the contact of a fall is that fall."""
SPREAD, BIAS_SPREAD = 0.7, 1.5
"""Standard deviations of the prior, in nats."""
FOLDS = 5

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Samples:
    """`views` (n, 13), the last column ones; `fell`, `weight` (every descent weighs 1) and `group` (file), (n) each."""

    views: Array
    fell: Array
    weight: Array
    group: NDArray[np.int64]


def gather(manifests: Sequence[Path], hold: float) -> Samples:
    """Watch every file, and take the evidence of every body that came down. Raises as `observations` does."""
    rows: list[tuple[float, ...]] = []
    console = Console(stderr=True)
    known = [each for manifest in manifests for each in read_manifest(manifest).recordings]
    watched = track(known, console=console, transient=True, disable=not console.is_terminal)
    for group, each in enumerate(watched):
        for descent in _descents(each, hold):
            rows += [(*row, 1 / len(descent), group) for row in descent]
    table = np.array(rows, float).reshape(-1, len(NAMES) + 3)
    ones = np.ones((len(table), 1))
    views = np.hstack([table[:, : len(NAMES)], ones])
    return Samples(views, table[:, -3], table[:, -2], table[:, -1].astype(np.int64))


def _descents(recording: Recording, hold: float) -> Iterable[list[tuple[float, ...]]]:
    """The views of each descent of one file, with whether it was a fall."""
    room = Room(name="room", camera=Camera(source=str(recording.file)))
    pipeline: Pipeline | None = None
    found: dict[tuple[int, float], list[tuple[float, ...]]] = defaultdict(list)
    due: dict[tuple[int, float], float] = {}
    for observation in observations(str(recording.file), hold):
        now = observation.time
        pipeline = pipeline or Pipeline(room, Settings(rooms=(room,)), now)
        pipeline.update(observation, Moment(now, NOON + timedelta(seconds=now)))
        for body, since, views in pipeline.suspicions:
            key = (body, since)
            if FROM_SECONDS <= now - since <= TO_SECONDS and now >= due.get(key, 0.0):
                due[key] = now + STEP_SECONDS
                found[key].append((*astuple(views), float(_is_fall(recording, since))))
    return list(found.values())


def _is_fall(recording: Recording, since: float) -> bool:
    falls = [row for row in recording.rows if row.kind == "fall"]
    return any((row.onset or 0.0) - EARLY_SECONDS <= since <= row.end + LATE_SECONDS for row in falls)


def fit(samples: Samples, prior: Array) -> Array:
    """The weights (12) and the bias that make what happened likeliest, given the prior; by Newton's method."""
    spread = np.array([SPREAD] * len(NAMES) + [BIAS_SPREAD])
    weights: Array = prior.copy()
    for _ in range(50):
        odds = 1 / (1 + np.exp(-np.clip(samples.views @ weights, -30, 30)))
        slope = samples.views.T @ (samples.weight * (samples.fell - odds)) - (weights - prior) / spread**2
        curve = (samples.views * (samples.weight * odds * (1 - odds))[:, None]).T @ samples.views + np.diag(spread**-2)
        step = np.linalg.solve(curve, slope)
        weights += step
        same = np.sign(weights) == np.sign(prior)
        weights[:-1] = np.where(same[:-1], weights[:-1], 0.05 * np.sign(prior[:-1]))
        if np.abs(step).max() < 1e-6:  # noqa: PLR2004 - far below what is printed
            break
    return weights


def surprise(samples: Samples, weights: Array) -> float:
    """Mean surprise (cross entropy) in nats for each descent."""
    logits = samples.views @ weights
    each = np.logaddexp(0.0, logits) - samples.fell * logits
    return float((samples.weight * each).sum() / max(1e-9, samples.weight.sum()))


def held_out(samples: Samples, prior: Array) -> float:
    """The surprise at files that were left out of the fit, in so many folds."""
    total = weight = 0.0
    for fold in range(FOLDS):
        out = samples.group % FOLDS == fold
        if out.any() and not out.all():
            kept, left = _part(samples, ~out), _part(samples, out)
            total += surprise(left, fit(kept, prior)) * left.weight.sum()
            weight += float(left.weight.sum())
    return float(total / max(1e-9, weight))


def _part(samples: Samples, chosen: NDArray[np.bool_]) -> Samples:
    return Samples(samples.views[chosen], samples.fell[chosen], samples.weight[chosen], samples.group[chosen])


def weigh(manifests: Sequence[Path], *, hold: float) -> int:
    """Print the weights in use beside those that the scenes speak for."""
    samples = gather(manifests, hold)
    prior = np.array([WEIGHTS[name] for name in NAMES] + [BIAS])
    weights = fit(samples, prior)
    table = Table("view", "in use", "fitted", "mean in falls", "mean otherwise", box=None)
    fell = samples.fell > 0
    for number, name in enumerate((*NAMES, "bias")):
        means = [_mean(samples, chosen, number) for chosen in (fell, ~fell)]
        table.add_row(name, f"{prior[number]:+.2f}", f"{weights[number]:+.2f}", *means)
    out = stdout()
    out.print(table)
    descents = samples.weight.sum()
    falls = (samples.weight * samples.fell).sum()
    out.print(f"{descents:.0f} descents, {falls:.0f} of them falls, in {len(set(samples.group.tolist()))} files.")
    out.print(
        f"Surprise a descent: in use {surprise(samples, prior):.3f}, fitted {surprise(samples, weights):.3f}, fitted "
        f"and held out {held_out(samples, prior):.3f} nats."
    )
    return 0


def _mean(samples: Samples, chosen: NDArray[np.bool_], number: int) -> str:
    weight = samples.weight[chosen].sum()
    return "-" if not weight else f"{(samples.weight[chosen] * samples.views[chosen, number]).sum() / weight:.2f}"
