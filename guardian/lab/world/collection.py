"""A directory of scenes or films of the simulated world, and the manifest of what is true in them."""

import csv
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias, TypeVar

from rich.console import Console
from rich.progress import track

from guardian.errors import ConfigurationError
from guardian.lab.world.errors import LEAST_SEEN
from guardian.lab.world.truth import World
from guardian.skeleton import HIPS, SHOULDERS

COLUMNS = (
    "path", "kind", "fall_onset_s", "ground_contact_s", "down_until_end", "source", "subject", "event", "posture",
    "second_person", "notes",
)  # fmt: skip
GROUND = 0.24
"""Hips or shoulders lower than this, metres, have met the floor: their joints lie 0.1 m deep in the body."""
LONGEST_FALL = 7.0
"""Seconds at most from the onset until the body has met the ground."""
STAYS = 0.05
"""Metres around a height at which hips stay."""
HIDDEN_SECONDS = 2.0
"""A body that the camera does not see so long after its fall lies behind something, or outside the picture."""
SAMPLES_A_SECOND = 30.0

Row: TypeAlias = dict[str, str]
Task = TypeVar("Task")


def prepare(out: Path) -> Path:
    """Make the directory; return the manifest in it. Raises ConfigurationError where it cannot be written."""
    manifest = out / "manifest.csv"
    try:
        out.mkdir(parents=True, exist_ok=True)
        manifest.touch()
    except OSError as error:
        message = f"{out}: {error.strerror}; a directory that this user may write would be right"
        raise ConfigurationError(message) from error
    return manifest


def write(
    out: Path, make: Callable[[Task], Row], tasks: Sequence[Task], *, columns: Sequence[str], things: str, jobs: int
) -> int:
    """Let every task be made, and write the manifest of their rows; `things` is what a human calls them.

    Raises as `prepare` does.
    """
    manifest = prepare(out)
    console = Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as workers:
        made = track(workers.map(make, tasks), total=len(tasks), console=console, disable=not console.is_terminal)
        rows = list(made)
    with manifest.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    print(f"{manifest}: {len(tasks)} {things}, {sum(row['kind'] == 'fall' for row in rows)} with a fall")
    return 0


@dataclass(frozen=True, slots=True)
class Landing:
    """When the first person of a world begins to fall and when it meets the ground, seconds, and whether nobody sees it
    then.
    """

    onset: float
    contact: float
    hidden: bool

    @staticmethod
    def of(world: World) -> "Landing":
        """The fall of that world, which must have one."""
        onset = next(act.start for act in world.persons[0].acts if act.verb == "fall") / world.pace
        contact = grounded(world, onset)
        return Landing(onset, contact, world.bodies(contact + HIDDEN_SECONDS)[0].seen < LEAST_SEEN)

    def row(self, kind: str, posture: str, *, second: bool) -> Row:
        """What the manifest says of it: the `kind` of fall, the `posture` before, and whether a second person is by."""
        return {
            "kind": "fall",
            "fall_onset_s": f"{self.onset:.2f}",
            "ground_contact_s": f"{self.contact:.2f}",
            "down_until_end": "yes",
            "event": "fall out of sight" if self.hidden else f"fall {kind}",
            "posture": posture,
            "second_person": "yes" if second else "no",
        }


def grounded(world: World, onset: float) -> float:
    """The second after `onset` at which hips or shoulders of the first person meet the floor.

    One who never does, but hangs on furniture, has met it when the hips come to where they stay.
    """
    times = [onset + step / SAMPLES_A_SECOND for step in range(round(LONGEST_FALL * SAMPLES_A_SECOND))]
    lowest = []
    for time in times:
        joints = world.bodies(time)[0].joints
        lowest.append(float(min(joints[list(HIPS), 1].mean(), joints[list(SHOULDERS), 1].mean())))
        if lowest[-1] < GROUND:
            return time
    return next(time for time, low in zip(times, lowest, strict=True) if low < lowest[-1] + STAYS)
