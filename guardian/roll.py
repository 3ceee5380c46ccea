"""Learns from people who walk by how much the camera hangs askew, and turns their poses upright.

Whoever walks is upright, and in the picture upright lines meet in one point, straight below the camera (the vertical
vanishing point; Criminisi, Reid and Zisserman, IJCV 40, 2000). So to a camera that looks down people at the left lean
to the left, and at the right to the right; what they lean by in the picture's middle is its roll. Lines are taken from
poses as the picture shows them: what is learnt never feeds on itself.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import atan, degrees, erf, hypot, radians, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardian.geometry import EDGE, Point, distance, extent, middle, turned
from guardian.settings import Camera
from guardian.skeleton import ANKLES, HEAD, HIPS, SHOULDERS, Keypoints, Pose
from guardian.tracking import Track, TrackState, size, torso_middle

Array = NDArray[np.float64]

DEAD_DEGREES = 2.0
"""So little is not worth turning for: a body's own lean is as large."""
SURE = 0.8
"""Least confidence from which on poses are turned by what was learnt."""
PACE_SECONDS, LONGEST_SECONDS, STEP = 0.5, 2.0, 0.2
"""A line is taken of who has gone so many body sizes since the last one, in no less and no more time than that: who
lies or sits does not, and who stands says the same again and again."""
STRAIGHT_DEGREES, LEGS = 20.0, 0.45
"""Who walks holds torso and legs in one line, and the legs are 0.55 of the height from ankles to eyes (Drillis and
Contini 1966)."""
MOST_DEGREES = 60.0
"""No camera that may be configured shows walking people leaning more than that: 45 degrees of roll and the rest."""
COLUMNS, LINES = 8, 40
"""Lines are kept by where in the picture they are, so many of late in each column from left to right."""
LEAST_LINES = 24
FIT_SECONDS = 20.0
OFF = radians(4.0)
"""How far the line of somebody who walks is off the vertical (standard deviation): one sways, stoops and strides."""
ALIKE, MOST_SURE = 2, 0.95
"""So many lines that follow each other say as much as one alone. With both the confidence is about the share of
simulated homes in which the roll was right (`guardian lab optics`)."""
WRONG = 3.0
"""What is off by more than so many `OFF` hardly counts."""
ROUNDS = 8
CONVERGENCE, CONVERGENCE_SPREAD = 0.25, 0.2
"""How much upright lines converge, mean and standard deviation: the tangent of the tilt over the focal length in frame
heights, for cameras that look down by 0 to 30 degrees and see 55 to 95 across."""
STOOP_SPREAD = radians(6.0)
"""Who walks may lean forward by as much (standard deviation), and somebody who comes in always through the same door
leans always to the same side. So it is told apart by the way they go."""


@dataclass(frozen=True, slots=True)
class Askew:
    """By how much a camera is turned clockwise as one looks along it, `degrees`, and the confidence that this is right
    to `DEAD_DEGREES`, 0-1. `before` tells that it was learnt before a restart, and too few have walked by since.
    """

    degrees: float
    confidence: float
    before: bool = False

    @property
    def sentence(self) -> str:
        """What a human is told of it: nothing where it hangs straight."""
        if abs(self.degrees) < DEAD_DEGREES:
            return ""
        way = "clockwise" if self.degrees > 0 else "anticlockwise"
        degrees, sure = f"{abs(self.degrees):.0f}", self.confidence
        if self.before:
            return f"It hung askew before the restart, turned {way} by about {degrees}° (sure to {sure:.0%})."
        return f"It hangs askew, turned {way} by about {degrees}° (sure to {sure:.0%})."


class Roll:
    """Knows the roll of one camera where it is configured, and learns it where not. `turn` is by how many degrees
    poses are turned clockwise now, so that they are upright.
    """

    def __init__(self, camera: Camera) -> None:
        self.begin_anew(camera)
        self.turn = camera.roll or 0.0

    def forget(self) -> None:
        """Begin anew with nothing learnt."""
        self._columns: list[deque[Array]] = [deque(maxlen=LINES) for _ in range(COLUMNS)]
        self._steps: dict[int, tuple[float, Point]] = {}
        self._fresh, self._fitted = 0, float("-inf")
        self.known: Askew | None = None if self._moved else self._given

    def begin_anew(self, camera: Camera) -> None:
        """Another view is accepted, and this is what is configured of it. Poses are turned as before till `take_up`."""
        self._given = None if camera.roll is None else Askew(camera.roll, 1.0)
        self._moved = False
        self.forget()

    def remember(self) -> dict[str, float] | None:
        """What was learnt, as plain numbers; None where there is nothing, or it is configured."""
        if self.known is None or self._given is not None:
            return None
        return {"degrees": self.known.degrees, "confidence": self.known.confidence}

    def recall(self, body: Mapping[str, Any]) -> None:
        """Go on with what was learnt before a restart until as much speaks for something else: where it was sure, poses
        are turned by it from the first one on, as falls that were open were seen.

        Raises ValueError, KeyError or TypeError where what was remembered is damaged.
        """
        turned_by, sure = float(body["degrees"]), float(body["confidence"])
        if not (abs(turned_by) <= MOST_DEGREES and 0 <= sure <= MOST_SURE):
            message = f"a camera turned by {turned_by} degrees, sure to {sure}"
            raise ValueError(message)
        if self._given is None:
            self.known = Askew(turned_by, sure, before=True)
            self.take_up()

    def upright(self, poses: tuple[Pose, ...], aspect: float) -> tuple[Pose, ...]:
        """Return these poses turned upright, as far as that is known. `aspect` is the frame's width / height."""
        if not self.turn:
            return poses
        return tuple(Pose(turned(pose.keypoints, self.turn, aspect), pose.score, pose.keypoints) for pose in poses)

    def take_up(self) -> bool:
        """Turn poses from now on by what is known; return whether that is another turn than before.

        Only while nobody is there: whoever is would seem to jump.
        """
        known = self.known or Askew(0.0, 1.0)
        if known.confidence < SURE or abs(known.degrees - self.turn) < DEAD_DEGREES:
            return False
        self.turn = known.degrees
        return True

    def update(self, tracks: Iterable[Track], now: float, aspect: float, *, moved: bool = False) -> None:
        """Take the tracks of the frame captured at `now`; fit anew from time to time. Once the camera is `moved`, or is
        back, nothing of before holds.
        """
        if moved != self._moved:
            self._moved = moved
            self.forget()
        if self._given is not None and not moved:
            return
        steps = self._steps
        self._steps = {
            track.id: self._follow(track, steps.get(track.id), now, aspect)
            for track in tracks
            if track.state is TrackState.CONFIRMED and track.hit
        }
        if self._fresh and now - self._fitted >= FIT_SECONDS:
            self._fresh, self._fitted = 0, now
            lines = [line for column in self._columns for line in column]
            self._learn(fit(np.array(lines)))

    def _learn(self, found: Askew | None) -> None:
        """Take what was found for what is known, unless what was learnt before a restart is surer."""
        before = self.known.confidence if self.known is not None and self.known.before else 0.0
        if found is not None and found.confidence >= min(before, SURE):
            self.known = found

    def _follow(self, track: Track, step: tuple[float, Point] | None, now: float, aspect: float) -> tuple[float, Point]:
        """Keep the line of somebody who has gone a step; return when and where the next one begins."""
        if step is not None and now - step[0] < PACE_SECONDS:
            return step
        spot = torso_middle(track.pose)
        if step is None or now - step[0] > LONGEST_SECONDS:
            return now, spot
        if distance(step[1], spot) < STEP * size(track.pose):
            return step
        line = upright_line(track.pose.picture, aspect)
        if line is not None:
            going = (spot[1] - step[1][1]) / distance(step[1], spot)
            column = min(COLUMNS - 1, int((line[0] / aspect + 0.5) * COLUMNS))
            self._columns[column].append(np.append(line, going))
            self._fresh += 1
        return now, spot


def upright_line(keypoints: Keypoints, aspect: float) -> Array | None:
    """The line of a body that is stretched and wholly in the picture: how far its middle is right of and below the
    picture's middle, and its way from head to ankles to the right and down (4,); None otherwise.
    """
    box = extent(keypoints)
    parts = [middle(keypoints, which) for which in (HEAD, SHOULDERS, HIPS, ANKLES)]
    if box is None or None in parts:
        return None
    if min(box.top, 1 - box.bottom, box.left, aspect - box.right) < EDGE:
        return None
    head, shoulders, hips, ankles = (np.array(part) for part in parts)
    whole, legs = ankles - head, ankles - hips
    bend = abs(_angle(hips - shoulders) - _angle(legs))
    if bend > STRAIGHT_DEGREES or abs(_angle(whole)) > MOST_DEGREES or hypot(*legs) < LEGS * hypot(*whole):
        return None
    below, right = (head + ankles) / 2 - (0.5, aspect / 2)
    return np.array([right, below, whole[1], whole[0]])


def _angle(way: Array) -> float:
    """Degrees by which a way (y, x) leads to the right of straight down, -180 to 180."""
    return degrees(np.arctan2(way[1], way[0]))


def fit(lines: Array) -> Askew | None:
    """The roll at which these lines (n, 4) are upright; None where they are too few.

    Where they meet is told with it, by least squares in which wrong lines weigh little: whoever walks at one side of
    the picture only says less of the roll, and nobody's place in the picture is taken for it.
    """
    if len(lines) < LEAST_LINES:
        return None
    right, below, aside, down, going = lines.T
    length = np.hypot(aside, down)
    terms = np.column_stack([down / length, (aside * below - down * right) / length, -going])
    prior, usual = np.diag([0.0, CONVERGENCE_SPREAD**-2, STOOP_SPREAD**-2]), (0.0, CONVERGENCE, 0.0)
    leaning = np.arctan2(aside, down) + CONVERGENCE * right
    found = np.array([np.tan(np.median(leaning)), CONVERGENCE, 0.0])
    for _ in range(ROUNDS):
        off = (aside / length - terms @ found) * np.cos(np.arctan(found[0])) / OFF
        weights = np.exp(-0.5 * (off / WRONG) ** 2) * (np.cos(np.arctan(found[0])) / OFF) ** 2 / ALIKE
        known = (terms.T * weights) @ terms + prior
        found = np.linalg.solve(known, (terms.T * weights) @ (aside / length) + prior @ usual)
    spread = degrees(sqrt(np.linalg.inv(known)[0, 0])) * np.cos(np.arctan(found[0])) ** 2
    sure = MOST_SURE * erf(DEAD_DEGREES / spread / sqrt(2))
    return Askew(round(degrees(atan(found[0])), 1), round(sure, 2))
