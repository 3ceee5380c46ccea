"""How a network may take part in the decision: behind the rules' suspicions alone or beside the rules, as one view, or
alone at any time.

Each takes the same figures as the product's falls stage and tells the same events, so that all can be scored alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from guardian.course import Course
from guardian.events import FallConfirmed, PersonEvent
from guardian.falls import FallDetector
from guardian.opinion import PACE_SECONDS, Opinion
from guardian.posture import Figure
from guardian.settings import Falls

TWICE = 2
"""Alone, a network is believed when it says so this often in a row: one window may be a glitch."""
ROOM = "room"
NEVER = float("inf")


class Either(FallDetector):
    """Of what the rules suspect, a fall is what they believe, unless the network says at most `unlikely`, or what it
    says at least `convinced` of; of whom they do not suspect, what it says at least `alone` of: what the product does,
    at any threshold.
    """

    def __init__(
        self,
        opinion: Opinion,
        convinced: float,
        settings: Falls,
        unlikely: float = -NEVER,
        alone: float = NEVER,
    ) -> None:
        super().__init__(ROOM, settings, opinion)
        self._convinced, self._alone, self._unlikely = convinced, alone, unlikely


class Gated(Either):
    """The network alone decides whether a suspicion of the rules is a fall; who lies, or is out of sight, is told of as
    ever.
    """

    def __init__(self, opinion: Opinion, convinced: float, settings: Falls) -> None:
        super().__init__(opinion, convinced, settings, unlikely=NEVER)


class Joined(FallDetector):
    """The rules, with what the network says as one more view: `weight` for each nat, and `bias` nats."""

    def __init__(self, opinion: Opinion, weight: float, bias: float, settings: Falls) -> None:
        super().__init__(ROOM, settings)
        self._beside, self._weight, self._bias = opinion, weight, bias

    def _doubt(self, course: Course) -> float:  # type: ignore[override]
        logit = self._beside.of(course.figure.person.track.id) or 0.0
        return super()._doubt(course) - self._weight * logit - self._bias


@dataclass(slots=True)
class Sliding:
    """The network alone, of every body at any time, without a rule: a fall once it says so twice in a row, and not
    again before it has said otherwise.
    """

    opinion: Opinion
    threshold: float
    _above: dict[int, int] = field(default_factory=dict)
    _due: float = 0.0

    def update(self, _figures: Iterable[Figure], now: float) -> tuple[PersonEvent, ...]:
        """Judge every body; return what happened."""
        if now < self._due:
            return ()
        self._due = now + 2 * PACE_SECONDS
        before, self._above = self._above, {}
        for body in self.opinion.bodies:
            logit = self.opinion.of(body)
            self._above[body] = before.get(body, 0) + 1 if logit is not None and logit >= self.threshold else 0
        return tuple(
            FallConfirmed(time=now, room=ROOM, reasons=(), track=body)
            for body, times in self._above.items()
            if times == TWICE
        )


Decider: TypeAlias = FallDetector | Sliding
"""Whoever decides beside the rules."""
