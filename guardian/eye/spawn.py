"""The brain's side of an eye: starts its process, reads its records, and ends it. Nothing here can hold a picture."""

import contextlib
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Literal

from guardian.errors import GuardianError, ModelError, SandboxError, SourceError, WireError
from guardian.eye.orders import LAST_WORDS, NEW_VIEW, ExitStatus, EyeSettings, orders_for, redacted
from guardian.eye.wire import (
    MODULES,
    RECORD_BYTES,
    Confinement,
    End,
    Hello,
    Proof,
    Reason,
    Record,
    Stream,
)
from guardian.settings import Camera, Models
from guardian.skeleton import Observation

_COMMAND = (sys.executable, "-I", "-B", "-m", "guardian.eye")
"""Isolated: neither the working directory nor the user's own packages are searched for code. And nothing that was
compiled is kept: the eye writes no file, not even before it is confined.
"""

_WORDS_BYTES = 8192
_CHATTER = "INFO:"
"""What TensorFlow Lite says of itself on standard error is no reason for anything."""
_WORDS_SECONDS = 1.0
_FAREWELL_SECONDS = 2.0
_AHEAD_SECONDS = 1.0
_BEHIND_SECONDS = 60.0
"""A frame that an eye says to have captured later than now, or a minute ago, was captured by a clock that is no clock.
The brain would believe to have seen a room in the future, and miss no frame until then."""
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ")
_QUIET = {"OPENCV_LOG_LEVEL": "OFF", "OPENCV_FFMPEG_LOGLEVEL": "-8", "TF_CPP_MIN_LOG_LEVEL": "3"}
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_ERRORS: dict[int, type[GuardianError]] = {
    ExitStatus.NO_SOURCE: SourceError,
    ExitStatus.NOT_CONFINED: SandboxError,
    ExitStatus.NO_MODEL: ModelError,
}
_ENDS = {
    Reason.LOST: "stopped giving frames; check its power, cable or network",
    Reason.NO_FRAMES: "has no frame that can be read; a working camera, or an MP4, MKV or AVI file, would be right",
    Reason.FAULT: "the eye failed in itself",
}


class EyeProcess:
    """One eye: construction starts its process, `records` yields what it says, `stop` ends it.

    `start_seconds` is how long it may take until its first record, `silence_seconds` how long between two; an eye that
    is silent for longer is killed. One thread reads `records`; `stop` may be called from any.
    """

    def __init__(self, settings: EyeSettings, *, start_seconds: float = 60.0, silence_seconds: float = 15.0) -> None:
        self._settings = settings
        self._patience = {False: start_seconds, True: silence_seconds}
        self._words = b""
        self._stopped = threading.Event()
        self._reading, self._telling = threading.Lock(), threading.Lock()
        self._wire, theirs = os.pipe()
        try:
            self._process = _start(theirs)
        finally:
            os.close(theirs)
        _write_settings(self._process, settings.model_copy(update={"wire": theirs}))

    def __enter__(self) -> "EyeProcess":  # noqa: PYI034 - typing has no Self in Python 3.10
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """An ExitStatus, or the negative number of the signal that ended it; None while it runs."""
        return self._process.poll()

    def end(self) -> None:
        """End the process without waiting for it; whoever reads `records` does."""
        self._stopped.set()
        self._process.kill()

    def stop(self) -> None:
        """End the process if it still runs, and wait for it. It has nothing to save."""
        self._stopped.set()
        self._process.kill()
        self._process.wait()
        if self._reading.acquire(blocking=False):  # else `records` closes, when it has seen the end
            self._close()
            self._reading.release()

    def look_anew(self) -> None:
        """Tell it that what it sees now is its view; any thread may, and one that has ended is told nothing."""
        with self._telling:
            if self._process.stdin is not None and not self._process.stdin.closed:
                with contextlib.suppress(OSError):
                    self._process.stdin.write(NEW_VIEW)

    def records(self) -> Iterator[Record]:
        """Yield records as they come, once: a Hello, then Observations (or Proofs), then an End with a good reason.

        It ends without an End only after `stop`.

        Raises:
            SourceError: no frames, no more frames, or the eye died or fell silent.
            SandboxError: it is not confined as the settings demand.
            ModelError: a model or the runtime is missing, altered or unreadable.
            WireError: it sent what is no record, or of a time that cannot be, and was ended for it.

        """
        with self._reading:
            try:
                if self._wire >= 0:
                    yield from self._until_the_end()
            finally:
                self._stopped.set()
                self._process.kill()
                self._process.wait()
                self._close()

    def _until_the_end(self) -> Iterator[Record]:
        stream = Stream()
        while not stream.ended and (piece := self._read(self._patience[stream.greeted])):
            for record in stream.feed(piece):
                self._check(record)
                yield record
        status = self._farewell()
        if not stream.ended and not self._stopped.is_set():
            raise self._failure(status)

    def _farewell(self) -> int:
        """Give the process, which has closed its pipe or is about to, a moment to end; return its status."""
        try:
            return self._process.wait(_FAREWELL_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _read(self, patience: float) -> bytes:
        """Return what has come through the pipe, b"" at its end, gathering the eye's words on the way."""
        deadline = time.monotonic() + patience
        with selectors.DefaultSelector() as ready:
            ready.register(self._wire, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                if ready.select(min(left, _WORDS_SECONDS)):
                    return os.read(self._wire, 64 * RECORD_BYTES)
                self._hear()
        message = f"{self._name}: the eye said nothing for {patience:g} s and was ended"
        raise SourceError(message)

    def _hear(self) -> None:
        """Take what stands in standard error, and keep the end of it."""
        if self._process.stderr is not None:
            while words := self._process.stderr.read(_WORDS_BYTES):
                self._words = (self._words + words)[-_WORDS_BYTES:]

    @property
    def _name(self) -> str:
        return redacted(self._settings.camera.source)

    def _check(self, record: Record) -> None:
        """Refuse an eye that is not confined as demanded or lives in another time; turn a bad end into an error."""
        if isinstance(record, Observation) and self._settings.pace == "live":
            late = time.monotonic() - record.time
            if not -_AHEAD_SECONDS <= late <= _BEHIND_SECONDS:
                message = f"{self._name}: the eye sent a frame of {abs(late):.0f} s {'ago' if late > 0 else 'ahead'}"
                raise WireError(message)
        if isinstance(record, Hello) and not (record.confinement.complete or self._settings.allow_unconfined):
            message = f"{self._name}: the eye is not confined: {record.confinement}"
            raise SandboxError(message)
        if isinstance(record, End) and record.reason in _ENDS:
            self._farewell()
            where = f" ({MODULES[record.module]}.py, line {record.line})" if record.reason is Reason.FAULT else ""
            message = f"{self._name}: {_ENDS[record.reason]}{where}"
            raise SourceError(message)

    def _failure(self, status: int) -> GuardianError:
        """Return the error for an eye that ended without an End, in its own last words."""
        self._hear()
        lines = self._words.decode(errors="replace").splitlines()
        said = [line for line in lines if line.strip() and not line.startswith(_CHATTER)]
        spoken = [line.removeprefix(LAST_WORDS) for line in said if line.startswith(LAST_WORDS)]
        if spoken:
            return _ERRORS.get(status, SourceError)(spoken[-1])
        how = f"signal {-status}" if status < 0 else f"status {status}"
        last = f": {said[-1]}" if said else ""
        return SourceError(f"{self._name}: the eye ended by itself ({how}){last}")

    def _close(self) -> None:
        if self._wire >= 0:
            os.close(self._wire)
            self._wire = -1
        with self._telling:
            for end in (self._process.stdin, self._process.stderr):
                if end is not None:
                    end.close()


def _start(wire: int) -> "subprocess.Popen[bytes]":
    """Start the interpreter: own session, bare environment, and nothing of ours open in it but the pipe."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    process = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        bufsize=0,
        pass_fds=(wire,),
        start_new_session=True,
        env={**environment, **_QUIET, **_ONE_THREAD},
    )
    if process.stderr is not None:
        os.set_blocking(process.stderr.fileno(), False)
    return process


def _write_settings(process: "subprocess.Popen[bytes]", settings: EyeSettings) -> None:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):  # one that died already is told by `records`
            process.stdin.write(settings.model_dump_json().encode() + b"\n")
        os.set_blocking(process.stdin.fileno(), False)


def observe_file(
    camera: Camera,
    models: Models | None = None,
    *,
    hold: float = 0.0,
    pace: Literal["live", "fast"] = "fast",
    allow_unconfined: bool = False,
) -> Iterator[Observation]:
    """Yield the observations of a video file from a confined eye, times in seconds from its start at pace `fast`.

    Raises:
        SourceError, SandboxError, ModelError, WireError: as EyeProcess.records does.

    """
    settings = orders_for(camera, models or Models(), allow_unconfined=allow_unconfined, pace=pace, hold=hold)
    with EyeProcess(settings) as eye:
        for record in eye.records():
            if isinstance(record, Observation):
                yield record


def prove(settings: EyeSettings) -> tuple[Confinement, tuple[Proof, ...]]:
    """Start a real eye with these settings, let it try to break out, and return its confinement and what came of it.

    Raises:
        SourceError, SandboxError, ModelError, WireError: as EyeProcess.records does.

    """
    with EyeProcess(settings.model_copy(update={"prove": True})) as eye:
        records = tuple(eye.records())
    confinement = next(record.confinement for record in records if isinstance(record, Hello))
    return confinement, tuple(record for record in records if isinstance(record, Proof))
