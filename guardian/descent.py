"""The descent of one body: how far, how fast and how abruptly its shoulders and hips have come down of late.

Lengths are in statures of that person, so that distance from the camera does not matter.
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp

from guardian.geometry import Point
from guardian.posture import Figure, Posture, height_above

WINDOW_SECONDS = 1.6
"""A fall from standing takes 0.6-0.9 s to the ground, a collapse along furniture up to 1.5 s."""
SPARSE_SECONDS = 0.45
"""Frames farther apart than this may have nothing between standing and lying: the window then holds three of them."""
SHOULDER_DROP, HIP_DROP, LYING_DROP = 0.38, 0.17, 0.32
"""Least descent of shoulders and hips. Sitting down drops the shoulders by 0.25 (the length of a thigh); bending drops
the hips by less than 0.1; a fall from a chair drops the hips by the height of the seat, 0.25. Of a body that ends lying
the shoulders tell enough, by more than the torso (0.29) by which they drop as somebody seated lies back: hips may be
hidden behind furniture, and both rise in the picture as one falls away from the camera."""
FAINT_DROP = 0.22
"""From here on a descent is followed without a word: a body that falls along the line of sight hardly comes down in the
picture, and one that falls behind something is lost on its way. So do people who bend; what comes after tells which."""
SPEED = 0.6
"""Least peak speed of the shoulders of a fast descent, a second: 1 m/s for an adult. Sitting down stays below 0.9 m/s,
falls exceed 1.3 m/s (Bourke et al. 2008, vertical velocity of the trunk)."""
SLOW_SPEED = 0.3
"""A descent slower than `SPEED` but faster than this, that ends lying, is a collapse or a slide."""
SPEED_SECONDS = 0.3
STOOD_SECONDS = 2.0
"""Whether somebody stands is told from what was seen in about so long: single frames may be misread."""
BEGUN = 0.1
"""Who has come down so far, in statures, is on the way down: the shoulders of one who walks bob by a third of that."""
TILTED_DEGREES, TILTED_MEMORY_SECONDS = 45.0, 1.0
"""A torso that is so far from upright leans, or falls; whether it did is remembered for about so long."""
TORSO_STATURES = 0.3
"""The torso's share of the stature (0.29, Drillis and Contini 1966): nobody is shorter than a torso says."""
GLITCH_SECONDS = 0.25
"""A single lower pose so soon after the one before is no descent: a finder that loses hold of a body says anything."""


@dataclass(frozen=True, slots=True)
class Descent:
    """Drops of `shoulders` and `hips`, `seconds` from the top, peak `speed` a second, and `impact`: by how much that
    speed fell within the `SPEED_SECONDS` after its peak. A `faint` one may as well be bending down or lying back.
    `start` is how high the hips were above the floor at the top: about 0.5 on the feet, 0.3 on a chair, 0.5 if unknown;
    `stood` is how much of the time before it the body was upright, 0-1, as far as its posture was known.
    """

    shoulders: float
    hips: float
    seconds: float
    speed: float
    impact: float
    faint: bool = False
    start: float = 0.5
    stood: float = 1.0

    @property
    def is_fast(self) -> bool:
        """Whether it was faster than one lets oneself down."""
        return self.speed >= SPEED

    @property
    def sentence(self) -> str:
        """What a human is told of it."""
        return (
            f"Shoulders dropped by {self.shoulders:.0%} of the body's height and hips by {self.hips:.0%} in "
            f"{self.seconds:.1f} s."
        )


@dataclass(frozen=True, slots=True)
class Sample:
    """Where shoulders and hips were (y, frame heights; hips also `across`) at one time, and the feet before; `stood` is
    how much of the time before it the body was upright, 0-1.
    """

    time: float
    shoulders: float
    hips: float
    across: float
    floor: Point | None
    stood: float


@dataclass(slots=True)
class Path:
    """Where shoulders and hips have been within the window, whether the body has of late `stood`, 0-1, and for how many
    seconds of late its torso was `tilted`.
    """

    samples: deque[Sample] = field(default_factory=deque)
    stood: float = 1.0
    tilted: float = 0.0
    known: float = float("-inf")
    added: float = float("inf")

    def add(self, figure: Figure, now: float) -> None:
        """Take where they are now; where the torso is unseen, or cut by the picture's edge before it came down, the
        path only ages: whoever walks out seems to shrink to the last of him that is seen, as fast as one falls.
        """
        while self.samples and now - self.samples[0].time > self._window(now):
            self.samples.popleft()
        if figure.posture is not Posture.UNKNOWN:
            share = 1 - exp((self.known - now) / STOOD_SECONDS)
            self.stood += share * ((figure.posture is Posture.UPRIGHT) - self.stood)
            self.known = now
        self._tilt(figure, now)
        known = not figure.cut or self._has_begun(figure.stature)
        if figure.shoulders is not None and figure.hips is not None and known:
            self.samples.append(Sample(now, figure.shoulders[0], *figure.hips, figure.floor, self.stood))

    def _tilt(self, figure: Figure, now: float) -> None:
        step, self.added = max(0.0, min(SPARSE_SECONDS, now - self.added)), now
        self.tilted *= exp(-step / TILTED_MEMORY_SECONDS)
        if figure.tilt is not None and figure.tilt >= TILTED_DEGREES:
            self.tilted += step

    def pace(self, stature: float) -> float:
        """The greatest speed of the shoulders downward, statures a second; 0 where less than two samples are known.

        Who comes near the camera grows, and is measured by the torso once nothing below it is seen.
        """
        if len(self.samples) < 2:  # noqa: PLR2004 - one sample does not move
            return 0.0
        torso = max(sample.hips - sample.shoulders for sample in self.samples)
        return self._speed()[0] / max(stature, torso / TORSO_STATURES)

    def _has_begun(self, scale: float) -> bool:
        """Whether the body was coming down when it was last seen."""
        heights = [sample.shoulders for sample in self.samples]
        return bool(heights) and heights[-1] - min(heights) >= BEGUN * scale

    def follow(self, earlier: "Path") -> None:
        """Take the path of a body that was lost just before this one was found as the beginning of this one."""
        begun = self.samples[0].time if self.samples else float("inf")
        self.samples.extendleft(sample for sample in reversed(earlier.samples) if sample.time < begun)

    @property
    def ended(self) -> float:
        """When it was last added to; minus infinity where it never was."""
        return self.samples[-1].time if self.samples else float("-inf")

    def clear(self) -> None:
        """Begin anew."""
        self.samples.clear()

    @property
    def floor(self) -> Point | None:
        """Where the feet stood at the beginning: a fall takes them along."""
        return self.samples[0].floor if self.samples else None

    def descent(self, figure: Figure) -> Descent | None:
        """The descent that the path shows; None where there is none that could be a fall. It may be faint."""
        if len(self.samples) < 3 or self._jumped:  # noqa: PLR2004 - two samples are a jump, not a path
            return None
        last, scale = self.samples[-1], figure.stature
        top = min(self.samples, key=lambda sample: sample.shoulders)
        shoulders = (last.shoulders - top.shoulders) / scale
        hips = (last.hips - min(sample.hips for sample in self.samples)) / scale
        lying = figure.posture is Posture.LYING
        if shoulders < FAINT_DROP:
            return None
        speed, impact = self._speed()
        if speed / scale < (SLOW_SPEED if lying else SPEED):
            return None
        faint = shoulders < (LYING_DROP if lying else SHOULDER_DROP) or (hips < HIP_DROP and not lying)
        if faint and self._is_glitch(top, scale):
            return None
        slack = 0.05 * scale
        seconds = self._seconds(top, slack)
        stood = [sample.stood for sample in self.samples if sample.shoulders <= top.shoulders + slack][-1]
        start = height_above((top.hips, top.across), top.floor, scale)
        known = 0.5 if start is None else start
        return Descent(shoulders, hips, seconds, speed / scale, impact / scale, faint, known, stood)

    def _is_glitch(self, top: Sample, scale: float) -> bool:
        """Whether only the very last of many poses is lower."""
        before, last = self.samples[-2], self.samples[-1]
        return last.time - before.time < GLITCH_SECONDS and (before.shoulders - top.shoulders) / scale < FAINT_DROP / 2

    def _seconds(self, top: Sample, slack: float) -> float:
        """How long the way down took: from the last time at the top to the first at the bottom."""
        low = self.samples[-1].shoulders - slack
        after = [sample for sample in self.samples if sample.time >= top.time]
        end = next(sample.time for sample in after if sample.shoulders >= low)
        return end - max(
            sample.time for sample in after if sample.time <= end and sample.shoulders <= top.shoulders + slack
        )

    @property
    def _jumped(self) -> bool:
        """Whether the last sample stands alone after a gap that is not the camera's pace: it may be anything."""
        before, last, now = (self.samples[number].time for number in (-3, -2, -1))
        return now - last > SPARSE_SECONDS >= last - before

    def _window(self, now: float) -> float:
        """How long the path is: longer where frames are far apart, so that what came before a gap is not forgotten."""
        times = [*(sample.time for sample in list(self.samples)[-2:]), now]
        gap = max(later - earlier for earlier, later in pairwise(times))
        return WINDOW_SECONDS if gap <= SPARSE_SECONDS else max(WINDOW_SECONDS, min(3.0, 2.2 * gap))

    def _speed(self) -> tuple[float, float]:
        """The greatest mean downward speed of the shoulders over `SPEED_SECONDS`, in frame heights a second, and how
        much slower they were as long afterwards.

        Where frames are farther apart than that it is the speed between two of them, as if it had taken no longer than
        `SPARSE_SECONDS`: whoever lets himself down is seen on the way.
        """
        samples = list(self.samples)
        best, at, after = 0.0, 0, 0.0
        for number, end in enumerate(samples[1:], start=1):
            near = (sample for sample in samples[:number] if end.time - sample.time <= SPEED_SECONDS)
            start = next(near, samples[number - 1])
            seconds = end.time - start.time
            if seconds >= SPEED_SECONDS / 2:
                speed = (end.shoulders - start.shoulders) / min(seconds, SPARSE_SECONDS)
                if speed > 0.98 * best:  # as fast as ever: the last such counts, for what came after it
                    best, at = max(best, speed), number
        later = [sample for sample in samples[at:] if sample.time - samples[at].time <= SPEED_SECONDS]
        if len(later) > 1:
            after = max(0.0, (later[-1].shoulders - later[0].shoulders) / (later[-1].time - later[0].time))
        return best, max(0.0, best - after) if len(later) > 1 else 0.0
