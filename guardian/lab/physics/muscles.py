"""Muscles: how strongly each joint is held, and at which angles, while a body falls, lies and tries to rise."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

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


def drive(model: Any, data: Any, wanted: Array, tone: Array) -> None:
    """Let the muscles draw all joints to the angles `wanted` (radians) with that `tone` (0-1; more in an effort)."""
    pull = STRENGTH * GRIP * tone
    model.actuator_gainprm[:, 0] = pull
    model.actuator_biasprm[:, 1] = -pull
    model.actuator_biasprm[:, 2] = -VISCOUS * pull
    most = STRENGTH * np.maximum(tone, 0.01)
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


def gather(wanted: Array, lies: str) -> None:
    """Draw arms and legs up, to push with them: from the belly ("prone"), the back ("supine") or a side."""
    for side in ("l", "r"):
        if lies == "prone":
            put(wanted, {f"shoulder_{side}_flex": 10, f"shoulder_{side}_out": 55, f"elbow_{side}": 125})
        else:
            put(wanted, {f"shoulder_{side}_flex": -35, f"shoulder_{side}_out": 25, f"elbow_{side}": 60})
            put(wanted, {f"hip_{side}_flex": 45, f"knee_{side}": 85})


def press(wanted: Array, lies: str) -> None:
    """Push the trunk off the ground, as far as the strength goes."""
    for side in ("l", "r"):
        if lies == "prone":
            put(wanted, {f"shoulder_{side}_flex": 75, f"shoulder_{side}_out": 20, f"elbow_{side}": 15})
            put(wanted, {f"hip_{side}_flex": 35, f"knee_{side}": 60})
        else:
            put(wanted, {f"shoulder_{side}_flex": -55, f"shoulder_{side}_out": 15, f"elbow_{side}": 15})
            put(wanted, {f"hip_{side}_flex": 75, f"knee_{side}": 95})
    bend = -8.0 if lies == "prone" else 24.0
    put(wanted, {f"trunk{number}_flex": bend for number in (1, 2, 3)})
    put(wanted, {f"neck{number}_flex": -12.0 if lies == "prone" else 15.0 for number in (1, 2)})
