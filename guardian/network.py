"""The network that judges falls, in a TensorFlow Lite runtime: windows in, logits out (guardian.opinion.Judge)."""

import sys
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from guardian.errors import ModelError
from guardian.eye.engine import interpreter_class, models_directory, verified
from guardian.settings import Falls
from guardian.skeleton import MIRRORED
from guardian.window import CHANNELS, STEPS, Array, Grid, windows

FALL_WINDOW = "fall_window.tflite"


def shipped() -> Path:
    """The network that is kept beside the models of the eye."""
    return models_directory() / FALL_WINDOW


def judge_for(falls: Falls) -> "Network | None":
    """The network that these settings ask for; None where the rules are to decide alone.

    Raises ModelError where it is missing, damaged, or cannot be run here.
    """
    return _loaded(shipped()) if falls.network else None


@cache
def _loaded(model: Path) -> "Network":
    return Network.load(model)


class Network:
    """A network of windows, in one thread. `seconds` and `invokes` add up what the runtime itself has taken."""

    def __init__(self, content: bytes, name: str = FALL_WINDOW) -> None:
        try:
            # The delegate for larger models gains 0.1 ms here, and talks on standard error.
            interpreter = interpreter_class("auto")
            plain = sys.modules[interpreter.__module__].OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
            self._interpreter: Any = interpreter(
                model_content=content, num_threads=1, experimental_op_resolver_type=plain
            )
            self._interpreter.allocate_tensors()
            entry, way_out = self._interpreter.get_input_details()[0], self._interpreter.get_output_details()[0]
        except (ValueError, RuntimeError) as error:
            message = f"{name}: the runtime cannot load it ({error})"
            raise ModelError(message) from error
        if list(entry["shape"]) != [1, STEPS, CHANNELS] or entry["dtype"] is not np.float32:
            message = (
                f"{name}: takes {list(entry['shape'])}; a network of float32 [1, {STEPS}, {CHANNELS}] would be right"
            )
            raise ModelError(message)
        self._input, self._output = entry["index"], way_out["index"]
        self.seconds, self.invokes = 0.0, 0

    @staticmethod
    def load(model: Path) -> "Network":
        """Load a file. Raises ModelError where it is missing, not the one that its sum names, or no such network."""
        return Network(verified(model), model.name)

    def logit(self, window: Array) -> float:
        """The logarithm of the odds, in nats, that the body of one window (80, 58) has fallen."""
        self._interpreter.set_tensor(self._input, window[None])
        before = perf_counter()
        self._interpreter.invoke()
        self.seconds += perf_counter() - before
        self.invokes += 1
        return float(self._interpreter.get_tensor(self._output).ravel()[0])

    def judge(self, grid: Grid) -> float:
        """The same of a grid: the mean of what is said of it and of its mirror image, which is as likely."""
        other = grid.keypoints[:, MIRRORED] * np.array([1, -1, 1], np.float32)
        both = windows(np.stack([grid.keypoints, other]), np.stack([grid.age] * 2), np.stack([grid.height] * 2))
        return (self.logit(both[0]) + self.logit(both[1])) / 2
