"""The walk test: looks in, ticks out."""

import numpy as np
import pytest
from bodies import standing
from hypothesis import given
from hypothesis import strategies as st

from guardian.optics import Optics
from guardian.settings import Place
from guardian.skeleton import ANKLES, HEAD, HIPS, SHOULDERS, Keypoints
from guardian.walk import (
    BENT_ERROR,
    LEARNT_ERROR,
    LEAST_LOOKS,
    PLACE_SECONDS,
    ROOM_SECONDS,
    Body,
    Look,
    Target,
    Walk,
    targets,
)

SQUARE = ((0.0, 0.0), (0.5, 0.0), (0.5, 0.5))
HALL, SOFA = Target("hall"), Target("hall", "sofa")
OPTICS = Optics(2.2, 20.0, 70.0, 4 / 3)


def pose(score: float = 0.8) -> Keypoints:
    keypoints = np.array(standing().keypoints)
    keypoints[:, 2] = score
    return keypoints


def body(place: str = "", posture: str = "upright", score: float = 0.8) -> Body:
    return Body(pose(score), posture, place)


def look(time: float, *bodies: Body, room: str = "hall", frame: int | None = None, brightness: float = 0.5) -> Look:
    return Look(room, time, round(time * 15) if frame is None else frame, brightness, 4 / 3, bodies)


def walked(*looks: Look) -> Walk:
    walk = Walk([HALL, SOFA])
    for each in looks:
        walk.update(each)
    return walk


def person_of(metres: float, ahead: float, optics: Optics) -> Keypoints:
    """An upright body that a camera with these optics sees."""
    keypoints = np.zeros((17, 3), np.float32)
    keypoints[:, 2] = 0.9
    for which, share in ((HEAD, 0.936), (SHOULDERS, 0.82), (HIPS, 0.53), (ANKLES, 0.039)):
        point = optics.seen_at(ahead, 0.0, share * metres)
        assert point is not None
        keypoints[list(which), :2] = point
    keypoints[[7, 8, 9, 10, 13, 14], :2] = keypoints[11, :2]
    return keypoints


def test_one_goes_about_the_room_first_and_then_to_each_place_where_one_may_be():
    kinds = ("sofa", "screen", "exit", "door", "mat")
    places = [Place(name=kind, kind=kind, polygon=SQUARE) for kind in kinds]  # type: ignore[arg-type]
    assert targets("hall", places) == (HALL, SOFA, Target("hall", "mat"))
    assert (HALL.seconds, SOFA.seconds) == (ROOM_SECONDS, PLACE_SECONDS)


def test_a_place_is_ticked_once_somebody_was_there_for_long_enough():
    walk = Walk([HALL, SOFA])
    done = [target for step in range(17) for target in walk.update(look(step / 5, body("sofa", "seated")))]
    assert done == [SOFA]
    assert walk.left == (HALL,)
    room, sofa = walk.ticks
    assert (room.done, sofa.done, sofa.posture, sofa.looks) == (False, True, "seated", 17)
    assert (sofa.seconds, sofa.torso) == (pytest.approx(3.2), pytest.approx(0.8))


def test_a_place_that_nobody_asked_for_and_a_room_that_is_not_tried_are_no_matter():
    walk = walked(look(0.0, body("bed")), look(0.2, body("bed")), look(0.4, body(), room="attic"))
    assert [tick.target for tick in walk.ticks] == [HALL, SOFA]
    assert [seen.room for seen in walk.rooms] == ["hall"]


def test_the_same_look_twice_is_one_and_what_was_not_looked_at_does_not_count():
    walk = walked(look(0.0, body()), look(0.0, body()), look(5.0, body()), look(5.5, body()))
    assert (walk.ticks[0].looks, walk.ticks[0].seconds) == (3, 0.5)


def test_the_figure_is_of_the_look_that_saw_it_best():
    walk = walked(look(0.0, body(score=0.4)), look(0.2, body(score=0.9)), look(0.4, body(score=0.5)))
    figure = walk.ticks[0].figure
    assert figure is not None
    assert figure[5, 2] == pytest.approx(0.9)


def test_of_several_people_the_one_who_is_seen_best_counts_and_that_there_were_several_is_known():
    walk = walked(look(0.0, body(score=0.3), body(score=0.7)), look(0.2))
    assert walk.ticks[0].torso == pytest.approx(0.7)
    assert walk.rooms[0].most_people == 2


def test_who_is_expected_and_not_found_is_a_gap_but_only_after_they_were_seen():
    walk = Walk([HALL, SOFA])
    walk.go_to(HALL)
    seen = [0.0, 0.2, 0.4, 1.6]
    for step in range(11):
        time = step / 5
        walk.update(look(time, *([body()] if time in seen else [])))
    tick = walk.ticks[0]
    assert (tick.expected, tick.missed, tick.gap) == (pytest.approx(2.0), pytest.approx(1.4), pytest.approx(1.0))
    walk.go_to(SOFA)
    walk.update(look(2.2))
    assert walk.ticks[1].expected == 0
    walk.go_to(None)
    walk.update(look(2.4, body()))
    assert walk.ticks[0].expected == pytest.approx(2.0)
    walk.go_to(Target("attic"))
    walk.update(look(2.6, body()))
    assert walk.ticks[0].expected == pytest.approx(2.0)


def test_frames_a_second_and_light_are_those_of_the_room():
    walk = walked(
        look(0.0, frame=100, brightness=0.2),
        look(1.0, frame=110, brightness=0.6),
        look(1.5, frame=3, brightness=0.4),  # a new eye begins to count anew
        look(2.0, frame=8, brightness=0.4),
    )
    (seen,) = walk.rooms
    assert (seen.fps, seen.brightness, seen.darkest) == (10.0, pytest.approx(0.4), 0.2)
    assert Walk([HALL]).rooms[0].fps == 0


@pytest.mark.parametrize("sure", [1.0, 0.6])
@pytest.mark.parametrize("metres", [1.5, 1.85])
def test_stature_is_measured_over_the_floor_and_as_unsure_as_the_camera(sure: float, metres: float):
    walk = Walk([HALL])
    for step in range(LEAST_LOOKS):
        shown = Body(person_of(metres, 3.0 + 0.2 * step, OPTICS), "upright")
        assert walk.rooms[0].stature is None
        walk.update(Look("hall", step / 5, step, 0.5, OPTICS.aspect, (shown,), OPTICS, sure))
    stature = walk.rooms[0].stature
    assert stature is not None
    assert stature.metres == pytest.approx(metres, abs=0.05)
    assert (stature.looks, stature.learnt) == (LEAST_LOOKS, sure < 1)
    assert stature.error == pytest.approx((LEARNT_ERROR if sure < 1 else BENT_ERROR) * stature.metres)


@pytest.mark.parametrize("changes", [{"turn": 5.0}, {"optics": None}, {"posture": "seated"}, {"cut": True}])
def test_where_it_cannot_be_told_no_stature_is(changes: dict[str, object]):
    keypoints = person_of(1.7, 4.0, OPTICS)
    if "cut" in changes:
        keypoints[list(ANKLES), 2] = 0.1
    shown = Body(keypoints, str(changes.get("posture", "upright")))
    optics, turn = changes.get("optics", OPTICS), changes.get("turn", 0.0)
    walk = Walk([HALL])
    for step in range(20):
        walk.update(Look("hall", step / 5, step, 0.5, 4 / 3, (shown,), optics, 1.0, turn))  # type: ignore[arg-type]
    assert walk.rooms[0].stature is None


@given(st.lists(st.tuples(st.floats(0, 30), st.sampled_from(["", "sofa", "bed"]), st.booleans()), max_size=60))
def test_whatever_is_seen_the_sums_hold(seen: list[tuple[float, str, bool]]):
    walk, done = Walk([HALL, SOFA]), []
    walk.go_to(HALL)
    for time, place, there in sorted(seen):
        done += walk.update(look(time, *([body(place)] if there else [])))
    room, sofa = walk.ticks
    assert sofa.seconds <= room.seconds <= 30
    assert 0 <= room.gap <= room.missed <= room.expected
    assert sorted(done, key=str) == sorted((tick.target for tick in walk.ticks if tick.done), key=str)
    assert set(walk.left).isdisjoint(done)
