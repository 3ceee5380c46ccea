"""Who lives in a simulated home and who calls: bodies and gaits as they differ between people, and from day to day.

Statures are of ANSUR II (Gordon et al. 2014: women 1.628 m, s.d. 0.064; men 1.756 m, s.d. 0.069). The other spreads are
assumptions: of the proportions what such surveys leave after sex and stature, rounded down; of gait what is told of
repeated measurements, in which speed varies by 5 to 7 % between days (Faude et al. 2012, of seniors).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp
from typing import Any

import numpy as np

from guardian.lab.physique import PARTS
from guardian.lab.world.homes import OUTSIDE, Home, between

STATURES = {"female": (1.628, 0.064), "male": (1.756, 0.069)}
OLD_SHARE = 0.6
BUILT: Mapping[str, float] = {
    "torso": 0.03,
    "neck": 0.04,
    "thigh": 0.025,
    "shank": 0.025,
    "upper_arm": 0.03,
    "forearm": 0.03,
    "shoulders": 0.045,
    "hips": 0.06,
}
"""How much people differ in a part of the body, as a share (standard deviation)."""
DRESSED: Mapping[str, float] = {
    "torso": 0.012,
    "neck": 0.015,
    "thigh": 0.015,
    "shank": 0.012,
    "upper_arm": 0.02,
    "forearm": 0.02,
    "shoulders": 0.02,
    "hips": 0.04,
}
"""How much the same body seems to differ from day to day, since clothes hide where its joints are."""
SHOES = 0.008
"""Metres: standard deviation of what is worn below the feet."""
GAIT: Mapping[str, float] = {"step": 0.07, "arms": 0.3, "sway": 0.3, "lift": 0.15}
MOOD: Mapping[str, float] = {"step": 0.03, "arms": 0.15, "sway": 0.15, "lift": 0.1}
"""How much people differ in how they walk, and one person from walk to walk, as shares (standard deviations)."""
STOOP, STOOP_MOOD = 4.0, 2.0
HASTE = 0.09
"""By how much the speed differs from walk to walk, as a share: between days, and with what one is about."""
SLOWEST, FASTEST = 0.3, 1.6
MINUTE_SPOTS, PASS_SPOTS = 9, 3


@dataclass(frozen=True, slots=True)
class Resident:
    """One human: what a scene needs to know of the body, how it is proportioned, and how it walks."""

    sex: str
    age: float
    height: float
    weight: float
    physique: Mapping[str, float]
    manner: Mapping[str, float]
    stoop: float
    speed: float

    def spec(self) -> dict[str, Any]:
        """The person as a scene has it, without where it is and what it does."""
        body = {"sex": self.sex, "age": self.age, "height": round(self.height, 3), "weight": self.weight}
        return {
            "name": "anna",
            "body": {**body, "physique": dict(self.physique)},
            "manner": {**self.manner, "stoop": self.stoop},
            "speed": self.speed,
        }

    def today(self, random: np.random.Generator) -> "Resident":
        """The same human on another day, dressed otherwise, in another mood."""
        return replace(
            self,
            height=self.height + float(random.normal(0, SHOES)),
            physique={part: times * _about(random, DRESSED[part]) for part, times in self.physique.items()},
            manner={what: times * _about(random, MOOD[what]) for what, times in self.manner.items()},
            stoop=float(np.clip(self.stoop + random.normal(0, STOOP_MOOD), -15, 30)),
            speed=float(np.clip(self.speed * _about(random, HASTE), SLOWEST, FASTEST)),
        )


def resident(random: np.random.Generator) -> Resident:
    """Any adult."""
    sex, old = str(random.choice(["female", "male"])), random.random() < OLD_SHARE
    mean, spread = STATURES[sex]
    return Resident(
        sex=sex,
        age=float(random.uniform(65, 90) if old else random.uniform(20, 65)),
        height=float(np.clip(random.normal(mean, spread), 1.4, 2.0)),
        weight=between(random, -0.6, 0.9),
        physique={part: _about(random, BUILT[part]) for part in PARTS},
        manner={what: _about(random, spread) for what, spread in GAIT.items()},
        stoop=float(np.clip(random.normal(0, STOOP), -12, 12)),
        speed=float(random.uniform(0.5, 0.9) if old else random.uniform(0.75, 1.2)),
    )


def _about(random: np.random.Generator, spread: float) -> float:
    """A factor near 1: a share more or less, within what a scene allows."""
    return float(np.clip(exp(random.normal(0, spread)), 0.6, 1.7))


def at_home(place: Home, who: Resident, random: np.random.Generator) -> Home:
    """The home with nobody in it but this human, about to come in by one of the doors."""
    door = float(random.choice([-OUTSIDE, OUTSIDE])), between(random, 2.3, 3.4)
    return replace(place, persons=({**who.spec(), "at": door},), pace=1.0)


def minute(random: np.random.Generator) -> list[dict[str, Any]]:
    """A minute of walking through the room, to here and there, near and far."""
    return [*(_go(random) for _ in range(MINUTE_SPOTS)), _out(random)]


def passing(random: np.random.Generator) -> list[dict[str, Any]]:
    """In by one door, to one to three places of the room, and out."""
    does: list[dict[str, Any]] = []
    for _ in range(int(random.integers(1, PASS_SPOTS + 1))):
        does += [_go(random), {"wait": {"for": between(random, 0.5, 4.0)}}]
    return [*does, _out(random)]


def _go(random: np.random.Generator) -> dict[str, Any]:
    to = (between(random, -1.2, 1.2), between(random, 2.2, 4.0))
    return {"walk": {"to": to, "facing": float(random.uniform(-180, 180))}}


def _out(random: np.random.Generator) -> dict[str, Any]:
    return {"walk": {"to": (float(random.choice([-OUTSIDE, OUTSIDE])), between(random, 2.3, 3.2))}}
