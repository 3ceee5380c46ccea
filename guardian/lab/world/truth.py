"""What is true of a scene at any time, without drawing it: where each keypoint is, and what hides it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guardian.lab import furniture, house
from guardian.lab.body import mesh
from guardian.lab.cast import Person
from guardian.lab.room import Box
from guardian.lab.rotation import about
from guardian.lab.scene import Scene
from guardian.skeleton import HIPS, SHOULDERS

Array = NDArray[np.float64]

_LIMBS = ("upperarm", "lowerarm", "hand", "thigh", "calf", "foot")
_JOINTS = tuple(f"{limb}_{side}" for limb in _LIMBS for side in ("l", "r"))
SKIN = 0.12
"""Joints lie so deep in the body, metres: what is nearer to one than this does not hide the skin before it."""
NEAREST = 0.1
"""Metres before the camera from which on something is shown where a straight lens shows it."""
STILL = frozenset({"wait", "sit", "lie", "stand", "fall"})


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One body: `keypoints` (17, 3) are y and x in frame heights and 1 where the camera sees them, else 0; `joints`
    (17, 3) are in the room, metres, y up; `inside` whether any of it is in the picture.
    """

    keypoints: Array
    joints: Array

    @property
    def seen(self) -> float:
        """The share of keypoints that the camera sees."""
        return float(self.keypoints[:, 2].mean())

    @property
    def tilt(self) -> float:
        """Degrees between the torso and the vertical: 0 upright, 90 lying."""
        axis = self.joints[list(SHOULDERS)].mean(axis=0) - self.joints[list(HIPS)].mean(axis=0)
        return float(np.degrees(np.arccos(np.clip(axis[1] / max(1e-6, float(np.linalg.norm(axis))), -1, 1))))


class World:
    """The people of a scene before its camera. `pace` is how much faster than rehearsed each of them moves; the scene
    says it where nobody else does.
    """

    def __init__(self, scene: Scene, pace: float | None = None) -> None:
        self.scene, self.pace = scene, pace or scene.pace
        self.camera = scene.camera.camera()
        self.persons = tuple(Person(each, scene, number) for number, each in enumerate(scene.persons))
        self._heads = [_head(person) for person in self.persons]
        boxes = [box for spec in scene.furniture for box in furniture.boxes(spec.piece())]
        self._boxes = [_Hull(box) for box in boxes if min(box.size) > 0.03]  # noqa: PLR2004 - rugs and cloths hide nothing
        self._walls = [_Hull(box) for box in house.sides(scene.room)] if scene.room.doorways else []

    @property
    def seconds(self) -> float:
        """When everybody has done everything."""
        return max(person.seconds for person in self.persons) / self.pace

    def bodies(self, time: float) -> tuple[Body, ...]:
        """The bodies at `time`, in the order of the scene's persons."""
        found = []
        for person, head in zip(self.persons, self._heads, strict=True):
            transforms = person.skeleton.transforms(person.figure(time * self.pace))
            joints = _joints(person, head, transforms)
            places, depth = self._project(joints)
            inside = (depth > 0) & (places >= 0).all(1) & (places < [self.camera.width, self.camera.height]).all(1)
            seen = inside & ~self.hidden(joints)
            found.append(Body(np.column_stack([places[:, ::-1] / self.camera.height, seen]), joints))
        return tuple(found)

    def _project(self, joints: Array) -> tuple[Array, Array]:
        """As the camera does; but what is beside or behind it comes to lie far outside of the picture, on its own side,
        where the camera itself would put it in the middle.
        """
        places, depth = self.camera.project(joints)
        beside = depth < NEAREST
        if beside.any():
            ahead = joints[beside] - np.outer(NEAREST - depth[beside], self.camera.axes[:, 2])
            places[beside] = self.camera.project(ahead)[0]
        return places, depth

    def still(self, time: float) -> bool:
        """Whether nobody does anything but stay as they are."""
        return all(self._stays(person, time * self.pace) for person in self.persons)

    def stuck(self, time: float) -> bool:
        """Whether somebody is inside a piece of furniture: nothing stops those who fall but the floor."""
        return any(bool(box.holds(body.joints).any()) for body in self.bodies(time) for box in self._boxes)

    @staticmethod
    def _stays(person: Person, time: float) -> bool:
        if time >= person.seconds:
            return True
        act = next((act for act in reversed(person.acts) if act.start <= time), person.acts[0])
        return act.segment.figure(0.0) is act.segment.figure(act.segment.seconds)

    def hidden(self, joints: Array) -> NDArray[np.bool_]:
        """Whether furniture or a wall is between the camera and each of these points of the room (n, 3), metres."""
        hidden = np.zeros(len(joints), bool)
        eye = np.array(self.camera.position)
        for box in self._boxes + self._walls:
            hidden |= box.hides(eye, joints)
        return hidden


class _Hull:
    """A box of furniture that may stand between the camera and a joint."""

    def __init__(self, box: Box) -> None:
        self._turn = about("y", box.turn)
        self._low = np.array([-box.size[0] / 2, 0.0, -box.size[2] / 2])
        self._high = np.array([box.size[0] / 2, box.size[1], box.size[2] / 2])
        self._centre = np.array(box.centre)

    def holds(self, joints: Array) -> NDArray[np.bool_]:
        """Whether each joint is inside the box."""
        local = (joints - self._centre) @ self._turn
        holds: NDArray[np.bool_] = ((local > self._low) & (local < self._high)).all(axis=1)
        return holds

    def hides(self, eye: Array, joints: Array) -> NDArray[np.bool_]:
        """Whether the line from `eye` to each joint goes through the box, short of the skin (slab method)."""
        start = (eye - self._centre) @ self._turn
        way = (joints - self._centre) @ self._turn - start
        length = np.linalg.norm(way, axis=1)
        safe = np.where(np.abs(way) < 1e-9, 1e-9, way)  # noqa: PLR2004 - parallel to a side
        low, high = (self._low - start) / safe, (self._high - start) / safe
        near, far = np.minimum(low, high).max(axis=1), np.maximum(low, high).min(axis=1)
        hides: NDArray[np.bool_] = (near < far) & (far > 0) & (near * length < length - SKIN)
        return hides


def _head(person: Person) -> Array:
    """Nose, eyes and ears at rest (5, 3): looked up once, since that goes through all of the mesh."""
    transforms = np.tile(np.eye(3, 4), (len(mesh().bones), 1, 1))
    return person.keypoints(transforms)[:5]


def _joints(person: Person, head: Array, transforms: Array) -> Array:
    bones = {name: number for number, name in enumerate(mesh().bones)}
    carried = transforms[bones["head"]]
    places = [*(head @ carried[:, :3].T + carried[:, 3])]
    for name in _JOINTS:
        matrix = transforms[bones[name]]
        places.append(matrix[:, :3] @ person.body.joints[name] + matrix[:, 3])
    return np.array(places)
