"""`guardian lab judge MANIFEST.csv ... --choose V.csv`: whether the rules, a network or both do better.

On the scenes of V, which the network must not have learned from, the weight of its word beside the rules and every
threshold are chosen: the most falls found with no more false alarms than the rules have there. Then all of them see
the same scenes of each manifest once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian.evidence import belief
from guardian.falls import BELIEVED, CONVINCED, FallDetector
from guardian.lab.analyse import NOON, observations
from guardian.lab.evaluate.evaluation import read_manifest
from guardian.lab.evaluate.manifest import Recording
from guardian.lab.evaluate.scoring import Told, Verdict, score
from guardian.lab.evaluate.summary import Case, Figures, figures
from guardian.lab.evaluate.work import Watched, plain
from guardian.lab.network.verdicts import ROOM, Decider, Either, Gated, Joined, Sliding
from guardian.lab.weigh import EARLY_SECONDS, FROM_SECONDS, LATE_SECONDS, STEP_SECONDS, TO_SECONDS
from guardian.moment import Moment
from guardian.network import Network
from guardian.opinion import Opinion
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Room, Settings

RULES, GATED, SLIDING = "rules", "network, of what the rules suspect", "network alone"
EITHER, BOTH = "rules or network", "rules with network"
SHIPPED = "as shipped"
"""Rules or network, unless it denies, and the network alone where it is sure: guardian/falls.py."""
THRESHOLDS = (-2.0, -1.0, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
"""Logits from which on the network says that it is a fall."""
BIASES = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
"""Nats by which the rules with a network believe more, or less, than without."""
EVERYBODY = (RULES, GATED, SLIDING, EITHER, BOTH, SHIPPED)
HEADS = (
    "scenes",
    "decided by",
    "at",
    "falls found",
    "more, fewer than the rules",
    "everyday scenes in peace",
    "false alarms",
    "p50 / p95",
)
WIDTH = 200
"""Columns of the table, on whatever terminal."""
PRIOR_SPREAD = 0.7
"""Standard deviation of the prior around "the network says nothing new", as of each view in weigh.py."""

Variant = tuple[str, float]
"""Who decides, and with what threshold or bias."""
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Task:
    """One scene to be watched, the network, and its weight beside the rules; None where that is yet to be fitted, and
    nobody decides.
    """

    recording: Recording
    network: Path
    hold: float
    weight: float | None


@dataclass(slots=True)
class Seen:
    """What each variant told of one scene, and what there is to fit the weight to: rows of belief, logit, fell."""

    recording: Recording
    watched: Watched
    told: dict[Variant, list[Told]] = field(default_factory=dict)
    rows: list[tuple[float, float, float]] = field(default_factory=list)
    seconds: float = 0.0
    invokes: int = 0


def variants(opinion: Opinion, weight: float, settings: Settings) -> Mapping[Variant, Decider]:
    """Everybody who decides beside the rules."""
    falls = settings.falls
    return {
        **{(GATED, each): Gated(opinion, each, falls) for each in THRESHOLDS},
        **{(SLIDING, each): Sliding(opinion, each) for each in THRESHOLDS},
        **{(EITHER, each): Either(opinion, each, falls) for each in THRESHOLDS},
        (SHIPPED, CONVINCED[falls.sensitivity]): FallDetector(ROOM, falls, opinion),
        **{(BOTH, each): Joined(opinion, weight, each, falls) for each in BIASES},
    }


def watch(task: Task) -> Seen:
    """Let one scene pass by all of them. Raises as `observations` and `Network.load` do."""
    file = task.recording.file
    settings = Settings(rooms=(Room(name=ROOM, camera=Camera(source=str(file))),))
    network = Network.load(task.network)
    opinion, pipeline = Opinion(network), None
    deciders = {} if task.weight is None else variants(opinion, task.weight, settings)
    told: dict[Variant, list[Told]] = {variant: [] for variant in ((RULES, 0.0), *deciders)}
    fit = _Fit(task.recording)
    first = last = end = 0.0
    for observation in observations(str(file), task.hold):
        now = observation.time
        if pipeline is None:
            pipeline, first = Pipeline(settings.rooms[0], settings, now), now
        events = pipeline.update(observation, Moment(now, NOON + timedelta(seconds=now)))
        told[RULES, 0.0] += map(plain, events)
        opinion.update(pipeline.figures, now)
        for variant, decider in deciders.items():
            told[variant] += map(plain, decider.update(pipeline.figures, now))
        fit.take(pipeline, opinion, now)
        end, last = now, last if observation.held else now
    watched = Watched(task.recording.path, last - first, end - last)
    return Seen(task.recording, watched, told, fit.rows, network.seconds, network.invokes)


@dataclass(slots=True)
class _Fit:
    """Gathers belief, logit and truth of every suspicion of a scene, as weigh.py gathers views."""

    recording: Recording
    rows: list[tuple[float, float, float]] = field(default_factory=list)
    due: dict[tuple[int, float], float] = field(default_factory=dict)

    def take(self, pipeline: Pipeline, opinion: Opinion, now: float) -> None:
        """Take what is suspected now."""
        for body, since, views in pipeline.suspicions:
            if not FROM_SECONDS <= now - since <= TO_SECONDS or now < self.due.get((body, since), 0.0):
                continue
            self.due[body, since] = now + STEP_SECONDS
            logit = opinion.of(body)
            if logit is not None:
                self.rows.append((belief(views) - BELIEVED["normal"], logit, float(self._fell(since))))

    def _fell(self, since: float) -> bool:
        falls = self.recording.falls
        return any((row.onset or 0.0) - EARLY_SECONDS <= since <= row.end + LATE_SECONDS for row in falls)


def fitted(rows: Sequence[tuple[float, float, float]]) -> float:
    """The weight of a logit beside the belief of the rules that makes what happened likeliest; at least 0."""
    beliefs, said, fell = np.array(rows, float).reshape(-1, 3).T
    weight = bias = 0.0
    for _ in range(50):
        odds = 1 / (1 + np.exp(-np.clip(beliefs + weight * said + bias, -30, 30)))
        sides = np.stack([said, np.ones_like(said)])
        slope = sides @ (fell - odds) / 8 - np.array([weight, bias]) / PRIOR_SPREAD**2  # eight rows of one descent
        curve = (sides * odds * (1 - odds)) @ sides.T / 8 + np.eye(2) / PRIOR_SPREAD**2
        step = np.linalg.solve(curve, slope)
        weight, bias = float(weight + step[0]), float(bias + step[1])
    return max(0.0, weight)


def all_seen(manifest: Path, network: Path, hold: float, jobs: int, weight: float | None) -> list[Seen]:
    """Every scene of a manifest, seen by everybody."""
    tasks = [Task(each, network, hold, weight) for each in read_manifest(manifest).recordings]
    console = Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        made = workers.map(watch, tasks)
        return list(track(made, total=len(tasks), console=console, disable=not console.is_terminal))


def scored(seen: Sequence[Seen], variant: Variant) -> Figures:
    """What came of one variant."""
    return figures(_cases(seen, variant), resample=False)


def hits(seen: Sequence[Seen], variant: Variant) -> set[tuple[str, float | None]]:
    """The falls that one variant found, by file and onset."""
    return {
        (case.recording.path, outcome.row.onset)
        for case in _cases(seen, variant)
        for outcome in case.score.outcomes
        if outcome.verdict is Verdict.HIT
    }


def _cases(seen: Sequence[Seen], variant: Variant) -> list[Case]:
    confirm = Settings(rooms=(Room(name=ROOM, camera=Camera(source="csi")),)).falls.confirm_seconds
    cases = []
    for each in seen:
        ends = each.watched.seconds + each.watched.held
        made = score(each.recording, each.told[variant], confirm_seconds=confirm, ends=ends)
        cases.append(Case(each.recording, each.watched, made))
    return cases


def chosen(seen: Sequence[Seen]) -> tuple[Variant, ...]:
    """Of each kind the variant that finds the most falls with no more false alarms than the rules, or, where none has
    so few, the one with the fewest; of equals the one that asks for most.
    """
    allowed = scored(seen, (RULES, 0.0)).false_alarms.count
    best: list[Variant] = [(RULES, 0.0)]
    for kind, steps in (
        (GATED, THRESHOLDS[::-1]),
        (SLIDING, THRESHOLDS[::-1]),
        (EITHER, THRESHOLDS[::-1]),
        (BOTH, BIASES),
        (SHIPPED, (CONVINCED["normal"],)),
    ):
        best.append(max(((kind, step) for step in steps), key=lambda each: _worth(scored(seen, each), allowed)))
    return tuple(best)


def _worth(found: Figures, allowed: int) -> tuple[int, int, int]:
    false = found.false_alarms.count
    return min(0, allowed - false), found.sensitivity.hits, -false


def judge(manifests: Sequence[Path], choose: Path, *, network: Path, hold: float, jobs: int, as_json: bool) -> int:
    """Choose on one manifest, and print how everybody does on each."""
    seen = all_seen(choose, network, 0.0, jobs, None)
    weight = fitted([row for each in seen for row in each.rows])
    seen = all_seen(choose, network, 0.0, jobs, weight)
    best = chosen(seen)
    rows = list(_rows(choose, seen, best, "chosen on"))
    for manifest in manifests:
        seen = all_seen(manifest, network, hold, jobs, weight)
        rows += _rows(manifest, seen, best, "judged on")
    if as_json:
        print(json.dumps({"network": network.name, "weight": round(weight, 3), "rows": [asdict(row) for row in rows]}))
        return 0
    table = Table(box=None)
    for head in HEADS:
        table.add_column(head, no_wrap=True)
    for row in rows:
        table.add_row(*row.cells)
    console = Console(width=WIDTH, soft_wrap=True)
    console.print(table)
    console.print(f"The network weighs {weight:.2f} beside the rules; {rows[-1].invoke_ms:.2f} ms an invoke.")
    return 0


@dataclass(frozen=True, slots=True)
class Row:
    """How one decider did on one manifest: `more` are the falls that it found and the rules did not, `fewer` the other
    way round; delays in seconds from ground contact.
    """

    scenes: str
    decider: str
    at: float
    found: int
    of: int
    more: int
    fewer: int
    calm: int
    calm_of: int
    false: int
    p50: float | None
    p95: float | None
    found_by: Mapping[str, int]
    false_by: Mapping[str, int]
    invoke_ms: float

    @property
    def cells(self) -> tuple[str, ...]:
        """As a human reads it."""
        delay = "-" if self.p50 is None or self.p95 is None else f"{self.p50:.1f} / {self.p95:.1f} s"
        at = "-" if self.decider == RULES else f"{self.at:+.1f}"
        against = f"+{self.more} -{self.fewer}"
        counts = f"{self.found} of {self.of}", against, f"{self.calm} of {self.calm_of}", str(self.false)
        return self.scenes, self.decider, at, *counts, delay


def _rows(manifest: Path, seen: Sequence[Seen], best: Sequence[Variant], how: str) -> Iterator[Row]:
    invokes = 1000 * sum(each.seconds for each in seen) / max(1, sum(each.invokes for each in seen))
    usual = hits(seen, (RULES, 0.0))
    for variant in best:
        found, own = scored(seen, variant), hits(seen, variant)
        delay = found.alarm_delay or {}
        yield Row(
            scenes=f"{how} {manifest.parent.name}/{manifest.name}",
            decider=variant[0],
            at=variant[1],
            found=found.sensitivity.hits,
            of=found.sensitivity.of,
            more=len(own - usual),
            fewer=len(usual - own),
            calm=found.everyday.hits,
            calm_of=found.everyday.of,
            false=found.false_alarms.count,
            p50=delay.get("p50"),
            p95=delay.get("p95"),
            found_by=found.found_by,
            false_by=found.false_by,
            invoke_ms=round(invokes, 3),
        )
