from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from films import FPS, HEIGHT, WIDTH, write_film
from numpy.typing import NDArray

from guardian.errors import SourceError
from guardian.eye import video_file
from guardian.eye.camera import open_source
from guardian.eye.source import Frame, Source
from guardian.eye.video_file import FileSource
from guardian.settings import Camera


def everything(source: Source) -> list[Frame]:
    return list(iter(source.read, None))


def left_edge(image: NDArray[np.uint8]) -> int:
    return int(np.argmax(image[60, :, 0] > 150))


class Reel:
    """A capture with frames at the given seconds, each one grey level brighter than the last."""

    def __init__(self, seconds: Sequence[float]) -> None:
        self.seconds = seconds
        self.position = -1

    def grab(self) -> bool:
        self.position += 1
        return self.position < len(self.seconds)

    def retrieve(self) -> tuple[bool, NDArray[np.uint8]]:
        return True, np.full((HEIGHT, WIDTH, 3), self.position, np.uint8)

    def get(self, what: int) -> float:
        sizes = {cv2.CAP_PROP_FRAME_WIDTH: WIDTH, cv2.CAP_PROP_FRAME_HEIGHT: HEIGHT}
        return sizes[what] if what in sizes else self.seconds[self.position] * 1e3

    def set(self, _what: int, _value: float) -> bool:
        self.position = -1
        return True

    def release(self) -> None:
        self.seconds = ()


class Clock:
    """Stands in for the time module: sleeping is what moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def play(seconds: Sequence[float], *, fps: float = 60, hold: float = 0.0, rotate: int = 0) -> FileSource:
    camera = Camera(source="reel.mp4", fps=fps, rotate=rotate)
    return FileSource(camera, Reel(seconds), pace="fast", hold=hold, loop=False)


def test_every_frame_of_a_film_comes_in_order_with_its_time(tmp_path: Path):
    source = open_source(Camera(source=str(write_film(tmp_path / "walk.mp4")), fps=FPS), pace="fast")
    assert (source.width, source.height) == (WIDTH, HEIGHT)
    numbers, times, edges = [], [], []
    while frame := source.read():
        numbers.append(frame.number)
        times.append(frame.time)
        edges.append(left_edge(frame.image))
    assert numbers == list(range(1, 31))
    assert times == pytest.approx([number / FPS for number in range(30)], abs=0.002)
    assert edges == pytest.approx([4 * number for number in range(30)], abs=2)


def test_a_film_of_twice_the_rate_gives_every_second_frame():
    frames = everything(play([number / 30 for number in range(60)], fps=15))
    assert [frame.number for frame in frames] == list(range(1, 61, 2))


def test_frames_from_before_the_time_asked_for_are_passed_over():
    source = play([number / 10 for number in range(20)])
    times = []
    frame = source.read()
    while frame:
        times.append(frame.time)
        frame = source.read(not_before=frame.time + 0.5)
    assert times == pytest.approx([0.0, 0.5, 1.0, 1.5])


def test_times_are_the_containers_own_when_its_rate_varies():
    seconds = [0.0, 0.064, 0.128, 0.208, 0.5, 0.52]
    assert [frame.time for frame in everything(play(seconds))] == pytest.approx(seconds)


def test_times_always_rise_even_where_the_container_repeats_one():
    times = [frame.time for frame in everything(play([0.0, 0.5, 0.5, 0.4, 1.0]))]
    assert times == sorted(set(times))


def test_the_last_frame_is_held_with_times_going_on():
    frames = everything(play([0.0, 0.1, 0.2], fps=10, hold=2.0))
    held = frames[3:]
    assert [frame.held for frame in frames] == [False] * 3 + [True] * 20
    assert [frame.time for frame in held] == pytest.approx([0.3 + count / 10 for count in range(20)])
    assert [frame.number for frame in frames] == list(range(1, 24))
    assert all(frame.image is frames[2].image for frame in held)


def test_a_looped_film_starts_again_with_time_going_on():
    source = FileSource(Camera(source="reel.mp4", fps=10), Reel([0.0, 0.1, 0.2]), pace="fast", hold=0, loop=True)
    frames = [source.read() for _ in range(9)]
    assert [frame.time for frame in frames if frame] == pytest.approx([count / 10 for count in range(9)])
    assert [frame.number for frame in frames if frame] == list(range(1, 10))


def test_a_looped_film_may_stand_still_between_two_rounds():
    source = FileSource(Camera(source="reel.mp4", fps=10), Reel([0.0, 0.1, 0.2]), pace="fast", hold=0.5, loop=True)
    frames = [frame for _ in range(11) if (frame := source.read())]
    assert [frame.held for frame in frames] == [False] * 3 + [True] * 5 + [False] * 3
    assert [frame.time for frame in frames] == pytest.approx([count / 10 for count in range(11)])
    assert [frame.number for frame in frames] == list(range(1, 12))


def test_a_real_film_can_be_looped(tmp_path: Path):
    source = open_source(Camera(source=str(write_film(tmp_path / "walk.mp4", 5)), fps=FPS), pace="fast", loop=True)
    edges = []
    for _ in range(12):
        frame = source.read()
        assert frame
        edges.append(left_edge(frame.image))
    assert edges == pytest.approx([4 * (number % 5) for number in range(12)], abs=2)


@pytest.mark.parametrize(("rotate", "size"), [(90, (HEIGHT, WIDTH)), (180, (WIDTH, HEIGHT))])
def test_a_turned_camera_gives_turned_frames(rotate: int, size: tuple[int, int]):
    source = play([0.0], rotate=rotate)
    frame = source.read()
    assert frame
    assert (source.width, source.height) == size
    assert frame.image.shape[1::-1] == size


def test_an_image_stays_until_the_second_next_read():
    source = play([number / 10 for number in range(6)])
    frames = [source.read(), source.read()]
    assert frames[0]
    assert frames[0].image[0, 0, 0] == 0
    source.read()
    assert frames[0].image[0, 0, 0] == 2


def test_a_film_without_frames_is_refused_when_it_is_read():
    with pytest.raises(SourceError, match=r"reel\.mp4: has no frame"):
        play([]).read()


def test_a_closed_source_leaves_no_picture():
    source = play([0.0, 0.1])
    source.read()
    frame = source.read()
    assert frame
    assert frame.image.any()
    source.close()
    assert not frame.image.any()


def test_at_pace_live_a_film_plays_in_real_time_from_now_on(monkeypatch: pytest.MonkeyPatch):
    clock = Clock()
    monkeypatch.setattr(video_file, "time", clock)
    source = FileSource(
        Camera(source="reel.mp4", fps=10), Reel([n / 10 for n in range(20)]), pace="live", hold=0, loop=False
    )
    shown = []
    while frame := source.read():
        shown.append((frame.time, clock.now))
    assert [time for time, _ in shown] == pytest.approx([1000 + n / 10 for n in range(20)])
    assert [now for _, now in shown] == pytest.approx([time for time, _ in shown])


def test_at_pace_live_late_frames_are_dropped_as_a_camera_would(monkeypatch: pytest.MonkeyPatch):
    clock = Clock()
    monkeypatch.setattr(video_file, "time", clock)
    reel = Reel([n / 10 for n in range(40)])
    source = FileSource(Camera(source="reel.mp4", fps=10), reel, pace="live", hold=0, loop=False)
    shown = []
    while frame := source.read():
        shown.append(frame.time)
        assert clock.now - frame.time <= 0.11
        clock.now += 0.35  # looking takes as long as three frames
    assert 10 <= len(shown) <= 14


@pytest.mark.clips
def test_a_clip_of_variable_rate_keeps_its_own_times(clips: Path):
    camera = Camera(source=str(clips / "gmdcsa24" / "s2_fall_12.mp4"), fps=60)
    times = [frame.time for frame in everything(open_source(camera, pace="fast"))]
    steps = np.diff(times)
    assert len(times) == 184
    assert times[-1] == pytest.approx(12.224, abs=0.001)
    assert steps.max() - steps.min() > 0.01
