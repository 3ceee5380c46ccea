import numpy as np
import pytest
from bodies import posed_like, seated, standing, tilted
from hypothesis import given, settings
from hypothesis import strategies as st
from watched import EVERYWHERE, Watched

from guardian.behaviour import moved
from guardian.events import PersonRecovered, StillnessExceeded
from guardian.settings import Behaviour, Place
from guardian.skeleton import KEYPOINTS, MIRRORED, Keypoint, Pose

LIMITS = Behaviour(stillness_minutes=5, stillness_minutes_bed=60, night_from=22, night_to=7)
MINUTE = 60.0


def place(kind: str, name: str = "") -> Place:
    return Place.model_validate({"name": name or kind, "kind": kind, "polygon": EVERYWHERE})


def room(*places: Place, fps: float = 1.0, hour: int = 12) -> Watched:
    """Somebody has come in and stood about, so that nothing but what follows is still."""
    return Watched(*places, fps=fps, hour=hour, behaviour=LIMITS).show(10, standing())


def told(watched: Watched) -> list[StillnessExceeded]:
    return [event for event in watched.events if isinstance(event, StillnessExceeded)]


def with_arm_up(pose: Pose) -> Pose:
    keypoints = pose.keypoints.copy()
    keypoints[[Keypoint.LEFT_ELBOW, Keypoint.LEFT_WRIST], 0] -= 0.2
    return Pose(keypoints, pose.score)


def test_who_sits_without_moving_beyond_the_limit_is_told_once_with_numbers_and_place():
    watched = room(place("chair", "armchair")).show(20 * MINUTE, seated())
    (event,) = told(watched)
    assert event.time == pytest.approx(10 + 5 * MINUTE, abs=15)
    assert event.place == "armchair"
    assert event.room == "kitchen"
    assert event.reasons == (
        "Has not moved for 5 minutes in the armchair, at 12:05; 5 minutes is the limit here at this hour.",
    )


@pytest.mark.parametrize(
    ("kind", "said"), [("sofa", "on the sofa"), ("bed", "in the bed"), ("door", "at the door"), ("mat", "on the mat")]
)
def test_the_place_is_said_as_one_speaks(kind: str, said: str):
    (event,) = told(room(place(kind), fps=0.5).show(62 * MINUTE, seated()))
    assert f" {said}, at " in event.reasons[0]


def test_without_a_place_only_the_hour_is_said():
    (event,) = told(room().show(6 * MINUTE, seated()))
    assert event.reasons[0].startswith("Has not moved for 5 minutes, at 12:05;")
    assert event.place is None


@pytest.mark.parametrize(
    ("kind", "hour", "minutes"),
    [
        ("bed", 12, 60),
        ("bed", 23, 60),
        ("sofa", 23, 5),
        ("chair", 3, 5),
        ("floor", 12, 5),
        ("floor", 23, 60),
        ("mat", 5, 60),
    ],
)
def test_beds_and_nights_have_a_longer_limit_but_seats_have_not(kind: str, hour: int, minutes: int):
    (event,) = told(room(place(kind), fps=0.5, hour=hour).show(70 * MINUTE, seated()))
    assert event.time == pytest.approx(10 + minutes * MINUTE, abs=30)
    shown = "60 minutes" if minutes == 60 else "5 minutes"
    assert f"; {shown} is the limit here at this hour." in event.reasons[0]


def test_a_night_within_one_day_is_a_night_too():
    early = Behaviour(stillness_minutes=5, stillness_minutes_bed=60, night_from=1, night_to=4)
    assert told(Watched(fps=1.0, hour=2, behaviour=early).show(30 * MINUTE, seated())) == []
    assert told(Watched(fps=1.0, hour=5, behaviour=early).show(30 * MINUTE, seated())) != []


def test_a_morning_does_not_ring_at_once_for_who_slept_through_the_night():
    watched = Watched(fps=1.0, hour=6, behaviour=LIMITS).show(30 * MINUTE, seated())
    watched.clock.step_wall(30 * MINUTE)
    watched.show(2 * MINUTE, seated())
    assert told(watched) == []
    assert len(told(watched.show(MINUTE, seated()))) == 1


def test_long_limits_are_said_in_hours():
    limits = Behaviour(stillness_minutes=450)
    (event,) = told(Watched(fps=0.25, behaviour=limits).show(460 * MINUTE, seated()))
    assert "for 7.5 hours, at 19:3" in event.reasons[0]


@pytest.mark.parametrize("movement", [with_arm_up(seated()), seated((0.9, 0.8)), tilted(70), standing()])
def test_every_real_movement_begins_anew(movement: Pose):
    watched = room().show(4 * MINUTE, seated()).show(20, movement).show(4 * MINUTE, seated())
    assert told(watched) == []
    assert len(told(watched.show(2 * MINUTE, seated()))) == 1


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.04), st.floats(0.25, 0.7))
def test_trembling_keypoints_are_no_movement(seed: int, tremble: float, score: float):
    noise, watched = np.random.default_rng(seed), room()
    for _ in range(round(6 * MINUTE * watched.fps)):
        watched.show(1 / watched.fps, posed_like(seated(), noise.normal(0, tremble * 0.6, (KEYPOINTS, 2)), score))
    assert len(told(watched)) == 1


def test_left_taken_for_right_is_no_movement():
    swapped = Pose(seated().keypoints[MIRRORED], 0.7)
    watched = room().show(3 * MINUTE, seated()).show(MINUTE, swapped).show(2 * MINUTE, seated())
    assert len(told(watched)) == 1


def test_a_hidden_limb_that_jumps_is_no_movement():
    keypoints = with_arm_up(seated()).keypoints.copy()
    keypoints[[Keypoint.LEFT_ELBOW, Keypoint.LEFT_WRIST], 2] = 0.25
    watched = room().show(3 * MINUTE, seated()).show(MINUTE, Pose(keypoints, 0.7)).show(2 * MINUTE, seated())
    assert len(told(watched)) == 1


def test_stillness_is_told_again_after_a_movement():
    watched = room().show(6 * MINUTE, seated()).show(20, with_arm_up(seated())).show(6 * MINUTE, seated())
    assert len(told(watched)) == 2


def test_where_nothing_moves_the_eye_need_not_look():
    watched = room(fps=2.0).show(10, seated())
    for _ in range(6 * 60):
        watched.show(0.5, seated()).show(0.5, looked=False)
    assert len(told(watched)) == 1


def test_a_still_body_that_is_lost_and_found_with_another_id_is_still():
    watched = room().show(2 * MINUTE, seated()).show(MINUTE).show(2.5 * MINUTE, seated())
    (event,) = told(watched)
    assert event.track == 2
    assert event.time == pytest.approx(10 + 5 * MINUTE, abs=15)


def test_a_hidden_body_is_waited_for_half_an_hour_only():
    limits = Behaviour(stillness_minutes=60)
    for hidden, count in ((25 * MINUTE, 1), (35 * MINUTE, 0)):
        watched = Watched(fps=0.5, behaviour=limits).show(10, standing()).show(20 * MINUTE, seated())
        assert len(told(watched.show(hidden).show(20 * MINUTE, seated()))) == count


def test_an_empty_room_is_not_a_still_one():
    watched = room().show(4 * MINUTE, seated()).show(4, standing()).show(30 * MINUTE)
    assert told(watched) == []


def test_nothing_is_told_of_a_body_that_is_hidden():
    watched = room().show(4 * MINUTE, seated()).show(20 * MINUTE)
    assert told(watched) == []


def test_somebody_else_who_sits_elsewhere_is_not_the_hidden_one():
    watched = room().show(4 * MINUTE, seated()).show(MINUTE).show(3 * MINUTE, seated((0.9, 0.2), stature=0.5))
    assert told(watched) == []


def test_who_was_there_before_does_not_take_over_the_stillness_of_a_hidden_one():
    stands, sits = standing((0.9, 0.2)), seated()
    watched = Watched(fps=2.0, behaviour=LIMITS).show(10, stands, standing()).show(2 * MINUTE, stands, sits)
    for number in range(40):
        watched.show(1, standing((0.9, 0.2 + number / 80)))
    watched.show(4 * MINUTE, sits)
    assert told(watched) == []


def test_darkness_counts_for_nothing_and_is_no_reason_to_forget():
    watched = room().show(3 * MINUTE, seated()).show(40 * MINUTE, seated(), brightness=0.0)
    assert told(watched) == []
    watched.show(1.5 * MINUTE, seated())
    assert told(watched) == []
    assert len(told(watched.show(MINUTE, seated()))) == 1


def test_a_gap_between_frames_counts_as_a_few_seconds_only():
    watched = room().show(MINUTE, seated())
    watched.clock.advance(100 * MINUTE)
    assert told(watched.show(3 * MINUTE, seated())) == []


@settings(max_examples=20)
@given(st.lists(st.floats(-86_400, 86_400), min_size=1, max_size=4))
def test_a_step_of_the_wall_clock_moves_the_hour_and_never_a_duration(steps: list[float]):
    watched = room(place("chair"), fps=1.0)
    for step in steps:
        watched.clock.step_wall(step)
        watched.show(4 * MINUTE / len(steps), seated())
    assert told(watched) == []
    assert len(told(watched.show(2 * MINUTE, seated()))) == 1


def test_who_gets_up_after_an_alarm_has_recovered():
    watched = room().show(6 * MINUTE, seated()).show(20, with_arm_up(seated()))
    assert watched.names() == ["StillnessExceeded"]
    watched.show(5, standing())
    assert watched.names() == ["StillnessExceeded", "PersonRecovered"]
    (up,) = (event for event in watched.events if isinstance(event, PersonRecovered))
    assert up.track == told(watched)[0].track
    assert watched.show(60, standing()).names() == ["StillnessExceeded", "PersonRecovered"]


def test_each_of_two_people_has_a_stillness_of_her_own():
    aside = (0.9, 0.2)
    watched = Watched(fps=2.0, behaviour=LIMITS).show(10, standing(), standing(aside))
    for _ in range(12):
        watched.show(15, seated(), standing(aside)).show(15, seated(), with_arm_up(standing(aside)))
    (event,) = told(watched)
    assert event.track == 1


@given(st.floats(0.2, 1.5), st.floats(0.0, 0.09), st.floats(0.12, 2.0), st.floats(0, 6.3))
def test_a_movement_is_measured_in_statures(stature: float, little: float, much: float, way: float):
    before, direction = seated(stature=stature).keypoints, np.array([np.sin(way), np.cos(way), 0]) * stature
    assert not moved(before, before + little * direction, stature)
    assert moved(before, before + much * direction, stature)


def test_of_what_is_unseen_nothing_can_be_said():
    before = seated().keypoints.copy()
    before[:, 2] = 0.1
    assert not moved(before, before + np.array([1.0, 1.0, 0.0], np.float32), 0.6)
