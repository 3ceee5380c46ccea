"""The real eye on a real RTSP server (GStreamer's), on loopback."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from guardian.errors import SourceError
from guardian.eye.orders import EyeSettings
from guardian.eye.spawn import EyeProcess
from guardian.eye.wire import Hello
from guardian.settings import Camera
from guardian.skeleton import Observation

pytestmark = pytest.mark.slow

SERVER = """
import gi
gi.require_version("Gst", "1.0"); gi.require_version("GstRtspServer", "1.0"); gi.require_version("GstRtsp", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1"); server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch("( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1 "
                   "! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph264pay name=pay0 )")
factory.set_shared(True)
token = GstRtspServer.RTSPToken()
token.set_string("media.factory.role", "user")
auth = GstRtspServer.RTSPAuth()
auth.add_basic(GstRtspServer.RTSPAuth.make_basic("anna", "secret"), token)
server.set_auth(auth)
permissions = GstRtspServer.RTSPPermissions()
permissions.add_permission_for_role("user", "media.factory.access", True)
permissions.add_permission_for_role("user", "media.factory.construct", True)
factory.set_permissions(permissions)
server.get_mount_points().add_factory("/room", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
"""


@pytest.fixture
def camera() -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """A running network camera: its process and its address without the scheme and password."""
    python = Path("/usr/bin/python3")
    probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    if not python.exists() or subprocess.run([python, "-c", probe], capture_output=True, check=False).returncode:
        pytest.skip("no GStreamer RTSP server: apt install python3-gi gir1.2-gst-rtsp-server-1.0")
    server = subprocess.Popen([python, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert server.stdout
    port = int(server.stdout.readline())
    yield server, f"127.0.0.1:{port}/room"
    server.kill()
    server.wait()
    server.stdout.close()


def watch(address: str, password: str = "secret") -> EyeProcess:  # noqa: S107 - the test's own server
    camera = Camera(source=f"rtsp://anna:{password}@{address}", fps=15)
    return EyeProcess(EyeSettings(camera=camera, watchdog=2.0))


def test_a_stream_with_a_password_is_watched_until_the_camera_dies(camera: tuple["subprocess.Popen[bytes]", str]):
    server, address = camera
    with watch(address) as eye:
        records = eye.records()
        hello = next(records)
        assert isinstance(hello, Hello)
        assert hello.confinement.complete
        assert (hello.width, hello.height) == (320, 240)
        seconds = float(os.environ.get("GUARDIAN_RTSP_SECONDS", "3"))
        first = next(records)
        assert isinstance(first, Observation)
        for record in records:
            assert isinstance(record, Observation)
            if record.time > first.time + seconds:
                break
        server.kill()
        with pytest.raises(SourceError, match=r"rtsp://anna:\*\*\*@127\.0\.0\.1.*stopped giving frames"):
            list(records)


def test_a_camera_that_freezes_ends_the_eye(camera: tuple["subprocess.Popen[bytes]", str]):
    server, address = camera
    with watch(address) as eye:
        records = eye.records()
        next(records)
        assert isinstance(next(records), Observation)
        server.send_signal(signal.SIGSTOP)
        with pytest.raises(SourceError, match="stopped giving frames"):
            list(records)


def test_a_wrong_password_is_told_without_the_password(camera: tuple["subprocess.Popen[bytes]", str]):
    _, address = camera
    with pytest.raises(SourceError, match=r"anna:\*\*\*@.*no stream; check address, user and password"):
        list(watch(address, "guess").records())
