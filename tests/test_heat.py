"""Where people have been, added up, faded and forgotten: and nothing else is known of them."""

import json
from base64 import b64encode
from dataclasses import replace
from itertools import count
from zlib import compress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rests import figure

from guardian.events import CameraMoved, CameraReturned
from guardian.geometry import turned
from guardian.heat import AGE_SECONDS, BRIGHTEST, COLUMNS, HALF_LIFE, LAYERS, LEAST, MOST, ROWS, SHOWN_SECONDS, Heat
from guardian.heat import spot_of as spot
from guardian.posture import Figure, Posture
from guardian.skeleton import ANKLES, HIPS, Pose
from guardian.tracking import TrackState

ASPECT = 4 / 3
MOVED, RETURNED = CameraMoved(time=0, room="hall"), CameraReturned(time=0, room="hall")
FULL = ROWS * COLUMNS * len(LAYERS)


def watch(heat: Heat, *figures: Figure, seconds: int = 60, start: float = 0.0, aspect: float = ASPECT) -> float:
    """Let these be seen twice a second; return when it ended."""
    for step in range(2 * seconds + 1):
        heat.update(figures, (), start + step / 2, aspect)
    return start + seconds


def shown(heat: Heat, now: float) -> np.ndarray:
    heat.update((), (), now + SHOWN_SECONDS, ASPECT)
    return heat.shown.minutes


def again(heat: Heat) -> Heat:
    """The same after a restart."""
    after = Heat()
    after.recall(json.loads(json.dumps(heat.remember())))
    return after


@pytest.mark.parametrize(
    ("posture", "layer", "which"),
    [
        (Posture.UPRIGHT, "upright", ANKLES),
        (Posture.BENT, "upright", ANKLES),
        (Posture.SEATED, "seated", HIPS),
        (Posture.LYING, "lying", HIPS),
    ],
)
def test_feet_of_who_is_up_and_hips_of_who_rests_are_counted_where_they_are(posture: Posture, layer: str, which: tuple):
    heat, body = Heat(), figure(posture)
    minutes = shown(heat, watch(heat, body))
    y, x = body.person.track.pose.keypoints[list(which), :2].mean(axis=0)
    cell = LAYERS.index(layer), int(y * ROWS), int(x / ASPECT * COLUMNS)
    assert minutes[cell] == pytest.approx(1.0)
    assert heat.shown.total == minutes.sum() == pytest.approx(1.0)


def test_who_is_not_surely_seen_is_not_counted():
    heat, body = Heat(), figure(Posture.LYING)
    track = body.person.track
    faceless = Pose(np.where([False, False, True], 0.0, track.pose.keypoints).astype(np.float32), 0.7)
    unsure = (replace(track, state=TrackState.TENTATIVE), replace(track, pose=faceless), replace(track, hit=False))
    bodies = [replace(body, person=replace(body.person, track=each)) for each in unsure]
    bodies += [
        replace(body, posture=Posture.UNKNOWN),
        figure(Posture.LYING, (0.3, 0.0)),
        figure(Posture.LYING, (0, 0.9)),
    ]
    bodies += [figure(Posture.LYING, (-2.0, 0.0)), figure(Posture.LYING, (0.0, -2.0))]
    for each in bodies:
        watch(heat, each)
    assert heat.is_empty
    assert heat.remember() is None


def test_who_is_away_for_long_was_not_there_meanwhile():
    heat, body = Heat(), figure(Posture.LYING)
    for now in (0.0, 0.5, 100.0, 200.0):
        heat.update((body,), (), now, ASPECT)
    assert shown(heat, 200.0).sum() * 60 == pytest.approx(2.5)


def test_cells_are_of_the_picture_and_not_of_the_body_turned_upright():
    straight = figure(Posture.LYING)
    track = straight.person.track
    upright = Pose(turned(track.pose.keypoints, 20.0, ASPECT), track.pose.score, track.pose.keypoints)
    askew = replace(straight, person=replace(straight.person, track=replace(track, pose=upright)))
    assert spot(askew) == spot(straight)


def test_a_picture_that_stands_on_end_has_its_cells_across_all_of_it():
    heat = Heat()
    minutes = shown(heat, watch(heat, figure(Posture.UPRIGHT, (0.0, -0.2)), aspect=9 / 16))
    (cell,) = np.argwhere(minutes > 0)
    assert cell.tolist() == [0, int((0.9 - 0.04 * 0.6) * ROWS), int(0.5 / (9 / 16) * COLUMNS)]


def test_old_time_fades_and_a_stray_step_is_gone():
    heat, sleeper, passer = Heat(), figure(Posture.LYING), figure(Posture.UPRIGHT, (0.0, -0.4), track=2)
    watch(heat, sleeper, passer, seconds=0)
    heat.update((sleeper, passer), (), LEAST * 30, ASPECT)
    ended = watch(heat, sleeper, seconds=600, start=1.0)
    before = shown(heat, ended)
    after = shown(heat, ended + HALF_LIFE)
    assert np.count_nonzero(before) == 2
    assert np.count_nonzero(after) == 1
    assert after.sum() == pytest.approx(before[2].sum() / 2, rel=1e-3)


def test_it_begins_anew_when_the_camera_is_moved_is_back_or_has_another_view():
    heat, body = Heat(), figure(Posture.LYING)
    watch(heat, body)
    heat.update((body,), (MOVED,), 61.0, ASPECT)
    assert heat.is_empty
    watch(heat, body, start=62.0)
    assert heat.is_empty
    heat.update((body,), (RETURNED,), 200.0, ASPECT)
    watch(heat, body, start=200.5)
    assert not heat.is_empty
    heat.update((body,), (MOVED,), 300.0, ASPECT)
    heat.accept_view()
    assert heat.is_empty
    watch(heat, body, start=300.5)
    assert not heat.is_empty
    version = heat.version
    heat.forget()
    assert (heat.is_empty, heat.shown.total, heat.version) == (True, 0.0, version + 1)


def test_what_is_shown_is_of_a_moment_and_cannot_be_changed():
    heat, body = Heat(), figure(Posture.LYING)
    ended = watch(heat, body)
    before = shown(heat, ended)
    total = before.sum()
    with pytest.raises(ValueError, match="read-only"):
        before[0, 0, 0] = 1.0
    watch(heat, body, start=ended)
    assert before.sum() == total


def test_a_restart_forgets_nothing():
    heat = Heat()
    watch(heat, figure(Posture.LYING), figure(Posture.UPRIGHT, (0.0, -0.3), track=2))
    after = again(heat)
    assert np.allclose(after.shown.minutes, heat.shown.minutes, rtol=1e-3)
    ended = watch(after, figure(Posture.LYING))
    assert shown(after, ended)[2].sum() == pytest.approx(2.0, rel=1e-2)


def test_levels_show_who_sleeps_and_who_walks_by():
    heat = Heat()
    ended = watch(heat, figure(Posture.LYING), seconds=3_600)
    ended = watch(heat, figure(Posture.LYING, (0.0, -0.3)), seconds=5, start=ended)
    heat.update((), (), ended + SHOWN_SECONDS, ASPECT)
    levels = heat.shown.levels()
    assert list(levels) == list(LAYERS)
    assert sorted(set(levels["lying"])) == [0, 2, BRIGHTEST]
    assert set(levels["seated"]) == {0}


@pytest.mark.parametrize(
    "change",
    [
        {"columns": 10},
        {"rows": None},
        {"minutes": None},
        {"minutes": "never"},
        {"minutes": b64encode(b"no zlib").decode()},
        {"minutes": b64encode(compress(b"\0" * 2 * FULL + b"\0")).decode()},
        {"minutes": b64encode(compress(b"\0" * FULL)).decode()},
        {"minutes": b64encode(compress(b"\0" * 10_000_000)).decode()},
        {"minutes": b64encode(compress(np.full(FULL, -1, "<f2").tobytes())).decode()},
        {"minutes": b64encode(compress(np.full(FULL, np.nan, "<f2").tobytes())).decode()},
    ],
)
def test_what_is_damaged_is_refused(change: dict[str, object]):
    heat = Heat()
    watch(heat, figure(Posture.LYING))
    with pytest.raises((ValueError, KeyError, TypeError)):
        Heat().recall({**(heat.remember() or {}), **change})
    with pytest.raises(KeyError):
        Heat().recall({})


bodies = st.builds(
    lambda posture, y, x, track: figure(posture, (y, x), track=track),
    st.sampled_from([posture for posture in Posture if posture is not Posture.UNKNOWN]),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.integers(1, 3),
)


@given(st.lists(st.tuples(st.lists(bodies, max_size=3), st.floats(0, 3 * AGE_SECONDS)), max_size=30), st.floats(0.3, 3))
def test_no_more_is_counted_than_was_watched_and_what_is_kept_is_small(
    frames: list[tuple[list[Figure], float]], aspect: float
):
    heat, now, people = Heat(), 0.0, 0
    for figures, step in frames:
        now, people = now + step, max(people, len(figures))
        heat.update(figures, (), now, aspect)
    minutes = shown(heat, now)
    assert (minutes >= 0).all()
    assert minutes.sum() * 60 <= people * now * (1 + 1e-9)
    assert (heat.remember() is None) == (minutes.sum() == 0)
    assert len(json.dumps(heat.remember())) < 20_000


@given(st.integers(0, 2**32 - 1))
def test_the_fullest_map_is_bounded_and_comes_back(seed: int):
    full = np.random.default_rng(seed).uniform(0, MOST, FULL).astype("<f2")
    heat = Heat()
    heat.recall({"columns": COLUMNS, "rows": ROWS, "minutes": b64encode(compress(full.tobytes())).decode()})
    body = heat.remember()
    assert len(json.dumps(body)) < 20_000
    assert (again(heat).shown.minutes == heat.shown.minutes).all()
    for number, level in zip(count(), heat.shown.levels()["lying"], strict=False):
        assert (level > 0) == (heat.shown.minutes[2].ravel()[number] > 0)
        assert level <= BRIGHTEST


def test_no_cell_counts_without_end():
    heat = Heat()
    full = np.full(FULL, MOST, "<f2")
    heat.recall({"columns": COLUMNS, "rows": ROWS, "minutes": b64encode(compress(full.tobytes())).decode()})
    assert shown(heat, watch(heat, figure(Posture.LYING))).max() == MOST
    assert again(heat).shown.minutes.max() == MOST
