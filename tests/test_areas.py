"""Places in metres: what was drawn on the picture is as large as it is in the room."""

from math import cos, radians, sin

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from guardian.areas import RISE, area, sentence, sentences
from guardian.optics import Optics
from guardian.settings import Place

WIDE = Optics(2.6, 30.0, 110.0)


def seen(optics: Optics, kind: str, middle: tuple[float, float], size: tuple[float, float], turn: float = 0.0) -> Place:
    """A place as it is drawn that covers so much of the room. Raises ValueError where it is not all in the picture."""
    corners = []
    for ahead, aside in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        a, b = ahead * size[0], aside * size[1]
        spot = optics.seen_at(
            middle[0] + a * cos(radians(turn)) - b * sin(radians(turn)),
            middle[1] + a * sin(radians(turn)) + b * cos(radians(turn)),
            RISE.get(kind, 0.0),
        )
        corners.append((spot[1] / optics.aspect, spot[0]) if spot is not None else (2.0, 2.0))
    return Place(name="it", kind=kind, polygon=tuple(corners))  # type: ignore[arg-type]


@given(
    st.sampled_from(["bed", "sofa", "mat", "floor"]),
    st.floats(1.2, 2.6),
    st.floats(10, 35),
    st.tuples(st.floats(2.5, 5.0), st.floats(-1.0, 1.0)),
    st.floats(0, 180),
)
def test_what_is_drawn_around_a_thing_is_as_large_and_as_far_as_it_is(
    kind: str, height: float, tilt: float, middle: tuple[float, float], turn: float
):
    optics = Optics(height, tilt, 90.0)
    try:
        place = seen(optics, kind, middle, (2.0, 1.2), turn)
    except ValueError:
        reject()
    found = area(place, optics)
    assert found is not None
    assert (found.length, found.width) == pytest.approx((2.0, 1.2), abs=0.01)
    assert found.away == pytest.approx((middle[0] ** 2 + middle[1] ** 2) ** 0.5, abs=0.01)


def test_a_likely_place_is_told_and_an_unlikely_one_is_asked_for():
    assert sentence(seen(WIDE, "bed", (3.2, 0.0), (2.0, 1.0)), WIDE) == "it: about 2.0 x 1.0 m, 3.2 m away."
    hall = sentence(seen(WIDE, "bed", (4.0, 0.0), (4.0, 3.0)), WIDE)
    assert hall == "it: about 4.0 x 3.0 m, 4.0 m away? A bed is 0.5 to 3.2 m long: look at its outline."
    assert "look" in sentence(seen(WIDE, "chair", (3.0, 0.0), (2.5, 1.0)), WIDE)
    assert "look" in sentence(seen(WIDE, "sofa", (3.0, 0.0), (0.3, 0.3)), WIDE)
    assert "look" not in sentence(seen(WIDE, "floor", (4.0, 0.0), (4.0, 4.0)), WIDE)


def test_what_is_above_the_horizon_covers_nothing():
    sky = Place(name="bed", kind="bed", polygon=((0.1, 0.0), (0.5, 0.0), (0.5, 0.9)))
    assert area(sky, Optics(2.0, 5.0)) is None
    assert sentence(sky, Optics(2.0, 5.0)) == "bed: reaches above the horizon: look at its outline."
    low = seen(WIDE, "bed", (3.2, 0.0), (2.0, 1.0))
    assert area(low, Optics(0.4, 5.0)) is None


def test_an_outline_without_an_inside_has_no_width():
    line = Place.model_construct(name="it", kind="mat", polygon=((0.4, 0.9), (0.5, 0.9), (0.6, 0.9)))
    found = area(line, WIDE)
    assert found is not None
    assert found.width == pytest.approx(0.0, abs=1e-6)
    point = Place.model_construct(name="it", kind="mat", polygon=((0.4, 0.9), (0.4, 0.9), (0.4, 0.9)))
    assert "about 0.0 x 0.0 m" in sentence(point, WIDE)


def test_a_screen_hangs_and_is_no_area():
    bed, screen = (seen(WIDE, kind, (3.2, 0.0), (2.0, 1.0)) for kind in ("bed", "screen"))
    assert list(sentences([screen, bed], WIDE)) == [sentence(bed, WIDE)]
