import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.lab.furniture import CATALOGUE, Piece, boxes, seat
from guardian.lab.rotation import about


def piece(kind: str, facing: float = 0.0) -> Piece:
    pattern = CATALOGUE[kind]
    return Piece(kind, 1.0, -3.0, facing, pattern.size, pattern.colour)


@given(st.sampled_from(sorted(CATALOGUE)), st.floats(-180, 180))
def test_a_piece_stays_within_its_ground_plan_and_height(kind: str, facing: float):
    wide, high, deep = CATALOGUE[kind].size
    for box in boxes(piece(kind, facing)):
        local = (np.array(box.centre) - [1.0, 0.0, -3.0]) @ about("y", facing)
        assert abs(local[0]) + box.size[0] / 2 <= wide / 2 + 0.30  # curtains hang beside their window
        assert abs(local[2]) + box.size[2] / 2 <= deep / 2 + 0.12
        assert box.centre[1] + box.size[1] <= high + 0.45  # a bed's head rises above the mattress
        assert all(0.0 <= part <= 1.0 for part in box.colour)


def test_turning_a_piece_turns_its_boxes():
    for still, turned in zip(boxes(piece("shelf")), boxes(piece("shelf", 90.0)), strict=True):
        offset = np.array(still.centre) - [1.0, 0.0, -3.0]
        assert np.array(turned.centre) - [1.0, 0.0, -3.0] == pytest.approx(about("y", 90) @ offset)


@pytest.mark.parametrize("kind", ["chair", "armchair", "sofa", "bed"])
def test_what_one_sits_on_has_a_top_at_the_height_of_its_seat(kind: str):
    place = seat(piece(kind))
    assert place is not None
    tops = [box.centre[1] + box.size[1] for box in boxes(piece(kind))]
    assert min(abs(top - place.height) for top in tops) < 0.04
    assert place.spot.z == pytest.approx(-3.0 + CATALOGUE[kind].size[2] / 2)


@pytest.mark.parametrize("kind", ["table", "plant", "door"])
def test_nobody_sits_on_a_table_a_plant_or_a_door(kind: str):
    assert seat(piece(kind)) is None
