"""Where the frames come from: V4L2 and CSI cameras, RTSP and HTTP streams, video files, behind one interface.

A source is opened once and never again: opening needs rights that the eye gives up before the first frame.
"""

import os
import re
import stat
from pathlib import Path
from typing import Literal

import cv2

from guardian.errors import SourceError
from guardian.eye.csi import CSI, CsiCapture
from guardian.eye.live import LiveSource
from guardian.eye.orders import redacted
from guardian.eye.sandbox import Access
from guardian.eye.source import Source
from guardian.eye.video_file import FileSource
from guardian.settings import Camera

_NETWORK = re.compile(r"^(rtsps?|https?)://", re.IGNORECASE)
_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_OPEN_MILLISECONDS = 10_000


def is_network(source: str) -> bool:
    """Return whether frames come over the network."""
    return bool(_NETWORK.match(source))


def is_file(source: str) -> bool:
    """Return whether the source is a video file, and not something live."""
    if is_network(source) or CSI.match(source):
        return False
    return not source.startswith("/dev/")


def access(camera: Camera, read: tuple[Path, ...] = ()) -> Access:
    """Return what the sandbox must leave open to read from this camera, and from the files in `read`."""
    source = camera.source
    if is_network(source):
        scheme, _, rest = source.partition("://")
        port = re.match(r"(?:[^/@]*@)?(?:\[[^\]]*\]|[^/:]*):(\d+)", rest)
        return Access(read=read, network=True, port=int(port[1]) if port else _PORTS[scheme.lower()])
    if CSI.match(source):
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
    if CSI.match(camera.source):
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
