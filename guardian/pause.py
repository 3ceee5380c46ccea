"""The privacy pause: the household closes the cameras of a room, or of all, for a stated time; it ends by itself.

What is paused is sight alone: other senses, the button and open alarms go on. Within a process a pause lasts for
seconds that no clock can move. Over a restart it lasts until the same wall time, and never for longer than was left of
it, whatever the clock says by then; where the clock has gone back each restart costs it something: none is endless.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from guardian.events import PauseAsked, PauseEnded, RoomPaused
from guardian.incident import Incident
from guardian.moment import Moment
from guardian.settings import Privacy

PAUSES = "pauses"
"""Under which name the pauses are kept, of no room in particular."""
KEEP_SECONDS = 60.0
"""How often it is kept how much is left; what a restart costs where the clock cannot tell how long it took."""
ENDED = "The cameras watch again."
NONE_ON = "No camera was paused."
AT_HOME = "Something is the matter at home: see to that first, and close it; until then the cameras stay on."
ALL_HELD = "All alarms are paused; end that pause first."


@dataclass(frozen=True, slots=True)
class Pause:
    """The camera of `room` is closed from `since` until `until` (monotonic seconds), as `by` asked for by `via`."""

    room: str
    since: float
    until: float
    by: str
    via: str

    @property
    def event(self) -> RoomPaused:
        """What happened, as everybody is told."""
        seconds = self.until - self.since
        return RoomPaused(time=self.since, room=self.room, seconds=seconds, by=self.by, via=self.via)


def refusal(asked: PauseAsked, incidents: Iterable[Incident], snoozed: Collection[str], drill: str | None) -> str:
    """Why the cameras stay open though somebody asks; empty where they need not. `snoozed` are the rooms of which
    alarms are held ("" is every room), `drill` is the room of a fall drill.

    While something is the matter they see whether somebody gets up: they are not closed, and not later by themselves,
    when nobody expects it any more. While alarms are held a fall may have been seen of which nobody knows yet.
    """
    if asked.seconds == 0:
        return ""
    matter = next((each for each in incidents if each.room in ("", asked.room) or not asked.room), None)
    if matter is not None:
        here = f"Something is the matter in the {matter.room}: see to that first, and close it; the cameras stay on."
        return here if matter.room else AT_HOME
    held = next((room for room in snoozed if room in ("", asked.room) or not asked.room), None)
    if held is not None:
        return f"Alarms of the {held} are paused; end the pause first." if held else ALL_HELD
    if drill is not None and asked.room in ("", drill):
        return f"A fall drill is on in the {drill}; end it first."
    return ""


def answer(done: Collection[RoomPaused | PauseEnded], moment: Moment) -> str:
    """What whoever asked is told of what came of it."""
    paused = [each for each in done if isinstance(each, RoomPaused)]
    if not paused:
        return ENDED if done else NONE_ON
    until = max(moment.wall_at(each.time + each.seconds) for each in paused)
    time, rooms = f"{until:%H:%M}", ", ".join(each.room for each in paused)
    return f"Paused until {time}: {rooms}."


class Pauses:
    """The pauses of these `rooms`, each with a camera."""

    def __init__(self, rooms: Collection[str], limits: Privacy) -> None:
        self._rooms, self._limits = tuple(rooms), limits
        self._on: dict[str, Pause] = {}
        self._kept: tuple[float, tuple[Pause, ...] | None] = float("-inf"), ()

    def __contains__(self, room: str) -> bool:
        """Whether the camera of the room is closed."""
        return room in self._on

    @property
    def all(self) -> tuple[Pause, ...]:
        """Those that are on, in the order of the rooms."""
        return tuple(self._on[room] for room in self._rooms if room in self._on)

    def ask(self, asked: PauseAsked, now: float) -> tuple[RoomPaused | PauseEnded, ...]:
        """Begin, prolong, shorten or end the pause of a room, or of all; return what comes of it.

        A time beyond the longest that is configured is that, and what is no time is none.
        """
        rooms = [room for room in self._rooms if asked.room in ("", room)]
        seconds = self._limits.pause_seconds if asked.seconds is None else asked.seconds
        if not seconds > 0:
            return self._end((room for room in rooms if room in self._on), now, asked.by, asked.via)
        until = now + min(seconds, self._limits.longest_pause_seconds)
        for room in rooms:
            since = self._on[room].since if room in self._on else now
            self._on[room] = Pause(room, since, until, asked.by, asked.via)
        return tuple(self._on[room].event for room in rooms)

    def tick(self, now: float) -> tuple[PauseEnded, ...]:
        """Let time pass; return the ends of what is over."""
        return self._end([room for room, pause in self._on.items() if pause.until <= now], now)

    def _end(self, rooms: Iterable[str], now: float, by: str = "", via: str = "") -> tuple[PauseEnded, ...]:
        ended = tuple(PauseEnded(time=now, room=room, by=by, via=via) for room in rooms)
        for each in ended:
            del self._on[each.room]
        return ended

    def due(self, moment: Moment) -> str | None:
        """What is on, as it is to be kept, where it has changed or less is left than was kept; None where neither."""
        at, kept = self._kept
        if self.all == kept and not (kept and moment.monotonic - at >= KEEP_SECONDS):
            return None
        self._kept = moment.monotonic, self.all
        pauses = [
            {
                "room": each.room,
                "gone": moment.monotonic - each.since,
                "left": each.until - moment.monotonic,
                "by": each.by,
                "via": each.via,
            }
            for each in self.all
        ]
        return json.dumps({"at": moment.wall.timestamp(), "pauses": pauses})

    def recall(self, body: str, moment: Moment) -> tuple[RoomPaused, ...]:
        """Go on with what was kept before a restart, as far as it is not over and the rooms are there; return it.

        Raises ValueError, KeyError or TypeError where it is damaged; then nothing is paused.
        """
        self._kept = float("-inf"), None  # whatever comes of it, what is kept is of a time that is over
        kept = json.loads(body)
        away = moment.wall.timestamp() - float(kept["at"])
        away = away if away >= 0 else KEEP_SECONDS
        found = [_recalled(each, away, moment.monotonic, self._limits.longest_pause_seconds) for each in kept["pauses"]]
        self._on = {each.room: each for each in found if each.room in self._rooms and each.until > moment.monotonic}
        return tuple(each.event for each in self.all)


def _recalled(kept: Mapping[str, Any], away: float, now: float, most: float) -> Pause:
    """One pause that was kept `away` seconds ago, as it is now."""
    gone, left = float(kept["gone"]), float(kept["left"])
    if not (isfinite(away) and isfinite(left) and 0 <= gone < float("inf")):
        message = f"a pause of which {gone} s are gone and {left} s left, {away} s ago"
        raise ValueError(message)
    return Pause(str(kept["room"]), now - gone - away, now + min(left, most) - away, str(kept["by"]), str(kept["via"]))
