"""The recent samples of every body of one room, through the product's tracks: what a window is cut from."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from guardian.geometry import distance
from guardian.posture import SWITCH_SECONDS, SWITCH_STATURES, Figure, height_above
from guardian.tracking import TrackState, torso_middle
from guardian.window import SECONDS, STALE_SECONDS, Grid, Sample, grid

KEPT_SECONDS = SECONDS + STALE_SECONDS


@dataclass(slots=True)
class Trail:
    """One body's samples, oldest first, and its figure when last seen."""

    figure: Figure
    samples: deque[Sample] = field(default_factory=deque)


class Trails:
    """Keeps the trail of each track. A track that begins where another was just lost goes on with its trail."""

    def __init__(self) -> None:
        self._trails: dict[int, Trail] = {}

    def update(self, figures: Iterable[Figure], now: float) -> None:
        """Take the figures of the frame captured at `now`; forget what ended long ago."""
        present = {figure.person.track.id: figure for figure in figures}
        for number, figure in present.items():
            track = figure.person.track
            if number not in self._trails:
                self._trails[number] = Trail(figure, self._before(figure, present))
            if track.seen < now:  # missed in this frame; where nobody looked it counts as seen
                continue
            height = height_above(figure.hips, figure.floor, figure.stature)
            trail = self._trails[number]
            trail.figure = figure
            trail.samples.append(Sample(now, track.pose.keypoints, figure.stature, height))
        for number, trail in list(self._trails.items()):
            while trail.samples and now - trail.samples[0].time > KEPT_SECONDS:
                trail.samples.popleft()
            if not trail.samples and number not in present:
                del self._trails[number]

    def _before(self, figure: Figure, present: dict[int, Figure]) -> deque[Sample]:
        """The samples of the body that was lost where this track begins, as falls.py takes over its path."""
        track = figure.person.track
        for number, trail in self._trails.items():
            last = trail.figure
            gone = track.born - (trail.samples[-1].time if trail.samples else float("-inf"))
            near = distance(torso_middle(last.person.track.pose), track.origin) < SWITCH_STATURES * last.stature
            found = number in present and present[number].person.track.hit
            if not found and 0 < gone <= SWITCH_SECONDS and near:
                return deque(trail.samples)
        return deque()

    def join(self, track: int, lost: int) -> None:
        """That track is the body of a track that was lost: its trail goes on from where that one ended."""
        trail, earlier = self._trails.get(track), self._trails.get(lost)
        if trail is not None and earlier is not None:
            begun = trail.samples[0].time if trail.samples else float("inf")
            trail.samples.extendleft(sample for sample in reversed(earlier.samples) if sample.time < begun)

    @property
    def bodies(self) -> tuple[int, ...]:
        """The tracks that have proved to be somebody and of which anything is known."""
        return tuple(
            number
            for number, trail in self._trails.items()
            if trail.samples and trail.figure.person.track.state is not TrackState.TENTATIVE
        )

    def __contains__(self, track: int) -> bool:
        return track in self._trails

    def grid(self, track: int, now: float) -> Grid | None:
        """The last ten seconds of that track; None where nothing is known of it."""
        trail = self._trails.get(track)
        return grid(tuple(trail.samples), now) if trail is not None and trail.samples else None
