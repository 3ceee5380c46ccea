"""Play a scene's persons: the figure of each at any time, with breath and sway, and where their keypoints truly are."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab import arms
from guardian.lab.animate import Actor, Segment
from guardian.lab.body import Body, mesh, shape
from guardian.lab.clothes import Clothes
from guardian.lab.figure import Figure, Skeleton
from guardian.lab.furniture import boxes, seat
from guardian.lab.gait import Spot
from guardian.lab.onset import Falling
from guardian.lab.physics.falling import Physical
from guardian.lab.physique import stretched
from guardian.lab.ragdoll import Limp
from guardian.lab.rotation import about
from guardian.lab.scene import Action, Fall, Gesture, PersonSpec, Scene, Sit, Stay, Walk

Array: TypeAlias = NDArray[np.float64]

STOOP = (3.0, 14.0)
_LIMBS = ("upperarm", "lowerarm", "hand", "thigh", "calf", "foot")
_JOINTS = tuple(f"{limb}_{side}" for limb in _LIMBS for side in ("l", "r"))
_SKULL = 0.6
_EAR_LEVEL = 0.03


@dataclass(frozen=True, slots=True)
class Act:
    """A segment on the timeline: it begins at `start`, seconds, and belongs to the action of that `verb`."""

    start: float
    verb: str
    segment: Segment


class Person:
    """One person of the scene, able to say how they hold themselves at any second of it."""

    def __init__(self, spec: PersonSpec, scene: Scene, number: int) -> None:
        """Work out all that the person does; falls are simulated here, so this takes a second or two."""
        self.name = spec.name
        self.clothes: Clothes = spec.clothes.clothes()
        self.body: Body = stretched(shape(spec.body.build()), spec.body.physique.physique())
        self.skeleton = Skeleton(self.body)
        rng = np.random.default_rng((scene.seed, number))
        self._phases = rng.uniform(0, 2 * np.pi, 8)
        self._acts = _acts(spec, scene, self.skeleton)

    @property
    def seconds(self) -> float:
        """When the person has done everything."""
        return self._acts[-1].start + self._acts[-1].segment.seconds

    @property
    def acts(self) -> tuple[Act, ...]:
        """What is done when."""
        return self._acts

    def figure(self, time: float) -> Figure:
        """Return the figure at `time`, seconds; after the last act its end is held."""
        act = next((act for act in reversed(self._acts) if act.start <= time), self._acts[0])
        segment = act.segment
        figure = segment.figure(min(max(time - act.start, 0.0), segment.seconds))
        return self._alive(figure, time, segment.alive)

    def _alive(self, figure: Figure, time: float, strength: float) -> Figure:
        """Return the figure with breath in the chest and slow, small movements of the head and the hands."""
        p = self._phases
        breath = 0.5 * np.sin(2 * np.pi * 0.24 * time + p[0])
        nod = strength * (1.6 * np.sin(0.9 * time + p[1]) + 1.0 * np.sin(2.3 * time + p[2]))
        look = strength * (2.6 * np.sin(0.53 * time + p[3]) + 1.3 * np.sin(1.7 * time + p[4]))
        tremble = 0.004 * strength * np.sin(np.outer([1.9, 2.6], [time]) + p[5:7, None])
        return replace(
            figure,
            chest=figure.chest @ about("x", -float(breath)),
            head=figure.head @ about("y", float(look)) @ about("x", float(nod)),
            hands=figure.hands + tremble,
        )

    def keypoints(self, transforms: Array) -> Array:
        """Return the true places of the 17 COCO keypoints in the room, shape (17, 3), under the bones' transforms."""
        bones = {name: i for i, name in enumerate(mesh().bones)}
        joints = self.body.joints
        head = transforms[bones["head"]]
        places = [head[:, :3] @ point + head[:, 3] for point in self._head_points()]
        for name in _JOINTS:
            matrix = transforms[bones[name]]
            places.append(matrix[:, :3] @ joints[name] + matrix[:, 3])
        return np.array(places)

    def _head_points(self) -> list[Array]:
        """Return nose, left eye, right eye, left ear, right ear at rest."""
        vertices, shared = self.body.vertices, mesh()
        skull = np.flatnonzero((shared.weights[:, shared.bones.index("head")] > _SKULL) & _on_skin())
        head = vertices[skull]
        left, right = self.body.joints["left_eye"], self.body.joints["right_eye"]
        low = head[head[:, 1] < left[1]]
        nose = low[low[:, 2].argmax()]
        level = head[np.abs(head[:, 1] - left[1] + 0.01) < _EAR_LEVEL]
        return [nose, left, right, level[level[:, 0].argmax()], level[level[:, 0].argmin()]]


def _on_skin() -> NDArray[np.bool_]:
    shared = mesh()
    mask = np.zeros(shared.count, bool)
    mask[np.unique(shared.faces[shared.parts == 0])] = True
    return mask


class _Rehearsal:
    """Goes through what a person does, action by action, and keeps what comes of it."""

    def __init__(self, spec: PersonSpec, scene: Scene, skeleton: Skeleton) -> None:
        bowed = float(np.clip((spec.body.age - 30) / 50, 0.0, 1.0))
        stoop = STOOP[0] + (STOOP[1] - STOOP[0]) * bowed
        begin, manner = Spot(spec.at[0], -spec.at[1], spec.facing), spec.manner
        self._actor = Actor(skeleton, begin, stoop + manner.stoop, manner.manner())
        places = ((piece.name, seat(piece.piece())) for piece in scene.furniture)
        self._seats = {name: place for name, place in places if name and place}
        self._boxes = tuple(box for piece in scene.furniture for box in boxes(piece.piece()))
        self._speed = spec.speed
        self._posture = "standing"
        self.acts: list[Act] = []

    def perform(self, action: Action) -> None:
        """Append what the action does."""
        verb = next(iter(action.model_fields_set))
        segments = self._segments(action)  # which may break off what was done before
        time = self.acts[-1].start + self.acts[-1].segment.seconds if self.acts else 0.0
        for segment in segments:
            self.acts.append(Act(time, verb, segment))
            time += segment.seconds

    def _segments(self, action: Action) -> list[Segment]:
        if action.walk:
            return self._walk(action.walk)
        if action.sit:
            return self._sit(action.sit)
        if action.lie:
            return self._lie(action.lie)
        if action.fall:
            return self._fall(action.fall)
        return self._staying(action)

    def _staying(self, action: Action) -> list[Segment]:
        """What is done without going anywhere."""
        if action.bend:
            return self._actor.bend(action.bend.seconds)
        if action.gesture:
            return self._gesture(action.gesture)
        stay = action.stand or action.wait or Stay()
        return (self._stand() if action.stand else []) + self._actor.wait(stay.seconds)

    def _stand(self) -> list[Segment]:
        if self._posture == "standing":
            return []
        self._posture = "standing"
        return self._actor.stand()

    def _walk(self, walk: Walk) -> list[Segment]:
        x, z = walk.to[0], -walk.to[1]
        ahead = float(np.degrees(np.arctan2(x - self._actor.spot.x, z - self._actor.spot.z)))
        facing = ahead if walk.facing is None else walk.facing
        return self._stand() + self._actor.walk(Spot(x, z, facing), walk.speed or self._speed)

    def _sit(self, sit: Sit) -> list[Segment]:
        place = self._seats[sit.where]
        lying = self._posture == "lying"
        down = self._actor.rise(place) if lying else self._stand() + self._actor.sit(place, self._speed)
        self._posture = "seated"
        return down + self._actor.wait(sit.seconds)

    def _lie(self, lie: Sit) -> list[Segment]:
        place = self._seats[lie.where]
        sit = [] if self._posture == "seated" else self._actor.sit(place, self._speed) + self._actor.wait(0.6)
        self._posture = "lying"
        return sit + self._actor.lie(place) + self._actor.wait(lie.seconds)

    def _gesture(self, gesture: Gesture) -> list[Segment]:
        figure = self._actor.figure
        upper = arms.upper_arm(self._actor.skeleton, figure) if gesture.sides != "both" else None
        sides: arms.Sides = gesture.sides if upper is None else "right" if upper else "left"
        reaches = arms.movement(gesture.do, sides, gesture.seconds, np.random.default_rng(gesture.seed))
        return self._actor.play(arms.segments(figure, reaches, gesture.seconds))

    def _fall(self, fall: Fall) -> list[Segment]:
        self._posture = "fallen"
        if fall.early and self.acts:
            last = self.acts[-1]
            self.acts[-1] = replace(last, segment=self._actor.interrupted(fall.early))
        falling: Falling = Limp(fall.spin, fall.buckle)
        if fall.kind is not None:
            falling = Physical(fall.kind, fall.seed, fall.rises, self._boxes)
        return self._actor.fall(fall.towards, falling, fall.pace) + self._actor.wait(fall.seconds)


def _acts(spec: PersonSpec, scene: Scene, skeleton: Skeleton) -> tuple[Act, ...]:
    rehearsal = _Rehearsal(spec, scene, skeleton)
    for action in spec.does or (Action(wait=Stay()),):
        rehearsal.perform(action)
    return tuple(rehearsal.acts)
