"""A body that has lost its footing: gravity, bones, joint limits, a floor with friction and what is left of muscle tone.

Position-based dynamics (Mueller et al., "Position Based Dynamics", 2007): points joined by bones of fixed length are
moved by their inertia and gravity, then set right against all limits at once, several times a step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.figure import Figure, Skeleton
from guardian.lab.rotation import frame, unit

Array: TypeAlias = NDArray[np.float64]

POINTS = tuple(
    "head neck shoulder_l shoulder_r elbow_l elbow_r wrist_l wrist_r hip_l hip_r knee_l knee_r ankle_l ankle_r toe_l toe_r".split()
)
JOINTS = tuple(
    "crown neck_01 upperarm_l upperarm_r lowerarm_l lowerarm_r hand_l hand_r thigh_l thigh_r calf_l calf_r foot_l foot_r "
    "ball_l ball_r".split()
)
RADII = dict(zip(POINTS, [0.10, 0.07, 0.09, 0.09, 0.05, 0.05, 0.035, 0.035, 0.11, 0.11, 0.06, 0.06, 0.05, 0.05, 0.03, 0.03], strict=True))
MASSES = dict(zip(POINTS, [5.0, 4.0, 9.0, 9.0, 1.6, 1.6, 1.0, 1.0, 11.0, 11.0, 5.0, 5.0, 2.5, 2.5, 0.8, 0.8], strict=True))
BONES = (
    "neck-shoulder_l neck-shoulder_r shoulder_l-shoulder_r hip_l-hip_r shoulder_l-hip_l shoulder_r-hip_r shoulder_l-hip_r "
    "shoulder_r-hip_l neck-hip_l neck-hip_r head-neck head-shoulder_l head-shoulder_r shoulder_l-elbow_l shoulder_r-elbow_r "
    "elbow_l-wrist_l elbow_r-wrist_r hip_l-knee_l hip_r-knee_r knee_l-ankle_l knee_r-ankle_r ankle_l-toe_l ankle_r-toe_r"
).split()
APART = {
    "shoulder_l-wrist_l": 0.22, "shoulder_r-wrist_r": 0.22, "hip_l-ankle_l": 0.38, "hip_r-ankle_r": 0.38,
    "shoulder_l-knee_l": 0.42, "shoulder_r-knee_r": 0.42, "shoulder_l-knee_r": 0.42, "shoulder_r-knee_l": 0.42,
    "knee_l-knee_r": 0.13, "ankle_l-ankle_r": 0.12, "knee_l-ankle_r": 0.12, "knee_r-ankle_l": 0.12,
    "wrist_l-wrist_r": 0.10, "elbow_l-hip_l": 0.14, "elbow_r-hip_r": 0.14, "wrist_l-hip_l": 0.13, "wrist_r-hip_r": 0.13,
    "wrist_l-hip_r": 0.15, "wrist_r-hip_l": 0.15, "elbow_l-shoulder_r": 0.25, "elbow_r-shoulder_l": 0.25,
    "toe_l-knee_l": 0.30, "toe_r-knee_r": 0.30, "wrist_l-head": 0.17, "wrist_r-head": 0.17,
}  # fmt: skip
GRAVITY = 9.81
RATE = 240
SWEEPS = 16
DRAG = 0.6
FRICTION = 0.55


def _index(*names: str) -> NDArray[np.intp]:
    return np.array([POINTS.index(name) for name in names])


def _pairs(names: Sequence[str]) -> NDArray[np.intp]:
    return np.array([[POINTS.index(end) for end in name.split("-")] for name in names])


LEFT, RIGHT = _index("shoulder_l", "hip_l"), _index("shoulder_r", "hip_r")
SHOULDERS, HIPS = _index("shoulder_l", "shoulder_r"), _index("hip_l", "hip_r")
ELBOWS, WRISTS = _index("elbow_l", "elbow_r"), _index("wrist_l", "wrist_r")
KNEES, ANKLES, TOES = _index("knee_l", "knee_r"), _index("ankle_l", "ankle_r"), _index("toe_l", "toe_r")


@dataclass(frozen=True, slots=True)
class Push:
    """What throws the body: `direction` in the world (x, z), a unit vector; `spin`, the speed of toppling over the feet
    in radians a second at the start; `buckle`, how far the knees give way, 0-1.
    """

    direction: tuple[float, float]
    spin: float = 1.3
    buckle: float = 0.5


def points(skeleton: Skeleton, figure: Figure) -> Array:
    """Return the points of the body in that figure, shape (16, 3)."""
    transforms = dict(zip(skeleton.body.mesh.bones, skeleton.transforms(figure), strict=True))
    carriers = {"crown": "head"}
    found = []
    for joint in JOINTS:
        matrix = transforms[carriers.get(joint, joint)]
        found.append(matrix[:, :3] @ skeleton.body.joints[joint] + matrix[:, 3])
    return np.array(found)


class Ragdoll:
    """The points of one body and their motion; `steps` yields the points RATE times a second."""

    def __init__(self, skeleton: Skeleton, start: Figure, lying: Figure, push: Push) -> None:
        """Begin in `start`; what tone is left draws the body's shape towards that of `lying`."""
        self.now = points(skeleton, start)
        self._start, self._lying = self.now - self.now.mean(0), points(skeleton, lying)
        self._lying = self._lying - self._lying.mean(0)
        self._push = push
        self._bones = _pairs(BONES)
        self._lengths = np.linalg.norm(self.now[self._bones[:, 0]] - self.now[self._bones[:, 1]], axis=1)
        self._apart, self._least = _pairs(list(APART)), np.array(list(APART.values()))
        self._radii = np.array([RADII[name] for name in POINTS])
        self._masses = np.array([MASSES[name] for name in POINTS])
        self._before = self.now - self._topple() / RATE

    def _topple(self) -> Array:
        """Return the points' speeds at the start: a turn about the feet towards the push."""
        x, z = self._push.direction
        axis = np.array([z, 0.0, -x]) * self._push.spin
        pivot = self.now[ANKLES].mean(0)
        speeds: Array = np.cross(axis, self.now - pivot)
        return speeds

    def steps(self, seconds: float) -> Iterator[Array]:
        """Yield the points (16, 3) after each step."""
        for step in range(round(seconds * RATE)):
            self._advance(step / RATE)
            yield self.now.copy()

    def _advance(self, time: float) -> None:
        speed = (self.now - self._before) * (1 - DRAG / RATE * (1 + 6 * min(max(time - 1.0, 0.0), 2.0)))
        self._before = self.now.copy()
        self.now = self.now + speed
        self.now[:, 1] -= GRAVITY / RATE**2
        self._tone(time)
        for _ in range(SWEEPS):
            self._satisfy()
        self._floor()

    def _tone(self, time: float) -> None:
        """Draw the shape towards what the muscles still hold: the stance at first, the lying shape in the end."""
        share = min(time / 0.7, 1.0)
        shape = self._start * (1 - share) + self._lying * share
        weights = self._masses[:, None]
        centre = (self.now * weights).sum(0) / weights.sum()
        middle = (shape * weights).sum(0) / weights.sum()
        u, _, v = np.linalg.svd(((self.now - centre) * weights).T @ (shape - middle))
        turn = u @ np.diag([1.0, 1.0, float(np.sign(np.linalg.det(u @ v)))]) @ v
        strength = 0.02 if time < 0.15 else 0.012
        self.now += strength * (centre + (shape - middle) @ turn.T - self.now)

    def _satisfy(self) -> None:
        """Move the points once towards all limits: bones, least distances, knees and elbows that bend one way only."""
        shift, count = np.zeros_like(self.now), np.zeros(len(self.now))
        self._distances(self._bones, self._lengths, shift, count, only_short=False)
        self._distances(self._apart, self._least, shift, count, only_short=True)
        self.now += 1.3 * shift / np.maximum(count, 1.0)[:, None]
        across = unit(self.now[LEFT] - self.now[RIGHT])
        up = unit(self.now[SHOULDERS].mean(0) - self.now[HIPS].mean(0))
        self._hinges(HIPS, KNEES, ANKLES, np.cross(across[1], up))
        self._hinges(SHOULDERS, ELBOWS, WRISTS, -np.cross(across[0], up))
        self._floor_only()

    def _distances(self, pairs: NDArray[np.intp], wanted: Array, shift: Array, count: Array, *, only_short: bool) -> None:
        a, b = pairs.T
        way = self.now[b] - self.now[a]
        length = np.linalg.norm(way, axis=1)
        error = length - wanted
        if only_short:
            error = np.minimum(error, 0.0)
        correction = way * (error / np.maximum(length, 1e-6))[:, None]
        share = (self._masses[b] / (self._masses[a] + self._masses[b]))[:, None]
        np.add.at(shift, a, correction * share)
        np.add.at(shift, b, -correction * (1 - share))
        active = (error != 0).astype(float)
        np.add.at(count, a, active)
        np.add.at(count, b, active)

    def _hinges(self, roots: NDArray[np.intp], middles: NDArray[np.intp], ends: NDArray[np.intp], front: Array) -> None:
        """Push each middle joint to the side of the limb's line where it may bend."""
        line = unit(self.now[ends] - self.now[roots])
        aside = unit(front - line * (line @ front)[:, None])
        offset = self.now[middles] - (self.now[roots] + self.now[ends]) / 2
        short = np.minimum((offset * aside).sum(1) - 0.01, 0.0)[:, None] * aside
        self.now[middles] -= 0.5 * short
        self.now[roots] += 0.1 * short
        self.now[ends] += 0.25 * short

    def _floor_only(self) -> None:
        self.now[:, 1] = np.maximum(self.now[:, 1], self._radii)

    def _floor(self) -> None:
        """Hold what touches the floor by friction, without bounce."""
        touching = self.now[:, 1] < self._radii + 0.004
        self._before[touching] += FRICTION * (self.now[touching] - self._before[touching]) * [1.0, 0.0, 1.0]
        low = np.minimum(self._before[:, 1], self.now[:, 1])
        self._before[touching, 1] = np.where(self.now[touching, 1] > low[touching], self.now[touching, 1], low[touching])


def figure_of(skeleton: Skeleton, now: Array, head_tilt: float = 0.0) -> Figure:
    """Return the figure whose limbs lie where the points (16, 3) are."""
    del head_tilt
    up = now[SHOULDERS].mean(0) - now[HIPS].mean(0)
    pelvis = _facing(now[HIPS[0]] - now[HIPS[1]], up)
    chest = _facing(now[SHOULDERS[0]] - now[SHOULDERS[1]], up)
    neck = now[0] - now[1]
    head = frame(neck, chest[:, 0])
    head = np.column_stack([head[:, 1], head[:, 0], np.cross(head[:, 1], head[:, 0])])
    rest = skeleton.body.joints
    feet = []
    for side, ankle, toe in zip("lr", ANKLES, TOES, strict=True):
        basis = frame(rest[f"ball_{side}"] - rest[f"foot_{side}"], np.array([1.0, 0.0, 0.0]))
        feet.append(frame(now[toe] - now[ankle], pelvis[:, 0]) @ basis.T)
    return Figure(
        hips=now[HIPS].mean(0),
        pelvis=pelvis,
        chest=chest,
        head=head,
        hands=(now[WRISTS] - now[SHOULDERS]) @ chest / skeleton.arm,
        elbows=_poles(now, SHOULDERS, ELBOWS, WRISTS) @ chest,
        ankles=now[ANKLES],
        knees=_poles(now, HIPS, KNEES, ANKLES),
        feet=np.array(feet),
    )


def _facing(left: Array, up: Array) -> Array:
    across, upward, back = frame(left, up).T
    return np.column_stack([across, upward, back])


def _poles(now: Array, roots: NDArray[np.intp], middles: NDArray[np.intp], ends: NDArray[np.intp]) -> Array:
    return unit(now[middles] - (now[roots] + now[ends]) / 2)
