import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from guardian.eye.motion import COLUMNS, LINGER_SECONDS, ROWS, MotionGate, View, fading, median, sharpness

FPS = 15
Image = NDArray[np.uint8]


def room(width: int = 320, height: int = 240) -> Image:
    """A picture with large soft areas and some hard edges, the same every time."""
    random = np.random.default_rng(7)
    soft = cv2.GaussianBlur(random.integers(0, 255, (height, width, 3)).astype(np.uint8), (0, 0), 12)
    picture = np.asarray(cv2.normalize(soft, np.zeros_like(soft), 40, 200, cv2.NORM_MINMAX), np.uint8)
    for left in range(width // 8, width, width // 4):
        picture[height // 3 :, left : left + width // 16] = 230
    return picture


def noisy(picture: Image, grain: float, seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(0, grain, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def with_body(picture: Image, x: int) -> Image:
    body = picture.copy()
    cv2.ellipse(body, (x, 150), (14, 50), 0, 0, 360, (20, 30, 25), -1)
    return body


def watch(gate: MotionGate, pictures: list[Image], start: float, *, person: bool = False) -> list[View]:
    """Show the pictures at 15 a second; tell the gate of every look what it saw."""
    views = []
    for number, picture in enumerate(pictures):
        now = start + number / FPS
        views.append(gate.measure(picture, now))
        if views[-1].look:
            gate.looked(now, person=person)
    return views


def test_the_first_seconds_are_looked_at_whatever_they_show():
    views = watch(MotionGate(), [room()] * (4 * FPS), 0.0)
    assert all(view.look for view in views[: int(LINGER_SECONDS * FPS)])
    assert not any(view.look for view in views[-FPS // 2 :])


@pytest.mark.parametrize("grain", [0, 2, 6, 12])
def test_an_empty_still_room_is_looked_at_four_times_a_minute_however_grainy(grain: float):
    gate = MotionGate()
    pictures = [noisy(room(), grain, seed) for seed in range(12)]
    watch(gate, [pictures[i % 12] for i in range(20 * FPS)], 0.0)
    views = watch(gate, [pictures[i * 5 % 12] for i in range(60 * FPS)], 20.0)
    looks = [number for number, view in enumerate(views) if view.look]
    assert 3 <= len(looks) <= 6
    assert max(np.diff(looks)) <= 15 * FPS


def test_a_person_lying_still_is_looked_at_every_second():
    gate = MotionGate()
    watch(gate, [with_body(room(), 100)], 0.0, person=True)
    views = watch(gate, [with_body(room(), 100)] * (60 * FPS), 1 / FPS, person=True)
    looks = [number for number, view in enumerate(views) if view.look]
    assert max(np.diff(looks)) <= FPS
    assert len(looks) < 70 + LINGER_SECONDS * FPS


def test_a_place_where_a_person_was_ten_minutes_ago_is_empty():
    gate = MotionGate()
    picture = room()
    watch(gate, [picture], 0.0, person=True)
    assert sum(view.look for view in watch(gate, [picture] * (10 * FPS), 300.0)) >= 9
    assert sum(view.look for view in watch(gate, [picture] * (10 * FPS), 700.0)) <= 3


def test_an_empty_still_room_may_be_measured_less_often_and_no_other():
    gate = MotionGate()
    still = watch(gate, [room()] * (5 * FPS), 0.0)
    assert still[0].rest == 0
    assert still[-1].rest == pytest.approx(0.25)
    assert gate.measure(with_body(room(), 100), 6.0).rest == 0
    gate.looked(6.0, person=True)
    assert gate.measure(with_body(room(), 100), 60.0).rest == 0
    assert gate.measure(with_body(room(), 100), 700.0).rest == pytest.approx(0.25)


def test_a_moving_body_is_looked_at_at_every_frame_and_for_seconds_after():
    gate = MotionGate()
    watch(gate, [room()] * (10 * FPS), 0.0)
    moving = watch(gate, [with_body(room(), 60 + 4 * i) for i in range(2 * FPS)], 10.0)
    assert all(view.look for view in moving)
    assert all(0.002 < view.motion < 0.3 for view in moving)
    after = watch(gate, [with_body(room(), 60 + 4 * (2 * FPS - 1))] * (10 * FPS), 12.0)
    assert all(view.look for view in after[: int(LINGER_SECONDS * FPS)])
    assert not all(view.look for view in after[6 * FPS :])


def test_a_hand_that_stirs_far_away_wakes_the_gate():
    gate = MotionGate()
    still = [noisy(room(), 2, seed) for seed in range(8)]
    watch(gate, [still[i % 8] for i in range(10 * FPS)], 0.0)
    stirring = still[0].copy()
    stirring[100:112, 200:212] = 255 - stirring[100:112, 200:212]
    assert gate.measure(stirring, 10.0).look


def test_someone_found_unnoticed_is_looked_at_further():
    gate = MotionGate()
    picture = with_body(room(), 100)
    gate.measure(picture, 0.0)
    gate.looked(0.0, person=False)
    gate.measure(picture, 5.0)
    gate.looked(5.0, person=True)
    assert gate.measure(picture, 5.1).look


def test_a_room_that_gets_brighter_as_a_whole_has_not_moved():
    gate = MotionGate()
    darker = room()
    watch(gate, [darker] * (5 * FPS), 0.0)
    assert gate.measure(cv2.add(darker, np.full_like(darker, 25)), 5.0).motion == 0


def test_a_lamp_switched_on_wakes_the_gate_for_seconds_only():
    gate = MotionGate()
    watch(gate, [room() // 4] * (5 * FPS), 0.0)
    views = watch(gate, [room()] * (20 * FPS), 5.0)
    assert views[0].look
    assert sum(view.look for view in views[8 * FPS :]) <= 4


def test_a_television_in_an_empty_room_is_learnt():
    gate = MotionGate()
    pictures = []
    for seed in range(9):
        picture = room()
        picture[60:100, 200:260] = np.random.default_rng(seed).integers(40, 120)
        pictures.append(picture)
    watch(gate, [pictures[i * 4 % 9] for i in range(60 * FPS)], 0.0)
    views = watch(gate, [pictures[i * 4 % 9] for i in range(20 * FPS)], 60.0)
    assert sum(view.look for view in views) <= 6


def test_stillness_is_not_learnt_away_from_a_person():
    gate = MotionGate()
    swaying = [with_body(room(), 100 + 6 * i) for i in range(3)]
    views = watch(gate, [swaying[i % 3] for i in range(60 * FPS)], 0.0, person=True)
    assert all(view.look for view in views)


def test_change_is_zero_for_equal_frames_and_for_no_others():
    gate = MotionGate()
    picture = room(640, 480)
    assert gate.measure(picture, 0.0).change == 1.0
    assert gate.measure(picture.copy(), 0.1).change == 0.0
    one_bit = picture.copy()
    one_bit[5, 7, 0] ^= 1
    assert 0 < gate.measure(one_bit, 0.2).change < 1e-5
    assert gate.measure(cv2.add(picture, np.full_like(picture, 51)), 0.3).change == pytest.approx(0.2, abs=0.02)


def test_brightness_and_contrast_of_a_picture_of_two_halves():
    halves = np.zeros((240, 320, 3), np.uint8)
    halves[:, 160:] = 255
    view = MotionGate().measure(halves, 0.0)
    assert view.brightness == pytest.approx(0.5)
    assert view.contrast == pytest.approx(0.5)


def test_sharpness_tells_a_covered_lens_from_a_blurred_and_a_sharp_picture():
    sharp = room(640, 480)
    covered = noisy(np.full_like(sharp, 12), 2, 1)
    smeared = np.asarray(cv2.GaussianBlur(sharp, (0, 0), 6), np.uint8)
    assert sharpness(covered) < 0.1
    assert sharpness(smeared) < sharpness(sharp) / 2
    assert sharpness(np.zeros((8, 1, 3), np.uint8)) == 0


@given(st.integers(2, 70), st.integers(2, 90), st.integers(0, 2**32 - 1))
def test_measures_stay_within_their_ranges_for_any_picture(height: int, width: int, seed: int):
    random = np.random.default_rng(seed)
    gate = MotionGate()
    for now in (0.0, 0.1, 0.1, 7.0):
        view = gate.measure(random.integers(0, 256, (height, width, 3)).astype(np.uint8), now)
        measures = (view.brightness, view.contrast, view.sharpness, view.motion, view.change)
        assert all(0 <= measure <= 1 for measure in measures)


def test_a_frame_of_another_size_starts_the_comparison_again():
    gate = MotionGate()
    gate.measure(room(), 0.0)
    assert gate.measure(room(640, 480), 0.1).change == 1.0


def test_median_and_fading():
    values = np.arange(ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)
    assert median(values) == ROWS * COLUMNS // 2
    assert fading(0, 5) == 0
    assert fading(5, 5) == pytest.approx(0.632, abs=0.001)
