"""What one room has looked like for the last half hour, in memory alone: so that a fall can be named that nobody saw.

Every frame is kept as the eye gave it, because a scene with fewer would say nothing of what the box could have seen.
A frame is packed as plain numbers, one person some 200 bytes: half an hour at 15 frames a second is 5 MB.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import replace
from struct import Struct

import numpy as np

from guardian import recording
from guardian.incident import Incident, IncidentState
from guardian.skeleton import KEYPOINTS, Observation, Pose

SECONDS = 1_800.0
SCENE_SECONDS = 20.0
"""So long before and after an incident was opened belongs to its scene."""
MOST_GLIMPSED = 64
MOST_BYTES = 8_000_000
FINENESS = 10_000
"""Parts of a frame height, or of a score; as fine as a scene is written."""
_FRAME = Struct("<8d2?Q")
_SCORE = Struct("<d")
_TIME = Struct("<d")
_BODY = _SCORE.size + KEYPOINTS * 3 * 2
_OVERHEAD = 41
"""What the interpreter adds to so many bytes."""


def pack(observation: Observation) -> bytes:
    """Write an observation as plain numbers."""
    seen = observation
    numbers = (seen.time, seen.aspect, seen.brightness, seen.contrast, seen.sharpness, seen.motion, seen.change)
    parts = [_FRAME.pack(*numbers, seen.displaced, seen.looked, seen.held, seen.frame)]
    for pose in seen.poses:
        fine = np.rint(pose.keypoints.astype(float) * FINENESS)
        parts += (_SCORE.pack(pose.score), np.clip(fine, -32_768, 32_767).astype("<i2").tobytes())
    return b"".join(parts)


def unpack(packed: bytes) -> Observation:
    """Read what `pack` wrote: keypoints to the ten-thousandth, and within 3.2 frame heights of the frame."""
    *numbers, displaced, looked, held, frame = _FRAME.unpack_from(packed)
    time, aspect, brightness, contrast, sharpness, motion, change = numbers
    poses = []
    for start in range(_FRAME.size, len(packed), _BODY):
        (score,) = _SCORE.unpack_from(packed, start)
        fine = np.frombuffer(packed, "<i2", KEYPOINTS * 3, start + _SCORE.size).reshape(KEYPOINTS, 3)
        poses.append(Pose((fine / FINENESS).astype(np.float32), score))
    return Observation(
        time=time,
        poses=tuple(poses),
        aspect=aspect,
        looked=looked,
        brightness=brightness,
        contrast=contrast,
        sharpness=sharpness,
        motion=motion,
        change=change,
        held=held,
        displaced=displaced,
        frame=frame,
    )


def time_of(packed: bytes) -> float:
    """The monotonic second of a packed observation."""
    (time,) = _TIME.unpack_from(packed)
    return float(time)


class Recollection:
    """The last observations of one room, bounded in time and in bytes."""

    def __init__(self, seconds: float = SECONDS, most_bytes: int = MOST_BYTES) -> None:
        self._seconds, self._most_bytes = seconds, most_bytes
        self._frames: deque[bytes] = deque()
        self._bytes = 0

    @property
    def reaches(self) -> float | None:
        """The monotonic second of the oldest observation that is kept; None where there is none."""
        return time_of(self._frames[0]) if self._frames else None

    def add(self, observation: Observation) -> None:
        """Take one observation; the oldest make room."""
        packed = pack(observation)
        self._frames.append(packed)
        self._bytes += len(packed) + _OVERHEAD
        while self._bytes > self._most_bytes or observation.time - time_of(self._frames[0]) > self._seconds:
            self._bytes -= len(self._frames.popleft()) + _OVERHEAD

    def between(self, first: float, last: float) -> tuple[bytes, ...]:
        """The observations from one monotonic second to another, packed."""
        return tuple(frame for frame in self._frames if first <= time_of(frame) <= last)

    def forget(self) -> None:
        """Drop all."""
        self._frames.clear()
        self._bytes = 0


class Surroundings:
    """The last observations of one room: what the scene around an incident is made of."""

    def __init__(self) -> None:
        self.observations: deque[Observation] = deque()

    def add(self, observation: Observation) -> None:
        """Take an observation, and forget what no scene can need any more."""
        self.observations.append(observation)
        while observation.time - self.observations[0].time > 2 * SCENE_SECONDS:
            self.observations.popleft()

    def scene(self, opened: float, roll: float) -> list[str]:
        """The scene around an incident that was opened at `opened`, which is its second 0; `roll` as in a header."""
        near = (each for each in self.observations if abs(each.time - opened) <= SCENE_SECONDS)
        lines = [recording.dumps(replace(each, time=each.time - opened)) for each in near]
        return [recording.header(roll), *lines] if lines else []


class Recordings:
    """What is kept of each room, and around which incidents a scene is still being recorded."""

    def __init__(self, rooms: Iterable[str]) -> None:
        self._surroundings = {room: Surroundings() for room in rooms}
        self._going: dict[str, Incident] = {}
        self._glimpsed: deque[str] = deque(maxlen=MOST_GLIMPSED)

    def add(self, room: str, observation: Observation) -> None:
        """Take an observation of a room."""
        self._surroundings[room].add(observation)

    def last(self, room: str) -> Observation | None:
        """The last observation of a room; None where there was none yet."""
        observations = self._surroundings[room].observations
        return observations[-1] if observations else None

    def begins(self, incident: Incident, now: float) -> bool:
        """Take note of an incident, and tell whether its scene begins with that: it is open, young and new."""
        begins = incident.open and incident.id not in self._going and now - incident.opened <= SCENE_SECONDS
        if begins:
            self._going[incident.id] = incident
        return begins

    def glimpse(self, incident: Incident) -> tuple[Observation, ...]:
        """What was seen until an incident was decided on: once for each, and only of one that a camera saw somebody in.

        It is taken when the countdown begins, or at the latest when it rings: a minute later the fall is forgotten.
        """
        decided = incident.state in (IncidentState.PENDING, IncidentState.RAISED)
        seen = incident.track is not None and incident.track >= 0 and incident.room in self._surroundings
        if not decided or not seen or incident.id in self._glimpsed:
            return ()
        self._glimpsed.append(incident.id)
        return tuple(self._surroundings[incident.room].observations)

    def end(self, now: float) -> tuple[Incident, ...]:
        """Give the incidents whose scenes are whole by now, and forget them."""
        over = tuple(each for each in self._going.values() if now - each.opened > SCENE_SECONDS)
        for incident in over:
            del self._going[incident.id]
        return over

    def scene(self, incident: Incident, turns: Mapping[str, float]) -> list[str]:
        """The scene around an incident as far as it goes; `turns` is the roll of each room, as in a header.

        Nothing of an incident in a room without a camera: what another room's saw is not of it.
        """
        room = incident.room or next(iter(self._surroundings))
        return self._surroundings[room].scene(incident.opened, turns[room]) if room in self._surroundings else []
