"""Where the simulated world differs: `guardian lab check-world MANIFEST.csv ... --real REAL.csv`.

Every recording passes through the product's own stages, and what these measure of falls, of who stands and of who lies
after a fall is compared, simulated against real: one value of each measure a recording (of falls, one a fall). Who lies
is told only of recordings without a second person, of whom nobody knows which of the two fell.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from guardian import descent
from guardian.descent import Descent
from guardian.geometry import distance, mean_score
from guardian.lab.analyse import NOON, observations
from guardian.lab.console import stdout
from guardian.lab.evaluate.evaluation import read_manifest
from guardian.lab.evaluate.manifest import Recording, Row
from guardian.lab.evaluate.work import crew
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.posture import SWITCH_SECONDS, SWITCH_STATURES, Figure, Posture, height_above
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import TORSO, Observation
from guardian.tracking import torso_middle

MEASURES: Mapping[str, str] = {
    "descent_seen": "falls with a descent, share",
    "descent_speed": "peak descent speed, statures/s",
    "shoulder_drop": "drop of shoulders, statures",
    "hip_drop": "drop of hips, statures",
    "seconds_to_contact": "onset to contact, s",
    "standing_score": "torso score standing, 0-1",
    "lying_score": "torso score lying, 0-1",
    "lying_tilt": "torso tilt lying, degrees",
    "found_after": "found in 3 s after contact, share",
    "lying_height": "hips above floor lying, statures",
    "stature": "stature, frame heights",
}
"""What is measured, and how a human is told of it."""
FALL_SECONDS = 3.0
"""A descent seen so long after ground contact is still that of the fall."""
LOST_SECONDS = 3.0
"""Whether the body is found is told of so long after ground contact: clips end soon after it, scenes do not."""
SETTLED_SECONDS = 1.0
"""Whoever fell lies from so long after ground contact on."""
QUANTILES = (0.1, 0.5, 0.9)
DIFFERS, ENOUGH = 0.5, 10
"""A measure differs where its distance is above the first and there are so many values on both sides."""

Array = NDArray[np.float64]
Values = dict[str, list[float]]


@dataclass(slots=True)
class _Sight:
    """What was seen of one fall."""

    row: Row
    until: float
    descents: list[Descent] = field(default_factory=list)
    found: list[float] = field(default_factory=list)


class _Paths:
    """The path of every track; where one begins beside another that was just lost it goes on with that one's path."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[descent.Path, Figure]] = {}

    def update(self, figures: Sequence[Figure], now: float) -> Iterator[Descent]:
        """Take the figures that were hit in this frame; yield the descents that their paths now show."""
        hit = {figure.person.track.id for figure in figures}
        for figure in figures:
            track = figure.person.track.id
            path = self._known[track][0] if track in self._known else self._begun(figure, hit)
            path.add(figure, now)
            self._known[track] = path, figure
            shown = path.descent(figure)
            if shown is not None:
                yield shown

    def _begun(self, figure: Figure, hit: set[int]) -> descent.Path:
        track, path = figure.person.track, descent.Path()
        for lost, (other, last) in self._known.items():
            away = distance(torso_middle(last.person.track.pose), track.origin)
            soon = 0 < track.born - other.ended <= SWITCH_SECONDS
            if lost not in hit and soon and away < SWITCH_STATURES * last.stature:
                path.follow(other)
                break
        return path


def look(recording: Recording, hold: float = 0.0) -> Values:
    """Watch one recording; return the values of each measure that it has. Raises as `observations` does."""
    values: Values = defaultdict(list)
    sights, paths, means = _sights(recording), _Paths(), defaultdict[str, list[float]](list)
    alone = all(row.second_person != "yes" for row in recording.rows)
    for observation, figures in _watched(recording, hold):
        now = observation.time
        _stand(figures, means)
        for each in paths.update(figures, now):
            for sight in sights:
                if (sight.row.onset or 0.0) <= now <= sight.row.end + FALL_SECONDS:
                    sight.descents.append(each)
        for sight in sights if alone and observation.looked else ():
            if sight.row.end <= now < min(sight.until, sight.row.end + LOST_SECONDS):
                sight.found.append(float(bool(figures)))
            if sight.row.end + SETTLED_SECONDS <= now < sight.until:
                _lie(figures, means)
    for sight in sights:
        _tell(sight, values)
    for name, seen in means.items():
        values[name].append(float(np.mean(seen)))
    return dict(values)


def _sights(recording: Recording) -> list[_Sight]:
    """The falls, each until the body is up again or falls again."""
    falls = recording.falls
    onsets = [*(row.onset or 0.0 for row in falls), np.inf]
    ups = [np.inf if row.up is None else row.up for row in falls]
    return [_Sight(row, min(ends)) for row, *ends in zip(falls, onsets[1:], ups, strict=True)]


def _watched(recording: Recording, hold: float) -> Iterator[tuple[Observation, list[Figure]]]:
    """Each frame, with the figures that were seen in it."""
    room = Room(name="room", camera=Camera(source=str(recording.file)))
    pipeline: Pipeline | None = None
    for observation in observations(str(recording.file), hold):
        now = observation.time
        pipeline = pipeline or Pipeline(room, Settings(rooms=(room,)), now)
        pipeline.update(observation, Moment(now, NOON + timedelta(seconds=now)))
        yield observation, [figure for figure in pipeline.figures if figure.person.track.hit]


def _score(figure: Figure) -> float:
    return mean_score(figure.person.track.pose.keypoints, TORSO)


def _stand(figures: Sequence[Figure], means: Values) -> None:
    for figure in figures:
        if figure.posture is Posture.UPRIGHT:
            means["standing_score"].append(_score(figure))
            if figure.floor is not None:  # else its stature is a guess
                means["stature"].append(figure.stature)


def _lie(figures: Sequence[Figure], means: Values) -> None:
    """Take the figure that is surest: the others are no bodies, since only one person is there."""
    best = max(figures, key=_score, default=None)
    if best is None:
        return
    means["lying_score"].append(_score(best))
    if best.tilt is not None:
        means["lying_tilt"].append(best.tilt)
    height = height_above(best.hips, best.floor, best.stature)
    if height is not None:
        means["lying_height"].append(height)


def _tell(sight: _Sight, values: Values) -> None:
    row = sight.row
    if row.onset is not None and row.contact is not None:
        values["seconds_to_contact"].append(row.contact - row.onset)
    values["descent_seen"].append(float(bool(sight.descents)))
    if sight.descents:
        values["descent_speed"].append(max(each.speed for each in sight.descents))
        values["shoulder_drop"].append(max(each.shoulders for each in sight.descents))
        values["hip_drop"].append(max(each.hips for each in sight.descents))
    if sight.found:
        values["found_after"].append(float(np.mean(sight.found)))


def gather(manifests: Sequence[Path], *, hold: float, jobs: int) -> dict[str, Array]:
    """The values of every measure over all recordings. Raises as `read_manifest` and `observations` do."""
    known = [each for manifest in manifests for each in read_manifest(manifest).recordings]
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar, crew(jobs) as workers:
        task = bar.add_task("", total=len(known))
        looked = workers.each(partial(look, hold=hold), known, lambda: bar.advance(task))
    return {name: np.array([value for each in looked for value in each.get(name, ())], float) for name in MEASURES}


def apart(first: Array, second: Array) -> float:
    """The two-sample Kolmogorov-Smirnov statistic: the greatest gap between the shares of both that are no greater than
    any one value, 0 (alike) to 1 (no overlap). Neither may be empty.
    """
    every = np.concatenate([first, second])
    shares = [np.searchsorted(np.sort(each), every, side="right") / len(each) for each in (first, second)]
    return float(np.abs(shares[0] - shares[1]).max())


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure, real (`real`) and simulated; `distance` is 0 to 1, None where one side has no value."""

    name: str
    real: Array
    simulated: Array

    @property
    def distance(self) -> float | None:
        """How far apart both are."""
        return apart(self.real, self.simulated) if len(self.real) and len(self.simulated) else None

    @property
    def differs(self) -> bool:
        """Whether there is enough of both to say that the world is another one here."""
        enough = min(len(self.real), len(self.simulated)) >= ENOUGH
        return enough and (self.distance or 0.0) > DIFFERS


def compare(real: Mapping[str, Array], simulated: Mapping[str, Array]) -> list[Difference]:
    """Every measure, the farthest apart first; those that cannot be compared last."""
    found = [Difference(name, real[name], simulated[name]) for name in MEASURES]
    return sorted(found, key=lambda each: -1.0 if each.distance is None else each.distance, reverse=True)


def sentence(found: Sequence[Difference]) -> str:
    """Where the world differs, for a human."""
    names = [MEASURES[each.name].partition(",")[0] for each in found if each.differs]
    told = f"distance above {DIFFERS:g}, at least {ENOUGH} values on both sides"
    if not names:
        return f"The simulated world differs from the real one in none of these ({told})."
    return f"The simulated world differs from the real one in: {'; '.join(names)} ({told})."


def document(found: Sequence[Difference]) -> dict[str, object]:
    """The same as plain numbers and words."""
    rows = [
        {
            "measure": each.name,
            "about": MEASURES[each.name],
            "real": {"n": len(each.real), "quantiles": _quantiles(each.real)},
            "simulated": {"n": len(each.simulated), "quantiles": _quantiles(each.simulated)},
            "distance": None if each.distance is None else round(each.distance, 4),
            "differs": each.differs,
        }
        for each in found
    ]
    return {"quantiles": list(QUANTILES), "measures": rows, "told": sentence(found)}


def _quantiles(values: Array) -> list[float]:
    return [round(float(each), 4) for each in np.quantile(values, QUANTILES)] if len(values) else []


def check_world(simulated: Sequence[Path], real: Path, *, hold: float, jobs: int, as_json: bool) -> int:
    """Print how far the simulated recordings are from the real ones. Raises as `gather` does."""
    found = compare(gather([real], hold=hold, jobs=jobs), gather(simulated, hold=hold, jobs=jobs))
    if as_json:
        print(json.dumps(document(found)))
        return 0
    table = Table(box=None)
    for head in ("measure", "n real", "n sim.", "real 10/50/90 %", "simulated 10/50/90 %", "distance"):
        table.add_column(head, no_wrap=True)
    for each in found:
        counts = str(len(each.real)), str(len(each.simulated))
        both = (" ".join(f"{value:.2f}" for value in _quantiles(side)) or "-" for side in (each.real, each.simulated))
        far = "-" if each.distance is None else f"{each.distance:.2f}"
        table.add_row(MEASURES[each.name], *counts, *both, far)
    out = stdout()
    out.print(table)
    out.print(sentence(found))
    return 0
