import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from guardian.errors import WireError
from guardian.eye import wire
from guardian.eye.wire import (
    MODULES,
    POSES,
    RECORD_BYTES,
    RUNTIMES,
    Attempt,
    Confinement,
    End,
    Hello,
    Proof,
    Reason,
    Record,
    Stream,
    decode,
    encode,
)
from guardian.skeleton import KEYPOINTS, Observation, Pose

FRACTION = st.floats(0, 1)
PIPE_BUF = 4096
COMPLETE = Confinement(landlock=7, seccomp=True, no_new_privs=True, undumpable=True)
HELLO = Hello(640, 480, COMPLETE)


def plausible_keypoints():
    coordinates = hnp.arrays(np.float32, (KEYPOINTS, 2), elements=st.floats(-16, 16, width=32))
    scores = hnp.arrays(np.float32, (KEYPOINTS, 1), elements=st.floats(0, 1, width=32))
    return st.tuples(coordinates, scores).map(lambda parts: np.concatenate(parts, axis=1))


HELLOS = st.builds(
    Hello,
    width=st.integers(1, 16_384),
    height=st.integers(1, 16_384),
    confinement=st.builds(
        Confinement,
        st.integers(0, 1000),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    runtime=st.integers(0, len(RUNTIMES) - 1),
)
OBSERVATIONS = st.builds(
    Observation,
    time=st.floats(0, 1e10),
    poses=st.lists(st.builds(Pose, plausible_keypoints(), FRACTION), max_size=POSES).map(tuple),
    aspect=st.floats(0.1, 10),
    looked=st.booleans(),
    brightness=FRACTION,
    contrast=FRACTION,
    sharpness=FRACTION,
    motion=FRACTION,
    change=FRACTION,
    held=st.booleans(),
    frame=st.integers(0, 2**53),
)
PROOFS = st.builds(Proof, st.sampled_from(Attempt), st.integers(0, 4095))
ENDS = st.builds(End, st.sampled_from(Reason), st.integers(0, len(MODULES) - 1), st.integers(0, 2**32 - 1))
RECORDS = st.one_of(HELLOS, OBSERVATIONS, PROOFS, ENDS)


def same(one: Record, other: Record):
    """Records compare field by field, but poses hold arrays."""
    if not isinstance(one, Observation):
        return one == other
    fields = ("time", "aspect", "looked", "brightness", "contrast", "sharpness", "motion", "change", "held", "frame")
    return all(getattr(one, name) == getattr(other, name) for name in fields) and all(
        mine.score == theirs.score and np.array_equal(mine.keypoints, theirs.keypoints)
        for mine, theirs in zip(one.poses, other.poses, strict=True)
    )


@given(RECORDS)
def test_every_record_comes_back_as_it_was_in_one_size(record: Record):
    encoded = encode(record)
    assert len(encoded) == RECORD_BYTES
    assert same(decode(encoded), record)


def test_the_kernel_writes_a_record_in_one_piece():
    assert RECORD_BYTES <= PIPE_BUF


def meaning(encoded: bytes):
    """The record, or None where it is refused; anything but a WireError fails the test."""
    try:
        return decode(encoded)
    except WireError:
        return None


@given(st.binary(max_size=2 * RECORD_BYTES))
def test_arbitrary_bytes_are_refused_and_nothing_worse(garbage: bytes):
    assert meaning(garbage) is None or len(garbage) == RECORD_BYTES


@given(RECORDS, st.lists(st.tuples(st.integers(0, RECORD_BYTES - 1), st.integers(0, 255)), min_size=1, max_size=12))
@example(HELLO, [(RECORD_BYTES - 1, 1)])
def test_what_survives_damage_still_means_exactly_its_bytes(record: Record, damage: list[tuple[int, int]]):
    encoded = bytearray(encode(record))
    for place, value in damage:
        encoded[place] = value
    survivor = meaning(bytes(encoded))
    assert survivor is None or encode(survivor) == bytes(encoded)


@given(st.binary(min_size=RECORD_BYTES - 8, max_size=RECORD_BYTES - 8), st.integers(1, 4))
def test_garbage_behind_a_good_header_is_refused_or_means_exactly_its_bytes(body: bytes, kind: int):
    encoded = np.array([(wire.MAGIC, wire.VERSION, kind)], dtype="<u4,<u2,<u2").tobytes() + body
    survivor = meaning(encoded)
    assert survivor is None or encode(survivor) == encoded


def pose(y: float = 0.5, x: float = 0.5, score: float = 0.9, body: float = 0.8):
    keypoints = np.full((KEYPOINTS, 3), (y, x, 0.9), dtype=np.float32)
    keypoints[3, 2] = score
    return Pose(keypoints, body)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Observation(time=-1.0), "time is -1.0"),
        (Observation(time=float("nan")), "time is nan"),
        (Observation(time=float("inf")), "time is inf"),
        (Observation(time=1e11), "time is"),
        (Observation(time=1.0, aspect=0.0), "aspect is 0.0"),
        (Observation(time=1.0, brightness=1.5), "brightness is 1.5"),
        (Observation(time=1.0, change=-0.1), "change is -0.1"),
        (Observation(time=1.0, poses=(pose(y=17),)), "coordinate of a keypoint is 17.0"),
        (Observation(time=1.0, poses=(pose(x=float("nan")),)), "coordinate of a keypoint is nan"),
        (Observation(time=1.0, poses=(pose(score=1.5),)), "score of a keypoint is 1.5"),
        (Observation(time=1.0, poses=(pose(score=-0.5),)), "score of a keypoint is -0.5"),
        (Observation(time=1.0, poses=(pose(score=float("nan")),)), "score of a keypoint is nan"),
        (Observation(time=1.0, poses=(pose(body=1.5),)), "score of a pose is 1.5"),
        (Observation(time=1.0, poses=(pose(),) * 7), "7 poses"),
        (Hello(0, 480, COMPLETE), "width is 0"),
        (Hello(640, 480, COMPLETE, runtime=9), "runtime is 9"),
        (Proof(Attempt.FORK, 5000), "error is 5000"),
        (End(Reason.FAULT, module=99), "module is 99"),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(record: Record, said: str):
    with pytest.raises(WireError, match=said):
        encode(record)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [(0, 0, "magic"), (4, 9, "version 9"), (6, 9, "kind 9"), (RECORD_BYTES - 1, 1, "unused part")],
)
def test_a_header_or_filling_that_is_wrong_is_refused(place: int, value: int, said: str):
    encoded = bytearray(encode(HELLO))
    encoded[place] = value
    with pytest.raises(WireError, match=said):
        decode(bytes(encoded))


def test_numbers_behind_the_last_pose_are_refused():
    encoded = bytearray(encode(Observation(time=1.0)))
    encoded[-1] = 0x80  # minus zero: equal to nothing, and yet a bit that would cross
    with pytest.raises(WireError, match="stand behind"):
        decode(bytes(encoded))


def test_a_confinement_is_complete_without_the_second_wall_only():
    assert COMPLETE.complete
    assert Confinement(seccomp=True, no_new_privs=True, undumpable=True).complete
    assert not Confinement(landlock=7, no_new_privs=True, undumpable=True).complete
    assert not Confinement(landlock=7, seccomp=True, undumpable=True).complete
    assert not Confinement(landlock=7, seccomp=True, no_new_privs=True).complete


def test_only_a_refusal_for_want_of_permission_counts_as_one():
    assert Proof(Attempt.EXECVE, 1).refused
    assert Proof(Attempt.EXECVE, 13).refused
    assert not Proof(Attempt.EXECVE, 0).refused
    assert not Proof(Attempt.EXECVE, 2).refused


@given(st.lists(st.integers(1, 3 * RECORD_BYTES), max_size=20))
def test_records_come_whole_from_pieces_of_any_size(sizes: list[int]):
    sent = [HELLO, *(Observation(time=float(i), frame=i) for i in range(8)), End(Reason.END_OF_FILE)]
    flow = b"".join(map(encode, sent))
    stream, received, start = Stream(), [], 0
    for size in [*sizes, len(flow)]:
        received += stream.feed(flow[start : start + size])
        start += size
    assert received == sent
    assert stream.ended


def first(number: int, time: float):
    return Observation(time=time, frame=number)


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([first(1, 1.0)], "before the hello"),
        ([HELLO, HELLO], "second hello"),
        ([HELLO, End(Reason.LOST), first(1, 1.0)], "after the last"),
        ([HELLO, first(1, 1.0), first(2, 1.0)], "time goes from 1.0 to 1.0"),
        ([HELLO, first(1, 2.0), first(2, 1.0)], "time goes from 2.0 to 1.0"),
        ([HELLO, first(1, 1.0), first(2, 90_000.0)], "time goes from 1.0 to 90000.0"),
        ([HELLO, first(2, 1.0), first(2, 2.0)], "frame number goes from 2 to 2"),
    ],
)
def test_records_in_an_order_that_makes_no_sense_are_refused(records: list[Record], said: str):
    with pytest.raises(WireError, match=said):
        Stream().feed(b"".join(map(encode, records)))


def test_the_first_time_may_be_any():
    assert Stream().feed(encode(HELLO) + encode(first(1, 500_000.0)))[1].time == 500_000.0


def test_a_stream_knows_whether_it_was_greeted():
    stream = Stream()
    assert not stream.greeted
    stream.feed(encode(HELLO))
    assert stream.greeted
    assert not stream.ended
