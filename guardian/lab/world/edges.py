"""At the edge of the picture, which cuts bodies off: who stands, bends, passes, walks out or falls there."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from guardian.lab.scene import CameraSpec
from guardian.lab.world.homes import OUTSIDE, WIDE, Doing, Home, between, go

Actions = list[dict[str, Any]]

BEHIND = -0.4
"""Metres before the camera at which somebody who walked out below it ends: behind it."""
COLUMN = np.linspace(0.05, 1.55, 12)
"""Heights, metres, by which is told how much of somebody who stands there is in the picture."""
LEAST_IN, MOST_IN = 0.25, 0.85
NEAREST, FARTHEST = 0.3, 3.2
"""Metres before the camera between which the edge is looked for."""
TRIES = 60


def share_in(camera: CameraSpec, x: float, away: float) -> float:
    """Which share of somebody who stands there is in the picture."""
    points = np.column_stack([np.full(len(COLUMN), x), COLUMN, np.full(len(COLUMN), -away)])
    pixels, depth = camera.camera().project(points)
    inside = (depth > 0) & (pixels >= 0).all(axis=1) & (pixels < np.array(camera.size)).all(axis=1)
    return float(inside.mean())


def cut_spot(random: np.random.Generator, camera: CameraSpec) -> tuple[float, float]:
    """A place, (x, away) in metres, where the edge of the picture cuts off whoever stands there."""
    spot = (0.0, NEAREST)
    for _ in range(TRIES):
        spot = between(random, 0.3 - WIDE / 2, WIDE / 2 - 0.3), between(random, NEAREST, FARTHEST)
        if LEAST_IN <= share_in(camera, *spot) <= MOST_IN:
            break
    return spot


def moved(does: Actions, spot: tuple[float, float]) -> Actions:
    """The same actions, but whoever falls after walking, waiting or bending does so there."""
    made = list(does)
    for number in range(len(does) - 2, -1, -1):
        (verb,) = does[number]
        if verb == "walk":
            made[number] = {"walk": {**does[number]["walk"], "to": spot}}
            break
        if verb not in ("wait", "bend"):
            break
    return made


def _to_cut(random: np.random.Generator, place: Home) -> dict[str, Any]:
    return {"walk": {"to": cut_spot(random, place.camera), "facing": float(random.uniform(-180, 180))}}


def _out(random: np.random.Generator) -> dict[str, Any]:
    return {"walk": {"to": (float(random.choice([-OUTSIDE, OUTSIDE])), between(random, 0.5, 3.2))}}


def _below(random: np.random.Generator) -> dict[str, Any]:
    return {"walk": {"to": (between(random, -1.0, 1.0), BEHIND)}}


def _wait(random: np.random.Generator, least: float, most: float) -> dict[str, Any]:
    return {"wait": {"for": between(random, least, most)}}


def _walk_out_below(place: Home, random: np.random.Generator, _seconds: float) -> list[Actions]:
    """Through a door below the camera; every second one came in by it as well."""
    does: Actions = [go(random), _wait(random, 0.3, 4.0), _below(random)]
    if random.random() < 0.5:  # noqa: PLR2004 - even odds
        side = place.persons[0]["at"][0]
        does = [{"walk": {"to": (side, BEHIND)}}, _below(random), _wait(random, 1.0, 4.0), *does]
    return [does]


def _turn_back(place: Home, random: np.random.Generator, _seconds: float) -> list[Actions]:
    """Nearly, or wholly, out of the picture, and back again."""
    does: Actions = [go(random)]
    for _ in range(int(random.integers(1, 4))):
        does += [_below(random) if random.random() < 0.4 else _to_cut(random, place)]  # noqa: PLR2004 - so many are gone
        does += [_wait(random, 0.3, 4.0), go(random)]
    return [[*does, _out(random)]]


def _stand(place: Home, random: np.random.Generator, seconds: float) -> list[Actions]:
    wait: dict[str, Any] = {"wait": {"for": seconds}}
    return [[_to_cut(random, place), wait, *([go(random)] if random.random() < 0.5 else []), _out(random)]]  # noqa: PLR2004


def _bend(place: Home, random: np.random.Generator, _seconds: float) -> list[Actions]:
    does: Actions = []
    for _ in range(int(random.integers(1, 4))):
        does += [_to_cut(random, place), {"bend": {"for": float(random.uniform(0.7, 6))}}]
    return [[*does, _out(random)]]


def _pass_close(place: Home, random: np.random.Generator, _seconds: float) -> list[Actions]:
    """From one side to the other, close to the camera; every second one stops on the way."""
    side, away = float(place.persons[0]["at"][0]), between(random, 0.5, 1.8)
    does: Actions = [{"walk": {"to": (side, away)}}]
    if random.random() < 0.5:  # noqa: PLR2004 - even odds
        does += [{"walk": {"to": (between(random, -1.0, 1.0), away)}}, _wait(random, 0.5, 6.0)]
    return [[*does, {"walk": {"to": (-side, between(random, 0.5, 1.8))}}]]


_ACTIVITIES: Mapping[str, tuple[Callable[[Home, np.random.Generator, float], list[Actions]], float, float]] = {
    "walking out below the camera": (_walk_out_below, 1.5, 5.0),
    "turning back at the edge": (_turn_back, 1.0, 10.0),
    "standing at the edge": (_stand, 1.0, 20.0),
    "bending at the edge": (_bend, 1.0, 10.0),
    "passing close to the camera": (_pass_close, 2.0, 10.0),
}
AT_EDGE = tuple(_ACTIVITIES)
"""What is done at the edge of the picture."""


def at_edge(place: Home) -> Mapping[str, tuple[Doing, float, float]]:
    """What is done there in that home: each with how often a day (its mean) and for how long (mean seconds)."""
    return {name: (partial(doing, place), often, seconds) for name, (doing, often, seconds) in _ACTIVITIES.items()}
