"""Following bodies: the poses of one frame become tracks with ids that are never used twice.

A track is born of a pose that scores well and is kept alive by any pose near it, however weak (after ByteTrack, Zhang
et al. 2022, arXiv 2110.06864): a person on the floor scores low, and is the one not to lose. Lifetimes are seconds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count

from guardian.geometry import distance, extent, mean_score, middle, spread, touches_edge
from guardian.skeleton import HIPS, SHOULDERS, TORSO, Pose

BIRTH_SCORE = 0.3
"""Least mean torso score of a pose that may start a track. Empty rooms score below 0.2 (measured with MultiPose)."""
TWIN = 0.12
"""Two poses whose keypoints are nearer than this, in body sizes, are the same body twice."""
REACH, TORSO_REACH, REACH_PER_SECOND, REACH_LIMIT = 0.35, 0.25, 1.2, 1.0
"""How far a body and its torso may have gone since it was last seen, in body sizes: at once, per second, at most."""
CONFIRM_SECONDS = 0.4
TENTATIVE_SECONDS = 0.6
"""A tentative track that is not seen for so long was nothing."""
LOST_AFTER_SECONDS = 0.8
MOVED_ENOUGH, SURE_ENOUGH = 0.15, 0.45
"""A track is somebody once it has moved so many body sizes, or has scored so well all its life: coats do neither."""


class TrackState(str, Enum):
    """The life of a track; a removed track is no longer told of."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Track:
    """One body followed through time.

    `pose` is the last one seen, at `seen`; `hit` tells whether that was in this very frame. `moved` is the greatest
    distance from where it was first seen, in body sizes; `sureness` the mean torso score over its life, 0-1.
    """

    id: int
    pose: Pose
    state: TrackState
    born: float
    seen: float
    hit: bool = True
    moved: float = 0.0
    sureness: float = 0.0
    hits: int = 1
    origin: tuple[float, float] = (0.0, 0.0)


def torso_middle(pose: Pose) -> tuple[float, float]:
    """(y, x) of the middle of the body: of the torso, or of whatever is seen of it."""
    return middle(pose.keypoints, TORSO) or middle(pose.keypoints, (*SHOULDERS, *HIPS), 0.0) or (0.0, 0.0)


def size(pose: Pose) -> float:
    """The size of a body in frame heights: the diagonal of its keypoints, and never nothing."""
    box = extent(pose.keypoints)
    return max(0.05, box.diagonal) if box else 0.05


def remoteness(a: Pose, b: Pose) -> float:
    """How far apart two poses are, in body sizes; infinite where they share too few keypoints."""
    gap = spread(a.keypoints, b.keypoints)
    return float("inf") if gap is None else gap / max(size(a), size(b))


def torsos_apart(a: Pose, b: Pose) -> float:
    """How far apart the middles of two torsos are, in body sizes."""
    return distance(torso_middle(a), torso_middle(b)) / max(size(a), size(b))


def distinct(poses: Iterable[Pose]) -> tuple[Pose, ...]:
    """The poses, best first, without a second pose of the same body."""
    kept: list[Pose] = []
    for pose in sorted(poses, key=lambda pose: -pose.score):
        if all(remoteness(pose, other) > TWIN for other in kept):
            kept.append(pose)
    return tuple(kept)


class Tracker:
    """Follows every body of one room. `lost_seconds` is how long a vanished body keeps its id."""

    def __init__(self, lost_seconds: float = 20.0) -> None:
        self._lost_seconds = lost_seconds
        self._ids: Iterator[int] = count(1)
        self._tracks: tuple[Track, ...] = ()
        self._told = 0.0

    def update(
        self, poses: Iterable[Pose], now: float, *, looked: bool = True, aspect: float = 4 / 3
    ) -> tuple[Track, ...]:
        """Take the poses of the frame captured at `now`; return all tracks, tentative ones included. `aspect` is the
        frame's width / height.

        Where nobody `looked` (the motion gate let MoveNet sleep) nothing moved: who was there is still there.
        """
        before, self._told = self._told, now
        if not looked:
            self._tracks = tuple(
                replace(track, hit=False, seen=now if track.seen == before else track.seen) for track in self._tracks
            )
            return self._tracks
        bodies = distinct(poses)
        pairs = self._associate(bodies, now, aspect)
        followed = [
            self._hit(track, bodies[pairs[track.id]], now) if track.id in pairs else self._miss(track, now)
            for track in self._tracks
        ]
        taken = set(pairs.values())
        born = [self._begin(body, now) for index, body in enumerate(bodies) if index not in taken and worth(body)]
        self._tracks = (*(track for track in followed if track is not None), *born)
        return self._tracks

    def _associate(self, bodies: tuple[Pose, ...], now: float, aspect: float) -> dict[int, int]:
        """Pair tracks and poses, nearest first: by all keypoints, and what is left by the middle of the torso, since a
        fall moves every limb at once. A pair farther apart than a body can go is none, and whoever left by the edge of
        the picture comes back there: what is found farther in is a pet, or somebody else.
        """
        pairs: dict[int, int] = {}
        inside = {index for index, body in enumerate(bodies) if not touches_edge(body.picture, aspect)}
        left = {track.id for track in self._tracks if has_left(track, now, aspect)}
        for apart, reach in ((remoteness, REACH), (torsos_apart, TORSO_REACH)):
            free = [(index, body) for index, body in enumerate(bodies) if index not in pairs.values()]
            costs = sorted(
                (gap + (track.state is TrackState.LOST), track.id, index)
                for track in self._tracks
                for index, body in free
                if track.id not in pairs
                and not (track.id in left and index in inside)
                and (gap := apart(track.pose, body)) < min(REACH_LIMIT, reach + REACH_PER_SECOND * (now - track.seen))
            )
            for _, track, index in costs:
                if track not in pairs and index not in pairs.values():
                    pairs[track] = index
        return pairs

    def _hit(self, track: Track, pose: Pose, now: float) -> Track:
        y, x = torso_middle(pose)
        away = float(((y - track.origin[0]) ** 2 + (x - track.origin[1]) ** 2) ** 0.5) / size(pose)
        score = mean_score(pose.keypoints, TORSO)
        track = replace(
            track,
            pose=pose,
            seen=now,
            hit=True,
            hits=track.hits + 1,
            moved=max(track.moved, away),
            sureness=track.sureness + (score - track.sureness) / (track.hits + 1),
        )
        return replace(track, state=TrackState.CONFIRMED) if somebody(track) else track

    def _miss(self, track: Track, now: float) -> Track | None:
        gone = now - track.seen
        if gone > (TENTATIVE_SECONDS if track.state is TrackState.TENTATIVE else self._lost_seconds):
            return None
        lost = track.state is TrackState.CONFIRMED and gone > LOST_AFTER_SECONDS
        return replace(track, hit=False, state=TrackState.LOST if lost else track.state)

    def _begin(self, pose: Pose, now: float) -> Track:
        score = mean_score(pose.keypoints, TORSO)
        return Track(
            next(self._ids), pose, TrackState.TENTATIVE, born=now, seen=now, sureness=score, origin=torso_middle(pose)
        )


def worth(pose: Pose) -> bool:
    """Whether a pose is good enough to start a track."""
    return mean_score(pose.keypoints, TORSO) >= BIRTH_SCORE


def has_left(track: Track, now: float, aspect: float) -> bool:
    """Whether a track has been out of sight for a while that was last seen at the edge of the picture."""
    return now - track.seen > LOST_AFTER_SECONDS and touches_edge(track.pose.picture, aspect)


def somebody(track: Track) -> bool:
    """Whether a track has proved to be a person: seen for a while, and moved or seen well."""
    if track.state is not TrackState.TENTATIVE:
        return True
    return track.seen - track.born >= CONFIRM_SECONDS and (track.moved >= MOVED_ENOUGH or track.sureness >= SURE_ENOUGH)
