"""Keeps one room's eye open: a thread that reads what it says, and starts a new one whenever it has ended."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from guardian.errors import GuardianError
from guardian.eye.orders import EyeSettings
from guardian.eye.spawn import EyeProcess
from guardian.eye.wire import Hello
from guardian.skeleton import Observation

log = logging.getLogger(__name__)

PAUSES = (0.2, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before a new eye. The first is short, since a new eye takes seconds to load its models and the person on the
floor is unseen meanwhile; a camera that stays away must not keep the box busy."""
STEADY_SECONDS = 20.0
"""An eye that has worked for so long did not fail at its start: the pauses begin anew."""
FILM_ENDED = "The film has ended."
LIVE = ("/dev/", "csi", "rtsp:", "rtsps:", "http:", "https:")


@dataclass(frozen=True, slots=True)
class Greeted:
    """The eye of `room` is open and confined, or not, as `hello` says."""

    room: str
    hello: Hello


@dataclass(frozen=True, slots=True)
class Seen:
    """The eye of `room` has seen something."""

    room: str
    observation: Observation


@dataclass(frozen=True, slots=True)
class Cut:
    """The eye of `room` has ended, for `reason`."""

    room: str
    reason: str


Sight: TypeAlias = Greeted | Seen | Cut


class Watch(threading.Thread):
    """Watches one room. `say` is called on this thread with everything that comes, and must not block.

    A camera or stream is opened again after PAUSES for as long as this lives; a film that has ended is not. While it is
    closed there is no eye, and nothing is said.
    """

    def __init__(
        self,
        room: str,
        orders: EyeSettings,
        say: Callable[[Sight], None],
        *,
        start_eye: Callable[[EyeSettings], EyeProcess] = EyeProcess,
        pauses: tuple[float, ...] = PAUSES,
    ) -> None:
        super().__init__(name=f"eye of {room}", daemon=True)
        self._room, self._orders, self._say = room, orders, say
        self._start_eye, self._pauses = start_eye, pauses
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._eye: EyeProcess | None = None
        self._closed = self._called_off = False
        self._film_ended = False

    @property
    def room(self) -> str:
        """The room's name."""
        return self._room

    @property
    def failed(self) -> bool:
        """Whether this thread has ended by a fault of its own, so that nobody will open an eye again."""
        return self.ident is not None and not (self.is_alive() or self._film_ended or self._stopping.is_set())

    @property
    def pid(self) -> int | None:
        """The process of the eye that is open."""
        with self._lock:
            return self._eye.pid if self._eye is not None else None

    def run(self) -> None:
        """Watch until stopped, or until the film has ended."""
        attempt = 0
        while self._may_look():
            began = time.monotonic()
            reason = self._look()
            if self._stopping.is_set():
                return
            if self._called_off:
                attempt = 0
                continue
            log.warning("event=eye_ended room=%r reason=%r", self._room, reason)
            self._say(Cut(self._room, reason))
            if reason == FILM_ENDED:
                self._film_ended = True
                return
            attempt = 0 if time.monotonic() - began >= STEADY_SECONDS else attempt
            with self._changed:
                seconds = self._pauses[min(attempt, len(self._pauses) - 1)]
                closed = self._changed.wait_for(lambda: self._stopping.is_set() or self._called_off, seconds)
            attempt = 0 if closed else attempt + 1

    def close(self) -> None:
        """End the eye and open none until `open`; returns at once, and the camera is free a moment later."""
        with self._changed:
            self._closed = self._called_off = True
            if self._eye is not None:
                self._eye.end()
            self._changed.notify_all()

    def open(self) -> None:
        """Open the eye again, at once."""
        with self._changed:
            self._closed = False
            self._changed.notify_all()

    def _may_look(self) -> bool:
        """Wait while it is closed; whether there is to be an eye then."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping.is_set() or not self._closed)
            return not self._stopping.is_set()

    def look_anew(self) -> None:
        """What the open eye sees now is its view; one that is opened later takes what it then sees anyway."""
        with self._lock:
            if self._eye is not None:
                self._eye.look_anew()

    def stop(self) -> None:
        """End the eye and the thread."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
            if self._eye is not None:
                self._eye.stop()
        if self.ident is not None:
            self.join()

    def _look(self) -> str:
        """Pass on what one eye says until it ends; return why it did."""
        try:
            with self._open() as eye:
                for record in eye.records():
                    if isinstance(record, Observation):
                        self._say(Seen(self._room, record))
                    elif isinstance(record, Hello):
                        self._say(Greeted(self._room, record))
        except (GuardianError, OSError) as error:  # OSError: the system has no process or memory left for now
            return str(error)
        finally:
            with self._lock:
                self._eye = None
        live = self._orders.camera.source.lower().startswith(LIVE)
        return "The camera gives no more pictures." if live else FILM_ENDED

    def _open(self) -> EyeProcess:
        with self._lock:
            self._eye = self._start_eye(self._orders)
            self._called_off = self._closed
            if self._stopping.is_set():
                self._eye.stop()
            elif self._closed:
                self._eye.end()
            return self._eye
