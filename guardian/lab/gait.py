"""Walking and turning: where each foot is planned to tread, and the figure that carries the body over the steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

RATE = 60
SWING = 0.78
FEET_APART = 0.17
TURN_A_STEP = 50.0
SHUFFLE = 0.6
LIFT = 0.07
"""Metres by which a foot is raised."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody walks beside how people usually do: shares of the usual length of steps, swing of the arms, sway of
    the hips and lift of the feet.
    """

    step: float = 1.0
    arms: float = 1.0
    sway: float = 1.0
    lift: float = 1.0


USUAL = Manner()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the floor: `x` and `z` in metres; `facing` in degrees, 0 = along +z, 90 = along +x."""

    x: float
    z: float
    facing: float

    def foot(self, side: int) -> Array:
        """Return (x, z, facing) of the left (0) or right (1) foot of one who stands here."""
        turn = np.radians(self.facing)
        aside = FEET_APART / 2 * (1 if side == 0 else -1)
        return np.array([self.x + aside * np.cos(turn), self.z - aside * np.sin(turn), self.facing])


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """The feet over time, RATE samples a second.

    `feet` (N, 2, 3) are x, z and facing, left foot first; `lift` (N, 2) is in metres; `phase` (N, 2) is how far each
    foot's swing has gone, 0-1 (0 while it stands); `body` (N, 3) is the middle between the feet, smooth.
    """

    feet: Array
    lift: Array
    phase: Array
    body: Array

    @property
    def seconds(self) -> float:
        """How long the steps take."""
        return (len(self.feet) - 1) / RATE


def straight(angle: float) -> float:
    """Return the same angle within -180..180 degrees."""
    return (angle + 180.0) % 360.0 - 180.0


def plan(start: Spot, to: Spot, step: float) -> list[Spot]:
    """Return the spots trodden one after the other: turn to the way, walk it in steps of about `step` metres, turn."""
    way = np.array([to.x - start.x, to.z - start.z])
    distance = float(np.linalg.norm(way))
    if distance < SHUFFLE:
        return _shuffle(start, to)
    spots: list[Spot] = []
    facing = start.facing
    heading = facing + straight(float(np.degrees(np.arctan2(way[0], way[1]))) - facing)
    spots += _turn(start, heading)
    count = max(1, round(distance / step))
    spots += [Spot(start.x + way[0] * k / count, start.z + way[1] * k / count, heading) for k in range(1, count + 1)]
    facing = heading
    end = facing + straight(to.facing - facing)
    spots += _turn(Spot(to.x, to.z, facing), end)
    return [*spots, Spot(to.x, to.z, end)]


def _shuffle(start: Spot, to: Spot) -> list[Spot]:
    """Return the spots of a short way, gone sideways or backwards while turning."""
    turn = straight(to.facing - start.facing)
    way = np.hypot(to.x - start.x, to.z - start.z)
    count = max(1, int(np.ceil(max(way / 0.3, abs(turn) / TURN_A_STEP - 0.2))))
    shares = [k / count for k in range(1, count + 1)]
    return [
        Spot(start.x + (to.x - start.x) * s, start.z + (to.z - start.z) * s, start.facing + turn * s) for s in shares
    ]


def _turn(at: Spot, facing: float) -> list[Spot]:
    count = int(np.ceil(abs(facing - at.facing) / TURN_A_STEP - 0.2))
    return [Spot(at.x, at.z, at.facing + (facing - at.facing) * k / count) for k in range(1, count + 1)]


def steps(start: Spot, spots: Sequence[Spot], step_seconds: float, height: float = LIFT) -> Steps:
    """Tread the spots with alternate feet, the inner foot of a turn first, `step_seconds` each; then close the feet."""
    first = 0 if straight(spots[0].facing - start.facing) >= 0 else 1
    per = max(2, round(step_seconds * RATE))
    feet = np.array([start.foot(0), start.foot(1)])
    rows, lifts, phases = [feet.copy()], [np.zeros(2)], [np.zeros(2)]
    for number, spot in enumerate([*spots, spots[-1]]):
        side = (first + number) % 2
        begin, end = feet[side].copy(), spot.foot(side)
        far = min(1.0, float(np.linalg.norm(end[:2] - begin[:2])) / 0.3 + abs(end[2] - begin[2]) / 60.0)
        for tick in range(1, per + 1):
            phase = min(tick / per / SWING, 1.0)
            feet[side] = begin + (end - begin) * _ease(phase)
            raised, swing = np.zeros(2), np.zeros(2)
            raised[side], swing[side] = height * far * np.sin(np.pi * phase) ** 1.5, phase if phase < 1 else 0.0
            rows.append(feet.copy())
            lifts.append(raised)
            phases.append(swing)
    hold = [feet.copy()] * (per + 1)
    feet_rows = np.array(rows + hold)
    still = np.zeros((len(hold), 2))
    body = _smooth(feet_rows.mean(axis=1), per)
    return Steps(feet_rows, np.vstack([lifts, still]), np.vstack([phases, still]), body)


def _ease(share: float) -> float:
    return share * share * (3 - 2 * share)


def _smooth(values: Array, window: int) -> Array:
    """Return the running mean over `window` samples, twice over, the ends held."""
    kernel = np.ones(window) / window
    for _ in range(2):
        padded = np.pad(values, ((window // 2, window - 1 - window // 2), (0, 0)), mode="edge")
        values = np.stack([np.convolve(column, kernel, mode="valid") for column in padded.T], axis=1)
    return values
