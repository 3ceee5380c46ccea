"""Scenes in which somebody calls for help with an arm, and scenes of what arms do every day; in homes as they come."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from guardian.lab.arms import EVERYDAY, HELP
from guardian.lab.scene import Scene
from guardian.lab.world.homes import Home, between, go, home
from guardian.lab.world.truth import World

CALLING = ("seated", "floor", "lying", "on the side")
"""How a body is held that calls for help: on a chair or sofa, sitting on the floor, on its back there, or on its side
after a fall."""
HELD_SECONDS = (8.0, 15.0)
"""How long somebody goes on who was told to do so until the box answers."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A scene, what is done in it with an arm or both, and how the body is held meanwhile."""

    scene: Scene
    name: str
    posture: str


def calling(random: np.random.Generator, number: int) -> Staged:
    """Somebody calls for help: every way in every posture in turns."""
    ways, place = tuple(HELP), turned(home(random), random)
    name, posture = ways[number % len(ways)], CALLING[number // len(ways) % len(CALLING)]
    gesture = {"do": name, "for": between(random, *HELD_SECONDS), "sides": str(random.choice(["left", "right"]))}
    return _staged(place, random, posture, gesture)


def everyday(random: np.random.Generator, number: int, seconds: float) -> Staged:
    """Somebody does for so many seconds what one does every day: every movement in turns."""
    names, place = tuple(EVERYDAY), turned(home(random), random)
    name = names[number % len(names)]
    _, arms, postures = EVERYDAY[name]
    posture = postures[number // len(names) % len(postures)]
    sides = "both" if arms == "both" else str(random.choice(["left", "right"]))
    return _staged(place, random, posture, {"do": name, "for": seconds, "sides": sides})


def turned(place: Home, random: np.random.Generator) -> Home:
    """The same home with the chair and the mat turned anyhow, and nothing drawn."""
    aside: dict[str, float] = {"armchair": float(random.uniform(-110, 110)), "mat": float(random.uniform(-180, 180))}
    pieces = tuple(
        piece.model_copy(update={"facing": aside[piece.kind]}) if piece.kind in aside else piece
        for piece in place.furniture
    )
    return replace(place, furniture=pieces, places=(), pace=1.0)


def _staged(place: Home, random: np.random.Generator, posture: str, gesture: dict[str, Any]) -> Staged:
    name, seed = str(gesture["do"]), int(random.integers(2**31))
    before = _before(random, posture, calls=name in HELP)
    scene = place.scene(
        int(random.integers(2**31)), [*before, {"gesture": {**gesture, "seed": seed}}, {"wait": {"for": 2.0}}]
    )
    return Staged(scene, name, posture)


def _before(random: np.random.Generator, posture: str, *, calls: bool) -> Sequence[dict[str, Any]]:
    """Come in, and come to be held so."""
    stay = between(random, 2.0, 5.0)
    if posture == "seated":
        where = str(random.choice(["chair", "rest"]))
        return [{"sit": {"where": where, "for": stay}}]
    if posture == "floor":
        return [{"sit": {"where": "mat", "for": stay}}]
    if posture == "lying":
        where = "mat" if calls else str(random.choice(["mat", "rest"]))
        return [{"lie": {"where": where, "for": stay}}]
    if posture == "on the side":
        towards = str(random.choice(["left", "right"]))
        return [go(random), {"fall": {"towards": towards, "spin": between(random, 0.4, 2.4), "for": stay}}]
    return [go(random), {"wait": {"for": stay}}]


def when(world: World) -> tuple[float, float]:
    """From when to when the first person does something with the arms, seconds."""
    arms = [act for act in world.persons[0].acts if act.verb == "gesture"]
    return arms[0].start / world.pace, (arms[-1].start + arms[-1].segment.seconds) / world.pace
