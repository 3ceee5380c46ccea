"""Figures that come to rest and get up again, one a second, for tests of what is learned of it."""

from collections.abc import Iterator
from dataclasses import replace

from bodies import seated, standing, tilted

from guardian.geometry import Point, middle
from guardian.identity import Person
from guardian.posture import Figure, Posture
from guardian.settings import Place
from guardian.skeleton import HIPS, SHOULDERS
from guardian.tracking import Track, TrackState, torso_middle

STATURE = 0.6
BEDSIDE = (0.9, 0.7)
POSES = {Posture.LYING: tilted(90.0), Posture.SEATED: seated(), Posture.UPRIGHT: standing(), Posture.BENT: standing()}


def figure(
    posture: Posture,
    shift: Point = (0.0, 0.0),
    *,
    track: int = 1,
    place: Place | None = None,
    floor: Point | None = BEDSIDE,
    **changes: object,
) -> Figure:
    """Somebody at `BEDSIDE`, or so far from it, (y, x) in frame heights."""
    pose = POSES[posture]
    keypoints = pose.keypoints.copy()
    keypoints[:, 0] += shift[0]
    keypoints[:, 1] += shift[1]
    pose = type(pose)(keypoints, pose.score)
    fields = {"born": 0.0, "seen": 0.0, "state": TrackState.CONFIRMED, "origin": torso_middle(pose), **changes}
    return Figure(
        person=Person(Track(id=track, pose=pose, **fields)),  # type: ignore[arg-type]
        posture=posture,
        scores={},
        place=place,
        stature=STATURE,
        tilt=None,
        head=None,
        shoulders=middle(keypoints, SHOULDERS),
        hips=middle(keypoints, HIPS),
        feet=None,
        floor=floor,
        raised=False,
    )


def now_seen(figure: Figure, now: float) -> Figure:
    """The same figure, seen at `now`, unless its track was last seen long before."""
    track = figure.person.track
    return replace(figure, person=replace(figure.person, track=replace(track, seen=now if track.seen == 0 else -1)))


def rest(
    posture: Posture = Posture.LYING, seconds: int = 600, shift: Point = (0.0, 0.0), **changes: object
) -> Iterator[Figure]:
    """Somebody rests for so long, and then walks away."""
    for _ in range(seconds):
        yield figure(posture, shift, **changes)  # type: ignore[arg-type]
    yield from leave(**changes)


def leave(**changes: object) -> Iterator[Figure]:
    """Somebody stands farther and farther away."""
    for step in range(1, 6):
        yield figure(Posture.UPRIGHT, (0.0, -0.15 * step), **changes)  # type: ignore[arg-type]
