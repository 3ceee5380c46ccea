"""Direction, speed and rhythm of who walks."""

import numpy as np
import pytest
from strollers import CAMERA, Stroller, looks

from guardian.gait import brisk, course, rhythm, stretches
from guardian.gauge import Gauged, gauge


def seen_of(who: Stroller, seconds: float = 20.0) -> Gauged:
    return gauge(*looks(who, seconds), CAMERA)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.1])
def test_speed_and_direction_are_those_of_the_body(speed: float):
    who = Stroller(speed=speed)
    seen = seen_of(who)
    going = course(seen)
    assert going.walking.mean() > 0.9
    assert brisk(going) == pytest.approx(speed * 1.1, rel=0.2)
    way = np.array([(np.cos(angle), np.sin(angle)) for _, _, angle in (who.spot(time) for time in seen.time)])
    assert np.median((going.way * way).sum(axis=1)) > 0.9
    assert (going.towards**2 + going.sideways**2)[going.walking] == pytest.approx(1.0)


@pytest.mark.parametrize("strides", [0.6, 0.75, 0.95])
def test_the_rhythm_is_how_often_a_foot_overtakes_the_other(strides: float):
    seen = seen_of(Stroller(strides=strides))
    going = course(seen)
    found = rhythm(seen, going, brisk(going))
    assert found is not None
    assert np.exp(found) == pytest.approx(strides, rel=0.08)


def test_who_stands_has_neither_speed_nor_rhythm():
    seen = seen_of(Stroller(speed=0.0))
    going = course(seen)
    assert not going.walking.any()
    assert brisk(going) == 0
    assert stretches(seen, going.walking) == []
    assert rhythm(seen, going, 0.0) is None


def test_a_gap_ends_a_stretch_and_a_short_one_does_not_count():
    seen = seen_of(Stroller(), 4.0)
    walking = np.ones(len(seen.time), bool)
    walking[5:9] = False
    assert [len(part) for part in stretches(seen, walking)] == [len(walking) - 9]
    assert rhythm(seen, course(seen), 0.0) is None
