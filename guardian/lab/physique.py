"""How the builds of people differ beyond sex, age and stature: a body with longer legs, a shorter torso, broader hips.

The targets of the mesh give everybody of one sex, age and stature the same proportions; people differ more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.body import Body, mesh

Array: TypeAlias = NDArray[np.float64]

_SPINE = ("spine_01", "spine_02", "spine_03", "clavicle_l", "clavicle_r", "neck_01")


@dataclass(frozen=True, slots=True)
class Physique:
    """How long each part is beside the usual one of that build: 1 is as usual, 1.05 is 5 % longer, or broader."""

    torso: float = 1.0
    neck: float = 1.0
    thigh: float = 1.0
    shank: float = 1.0
    upper_arm: float = 1.0
    forearm: float = 1.0
    shoulders: float = 1.0
    hips: float = 1.0


USUAL = Physique()


def stretched(body: Body, physique: Physique) -> Body:
    """Return the body with these proportions, as tall as it was. The skin follows the bones it hangs on."""
    if physique == USUAL:
        return body
    old = np.array([body.joints[name] for name in mesh().bones])
    new = _bones(body.joints, physique)
    moved = new - old
    ends = {name: _bone_of(name) for name in mesh().joints if name not in mesh().bones}
    joints = dict(zip(mesh().bones, new, strict=True))
    joints.update({name: body.joints[name] + moved[number] for name, number in ends.items()})
    vertices = body.vertices + mesh().weights @ moved
    lift = joints["ball_l"][1] - body.joints["ball_l"][1]
    vertices, joints = _shifted(vertices, joints, float(lift))
    tall = float((joints["crown"][1]) / body.joints["crown"][1])
    made: dict[str, Array] = {name: place / tall for name, place in joints.items()}
    return replace(body, vertices=vertices / tall, joints=made)


def _bones(joints: Mapping[str, Array], physique: Physique) -> Array:
    """Return where the bones begin, parents first, each carried by its parent and stretched along its own way."""
    bones, parents = mesh().bones, mesh().parents
    placed: list[Array] = []
    for name, parent in zip(bones, parents, strict=True):
        if parent < 0:
            placed.append(joints[name])
            continue
        way = joints[name] - joints[bones[parent]]
        placed.append(placed[parent] + way * _factors(name, physique))
    return np.array(placed)


def _factors(name: str, physique: Physique) -> Array:
    """By how much the way from a bone's parent to it is stretched: across, up and ahead."""
    limb = name.removesuffix("_l").removesuffix("_r")
    if name in _SPINE:
        return np.array([physique.shoulders if limb == "clavicle" else 1.0, physique.torso, 1.0])
    whole = {
        "head": physique.neck,
        "calf": physique.thigh,
        "foot": physique.shank,
        "lowerarm": physique.upper_arm,
        "hand": physique.forearm,
    }
    across = {"thigh": physique.hips, "upperarm": physique.shoulders}
    if limb in across:
        return np.array([across[limb], 1.0, 1.0])
    return np.full(3, whole.get(limb, 1.0))


def _bone_of(joint: str) -> int:
    """Return the number of the bone that carries a joint which begins no bone: a tip, or a point of the head."""
    carrier = joint.removesuffix("_tip") if joint.endswith("_tip") else "head"
    return mesh().bones.index(carrier)


def _shifted(vertices: Array, joints: Mapping[str, Array], up: float) -> tuple[Array, dict[str, Array]]:
    """Return both so far lower that the soles are on the floor again."""
    down = np.array([0.0, -up, 0.0])
    return vertices + down, {name: place + down for name, place in joints.items()}


PARTS = tuple(each.name for each in fields(Physique))
