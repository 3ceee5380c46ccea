from dataclasses import replace

import pytest
from bodies import standing, tilted
from hypothesis import given
from hypothesis import strategies as st
from watched import Watched

from guardian.descent import SPEED, WINDOW_SECONDS, Descent, Path
from guardian.posture import Figure, Posture


def figure(shoulders: float | None, hips: float | None, posture: Posture = Posture.UPRIGHT) -> Figure:
    """A body of stature 1 whose shoulders and hips are so far down in the picture."""
    (some,) = Watched().show(1, standing()).pipeline.figures
    return replace(
        some,
        stature=1.0,
        posture=posture,
        shoulders=None if shoulders is None else (shoulders, 0.7),
        hips=None if hips is None else (hips, 0.7),
    )


def falling(seconds: float, drop: float = 0.7, fps: float = 20.0, rest: float = 0.4) -> tuple[Path, Figure]:
    """A body that stands, comes down evenly, and lies for `rest` seconds."""
    path, frames, last = Path(), round(seconds * fps), figure(0.2, 0.5)
    for number in range(round((0.5 + seconds + rest) * fps)):
        part = min(1.0, max(0.0, (number - 0.5 * fps) / max(1, frames)))
        last = figure(0.2 + drop * part, 0.5 + drop / 2 * part, Posture.LYING if part > 0.6 else Posture.UPRIGHT)
        path.add(last, number / fps)
    return path, last


def test_a_fall_is_deep_fast_and_abrupt():
    path, last = falling(0.7)
    descent = path.descent(last)
    assert descent is not None
    assert descent.shoulders == pytest.approx(0.7)
    assert descent.hips == pytest.approx(0.35)
    assert descent.speed == pytest.approx(1.0)
    assert descent.impact == pytest.approx(1.0)
    assert descent.is_fast
    assert descent.sentence == "Shoulders dropped by 70% of the body's height and hips by 35% in 0.6 s."


def test_letting_oneself_down_is_neither_fast_nor_abrupt():
    path, last = falling(1.5)
    descent = path.descent(last)
    assert descent is not None
    assert not descent.is_fast
    assert descent.impact < SPEED


@pytest.mark.parametrize("seconds", [4.0, 8.0])
def test_a_descent_that_takes_longer_than_the_window_is_none(seconds: float):
    path, last = falling(seconds)
    assert path.descent(last) is None


def test_who_does_not_come_down_has_no_descent():
    path = Path()
    for number in range(40):
        path.add(figure(0.2, 0.5), number / 20)
        assert path.descent(figure(0.2, 0.5)) is None


def test_a_single_pose_after_a_gap_may_be_anything_and_two_are_a_body():
    path, low = Path(), figure(0.9, 0.9, Posture.LYING)
    for number in range(10):
        path.add(figure(0.2, 0.5), number / 10)
    path.add(low, 1.7)
    assert path.descent(low) is None
    path.add(low, 1.8)
    descent = path.descent(low)
    assert descent is not None
    assert descent.is_fast


def test_where_frames_are_far_apart_a_fall_fits_between_two_of_them():
    path, low = Path(), figure(0.9, 0.9, Posture.LYING)
    for number in range(5):
        path.add(figure(0.2, 0.5), float(number))
    path.add(low, 5.0)
    descent = path.descent(low)
    assert descent is not None
    assert descent.is_fast


def test_the_path_of_a_body_that_was_lost_goes_on_in_that_of_its_new_track():
    lost, found, low = Path(), Path(), figure(0.9, 0.9, Posture.LYING)
    for number in range(10):
        lost.add(figure(0.2, 0.5), number / 10)
    for number in (12, 13, 14):
        found.add(low, number / 10)
    found.follow(lost)
    assert found.descent(low) is not None
    assert lost.ended == pytest.approx(0.9)
    assert len(lost.samples) == 10
    empty = Path()
    assert empty.ended == float("-inf")
    empty.follow(lost)
    assert len(empty.samples) == 10


def test_what_is_unseen_is_no_sample_and_what_is_old_is_forgotten():
    path = Path()
    path.add(figure(0.2, 0.5), 0.0)
    path.add(figure(None, 0.5), 0.1)
    path.add(figure(0.9, None), 0.2)
    path.add(figure(0.9, 0.9), WINDOW_SECONDS + 3.1)
    assert path.descent(figure(0.9, 0.9)) is None


def sat_and_fell(*before: Posture) -> Descent:
    """Seen in those postures, half a second each, and then coming down."""
    path, now = Path(), 0.0
    for posture in before:
        for _ in range(10):
            path.add(figure(0.2, 0.5, posture), now)
            now += 0.05
    for number in range(12):
        last = figure(0.2 + 0.04 * number, 0.5 + 0.02 * number, Posture.UNKNOWN)
        path.add(last, now + 0.05 * number)
    descent = path.descent(last)
    assert descent is not None
    return descent


def test_whether_somebody_stood_is_told_from_more_than_a_frame():
    seated, upright, unknown = Posture.SEATED, Posture.UPRIGHT, Posture.UNKNOWN
    assert sat_and_fell(*[seated] * 8).stood == 0
    assert sat_and_fell(*[upright] * 8).stood == 1
    assert sat_and_fell(*[seated] * 8, upright).stood < 0.5
    assert sat_and_fell(*[seated] * 8, unknown).stood == 0
    assert sat_and_fell(*[seated] * 4, *[upright] * 4).stood > 0.5


def test_a_path_can_begin_anew():
    path, last = falling(0.7)
    assert path.floor is not None
    path.clear()
    assert path.floor is None
    assert path.descent(last) is None


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40), st.sampled_from([0.03, 0.1, 0.3, 0.7]))
def test_any_path_has_a_descent_or_none(heights: list[float], gap: float):
    path = Path()
    for number, height in enumerate(heights):
        now = figure(height, 0.5 + height / 2, Posture.LYING)
        path.add(now, number * gap)
        descent = path.descent(now)
        assert descent is None or (0 <= descent.seconds <= 3.0 + gap and descent.speed > 0 and descent.impact >= 0)


@given(st.floats(0.5, 0.8), st.floats(6, 30), st.floats(0.45, 0.8))
def test_the_frame_rate_does_not_change_what_a_fall_is(seconds: float, fps: float, drop: float):
    path, last = falling(seconds, drop, fps, rest=3 / fps)
    descent = path.descent(last)
    assert descent is not None
    assert descent.shoulders == pytest.approx(drop, abs=0.01)
    assert drop / seconds * 0.6 <= descent.speed <= drop / seconds * 2


def test_one_frame_a_second_is_enough_to_see_that_somebody_fell():
    watched = Watched(fps=1.0).show(6, standing()).show(12, tilted(90))
    assert watched.names() == ["FallSuspected", "FallConfirmed"]


def test_a_descent_is_a_fact():
    with pytest.raises(AttributeError):
        Descent(0.5, 0.2, 0.7, 1.0, 0.5).speed = 2.0  # type: ignore[misc]


def cut_down(begun: float) -> Descent | None:
    """The descent of a body that has come down so far when the edge of the picture cuts it, and seems to shrink."""
    path, last = Path(), figure(0.2, 0.5)
    for number, drop in enumerate((0.0, 0.0, 0.0, begun, 0.2, 0.4, 0.4, 0.4)):
        last = replace(figure(0.2 + drop, 0.5 + drop), cut=number > 3)
        path.add(last, number / 10)
    return path.descent(last)


def test_who_walks_out_of_the_picture_does_not_come_down_though_the_edge_leaves_less_and_less():
    assert cut_down(0.05) is None


def test_who_falls_out_of_the_picture_comes_down():
    descent = cut_down(0.15)
    assert descent is not None
    assert descent.shoulders == pytest.approx(0.4)


def test_who_comes_in_at_the_edge_has_no_path_yet():
    path = Path()
    path.add(replace(figure(0.6, 0.7), cut=True), 1.0)
    assert not path.samples


def test_who_comes_near_the_camera_is_measured_by_the_torso_and_comes_down_more_slowly():
    def pace(torso: float) -> float:
        path = Path()
        for number in range(10):
            path.add(figure(0.2 + 0.08 * number, 0.2 + torso + 0.08 * number), number / 10)
        return path.pace(1.0)

    assert pace(0.2) == pytest.approx(0.8)
    assert pace(0.6) == pytest.approx(0.4)
    assert Path().pace(1.0) == 0.0


def test_how_long_a_torso_was_tilted_is_remembered_for_a_while():
    path = Path()
    for number in range(11):
        path.add(replace(figure(0.2, 0.5), tilt=60.0 if number < 5 else None), number / 10)
    assert 0.15 < path.tilted < 0.4
    for number in range(11, 60):
        path.add(replace(figure(0.2, 0.5), tilt=10.0), number / 10)
    assert path.tilted < 0.01
