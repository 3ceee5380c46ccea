"""What a person does, as figures over time: walk, sit, stand, bend, lie, fall; each begins where the last one ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab import gait
from guardian.lab.figure import SIDES, Figure, Skeleton, blend
from guardian.lab.gait import USUAL, Manner, Spot, Steps
from guardian.lab.onset import Falling, Onset
from guardian.lab.rotation import about

Array: TypeAlias = NDArray[np.float64]
Direction: TypeAlias = Literal["forward", "back", "left", "right"]

SIDE = np.array([1.0, -1.0])
SEATED_HIPS = 0.085
LYING_HIPS = 0.085
GAP = 1 / 30
"""Seconds back to the figure from which the speed at an onset is told."""
FUMBLE: Array = np.array([[0.02, 0.03, 0.02], [-0.02, 0.03, -0.01]])
_HEADINGS = {"forward": 0.0, "left": 90.0, "back": 180.0, "right": -90.0}


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one sits or lies: the middle of its front edge on the floor, its `facing`, the height of its top, metres;
    `length` is what is there to lie on, `deep` how far the hips go back from the edge.
    """

    spot: Spot
    height: float
    length: float = 0.5
    deep: float = 0.22


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the timeline: `seconds` long, `figure` from 0 to `seconds`; `alive` scales the small movements."""

    seconds: float
    figure: Callable[[float], Figure]
    alive: float = 1.0


def ease(share: float) -> float:
    """Return the share of a reaching movement done (minimum jerk; Flash and Hogan 1985)."""
    s = min(max(share, 0.0), 1.0)
    return s**3 * (10 - 15 * s + 6 * s * s)


def _up(metres: float) -> Array:
    return np.array([0.0, metres, 0.0])


class Actor:
    """One person on the floor: every verb returns the segments that do it and leaves the actor where they end."""

    def __init__(self, skeleton: Skeleton, spot: Spot, stoop: float, manner: Manner = USUAL) -> None:
        """Stand at `spot`; `stoop` is the bend of the back in degrees, `manner` how one walks."""
        self.skeleton = skeleton
        self._manner = manner
        self._stoop = stoop
        rest = skeleton.body.joints
        self._ankle = float(rest["foot_l"][1]) + 0.004
        self._leg = skeleton.body.length("thigh_l", "calf_l", "foot_l")
        self._wide = float(rest["thigh_l"][0])
        self.spot = spot
        self.figure = standing = self.standing(spot)
        self._last = Segment(0.0, lambda _: standing)

    def standing(self, spot: Spot) -> Figure:
        """Return the figure of one who stands at `spot`, arms hanging."""
        feet = np.array([spot.foot(0), spot.foot(1)])
        return self._tread(feet, np.zeros(2), np.zeros(2), np.array([spot.x, spot.z, spot.facing]))

    def _tread(self, feet: Array, lift: Array, phase: Array, body: Array) -> Figure:
        """Return the figure over two feet (2, 3), the body's middle being at `body` (x, z, facing)."""
        turn = about("y", float(body[2]))
        ahead = (feet[:, :2] - body[:2]) @ np.array([turn[0, 2], turn[2, 2]])
        stride = float(ahead[0] - ahead[1])
        pitch = np.where(phase > 0, 38 * np.sin(np.pi * np.clip(phase * 1.6, 0, 1)) - 14 * phase**3, 0.0)
        pitch = pitch + np.clip(-ahead - 0.08, 0.0, 0.4) * 55
        raised = lift + np.clip(pitch, 0.0, 60.0) * 0.0016
        ankles = np.column_stack([feet[:, 0], self._ankle + raised, feet[:, 1]])
        turns = np.array([about("y", f[2]) @ about("x", float(p)) for f, p in zip(feet, pitch, strict=True)])
        sway = 0.022 * self._manner.sway * float(np.clip((raised[1] - raised[0]) / 0.06, -1, 1))
        pelvis = turn @ about("y", -stride * 9) @ about("z", sway * 60)
        middle = np.array([body[0], 0.0, body[1]]) + turn @ [sway, 0.0, 0.0]
        hips = np.array([middle[0], self._hips(middle, pelvis, ankles), middle[2]])
        chest = turn @ about("y", stride * 7) @ about("x", self._stoop)
        return Figure(
            hips=hips,
            pelvis=pelvis @ about("x", self._stoop * 0.25),
            chest=chest,
            head=turn @ about("x", self._stoop * 0.7),
            hands=self._hanging(stride),
            elbows=np.array([[0.35, 0.0, -1.0], [-0.35, 0.0, -1.0]]),
            ankles=ankles,
            knees=np.array([about("y", f[2]) @ [0.08 * s, 0.0, 1.0] for f, s in zip(feet, SIDE, strict=True)]),
            feet=turns,
        )

    def _hips(self, middle: Array, pelvis: Array, ankles: Array) -> float:
        """Return how high the hips can be so that both legs reach their ankles."""
        joints = middle + np.outer(SIDE * self._wide, pelvis[:, 0])
        apart = np.linalg.norm((ankles - joints)[:, [0, 2]], axis=1)
        reach = np.sqrt(np.maximum((self._leg * 0.992) ** 2 - apart**2, 0.01)) + ankles[:, 1]
        return float(reach.min())

    def _hanging(self, stride: float) -> Array:
        """Return the hands beside the thighs, swung against the legs; `stride` is the left foot ahead of the right."""
        swing = np.array([-1.0, 1.0]) * stride * 0.5 * self._manner.arms
        hands = np.column_stack([SIDE * 0.16, -0.94 + 0.6 * swing**2, 0.08 + swing])
        bowed: Array = hands @ about("x", -self._stoop).T
        return bowed

    # -- verbs ---------------------------------------------------------------------------------------------------

    def walk(self, to: Spot, speed: float) -> list[Segment]:
        """Step to `to` at `speed` metres a second and turn to its facing."""
        step = float(np.clip(0.28 + 0.28 * speed, 0.2, 0.75)) * self._manner.step
        spots = gait.plan(self.spot, to, step)
        walked = gait.steps(self.spot, spots, step / speed, gait.LIFT * self._manner.lift)
        self.spot = spots[-1]
        return self._do(Segment(walked.seconds, lambda t: self._sample(walked, t)))

    def _sample(self, walked: Steps, t: float) -> Figure:
        index = min(round(t * gait.RATE), len(walked.feet) - 1)
        return self._tread(walked.feet[index], walked.lift[index], walked.phase[index], walked.body[index])

    def wait(self, seconds: float) -> list[Segment]:
        """Stay as one is."""
        figure = self.figure
        return self._do(Segment(seconds, lambda _: figure))

    def play(self, segments: list[Segment]) -> list[Segment]:
        """Do what was worked out elsewhere, one after the other."""
        return [done for segment in segments for done in self._do(segment)]

    def sit(self, seat: Seat, speed: float) -> list[Segment]:
        """Walk up to the seat, turn and sit down on it."""
        ahead = about("y", seat.spot.facing) @ [0.0, 0.0, 0.16]
        before = Spot(seat.spot.x + ahead[0], seat.spot.z + ahead[2], seat.spot.facing)
        done = self.walk(before, speed)
        return done + self._keys([(0.9, self._leaning(seat)), (2.1, self._seated(seat))])

    def stand(self) -> list[Segment]:
        """Get up from a seat, over the feet."""
        start, end = self.figure, self.standing(self.spot)
        lean = replace(
            blend(start, end, 0.15),
            pelvis=end.pelvis @ about("x", 28),
            chest=end.chest @ about("x", 38),
            head=end.head @ about("x", 12),
        )
        return self._keys([(0.8, lean), (2.2, end)])

    def _leaning(self, seat: Seat) -> Figure:
        start, end = self.figure, self._seated(seat)
        return replace(
            blend(start, end, 0.45),
            pelvis=start.pelvis @ about("x", 30),
            chest=start.chest @ about("x", 34),
            head=start.head @ about("x", 10),
        )

    def _seated(self, seat: Seat) -> Figure:
        turn = about("y", seat.spot.facing)
        back = turn @ [0.0, 0.0, -seat.deep]
        hips = np.array([seat.spot.x + back[0], seat.height + SEATED_HIPS, seat.spot.z + back[2]])
        figure = replace(
            self.figure,
            hips=hips,
            pelvis=turn @ about("x", -8),
            chest=turn @ about("x", self._stoop * 0.5),
            head=turn @ about("x", self._stoop * 0.7),
        )
        laps = [hips + turn @ [0.12 * side, 0.11, 0.33] for side in SIDE]
        return self._reaching(figure, np.array(laps))

    def _reaching(self, figure: Figure, wrists: Array) -> Figure:
        """Return `figure` with its wrists (2, 3, world) there, as far as the arms reach."""
        matrices = dict(zip(self.skeleton.body.mesh.bones, self.skeleton.transforms(figure), strict=True))
        rest = self.skeleton.body.joints
        shoulders = [
            matrices[f"upperarm_{side}"][:, :3] @ rest[f"upperarm_{side}"] + matrices[f"upperarm_{side}"][:, 3]
            for side in SIDES
        ]
        return replace(figure, hands=(wrists - np.array(shoulders)) @ figure.chest / self.skeleton.arm)

    def bend(self, seconds: float) -> list[Segment]:
        """Put a foot forward, bend down to its shoe, stay there for `seconds`, come up again."""
        before = self.figure
        down = self._bent()
        fumble = replace(down, hands=down.hands + FUMBLE, chest=down.chest @ about("x", -5))
        pieces: list[tuple[float, Figure]] = [(1.6, down)]
        count = max(1, round(seconds / 0.7))
        pieces += [(seconds / count, fumble if k % 2 == 0 else down) for k in range(count)]
        return self._keys(pieces[:1]) + self._keys(pieces[1:]) + self._keys([(1.6, before)])

    def _bent(self) -> Figure:
        figure = self.figure
        turn = about("y", self.spot.facing)
        forward = turn[:, 2]
        figure = replace(
            figure,
            hips=figure.hips + _up(-0.20) - forward * 0.20,
            pelvis=turn @ about("x", 62),
            chest=turn @ about("x", 108),
            head=turn @ about("x", 84),
            elbows=np.array([[0.9, 0.3, -0.3], [-0.9, 0.3, -0.3]]),
        )
        shoe = (figure.ankles[0] + figure.ankles[1]) / 2 + forward * 0.15
        wrists = np.array([shoe + turn @ [0.07 * side, 0.10, 0.0] for side in SIDE])
        return self._reaching(figure, wrists)

    def lie(self, seat: Seat) -> list[Segment]:
        """From sitting on the edge: swing the legs up and lie back, the head to the left end."""
        head = about("y", seat.spot.facing) @ [1.0, 0.0, 0.0]
        back = about("y", seat.spot.facing) @ [0.0, 0.0, -max(seat.deep, 0.30)]
        middle = np.array([seat.spot.x, seat.height, seat.spot.z]) + back - head * 0.08
        lying = self._supine(middle, head)
        half = blend(self.figure, lying, 0.5)
        half = replace(half, hips=half.hips + _up(0.06), ankles=half.ankles + _up(0.16))
        return self._keys([(1.6, half), (1.8, lying)])

    def rise(self, seat: Seat) -> list[Segment]:
        """From lying on a seat: swing the legs down and sit on the edge."""
        lying, seated = self.figure, self._seated(seat)
        feet = self.standing(self.spot)
        seated = replace(seated, ankles=feet.ankles, knees=feet.knees, feet=feet.feet, elbows=feet.elbows)
        half = blend(lying, seated, 0.5)
        half = replace(half, hips=half.hips + _up(0.06), ankles=half.ankles + _up(0.16))
        return self._keys([(1.8, half), (1.8, seated)])

    def _supine(self, middle: Array, head: Array) -> Figure:
        """Return the figure on its back, hips above `middle`, the head in the direction `head` (horizontal, unit)."""
        turn = np.column_stack([np.cross(-head, [0.0, 1.0, 0.0]) * -1, head, [0.0, 1.0, 0.0]])
        turn[:, 0] = np.cross(turn[:, 1], turn[:, 2])
        hips = middle + _up(LYING_HIPS)
        ankles = [hips + turn @ [0.10 * s, -self._leg * 0.985, 0.0] + _up(0.045 - LYING_HIPS) for s in SIDE]
        return Figure(
            hips=hips,
            pelvis=turn,
            chest=turn @ about("x", 4),
            head=turn @ about("x", 14),
            hands=np.array([[0.30, -0.80, 0.10], [0.06, -0.58, 0.24]]),
            elbows=np.array([[0.9, -0.2, -0.5], [-0.9, -0.3, -0.3]]),
            ankles=np.array(ankles),
            knees=np.array([turn @ [0.25 * s, 0.0, 1.0] for s in SIDE]),
            feet=np.array([turn @ about("y", 22 * s) @ about("x", 30) for s in SIDE]),
        )

    def fall(self, direction: Direction, falling: Falling, pace: float = 1.0) -> list[Segment]:
        """Drop to the floor as `falling` has it, and come to rest there.

        A scene that is played `pace` times as fast as it was rehearsed shows the fall at its true speed.
        """
        angle = np.radians(self.spot.facing + _HEADINGS[direction])
        towards = float(np.sin(angle)), float(np.cos(angle))
        was = self._last.figure(max(self._last.seconds - GAP, 0.0))
        gap = min(GAP, self._last.seconds) / pace or GAP
        frames = falling(Onset(self.skeleton, was, self.figure, gap, self.spot.facing, towards, self.lying(direction)))
        rate, last = gait.RATE / pace, len(frames) - 1
        return self._do(Segment(last / rate, lambda t: frames[min(round(t * rate), last)], 0.0))

    def interrupted(self, early: float) -> Segment:
        """Break off what is being done so many seconds before its end; return what was done of it."""
        whole = self._last
        done = Segment(max(whole.seconds - early, 0.0), whole.figure, whole.alive)
        self._do(done)
        return done

    def lying(self, direction: Direction) -> Figure:
        """Return the shape that a body tends to after falling that way; where it lies does not matter."""
        flat = self._supine(np.zeros(3), np.array([0.0, 0.0, -1.0]))
        if direction == "back":
            return flat
        bent = {"left": (0.40, 0.25), "right": (0.25, 0.40), "forward": (0.12, 0.05)}[direction]
        ankles = [a + np.array([0.0, 0.05, -0.9 * b]) for a, b in zip(flat.ankles, bent, strict=True)]
        hands = np.array([[0.25, -0.15, 0.55], [-0.15, -0.35, 0.55]])
        if direction == "forward":
            hands = np.array([[0.45, 0.15, 0.30], [-0.45, 0.10, 0.30]])
        return replace(flat, ankles=np.array(ankles), hands=hands)

    # -- keys ----------------------------------------------------------------------------------------------------

    def _keys(self, keys: Sequence[tuple[float, Figure]]) -> list[Segment]:
        """Move through the figures, each reached after its seconds, without stopping between them."""
        figures = [self.figure, *(figure for _, figure in keys)]
        ends = np.cumsum([0.0, *(seconds for seconds, _ in keys)])
        total, soft = float(ends[-1]), 0.16 if len(keys) > 1 else 0.0

        def along(share: float) -> Figure:
            time = min(max(share, 0.0), 1.0) * total
            index = min(int(np.searchsorted(ends, time, side="right")) - 1, len(keys) - 1)
            return blend(
                figures[index], figures[index + 1], float((time - ends[index]) / (ends[index + 1] - ends[index]))
            )

        def figure(t: float) -> Figure:
            share = ease(t / total)
            width = soft * min(share, 1 - share) * 2
            return blend(along(share - width / 2), along(share + width / 2), 0.5) if width else along(share)

        return self._do(Segment(total, figure))

    def _do(self, segment: Segment) -> list[Segment]:
        self._last = segment
        self.figure = segment.figure(segment.seconds)
        return [segment]
