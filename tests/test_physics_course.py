import numpy as np
import pytest

from guardian.lab.physics.course import KINDS, Fade, Kind, drawn


def test_a_strength_holds_and_then_fades_to_its_rest():
    fade = Fade(hold=0.5, seconds=0.2, rest=0.1)
    assert fade.at(0.4) == 1.0
    assert fade.at(0.7) == pytest.approx(0.1 + 0.9 / np.e)
    assert fade.at(9.0) == pytest.approx(0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_falls_of_a_kind_are_alike_but_a_seed_gives_the_same(kind: Kind):
    one, again, other = (drawn(kind, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == again
    assert one != other
    assert one.kind == kind


def test_who_faints_neither_reaches_nor_steps():
    for seed in range(10):
        course = drawn("faint", np.random.default_rng(seed))
        assert course.reach is None
        assert course.step is None
        assert 0.02 <= course.legs.at(3.0) < 0.2
