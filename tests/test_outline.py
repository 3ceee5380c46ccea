"""What an outline has to be, whoever draws it."""

from itertools import pairwise
from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from guardian.outline import LEAST_SURFACE, MOST_CORNERS, MOST_PLACES, crossed, fault, read, surface
from guardian.settings import Camera, Place, Room

SQUARE = ((0.1, 0.1), (0.5, 0.1), (0.5, 0.5), (0.1, 0.5))
BOW = ((0.1, 0.1), (0.5, 0.5), (0.5, 0.1), (0.1, 0.5))

corners = st.tuples(st.integers(0, 1_000), st.integers(0, 1_000)).map(lambda corner: (corner[0] / 1e3, corner[1] / 1e3))
polygons = st.lists(corners, min_size=3, max_size=MOST_CORNERS)


@st.composite
def stars(draw: st.DrawFn) -> list[tuple[float, float]]:
    """An outline that goes once around its middle, near and far, and so cannot cross itself."""
    count = draw(st.integers(3, MOST_CORNERS))
    reaches = draw(st.lists(st.floats(0.05, 0.45), min_size=count, max_size=count))
    turns = [2 * pi * corner / count for corner in range(count)]
    return [(0.5 + far * cos(turn), 0.5 + far * sin(turn)) for far, turn in zip(reaches, turns, strict=True)]


def test_a_square_is_right_and_a_bow_is_told_by_the_lines_that_cross():
    assert fault(SQUARE) == ""
    assert surface(SQUARE) == pytest.approx(0.16)
    assert crossed(BOW) == ((1, 2), (3, 4))
    told = "its line from corner 1 to 2 crosses that from 3 to 4; corners in the order around it would be right"
    assert fault(BOW) == told


def test_what_is_too_small_to_be_seen_is_a_slip():
    assert fault([(0.5, 0.5), (0.51, 0.5), (0.5, 0.51)]).startswith("it covers 0.005% of the picture; at least 0.05%")
    assert fault([(0.5, 0.5)] * 3) != ""


def test_corners_upon_each_other_and_sides_along_each_other_are_right():
    assert fault([*SQUARE, SQUARE[-1], (0.1, 0.3), (0.1, 0.2)]) == ""


@given(stars())
def test_what_goes_once_around_its_middle_does_not_cross_itself(star: list[tuple[float, float]]):
    assert crossed(star) is None


@given(polygons, st.integers(0, MOST_CORNERS), st.sampled_from((1, -1)))
def test_where_one_begins_and_which_way_around_changes_nothing(
    polygon: list[tuple[float, float]], start: int, way: int
):
    start %= len(polygon)
    other = (polygon[start:] + polygon[:start])[::way]
    assert (crossed(polygon) is None) == (crossed(other) is None)
    assert surface(polygon) == pytest.approx(surface(other), abs=1e-12)


@given(st.integers(4, MOST_CORNERS), st.integers(0, MOST_CORNERS))
def test_two_corners_in_each_other_s_place_are_found(count: int, first: int):
    turns = [2 * pi * corner / count for corner in range(count)]
    circle = [(0.5 + 0.4 * cos(turn), 0.5 + 0.4 * sin(turn)) for turn in turns]
    first, second = first % count, (first + 1) % count
    circle[first], circle[second] = circle[second], circle[first]
    found = crossed(circle)
    assert found is not None
    assert set(found) <= {*pairwise(range(1, count + 1)), (count, 1)}


def test_the_configuration_asks_for_the_same():
    with pytest.raises(ValidationError, match="crosses that from 3 to 4"):
        Place(name="bed", kind="bed", polygon=BOW)
    bed = Place(name="bed", kind="bed", polygon=SQUARE)
    with pytest.raises(ValidationError, match=r"two places have the same name \(bed\); give each its own"):
        Room(name="hall", camera=Camera(source="csi"), places=(bed, bed.model_copy()))
    many = tuple(bed.model_copy(update={"name": f"bed {number}"}) for number in range(MOST_PLACES + 1))
    assert Room(name="hall", camera=Camera(source="csi"), places=many[1:]).places == many[1:]
    with pytest.raises(ValidationError, match="32"):
        Room(name="hall", camera=Camera(source="csi"), places=many)
    assert surface(SQUARE) > LEAST_SURFACE


anything = st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=3), st.lists)


@given(anything | st.lists(st.lists(st.floats(-1, 2), min_size=2, max_size=2), min_size=3, max_size=6))
def test_whatever_is_read_is_an_outline_or_a_plain_refusal(value: object):
    try:
        polygon = read(value)
    except ValueError:
        with pytest.raises(ValueError, match="would be right"):
            read(value)
        return
    assert Place(name="x", kind="mat", polygon=polygon).polygon == polygon
    assert [list(corner) for corner in polygon] == value
