"""A body that has lost its footing: gravity, bones, joint limits, a floor with friction and some muscle tone.

Position-based dynamics (Mueller et al., "Position Based Dynamics", 2007): points joined by bones of fixed length are
moved by their inertia and gravity, then set right against all limits at once, several times a step.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab import gait
from guardian.lab.figure import Figure, Skeleton
from guardian.lab.onset import Onset
from guardian.lab.rotation import frame, unit

Array: TypeAlias = NDArray[np.float64]

# Each point of the body with the joint of the rig that it stands for, its radius (metres) and its mass (kilograms;
# roughly the shares of Winter, "Biomechanics and Motor Control of Human Movement", of a body of 70 kg).
_TABLE = (
    ("head", "crown", 0.10, 5.0),
    ("neck", "neck_01", 0.07, 4.0),
    ("shoulder_l", "upperarm_l", 0.09, 9.0),
    ("shoulder_r", "upperarm_r", 0.09, 9.0),
    ("elbow_l", "lowerarm_l", 0.05, 1.6),
    ("elbow_r", "lowerarm_r", 0.05, 1.6),
    ("wrist_l", "hand_l", 0.035, 1.0),
    ("wrist_r", "hand_r", 0.035, 1.0),
    ("hip_l", "thigh_l", 0.11, 11.0),
    ("hip_r", "thigh_r", 0.11, 11.0),
    ("knee_l", "calf_l", 0.06, 5.0),
    ("knee_r", "calf_r", 0.06, 5.0),
    ("ankle_l", "foot_l", 0.05, 2.5),
    ("ankle_r", "foot_r", 0.05, 2.5),
    ("toe_l", "ball_l", 0.03, 0.8),
    ("toe_r", "ball_r", 0.03, 0.8),
)
POINTS = tuple(name for name, _, _, _ in _TABLE)
JOINTS = tuple(joint for _, joint, _, _ in _TABLE)
RADII: Array = np.array([radius for _, _, radius, _ in _TABLE])
MASSES: Array = np.array([mass for _, _, _, mass in _TABLE])
BONES = (
    "neck-shoulder_l", "neck-shoulder_r", "shoulder_l-shoulder_r", "hip_l-hip_r", "shoulder_l-hip_l", "neck-hip_l",
    "shoulder_r-hip_r", "shoulder_l-hip_r", "shoulder_r-hip_l", "neck-hip_r", "head-neck", "head-shoulder_l",
    "head-shoulder_r", "shoulder_l-elbow_l", "shoulder_r-elbow_r", "elbow_l-wrist_l", "elbow_r-wrist_r", "hip_l-knee_l",
    "hip_r-knee_r", "knee_l-ankle_l", "knee_r-ankle_r", "ankle_l-toe_l", "ankle_r-toe_r",
)  # fmt: skip
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
SWEEPS = 20
DRAG = 0.6
FRICTION = 0.5
RELAXATION = 0.28
TONE = (0.10, 0.02)
LIMP = 0.6
SETTLED = (1.3, 2.0)
FALL_SECONDS = 3.0


def _cross(a: Array, b: Array) -> Array:
    """Return the cross product of two vectors; numpy's own is made for many and slow for two."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


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
        self._pull, self._push_apart = self._spread(self._bones), self._spread(self._apart)
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
        """Move on by one step that begins `time` seconds after the start."""
        rest = min(max((time - SETTLED[0]) / (SETTLED[1] - SETTLED[0]), 0.0), 1.0)
        speed = (self.now - self._before) * (1 - (DRAG + 25 * rest) / RATE)
        self._before = self.now.copy()
        self.now = self.now + speed
        self.now[:, 1] -= GRAVITY / RATE**2
        self._tone(time)
        for _ in range(SWEEPS):
            self._satisfy()
        self._floor()

    def _tone(self, time: float) -> None:
        """Draw the shape towards what the muscles still hold: the stance at first, the lying shape in the end.

        Both the points and their places one step before are moved, so that muscles bend the body without throwing it.
        """
        share = min(time / (1.1 - 0.5 * self._push.buckle), 1.0)
        shape = self._start * (1 - share) + self._lying * share
        weights = MASSES[:, None]
        centre = (self.now * weights).sum(0) / weights.sum()
        middle = (shape * weights).sum(0) / weights.sum()
        u, _, v = np.linalg.svd(((self.now - centre) * weights).T @ (shape - middle))
        turn = u @ np.diag([1.0, 1.0, float(np.sign(np.linalg.det(u @ v)))]) @ v
        strength = TONE[0] if time < LIMP else TONE[1] if time < SETTLED[0] else 0.0
        drift = strength * (centre + (shape - middle) @ turn.T - self.now)
        self.now += drift
        self._before += drift

    def _satisfy(self) -> None:
        """Move the points once towards all limits: bones, least distances, knees and elbows that bend one way only."""
        self.now += self._pull @ self._errors(self._bones, self._lengths, most=np.inf)
        self.now += self._push_apart @ self._errors(self._apart, self._least, most=0.0)
        across = unit(self.now[LEFT] - self.now[RIGHT])
        up = unit(self.now[SHOULDERS].mean(0) - self.now[HIPS].mean(0))
        self._hinges(HIPS, KNEES, ANKLES, _cross(across[1], up))
        self._hinges(SHOULDERS, ELBOWS, WRISTS, -_cross(across[0], up))
        self.now[:, 1] = np.maximum(self.now[:, 1], RADII)

    def _spread(self, pairs: NDArray[np.intp]) -> Array:
        """Return the matrix (points, pairs) that shares out a pair's error so that momentum is kept."""
        matrix = np.zeros((len(POINTS), len(pairs)))
        a, b = pairs.T
        number = np.arange(len(pairs))
        share = MASSES[b] / (MASSES[a] + MASSES[b])
        matrix[a, number], matrix[b, number] = share, share - 1.0
        return matrix * RELAXATION

    def _errors(self, pairs: NDArray[np.intp], wanted: Array, most: float) -> Array:
        """Return by how much each pair is too far apart, as vectors (pairs, 3); no error above `most` counts."""
        way = self.now[pairs[:, 1]] - self.now[pairs[:, 0]]
        length = np.sqrt((way * way).sum(1))
        errors: Array = way * (np.minimum(length - wanted, most) / np.maximum(length, 1e-6))[:, None]
        return errors

    def _hinges(self, roots: NDArray[np.intp], middles: NDArray[np.intp], ends: NDArray[np.intp], front: Array) -> None:
        """Push each middle joint to the side of the limb's line where it may bend, its ends the other way."""
        line = unit(self.now[ends] - self.now[roots])
        aside = unit(front - line * (line @ front)[:, None])
        offset = self.now[middles] - (self.now[roots] + self.now[ends]) / 2
        short = np.minimum((offset * aside).sum(1) - 0.01, 0.0)[:, None] * aside
        light = 1 / MASSES
        total = (light[middles] + (light[roots] + light[ends]) / 4)[:, None]
        self.now[middles] -= 0.5 * short * light[middles, None] / total
        self.now[roots] += 0.25 * short * light[roots, None] / total
        self.now[ends] += 0.25 * short * light[ends, None] / total

    def _floor(self) -> None:
        """Hold what touches the floor by friction, without bounce."""
        touching = self.now[:, 1] < RADII + 0.004
        before = self._before[touching]
        before[:, [0, 2]] += FRICTION * (self.now[touching] - before)[:, [0, 2]]
        before[:, 1] = np.maximum(before[:, 1], self.now[touching, 1])
        self._before[touching] = before


@dataclass(frozen=True, slots=True)
class Limp:
    """A fall as a limp body: `spin` and `buckle` as in Push."""

    spin: float
    buckle: float

    def __call__(self, onset: Onset) -> Sequence[Figure]:
        """Return the figures until the body lies still, gait.RATE a second."""
        doll = Ragdoll(onset.skeleton, onset.now, onset.lying, Push(onset.towards, self.spin, self.buckle))
        every = RATE // gait.RATE
        steps = enumerate(doll.steps(FALL_SECONDS), start=1)
        return [onset.now, *(figure_of(onset.skeleton, now) for number, now in steps if number % every == 0)]


def figure_of(skeleton: Skeleton, now: Array) -> Figure:
    """Return the figure whose limbs lie where the points (16, 3) are."""
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
