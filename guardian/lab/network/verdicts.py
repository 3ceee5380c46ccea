"""How a network may take part in the decision: behind the rules' suspicions alone or beside the rules, as one view, or
alone at any time.

Each takes the same figures as the product's falls stage and tells the same events, so that all can be scored alike.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from guardian.course import Course, Phase
from guardian.descent import Descent
from guardian.events import FallConfirmed, PersonEvent
from guardian.falls import GIVE_UP_SECONDS, FallDetector
from guardian.lab.network.reader import Network
from guardian.lab.network.trails import Trails
from guardian.posture import Figure
from guardian.settings import Falls

PACE_SECONDS = 0.25
"""How often a body is judged."""
SURE = 6.0
"""Nats beyond which a logit says no more."""
TWICE = 2
"""Alone, a network is believed when it says so this often in a row: one window may be a glitch."""
ROOM = "room"


class Logits:
    """What the network says of each body now, judged at most every `PACE_SECONDS`; None where it knows nothing."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._trails = Trails()
        self._said: dict[int, tuple[float, float | None]] = {}
        self._now = 0.0

    def update(self, figures: Iterable[Figure], now: float) -> None:
        """Take the figures of the frame captured at `now`."""
        self._now = now
        self._trails.update(figures, now)

    @property
    def bodies(self) -> tuple[int, ...]:
        """Whoever can be judged."""
        return self._trails.bodies

    def of(self, track: int) -> float | None:
        """The logit of one body, -6 to 6 nats."""
        known = self._said.get(track)
        if known is None or self._now - known[0] >= PACE_SECONDS:
            grid = self._trails.grid(track, self._now)
            logit = None if grid is None else max(-SURE, min(SURE, self._network.judge(grid)))
            known = self._said[track] = self._now, logit
        return known[1]


class Either(FallDetector):
    """Of what the rules suspect, a fall is what they believe or the network says."""

    def __init__(self, logits: Logits, threshold: float, settings: Falls) -> None:
        super().__init__(ROOM, settings)
        self._logits, self._threshold, self._wait = logits, threshold, settings.confirm_seconds

    def _confirm(self, course: Course, descent: Descent, now: float) -> Iterator[PersonEvent]:
        if self._fell(course, now):
            yield from self._fallen(course, descent, now)
        else:
            yield from super()._confirm(course, descent, now)

    def _fell(self, course: Course, now: float) -> bool:
        """Whether the network says so of a body that has not got up meanwhile."""
        logit = self._logits.of(course.figure.person.track.id)
        waited = now - course.since >= self._wait
        return logit is not None and logit >= self._threshold and waited and course.up == 0

    def _fallen(self, course: Course, descent: Descent, now: float) -> Iterator[PersonEvent]:
        if course.resting:
            course.reset()
            return
        course.phase, course.told = Phase.DOWN, True
        yield self._event(FallConfirmed, course, now, descent.sentence)


class Gated(Either):
    """The network alone decides whether a suspicion of the rules is a fall; who lies is told of as ever."""

    def _confirm(self, course: Course, descent: Descent, now: float) -> Iterator[PersonEvent]:
        if self._fell(course, now):
            yield from self._fallen(course, descent, now)
        elif now - course.since > GIVE_UP_SECONDS:
            course.reset()
        else:
            yield from self._find_down(course, now)


class Joined(FallDetector):
    """The rules, with what the network says as one more view: `weight` for each nat, and `bias` nats."""

    def __init__(self, logits: Logits, weight: float, bias: float, settings: Falls) -> None:
        super().__init__(ROOM, settings)
        self._logits, self._weight, self._bias = logits, weight, bias

    def _doubt(self, course: Course) -> float:  # type: ignore[override]
        logit = self._logits.of(course.figure.person.track.id) or 0.0
        return super()._doubt(course) - self._weight * logit - self._bias


@dataclass(slots=True)
class Sliding:
    """The network alone, of every body at any time, without a rule: a fall once it says so twice in a row, and not
    again before it has said otherwise.
    """

    logits: Logits
    threshold: float
    _above: dict[int, int] = field(default_factory=dict)
    _due: float = 0.0

    def update(self, _figures: Iterable[Figure], now: float) -> tuple[PersonEvent, ...]:
        """Judge every body; return what happened."""
        if now < self._due:
            return ()
        self._due = now + 2 * PACE_SECONDS
        before, self._above = self._above, {}
        for body in self.logits.bodies:
            logit = self.logits.of(body)
            self._above[body] = before.get(body, 0) + 1 if logit is not None and logit >= self.threshold else 0
        return tuple(
            FallConfirmed(time=now, room=ROOM, reasons=(), track=body)
            for body, times in self._above.items()
            if times == TWICE
        )


Decider: TypeAlias = Gated | Either | Joined | Sliding
"""Whoever decides beside the rules."""
