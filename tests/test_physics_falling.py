import numpy as np
import pytest
import tumbles
import worlds

from guardian.lab.furniture import boxes
from guardian.lab.onset import Falling
from guardian.lab.physics.falling import DOWN, Physical
from guardian.lab.ragdoll import Limp
from guardian.lab.world.truth import World
from guardian.skeleton import HIPS

CHAIR = [{"kind": "armchair", "name": "chair", "at": [0.0, 3.6]}]


def test_limp_and_physical_falls_are_ways_to_fall_from_the_same_onset():
    onset, around = tumbles.onset("standing")
    ways: list[Falling] = [Limp(1.3, 0.5), Physical("faint", 1, boxes=tuple(around))]
    for way in ways:
        frames = way(onset)
        assert frames[0].hips[1] > 0.7
        assert frames[-1].hips[1] < DOWN


def test_whoever_is_caught_by_the_chair_slides_off_it_in_the_end():
    onset, around = tumbles.onset("armchair")
    for seed in range(6):
        assert Physical("chair", seed, boxes=tuple(around))(onset)[-1].hips[1] < DOWN


def test_a_scene_may_have_a_fall_by_physics_that_breaks_off_a_walk():
    walk = {"walk": {"to": [0.0, 1.2]}}
    fall = {"fall": {"kind": "trip", "towards": "forward", "seed": 3, "early": 2.0, "for": 4.0}}
    world = World(worlds.scene([walk, fall]))
    walked = World(worlds.scene([walk])).seconds
    onset = next(act.start for act in world.persons[0].acts if act.verb == "fall")
    assert onset == pytest.approx(walked - 2.0)
    places = [world.bodies(onset + gap)[0].joints.mean(axis=0) for gap in (-1 / 30, 0.0, 1 / 30)]
    before, after = np.diff(places, axis=0)
    assert np.linalg.norm(after - before) * 30 < 1.0
    assert world.bodies(world.seconds)[0].joints[list(HIPS), 1].mean() < DOWN


def test_a_world_that_goes_faster_shows_a_fall_at_its_true_speed():
    lengths = []
    for pace in (1.0, 1.5):
        fall = {"fall": {"kind": "faint", "seed": 3, "for": 0.0, "pace": pace}}
        lengths.append(World(worlds.scene([{"wait": {"for": 0.0}}, fall]), pace).seconds)
    assert lengths[0] > 1.5
    assert abs(lengths[1] - lengths[0]) < 0.02


def test_one_may_fall_off_what_one_sits_on():
    does = [{"sit": {"where": "chair", "for": 1.0}}, {"fall": {"kind": "chair", "towards": "forward", "seed": 2}}]
    world = World(worlds.scene(does, furniture=CHAIR))
    joints = world.bodies(world.seconds)[0].joints
    assert joints[list(HIPS), 1].mean() < DOWN
    assert joints[:, 1].min() > -0.03


def test_who_would_come_to_lie_on_a_bed_falls_beside_it_in_the_end():
    onset, _ = tumbles.onset("standing")
    bed = tuple(boxes(tumbles.piece("bed", -2.0)))
    for seed in range(4):
        assert Physical("furniture", seed, boxes=bed)(onset)[-1].hips[1] < DOWN
