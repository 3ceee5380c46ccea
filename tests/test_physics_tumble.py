import builtins
from typing import Any

import numpy as np
import pytest
import tumbles

from guardian.errors import ConfigurationError
from guardian.lab.figure import Figure
from guardian.lab.physics.course import KINDS, Kind, drawn
from guardian.lab.physics.muscles import LIMITS
from guardian.lab.physics.tumble import LEAST, MOST, Tumble, engine
from guardian.lab.ragdoll import HIPS, SHOULDERS, points

SEEDS = (1, 2)


class Fallen:
    """A whole fall: its points (frames, 16, 3), and the worst that joints and contacts came to on the way."""

    def __init__(self, one: Tumble) -> None:
        self.figures: list[Figure] = [one.figure()]
        self.beyond, self.sunk = 0.0, 0.0
        advance = one.advance

        def watched(rising: float | None = None) -> None:
            advance(rising)
            self.sunk = max(self.sunk, _sunk(one))
            angles = one.data.qpos[7:]
            self.beyond = max(self.beyond, float(np.maximum(LIMITS[:, 0] - angles, angles - LIMITS[:, 1]).max()))

        one.advance = watched  # type: ignore[method-assign] - looks on while it falls
        self.figures = one.frames()
        self.points = np.array([points(tumbles.SKELETON, figure) for figure in self.figures])
        self.hips = self.points[:, HIPS, 1].mean(axis=1)
        self.shoulders = self.points[:, SHOULDERS, 1].mean(axis=1)


def _sunk(one: Tumble) -> float:
    """By how much any part lies within the floor, metres."""
    floor = one.model.geom("floor").id
    depths = [-contact.dist for contact in one.data.contact if floor in (contact.geom1, contact.geom2)]
    return max(depths, default=0.0)


@pytest.fixture(scope="module", params=[(kind, seed) for kind in KINDS for seed in SEEDS], ids=str)
def fall(request: pytest.FixtureRequest) -> tuple[Kind, Fallen]:
    kind, seed = request.param
    return kind, Fallen(tumbles.tumble(kind, seed, "back" if kind == "slip" else "forward"))


def test_the_torso_comes_to_lie_on_the_floor_or_to_lean_on_furniture(fall: tuple[Kind, Fallen]):
    kind, fallen = fall
    assert fallen.hips[-1] < 0.3
    assert fallen.shoulders[-1] < (0.75 if kind in ("chair", "bed", "furniture") else 0.45)


def test_nobody_sinks_into_the_floor(fall: tuple[Kind, Fallen]):
    assert fall[1].sunk < 0.03
    assert fall[1].points[..., 1].min() > -0.03


def test_no_joint_bends_farther_than_it_can(fall: tuple[Kind, Fallen]):
    assert np.degrees(fall[1].beyond) < 12


def test_bodies_come_to_rest(fall: tuple[Kind, Fallen]):
    _, fallen = fall
    assert LEAST < len(fallen.figures) / 60 < MOST + 0.1
    assert np.abs(fallen.points[-1] - fallen.points[-7]).max() < 0.02


def test_hips_come_down_as_fast_as_those_of_people_who_fell(fall: tuple[Kind, Fallen]):
    kind, fallen = fall
    speed = -np.diff(fallen.hips).min() * 60
    assert (0.5 if kind in ("chair", "bed", "furniture") else 1.0) < speed < 3.3


@pytest.mark.parametrize("kind", ["slip", "bed"])
def test_the_same_fall_is_the_same_to_the_bit_and_another_seed_makes_another(kind: Kind):
    one, again, other = (tumbles.tumble(kind, seed).frames() for seed in (5, 5, 6))
    places = [np.array([points(tumbles.SKELETON, figure) for figure in frames]) for frames in (one, again, other)]
    assert np.array_equal(places[0], places[1])
    shorter = min(len(places[0]), len(places[2]))
    assert np.abs(places[0][:shorter] - places[2][:shorter]).max() > 0.1


def test_a_body_without_muscles_only_loses_energy():
    onset, boxes = tumbles.onset("standing")
    random = np.random.default_rng(3)
    one = Tumble(onset, drawn("faint", random), boxes, random)
    one.model.actuator_forcerange[:] = 0.0
    before = [one.energy]
    for _ in range(120):
        one.data.ctrl[:] = 0.0
        one.model.actuator_gainprm[:] = 0.0
        one.model.actuator_biasprm[:] = 0.0
        for _ in range(10):
            one._engine.mj_step(one.model, one.data)
        before.append(one.energy)
    assert max(np.diff(before)) < 1.0
    assert before[-1] < before[0] - 150


def test_one_who_tries_to_rise_gets_off_the_floor_and_sinks_again():
    tries, lies = (Fallen(tumbles.tumble("trip", 1, rises=rises)) for rises in (1, 0))
    down = len(lies.figures)
    assert tries.shoulders[down:].max() > lies.shoulders[-1] + 0.08
    assert tries.shoulders[-1] < 0.45


def test_where_mujoco_is_missing_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    imported = builtins.__import__

    def without(name: str, *others: Any) -> Any:
        if name == "mujoco":
            raise ImportError(name)
        return imported(name, *others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigurationError, match=r"pip install guardian-home\[lab\]"):
        engine()
