from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from bodies import seen, standing, tilted
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from guardian import recording
from guardian.incident import Incident, IncidentState
from guardian.recollection import SCENE_SECONDS, Recollection, Recordings, pack, time_of, unpack
from guardian.skeleton import Observation, Pose

shares = st.floats(0, 1)
poses = st.builds(
    Pose,
    arrays.arrays(np.float32, (17, 3), elements=st.floats(-3, 3, width=32)),
    shares,
)
observations = st.builds(
    Observation,
    time=st.floats(0, 1e9),
    poses=st.lists(poses, max_size=6).map(tuple),
    aspect=st.floats(0.2, 4),
    looked=st.booleans(),
    brightness=shares,
    contrast=shares,
    sharpness=shares,
    motion=shares,
    change=shares,
    held=st.booleans(),
    frame=st.integers(0, 2**60),
)


def facts(observation: Observation) -> dict[str, object]:
    return {name: getattr(observation, name) for name in Observation.__slots__ if name != "poses"}


@given(observations)
def test_what_is_remembered_is_what_was_seen_to_the_ten_thousandth(observation: Observation):
    again = unpack(pack(observation))
    assert facts(again) == facts(observation)
    assert [pose.score for pose in again.poses] == [pose.score for pose in observation.poses]
    for was, now in zip(observation.poses, again.poses, strict=True):
        np.testing.assert_allclose(now.keypoints, was.keypoints, atol=6e-5)


def test_a_keypoint_far_out_of_the_frame_stays_out_of_it():
    far = Pose(np.full((17, 3), 9.0, np.float32), 0.5)
    (pose,) = unpack(pack(seen(1.0, far))).poses
    assert pose.keypoints.min() > 3.2


def test_half_an_hour_is_remembered_and_no_more():
    room = Recollection(seconds=10.0)
    assert room.reaches is None
    for second in range(31):
        room.add(seen(float(second), standing()))
    assert room.reaches == 20.0
    assert [time_of(frame) for frame in room.between(0.0, 22.5)] == [20.0, 21.0, 22.0]
    assert [unpack(frame).poses[0].score for frame in room.between(30.0, 99.0)] == pytest.approx([0.7])


def test_a_crowd_is_remembered_less_long():
    room, crowd = Recollection(most_bytes=20_000), [tilted(20.0 * number) for number in range(4)]
    for tenth in range(400):
        room.add(seen(tenth / 10, *crowd))
    frames = room.between(0.0, 1e9)
    assert 10 < len(frames) < 100
    assert sum(map(len, frames)) < 20_000
    assert time_of(frames[-1]) == 39.9
    assert all(time_of(later) > time_of(earlier) for earlier, later in pairwise(frames))


def test_what_is_forgotten_is_gone():
    room = Recollection()
    room.add(seen(1.0, standing()))
    room.forget()
    assert (room.reaches, room.between(0.0, 9.0)) == (None, ())
    room.add(seen(2.0))
    assert room.reaches == 2.0


FALL = Incident(
    id="i-1", room="kitchen", kind="FallConfirmed", state=IncidentState.PENDING, opened=100.0, changed=100.0
)


def recorded(*rooms: str) -> Recordings:
    """Recordings of rooms that were seen from second 90 to 110."""
    recordings = Recordings(rooms)
    for room in rooms:
        for second in range(90, 111):
            recordings.add(room, seen(float(second), standing()))
    return recordings


def test_a_scene_begins_once_with_an_incident_and_is_whole_when_its_time_is_over():
    recordings = recorded("kitchen")
    assert recordings.begins(FALL, 101.0)
    assert not recordings.begins(replace(FALL, state=IncidentState.RAISED), 105.0)
    assert recordings.end(100.0 + SCENE_SECONDS) == ()
    assert recordings.end(100.1 + SCENE_SECONDS) == (FALL,)
    assert recordings.end(100.2 + SCENE_SECONDS) == ()


@pytest.mark.parametrize("late", [replace(FALL, state=IncidentState.RESOLVED), replace(FALL, opened=70.0)])
def test_what_is_over_or_old_begins_no_scene(late: Incident):
    assert not recorded("kitchen").begins(late, 101.0)


def test_a_scene_is_of_the_incidents_own_room_and_of_the_first_where_it_has_none():
    recordings = recorded("kitchen", "hall")
    turns = {"kitchen": 3.0, "hall": 7.0}
    assert len(recordings.scene(FALL, turns)) == 22
    assert recordings.scene(replace(FALL, room="hall"), turns)[0] == recording.header(7.0)
    assert recordings.scene(replace(FALL, room=""), turns)[0] == recording.header(3.0)
    assert recordings.scene(replace(FALL, room="bathroom"), turns) == []


def test_the_last_that_was_seen_of_a_room_is_known():
    recordings = recorded("kitchen")
    assert Recordings(("hall",)).last("hall") is None
    last = recordings.last("kitchen")
    assert last is not None
    assert last.time == 110.0


def decided(**fields: object) -> Incident:
    facts = {"id": "i-1", "room": "bath", "kind": "FallConfirmed", "state": IncidentState.PENDING, "track": 3}
    return Incident(**{**facts, "opened": 1.0, "changed": 2.0, **fields})  # type: ignore[arg-type]


def test_a_glimpse_is_what_was_seen_until_it_was_decided_once():
    recordings, frames = Recordings(("bath",)), tuple(seen(step / 10, standing()) for step in range(20))
    for frame in frames:
        recordings.add("bath", frame)
    assert recordings.glimpse(decided(state=IncidentState.SUSPECTED)) == ()
    assert recordings.glimpse(decided()) == frames
    assert recordings.glimpse(decided(state=IncidentState.RAISED)) == ()
    assert recordings.glimpse(decided(id="i-2", state=IncidentState.RAISED)) == frames


@pytest.mark.parametrize("fields", [{"track": None}, {"track": -1}, {"room": "hall"}, {"room": ""}])
def test_of_what_no_camera_saw_there_is_no_glimpse(fields: dict[str, object]):
    recordings = Recordings(("bath",))
    recordings.add("bath", seen(1.0, standing()))
    assert recordings.glimpse(decided(**fields)) == ()
