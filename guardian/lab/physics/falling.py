"""Falls by physics, as a way to fall that an actor may be given."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from guardian.lab.figure import Figure
from guardian.lab.onset import Onset
from guardian.lab.physics.course import KINDS, Kind, drawn
from guardian.lab.physics.tumble import Tumble
from guardian.lab.room import Box

ATTEMPTS = 6
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
        """Work the fall out; where a body is caught by its chair or stays on its feet, another one of that kind.

        Raises ConfigurationError where MuJoCo is missing.
        """
        frames: Sequence[Figure] = ()
        for attempt in range(ATTEMPTS):
            random = np.random.default_rng((self.seed, KINDS.index(self.kind), attempt))
            frames = Tumble(onset, drawn(self.kind, random, self.rises), self.boxes, random).frames()
            if frames[-1].hips[1] < DOWN:
                break
        return frames
