import queue

import numpy as np
import pytest
from numpy.typing import NDArray

from guardian.errors import SourceError
from guardian.eye.live import LiveSource
from guardian.settings import Camera

FAST = Camera(source="rtsp://anna:secret@camera/1", fps=60)


class Hand:
    """A capture that gives the frames which the test hands over, and says when it waits for the next."""

    def __init__(self) -> None:
        self._frames: queue.Queue[NDArray[np.uint8] | None] = queue.Queue()
        self._asked: queue.Queue[bool] = queue.Queue()
        self._image: NDArray[np.uint8] | None = None
        self.released = False

    def give(self, *levels: int) -> None:
        for level in levels:
            self._frames.put(np.full((12, 16, 3), level, np.uint8))

    def end(self) -> None:
        self._frames.put(None)

    def wait_until_taken(self, count: int) -> None:
        """Wait until the source has asked for frame number `count`, so that all before it are in place."""
        for _ in range(count):
            self._asked.get(timeout=10)

    def grab(self) -> bool:
        self._asked.put(self.released)
        self._image = self._frames.get()
        return self._image is not None

    def retrieve(self) -> tuple[bool, NDArray[np.uint8] | None]:
        return True, self._image

    def release(self) -> None:
        self.released = True


class Unlimited:
    """A rate that lets every frame pass: the test hands them over faster than any camera."""

    def due(self, _now: float) -> bool:
        return True


def opened(hand: Hand, monkeypatch: pytest.MonkeyPatch, watchdog: float = 10.0, camera: Camera = FAST) -> LiveSource:
    monkeypatch.setattr("guardian.eye.live.Rate", lambda _fps: Unlimited())
    hand.give(1)
    return LiveSource(camera, hand, watchdog)


def level(source: LiveSource) -> int:
    frame = source.read()
    assert frame
    return int(frame.image[0, 0, 0])


def test_the_latest_frame_wins(monkeypatch: pytest.MonkeyPatch):
    hand = Hand()
    source = opened(hand, monkeypatch)
    hand.give(2, 3, 4)
    hand.wait_until_taken(5)
    assert level(source) == 4
    hand.give(5)
    assert level(source) == 5
    hand.end()


def test_frames_from_before_the_time_asked_for_are_passed_over(monkeypatch: pytest.MonkeyPatch):
    hand = Hand()
    source = opened(hand, monkeypatch, watchdog=0.05)
    with pytest.raises(SourceError, match="no frame for"):
        source.read(not_before=1e9)
    hand.give(2)
    hand.wait_until_taken(3)
    with pytest.raises(SourceError, match="no frame for"):
        source.read(not_before=1e9)
    hand.end()


def test_a_frame_is_given_once_and_time_rises(monkeypatch: pytest.MonkeyPatch):
    hand = Hand()
    source = opened(hand, monkeypatch)
    first = source.read()
    hand.give(2)
    second = source.read()
    assert first
    assert second
    assert first.time < second.time
    assert first.number < second.number
    hand.end()


def test_the_two_images_read_last_stay_while_the_camera_goes_on(monkeypatch: pytest.MonkeyPatch):
    hand = Hand()
    source = opened(hand, monkeypatch)
    first = source.read()
    hand.give(2)
    second = source.read()
    hand.give(*range(3, 20))
    hand.wait_until_taken(20)
    assert first
    assert second
    assert (first.image[0, 0, 0], second.image[0, 0, 0]) == (1, 2)
    assert level(source) == 19
    hand.end()


def test_a_camera_that_falls_silent_is_lost_after_the_watchdogs_seconds(monkeypatch: pytest.MonkeyPatch):
    hand = Hand()
    source = opened(hand, monkeypatch, watchdog=0.05)
    source.read()
    with pytest.raises(SourceError, match=r"rtsp://anna:\*\*\*@camera/1: gave no frame for 0\.05 s"):
        source.read()
    hand.end()


def test_a_stream_that_ends_is_lost_after_its_last_frame(monkeypatch: pytest.MonkeyPatch):
    hand = Hand()
    source = opened(hand, monkeypatch)
    hand.end()
    hand.wait_until_taken(2)
    assert level(source) == 1
    with pytest.raises(SourceError, match="stopped giving frames"):
        source.read()


def test_a_camera_that_opens_and_gives_nothing_is_refused():
    hand = Hand()
    hand.end()
    with pytest.raises(SourceError, match="opens, but gives no frame"):
        LiveSource(FAST, hand, 10.0)


def test_a_frame_that_cannot_be_decoded_is_passed_over(monkeypatch: pytest.MonkeyPatch):
    hand = Hand()
    answers = iter([False, True, True])
    decode = hand.retrieve
    monkeypatch.setattr(hand, "retrieve", lambda: (next(answers), decode()[1]))
    hand.give(1)
    source = opened(hand, monkeypatch)
    hand.give(2)
    hand.wait_until_taken(4)
    assert level(source) == 2
    hand.end()


def test_no_more_frames_than_the_rate_are_decoded():
    hand = Hand()
    hand.give(1, 2, 3, 4)
    hand.end()
    source = LiveSource(Camera(source="/dev/video0", fps=1), hand, 10.0)
    assert level(source) == 1
    with pytest.raises(SourceError, match="stopped"):
        source.read()


def test_a_turned_camera_has_a_turned_size(monkeypatch: pytest.MonkeyPatch):
    hand = Hand()
    source = opened(hand, monkeypatch, camera=Camera(source="/dev/video0", rotate=90))
    assert (source.width, source.height) == (12, 16)
    hand.end()


def test_closing_lets_the_device_go_and_leaves_no_picture(monkeypatch: pytest.MonkeyPatch):
    hand = Hand()
    source = opened(hand, monkeypatch)
    frame = source.read()
    hand.end()
    source.close()
    assert hand.released
    assert frame
    assert not frame.image.any()
