from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle, islice

import numpy as np
import pytest
from bodies import bent, seated, standing, tilted
from hypothesis import given
from hypothesis import strategies as st

from guardian.identity import Person
from guardian.posture import Figure, Posture, Postures, Steady, posture_scores
from guardian.settings import Place
from guardian.skeleton import KEYPOINTS, Pose
from guardian.tracking import Track, TrackState

UNSEEN = Pose(np.zeros((KEYPOINTS, 3)), 0.0)
BED = Place(name="bed", kind="bed", polygon=((0.3, 0.5), (0.9, 0.5), (0.9, 1.0), (0.3, 1.0)))
FLOOR = Place(name="floor", kind="floor", polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


def person(pose: Pose, *, hit: bool = True, track: int = 1) -> Person:
    return Person(Track(track, pose, TrackState.CONFIRMED, born=0.0, seen=0.0, hit=hit))


def told(postures: Postures, now: float, pose: Pose, **more: bool) -> Figure:
    (figure,) = postures.update([person(pose, **more)], now, 4 / 3)
    return figure


@pytest.mark.parametrize(
    ("pose", "posture"),
    [
        (standing(), Posture.UPRIGHT),
        (seated(), Posture.SEATED),
        (bent(), Posture.BENT),
        (tilted(90), Posture.LYING),
        (tilted(-90), Posture.LYING),
        (UNSEEN, Posture.UNKNOWN),
    ],
)
def test_each_posture_is_told_once_the_person_has_stood(pose: Pose, posture: Posture):
    postures = Postures()
    for frame in range(10):
        told(postures, frame / 10, standing())
    assert told(postures, 1.0, pose).posture is posture


@given(st.floats(-180, 180), st.floats(0.1, 1.5), st.floats(0.1, 1.5))
def test_scores_are_nothing_or_sum_to_one(degrees: float, tall: float, scale: float):
    total = sum(posture_scores(tilted(degrees, stature=tall).keypoints, scale).values())
    assert total == pytest.approx(1) or total == 0


@given(st.sampled_from([standing, seated, bent]), st.floats(0.15, 0.8))
def test_how_far_away_somebody_is_does_not_change_the_posture(body: Callable[..., Pose], tall: float):
    near, far = body(stature=0.6).keypoints, body(stature=tall).keypoints
    for posture, score in posture_scores(near, 0.6).items():
        assert posture_scores(far, tall)[posture] == pytest.approx(score, abs=0.02)


def test_lying_does_not_shrink_a_person_who_was_seen_standing():
    postures = Postures()
    stature = told(postures, 0.0, standing()).stature
    for frame in range(100):
        figure = told(postures, frame / 10, tilted(90))
    assert figure.stature == pytest.approx(stature, rel=0.02)


def test_who_sits_facing_the_camera_is_no_shorter_person_who_stands():
    postures = Postures()
    stature = told(postures, 0.0, standing(stature=0.6)).stature
    for frame in range(1, 100):
        figure = told(postures, frame / 10, standing(stature=max(0.35, 0.6 - frame / 100)))
    assert figure.stature > 0.85 * stature
    assert figure.posture is not Posture.UPRIGHT


def test_who_walks_away_looks_shorter_and_still_stands():
    postures = Postures()
    for frame in range(100):
        part = frame / 99
        figure = told(postures, frame / 10, standing((0.9 - 0.35 * part, 0.7), stature=0.6 - 0.25 * part))
        assert figure.posture is Posture.UPRIGHT
    assert figure.stature == pytest.approx(0.35, rel=0.1)


def test_hips_far_above_the_feets_last_place_rest_on_furniture():
    postures = Postures()
    told(postures, 0.0, standing((0.9, 0.7)))
    assert told(postures, 1.0, tilted(90, feet=(0.7, 0.5))).raised
    assert not told(postures, 2.0, tilted(90, feet=(0.88, 0.5))).raised


def test_the_place_is_where_the_hips_are_and_a_bed_goes_before_its_floor():
    postures = Postures((FLOOR, BED))
    assert told(postures, 0.0, standing((0.9, 0.7))).place == BED
    assert told(postures, 1.0, standing((0.6, 0.2))).place == FLOOR
    assert told(postures, 2.0, UNSEEN).place is None


def test_the_picture_tells_the_place_and_the_edge_of_a_body_that_was_turned_upright():
    upright = standing((0.9, 0.7))
    aside = Pose(upright.keypoints, 0.7, standing((0.6, 0.2)).keypoints)
    out = Pose(upright.keypoints, 0.7, standing((1.05, 0.02)).keypoints)
    postures = Postures((FLOOR, BED))
    assert told(postures, 0.0, aside).place == FLOOR
    assert not told(postures, 1.0, aside).leaving
    assert told(postures, 2.0, out).leaving
    assert told(Postures(), 0.0, aside).floor == told(Postures(), 0.0, upright).floor
    assert told(Postures(), 0.0, out).floor is None


def test_a_torso_at_the_edge_of_the_picture_is_cut_and_an_arm_there_is_not():
    def cut(x: float) -> bool:
        return told(Postures(), 0.0, standing((0.9, x))).cut

    assert [cut(x) for x in (0.05, 0.09, 0.7, 4 / 3 - 0.09, 4 / 3 - 0.05)] == [True, False, False, False, True]
    assert told(Postures(), 0.0, standing((0.9, 0.09))).leaving
    unseen = standing((0.9, 0.05)).keypoints.copy()
    unseen[5:13, 2] = 0.1
    assert not told(Postures(), 0.0, Pose(unseen, 0.7)).cut


@pytest.mark.parametrize(("feet", "below"), [(0.9, False), (0.95, False), (0.98, True), (1.3, True)])
def test_whose_feet_are_at_the_lower_edge_is_about_to_be_below_the_picture(feet: float, *, below: bool):
    assert told(Postures(), 0.0, standing((feet, 0.7))).below is below


def test_a_cut_off_body_teaches_no_stature():
    postures = Postures()
    before = told(postures, 0.0, standing((0.9, 0.7), stature=0.6)).stature
    after = told(postures, 0.1, standing((1.05, 0.7), stature=1.2)).stature
    assert after == pytest.approx(before, rel=0.02)


def test_a_guessed_stature_grows_quickly_and_hidden_bodies_teach_nothing():
    postures = Postures()
    first = told(postures, 0.0, seated(stature=0.3)).stature
    assert told(postures, 0.1, seated(stature=0.6)).stature > first
    assert told(postures, 0.2, UNSEEN).stature > first
    assert told(postures, 0.3, seated(stature=0.6), hit=False).posture is not Posture.UNKNOWN


def test_whoever_is_long_gone_is_forgotten():
    postures = Postures()
    postures.update([person(standing(), track=1)], 0.0, 4 / 3)
    postures.update([person(standing(stature=0.3), track=2)], 500.0, 4 / 3)
    assert list(postures._memories) == [2]


def test_hidden_legs_hold_nothing_up_when_the_body_is_flat():
    keypoints = tilted(90).keypoints.copy()
    keypoints[13:, 2] = 0
    scores = posture_scores(keypoints, 0.6)
    assert max(scores, key=lambda posture: scores[posture]) is Posture.LYING
    keypoints = standing().keypoints.copy()
    keypoints[13:, 2] = 0
    assert posture_scores(keypoints, 0.6)[Posture.LYING] == 0
    keypoints = standing().keypoints.copy()
    keypoints[13:15, 2] = 0
    assert posture_scores(keypoints, 0.6)[Posture.UPRIGHT] > 0.9
    keypoints = standing().keypoints.copy()
    keypoints[15:, 2] = 0
    assert posture_scores(keypoints, 0.6)[Posture.UPRIGHT] > 0.9


def scored(now: float, posture: Posture, score: float, other: Posture) -> Figure:
    """A figure whose posture wins by so much over another one."""
    one = told(Postures(), now, standing())
    scores = {**dict.fromkeys(one.scores, 0.0), posture: score, other: 1 - score}
    track = replace(one.person.track, seen=now)
    return replace(one, person=replace(one.person, track=track), posture=posture, scores=scores)


def shown(figures: Sequence[Figure]) -> list[Posture]:
    steady = Steady()
    return [posture for figure in figures for posture in steady.postures([figure])]


def test_what_is_shown_of_a_faller_does_not_flicker_and_is_the_worse():
    turns = islice(cycle([(Posture.BENT, Posture.LYING), (Posture.LYING, Posture.BENT)]), 60)
    figures = [scored(frame / 15, one, 0.53, other) for frame, (one, other) in enumerate(turns)]
    told_so = shown(figures)
    until = told_so.index(Posture.LYING)
    assert until < 15
    assert set(told_so[until:]) == {Posture.LYING}


def test_what_is_shown_follows_a_fall_within_half_a_second():
    standing_up = [scored(frame / 15, Posture.UPRIGHT, 1.0, Posture.LYING) for frame in range(30)]
    fallen = [scored(2 + frame / 15, Posture.LYING, 1.0, Posture.UPRIGHT) for frame in range(8)]
    told_so = shown([*standing_up, *fallen])
    assert told_so[29] is Posture.UPRIGHT
    assert told_so[-1] is Posture.LYING


def test_showing_a_figure_twice_changes_nothing():
    steady, figure = Steady(), scored(1.0, Posture.LYING, 1.0, Posture.BENT)
    steady.postures([scored(0.9, Posture.BENT, 1.0, Posture.LYING)])
    assert {posture for _ in range(100) for posture in steady.postures([figure])} == {Posture.BENT}


def test_a_body_that_cannot_be_read_is_shown_as_unknown():
    figure = told(Postures(), 0.0, UNSEEN)
    assert Steady().postures([figure]) == (Posture.UNKNOWN,)


def test_who_has_left_is_forgotten():
    steady = Steady()
    steady.postures([scored(0.0, Posture.UPRIGHT, 1.0, Posture.LYING)])
    assert steady.postures([]) == ()
    assert steady.postures([scored(0.1, Posture.LYING, 1.0, Posture.UPRIGHT)]) == (Posture.LYING,)
