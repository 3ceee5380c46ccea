"""How long the network takes beside MoveNet: `python -m guardian.lab.network.latency [F.tflite]`, one thread each.

Both take turns, so that whatever else the machine does slows both.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from guardian.errors import GuardianError
from guardian.eye.engine import LIGHTNING, Engine, models_directory
from guardian.network import Network, shipped
from guardian.window import SECONDS, Array, Sample, grid, windows

TURNS, WARM = 300, 20
PACE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Latency:
    """Median milliseconds: to make a window of samples, to invoke the network, to invoke MoveNet Lightning."""

    window: float
    network: float
    lightning: float

    @property
    def ratio(self) -> float:
        """The network's invoke as a part of Lightning's."""
        return self.network / self.lightning


def measure(network: Network, turns: int = TURNS) -> Latency:
    """Let all take turns. Raises ModelError where Lightning cannot be loaded."""
    engine = Engine(models_directory() / LIGHTNING, threads=1)
    random = np.random.default_rng(1)
    samples = [
        Sample(number * PACE_SECONDS, random.random((17, 3), np.float32), 0.6, 0.5)
        for number in range(round(SECONDS / PACE_SECONDS))
    ]
    took: list[tuple[float, float, float]] = []
    for _ in range(turns + WARM):
        begun = perf_counter()
        window = _window(samples)
        made = perf_counter()
        before = network.seconds, engine.invoke_seconds
        network.logit(window)
        engine.run()
        took.append((made - begun, network.seconds - before[0], engine.invoke_seconds - before[1]))
    medians = np.median(took[WARM:], axis=0).tolist()
    return Latency(*(1000 * float(each) for each in medians))


def _window(samples: Sequence[Sample]) -> Array:
    found = grid(samples, samples[-1].time)
    if found is None:
        message = "samples of the last seconds make a window"
        raise AssertionError(message)
    made: Array = windows(found.keypoints[None], found.age[None], found.height[None])[0]
    return made


def main(arguments: Sequence[str]) -> int:
    """Print the medians."""
    try:
        found = measure(Network.load(Path(arguments[0]) if arguments else shipped()))
    except GuardianError as error:
        print(f"guardian: {error}", file=sys.stderr)
        return error.exit_code
    print(f"a window {found.window:.3f} ms, the network {found.network:.3f} ms, Lightning {found.lightning:.2f} ms")
    print(f"The network takes {found.ratio:.4f} of an invoke of MoveNet Lightning.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
