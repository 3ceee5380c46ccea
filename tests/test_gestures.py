import math

import numpy as np
import pytest
from bodies import bent, posed_like, seated, standing, tilted
from watched import Watched

from guardian.gestures import HELD, LYING, WAVED, is_low, swings
from guardian.settings import Behaviour
from guardian.skeleton import KEYPOINTS, Keypoint, Pose

STATURE = 0.6
LEFT = (Keypoint.LEFT_SHOULDER, Keypoint.LEFT_ELBOW, Keypoint.LEFT_WRIST)
RIGHT = (Keypoint.RIGHT_SHOULDER, Keypoint.RIGHT_ELBOW, Keypoint.RIGHT_WRIST)
Arm = tuple[Keypoint, Keypoint, Keypoint]
CALLS = Behaviour(help_gesture=True)


def reaching(pose: Pose, up: float, aside: float = 0.05, arm: Arm = LEFT) -> Pose:
    """The same body with a straight arm whose hand is so many statures above its shoulder, and aside."""
    keypoints = pose.keypoints.copy()
    shoulder, elbow, wrist = arm
    for keypoint, share in ((elbow, 0.5), (wrist, 1.0)):
        keypoints[keypoint, 0] = keypoints[shoulder, 0] - share * up * STATURE
        keypoints[keypoint, 1] = keypoints[shoulder, 1] + share * aside * STATURE * (1 if arm is LEFT else -1)
    return Pose(keypoints, pose.score)


def hand_at(pose: Pose, keypoint: Keypoint, arm: Arm = LEFT) -> Pose:
    """The same body with a hand at one of its own keypoints, a little above it."""
    keypoints = pose.keypoints.copy()
    keypoints[arm[2], :2] = keypoints[keypoint, :2] - [0.05 * STATURE, 0.0]
    keypoints[arm[1], 0] = keypoints[arm[0], 0] - 0.05 * STATURE
    return Pose(keypoints, pose.score)


def room(behaviour: Behaviour | None = None, fps: float = 10.0) -> Watched:
    """Somebody has come in, and then sat down for a while."""
    return Watched(fps=fps, behaviour=behaviour or CALLS).show(3, standing()).show(3, seated())


def waving(watched: Watched, seconds: float, up: float = 0.26, wide: float = 0.12, rate: float = 1.0) -> Watched:
    """A raised hand that swings to both sides."""
    for _ in range(round(seconds * watched.fps)):
        aside = 0.1 + wide * math.sin(2 * math.pi * rate * watched.now)
        watched.show(1 / watched.fps, reaching(seated(), up, aside))
    return watched


def walking(watched: Watched) -> Watched:
    """Somebody gets up and goes aside."""
    for step in range(40):
        watched.show(0.1, standing((0.9, 0.7 + 0.0125 * step)))
    return watched


def told(watched: Watched) -> list[str]:
    return [reason for event in watched.events if type(event).__name__ == "HelpGestured" for reason in event.reasons]


@pytest.mark.parametrize("arm", [LEFT, RIGHT])
def test_an_arm_held_up_from_a_chair_calls_for_help(arm: Arm):
    watched = room().show(HELD.seconds + 0.5, reaching(seated(), 0.3, arm=arm))
    (event,) = (event for event in watched.events if type(event).__name__ == "HelpGestured")
    assert event.reasons == ("Sits and holds an arm up for 5 s.",)
    assert (event.room, event.time) == ("kitchen", pytest.approx(6 + 0.85 * HELD.seconds, abs=1.0))


def test_an_arm_that_comes_down_sooner_calls_nobody():
    watched = room()
    for _ in range(6):
        watched.show(4.0, reaching(seated(), 0.3)).show(2.0, seated())
    assert told(watched) == []


def test_an_arm_held_still_is_found_though_the_eye_then_looks_once_a_second():
    watched = room()
    watched.fps = 1.0
    assert told(watched.show(8, reaching(seated(), 0.3))) == ["Sits and holds an arm up for 5 s."]


def test_an_arm_that_stays_up_calls_again_and_then_help_is_called_at_once():
    assert len(told(room().show(14, reaching(seated(), 0.3)))) == 2


def test_a_waved_arm_is_found_lower_and_sooner():
    assert told(waving(room(), WAVED.seconds, up=0.155)) == ["Sits and waves a raised arm for 5 s."]
    assert told(room().show(WAVED.seconds, reaching(seated(), 0.155, 0.1))) == []


def test_a_hand_that_is_hardly_moved_is_not_waved():
    assert told(waving(room(), 8, up=0.155, wide=0.03)) == []


@pytest.mark.parametrize(
    "pose",
    [
        reaching(reaching(seated(), 0.3), 0.3, arm=RIGHT),
        hand_at(seated(), Keypoint.LEFT_EYE),
        hand_at(seated(), Keypoint.LEFT_EAR),
        reaching(seated(), 0.1, 0.3),
        reaching(standing(), 0.3),
        seated(),
    ],
    ids=["both arms", "hand at the brow", "telephone", "pointing", "standing", "hands in the lap"],
)
def test_what_arms_do_every_day_calls_nobody(pose: Pose):
    assert told(room().show(20, pose)) == []


def test_who_moves_about_on_a_chair_with_an_arm_up_calls_nobody():
    watched = room()
    for step in range(80):
        shift = np.tile([0.0, 0.3 * math.sin(step / 8)], (KEYPOINTS, 1))
        watched.show(0.1, posed_like(reaching(seated(), 0.3), shift, 0.7))
    assert told(watched) == []


def test_an_arm_held_up_from_the_floor_calls_for_help():
    watched = Watched(behaviour=CALLS).show(3, standing()).fall().show(2, tilted(90))
    watched.show(LYING.seconds + 0.5, reaching(tilted(90), 0.3, 0.0, RIGHT))
    assert told(watched) == ["Lies and holds an arm up for 5 s."]


def test_an_arm_that_lies_beside_the_body_on_the_floor_calls_nobody():
    watched = Watched(behaviour=CALLS).show(3, standing()).fall().show(20, reaching(tilted(90), 0.05, 0.3, RIGHT))
    assert told(watched) == []


def test_nobody_is_told_of_where_it_is_not_switched_on():
    assert told(room(Behaviour()).show(20, reaching(seated(), 0.3))) == []


def test_hands_that_are_not_seen_call_nobody():
    keypoints = reaching(seated(), 0.3).keypoints.copy()
    keypoints[[LEFT[2], RIGHT[2]], 2] = 0.05
    assert told(room().show(20, Pose(keypoints, 0.7))) == []


def test_who_gets_up_soon_after_the_call_has_withdrawn_it():
    called = walking(room().show(HELD.seconds + 0.5, reaching(seated(), 0.3)).show(2, seated()))
    assert called.names().count("PersonRecovered") == 1
    (event,) = (event for event in called.events if type(event).__name__ == "PersonRecovered")
    assert event.reasons == ("Is on the feet again since the arm was raised.",)


def test_who_gets_up_long_after_the_call_withdraws_nothing():
    called = walking(room().show(HELD.seconds + 0.5, reaching(seated(), 0.3)).show(62, seated()))
    assert "PersonRecovered" not in called.names()


def test_only_to_look_upright_withdraws_nothing():
    called = room().show(HELD.seconds + 0.5, reaching(seated(), 0.3)).show(2, seated()).show(6, standing())
    assert "PersonRecovered" not in called.names()


def test_a_hand_that_the_eye_is_not_sure_of_says_nothing_of_the_arm():
    lost = seated().keypoints.copy()
    lost[LEFT[2], 2] = 0.2
    watched = room()
    for _ in range(4):
        watched.show(1.0, reaching(seated(), 0.3)).show(0.8, Pose(lost, 0.7))
    assert len(told(watched)) == 1


def test_a_raised_hand_of_which_nothing_is_seen_for_long_is_not_held():
    lost = seated().keypoints.copy()
    lost[LEFT[2], 2] = 0.2
    watched = room()
    for _ in range(6):
        watched.show(0.5, reaching(seated(), 0.3)).show(3.5, Pose(lost, 0.7))
    assert told(watched) == []


def test_who_was_lost_from_sight_for_a_moment_is_still_calling():
    watched = room().show(3, reaching(seated(), 0.3)).show(1.2).show(3, reaching(seated(), 0.3))
    assert len(told(watched)) == 1


def test_who_stands_is_told_from_who_sits_or_lies():
    assert not is_low(standing().keypoints, STATURE)
    assert is_low(seated().keypoints, STATURE)
    assert is_low(tilted(90).keypoints, STATURE)
    assert is_low(seated(stature=0.8).keypoints, STATURE)  # who seems tall enough, by the thighs


@pytest.mark.parametrize(("pose", "low"), [(standing(), False), (bent(), True), (tilted(90), True)])
def test_without_feet_the_torso_tells(pose: Pose, low: bool):  # noqa: FBT001 - a column
    keypoints = pose.keypoints.copy()
    keypoints[[Keypoint.LEFT_ANKLE, Keypoint.RIGHT_ANKLE], 2] = 0.0
    assert is_low(keypoints, STATURE) is low


def test_without_knees_the_height_tells():
    keypoints = standing().keypoints.copy()
    keypoints[[Keypoint.LEFT_KNEE, Keypoint.RIGHT_KNEE], 2] = 0.0
    assert not is_low(keypoints, STATURE)


@pytest.mark.parametrize(
    ("places", "count"),
    [
        ([0.0], 0),
        ([0.0, 0.05, 0.0, 0.05], 0),
        ([0.0, 0.1], 1),
        ([0.0, 0.1, 0.05, 0.1, 0.0], 2),
        ([0.0, 0.05, 0.1, 0.0, -0.1, 0.1], 3),
        ([0.1, 0.0, 0.1, 0.0], 3),
    ],
)
def test_swings_are_counted_however_small_steps_they_take(places: list[float], count: int):
    assert swings(places, 0.08) == count
