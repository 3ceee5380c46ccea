"""A world as the eye would have told of it: observations at its own pace, with the errors of its finder."""

from collections.abc import Iterator

import numpy as np

from guardian.lab.world.errors import Errors, Finder
from guardian.lab.world.truth import Body, World
from guardian.skeleton import Observation

MOVING_FPS = 10.0
STILL_SECONDS = 1.0
"""How often the eye looks where nothing moves (see guardian/eye/motion.py)."""
LINGER_SECONDS = 3.0
"""So long after the last movement it looks at every frame."""
EMPTY_SECONDS = 25.0
"""So long the empty room is watched after everybody has left: longer than a lost body keeps its id."""


def observe(
    world: World, random: np.random.Generator, begin: float = 0.0, fps: float = MOVING_FPS, empty: float = EMPTY_SECONDS
) -> Iterator[Observation]:
    """Everything the eye says from `begin` on, seconds, until the room has been empty for a while.

    `fps` is the rate while something moves; a Raspberry Pi's is not constant, so each frame comes off its time a bit.
    """
    aspect = world.camera.width / world.camera.height
    finders = [Finder(Errors.fitted(), random, aspect) for _ in world.persons]
    time, moved, bodies = 0.0, 0.0, world.bodies(0.0)
    while time < world.seconds + empty:
        still = world.still(time)
        if not still:
            moved = time
        if not still or time == moved:
            bodies = world.bodies(time)
        yield _observation(begin + time, bodies, finders, aspect, moving=not still)
        if still and time - moved > LINGER_SECONDS:
            time += STILL_SECONDS
        else:
            time += float(random.uniform(0.7, 1.3)) / fps


def _observation(
    time: float, bodies: tuple[Body, ...], finders: list[Finder], aspect: float, *, moving: bool
) -> Observation:
    found = [finder.find(body, time) for finder, body in zip(finders, bodies, strict=True)]
    return Observation(
        time=time,
        poses=tuple(pose for pose in found if pose is not None),
        aspect=aspect,
        motion=0.02 if moving else 0.0,
    )
