"""Bodies that walk, stand and fall through the stages, for tests of the network's windows."""

from collections.abc import Callable, Iterator

import numpy as np
from bodies import seen, standing, tilted

from guardian.identity import Identity
from guardian.posture import Figure, Postures
from guardian.skeleton import Pose
from guardian.tracking import Tracker
from guardian.window import Sample


def falling(time: float) -> Pose:
    """Upright for 5 s, over in 0.6 s, and then lying."""
    return tilted(max(0.0, min(90.0, (time - 5) * 150)))


def upright(_time: float) -> Pose:
    return standing()


def figures(
    of: Callable[[float], Pose | None], until: float, pace: float = 0.1
) -> Iterator[tuple[float, list[Figure]]]:
    """What the product's own stages make of one body, frame after frame; None is a body that is not found."""
    tracker, identity, postures = Tracker(), Identity("room"), Postures()
    for number in range(1, round(until / pace) + 1):
        now = number * pace
        pose = of(now)
        tracks = tracker.update(seen(now, *([pose] if pose is not None else [])).poses, now)
        yield now, list(postures.update(identity.update(tracks, now), now, 4 / 3))


def samples(of: Callable[[float], Pose], times: np.ndarray, stature: float = 0.6) -> list[Sample]:
    return [Sample(float(time), of(float(time)).keypoints, stature, 0.5) for time in times]
