from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from guardian.errors import ConfigurationError
from guardian.lab import video


def frames(count: int = 6) -> Iterator[np.ndarray]:
    for k in range(count):
        frame = np.full((48, 64, 3), 90, np.uint8)
        frame[:, 8 * k : 8 * k + 8] = (20, 40, 220)
        yield frame


def read(path: Path) -> list[np.ndarray]:
    capture, found = cv2.VideoCapture(str(path)), []
    while True:
        ok, frame = capture.read()
        if not ok:
            return found
        found.append(frame)


@pytest.fixture(params=["as installed", "without ffmpeg"])
def tools(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without ffmpeg":
        monkeypatch.setattr(video.shutil, "which", lambda _: None)


@pytest.mark.usefixtures("tools")
def test_what_is_written_is_read_again(tmp_path: Path):
    video.write(frames(), tmp_path / "out.mp4", (64, 48), 15.0)
    seen = read(tmp_path / "out.mp4")
    assert len(seen) == 6
    for frame, wanted in zip(seen, frames(), strict=True):
        assert np.abs(frame.astype(int) - wanted).mean() < 16


@pytest.mark.usefixtures("tools")
def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match=r"give a path ending in \.mp4 in a directory that exists"):
        video.write(frames(), tmp_path / "none" / "out.mp4", (64, 48), 15.0)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        video.write(frames(), tmp_path / "out.txt", (64, 48), 15.0)


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\ncat > /dev/null\nexit 3\n"])
def test_an_encoder_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str):
    fake = tmp_path / "ffmpeg"
    fake.write_text(script)
    fake.chmod(0o755)
    monkeypatch.setattr(video.shutil, "which", lambda _: str(fake))
    with pytest.raises(ConfigurationError, match=r"out\.mp4: .*its own message stands above"):
        video.write((np.zeros((480, 640, 3), np.uint8) for _ in range(3)), tmp_path / "out.mp4", (640, 480), 15.0)
