"""Falls by physics, as a way to fall that an actor may be given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from guardian.lab.figure import Figure
from guardian.lab.onset import Onset
from guardian.lab.physics.course import KINDS, Kind, drawn
from guardian.lab.physics.tumble import Tumble
from guardian.lab.room import Box
from guardian.lab.rotation import about

ATTEMPTS, STRAIGHT = 7, 3
"""So many falls are tried, the first of them in the direction that is asked for."""
DOWN = 0.35
"""Metres: where the hips come to lie higher than this, nobody has fallen."""


@dataclass(frozen=True, slots=True)
class Physical:
    """A fall of that `kind` among those `boxes`, the same for the same `seed`; the body `rises` in vain so often."""

    kind: Kind
    seed: int
    rises: int = 0
    boxes: tuple[Box, ...] = ()

    def __call__(self, onset: Onset) -> Sequence[Figure]:
        """Work the fall out; where a body is caught by chair or bed, or stays on its feet, another one of that kind.

        Who does not fall off what they rest on is tried in other directions too.
        Raises ConfigurationError where MuJoCo is missing.
        """
        frames: Sequence[Figure] = ()
        for attempt in range(ATTEMPTS):
            random = np.random.default_rng((self.seed, KINDS.index(self.kind), attempt))
            course = drawn(self.kind, random, self.rises)
            frames = Tumble(self._turned(onset, attempt), course, self.boxes, random).frames()
            if frames[-1].hips[1] < DOWN:
                break
        return frames

    def _turned(self, onset: Onset, attempt: int) -> Onset:
        """The onset, in later attempts with a direction farther and farther off, to both sides in turns."""
        if self.kind in ("chair", "bed") or attempt < STRAIGHT:
            return onset
        degrees = 60.0 * (1 + (attempt - STRAIGHT) // 2) * (-1.0) ** attempt
        x, _, z = about("y", degrees) @ [onset.towards[0], 0.0, onset.towards[1]]
        return replace(onset, towards=(float(x), float(z)))
