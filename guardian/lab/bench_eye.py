"""What MoveNet's invokes take, and what everything around them adds, frame by frame of the same run.

Decoding the film is not counted: a camera's frames come from elsewhere. All times of the results are milliseconds.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, pairwise
from pathlib import Path
from time import perf_counter
from typing import Protocol

import numpy as np

from guardian.errors import ModelError, SourceError
from guardian.eye.engine import LIGHTNING, MULTIPOSE, THUNDER, Engine, Image, Runtime, models_directory
from guardian.eye.motion import MotionGate, View
from guardian.eye.movenet import PIXELS, PoseFinder
from guardian.eye.process import observation_of
from guardian.eye.source import Buffers, Frame
from guardian.eye.wire import decode, encode
from guardian.lab.analyse import NOON
from guardian.lab.measure_eye import frames
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Models, Room, Settings
from guardian.skeleton import Observation, Pose

FPS = 15.0
RAW_EVERY = 5
"""After so many frames each model is run once by itself, in between, so that all meet the same moods of the machine."""
PARTS = ("gate", "finder", "wire", "core")

Film = Iterable[tuple[float, Image]]
Fractions = dict[str, float]


class Finder(Protocol):
    """What finds poses, and knows what the models alone have taken."""

    @property
    def invoke_seconds(self) -> float:
        """What the models' own invokes have taken so far."""

    def find(self, frame: Image, now: float) -> tuple[Pose, ...]:
        """Return the poses in a frame."""


class Gate(Protocol):
    """What says whether a frame must be looked at."""

    def measure(self, image: Image, now: float) -> View:
        """Measure a frame."""

    def looked(self, now: float, *, person: bool) -> None:
        """Take note of a look."""


@dataclass(slots=True)
class Passes:
    """Seconds of every frame in which a model was run: of its invokes alone, of the whole, of the eye's process, and of
    each part's own.
    """

    raw: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    eye: list[float] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=lambda: {part: [] for part in PARTS})

    def add(self, raw: float, marks: Sequence[float]) -> None:
        """Take a frame, by the times between its parts, if a model was run in it."""
        if raw <= 0:
            return
        self.raw.append(raw)
        self.whole.append(marks[-1] - marks[0])
        self.eye.append(marks[PARTS.index("wire")] - marks[0])
        for part, (begun, ended) in zip(PARTS, pairwise(marks), strict=True):
            self.parts[part].append(ended - begun - (raw if part == "finder" else 0.0))

    def report(self) -> dict[str, object]:
        """Return the figures of these frames. Raises SourceError where no model was run in any."""
        if not self.raw:
            message = "no frame of the film made a model run; a film in which something moves would be right"
            raise SourceError(message)
        return {
            "frames": len(self.raw),
            "raw_invoke_ms": milliseconds(self.raw, 50, 95),
            "pipeline_ms": milliseconds(self.whole, 50, 95),
            "overhead_ratio": fractions(np.array(self.whole) / np.array(self.raw), 50, 95),
            "eye_ratio": fractions(np.array(self.eye) / np.array(self.raw), 50, 95),
            "parts_ms": {part: milliseconds(spent, 50, 95) for part, spent in self.parts.items()},
        }


def fractions(values: Iterable[float], *percent: int) -> Fractions:
    """Return percentiles, to the thousandth, as p50, p95 ..."""
    found = np.percentile(np.fromiter(values, float), percent)
    return {f"p{each}": round(float(value), 3) for each, value in zip(percent, found, strict=True)}


def milliseconds(seconds: Iterable[float], *percent: int) -> Fractions:
    """Return percentiles of seconds in milliseconds."""
    return fractions((1000 * each for each in seconds), *percent)


class Whole:
    """Everything that becomes of a frame: the gate, the finder, the wire to the brain and the stages of the core."""

    def __init__(self, finder: Finder, gate: Gate | None = None, clock: Callable[[], float] = perf_counter) -> None:
        self._finder, self._clock = finder, clock
        self._gate: Gate = gate or MotionGate()
        self._room = Room(name="room", camera=Camera(source="film"))
        self._pipeline = Pipeline(self._room, Settings(rooms=(self._room,)), 0.0)
        self._moment = Moment(0.0, NOON)

    def take(self, frame: Image, now: float, number: int, passes: Passes) -> None:
        """Take one frame, and add what it has cost."""
        before = self._finder.invoke_seconds
        marks = [self._clock()]
        view = self._gate.measure(frame, now)
        marks.append(self._clock())
        poses = self._finder.find(frame, now) if view.look else ()
        if view.look:
            self._gate.looked(now, person=bool(poses))
        marks.append(self._clock())
        record = decode(encode(observation_of(Frame(now, frame, number), view, poses)))
        marks.append(self._clock())
        if isinstance(record, Observation):
            self._pipeline.update(record, self._moment)
        marks.append(self._clock())
        passes.add(self._finder.invoke_seconds - before, marks)


def films(sources: Iterable[str], seconds: float) -> Iterator[tuple[float, Image]]:
    """Yield (time, frame) of the films after one another, so many seconds of each, in two buffers as in the eye.

    Raises SourceError where one has no frames.
    """
    base = 0.0
    for source in sources:
        buffers, last, end = Buffers(0, count=2), None, base
        for now, image in frames(Path(source), FPS):
            if now > seconds:
                break
            last, end = buffers.keep(image, () if last is None else (last,)), base + now
            yield end, last
        if last is None:
            message = f"{source}: has no frame that can be read; an MP4, MKV or AVI file would be right"
            raise SourceError(message)
        base = end + 1 / FPS


class Alone:
    """Every shipped model by itself, on the picture of noise that it was made with."""

    def __init__(self, runtime: Runtime) -> None:
        directory, threads = models_directory(), Models().threads
        names = (MULTIPOSE, LIGHTNING, THUNDER)
        self._engines = {name: Engine(directory / name, runtime=runtime, threads=threads) for name in names}
        self._engines[MULTIPOSE].resize(256, PIXELS // 256)
        for engine in self._engines.values():
            engine.picture[:] = np.random.default_rng(1).integers(0, 256, engine.picture.shape, dtype=np.uint8)
            engine.run()  # the first one also packs the weights
        self._turns = cycle(self._engines.items())
        self._spent: dict[str, list[float]] = {name: [] for name in names}

    def run_next(self) -> None:
        """Run the model whose turn it is."""
        name, engine = next(self._turns)
        before = engine.invoke_seconds
        engine.run()
        self._spent[name].append(engine.invoke_seconds - before)

    def report(self) -> dict[str, object]:
        """Return the milliseconds of each model that had its turn."""
        return {name: {"raw_invoke_ms": milliseconds(each, 50, 95)} for name, each in self._spent.items() if each}


def measure(runtime: Runtime, film: Film, step: Callable[[], object] = lambda: None) -> dict[str, object]:
    """Measure one runtime over a film, calling `step` after every frame. Raises ModelError where there is none."""
    finder = PoseFinder(runtime=runtime, threads=Models().threads)
    alone, whole, passes = Alone(runtime), Whole(finder), Passes()
    for number, (now, frame) in enumerate(film):
        whole.take(frame, now, number, passes)
        if number % RAW_EVERY == 0:
            alone.run_next()
        step()
    return {**passes.report(), "models": alone.report()}


def installed(runtime: Runtime) -> bool:
    """Tell whether a runtime can be loaded here."""
    try:
        Engine(models_directory() / LIGHTNING, runtime=runtime)
    except ModelError:
        return False
    return True
