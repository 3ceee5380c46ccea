"""From what a fall radar says to falls: a new one is told at once, a flag that flutters is one fall and not many."""

from collections.abc import Mapping

from guardian.devices import SenseState
from guardian.events import FallConfirmed, FallSuspected, PersonEvent, PersonRecovered
from guardian.sense import Sense

HOLD_SECONDS = 30.0
"""So long a radar must have said less before it can tell of another fall at once; one that flutters faster tells of
another only by going on for so long. A body that is still vanishes from a radar now and then, and comes back.
"""

TELLS, TELLS_AGAIN = "{sense} tells of a fall.", "{sense} tells of a fall again."
SUSPECTS, SUSPECTS_AGAIN = "{sense} suspects a fall.", "{sense} suspects a fall again."
OVER = "{sense} no longer tells of a fall."

_RANK: Mapping[SenseState, int] = {SenseState.UNKNOWN: 0, SenseState.OFF: 0, SenseState.MAYBE: 1, SenseState.ON: 2}


class Radar:
    """The falls of one sense; `track` stands for the body, and is below 0, where no camera's are."""

    def __init__(self, sense: Sense, track: int) -> None:
        self._sense, self._track = sense, track
        self._said, self._since = SenseState.UNKNOWN, float("-inf")
        self._told = SenseState.OFF
        self._fluttered = False

    def hear(self, state: SenseState, now: float) -> tuple[PersonEvent, ...]:
        """Take what it says at `now`, monotonic seconds: more than was told is told at once."""
        events = self.tick(now)
        self.learn(state, now)
        if _RANK[state] > _RANK[self._told]:
            events += self._tell(state, now)
        return events

    def learn(self, state: SenseState, now: float) -> None:
        """Take what it said at a time that nobody knows: that is how it stands, but no news of a fall."""
        if state is not self._said:
            self._said, self._since = state, now
        self._fluttered = self._fluttered or _RANK[state] < _RANK[self._told]

    def tick(self, now: float) -> tuple[PersonEvent, ...]:
        """Let time pass: less that holds makes an end of what was told, and the same that holds is told once more."""
        if now - self._since < HOLD_SECONDS or self._told is SenseState.OFF:
            return ()
        if _RANK[self._said] < _RANK[self._told]:
            over = self._said is not SenseState.MAYBE
            self._told, self._fluttered = SenseState.OFF if over else SenseState.MAYBE, False
            return (self._event(PersonRecovered, now, OVER),) * (over and self._sense.recovery)
        return self._tell(self._told, now, again=True) if self._fluttered else ()

    def forget(self) -> None:
        """Whatever it says next is news: it was away for so long that it may be another fall."""
        self._said, self._since = SenseState.UNKNOWN, float("-inf")
        self._told, self._fluttered = SenseState.OFF, False

    def _tell(self, state: SenseState, now: float, *, again: bool = False) -> tuple[PersonEvent, ...]:
        self._told, self._fluttered = state, False
        if state is SenseState.ON:
            return (self._event(FallConfirmed, now, TELLS_AGAIN if again else TELLS),)
        return (self._event(FallSuspected, now, SUSPECTS_AGAIN if again else SUSPECTS),)

    def _event(self, kind: type[PersonEvent], now: float, said: str) -> PersonEvent:
        sense = self._sense
        return kind(time=now, room=sense.room or "", track=self._track, reasons=(said.format(sense=sense.title),))
