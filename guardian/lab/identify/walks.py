"""Simulated homes in which people walk: those who live there on five days, and strangers who call."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from guardian.gauge import gauge
from guardian.identity import SAMPLE_SECONDS, measurable
from guardian.lab.world.homes import Home, home
from guardian.lab.world.residents import Resident, at_home, minute, passing, resident
from guardian.lab.world.seen import observe
from guardian.lab.world.truth import World
from guardian.optics import Optics
from guardian.signature import Signature, sign
from guardian.skeleton import Keypoints, Observation
from guardian.tracking import Tracker

FPS = 6.0
LIVE_HERE, CALL = 6, 3
DAYS, CALLS = 4, 2
APART = 30.0
"""Seconds between two walks: longer than a lost body keeps its id."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk through the room: of person number `who`, who lives there (below LIVE_HERE) or calls; on `day` 0 it is
    the minute of being enrolled.
    """

    who: int
    day: int
    seen: tuple[Observation, ...]


def place_of(seed: int, number: int) -> Home:
    """The home of that number."""
    return home(np.random.default_rng((seed, number)))


def walks(seed: int, number: int) -> Iterator[Walk]:
    """All walks of one home, in order: first the minutes of those who live there, then their days, then the calls."""
    random = np.random.default_rng((seed, number))
    place = home(random)
    people = [resident(random) for _ in range(LIVE_HERE + CALL)]
    for who in range(LIVE_HERE):
        yield Walk(who, 0, _walk(place, people[who], minute, random, who))
    for day in range(DAYS):
        for who in range(LIVE_HERE):
            yield Walk(who, day + 1, _walk(place, people[who], passing, random, 100 + day * 10 + who))
    for call in range(CALLS):
        for who in range(LIVE_HERE, LIVE_HERE + CALL):
            yield Walk(who, call + 1, _walk(place, people[who], passing, random, 200 + call * 10 + who))


def _walk(
    place: Home,
    who: Resident,
    does: Callable[[np.random.Generator], list[dict[str, Any]]],
    random: np.random.Generator,
    seed: int,
) -> tuple[Observation, ...]:
    return walked(place, who.today(random), does, random, seed)


def walked(
    place: Home,
    today: Resident,
    does: Callable[[np.random.Generator], list[dict[str, Any]]],
    random: np.random.Generator,
    seed: int,
) -> tuple[Observation, ...]:
    """What the camera of `place` sees of somebody, as they are `today`."""
    there = at_home(place, today, random)
    world = World(there.scene(seed, does(random)), 1.0)
    return tuple(observe(world, random, fps=FPS, empty=2.0))


def signature_of(seen: Iterable[Observation], optics: Optics) -> Signature | None:
    """The signature of the body that was seen for longest on a walk, as the product takes it."""
    tracker, times, looks = Tracker(), dict[int, list[float]](), dict[int, list[Keypoints]]()
    for each in seen:
        for track in tracker.update(each.poses, each.time, looked=each.looked, aspect=each.aspect):
            known = times.setdefault(track.id, [])
            if measurable(track, each.aspect) and (not known or each.time - known[-1] >= SAMPLE_SECONDS):
                known.append(each.time)
                looks.setdefault(track.id, []).append(track.pose.keypoints)
    longest = max(looks, key=lambda track: len(looks[track]), default=None)
    return None if longest is None else sign(gauge(times[longest], looks[longest], optics))
