"""What a network says of each body: whether the last ten seconds of its skeleton are those of somebody who fell.

The network is given from outside, since what runs it is no part of the core; without one nothing is said of anybody.
It is asked only about whom somebody wants to know of, and of nobody more often than `PACE_SECONDS`.
"""

from collections.abc import Iterable
from typing import Protocol

from guardian.posture import Figure
from guardian.trails import Trails
from guardian.window import Grid

PACE_SECONDS = 0.25
SURE = 6.0
"""Nats beyond which a logit says no more."""


class Judge(Protocol):
    """Whatever judges a grid: the same one always alike."""

    def judge(self, grid: Grid) -> float:
        """The logarithm of the odds, in nats, that the body has fallen."""
        ...


class Opinion:
    """What the network says of each body of one room."""

    def __init__(self, network: Judge | None = None) -> None:
        self._network = network
        self._trails = Trails()
        self._said: dict[int, tuple[float, float | None]] = {}
        self._now = 0.0

    def update(self, figures: Iterable[Figure], now: float) -> None:
        """Take the figures of the frame captured at `now`."""
        self._now = now
        if self._network is not None:
            self._trails.update(figures, now)
            self._said = {body: said for body, said in self._said.items() if body in self._trails}

    def join(self, track: int, lost: int) -> None:
        """That track is the body of a track that was lost: what is said of it is said of both."""
        self._trails.join(track, lost)
        self._said.pop(track, None)

    @property
    def bodies(self) -> tuple[int, ...]:
        """Whoever can be judged."""
        return self._trails.bodies

    def of(self, track: int) -> float | None:
        """The logit of one body now, -6 to 6 nats; None where there is no network, or it knows nothing of that body."""
        known = self._said.get(track)
        if known is None or self._now - known[0] >= PACE_SECONDS:
            known = self._now, self._judged(track)
            if known[1] is not None:
                self._said[track] = known
        return known[1]

    def _judged(self, track: int) -> float | None:
        grid = self._trails.grid(track, self._now)
        return None if grid is None or self._network is None else max(-SURE, min(SURE, self._network.judge(grid)))
