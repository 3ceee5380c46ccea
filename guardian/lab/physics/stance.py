"""From a figure to the angles of all joints, and back to a figure."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.figure import SIDES, Figure, Skeleton
from guardian.lab.physics.anatomy import NAMES, SPINE
from guardian.lab.rotation import about, from_vector, to_vector, unit

Array: TypeAlias = NDArray[np.float64]

STRAIGHT = 0.03
"""Metres: a limb that is bent by less than this is straight."""
_PLACE = {name: number for number, name in enumerate(NAMES)}


def hinges(turn: Array) -> tuple[float, float, float]:
    """Return the angles about x, z and y, radians, that make up `turn` in this order, the last nearest to the limb."""
    aside = -float(np.arcsin(np.clip(turn[0, 1], -1.0, 1.0)))
    return float(np.arctan2(turn[2, 1], turn[1, 1])), aside, float(np.arctan2(turn[0, 2], turn[0, 0]))


def _limb(down: Array, pole: Array) -> Array:
    """Return the frame of a limb that hangs along `down` and bends so that its middle joint goes to `pole`."""
    up = -unit(down)
    ahead = unit(pole - up * float(pole @ up))
    return np.column_stack([np.cross(up, ahead), up, ahead])


def _pole(root: Array, middle: Array, end: Array, ahead: Array) -> Array:
    """Return where the middle joint of a limb goes; `ahead` tells it while the limb is straight."""
    return middle - (root + end) / 2 + STRAIGHT * unit(ahead)


def _between(first: Array, second: Array) -> float:
    """The angle between two vectors, radians."""
    return float(np.arccos(np.clip(unit(first) @ unit(second), -1.0, 1.0)))


def joint_places(skeleton: Skeleton, figure: Figure) -> dict[str, Array]:
    """Return where the joints of the limbs are, by the names of their bones."""
    transforms = dict(zip(skeleton.body.mesh.bones, skeleton.transforms(figure), strict=True))
    return {
        name: matrix[:, :3] @ skeleton.body.joints[name] + matrix[:, 3]
        for name, matrix in transforms.items()
        if name[-2:] in ("_l", "_r")
    }


def angles(skeleton: Skeleton, figure: Figure) -> Array:
    """Return the angles of all joints in the figure, radians, in the order of the anatomy's table."""
    found = np.zeros(len(NAMES))

    def put(first: str, endings: tuple[str, ...], values: tuple[float, ...]) -> None:
        for ending, value in zip(endings, values, strict=True):
            found[_PLACE[first + ending]] = value

    third = hinges(from_vector(to_vector(figure.pelvis.T @ figure.chest) / len(SPINE)))
    for number in range(1, len(SPINE) + 1):
        put(f"trunk{number}", ("_flex", "_aside", "_turn"), (third[0], -third[1], third[2]))
    half = hinges(from_vector(to_vector(figure.chest.T @ figure.head) / 2))
    for number in (1, 2):
        put(f"neck{number}", ("_flex", "_aside", "_turn"), (half[0], -half[1], half[2]))
    places = joint_places(skeleton, figure)
    for number, side in enumerate(SIDES):
        out = (1.0, -1.0)[number]
        ends = ("_flex", "_out", "_in")
        shoulder, elbow, wrist = (places[f"{name}_{side}"] for name in ("upperarm", "lowerarm", "hand"))
        upper = _limb(elbow - shoulder, -_pole(shoulder, elbow, wrist, figure.chest @ figure.elbows[number]))
        flex, aside, turn = hinges(figure.chest.T @ upper)
        put(f"shoulder_{side}", ends, (-flex, aside * out, -turn * out))
        put("elbow_", (side,), (_between(elbow - shoulder, wrist - elbow),))
        hip, knee, ankle = (places[f"{name}_{side}"] for name in ("thigh", "calf", "foot"))
        thigh = _limb(knee - hip, _pole(hip, knee, ankle, figure.knees[number]))
        flex, aside, turn = hinges(figure.pelvis.T @ thigh)
        put(f"hip_{side}", ends, (-flex, aside * out, -turn * out))
        bent = _between(knee - hip, ankle - knee)
        put("knee_", (side,), (bent,))
        shank = thigh @ about("x", np.degrees(bent))
        flex, aside, turn = hinges(shank.T @ figure.feet[number])
        put(f"ankle_{side}", ("_up", "_out", "_in"), (-flex, aside * out, -turn * out))
    return found


def figure_of(skeleton: Skeleton, places: Mapping[str, Array], turns: Mapping[str, Array]) -> Figure:
    """Return the figure whose segments are at those places and turned so; both by the names of the model's bodies."""
    chest = turns[SPINE[-1]]
    wrists = [places[f"forearm_{s}"] - turns[f"forearm_{s}"][:, 1] * _forearm(skeleton) for s in SIDES]
    hands = [
        (wrist - places[f"upperarm_{side}"]) @ chest / skeleton.arm for wrist, side in zip(wrists, SIDES, strict=True)
    ]
    elbows = [
        _pole(places[f"upperarm_{side}"], places[f"forearm_{side}"], wrist, -turns[f"upperarm_{side}"][:, 2])
        for wrist, side in zip(wrists, SIDES, strict=True)
    ]
    knees = [
        _pole(places[f"thigh_{side}"], places[f"shank_{side}"], places[f"foot_{side}"], turns[f"thigh_{side}"][:, 2])
        for side in SIDES
    ]
    return Figure(
        hips=places["pelvis"],
        pelvis=turns["pelvis"],
        chest=chest,
        head=turns["head"],
        hands=np.array(hands),
        elbows=np.array(elbows) @ chest,
        ankles=np.array([places[f"foot_{side}"] for side in SIDES]),
        knees=np.array(knees),
        feet=np.array([turns[f"foot_{side}"] for side in SIDES]),
    )


def _forearm(skeleton: Skeleton) -> float:
    return skeleton.body.length("lowerarm_l", "hand_l")
