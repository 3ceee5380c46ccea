"""Write frames to a video: H.264 through Debian's ffmpeg where it is installed, else MPEG-4 through OpenCV.

OpenCV's wheels carry no H.264 encoder; MPEG-4 at OpenCV's fixed quality is several times as large for these pictures.
"""

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from guardian.errors import ConfigurationError

Frame: TypeAlias = NDArray[np.uint8]
QUALITY = "23"


def write(frames: Iterable[Frame], out: Path, size: tuple[int, int], fps: float) -> None:
    """Write BGR frames of `size` (width, height) to `out` (.mp4); ConfigurationError where that cannot be written."""
    if out.suffix != ".mp4" or not out.parent.is_dir():
        message = f"{out}: cannot be written; give a path ending in .mp4 in a directory that exists"
        raise ConfigurationError(message)
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg:
        _h264(ffmpeg, frames, out, size, fps)
    else:
        _mpeg4(frames, out, size, fps)


def _h264(ffmpeg: str, frames: Iterable[Frame], out: Path, size: tuple[int, int], fps: float) -> None:
    """Pipe the frames to ffmpeg; one thread, so that the same frames give the same file."""
    taken = ["-f", "rawvideo", "-pix_fmt", "bgr24", "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "-"]
    given = ["-c:v", "libx264", "-preset", "slow", "-crf", QUALITY, "-threads", "1", "-pix_fmt", "yuv420p"]
    plain = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart", str(out)]
    command = [ffmpeg, "-v", "error", "-y", *taken, *given, *plain]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:  # noqa: S603 - a fixed command, no shell
        if encoder.stdin is None:
            message = f"{ffmpeg}: took no pipe"
            raise ConfigurationError(message)
        try:
            for frame in frames:
                encoder.stdin.write(frame.tobytes())
        except BrokenPipeError as error:
            message = f"{out}: {ffmpeg} gave up; its own message stands above"
            raise ConfigurationError(message) from error
    if encoder.returncode != 0:
        message = f"{out}: {ffmpeg} ended with {encoder.returncode}; its own message stands above"
        raise ConfigurationError(message)


def _mpeg4(frames: Iterable[Frame], out: Path, size: tuple[int, int], fps: float) -> None:
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"mp4v"), fps, size)
    if not writer.isOpened():
        message = f"{out}: OpenCV cannot write it; install ffmpeg (apt-get install ffmpeg) or another OpenCV"
        raise ConfigurationError(message)
    for frame in frames:
        writer.write(frame)
    writer.release()
