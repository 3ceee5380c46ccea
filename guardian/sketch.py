"""What a drawing of an incident shows: how everybody is now, and how whoever fell stood and went down before.

From what was seen, which is stick figures alone. Pure: the drawing itself is made elsewhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from guardian.commands import Glimpse
from guardian.geometry import middle, stature, torso_tilt
from guardian.skeleton import TORSO, Observation, Pose
from guardian.strokes import Dot, Strokes, Window, strokes, window
from guardian.tracking import Track, Tracker, TrackState

NOW_SECONDS = 3.0
"""Who was not seen for longer than the last one who was is not there now."""
LEAST_DROP = 0.3
"""Of a body's stature: who came down by less did not fall, and how they were before says nothing."""
STANDING, FALLING = 0.05, 0.5
"""How far down, as a share of the whole way, one still stands and is half way."""
STEADY = 5
"""So many of the last sights say how low somebody is: one keypoint that jumped is no fall."""
MARGIN = 1.5
"""How much larger than the bodies' own extent the drawing is."""
BELOW, FLOOR_IN = 0.03, 0.9
"""In heights of the drawing: so far below the lowest limb the floor is drawn, and so far down it is at most."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """What there is to draw, in heights of the drawing: everybody `now`, the one who matters first; how that one was
    `before`, the oldest first; `outlines` of furniture; and how far down the `floor` is. `aspect` is width / height.
    """

    aspect: float
    now: tuple[Strokes, ...]
    before: tuple[Strokes, ...]
    outlines: tuple[tuple[Dot, ...], ...]
    floor: float


@dataclass(frozen=True, slots=True)
class _Sight:
    """One sight of a body: how low its torso was, and how tall it is, in frame heights."""

    height: float
    size: float
    pose: Pose


def sketch(glimpse: Glimpse) -> Sketch | None:
    """Choose what tells most; None where nobody was seen. Takes some milliseconds for each second that was seen."""
    tracks, paths = _followed(glimpse.observations)
    fallen = max(paths, key=lambda track: _drop(paths[track]), default=None)
    there = _there(tracks)
    if fallen is not None and _drop(paths[fallen]) >= LEAST_DROP:
        stood, half, lies = _telling(paths[fallen])  # also where nobody is seen there now: behind the sofa
        others = (track.pose for track in there if track.id != fallen)
        now, before = _drawn((lies, *others)), _drawn((stood, half))
    else:
        now, before = _drawn(sorted((track.pose for track in there), key=_upright)), ()
    if not now:
        return None
    aspect = glimpse.observations[-1].aspect
    part = _window(now, before, aspect)
    now, before = tuple(map(part.enlarged, now)), tuple(map(part.enlarged, before))
    outlines = tuple(tuple(part.at((x * aspect, y)) for x, y in outline) for outline in glimpse.outlines)
    return Sketch(aspect, now, before, outlines, _lowest((now[0], *before)) + BELOW)


def _window(now: Sequence[Strokes], before: Sequence[Strokes], aspect: float) -> Window:
    """The part of the frame that is drawn; it may go beyond the frame, so that the floor is in it."""
    part = window((dot for body in (*now, *before) for dot in body.dots), aspect, MARGIN)
    lowest = part.at((0.0, _lowest((now[0], *before))))[1]
    over = max(0.0, lowest + BELOW - FLOOR_IN)
    return Window((part.corner[0], part.corner[1] + over * part.height), part.height)


def _lowest(bodies: Iterable[Strokes]) -> float:
    return max(y for body in bodies for _, y in body.dots)


def _upright(pose: Pose) -> float:
    """Who lies comes first, then who leans; who cannot be told comes last."""
    tilt = torso_tilt(pose.keypoints)
    return 0.0 if tilt is None else -tilt


def _followed(observations: Iterable[Observation]) -> tuple[tuple[Track, ...], dict[int, list[_Sight]]]:
    """Follow all bodies: the tracks at the end, and every sight of each."""
    tracker, paths = Tracker(), defaultdict[int, list[_Sight]](list)
    tracks: tuple[Track, ...] = ()
    for seen in observations:
        tracks = tracker.update(seen.poses, seen.time, looked=seen.looked, aspect=seen.aspect)
        for track in tracks:
            torso, size = middle(track.pose.keypoints, TORSO), stature(track.pose.keypoints)
            if track.hit and torso is not None and size:
                paths[track.id].append(_Sight(torso[0], size, track.pose))
    return tracks, paths


def _there(tracks: Sequence[Track]) -> list[Track]:
    """Who is there at the end, or was when anybody was last seen."""
    known = [track for track in tracks if track.state is not TrackState.TENTATIVE]
    last = max((track.seen for track in known), default=0.0)
    return [track for track in known if last - track.seen <= NOW_SECONDS]


def _drop(path: Sequence[_Sight]) -> float:
    """How far a body is below where it was highest, in its own statures."""
    size = float(np.median([sight.size for sight in path]))
    return (_low(path) - min(sight.height for sight in path)) / size


def _low(path: Sequence[_Sight]) -> float:
    return float(np.median([sight.height for sight in path[-STEADY:]]))


def _telling(path: Sequence[_Sight]) -> tuple[Pose, Pose, Pose]:
    """How the body last stood, how it was half way down, and how it was seen last."""
    heights = np.array([sight.height for sight in path])
    top, low = heights.min(), _low(path)
    stood = int(np.flatnonzero(heights <= top + STANDING * (low - top))[-1])
    lower = np.flatnonzero(heights[stood:] >= top + FALLING * (low - top))
    half = stood + int(lower[0]) if lower.size else stood
    return path[stood].pose, path[half].pose, path[-1].pose


def _drawn(poses: Iterable[Pose]) -> tuple[Strokes, ...]:
    drawn = (strokes(pose.picture) for pose in poses)
    return tuple(body for body in drawn if body is not None and body.dots)
