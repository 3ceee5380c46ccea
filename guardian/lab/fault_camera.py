"""A camera on the network of this machine, whose picture can be taken away in each way in which cameras fail."""

import threading
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np

FPS = 8
BOUNDARY = "frame"
ROOM = np.tile(np.linspace(40, 200, 320, dtype=np.uint8)[None, :, None], (240, 1, 3))
"""A wall on which light falls from one side."""


class Picture(Enum):
    """What the camera gives: LIVE has a sensor's noise, FROZEN is the same frame again and again, GONE no answer."""

    LIVE = "live"
    BLACK = "black"
    FROZEN = "frozen"
    SILENT = "silent"
    GONE = "gone"


class NetworkCamera:
    """Serves MJPEG on loopback while the context lasts; `picture` is what it gives from now on."""

    def __init__(self) -> None:
        self.picture = Picture.LIVE
        self._ending = threading.Event()
        camera = self

        class Streams(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Stream (http.server)."""
                if camera.picture is Picture.GONE:
                    self.send_error(503)
                    return
                self.send_response(200)
                self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
                self.end_headers()
                camera.stream(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Take it that the eye has hung up."""

        self._server = Server(("127.0.0.1", 0), Streams)

    def __enter__(self) -> "NetworkCamera":  # noqa: PYI034 - typing has no Self in Python 3.10
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="camera", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def source(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}/video.mjpg"

    def stream(self, to: BaseHTTPRequestHandler) -> None:
        """Give pictures until the end, or until there is no camera any more."""
        sensor, frozen, black = np.random.default_rng(1), jpeg(ROOM), jpeg(np.zeros_like(ROOM))
        while self.picture is not Picture.GONE and not self._ending.wait(1 / FPS):
            if self.picture is Picture.SILENT:
                continue
            noisy = np.asarray(cv2.add(ROOM, sensor.integers(0, 12, ROOM.shape, np.uint8)), np.uint8)
            body = {Picture.LIVE: jpeg(noisy), Picture.BLACK: black}.get(self.picture, frozen)
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
            to.wfile.write(head.encode() + body + b"\r\n")


def jpeg(image: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> bytes:
    """A picture of uint8 (height, width, 3) as a JPEG file."""
    return cv2.imencode(".jpg", image)[1].tobytes()
