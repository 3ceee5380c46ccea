"""The seam between what a person does and how they fall: what is known when balance is lost, and who takes over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from guardian.lab.figure import Figure, Skeleton


@dataclass(frozen=True, slots=True, eq=False)
class Onset:
    """The moment at which balance is lost: the figure `now` and `was` `gap` seconds before; `facing` in degrees.

    `towards` is the direction of the fall (x, z), a unit vector; `lying` the shape that a limp body tends to there.
    """

    skeleton: Skeleton
    was: Figure
    now: Figure
    gap: float
    facing: float
    towards: tuple[float, float]
    lying: Figure


class Falling(Protocol):
    """One way to work out a fall."""

    def __call__(self, onset: Onset) -> Sequence[Figure]:
        """Return the figures from the onset until the body lies still, guardian.lab.gait.RATE a second."""
        ...
