"""What the home's other senses say, from what is heard of them to events; and whether they are still there to say it.

A radar's fall goes into the same alarm as one that was seen, a pressed button calls for help, and of every sense it is
known how it stands. What the broker kept from before is how it stands, and never news: nobody knows how old it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guardian.devices import Kind, SenseState
from guardian.events import Event, FaultCleared, FaultOccurred, HelpCalled
from guardian.radar import Radar
from guardian.readings import Heard, online, read
from guardian.sense import Sense

SETTLED_SECONDS = 2.0
"""A door or a mat bounces for a second; what does not hold for so long has not been."""
FAULT_SECONDS = 10.0
"""A fault stays for so long at least, lest one that comes and goes be told a hundred times."""
AWAY_SECONDS = 300.0
"""A radar that was away for so long may tell of another fall than the last."""
PART = "sense "
"""How the part begins that a fault names: with the name of the sense after it."""
VIA = "mqtt"


@dataclass(frozen=True, slots=True)
class Sensed:
    """How one sense stands, since which monotonic second: a fall, somebody in the room or in bed, an open door, or not;
    unknown where it was not heard or is away. `room` is empty for a button that goes about; `fault` says in a sentence
    what is the matter with the sense, if anything.
    """

    name: str
    kind: Kind
    room: str
    state: SenseState
    since: float
    fault: str = ""


class Senses:
    """All senses of a home. `now` is the monotonic second from which on they must be heard."""

    def __init__(self, senses: Iterable[Sense], now: float) -> None:
        self._ears = tuple(_Ear(sense, -number, now) for number, sense in enumerate(senses, start=1))
        self._states, self._availabilities = defaultdict[str, list[_Ear]](list), defaultdict[str, list[_Ear]](list)
        for ear in self._ears:
            self._states[ear.sense.topic].append(ear)
            for topic in ear.sense.availabilities:
                self._availabilities[topic].append(ear)

    @property
    def all(self) -> tuple[Sensed, ...]:
        """How each of them stands, in the order of the configuration."""
        return tuple(ear.sensed for ear in self._ears)

    def hear(self, heard: Heard) -> tuple[Event, ...]:
        """Take a message; return what comes of it."""
        for ear in self._availabilities.get(heard.topic, ()):
            ear.hear_of(heard)
        for ear in self._ears:
            pattern = ear.sense.alive_filter
            own = heard.topic not in (ear.sense.topic, *ear.sense.availabilities)
            if not heard.retained and own and pattern is not None and matches(pattern, heard.topic):
                ear.live(heard.time)
        told = [event for ear in self._states.get(heard.topic, ()) for event in ear.hear(heard)]
        return *told, *self.tick(heard.time)

    def tick(self, now: float) -> tuple[Event, ...]:
        """Let time pass: what must hold has held, and who should be heard is not."""
        return tuple(event for ear in self._ears for event in ear.tick(now))


class _Ear:
    """What is known of one sense: `life` is when it was last heard, `track` what its falls are told by."""

    def __init__(self, sense: Sense, track: int, now: float) -> None:
        self.sense, self.life = sense, now
        self._radar = Radar(sense, track) if sense.what is Kind.FALL else None
        self._state, self._since = SenseState.UNKNOWN, now
        self._coming: tuple[SenseState, float] | None = None
        self._pressed = False
        self._offline: dict[str, float] = {}
        self._problem = ""
        self._away: float | None = None
        self._fault: tuple[str, float] | None = None

    @property
    def sensed(self) -> Sensed:
        """How it stands."""
        unknown = self._away is not None
        return Sensed(
            self.sense.name,
            self.sense.what,
            self.sense.room or "",
            SenseState.UNKNOWN if unknown else self._state,
            self._away if self._away is not None else self._since,
            self._fault[0] if self._fault is not None else "",
        )

    def hear_of(self, heard: Heard) -> None:
        """Take a message about whether it is there."""
        there = online(heard.payload)
        if there:
            self._offline.pop(heard.topic, None)
        elif there is False:
            self._offline.setdefault(heard.topic, heard.time)

    def hear(self, heard: Heard) -> Iterator[Event]:
        """Take a message of its own."""
        reading = read(heard.payload, self.sense.form)
        self._problem = reading.problem
        now, state = heard.time, reading.state
        if self.sense.form.momentary and not self._problem:
            self._settle(SenseState.OFF, now)
        elif state is not None:
            self._settle(state, now)
        if not heard.retained:
            self.live(now)
        if state is not None:
            yield from self._tell(state, now, retained=heard.retained)

    def live(self, now: float) -> None:
        """Take a sign of life. One whose state was never understood is of no use, however much it says."""
        if self._state is not SenseState.UNKNOWN:
            self.life = now
            self._offline.clear()
            self._return(now)

    def _tell(self, state: SenseState, now: float, *, retained: bool) -> Iterator[Event]:
        if self._radar is not None:
            if retained:
                self._radar.learn(state, now)
            else:
                yield from self._radar.hear(state, now)
        elif self.sense.what is Kind.BUTTON and not retained:
            on = state is SenseState.ON
            if on and (self.sense.form.momentary or not self._pressed):
                reason = f"{self.sense.title} was pressed."
                room = self.sense.room or ""
                yield HelpCalled(time=now, room=room, by=self.sense.name, via=VIA, reasons=(reason,))
            self._pressed = on

    def _settle(self, state: SenseState, now: float) -> None:
        """Take a state for what is so: at once where it is of a fall or nothing was known, else once it holds."""
        if state is self._state:
            self._coming = None
        elif self._radar is not None or self._state is SenseState.UNKNOWN:
            self._state, self._since, self._coming = state, now, None
        elif self._coming is None or self._coming[0] is not state:
            self._coming = state, now

    def tick(self, now: float) -> Iterator[Event]:
        """Let time pass."""
        if self._coming is not None and now - self._coming[1] >= SETTLED_SECONDS:
            (self._state, self._since), self._coming = self._coming, None
        if self._radar is not None:
            yield from self._radar.tick(now)
        yield from self._supervise(now)

    def _supervise(self, now: float) -> Iterator[Event]:
        reason = self._amiss(now)
        part, room = f"{PART}{self.sense.name}", self.sense.room or ""
        if reason and self._fault is None:
            self._fault = reason, now
            yield FaultOccurred(time=now, room=room, part=part, reasons=(reason,))
        elif not reason and self._fault is not None and now - self._fault[1] >= FAULT_SECONDS:
            self._fault = None
            yield FaultCleared(time=now, room=room, part=part)

    def _amiss(self, now: float) -> str:
        """What is the matter with it; empty where nothing is."""
        if self._offline:
            self._away = min(self._offline.values()) if self._away is None else self._away
            return f"It is offline, as {next(iter(self._offline))} says."
        if now - self.life >= self.sense.stale_after_seconds:
            self._away = self.life if self._away is None else self._away
            return f"Nothing was heard of it for {_long(self.sense.stale_after_seconds)} at {self.sense.topic}."
        self._return(now)
        return f"It is not understood: {self._problem}." if self._problem else ""

    def _return(self, now: float) -> None:
        """It is there again, if it was away; after long what it says is news."""
        if self._away is not None:
            if self._radar is not None and now - self._away >= AWAY_SECONDS:
                self._radar.forget()
            self._away = None


def matches(pattern: str, topic: str) -> bool:
    """Whether a topic is one that an MQTT filter means (MQTT 5.0, section 4.7): `+` is any level, `#` all the rest."""
    wanted, given = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted.pop()
        given = given[: len(wanted)]
    return len(wanted) == len(given) and all(want in ("+", have) for want, have in zip(wanted, given, strict=True))


def _long(seconds: float) -> str:
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            count = round(seconds / size)
            return f"{count} {unit}{'s' * (count != 1)}"
    return f"{seconds:g} seconds"
