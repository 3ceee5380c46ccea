"""What the box may learn from: which scenes are kept, of what was told wrongly, rightly, or not at all.

Pure: it remembers what was seen, and says what the shell shall write. Nothing here can hold up an alarm: a frame is
packed when it is seen, and all that takes long (`cut`) is left to whoever writes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, timezone
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.commands import ForgetScenes, JudgeScene, KeepScene, SceneCommand, Verdict
from guardian.events import Event, HumanEvent, Judged, MissReported, ScenesForgotten
from guardian.geometry import middle, stature
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.recollection import Recollection, unpack
from guardian.skeleton import TORSO, Observation
from guardian.tracking import Tracker

BEFORE_SECONDS, AFTER_SECONDS = 45.0, 75.0
"""What is kept around a fall or what was taken for one: the way there, and long enough to be told of as lying long."""
SEARCH_SECONDS = 30.0
"""A body came down at most so long before the box said so: PersonDown takes `falls.down_seconds`."""
SLACK_SECONDS = 120.0
"""So far from the minute that a human names a fall is looked for."""
AHEAD = timedelta(minutes=5)
"""So far in the future a human's clock may be; beyond that yesterday is meant."""
STEP_SECONDS, MOST_STEP_SECONDS = 1.2, 2.5
MOST_DRAFTS = 64
LEAST_DROP = 0.15
"""In statures, of the middle of the torso within `STEP_SECONDS`: less is somebody who bends."""
MEDIAN = 5

FALLS = frozenset({"FallSuspected", "FallConfirmed", "PersonDown", "LongLie"})
TOLD = FALLS | {"HelpGestured"}
"""What is told of by what was seen of a body within some seconds: a scene can say whether it was right."""

OFF = "Nothing is kept to learn from on this box: feedback.keep_scenes is false."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the box says to somebody who told it of a mistake; `kept` is whether something comes of it."""

    kept: bool
    text: str


@dataclass(slots=True)
class _Draft:
    """A scene that is not complete yet: what it is of; `begins` and `due` bound it. What there is of it is kept at once
    (`begun`), lest the power go, and all of it (`written`) when it is complete.
    """

    command: KeepScene
    begins: float
    due: float
    begun: bool = False
    written: bool = False


Outcome: TypeAlias = SceneCommand | Answer


class Feedback:
    """The scenes of one box. `on` is whether the household wants it; `new_id` names what has no incident."""

    def __init__(self, rooms: Iterable[str], new_id: Callable[[], str], *, on: bool) -> None:
        self.on = on
        self._new_id = new_id
        self._rooms = {room: Recollection() for room in rooms}
        self._drafts: dict[str, _Draft] = {}

    @property
    def reaches(self) -> Mapping[str, float]:
        """The monotonic second of the oldest that is remembered of each room."""
        known = ((room, recollection.reaches) for room, recollection in self._rooms.items())
        return {room: reaches for room, reaches in known if reaches is not None}

    def saw(self, room: str, observation: Observation) -> None:
        """Remember what an eye saw, if the household wants it."""
        if self.on:
            self._rooms[room].add(observation)

    def incident(self, incident: Incident, moment: Moment) -> tuple[SceneCommand, ...]:
        """Take note of an incident that began or changed."""
        draft = self._drafts.get(incident.id)
        seen = incident.room in self._rooms and incident.track is not None  # a radar's room may have no camera
        if draft is None and self.on and incident.open and incident.kind in TOLD and seen:
            draft = self._drafts[incident.id] = _draft_of(incident, moment)
        if draft is not None and incident.state is not IncidentState.SUSPECTED and incident.kind in TOLD:
            draft.command = replace(draft.command, event=incident.kind)
            if not draft.begun and incident.open:
                draft.begun = True
                return self._complete(draft, moment.monotonic)
        return () if incident.open else self._closed(incident, moment)

    def _closed(self, incident: Incident, moment: Moment) -> tuple[SceneCommand, ...]:
        draft = self._drafts.pop(incident.id, None)
        verdict = verdict_on(incident, incident.kind if draft is None else draft.command.event, moment)
        if draft is None or draft.written:
            return (JudgeScene(incident.id, verdict),) if verdict is not None else ()
        if verdict is None and draft.command.event == "FallSuspected":
            return ()  # nobody was told of it, and nobody has said anything
        return self._complete(replace(draft, command=replace(draft.command, verdict=verdict)), moment.monotonic)

    def take(self, event: Event, moment: Moment) -> tuple[Outcome, ...]:
        """Take what a human says of a mistake, or asks for."""
        match event:
            case MissReported():
                return self._missed(event, moment)
            case Judged(incident=str(scene)) if scene in self._drafts:
                return (Answer(kept=False, text="It is still open: close it as helped, or as a false alarm."),)
            case Judged(incident=str(scene)):
                said = _verdict(event, event.note, moment, fall=event.fall)
                return JudgeScene(scene, said), Answer(kept=True, text="It is noted with the scene, where one is kept.")
            case ScenesForgotten():
                self._drafts.clear()
                for recollection in self._rooms.values():
                    recollection.forget()
                return ForgetScenes(), Answer(
                    kept=False, text="Every scene that was kept to learn from is erased, and where people have been."
                )
        return ()

    def tick(self, now: float) -> tuple[SceneCommand, ...]:
        """Let time pass: what is complete is to be written."""
        found: list[SceneCommand] = []
        for name, draft in tuple(self._drafts.items()):
            if draft.written or draft.due > now:
                continue
            draft.written = True
            found += self._complete(draft, now)
            if draft.command.verdict is not None:  # else an incident: it is open, and will be judged
                del self._drafts[name]
        return tuple(found)

    def _complete(self, draft: _Draft, now: float) -> tuple[SceneCommand, ...]:
        frames = self._rooms[draft.command.room].between(draft.begins, min(draft.due, now))
        return (replace(draft.command, frames=frames),) if frames else ()

    def _missed(self, event: MissReported, moment: Moment) -> tuple[Outcome, ...]:
        why_not = unkept(event, self.reaches, moment, on=self.on)
        if not why_not and len(self._drafts) >= MOST_DRAFTS:
            why_not = "Too many falls were reported at once; in two minutes the next one can be."
        if why_not:
            return (Answer(kept=False, text=why_not),)
        minute, scene = when(event.at, moment), self._new_id()
        earliest, latest = minute - SLACK_SECONDS, min(minute + 60.0 + SLACK_SECONDS, moment.monotonic)
        said = _verdict(event, event.note, moment, fall=True)
        command = KeepScene(scene, event.room, "missed", moment.wall_at(minute), earliest, latest, (), said)
        draft = self._drafts[scene] = _Draft(command, earliest - BEFORE_SECONDS, latest + AFTER_SECONDS)
        answer = Answer(kept=True, text=f"What was seen of {event.room} around {event.at} is kept.")
        return *self._complete(draft, moment.monotonic), answer


def _draft_of(incident: Incident, moment: Moment) -> _Draft:
    now = moment.monotonic
    earliest, latest = min(incident.opened, now) - SEARCH_SECONDS, now
    happened = moment.wall_at(incident.opened)
    command = KeepScene(incident.id, incident.room, incident.kind, happened, earliest, latest, ())
    return _Draft(command, now - BEFORE_SECONDS, now + AFTER_SECONDS)


def verdict_on(incident: Incident, kind: str, moment: Moment) -> Verdict | None:
    """What a human said by closing an incident that was told as `kind`; None where it leaves open whether one fell."""
    by, via = incident.closed_by, incident.closed_via
    helped = incident.outcome == "helped" and kind in FALLS
    if incident.drill or by is None or via is None or not (helped or incident.outcome == "false alarm"):
        return None
    return Verdict(helped, by, via, moment.wall, incident.note)


def _verdict(event: HumanEvent, note: str, moment: Moment, *, fall: bool) -> Verdict:
    return Verdict(fall, event.by, event.via, moment.wall, note)


def when(at: str, moment: Moment) -> float:
    """The monotonic second at which that minute (HH:MM) last began, at most now."""
    hour, _, minute = at.partition(":")
    began = moment.wall.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    if began > moment.wall + AHEAD:
        began -= timedelta(days=1)
    ago = moment.wall.astimezone(timezone.utc) - began.astimezone(timezone.utc)
    return moment.monotonic - max(0.0, ago.total_seconds())


def unkept(event: MissReported, reaches: Mapping[str, float], moment: Moment, *, on: bool) -> str:
    """Why nothing can be kept of a fall that was missed; empty where something can.

    `reaches` gives the oldest monotonic second that is remembered of each room.
    """
    if not on:
        return OFF
    if event.room not in reaches:
        return f"Nothing has been seen of {event.room} lately, so nothing of {event.at} is kept."
    if when(event.at, moment) + 60.0 < reaches[event.room]:
        back = moment.wall_at(reaches[event.room])
        return f"That was too long ago to be kept: of {event.room} the box remembers what was seen since {back:%H:%M}."
    return ""


@dataclass(frozen=True, slots=True)
class Cut:
    """A scene as it is written: `observations` with times from its start, and when balance was lost and ground met.

    `found` is whether somebody was seen coming down; else the times are the middle of where it must have been.
    """

    observations: tuple[Observation, ...]
    onset: float
    contact: float
    found: bool


def cut(command: KeepScene) -> Cut:
    """Find when somebody came down, and keep what was around it. Takes long; ValueError where there is no frame."""
    seen = [unpack(frame) for frame in command.frames]
    if not seen:
        message = "a scene without a frame; at least one would be right"
        raise ValueError(message)
    fall = steepest(seen, command.earliest, command.latest)
    onset, contact = fall or ((command.earliest + command.latest) / 2,) * 2
    if fall is not None:
        seen = [each for each in seen if onset - BEFORE_SECONDS <= each.time <= contact + AFTER_SECONDS]
    begins = seen[0].time
    moved = tuple(replace(each, time=each.time - begins) for each in seen)
    return Cut(moved, max(0.0, onset - begins), max(0.0, contact - begins), found=fall is not None)


def steepest(observations: Iterable[Observation], earliest: float, latest: float) -> tuple[float, float] | None:
    """When a body came down most, and fastest, between two seconds: beginning and end, or None where nobody did."""
    tracker, paths = Tracker(), defaultdict[int, list[tuple[float, float, float]]](list)
    for seen in observations:
        for track in tracker.update(seen.poses, seen.time, looked=seen.looked, aspect=seen.aspect):
            torso, size = middle(track.pose.keypoints, TORSO), stature(track.pose.keypoints)
            if track.hit and torso is not None and size:
                paths[track.id].append((seen.time, torso[0], size))
    found = (_steepest(path, earliest, latest) for path in paths.values())
    best = max((each for each in found if each is not None), default=None)
    return None if best is None else best[1:]


def _steepest(
    path: Sequence[tuple[float, float, float]], earliest: float, latest: float
) -> tuple[float, float, float] | None:
    """How far one body came down, in statures, and when that began and ended."""
    times, heights, sizes = np.array(path).T
    heights, size = _smooth(heights), float(np.median(sizes))
    ends = np.searchsorted(times, times + STEP_SECONDS).clip(max=len(times) - 1)
    drops = (heights[ends] - heights) / size
    outside = (times < earliest) | (times[ends] > latest) | (times[ends] - times > MOST_STEP_SECONDS)
    drops[outside] = 0.0
    first = int(drops.argmax())
    drop = float(drops[first])
    if drop < LEAST_DROP:
        return None
    step = slice(first, int(ends[first]) + 1)
    share = (heights[step] - heights[first]) / (drop * size)
    onset, contact = (float(times[step][(share >= part).argmax()]) for part in (0.1, 0.9))
    return drop, onset, contact


def _smooth(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The running median: one frame in which a keypoint jumped is no descent."""
    padded = np.pad(heights, MEDIAN // 2, mode="edge")
    smooth: NDArray[np.float64] = np.median(np.lib.stride_tricks.sliding_window_view(padded, MEDIAN), axis=1)
    return smooth
