"""The eye's own process: opens model and camera, locks itself in, and turns frames into records until the end."""

import codecs
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import cv2
import numpy.ma  # noqa: F401 - median and percentile import it when they are first called, which is too late
from pydantic import ValidationError

from guardian.errors import GuardianError, ModelError, SandboxError, SourceError
from guardian.eye import allowance, memory, proof, sandbox
from guardian.eye.camera import access, open_source
from guardian.eye.engine import interpreter_class, models_directory
from guardian.eye.light import drawn_out
from guardian.eye.motion import MotionGate, View
from guardian.eye.movenet import PoseFinder
from guardian.eye.orders import LAST_WORDS, NEW_VIEW, ExitStatus, EyeSettings
from guardian.eye.scenery import Scenery
from guardian.eye.source import Frame, Source
from guardian.eye.wire import (
    MODULES,
    RUNTIMES,
    Confinement,
    End,
    Hello,
    Reason,
    Record,
    encode,
)
from guardian.skeleton import Observation, Pose

_STATUS = {SourceError: ExitStatus.NO_SOURCE, SandboxError: ExitStatus.NOT_CONFINED, ModelError: ExitStatus.NO_MODEL}


def main() -> int:
    """Run one eye by the EyeSettings in the first line on standard input; return its ExitStatus.

    Until it is locked in it says on standard error what went wrong; after that only records leave it.
    """
    try:
        settings = EyeSettings.model_validate_json(sys.stdin.buffer.readline())
    except ValidationError as error:
        sys.stderr.write(f"{LAST_WORDS}settings: {error.error_count()} errors, first {error.errors()[0]['msg']}\n")
        return ExitStatus.USAGE
    try:
        eye = Eye(settings, sys.stdin.fileno())
    except GuardianError as error:
        sys.stderr.write(f"{LAST_WORDS}{error}\n")
        return _STATUS.get(type(error), ExitStatus.FAULT)
    try:
        return eye.prove() if settings.prove else eye.watch()
    except BrokenPipeError:
        return ExitStatus.BRAIN_GONE
    finally:
        eye.close()


def observation_of(frame: Frame, view: View, poses: tuple[Pose, ...], displaced: float = 0.0) -> Observation:
    """What the brain is told of a frame: the gate's measures, the poses that were found in it, and which share of the
    scenery is out of its place.
    """
    height, width = frame.image.shape[:2]
    return Observation(
        time=frame.time,
        poses=poses,
        aspect=width / height,
        looked=view.look,
        brightness=view.brightness,
        contrast=view.contrast,
        sharpness=view.sharpness,
        motion=view.motion,
        change=view.change,
        held=frame.held,
        displaced=displaced,
        frame=frame.number,
    )


class Eye:
    """One camera, one finder of poses, locked in by the end of the construction. `orders` is the open file by which it
    hears NEW_VIEW.

    Raises:
        SourceError: the camera, stream or file cannot be opened.
        ModelError: a model or the runtime is missing, altered or unreadable.
        SandboxError: the kernel would not confine this process, and the settings insist on it.

    """

    def __init__(self, settings: EyeSettings, orders: int) -> None:
        self._wire, self._orders = settings.wire, orders
        os.set_blocking(orders, False)
        allowance.offer_first()
        allowance.limit()
        directory = settings.models or models_directory()
        wanted = access(settings.camera, (directory,))
        runtime = interpreter_class(settings.runtime).__module__  # imported now: later there is no reading of code
        codecs.lookup("ascii")  # nor of the codec for the models' sums
        cv2.getNumThreads()  # nor, at the first large picture, of OpenCV's plug-ins for threads
        dumps, swap = memory.keep_from_dumps(), memory.keep_from_swap()
        confinement = self._try(settings, lambda: sandbox.confine_files(wanted), Confinement())
        confinement = replace(confinement, kept_from_dumps=dumps, kept_from_swap=swap)
        self._finder = PoseFinder(directory, runtime=settings.runtime, threads=settings.threads)
        self._source: Source = open_source(
            settings.camera, pace=settings.pace, hold=settings.hold, loop=settings.loop, watchdog=settings.watchdog
        )
        self._gate, self._scenery = MotionGate(), Scenery()
        confined = self._try(settings, lambda: sandbox.lock_in(wanted, self._wire, confinement), confinement)
        sys.excepthook = self._report_fault
        number = next((i for i, name in enumerate(RUNTIMES) if name in runtime), 0)
        self._send(Hello(self._source.width, self._source.height, confined, number))

    def watch(self) -> int:
        """Send an observation for every frame until there are no more, and the reason at the end."""
        reason, status = Reason.NO_FRAMES, ExitStatus.SOURCE_LOST
        try:
            not_before = 0.0
            while frame := self._source.read(not_before):
                view = self._gate.measure(frame.image, frame.time)
                self._send(self._observe(frame, view))
                not_before = frame.time + view.rest
                reason = Reason.LOST
            reason, status = Reason.END_OF_FILE, ExitStatus.END_OF_FILE
        except SourceError:
            pass  # nobody can be told in words any more; the reason says it
        self._send(End(reason))
        return status

    def prove(self) -> int:
        """Send what came of every attempt to break out."""
        for attempt in proof.attempts():
            self._send(attempt)
        self._send(End(Reason.PROVED))
        return ExitStatus.END_OF_FILE

    def close(self) -> None:
        """Let the camera go and blacken its buffers."""
        self._source.close()

    def _observe(self, frame: Frame, view: View) -> Observation:
        poses = self._look(frame, view.contrast) if view.look else ()
        if self._told_anew():
            self._scenery.look_anew()
        return observation_of(frame, view, poses, self._scenery.measure(self._gate.cells, frame.time))

    def _look(self, frame: Frame, contrast: float) -> tuple[Pose, ...]:
        drawn = drawn_out(frame.image, contrast)
        poses = self._finder.find(drawn, frame.time)
        if drawn is not frame.image:
            drawn.fill(0)
        self._gate.looked(frame.time, person=bool(poses))
        return poses

    def _told_anew(self) -> bool:
        """Whether the brain has said since the last frame that what is seen is the view."""
        try:
            return NEW_VIEW in os.read(self._orders, len(NEW_VIEW))
        except BlockingIOError:
            return False

    def _send(self, record: Record) -> None:
        os.write(self._wire, encode(record))

    @staticmethod
    def _try(settings: EyeSettings, step: Callable[[], Confinement], otherwise: Confinement) -> Confinement:
        """Take a step of confinement; go on without it only where the configuration allows that."""
        try:
            return step()
        except SandboxError as error:
            if not settings.allow_unconfined:
                remedy = "or set privacy.allow_unconfined: true and let it be published as degraded"
                message = f"{error}; {remedy}"
                raise SandboxError(message) from error
            return otherwise

    def _report_fault(self, _kind: type[BaseException], _fault: BaseException, trace: TracebackType | None) -> None:
        """Say in numbers where the eye failed: words and the traceback cannot leave it any more."""
        places = [(Path(frame.f_code.co_filename).stem, line) for frame, line in traceback.walk_tb(trace)]
        ours = [(MODULES.index(module), line) for module, line in places if module in MODULES]
        self._send(End(Reason.FAULT, *(ours[-1] if ours else ())))
