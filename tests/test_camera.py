import os
from pathlib import Path

import pytest
from films import write_film

from guardian.errors import SourceError
from guardian.eye.camera import access, is_file, is_network, open_source
from guardian.settings import Camera


@pytest.mark.parametrize(
    ("source", "network", "file"),
    [
        ("/dev/video0", False, False),
        ("csi", False, False),
        ("csi:1", False, False),
        ("rtsp://camera/1", True, False),
        ("RTSPS://camera/1", True, False),
        ("http://camera/video", True, False),
        ("clip.mp4", False, True),
        ("csi.mp4", False, True),
    ],
)
def test_what_a_source_is_shows_in_its_name(source: str, *, network: bool, file: bool):
    assert is_network(source) is network
    assert is_file(source) is file


@pytest.mark.parametrize(
    ("source", "port"),
    [
        ("rtsp://camera/1", 554),
        ("rtsp://anna:pass@10.0.0.7:8554/1", 8554),
        ("rtsp://[fd00::7]:8554/1", 8554),
        ("https://camera/video", 443),
        ("http://camera:8080/video:9", 8080),
    ],
)
def test_a_stream_opens_the_network_at_one_port(source: str, port: int):
    wanted = access(Camera(source=source))
    assert wanted.network
    assert wanted.port == port
    assert not wanted.devices


def test_a_file_opens_itself_and_the_models_only(tmp_path: Path):
    wanted = access(Camera(source=str(tmp_path / "clip.mp4")), (tmp_path / "models",))
    assert wanted.read == (tmp_path / "models", (tmp_path / "clip.mp4").resolve())
    assert not any((wanted.network, wanted.devices, wanted.csi))


def test_a_usb_camera_opens_its_device_only():
    wanted = access(Camera(source="/dev/video7"))
    assert wanted.devices == (Path("/dev/video7"),)
    assert not any((wanted.network, wanted.read, wanted.csi))


def test_a_missing_file_is_named_with_a_remedy(tmp_path: Path):
    with pytest.raises(SourceError, match=r"absent\.mp4: No such file.*would be right"):
        open_source(Camera(source=str(tmp_path / "absent.mp4")))


def test_a_directory_is_no_video(tmp_path: Path):
    with pytest.raises(SourceError, match="Is a directory"):
        open_source(Camera(source=str(tmp_path)))


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"poems, not pictures", "is no video")])
def test_a_file_that_is_no_video_is_named_with_a_remedy(tmp_path: Path, content: bytes, said: str):
    file = tmp_path / "clip.mp4"
    file.write_bytes(content)
    with pytest.raises(SourceError, match=rf"clip\.mp4: {said}.*MP4"):
        open_source(Camera(source=str(file)))


def test_a_damaged_video_is_refused(tmp_path: Path):
    film = write_film(tmp_path / "walk.mp4")
    film.write_bytes(film.read_bytes()[:400])
    with pytest.raises(SourceError, match="is no video"):
        open_source(Camera(source=str(film)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path):
    film = write_film(tmp_path / "walk.mp4")
    film.chmod(0)
    with pytest.raises(SourceError, match="Permission denied"):
        open_source(Camera(source=str(film)))


def test_a_missing_camera_is_named_with_those_present():
    with pytest.raises(SourceError, match=r"/dev/video63: there is no such camera \(present: "):
        open_source(Camera(source="/dev/video63"))


def test_a_device_that_is_no_camera_is_refused():
    with pytest.raises(SourceError, match="/dev/null: is no camera"):
        open_source(Camera(source="/dev/null"))


def test_an_unreachable_stream_is_named_without_its_password():
    with pytest.raises(SourceError, match=r"^http://anna:\*\*\*@127\.0\.0\.1:9/video: no stream") as caught:
        open_source(Camera(source="http://anna:secret@127.0.0.1:9/video"))
    assert "secret" not in str(caught.value)


@pytest.mark.camera
def test_a_real_camera_gives_frames():
    source = open_source(Camera(source="/dev/video0"))
    first, second = source.read(), source.read()
    source.close()
    assert first
    assert second
    assert first.time < second.time
