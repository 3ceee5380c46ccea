"""The seam over the TensorFlow Lite runtimes: a verified MoveNet file, loaded, with a picture to write into."""

import hashlib
import importlib
import logging
from pathlib import Path
from time import perf_counter
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.errors import ModelError
from guardian.eye import memory

log = logging.getLogger(__name__)

Runtime: TypeAlias = Literal["auto", "litert", "tflite"]
Image: TypeAlias = NDArray[np.uint8]

RUNTIMES = {"litert": "ai_edge_litert", "tflite": "tflite_runtime"}
"""The modules of each runtime, in the order in which `auto` tries them; both offer `interpreter.Interpreter`."""

MULTIPOSE = "movenet_multipose_lightning_f16.tflite"
LIGHTNING = "movenet_singlepose_lightning_f16.tflite"
THUNDER = "movenet_singlepose_thunder_f16.tflite"
SUMS = "SHA256SUMS"


def models_directory() -> Path:
    """Return where the shipped models are: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "models"
    return installed if installed.is_dir() else package.parent / "models"


def verified(model: Path) -> bytes:
    """Return the content of a model file whose SHA-256 is the one that SHA256SUMS beside it gives.

    Raises ModelError where the file or its sum is missing, or where the sums differ (naming both).
    """
    try:
        content = model.read_bytes()
        lines = (model.parent / SUMS).read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{model}: cannot be verified ({error}); reinstall the models, or make them with models/make.py"
        raise ModelError(message) from error
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    actual = hashlib.sha256(content).hexdigest()
    expected = sums.get(model.name)
    if expected is None:
        message = f"{model}: has sha256 {actual}, but {SUMS} beside it does not list the file; it is not loaded"
        raise ModelError(message)
    if actual != expected:
        message = f"{model}: has sha256 {actual}, expected {expected}; it is not loaded: restore the shipped file"
        raise ModelError(message)
    return content


def interpreter_class(runtime: Runtime) -> Any:
    """Import a runtime and return its Interpreter; raise ModelError where it is not installed."""
    wanted = list(RUNTIMES) if runtime == "auto" else [runtime]
    for name in wanted:
        try:
            module = importlib.import_module(f"{RUNTIMES[name]}.interpreter")
        except ImportError as error:
            log.debug("runtime=%s missing=%r", name, str(error))
            continue
        return module.Interpreter
    packages = " or ".join(RUNTIMES[name].replace("_", "-") for name in wanted)
    message = f"no TensorFlow Lite runtime: the package {packages} is not installed or does not load here"
    raise ModelError(message)


class Engine:
    """One model in one runtime.

    Write an RGB picture into `picture`, uint8 (height, width, 3), then `run`. Everything is imported, read and
    allocated by the constructor; `resize` and `run` open no file. `invoke_seconds` and `invokes` add up what the
    runtime itself has taken, so that the cost of everything around it can be told.
    """

    def __init__(self, model: Path, *, runtime: Runtime = "auto", threads: int = 2) -> None:
        content = verified(model)
        interpreter = interpreter_class(runtime)
        try:
            self._interpreter = interpreter(model_content=content, num_threads=threads)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            message = f"{model}: the runtime {interpreter.__module__} cannot load it ({error})"
            raise ModelError(message) from error
        self._input: int = self._interpreter.get_input_details()[0]["index"]
        self._output: int = self._interpreter.get_output_details()[0]["index"]
        self.invoke_seconds = 0.0
        self.invokes = 0
        height, width = self._interpreter.get_input_details()[0]["shape"][1:3]
        self.picture: Image = memory.picture(height, width, 3)

    def resize(self, height: int, width: int) -> None:
        """Give the model's input another size in pixels, multiples of 32 (MultiPose only); `picture` is a new array."""
        self._interpreter.resize_tensor_input(self._input, [1, height, width, 3])
        self._interpreter.allocate_tensors()
        self.picture = memory.picture(height, width, 3)

    def run(self) -> NDArray[np.float32]:
        """Run the model on `picture`, which is black afterwards; return a copy of the output without the leading 1."""
        np.copyto(self._interpreter.tensor(self._input)()[0], self.picture)
        before = perf_counter()
        self._interpreter.invoke()
        self.invoke_seconds += perf_counter() - before
        self.invokes += 1
        output: NDArray[np.float32] = self._interpreter.get_tensor(self._output)[0]
        self._interpreter.tensor(self._input)().fill(0)  # only now: the runtime may keep the output in the same place
        self.picture.fill(0)
        return output
