"""A camera or stream as a source of frames: the latest one wins."""

import itertools
import threading
import time
from typing import Any, Protocol

from guardian.errors import SourceError
from guardian.eye.engine import Image
from guardian.eye.orders import redacted
from guardian.eye.source import Buffers, Frame, Rate
from guardian.settings import Camera


class Capture(Protocol):
    """What a live source is read through: the part of cv2.VideoCapture that is used."""

    def grab(self) -> bool:
        """Wait for the next frame; False if there will be none."""

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the grabbed frame."""

    def release(self) -> None:
        """Close the device."""


class LiveSource:
    """A camera or stream: a thread takes every frame out of it, and `read` gets the latest."""

    def __init__(self, camera: Camera, capture: Capture, watchdog: float) -> None:
        self._name = redacted(camera.source)
        self._capture = capture
        self._watchdog = watchdog
        self._rate = Rate(camera.fps)
        self._buffers = Buffers(camera.rotate, count=4)  # two read, one waiting, one being written
        self._changed = threading.Condition()
        self._latest: Frame | None = None
        self._read: tuple[Image, ...] = ()
        self._not_before = 0.0
        self._lost = False
        self._closing = False
        self._thread = threading.Thread(target=self._take_frames, name="camera", daemon=True)
        self._thread.start()
        self.height, self.width = self._first_image().shape[:2]

    def read(self, not_before: float = 0.0) -> Frame | None:
        """Return the newest frame that was not returned yet, waiting for it at most `watchdog` seconds."""
        with self._changed:
            self._not_before = not_before
            if self._latest is not None and self._latest.time < not_before:
                self._latest = None
            if not self._changed.wait_for(lambda: self._latest is not None or self._lost, self._watchdog):
                message = f"{self._name}: gave no frame for {self._watchdog:g} s; check its power, cable or network"
                raise SourceError(message)
            if self._latest is None:
                message = f"{self._name}: stopped giving frames; check its power, cable or network"
                raise SourceError(message)
            frame, self._latest = self._latest, None
            self._read = (*self._read[-1:], frame.image)
            return frame

    def close(self) -> None:
        """Stop the thread, close the device, blacken the buffers."""
        self._closing = True
        self._thread.join(self._watchdog)
        if not self._thread.is_alive():
            self._capture.release()
        self._buffers.blacken()

    def _first_image(self) -> Image:
        with self._changed:
            self._changed.wait_for(lambda: self._latest is not None or self._lost, self._watchdog + 5)
            if self._latest is None:
                message = f"{self._name}: opens, but gives no frame; check its power, cable or network"
                raise SourceError(message)
            return self._latest.image

    def _take_frames(self) -> None:
        try:
            for number in itertools.count(1):
                if self._closing or not self._capture.grab():
                    return
                self._take(number, time.monotonic())
        finally:
            with self._changed:
                self._lost = True
                self._changed.notify()

    def _take(self, number: int, now: float) -> None:
        """Put the grabbed frame where `read` finds it, if it is due."""
        if now < self._not_before or not self._rate.due(now):
            return
        good, image = self._capture.retrieve()
        if good:
            frame = Frame(now, self._buffers.keep(image, self._in_use()), number)
            with self._changed:
                self._latest = frame
                self._changed.notify()

    def _in_use(self) -> tuple[Image, ...]:
        with self._changed:
            return (*self._read, self._latest.image) if self._latest else self._read
