from dataclasses import replace

import numpy as np
import pytest
from askew import askew
from bodies import seen, standing, tilted

from guardian.events import FallConfirmed, FallSuspected, PersonAppeared, RoutineBroken
from guardian.lab.drawing import COLOURS, STAGE, Still, before, closer, ghostly, said, stills, story, telling, told
from guardian.posture import Posture
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import Observation


def fallen(until: float = 9.5) -> list[Observation]:
    """Somebody stands for 3 s, goes over in 0.6 s and lies there."""
    times = [number / 10 for number in range(1, round(until * 10))]
    return [seen(t, tilted(max(0.0, min(90.0, (t - 3.0) * 150)))) for t in times]


def scene(until: float = 12.0) -> list[Still]:
    return list(stills(fallen(until)))


def test_every_observation_is_a_still_and_a_body_has_the_colour_of_its_posture():
    shown = scene()
    assert [round(still.time, 1) for still in shown] == [round(n / 10, 1) for n in range(1, 120)]
    assert shown[20].sticks[0].posture is Posture.UPRIGHT
    assert shown[-1].sticks[0].posture is Posture.LYING
    assert set(COLOURS) == set(Posture)


def test_a_body_before_a_camera_that_hangs_askew_is_drawn_where_the_picture_shows_it():
    room = Room(name="room", camera=Camera(source="scene", roll=20))
    bodies = [seen(number / 10, askew(standing(), 20.0)) for number in range(1, 20)]
    plain, turned = (list(stills(bodies, settings))[-1] for settings in (None, Settings(rooms=(room,))))
    assert turned.sticks[0].bones == plain.sticks[0].bones
    assert turned.sticks[0].head == plain.sticks[0].head


def test_the_events_of_the_core_stand_at_their_stills():
    shown = scene()
    confirmed = [still for still in shown if any(isinstance(event, FallConfirmed) for event in still.events)]
    assert [still.urgent for still in confirmed] == [True]
    assert sum(still.urgent for still in shown) == 1


def test_a_body_is_drawn_where_it_is_with_the_head_above_and_no_line_to_what_is_unseen():
    whole = scene()[20].sticks[0]
    assert whole.head is not None
    (x, y), radius = whole.head
    assert (x, y) == pytest.approx((0.7, 0.9 - 0.934 * 0.6), abs=0.02)
    assert 0.02 < radius < 0.07
    assert all(y - radius < end[1] <= 0.91 for bone in whole.bones for end in bone)
    keypoints = standing().keypoints.copy()
    keypoints[13:, 2] = 0.1
    legless = replace(standing(), keypoints=keypoints)
    shown = list(stills(seen(n / 10, legless) for n in range(1, 20)))[-1].sticks[0]
    assert len(shown.bones) == len(whole.bones) - 4


def test_a_body_of_which_hardly_anything_is_seen_is_not_drawn():
    faint = replace(standing(), keypoints=standing().keypoints * np.array([1, 1, 0.1], np.float32))
    assert all(not still.sticks for still in stills([seen(n / 10, faint) for n in range(1, 20)]))


def test_one_odd_frame_does_not_change_the_colour():
    frames = [seen(n / 10, tilted(90.0) if n == 30 else standing()) for n in range(1, 40)]
    assert {still.sticks[0].posture for still in list(stills(frames))[10:]} == {Posture.UPRIGHT}


def test_the_story_is_the_fall_and_its_alarm():
    shown = scene(20.0)
    first, last = story(shown)
    alarm = next(n for n, still in enumerate(shown) if still.urgent)
    suspected = next(n for n, s in enumerate(shown) if any(isinstance(e, FallSuspected) for e in s.events))
    assert shown[suspected].time - shown[first].time == pytest.approx(2.0, abs=0.15)
    assert shown[last].time - shown[alarm].time == pytest.approx(2.0, abs=0.15)
    assert story(shown[:20]) == (0, 19), "without an alarm it is everything"


@pytest.mark.parametrize("most", [2, 4, 6])
def test_the_telling_stills_are_in_order_and_hold_the_alarm_and_the_fall_itself(most: int):
    shown = scene()
    chosen = telling(shown, most)
    assert len(chosen) == most
    assert list(chosen) == sorted(set(chosen))
    assert any(shown[n].urgent for n in chosen)
    if most == 6:
        assert sum(3.0 <= shown[n].time <= 3.7 for n in chosen) >= 2, "what moves tells more than what does not"


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_scene_of_few_stills_is_told_by_all_of_them(frames: int):
    assert telling(scene()[:frames], 6) == tuple(range(frames))


def test_what_is_nearer_keeps_its_proportions_and_stays_in_the_frame():
    shown = scene()
    near = closer(shown, 10, 100)
    assert len(near) == 91
    ends = np.array([end for still in near for stick in still.sticks for bone in stick.bones for end in bone])
    assert ends.min() >= 0
    assert ends[:, 0].max() <= 4 / 3
    assert ends[:, 1].max() <= 1
    factor = near[0].sticks[0].size / shown[10].sticks[0].size
    assert factor > 1.05
    before_it, after_it = shown[10].sticks[0].bones[0], near[0].sticks[0].bones[0]
    assert after_it[1][0] - after_it[0][0] == pytest.approx(factor * (before_it[1][0] - before_it[0][0]))
    empty = list(stills([seen(0.1), seen(0.2)]))
    assert closer(empty, 0, 1) == tuple(empty)


def test_the_still_before_a_time_is_the_last_one_that_was_there():
    shown = scene()
    assert before(shown, 50, shown[30].time + 0.05) is shown[30]
    assert before(shown, 50, -1.0) is shown[0]


def test_a_ghost_is_between_its_colour_and_the_stage():
    assert ghostly("#7fe6c2", 1.0) == "#7fe6c2"
    assert ghostly("#7fe6c2", 0.0) == STAGE
    assert ghostly("#302040", 0.5) == "#20202e"


def test_events_are_said_as_a_caregiver_would():
    fall = FallConfirmed(time=1.0, room="room", track=1, person="Anna", reasons=("Fast.", "Low."))
    assert said(fall) == "Anna has fallen"
    assert said(PersonAppeared(time=1.0, room="room", track=1)) == "Somebody is in the room"
    assert "usual" in said(RoutineBroken(time=1.0, room="room", track=1))
    assert told(fall) == "    1.00 s  FallConfirmed     Fast. Low."
