from dataclasses import replace

import numpy as np
import pytest
from strollers import CAMERA, Stroller

from guardian.ground import Known
from guardian.identity import Person
from guardian.strolls import EYES, Stroll, Strolls
from guardian.tracking import TrackState

KNOWN = Known(CAMERA, 0.8)
EYES_OF_THE_STROLLER = 0.935 * 1.70


def walks(
    who: Stroller, seconds: float, known: Known | None = KNOWN, *, name: str | None = None, seed: int | None = None
) -> list[Stroll]:
    strolls, found = Strolls(), list[Stroll]()
    noise = None if seed is None else np.random.default_rng(seed)
    for number in range(round(seconds * 10)):
        person = Person(who.track(number / 10, noise=noise), name)
        found += strolls.update([person], number / 10, 4 / 3, known)
    return found + list(strolls.update([], seconds, 4 / 3, known))


@pytest.mark.parametrize("speed", [0.4, 0.7, 1.0])
def test_how_fast_somebody_walks_is_measured_in_what_their_eyes_make_of_a_metre(speed: float):
    (found, *_) = walks(Stroller(speed=speed, strides=0.5 + speed / 2), 15.0, name="Anna")
    true = speed * EYES / EYES_OF_THE_STROLLER
    assert found.who == "Anna"
    assert found.speed == pytest.approx(true, rel=0.15)


def test_who_slows_down_is_measured_as_slower_by_as_much():
    fast, slow = (walks(Stroller(speed=speed), 13.0, seed=3)[0].speed for speed in (0.8, 0.6))
    assert fast - slow == pytest.approx(0.2, abs=0.06)


def test_a_camera_that_is_thought_to_hang_higher_changes_nothing():
    higher = Known(replace(CAMERA, height=1.2 * CAMERA.height), 0.8)
    assert walks(Stroller(), 13.0, higher)[0].speed == pytest.approx(walks(Stroller(), 13.0)[0].speed, rel=0.02)


def test_a_long_walk_is_measured_piece_by_piece():
    assert 3 <= len(walks(Stroller(), 45.0)) <= 4


@pytest.mark.parametrize("known", [None, Known(CAMERA, 0.4)])
def test_before_it_is_known_how_the_camera_hangs_nothing_is_measured(known: Known | None):
    assert walks(Stroller(), 15.0, known) == []


def test_who_stands_or_is_gone_at_once_or_is_lost_has_not_walked():
    assert walks(Stroller(speed=0.0), 15.0) == []
    assert walks(Stroller(), 2.0) == []
    strolls = Strolls()
    for number in range(100):
        track = replace(Stroller().track(number / 10), state=TrackState.LOST)
        assert strolls.update([Person(track)], number / 10, 4 / 3, KNOWN) == ()


def test_a_moved_camera_ends_what_was_measured():
    strolls, who = Strolls(), Stroller()
    for number in range(50):
        strolls.update([Person(who.track(number / 10))], number / 10, 4 / 3, KNOWN)
    assert strolls.update([Person(who.track(5.0))], 5.0, 4 / 3, KNOWN, moved=True) == ()
    assert strolls.update([], 5.1, 4 / 3, KNOWN) == ()


def test_a_speed_that_nobody_has_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("guardian.strolls.LIKELY", (2.0, 2.5))
    assert walks(Stroller(), 15.0) == []
