"""Play a scene's persons: the figure of each at any time, with breath and sway, and where their keypoints truly are."""

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.animate import Actor, Segment
from guardian.lab.body import Body, mesh, shape
from guardian.lab.clothes import Clothes
from guardian.lab.figure import Figure, Skeleton
from guardian.lab.furniture import seat
from guardian.lab.gait import Spot
from guardian.lab.rotation import about
from guardian.lab.scene import Action, PersonSpec, Scene
from guardian.skeleton import KEYPOINTS

Array: TypeAlias = NDArray[np.float64]

STOOP = (3.0, 14.0)
_JOINTS = (
    "upperarm_l upperarm_r lowerarm_l lowerarm_r hand_l hand_r thigh_l thigh_r calf_l calf_r foot_l foot_r".split()
)


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
        self.body: Body = shape(spec.body.build())
        self.skeleton = Skeleton(self.body)
        rng = np.random.default_rng((scene.seed, number))
        self._phases = rng.uniform(0, 2 * np.pi, 8)
        self._acts = _acts(spec, scene, self.skeleton)

    @property
    def seconds(self) -> float:
        """When the person has done everything."""
        return self._acts[-1].start + self._acts[-1].segment.seconds if self._acts else 0.0

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
        assert len(places) == KEYPOINTS
        return np.array(places)

    def _head_points(self) -> list[Array]:
        """Return nose, left eye, right eye, left ear, right ear at rest."""
        vertices, shared = self.body.vertices, mesh()
        skull = np.flatnonzero((shared.weights[:, shared.bones.index("head")] > 0.6) & _on_skin())
        head = vertices[skull]
        left, right = self.body.joints["left_eye"], self.body.joints["right_eye"]
        low = head[head[:, 1] < left[1]]
        nose = low[low[:, 2].argmax()]
        level = head[np.abs(head[:, 1] - left[1] + 0.01) < 0.03]
        return [nose, left, right, level[level[:, 0].argmax()], level[level[:, 0].argmin()]]


def _on_skin() -> NDArray[np.bool_]:
    shared = mesh()
    mask = np.zeros(shared.count, bool)
    mask[np.unique(shared.faces[shared.parts == 0])] = True
    return mask


def _acts(spec: PersonSpec, scene: Scene, skeleton: Skeleton) -> tuple[Act, ...]:
    share = float(np.clip((spec.body.age - 30) / 50, 0.0, 1.0))
    start = Spot(spec.at[0], -spec.at[1], spec.facing)
    actor = Actor(skeleton, start, STOOP[0] + (STOOP[1] - STOOP[0]) * share)
    seats = {piece.name: seat(piece.piece()) for piece in scene.furniture if piece.name}
    acts: list[Act] = []
    time = 0.0
    posture = "standing"
    for action in spec.does or (Action.model_validate({"wait": {}}),):
        verb = next(iter(action.model_fields_set))
        segments, posture = _perform(actor, action, verb, posture, spec, seats)
        for segment in segments:
            acts.append(Act(time, verb, segment))
            time += segment.seconds
    return tuple(acts)


def _perform(actor: Actor, action: Action, verb: str, posture: str, spec: PersonSpec, seats: dict) -> tuple[list[Segment], str]:
    if action.walk:
        to = action.walk.to
        ahead = np.degrees(np.arctan2(to[0] - actor.spot.x, -to[1] - actor.spot.z))
        facing = float(ahead) if action.walk.facing is None else action.walk.facing
        return actor.walk(Spot(to[0], -to[1], facing), action.walk.speed or spec.speed), "standing"
    if action.sit:
        place = seats[action.sit.where]
        down = actor.rise(place) if posture == "lying" else actor.sit(place, spec.speed)
        return down + actor.wait(action.sit.seconds), "seated"
    if action.lie:
        place = seats[action.lie.where]
        sit = [] if posture == "seated" else actor.sit(place, spec.speed) + actor.wait(0.6)
        return sit + actor.lie(place) + actor.wait(action.lie.seconds), "lying"
    if action.stand:
        return actor.stand() + actor.wait(action.stand.seconds), "standing"
    if action.bend:
        return actor.bend(action.bend.seconds), "standing"
    if action.fall:
        fall = action.fall
        return actor.fall(fall.towards, fall.spin, fall.buckle) + actor.wait(fall.seconds), "fallen"
    return actor.wait(action.wait.seconds if action.wait else 1.0), posture
