"""Muscles: how strongly each joint is held, and at which angles, while a body falls, lies and tries to rise."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.figure import SIDES
from guardian.lab.physics.anatomy import JOINTS, NAMES
from guardian.lab.rotation import unit

Array: TypeAlias = NDArray[np.float64]

PLACE: Mapping[str, int] = {name: number for number, name in enumerate(NAMES)}
STRENGTH: Array = np.array([joint.strength for joint in JOINTS], float)
LIMITS: Array = np.radians([(joint.least, joint.most) for joint in JOINTS])
GRIP = 2.9
"""A muscle pulls with all its strength when its joint is 1 / GRIP radians (20 degrees) off the angle wanted."""
VISCOUS = 0.08
"""Seconds: by so much a muscle resists speed, for each newton metre a radian by which it resists displacement."""


def _group(*beginnings: str) -> NDArray[np.bool_]:
    return np.array([name.startswith(beginnings) for name in NAMES])


LEGS, TRUNK, ARMS = _group("hip", "knee", "ankle"), _group("trunk", "neck"), _group("shoulder", "elbow")


def tones(legs: float, trunk: float, arms: float) -> Array:
    """Return the tone of every joint, 0-1."""
    return np.where(LEGS, legs, np.where(TRUNK, trunk, arms))


def drive(model: Any, data: Any, wanted: Array, tone: Array, calm: float = 0.0) -> None:
    """Let the muscles draw all joints to the angles `wanted` (radians) with that `tone` (0-1).

    `calm` is the speed-resisting torque in seconds, for each newton metre of strength, beside what comes of the tone.
    """
    pull = STRENGTH * GRIP * tone
    model.actuator_gainprm[:, 0] = pull
    model.actuator_biasprm[:, 1] = -pull
    model.actuator_biasprm[:, 2] = -VISCOUS * pull - calm * STRENGTH
    most = STRENGTH * np.maximum(tone, 0.01 + calm)
    model.actuator_forcerange[:, 0], model.actuator_forcerange[:, 1] = -most, most
    data.ctrl[:] = np.clip(wanted, LIMITS[:, 0], LIMITS[:, 1])


def put(wanted: Array, degrees: Mapping[str, float]) -> None:
    """Set some joints to other angles, in degrees."""
    for name, value in degrees.items():
        wanted[PLACE[name]] = np.radians(value)


def reach(wanted: Array, chest: Array, way: Array) -> None:
    """Let both arms reach along `way` (world): each to its own side of it, the elbows a little bent."""
    for side, out in (("l", 1.0), ("r", -1.0)):
        aim = unit(unit(way) @ chest + np.array([0.25 * out, 0.0, 0.0]))
        if aim[0] * out < -0.35:  # noqa: PLR2004 - the far arm does not go through the chest
            aim = unit(np.array([0.45 * out, aim[1], max(aim[2], 0.3)]))
        wanted[PLACE[f"shoulder_{side}_flex"]] = np.arctan2(aim[2], -aim[1])
        wanted[PLACE[f"shoulder_{side}_out"]] = np.arcsin(np.clip(aim[0] * out, -0.4, 0.95))
        put(wanted, {f"shoulder_{side}_in": 0.0, f"elbow_{side}": 25.0})


def step_out(wanted: Array, side: str, ahead: float, aside: float, since: float) -> None:
    """Put a foot out towards `ahead` and `aside` (shares, -1 to 1); `since` seconds after it has left the ground."""
    lifted = since < 0.28  # noqa: PLR2004 - the time a hasty step takes
    put(
        wanted,
        {
            f"hip_{side}_flex": 15 + (45 if lifted else 25) * ahead,
            f"hip_{side}_out": 28 * max(aside, 0.0) + 4,
            f"knee_{side}": 65 if lifted else 18,
            f"ankle_{side}_up": 5,
        },
    )


def gather(wanted: Array, lies: str) -> Array:
    """Draw the arms up, to push with them, and return the tone; `lies` is "prone", "supine" or the side beneath."""
    for side in SIDES:
        if lies == "supine":
            put(wanted, {f"shoulder_{side}_flex": -40, f"shoulder_{side}_out": 20, f"elbow_{side}": 85})
        else:
            put(wanted, {f"shoulder_{side}_flex": 30, f"shoulder_{side}_out": 45, f"elbow_{side}": 120})
        if lies in SIDES:
            put(wanted, {f"hip_{side}_flex": 50, f"knee_{side}": 85})
    return tones(0.25 if lies in SIDES else 0.05, 0.2, 0.4)


def sink(wanted: Array) -> None:
    """Let the arms give way outwards."""
    for side in SIDES:
        put(wanted, {f"shoulder_{side}_flex": 15, f"shoulder_{side}_out": 50, f"elbow_{side}": 60})


def press(wanted: Array, lies: str, share: float) -> Array:
    """Push the trunk off the ground; return the tone. `share` (0-1) is how far the attempt has come."""
    effort = min(0.5 + share, 1.0)
    if lies == "supine":
        for side in SIDES:
            put(wanted, {f"shoulder_{side}_flex": -58, f"shoulder_{side}_out": 15, f"elbow_{side}": 70})
            put(wanted, {f"hip_{side}_flex": 30, f"knee_{side}": 25})
        put(wanted, {f"trunk{number}_flex": 16 for number in (1, 2, 3)})
        put(wanted, {f"neck{number}_flex": 18 for number in (1, 2)})
        return tones(0.12, 0.8 * effort, effort)
    for side in SIDES:
        put(wanted, {f"shoulder_{side}_flex": 80, f"shoulder_{side}_out": 20, f"elbow_{side}": 15})
        put(wanted, {f"hip_{side}_flex": 75, f"knee_{side}": 95, f"ankle_{side}_up": -30})
    up = {"l": -1.0, "r": 1.0}.get(lies, 0.0)
    put(wanted, {f"trunk{number}_flex": -4 for number in (1, 2, 3)})
    put(wanted, {f"trunk{number}_aside": 11 * up for number in (1, 2, 3)})
    put(wanted, {f"neck{number}_flex": -12 for number in (1, 2)})
    return tones(0.6 * max(share - 0.3, 0.05), 0.7 * effort, effort)
