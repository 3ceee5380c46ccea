import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.eye.source import Buffers, Frame, Rate


def passed(fps: float, times: list[float]) -> list[float]:
    rate = Rate(fps)
    return [time for time in times if rate.due(time)]


@given(st.floats(1, 60), st.lists(st.floats(0.001, 0.5), min_size=30, max_size=200))
def test_no_more_than_the_rate_passes_whatever_the_steps(fps: float, steps: list[float]):
    times = list(np.cumsum(steps))
    allowed = (times[-1] - times[0]) * fps
    assert len(passed(fps, times)) <= allowed * 1.0 + 2


@pytest.mark.parametrize(("source", "limit", "expected"), [(30, 15, 15), (15, 15, 15), (20, 15, 15), (10, 15, 10)])
def test_the_average_rate_is_the_lower_of_the_two(source: float, limit: float, expected: float):
    times = [number / source for number in range(int(20 * source))]
    assert len(passed(limit, times)) == pytest.approx(20 * expected, abs=1)


def test_a_camera_that_is_a_little_early_loses_no_frame():
    jitter = np.random.default_rng(1).uniform(-0.01, 0.01, 150)
    assert len(passed(15, list(np.arange(150) / 15 + jitter))) == 150


def test_time_may_start_again():
    rate = Rate(10)
    assert rate.due(100.0)
    assert rate.due(5.0)
    assert not rate.due(5.01)


def test_a_buffer_in_use_is_never_written():
    buffers = Buffers(0, count=3)
    first = buffers.keep(np.full((4, 6, 3), 1, np.uint8), ())
    second = buffers.keep(np.full((4, 6, 3), 2, np.uint8), (first,))
    third = buffers.keep(np.full((4, 6, 3), 3, np.uint8), (first, second))
    fourth = buffers.keep(np.full((4, 6, 3), 4, np.uint8), (second, third))
    assert first is fourth
    assert [int(image[0, 0, 0]) for image in (second, third, fourth)] == [2, 3, 4]


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_buffer_holds_a_copy_the_right_way_up(rotate: int):
    image = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    buffers = Buffers(rotate, count=2)
    for _ in range(3):
        decoded = image.copy()
        kept = buffers.keep(decoded, ())
        assert np.array_equal(kept, np.rot90(image, -rotate // 90))
        assert not np.shares_memory(kept, decoded)
        assert not decoded.any(), "what was decoded is overwritten"


def test_blackened_buffers_hold_nothing():
    buffers = Buffers(0, count=2)
    kept = buffers.keep(np.full((4, 6, 3), 9, np.uint8), ())
    buffers.blacken()
    assert not kept.any()


def test_a_frame_is_not_held_unless_it_says_so():
    assert not Frame(1.0, np.zeros((1, 1, 3), np.uint8), 1).held
