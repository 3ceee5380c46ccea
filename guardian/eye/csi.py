"""A Raspberry Pi camera on the ribbon cable, through picamera2."""

import re
from typing import Any

from guardian.errors import SourceError
from guardian.settings import Camera

CSI = re.compile(r"^csi(?::(\d))?$")
"""How such a camera is named in the configuration: `csi` or `csi:1`."""


class CsiCapture:
    """A Raspberry Pi camera through picamera2, behind the interface of cv2.VideoCapture."""

    def __init__(self, camera: Camera) -> None:
        number = CSI.match(camera.source)
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
