"""How fast people walk, from every stroll through a room that is seen well, for a trend over weeks.

Speeds are told in metres a second of somebody whose eyes are EYES high: what the box errs in how its camera hangs makes
a body taller and its ways longer alike, and drops out. So they are compared with each other, not with anybody's tables.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from guardian.gait import brisk, course
from guardian.gauge import gauge
from guardian.ground import Known
from guardian.identity import Person, measurable
from guardian.skeleton import Keypoints
from guardian.tracking import TrackState

EYES = 1.55
"""Metres: 0.936 of a stature of 1.66 (Drillis and Contini 1966)."""
SURE = 0.5
"""Confidence in how the camera hangs from which on it is measured."""
SAMPLE_SECONDS = 0.2
MOST, LEAST, LEAST_WALKED = 60, 20, 15
"""Looks of which a stroll is made at most and at least, and how many of them while walking."""
LIKELY = (0.1, 2.5)
"""Metres a second between which somebody at home walks."""


@dataclass(frozen=True, slots=True)
class Stroll:
    """Somebody, known by name or not, walked at this `speed` in metres a second."""

    who: str | None
    speed: float


@dataclass(slots=True)
class _Walk:
    who: str | None = None
    times: deque[float] = field(default_factory=deque)
    looks: deque[Keypoints] = field(default_factory=deque)


class Strolls:
    """Measures the walks through one room."""

    def __init__(self) -> None:
        self._walks: dict[int, _Walk] = {}

    def update(
        self, persons: Iterable[Person], now: float, aspect: float, known: Known | None, *, moved: bool = False
    ) -> tuple[Stroll, ...]:
        """Take everybody in the frame captured at `now`; return the strolls that are over. Nothing is measured before
        it is known how the camera hangs, nor while it is `moved`.
        """
        if moved or known is None or known.confidence < SURE:
            self._walks.clear()
            return ()
        seen = {each.track.id: each for each in persons if each.track.state is TrackState.CONFIRMED}
        over = [self._walks.pop(track) for track in tuple(self._walks) if track not in seen]
        for track, person in seen.items():
            walk = self._walks.setdefault(track, _Walk())
            walk.who = person.name
            rested = not walk.times or now - walk.times[-1] >= SAMPLE_SECONDS
            if rested and measurable(person.track, aspect):
                walk.times.append(now)
                walk.looks.append(person.track.pose.keypoints)
            if len(walk.times) >= MOST:
                over.append(self._walks.pop(track))
        return tuple(stroll for walk in over if (stroll := _measured(walk, known)) is not None)


def _measured(walk: _Walk, known: Known) -> Stroll | None:
    """How fast somebody walked; None where it was too little, or no walk."""
    if len(walk.times) < LEAST:
        return None
    seen = gauge(tuple(walk.times), tuple(walk.looks), known.optics)
    going = course(seen)
    if int(going.walking.sum()) < LEAST_WALKED:
        return None
    eyes = float(np.median(seen.eyes[going.walking]))
    speed = brisk(going) * EYES / max(eyes, 0.1)
    return Stroll(walk.who, speed) if LIKELY[0] <= speed <= LIKELY[1] else None
