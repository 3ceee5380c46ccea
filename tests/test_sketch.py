from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bodies import seen, standing, tilted
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from guardian import recording
from guardian.commands import Glimpse
from guardian.io.canvas import drawn
from guardian.skeleton import Observation, Pose
from guardian.sketch import FLOOR_IN, Sketch, sketch
from guardian.strokes import Strokes

SCENES = Path(__file__).resolve().parent / "scenes"
FAR = (0.9, 0.25)
"""Where somebody else stands."""


def observed(seconds: float, poses: Callable[[float], tuple[Pose, ...]]) -> tuple[Observation, ...]:
    return tuple(seen(step / 10, *poses(step / 10)) for step in range(round(seconds * 10)))


def falling(time: float) -> Pose:
    """Stands for 3 s, goes over in 0.8 s, and lies."""
    return tilted(90 * min(1.0, max(0.0, (time - 3) / 0.8)) ** 2)


def sketched(observations: tuple[Observation, ...], **more: object) -> Sketch:
    made = sketch(Glimpse("i-1", observations, **more))  # type: ignore[arg-type]
    assert made is not None
    return made


def tall(body: Strokes) -> float:
    return max(y for _, y in body.dots) - min(y for _, y in body.dots)


def test_a_fall_shows_who_stood_who_went_down_and_who_lies():
    made = sketched(observed(8, lambda time: (falling(time),)))
    stood, fell = made.before
    (lies,) = made.now
    assert tall(stood) > tall(fell) > tall(lies)
    assert made.aspect == pytest.approx(4 / 3)


def test_the_floor_is_below_everybody_and_in_the_drawing():
    made = sketched(observed(8, lambda time: (falling(time),)))
    lowest = max(y for body in (*made.now, *made.before) for _, y in body.dots)
    assert lowest < made.floor <= FLOOR_IN + 1e-6


def test_who_has_fallen_comes_first_and_who_stands_beside_has_no_before():
    made = sketched(observed(8, lambda time: (standing(FAR), falling(time))))
    assert tall(made.now[0]) < tall(made.now[1])
    assert len(made.before) == 2


def test_who_fell_out_of_sight_is_shown_as_seen_last_and_not_who_came():
    def poses(time: float) -> tuple[Pose, ...]:
        return (falling(time), standing(FAR)) if time < 6 else (standing(FAR),)

    made = sketched(observed(12, poses))
    assert tall(made.now[0]) < tall(made.now[1])
    assert len(made.before) == 2


def test_who_only_stands_has_no_before():
    made = sketched(observed(5, lambda _: (standing(),)))
    assert len(made.now) == 1
    assert made.before == ()


def test_who_lies_comes_before_who_stands_where_nobody_was_seen_to_fall():
    made = sketched(observed(5, lambda _: (standing(FAR), tilted(90))))
    assert tall(made.now[0]) < tall(made.now[1])
    assert made.before == ()


def test_who_went_away_is_not_there():
    made = sketched(observed(10, lambda time: (standing(FAR), tilted(90)) if time < 4 else (tilted(90),)))
    assert len(made.now) == 1


def test_a_body_that_cannot_be_told_from_lying_comes_last():
    def legs(_time: float) -> tuple[Pose, ...]:
        half = standing(FAR).keypoints.copy()
        half[:, 2], half[5:7, 2] = 1.0, 0.0
        return Pose(half, 0.7), standing()

    assert len(sketched(observed(5, legs)).now) == 2


@pytest.mark.parametrize("observations", [(), observed(5, lambda _: ()), observed(0.2, lambda _: (standing(),))])
def test_where_nobody_was_seen_there_is_nothing_to_draw(observations: tuple[Observation, ...]):
    assert sketch(Glimpse("i-1", observations)) is None


def test_furniture_is_where_it_is_beside_the_body():
    box = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    made = sketched(observed(5, lambda _: (standing(feet=(0.98, 0.7), stature=0.95),)), outlines=(box,))
    (outline,) = made.outlines
    assert outline[1][0] - outline[0][0] == pytest.approx(made.aspect)


@pytest.mark.parametrize("scene", ["fall_forward_and_stay", "one_of_two_falls", "slow_slide"])
def test_a_recorded_fall_is_told_in_three_figures(scene: str):
    lines = (SCENES / f"{scene}.jsonl").read_text(encoding="utf-8").splitlines()
    made = sketched(tuple(recording.read(lines)))
    assert len(made.before) == 2
    assert tall(made.before[0]) > tall(made.now[0])


poses = st.builds(
    Pose, arrays.arrays(np.float32, (17, 3), elements=st.floats(-3, 3, width=32)).map(abs), st.floats(0, 1)
)


@settings(max_examples=30)
@given(st.lists(st.lists(poses, max_size=3), max_size=12), st.floats(0.2, 4), st.booleans())
def test_whatever_was_seen_can_be_drawn_or_is_nothing(frames: list[list[Pose]], aspect: float, looked: bool):  # noqa: FBT001
    observations = tuple(
        seen(number / 2, *each, aspect=aspect, looked=looked or number % 2 == 0) for number, each in enumerate(frames)
    )
    made = sketch(Glimpse("i-1", observations, (((0.1, 0.1), (0.9, 0.1), (0.5, 2.0)),)))
    if made is not None:
        assert made.now
        assert drawn(made).startswith(b"\x89PNG")
