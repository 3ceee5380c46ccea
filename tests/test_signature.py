"""What tells one body from another."""

import numpy as np
import pytest
from strollers import CAMERA, Stroller, looks

from guardian.gauge import gauge
from guardian.signature import FEATURES, LEAST, Signature, sign


def signed(who: Stroller, seconds: float = 20.0) -> Signature:
    found = sign(gauge(*looks(who, seconds), CAMERA))
    assert found is not None
    return found


USUAL = signed(Stroller())


@pytest.mark.parametrize(
    ("other", "differs", "by"),
    [
        (Stroller(tall=1.85), "eyes", np.log(1.85 / 1.70)),
        (Stroller(legs=1.1), "hips", 0.055),
        (Stroller(arms=1.1), "arm", 0.035),
        (Stroller(lean=0.15), "lean", 0.07),
        (Stroller(speed=1.0), "speed", np.log(1 / 0.7)),
        (Stroller(strides=0.65), "rhythm", np.log(0.65 / 0.8)),
    ],
)
def test_what_differs_between_bodies_shows(other: Stroller, differs: str, by: float):
    number = FEATURES.index(differs)
    assert signed(other).values[number] - USUAL.values[number] == pytest.approx(by, rel=0.4, abs=0.01)


def test_stature_does_not_depend_on_how_somebody_leans():
    assert signed(Stroller(lean=0.2)).values[0] == pytest.approx(USUAL.values[0], abs=0.02)


def test_who_hardly_walks_or_is_hardly_seen_has_no_signature():
    assert sign(gauge(*looks(Stroller(speed=0.0)), CAMERA)) is None
    assert sign(gauge(*looks(Stroller(), (LEAST - 1) / 5), CAMERA)) is None
    assert sign(gauge([], [], CAMERA)) is None


def test_looks_at_a_seated_body_do_not_count():
    times, seen = looks(Stroller())
    _, short = looks(Stroller(tall=1.3, speed=0.0))
    mixed = sign(gauge([*times, *(20 + time for time in times)], [*seen, *short], CAMERA))
    assert mixed is not None
    assert mixed.looks <= len(times)
    assert mixed.values[0] == pytest.approx(USUAL.values[0], abs=0.01)


def test_a_short_walk_tells_no_rhythm():
    found = sign(gauge(*looks(Stroller(), 2.0), CAMERA))
    assert found is not None
    times, seen = looks(Stroller(), 2.4)
    parted = [time + (10 if number >= 6 else 0) for number, time in enumerate(times)]
    brief = sign(gauge(parted, seen, CAMERA))
    assert brief is None or len(brief.values) == len(FEATURES)
