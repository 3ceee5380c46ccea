"""What the eye makes of a body that the edge of the picture cuts off: MoveNet tells of all of it within the picture.

So what is outside is told of at the edge, or a bit within, and scores less the farther out it is; what is left inside
scores less and is less exact the less is left, until nothing is found. Whoever walks out seems to shrink, and to sink.
Fitted on drawn films of people who walk out, by `python -m guardian.lab.world.fit_cut DIR`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TABLE = Path(__file__).with_name("cut.json")
OVERS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""How far outside a keypoint is, in sizes of what is left inside: the limits between which the figures are means."""
SHARES = (0.0, 0.06, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
"""The share of keypoints that are inside: the same."""


def framed(places: Array, aspect: float) -> Array:
    """Where within a picture of that width / height each place (n, 2), in frame heights, is nearest to."""
    return np.asarray(np.clip(places, 0.0, [1.0, aspect]))


def left_inside(places: Array, aspect: float) -> float:
    """The size of what the edge leaves of a body: the diagonal of its box, frame heights, and never nothing."""
    return max(0.03, float(np.hypot(*np.ptp(framed(places, aspect), axis=0))))


def is_cut(places: Array, aspect: float) -> bool:
    """Whether some keypoint is outside of the picture."""
    return bool((places != framed(places, aspect)).any())


@dataclass(frozen=True, slots=True)
class Cut:
    """The fitted figures, each a mean between two of OVERS: how far within the edge what is outside is told of
    (`inset`), how much that trembles along the edge (`trembles`), both in sizes of what is left inside, its `score` by
    part (6,) and the `spread` of the scores. And between two of SHARES: by how much the scores of what is inside are
    lower (`kept`), how far off it is (`off`, the same sizes), and how often the body is `found`.
    """

    inset: Sequence[float]
    trembles: Sequence[float]
    score: Sequence[Sequence[float]]
    spread: Sequence[float]
    kept: Sequence[float]
    off: Sequence[float]
    found: Sequence[float]

    @staticmethod
    @cache
    def fitted() -> "Cut":
        """The table that ships."""
        table: Mapping[str, Sequence[float]] = json.loads(TABLE.read_text(encoding="utf-8"))
        return Cut(**{name: table[name] for name in Cut.__slots__})  # type: ignore[arg-type]

    def finds(self, seen: float, mood: float) -> bool:
        """Whether a cut body is found of which that share of keypoints is seen; `mood` is a normal deviate: the better
        it scores anyway, the sooner it is found.
        """
        return seen > 0 and NormalDist().cdf(mood) >= 1 - float(_between(SHARES, self.found, np.array(seen)))

    def placed(self, places: Array, drift: Array, aspect: float) -> Array:
        """Where the eye says that the keypoints (17, 2) are; `drift` (17, 2) are normal deviates."""
        inside, scale = framed(places, aspect), left_inside(places, aspect)
        over = self._over(places, aspect)[:, None]
        share = np.array(float((over == 0).mean()))
        out, inset = np.sign(places - inside), _between(OVERS, self.inset, over)
        aside = np.where(over > 0, _between(OVERS, self.trembles, over), _between(SHARES, self.off, share))
        return framed(inside + scale * (drift * np.where(out != 0, inset, aside) - out * inset), aspect)

    def scored(self, score: Array, spread: Array, places: Array, part: NDArray[np.intp], aspect: float) -> Array:
        """Mean and spread of each keypoint's score (2, 17), of what they would be of a whole body, by its `part`."""
        over = self._over(places, aspect)
        kept = float(_between(SHARES, self.kept, np.array(float((over == 0).mean()))))
        table = np.array(self.score)
        outside = np.array([_between(OVERS, table[:, p], o) for p, o in zip(part, over, strict=True)])
        means = np.where(over > 0, np.minimum(outside, score), kept * score)
        return np.stack([means, np.where(over > 0, _between(OVERS, self.spread, over), spread)])

    @staticmethod
    def _over(places: Array, aspect: float) -> Array:
        """How far outside each keypoint is (n,), in sizes of what is left inside."""
        return np.asarray(np.hypot(*(places - framed(places, aspect)).T) / left_inside(places, aspect))


def _between(limits: Sequence[float], means: Sequence[float] | Array, value: Array) -> Array:
    """A figure at a value, straight between the middles of the bins of which the means are known."""
    edges = np.array(limits)
    return np.asarray(np.interp(value, (edges[1:] + edges[:-1]) / 2, means))
