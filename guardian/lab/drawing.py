"""What a scene shows, ready to be drawn: who stood how at every moment, as lines and heads, and what was said of it.

Whatever draws - the terminal, an SVG, a GIF - takes its figures, colours and sentences from here. Coordinates are
(x, y) in frame heights, as one draws.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from guardian.events import URGENT_EVENTS, Event, FallSuspected, PersonEvent
from guardian.lab.analyse import NOON
from guardian.messages import HEADLINES, SOMEBODY
from guardian.moment import Moment
from guardian.network import judge_for
from guardian.pipeline import Pipeline
from guardian.posture import Figure, Posture, Steady
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import Observation
from guardian.strokes import Dot, Strokes, strokes, window
from guardian.tracking import TrackState

COLOURS: dict[Posture, str] = {
    Posture.UPRIGHT: "#7fe6c2",
    Posture.BENT: "#ffd979",
    Posture.SEATED: "#a3cbff",
    Posture.LYING: "#ff8d7d",
    Posture.UNKNOWN: "#d7ddd9",
}
"""The colours of the caregiver's page: readable on its dark stage, and apart for those who see no red or no green."""
STAGE, EDGE, DOT, ALARM = "#10201b", "#1c332b", "#2b463c", "#ff5a5a"

_SAID = {
    "PersonAppeared": "{who} is in the room",
    "PersonLeft": "{who} has left",
    "PersonIdentified": "This is {who}",
    "PersonRecovered": "{who} is up again",
    "RoutineBroken": "{who} has not done what is usual",
    "GaitDeclined": "{who} walks less well than before",
    "ViewRestored": "Guardian sees again",
    "CameraMoved": "The camera points elsewhere",
    "CameraReturned": "The camera points where it did",
}

LEAD_SECONDS, AFTER_SECONDS = 2.0, 2.0
"""How long before the fall, and after the alarm, a story goes."""
FALL_SECONDS = 30.0
"""A suspicion so long before an alarm is of the same fall."""
CALM_SECONDS = 20.0
"""How much as telling as a whole body's size of movement so much time is."""


@dataclass(frozen=True, slots=True)
class Stick(Strokes):
    """One body as it is drawn here: in the colour of its posture, with its name."""

    posture: Posture
    name: str


@dataclass(frozen=True, slots=True)
class Still:
    """One moment of a scene: its time in seconds, the frame's width / height, the bodies, and what was just told."""

    time: float
    aspect: float
    sticks: tuple[Stick, ...]
    events: tuple[Event, ...]
    frame: Observation

    @property
    def urgent(self) -> bool:
        """Whether an alarm belongs to this moment."""
        return any(isinstance(event, URGENT_EVENTS) for event in self.events)


def stills(observations: Iterable[Observation], settings: Settings | None = None) -> Iterator[Still]:
    """Let a scene pass through the stages of one room; yield what there is to draw, observation by observation."""
    room = settings.rooms[0] if settings else Room(name="room", camera=Camera(source="scene"))
    settings = settings or Settings(rooms=(room,))
    pipeline: Pipeline | None = None
    steady = Steady()
    for observation in observations:
        pipeline = pipeline or Pipeline(room, settings, observation.time, network=judge_for(settings.falls))
        moment = Moment(observation.time, NOON + timedelta(seconds=observation.time))
        events = pipeline.update(observation, moment)
        known = [figure for figure in pipeline.figures if figure.person.track.state is not TrackState.TENTATIVE]
        drawn = map(stick, known, steady.postures(known))
        sticks = tuple(each for each in drawn if each is not None)
        yield Still(observation.time, observation.aspect, sticks, events, observation)


def stick(figure: Figure, posture: Posture | None = None) -> Stick | None:
    """Draw a figure, as in another posture if so told; None where too little of the body is seen."""
    drawn = strokes(figure.person.track.pose.picture)
    if drawn is None:
        return None
    return Stick(drawn.bones, drawn.head, drawn.size, posture or figure.posture, figure.person.name or SOMEBODY)


def ghostly(colour: str, strength: float) -> str:
    """Return "#rrggbb" on the stage: 1 leaves it as it is, 0 is the stage's own colour."""
    pairs = ((int(colour[n : n + 2], 16), int(STAGE[n : n + 2], 16)) for n in (1, 3, 5))
    return "#" + "".join(f"{round(strength * over + (1 - strength) * under):02x}" for over, under in pairs)


def before(scene: Sequence[Still], number: int, time: float) -> Still:
    """Return the last still at or before `time`, looking back from one of them."""
    while number > 0 and scene[number].time > time + 1e-6:
        number -= 1
    return scene[number]


def closer(scene: Sequence[Still], first: int, last: int) -> tuple[Still, ...]:
    """Return the stills from the first to the last, with the part of the frame where the bodies are as all of it."""
    told = scene[first : last + 1]
    part = window((dot for still in told for body in still.sticks for dot in body.dots), scene[first].aspect)
    return tuple(replace(still, sticks=tuple(map(part.enlarged, still.sticks))) for still in told)


def said(event: Event) -> str:
    """One event as a sentence without a full stop."""
    name = type(event).__name__
    who = (event.person if isinstance(event, PersonEvent) else None) or SOMEBODY
    pattern = HEADLINES.get(name) or _SAID.get(name) or name
    return pattern.format(who=who)


def told(event: Event) -> str:
    """One event as a line: time, name, reasons."""
    return f"{event.time:8.2f} s  {type(event).__name__:16}  {' '.join(event.reasons)}".rstrip()


def story(scene: Sequence[Still]) -> tuple[int, int]:
    """Return (first, last) of the stills around the first alarm, with the fall before it; all where there is none."""
    alarm = next((number for number, still in enumerate(scene) if still.urgent), None)
    if alarm is None:
        return 0, len(scene) - 1
    end = scene[alarm].time
    falls = [still.time for still in scene[: alarm + 1] if any(isinstance(e, FallSuspected) for e in still.events)]
    begun = max((time for time in falls if end - time <= FALL_SECONDS), default=end)
    near = [n for n, still in enumerate(scene) if begun - LEAD_SECONDS <= still.time <= end + AFTER_SECONDS]
    return near[0], near[-1]


def telling(scene: Sequence[Still], most: int) -> tuple[int, ...]:
    """Return which stills tell the story best, at most so many, in order.

    The moments of events come first, urgent ones before others; then whatever lies in the midst of the most movement.
    """
    first, last = story(scene)
    arc = np.cumsum([0.0, *(_told_by(a, b) for a, b in pairwise(scene[first : last + 1]))])
    eventful = [n for n in range(first, last + 1) if scene[n].events]
    chosen = {first, *sorted(eventful, key=lambda n: (not scene[n].urgent, n))[: most - 1]}
    while len(chosen) < min(most, last - first + 1):
        chosen.add(first + _between(arc, [n - first for n in sorted(chosen | {last})], {n - first for n in chosen}))
    return tuple(sorted(chosen))


def _between(arc: NDArray[np.float64], known: Sequence[int], chosen: set[int]) -> int:
    """Return the still in the middle of the widest gap of the story, or one that was not chosen yet."""
    a, b = max(pairwise(known), key=lambda gap: (gap[1] - gap[0] > 1, arc[gap[1]] - arc[gap[0]]))
    middle_one = a + int(np.searchsorted(arc[a:b], (arc[a] + arc[b]) / 2))
    inside = min(max(middle_one, a + 1), b - 1)
    return inside if inside not in chosen else next(n for n in range(len(arc)) if n not in chosen)


def _told_by(a: Still, b: Still) -> float:
    """How much happened between two stills, in body sizes of movement; time counts a little."""
    moved = (
        max(np.hypot(q[0] - p[0], q[1] - p[1]) for p, q in zip(_ends(one), _ends(other), strict=False)) / one.size
        for one, other in zip(a.sticks, b.sticks, strict=False)
        if one.bones and other.bones
    )
    return float(max(moved, default=0.0)) + (b.time - a.time) / CALM_SECONDS


def _ends(body: Stick) -> list[Dot]:
    """The ends of the neck: the chin and the middle of the shoulders."""
    return list(body.bones[-1])
