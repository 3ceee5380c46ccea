"""Where the frames come from: V4L2 and CSI cameras, RTSP and HTTP streams, video files, behind one interface.

A source is opened once and never again: opening needs rights that the eye gives up before the first frame.
"""

import os
import re
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import cv2
import numpy as np

from guardian.errors import SourceError
from guardian.eye.engine import Image
from guardian.eye.sandbox import Access
from guardian.eye.wire import redacted
from guardian.settings import Camera

_NETWORK = re.compile(r"^(rtsps?|https?)://", re.IGNORECASE)
_CSI = re.compile(r"^csi(?::(\d))?$")
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_ROTATIONS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_OPEN_MILLISECONDS = 10_000
_LEAST_STEP = 0.001
"""Seconds between two frames at least: some containers repeat a timestamp, and stages divide by the difference."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One image: `time` of capture in monotonic seconds, `image` uint8 (height, width, 3) BGR, `number` counted since
    the source was opened. `held` marks the repeated last frame of a file.

    The image is the source's own buffer: it stays as it is until the second next `read`, and is then written over.
    """

    time: float
    image: Image
    number: int
    held: bool = False


class Source(Protocol):
    """Anything that gives frames, at most `camera.fps` a second by their time of capture."""

    width: int
    height: int

    def read(self) -> Frame | None:
        """Return the next frame, waiting for it; None at the end of a file.

        Raises:
            SourceError: the camera or stream has stopped giving frames.

        """

    def close(self) -> None:
        """Let the device go and blacken the buffers."""


class Rate:
    """Lets frames pass at no more than `fps` a second on average, by their times alone."""

    def __init__(self, fps: float) -> None:
        self._period = 1.0 / fps
        self._due: float | None = None

    def due(self, now: float) -> bool:
        """Return whether the frame captured at `now` is to be looked at, and count it if so."""
        if self._due is None or now > self._due + self._period or now < self._due - 2 * self._period:
            self._due = now + self._period
            return True
        if now < self._due - self._period / 4:  # a quarter early is in time: cameras are not exact
            return False
        self._due += self._period
        return True


class Buffers:
    """Frames turned the right way up, in a few arrays that are used over and over."""

    def __init__(self, rotate: int, count: int) -> None:
        self._rotation = _ROTATIONS.get(rotate)
        self._images: list[Image] = [np.zeros((1, 1, 3), np.uint8) for _ in range(count)]

    def keep(self, image: Image, in_use: Sequence[Image]) -> Image:
        """Copy an image, rotated, into a buffer that is not in use (one must be left), and return that buffer."""
        index = next(i for i, kept in enumerate(self._images) if not any(kept is used for used in in_use))
        kept = self._images[index]
        if self._rotation is not None:
            kept = np.asarray(cv2.rotate(image, self._rotation, dst=kept), np.uint8)
        elif kept.shape == image.shape:
            np.copyto(kept, image)
        else:
            kept = image.copy()
        self._images[index] = kept
        return kept

    def blacken(self) -> None:
        """Overwrite every picture."""
        for image in self._images:
            image.fill(0)


def is_network(source: str) -> bool:
    """Return whether frames come over the network."""
    return bool(_NETWORK.match(source))


def is_file(source: str) -> bool:
    """Return whether the source is a video file, and not something live."""
    if is_network(source) or _CSI.match(source):
        return False
    return not source.startswith("/dev/")


def access(camera: Camera, read: tuple[Path, ...] = ()) -> Access:
    """Return what the sandbox must leave open to read from this camera, and from the files in `read`."""
    source = camera.source
    if is_network(source):
        scheme, _, rest = source.partition("://")
        port = re.match(r"(?:[^/@]*@)?(?:\[[^\]]*\]|[^/:]*):(\d+)", rest)
        return Access(read=read, network=True, port=int(port[1]) if port else _PORTS[scheme.lower()])
    if _CSI.match(source):
        return Access(read=read, csi=True, devices=_csi_devices())
    path = Path(source).resolve()
    return Access(read=(*read, path)) if is_file(source) else Access(read=read, devices=(path,))


def _csi_devices() -> tuple[Path, ...]:
    """Return the devices that libcamera drives: sensor, image processor and the memory between them."""
    return tuple(path for kind in ("video*", "media*", "v4l-subdev*", "dma_heap") for path in Path("/dev").glob(kind))


def open_source(
    camera: Camera,
    *,
    pace: Literal["live", "fast"] = "live",
    hold: float = 0.0,
    loop: bool = False,
    watchdog: float = 5.0,
) -> Source:
    """Open the camera, stream or file; `watchdog` is how many seconds a live source may be without a frame.

    Raises:
        SourceError: which source, what is wrong with it and what would be right.

    """
    if is_file(camera.source):
        return FileSource(camera, _open_file(camera.source), pace=pace, hold=hold, loop=loop)
    if _CSI.match(camera.source):
        return LiveSource(camera, CsiCapture(camera), watchdog)
    if is_network(camera.source):
        return LiveSource(camera, _open_stream(camera.source, watchdog), watchdog)
    return LiveSource(camera, _open_device(camera), watchdog)


def _open_file(source: str) -> "cv2.VideoCapture":
    path = Path(source)
    try:
        mode = path.stat().st_mode
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        remedy = "the path of a video file that the user who runs Guardian may read would be right"
        message = f"{source}: {error.strerror}; {remedy}"
        raise SourceError(message) from error
    capture = None if empty or not stat.S_ISREG(mode) else _capture(source, cv2.CAP_FFMPEG)
    if capture is None or not capture.isOpened():
        wrong = "is empty" if empty else "is no video that can be read"
        message = f"{source}: {wrong}; an MP4, MKV or AVI file would be right"
        raise SourceError(message)
    return capture


def _capture(source: str, backend: int, *options: int) -> "cv2.VideoCapture":
    return cv2.VideoCapture(source, backend, [cv2.CAP_PROP_N_THREADS, 1, *options])


def _open_stream(source: str, watchdog: float) -> "cv2.VideoCapture":
    # TCP: the sandbox allows no socket after this one, and a lost packet costs a body, not a frame.
    os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
    timeouts = (cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_MILLISECONDS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(watchdog * 1e3))
    capture = _capture(source, cv2.CAP_FFMPEG, *timeouts)
    if not capture.isOpened():
        message = f"{redacted(source)}: no stream; check address, user and password with another player on this machine"
        raise SourceError(message)
    return capture


def _open_device(camera: Camera) -> "cv2.VideoCapture":
    path = Path(camera.source)
    if not path.exists():
        present = ", ".join(sorted(map(str, Path("/dev").glob("video*")))) or "none"
        message = f"{path}: there is no such camera (present: {present}); plug it in, or name another in camera.source"
        raise SourceError(message)
    if not os.access(path, os.R_OK | os.W_OK):
        message = f"{path}: no permission; add the user who runs Guardian to the group video"
        raise SourceError(message)
    capture = cv2.VideoCapture(
        str(path),
        cv2.CAP_V4L2,
        [
            *(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),
            *(cv2.CAP_PROP_FRAME_WIDTH, camera.width),
            *(cv2.CAP_PROP_FRAME_HEIGHT, camera.height),
            *(cv2.CAP_PROP_BUFFERSIZE, 2),
        ],
    )
    if not capture.isOpened():
        message = f"{path}: is no camera, or another program has it; close that, or name another in camera.source"
        raise SourceError(message)
    return capture


class Capture(Protocol):
    """What a live source is read through: the part of cv2.VideoCapture that is used."""

    def grab(self) -> bool:
        """Wait for the next frame; False if there will be none."""

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the grabbed frame."""

    def release(self) -> None:
        """Close the device."""


class CsiCapture:
    """A Raspberry Pi camera through picamera2, behind the interface of cv2.VideoCapture."""

    def __init__(self, camera: Camera) -> None:
        number = _CSI.match(camera.source)
        try:
            from picamera2 import Picamera2  # noqa: PLC0415 - only on a Pi, and only where one is configured
        except ImportError as error:
            message = (
                f"{camera.source}: the Python package picamera2 is missing; apt install python3-picamera2, and make "
                "the virtual environment with --system-site-packages"
            )
            raise SourceError(message) from error
        try:
            self._camera = Picamera2(int(number[1] or 0) if number else 0)
            size = (camera.width, camera.height)
            # "RGB888" is libcamera's name for what OpenCV calls BGR (Picamera2 manual, section 4.2.2.2).
            self._camera.configure(
                self._camera.create_video_configuration(
                    main={"size": size, "format": "RGB888"}, controls={"FrameRate": camera.fps}
                )
            )
            self._camera.start()
        except (RuntimeError, IndexError) as error:
            remedy = "check the ribbon cable, and what `rpicam-hello --list-cameras` says"
            message = f"{camera.source}: no camera answers ({error}); {remedy}"
            raise SourceError(message) from error
        self._image: Any = None

    def grab(self) -> bool:
        """Wait for the next frame."""
        self._image = self._camera.capture_array("main")
        return True

    def retrieve(self) -> tuple[bool, Any]:
        """Return the grabbed frame."""
        return self._image is not None, self._image

    def release(self) -> None:
        """Stop the camera."""
        self._camera.stop()
        self._camera.close()


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
        self._lost = False
        self._closing = False
        self._thread = threading.Thread(target=self._take_frames, name="camera", daemon=True)
        self._thread.start()
        self.height, self.width = self._first_image().shape[:2]

    def read(self) -> Frame | None:
        """Return the newest frame that was not returned yet, waiting for it at most `watchdog` seconds."""
        with self._changed:
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
        number = 0
        while not self._closing and self._capture.grab():
            now = time.monotonic()
            number += 1
            if not self._rate.due(now):
                continue
            good, image = self._capture.retrieve()
            if good:
                self._replace(Frame(now, self._buffers.keep(image, self._in_use()), number))
        with self._changed:
            self._lost = True
            self._changed.notify()

    def _in_use(self) -> tuple[Image, ...]:
        with self._changed:
            return (*self._read, self._latest.image) if self._latest else self._read

    def _replace(self, frame: Frame) -> None:
        with self._changed:
            self._latest = frame
            self._changed.notify()


class FileSource:
    """A video file, at its container's own timestamps (never a frame count: the rate may vary).

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
        self._rate = Rate(camera.fps)
        self._buffers = Buffers(camera.rotate, count=2)
        self._frames = self._play()
        width, height = (int(capture.get(side)) for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        self.width, self.height = (height, width) if camera.rotate in (90, 270) else (width, height)

    def read(self) -> Frame | None:
        """Return the next frame, None after the last."""
        return next(self._frames, None)

    def close(self) -> None:
        """Close the file and blacken the buffers."""
        self._capture.release()
        self._buffers.blacken()

    def _play(self) -> Iterator[Frame]:
        """Yield the frames of the file, once or over and over, and then the last one for as long as it is held."""
        start = time.monotonic() if self._live else 0.0
        last: Frame | None = None
        for moment, number in self._moments(start):
            if not self._rate.due(moment) or self._late(moment):
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

    def _moments(self, start: float) -> Iterator[tuple[float, int]]:
        """Grab frame by frame; yield the time of each, always rising, and its number."""
        number, last, base = 0, start - _LEAST_STEP, start
        while True:
            first = number
            while self._capture.grab():
                number += 1
                last = max(base + self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1e3, last + _LEAST_STEP)
                yield last, number
            if not self._loop or number == first or not self._capture.set(cv2.CAP_PROP_POS_MSEC, 0):
                return
            base = last + self._period

    def _held(self, last: Frame) -> Iterator[Frame]:
        """Yield the last frame again and again, time going on, for `hold` seconds."""
        for count in range(1, int(self._hold / self._period) + 1):
            moment = last.time + count * self._period
            self._wait_until(moment)
            yield Frame(moment, last.image, last.number + count, held=True)

    def _late(self, moment: float) -> bool:
        return self._live and moment < time.monotonic() - self._period

    def _wait_until(self, moment: float) -> None:
        if self._live:
            time.sleep(max(0.0, moment - time.monotonic()))
