import sys
from types import SimpleNamespace

import numpy as np
import pytest

from guardian.errors import SourceError
from guardian.eye.camera import access, open_source
from guardian.eye.csi import CSI, CsiCapture
from guardian.settings import Camera


class FakePicamera:
    """The part of picamera2.Picamera2 that is used: it gives frames that count."""

    number = -1

    def __init__(self, number: int) -> None:
        if number > 1:
            message = "list index out of range"
            raise IndexError(message)
        FakePicamera.number = number
        self.calls: list[str] = []
        self.frame = 0

    def create_video_configuration(self, **configuration: object) -> dict[str, object]:
        return configuration

    def configure(self, configuration: dict[str, dict[str, object]]) -> None:
        self.size = configuration["main"]["size"]
        self.controls = configuration["controls"]

    def start(self) -> None:
        self.calls.append("start")

    def stop(self) -> None:
        self.calls.append("stop")

    def close(self) -> None:
        self.calls.append("close")

    def capture_array(self, _name: str) -> np.ndarray:
        self.frame += 1
        return np.full((48, 64, 3), self.frame % 256, np.uint8)


@pytest.fixture
def picamera(monkeypatch: pytest.MonkeyPatch) -> type[FakePicamera]:
    monkeypatch.setitem(sys.modules, "picamera2", SimpleNamespace(Picamera2=FakePicamera))
    return FakePicamera


@pytest.mark.parametrize(("source", "number"), [("csi", 0), ("csi:0", 0), ("csi:1", 1)])
def test_the_camera_is_chosen_by_its_number(picamera: type[FakePicamera], source: str, number: int):
    CsiCapture(Camera(source=source))
    assert picamera.number == number


def test_frames_come_through_the_interface_of_every_capture(picamera: type[FakePicamera]):
    assert picamera
    capture = CsiCapture(Camera(source="csi", width=1280, height=720, fps=10))
    assert capture.retrieve() == (False, None)
    assert capture.grab()
    good, image = capture.retrieve()
    assert good
    assert image[0, 0, 0] == 1
    capture.release()
    assert capture._camera.calls == ["start", "stop", "close"]
    assert capture._camera.size == (1280, 720)
    assert capture._camera.controls == {"FrameRate": 10}


def test_a_csi_camera_is_a_live_source(picamera: type[FakePicamera]):
    assert picamera
    source = open_source(Camera(source="csi:1"))
    frame = source.read()
    source.close()
    assert frame
    assert (source.width, source.height) == (64, 48)


def test_a_camera_that_does_not_answer_is_named_with_a_remedy(picamera: type[FakePicamera]):
    assert picamera
    with pytest.raises(SourceError, match=r"csi:2: no camera answers.*ribbon cable"):
        CsiCapture(Camera(source="csi:2"))


def test_without_picamera2_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(SourceError, match=r"apt install python3-picamera2.*--system-site-packages"):
        open_source(Camera(source="csi"))


def test_csi_is_named_with_at_most_one_digit():
    assert CSI.match("csi:7")
    assert not CSI.match("csi:12")
    assert not CSI.match("csi-camera")
    assert access(Camera(source="csi")).csi
