"""What is learnt of a camera from people who stand and walk."""

import json
from dataclasses import replace

import numpy as np
import pytest
from bodies import standing
from hypothesis import given, settings
from hypothesis import strategies as st
from watched import Watched

from guardian.ground import (
    ANKLE,
    EYES,
    FIT_SECONDS,
    LEAST_LINES,
    STATURE,
    Ground,
    Known,
    agree,
    fit,
    standing_line,
    statures,
)
from guardian.optics import Optics
from guardian.posture import Figure, Posture
from guardian.settings import Camera
from guardian.skeleton import ANKLES, HEAD, Pose

CAMERA = Camera(source="/dev/video0")
TRUE = Optics(2.1, 18.0)


def lines(optics: Optics, tall: float = STATURE, count: int = 200, noise: float = 0.0, seed: int = 1) -> np.ndarray:
    """Ankles and eyes of people who stand here and there."""
    random = np.random.default_rng(seed)
    made = []
    for ahead in random.uniform(1.8, 6.0, count):
        feet, eyes = (optics.seen_at(float(ahead), 0.0, share * tall) for share in (ANKLE, EYES))
        assert feet is not None
        assert eyes is not None
        made.append((feet[0], eyes[0]))
    return np.array(made) + random.normal(0, noise, (count, 2))


@settings(max_examples=25, deadline=None)
@given(st.floats(1.0, 2.8), st.floats(0, 35))
def test_height_and_tilt_are_read_from_people_near_and_far(height: float, tilt: float):
    true = Optics(height, tilt)
    known = fit(lines(true, noise=0.003), Optics(1.0, 0.0))
    assert known is not None
    assert known.optics.height == pytest.approx(height, abs=0.2)
    assert known.optics.tilt == pytest.approx(tilt, abs=4.0)
    assert 0 <= known.confidence <= 0.9


def test_wrong_lines_are_outvoted():
    wrong = lines(TRUE, tall=1.0, count=40, seed=2)
    known = fit(np.vstack([lines(TRUE, noise=0.003), wrong]), TRUE)
    assert known is not None
    assert (known.optics.height, known.optics.tilt) == pytest.approx((2.1, 18.0), abs=1.5)


def test_the_more_is_seen_the_surer_it_is():
    few, many = fit(lines(TRUE, count=30, noise=0.003), TRUE), fit(lines(TRUE, count=300, noise=0.003), TRUE)
    assert few is not None
    assert many is not None
    assert few.confidence < many.confidence


def test_who_stands_always_in_the_same_place_and_what_is_no_body_tell_nothing():
    assert fit(lines(TRUE)[: LEAST_LINES - 1], TRUE) is None
    same = np.repeat(lines(TRUE)[:1], 100, axis=0)
    assert fit(same, TRUE) is None
    assert fit(np.column_stack([np.linspace(0.5, 0.9, 100), np.linspace(0.49, 0.88, 100)]), TRUE) is None
    upside_down = lines(TRUE)[:, ::-1]
    assert fit(upside_down, TRUE) is None


def test_a_stature_above_the_horizon_is_not_a_number():
    assert np.isnan(statures(np.array([[0.3, 0.1]]), np.array([0.0]), TRUE.focal)).all()


def figure(pose: Pose) -> Figure:
    return Watched().show(2, pose).pipeline.figures[0]


def test_only_who_stands_wholly_in_the_picture_is_a_plumb_line():
    body = figure(standing())
    line = standing_line(body)
    assert line == pytest.approx((0.9 - 0.04 * 0.6, 0.9 - 0.934 * 0.6), abs=0.01)
    assert standing_line(replace(body, posture=Posture.BENT)) is None
    assert standing_line(replace(body, leaving=True)) is None
    assert standing_line(replace(body, tilt=30.0)) is None
    for part in (ANKLES, HEAD):
        keypoints = standing().keypoints.copy()
        keypoints[list(part), 2] = 0.05
        track = replace(body.person.track, pose=Pose(keypoints, 0.7))
        assert standing_line(replace(body, person=replace(body.person, track=track))) is None
    beyond = replace(body.person.track, pose=standing((1.1, 0.7)))
    assert standing_line(replace(body, person=replace(body.person, track=beyond))) is None


def walked(ground: Ground, moved: bool = False, seconds: int = 200) -> Ground:  # noqa: FBT001, FBT002 - a state
    """Somebody stands nearer and nearer, and goes back, before the camera that TRUE describes."""
    body = figure(standing())
    for step in range(seconds):
        ahead = 2.0 + 3.5 * abs((step % 40) / 20 - 1)
        feet, eyes = (TRUE.seen_at(ahead, 0.0, share * STATURE) for share in (ANKLE, EYES))
        assert feet is not None
        assert eyes is not None
        pose = standing(
            (feet[0] + ANKLE * (feet[0] - eyes[0]) / (EYES - ANKLE), 0.7), (feet[0] - eyes[0]) / (EYES - ANKLE)
        )
        track = replace(body.person.track, pose=pose)
        now = 10.0 + step
        ground.update([replace(body, person=replace(body.person, track=track))], now, 4 / 3, moved=moved)
        ground.update([], now + 0.1, 4 / 3, moved=moved)
    return ground


def test_a_camera_is_known_after_some_minutes_of_walking():
    ground = walked(Ground(CAMERA))
    assert ground.known is not None
    assert ground.known.optics.height == pytest.approx(2.1, abs=0.3)
    assert ground.known.optics.tilt == pytest.approx(18.0, abs=5.0)
    assert "about 2." in ground.known.sentence
    assert "down (sure to" in ground.known.sentence


def test_what_is_configured_needs_no_learning():
    ground = Ground(Camera(source="csi", mount_height=1.2, tilt=-3, fov=80))
    ground.update([], 1.0, 1.5)
    assert ground.known == Known(Optics(1.2, -3, 80, 1.5), 1.0)
    assert ground.known.sentence == "The camera hangs about 1.2 m high and looks 3° upwards (sure to 100%)."


def test_a_moved_camera_is_learnt_anew_even_where_it_was_configured():
    ground = walked(Ground(Camera(source="csi", mount_height=1.2, tilt=30)))
    ground.update([], 500.0, 4 / 3, moved=True)
    assert ground.known is None
    assert walked(ground, moved=True).known != Known(Optics(1.2, 30), 1.0)
    ground.update([], 900.0, 4 / 3)
    assert ground.known == Known(Optics(1.2, 30), 1.0)


def restarted(ground: Ground, camera: Camera = CAMERA) -> Ground:
    """Another process, that knows what this one kept."""
    again = Ground(camera)
    kept = json.loads(json.dumps(ground.remember()))
    again.recall(kept)
    return again


def test_what_was_learnt_is_less_sure_after_a_restart_until_people_agree():
    before = walked(Ground(CAMERA), seconds=400)
    assert before.known is not None
    again = restarted(before)
    assert again.known is not None
    assert again.known.optics == before.known.optics
    assert 0 < again.known.confidence < before.known.confidence
    assert "hung about 2." in again.known.sentence
    assert "before the restart" in again.known.sentence
    assert again.remember() == before.remember()
    walked(again, seconds=50)
    assert again.known == before.known
    walked(again, seconds=400)
    assert again.known.confidence >= before.known.confidence


@pytest.mark.parametrize("other", [Optics(2.1, 25.0), Optics(2.1, 11.0), Optics(1.4, 18.0), Optics(2.9, 18.0)])
def test_what_people_do_not_agree_with_is_dropped(other: Optics):
    again = Ground(CAMERA)
    again.recall({"height": other.height, "tilt": other.tilt, "fov": 62.0, "aspect": 4 / 3, "confidence": 0.9})
    assert again.known is not None
    walked(again, seconds=50)
    assert again._remembered is None
    assert again.known is None or again.known.optics != other


def test_of_another_picture_nothing_is_remembered():
    before = walked(Ground(CAMERA))
    assert restarted(before, Camera(source="csi", fov=90)).known is None
    assert restarted(before, Camera(source="csi", mount_height=1.2, tilt=3)).known is None
    wide = Ground(CAMERA)
    wide.recall({**(before.remember() or {}), "aspect": 16 / 9})
    assert walked(wide, seconds=50).remember() != {**(before.remember() or {}), "aspect": 16 / 9}


def test_what_is_configured_is_not_kept():
    assert Ground(CAMERA).remember() is None
    ground = Ground(Camera(source="csi", mount_height=1.2, tilt=-3))
    ground.update([], 1.0, 1.5)
    assert ground.remember() is None


@pytest.mark.parametrize(
    "damage", [{"height": 9.0}, {"tilt": 90}, {"confidence": 1.5}, {"aspect": 0}, {"fov": "x"}, {"tilt": None}]
)
def test_damaged_optics_are_refused(damage: dict[str, object]):
    ground = Ground(CAMERA)
    sound = {"height": 2.0, "tilt": 10.0, "fov": 62.0, "aspect": 1.5, "confidence": 0.5}
    with pytest.raises((ValueError, TypeError)):
        ground.recall({**sound, **damage})
    with pytest.raises(KeyError):
        ground.recall({})
    assert ground.known is None


def test_people_below_no_horizon_agree_with_nothing():
    assert not agree(np.repeat([[0.3, 0.1]], 30, axis=0), Optics(2.0, 0.0))


def test_it_is_fitted_now_and_then_only():
    ground = Ground(CAMERA)
    walked(ground, seconds=round(FIT_SECONDS / 2))
    assert ground.known is None


def test_somebody_who_stands_still_is_one_line_a_half_second():
    ground, body = Ground(CAMERA), figure(standing())
    for number in range(30):
        ground.update([body], 5.0 + number / 10, 4 / 3)
    assert sum(map(len, ground._shelves)) == 6
