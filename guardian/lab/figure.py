"""How a body holds itself at one moment, and the transforms of its bones that bring it there."""

from dataclasses import dataclass, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.body import Body
from guardian.lab.rotation import UP, between, frame, unit

Array: TypeAlias = NDArray[np.float64]
SIDES = ("l", "r")
_SLACK = 1e-3
_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A body's stance in the world, y up, metres; the left side comes first in every pair.

    `hips` is the middle between the hip joints; `pelvis`, `chest` and `head` are rotations from the rest pose, which
    faces +z. `hands` (2, 3) are the wrists seen from their shoulders, in the chest's frame and in arm lengths;
    `elbows` (2, 3) the directions, in the chest's frame, to which the elbows point. `ankles` (2, 3) are in the world,
    `knees` (2, 3) the directions in the world to which the knees point, `feet` (2, 3, 3) the rotations of the feet.
    """

    hips: Array
    pelvis: Array
    chest: Array
    head: Array
    hands: Array
    elbows: Array
    ankles: Array
    knees: Array
    feet: Array

    def __post_init__(self) -> None:
        """Keep read-only copies."""
        for item in fields(self):
            value = np.array(getattr(self, item.name), dtype=float)
            value.setflags(write=False)
            object.__setattr__(self, item.name, value)


def blend(start: Figure, end: Figure, share: float) -> Figure:
    """Return the figure `share` (0-1) of the way from `start` to `end`: places in line, rotations the shortest way."""
    places = {
        name: getattr(start, name) * (1 - share) + getattr(end, name) * share
        for name in ("hips", "hands", "elbows", "ankles", "knees")
    }
    turns = {name: between(getattr(start, name), getattr(end, name), share) for name in ("pelvis", "chest", "head")}
    feet = np.array([between(a, b, share) for a, b in zip(start.feet, end.feet, strict=True)])
    return Figure(**places, **turns, feet=feet)


def bend(root: Array, target: Array, pole: Array, lengths: tuple[float, float]) -> tuple[Array, Array]:
    """Return where a two-bone limb's middle and end joints come to be.

    The limb starts at `root`, reaches for `target` as far as it can, and its middle joint gives way towards `pole`.
    """
    upper, lower = lengths
    along = unit(target - root) if np.any(np.abs(target - root) > _TINY) else -UP
    reach = float(np.clip(np.linalg.norm(target - root), abs(upper - lower) + _SLACK, upper + lower - _SLACK))
    forward = (upper**2 - lower**2 + reach**2) / (2 * reach)
    aside = frame(along, pole)[:, 1]
    middle = root + along * forward + aside * float(np.sqrt(max(upper**2 - forward**2, 0.0)))
    return middle, root + along * reach


class Skeleton:
    """The bones of one body: rest geometry prepared once, then a transform a bone for any figure."""

    def __init__(self, body: Body) -> None:
        """Measure the limbs of `body`."""
        self.body = body
        self._index = {name: i for i, name in enumerate(body.mesh.bones)}
        self._rest = body.joints
        self._limbs = {}
        for side in SIDES:
            for names in (("upperarm", "lowerarm", "hand"), ("thigh", "calf", "foot")):
                upper, lower, end = (f"{name}_{side}" for name in names)
                self._limbs[upper] = (lower, end, self._rest_frames(upper, lower, end))
        self.arm = body.length("upperarm_l", "lowerarm_l", "hand_l")

    def _rest_frames(self, upper: str, lower: str, end: str) -> tuple[Array, Array]:
        a, b, c = (self._rest[name] for name in (upper, lower, end))
        pole = b - (a + c) / 2
        return frame(b - a, pole), frame(c - b, pole)

    def transforms(self, figure: Figure) -> Array:
        """Return the transform of every bone, shape (bones, 3, 4), from rest positions to the world."""
        turns: dict[str, Array] = {"pelvis": figure.pelvis, "head": figure.head}
        for step, name in enumerate(("spine_01", "spine_02", "spine_03"), start=1):
            turns[name] = between(figure.pelvis, figure.chest, step / 3)
        turns["neck_01"] = between(figure.chest, figure.head, 0.5)
        places = {"pelvis": self._pelvis(figure)}
        self._chain(("spine_01", "spine_02", "spine_03", "neck_01", "head"), turns, places)
        for number, side in enumerate(SIDES):
            turns[f"clavicle_{side}"] = figure.chest
            self._chain((f"clavicle_{side}", f"upperarm_{side}", f"thigh_{side}"), turns, places)
            shoulder = places[f"upperarm_{side}"]
            wrist = shoulder + figure.chest @ figure.hands[number] * self.arm
            self._limb(f"upperarm_{side}", wrist, figure.chest @ figure.elbows[number], turns, places)
            self._limb(f"thigh_{side}", figure.ankles[number], figure.knees[number], turns, places)
            turns[f"foot_{side}"] = figure.feet[number]
            turns[f"hand_{side}"] = turns[f"lowerarm_{side}"]
            turns[f"ball_{side}"] = figure.feet[number]
            self._chain((f"ball_{side}",), turns, places)
        return np.array([self._matrix(turns[name], places[name], name) for name in self.body.mesh.bones])

    def _pelvis(self, figure: Figure) -> Array:
        middle = (self._rest["thigh_l"] + self._rest["thigh_r"]) / 2
        place: Array = figure.hips + figure.pelvis @ (self._rest["pelvis"] - middle)
        return place

    def _chain(self, names: tuple[str, ...], turns: dict[str, Array], places: dict[str, Array]) -> None:
        """Place each bone's head where its parent carries it."""
        for name in names:
            parent = self.body.mesh.bones[self.body.mesh.parents[self._index[name]]]
            places[name] = places[parent] + turns[parent] @ (self._rest[name] - self._rest[parent])

    def _limb(self, upper: str, target: Array, pole: Array, turns: dict[str, Array], places: dict[str, Array]) -> None:
        lower, end, rest = self._limbs[upper]
        root = places[upper]
        lengths = (self.body.length(upper, lower), self.body.length(lower, end))
        middle, tip = bend(root, target, pole, lengths)
        turns[upper] = frame(middle - root, pole) @ rest[0].T
        turns[lower] = frame(tip - middle, pole) @ rest[1].T
        places[lower], places[end] = middle, tip

    def _matrix(self, turn: Array, place: Array, name: str) -> Array:
        return np.column_stack([turn, place - turn @ self._rest[name]])


def skinned(vertices: Array, weights: Array, transforms: Array) -> Array:
    """Return rest `vertices` (V, 3) carried by the bones' `transforms` (B, 3, 4) as `weights` (V, B) say.

    Linear blend skinning: each vertex goes by the weighted mean of its bones' transforms.
    """
    matrices = (weights @ transforms.reshape(len(transforms), 12)).reshape(-1, 3, 4)
    moved: Array = np.einsum("vij,vj->vi", matrices[:, :, :3], vertices) + matrices[:, :, 3]
    return moved
