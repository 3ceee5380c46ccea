"""Who a track is: by stature, proportions and gait, or nobody in particular, and honestly so.

Only people who asked for it are known, each in the rooms where they walked for a minute: before one camera all bodies
are measured wrongly in the same way, and can be compared. It is often "undecided", a wrong name being worse than none.
Nothing that rings depends on a name (docs/alarm.md).
"""

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from math import isfinite, isinf, isnan, nan
from typing import Any

from guardian.events import PersonIdentified
from guardian.gauge import gauge, readable
from guardian.likeness import UNCLEAR, Belief, Earlier, Known, Verdict, compare
from guardian.optics import Optics
from guardian.signature import FEATURES, Signature, sign
from guardian.skeleton import Keypoints
from guardian.tracking import Track, TrackState

SAMPLE_SECONDS = 0.19
"""Looks nearer in time repeat each other's errors."""
LOOKS = 150
"""So many of late count: half a minute."""
DUE = 40
"""Looks, eight seconds and more, after which it is decided; then after twice as many, and so on: who asks often enough
gets a wrong answer once."""
ENOUGH = 15
"""Looks, three seconds, after which it is decided when a body is lost from sight: nothing more may come."""
SAME_ASPECT = 0.01
FORMAT = 2
"""Of a template as it is kept. Format 1 knew proportions only, and not of which room."""


class Recognition(str, Enum):
    """What is known of who it is."""

    UNDECIDED = "undecided"
    KNOWN = "known"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Person:
    """A track with what is known of who it is: `name` is None unless known. `score` is how likely the nearest enrolled
    person is, 0-1; 0 where nobody is enrolled or too little was seen. `belief` is what another room may go on with.
    """

    track: Track
    name: str | None = None
    score: float = 0.0
    recognition: Recognition = Recognition.UNDECIDED
    belief: Belief = ()


@dataclass(frozen=True, slots=True)
class Template:
    """An enrolled body in one room: its signature, and the optics under which it was measured.

    Biometric data: kept only where the household has asked for it, erased with one command, never sent anywhere.
    """

    name: str
    room: str
    signature: Signature
    optics: Optics

    def __post_init__(self) -> None:
        """Refuse numbers that no body has: a template that was damaged must not name anybody."""
        values, optics = self.signature.values, self.optics
        shaped = len(values) == len(FEATURES) and not any(isinf(value) for value in values)
        seen = self.signature.looks >= 1 and not isnan(values[0]) if shaped else False
        if not seen or not all(isfinite(each) for each in asdict(optics).values()) or optics.height <= 0:
            message = f"the template of {self.name!r} is damaged; enrol the person again: guardian enrol {self.name}"
            raise ValueError(message)

    def encode(self) -> str:
        """Write the template as one line of JSON, for the store."""
        values = [None if isnan(value) else value for value in self.signature.values]
        body = {"name": self.name, "room": self.room, "values": values, "looks": self.signature.looks}
        return json.dumps({"format": FORMAT, **body, "optics": asdict(self.optics)})

    @staticmethod
    def decode(text: str) -> "Template":
        """Read what `encode` wrote. Raises ValueError where the text is no sound template, or an older one."""
        try:
            data = json.loads(text)
            if data.get("format") != FORMAT:
                _refuse(data)
            values = tuple(nan if value is None else float(value) for value in data["values"])
            optics = Optics(**{name: float(value) for name, value in data["optics"].items()})
            return Template(str(data["name"]), str(data["room"]), Signature(values, int(data["looks"])), optics)
        except (KeyError, TypeError, AttributeError) as error:
            message = f"this is no template: {error}"
            raise ValueError(message) from error


def _refuse(data: dict[str, Any]) -> None:
    name = str(data["name"])
    message = f"the template of {name!r} is of another Guardian; enrol the person again: guardian enrol {name}"
    raise ValueError(message)


@dataclass(slots=True)
class _Acquaintance:
    """What is remembered of one track: when and how it was seen, how many looks were `taken` ever, at how many of them
    it was `decided` last and will be `due` again, what was made of it, and `earlier`, elsewhere.
    """

    times: deque[float] = field(default_factory=lambda: deque(maxlen=LOOKS))
    looks: deque[Keypoints] = field(default_factory=lambda: deque(maxlen=LOOKS))
    taken: int = 0
    decided: int = 0
    due: int = DUE
    verdict: Verdict = UNCLEAR
    earlier: Earlier = ()


class Identity:
    """Tells who the tracks of one room are, among those of the `templates` that were made in it."""

    def __init__(self, room: str = "", templates: Iterable[Template] = ()) -> None:
        self._room = room
        self._templates = tuple(template for template in templates if template.room == room)
        self._known: dict[int, _Acquaintance] = {}
        self._events: tuple[PersonIdentified, ...] = ()

    @property
    def events(self) -> tuple[PersonIdentified, ...]:
        """Whose identity was decided or changed by the last `update`."""
        return self._events

    @property
    def templates(self) -> tuple[Template, ...]:
        """Who is known in this room."""
        return self._templates

    @property
    def optics(self) -> Optics | None:
        """Under which optics bodies are measured here: those of the first who was enrolled; None before."""
        return self._templates[0].optics if self._templates else None

    def update(
        self, tracks: Iterable[Track], now: float, aspect: float = 4 / 3, *, moved: bool = False
    ) -> tuple[Person, ...]:
        """Return one person per track, in the same order. What was known of ended tracks is forgotten. Nobody is
        measured while the camera is `moved`.
        """
        tracks = tuple(tracks)
        self._known = {track.id: self._known.get(track.id, _Acquaintance()) for track in tracks}
        before = {track.id: self._known[track.id].verdict for track in tracks}
        for track in tracks:
            self._look(track, now, aspect, moved=moved)
        persons = tuple(_person(track, self._known[track.id].verdict) for track in tracks)
        self._events = tuple(
            self._event(person, now) for person in persons if _changed(before[person.track.id], self._known, person)
        )
        return persons

    def hand_over(self, earlier: Mapping[int, Earlier]) -> None:
        """Take what was made elsewhere of bodies that have come in, by track. It counts beside what is seen here, and
        is not decided sooner for it: nobody has a name for having come through a door.
        """
        for track, told in earlier.items():
            if track in self._known:
                self._known[track].earlier = told

    def enrol(self, template: Template) -> None:
        """Recognise that person from now on. An earlier template of that name is replaced."""
        others = tuple(each for each in self._templates if each.name != template.name)
        self._templates = (*others, template)

    def forget(self, name: str) -> None:
        """Erase the template of a person; tracks that bore the name lose it with their next look."""
        self._templates = tuple(template for template in self._templates if template.name != name)
        for known in self._known.values():
            known.earlier, known.verdict = (), replace(known.verdict, belief=())

    def forget_all(self) -> None:
        """Erase all templates of this room: its camera has another view, before which nobody was measured."""
        self._templates = ()

    def _look(self, track: Track, now: float, aspect: float, *, moved: bool) -> None:
        """Keep a look at a body that is seen well; decide when there are many more, or when it is lost."""
        known, optics = self._known[track.id], self.optics
        if known.verdict.name is not None and known.verdict.name not in {each.name for each in self._templates}:
            known.verdict = UNCLEAR
        if optics is None or moved or abs(optics.aspect - aspect) > SAME_ASPECT:
            return
        rested = not known.times or now - known.times[-1] >= SAMPLE_SECONDS
        if rested and measurable(track, aspect):
            known.times.append(now)
            known.looks.append(track.pose.keypoints)
            known.taken += 1
        over = track.state is TrackState.LOST and known.taken > known.decided and known.taken >= ENOUGH
        if known.taken >= known.due or over:
            known.decided = known.taken
            known.due = max(known.due, 2 * known.taken) if known.taken >= known.due else known.due
            known.verdict = self._decide(known, optics)

    def _decide(self, known: _Acquaintance, optics: Optics) -> Verdict:
        """Compare what was seen of late with everybody; while that is unclear, what was said before holds."""
        seen = sign(gauge(known.times, known.looks, optics))
        if seen is None:
            return known.verdict
        found = compare(seen, [Known(each.name, each.signature) for each in self._templates], known.earlier)
        if found.name is None and not found.stranger:
            return replace(known.verdict, score=found.score, belief=found.belief)
        return found

    def _event(self, person: Person, now: float) -> PersonIdentified:
        who = {
            Recognition.KNOWN: f"Body and gait are those of somebody enrolled, sure to {person.score:.0%}.",
            Recognition.STRANGER: f"Body and gait fit nobody enrolled; the nearest to {person.score:.0%}.",
        }.get(person.recognition, "The person who this was taken for is no longer enrolled.")
        return PersonIdentified(time=now, room=self._room, track=person.track.id, person=person.name, reasons=(who,))


def measurable(track: Track, aspect: float) -> bool:
    """Whether a track is somebody who is seen well in this very frame."""
    return track.hit and track.state is TrackState.CONFIRMED and readable(track.pose, aspect)


def _person(track: Track, verdict: Verdict) -> Person:
    recognition = Recognition.STRANGER if verdict.stranger else Recognition.UNDECIDED
    recognition = recognition if verdict.name is None else Recognition.KNOWN
    return Person(track, verdict.name, verdict.score, recognition, verdict.belief)


def _changed(before: Verdict, known: dict[int, _Acquaintance], person: Person) -> bool:
    now = known[person.track.id].verdict
    return (before.name, before.stranger) != (now.name, now.stranger)
