import numpy as np
import pytest

from guardian.lab.animate import SEATED_HIPS, Actor, Seat, Segment, ease
from guardian.lab.body import Build, mesh, shape
from guardian.lab.clothes import dressed
from guardian.lab.figure import Figure, Skeleton, skinned
from guardian.lab.gait import Spot
from guardian.lab.ragdoll import Limp, points

SKELETON = Skeleton(shape(Build(height=1.6)))
CLOTHED = dressed(SKELETON.body)
SEAT = Seat(Spot(0.5, -3.0, 0.0), 0.45)
SOFA = Seat(Spot(0.5, -3.0, 20.0), 0.44, 2.2, 0.3)


def actor() -> Actor:
    return Actor(SKELETON, Spot(0.0, -2.0, 180.0), 10.0)


def sampled(segments: list[Segment], rate: float = 30.0) -> list[Figure]:
    return [s.figure(t) for s in segments for t in np.arange(0, s.seconds, 1 / rate)]


def lowest(figure: Figure) -> float:
    return float(skinned(CLOTHED, mesh().weights, SKELETON.transforms(figure))[:, 1].min())


def everything() -> dict[str, list[Segment]]:
    one = actor()
    done = {"walk": one.walk(Spot(0.5, -4.0, 30.0), 0.8), "sit": one.sit(SOFA, 0.8), "lie": one.lie(SOFA)}
    done |= {
        "rise": one.rise(SOFA),
        "stand": one.stand(),
        "bend": one.bend(2.0),
        "fall": one.fall("back", Limp(1.3, 0.5)),
    }
    return done


ACTIONS = everything()


def test_minimum_jerk_starts_and_ends_at_rest():
    assert (ease(-1.0), ease(0.0), ease(0.5), ease(1.0), ease(2.0)) == (0.0, 0.0, 0.5, 1.0, 1.0)
    assert ease(0.01) < 1e-4


@pytest.mark.parametrize("verb", ACTIONS)
def test_nobody_jumps_from_one_place_to_another(verb: str):
    way = np.array([points(SKELETON, figure) for figure in sampled(ACTIONS[verb])])
    fastest = np.linalg.norm(np.diff(way, axis=0), axis=2).max() * 30
    assert fastest < (9.0 if verb == "fall" else 5.0)  # a toe in mid-swing


def test_each_action_begins_where_the_last_one_ended():
    ends = [(s[-1].figure(s[-1].seconds), after[0].figure(0.0)) for s, after in zip(
        list(ACTIONS.values())[:-1], list(ACTIONS.values())[1:], strict=True)]  # fmt: skip
    for before, after in ends:
        apart = np.linalg.norm(points(SKELETON, before) - points(SKELETON, after), axis=1)
        assert apart.max() < 0.06


@pytest.mark.parametrize("verb", ["walk", "sit", "stand", "bend"])
def test_soles_stay_on_the_floor(verb: str):
    heights = [lowest(figure) for figure in sampled(ACTIONS[verb], 5.0)]
    assert min(heights) > -0.04
    assert max(heights) < 0.05


def test_one_who_sits_has_the_hips_just_above_the_seat():
    one = actor()
    one.sit(SEAT, 0.8)
    assert one.figure.hips[1] == pytest.approx(SEAT.height + SEATED_HIPS)
    assert np.hypot(one.figure.hips[0] - 0.5, one.figure.hips[2] + 3.0) < 0.35


def test_one_who_lies_is_level_and_on_the_seat():
    one = actor()
    one.sit(SOFA, 0.8)
    one.lie(SOFA)
    places = points(SKELETON, one.figure)
    assert np.ptp(places[:, 1]) < 0.35
    assert places[:, 1].min() > SOFA.height - 0.02


def test_one_who_bends_brings_the_hands_to_the_feet_and_comes_up_again():
    one = actor()
    before = one.figure
    bent = one.bend(2.0)[1].figure(0.0)
    places = points(SKELETON, bent)
    assert places[6:8, 1].max() < 0.35
    assert np.allclose(one.figure.hips, before.hips)


def test_one_who_has_fallen_lies_low():
    assert points(SKELETON, ACTIONS["fall"][-1].figure(3.0))[:, 1].max() < 0.42


def test_waiting_changes_nothing():
    one = actor()
    (segment,) = one.wait(4.0)
    assert segment.seconds == 4.0
    assert segment.figure(1.0) is segment.figure(3.0)
