"""A video file as a source of frames, in real time or as fast as it can be looked at."""

import time
from collections.abc import Iterator
from typing import Literal

import cv2
import numpy as np

from guardian.errors import SourceError
from guardian.eye.source import Buffers, Frame, Rate
from guardian.settings import Camera

_LEAST_STEP = 0.001
"""Seconds between two frames at least: some containers repeat a timestamp, and stages divide by the difference."""


class FileSource:
    """A video file, at its container's own timestamps (never a frame count: the rate may vary). Its last frame is held
    for `hold` seconds, and with `loop` it then begins again.

    At pace `fast` every frame comes as soon as it is asked for, and time starts at 0. At pace `live` it plays in real
    time from now on, and frames that are late are dropped, as a camera would.
    """

    def __init__(
        self, camera: Camera, capture: "cv2.VideoCapture", *, pace: Literal["live", "fast"], hold: float, loop: bool
    ) -> None:
        self._name = camera.source
        self._capture = capture
        self._live = pace == "live"
        self._hold = hold
        self._loop = loop
        self._period = 1.0 / camera.fps
        self._held_count = int(hold / self._period)
        self._rate = Rate(camera.fps)
        self._buffers = Buffers(camera.rotate, count=2)
        self._not_before = 0.0
        self._frames = self._play()
        width, height = (int(capture.get(side)) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        self.width, self.height = (height, width) if camera.rotate in (90, 270) else (width, height)

    def read(self, not_before: float = 0.0) -> Frame | None:
        """Return the next frame, None after the last."""
        self._not_before = not_before
        return next(self._frames, None)

    def close(self) -> None:
        """Close the file and blacken the buffers."""
        self._capture.release()
        self._buffers.blacken()

    def _play(self) -> Iterator[Frame]:
        """Yield the frames of the file, once or over and over, and then the last one for as long as it is held."""
        start = time.monotonic() if self._live else 0.0
        last: Frame | None = None
        for passing in self._moments(start):
            if passing is None:
                yield from () if last is None else self._held(last)
                continue
            moment, number = passing
            if moment < self._not_before or self._late(moment) or not self._rate.due(moment):
                continue
            good, image = self._capture.retrieve()
            if good:
                kept = self._buffers.keep(np.asarray(image, np.uint8), (last.image,) if last else ())
                last = Frame(moment, kept, number)
                self._wait_until(moment)
                yield last
        if last is None:
            message = f"{self._name}: has no frame that can be read; an MP4, MKV or AVI file would be right"
            raise SourceError(message)
        yield from self._held(last)

    def _moments(self, start: float) -> Iterator[tuple[float, int] | None]:
        """Grab frame by frame; yield the time of each, always rising, and its number; None between two rounds."""
        number, last, base = 0, start - _LEAST_STEP, start
        while True:
            first = number
            while self._capture.grab():
                number += 1
                last = max(base + self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1e3, last + _LEAST_STEP)
                yield last, number
            if not self._loop or number == first or not self._capture.set(cv2.CAP_PROP_POS_MSEC, 0):
                return
            base, number = last + self._hold + self._period, number + self._held_count
            yield None

    def _held(self, last: Frame) -> Iterator[Frame]:
        """Yield the last frame again and again, time going on, for `hold` seconds."""
        for count in range(1, self._held_count + 1):
            moment = last.time + count * self._period
            self._wait_until(moment)
            yield Frame(moment, last.image, last.number + count, held=True)

    def _late(self, moment: float) -> bool:
        return self._live and moment < time.monotonic() - self._period

    def _wait_until(self, moment: float) -> None:
        if self._live:
            time.sleep(max(0.0, moment - time.monotonic()))
