"""What makes a film hard for the eye: its light, its camera, and what else looks or moves like a person."""
# ruff: noqa: PLR2004 - ranges of what is drawn, in metres, degrees and steps of 255, stand where they are drawn

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, degrees
from typing import Any, TypeAlias

import numpy as np

from guardian.lab.world.homes import DEEP, OUTSIDE, between

Document: TypeAlias = dict[str, Any]
"""A scene of the film language, or a part of it, as it stands in a file."""

HARDNESSES = ("plain", "mirror", "television", "pet", "occluded", "smeared", "bent lens")
LIGHTS = ("day", "lamp", "dim", "infrared", "backlight")
SIZES = ((480, 360), (480, 360), (480, 360), (512, 288), (640, 480))
SLOTS = (-1.9, -0.95, 0.0, 0.95, 1.9)
"""Where things hang on the far wall, metres to the right."""
DYES = ("#203a6b", "#7a2430", "#2f5a3c", "#c9b458", "#8a8f98", "#1e1e22", "#d8d2c6", "#6b4a80", "#b8643c", "#4d8a9a")
SKINS = ("#e6bfa6", "#d1a38a", "#b98563", "#8a5a3c", "#5a3a28")
GREYS, YOUNG_HAIR = ("#aaa7a3", "#c9c6c0", "#7d7a77"), ("#2a1e16", "#5a3a20", "#15110f", "#a8804a")
WALLS = ("#d6cfc0", "#b9c4c9", "#c8b99a", "#a7b59a", "#e3e0da", "#8f8a94")
FLOORS = ("#9a7048", "#6e4a2c", "#b8a58a", "#77736c", "#4a4038")
FURS = ("#5a4636", "#2a2522", "#b89468", "#9a9a9a", "#e0dcd4")
PATTERNS = ("plain", "plain", "hoops", "stripes", "checks", "dots")


@dataclass(frozen=True, slots=True)
class Hardness:
    """One of HARDNESSES in one of LIGHTS."""

    kind: str
    light: str

    @staticmethod
    def of(number: int) -> "Hardness":
        """Return that of film `number`: each kind in each light once in 35 films."""
        return Hardness(HARDNESSES[number % len(HARDNESSES)], LIGHTS[number % len(LIGHTS)])

    def harden(self, scene: Document, random: np.random.Generator) -> Document:
        """Return a scene in which the same is done, but harder to see; everything else is drawn as well."""
        slots = [float(slot) for slot in random.permutation(SLOTS)]
        side = float(np.sign(scene["furniture"][0]["at"][0]))
        furniture = [{**piece, "colour": _one(random, DYES)} for piece in scene["furniture"]]
        if self.light == "backlight":
            furniture.append(_window(random, _taken(slots, 1.9)))
        furniture += self._things(random, slots, side)
        furniture += [_picture(random, slot) for slot in slots[: int(random.integers(0, 3))]]
        room = scene["room"] | {
            "wall": _one(random, WALLS),
            "floor": _one(random, FLOORS),
            "planks": bool(random.random() < 0.7),
            "paper": bool(random.random() < 0.3),
            "doorways": True,
        }
        room, camera = self._lit(room, scene["camera"] | _ordinary(random), random)
        return scene | {
            "camera": camera | self._lens(random),
            "room": room,
            "furniture": furniture,
            "persons": [person | {"clothes": _clothes(random, person)} for person in scene["persons"]],
            "pets": [_pet(random)] if self.kind == "pet" else [],
        }

    def _things(self, random: np.random.Generator, slots: list[float], side: float) -> list[Document]:
        """What stands or hangs in the room because the film is of this kind."""
        if self.kind == "mirror":
            return [_mirror(random, side)]
        if self.kind == "television":
            return _television(random, _taken(slots, 1.3), side)
        if self.kind == "occluded":
            return [_in_front(random)]
        return []

    def _lens(self, random: np.random.Generator) -> Document:
        if self.kind == "smeared":
            return {
                "fps": float(random.choice([6.0, 8.0])),
                "shutter": between(random, 0.7, 1.0),
                "blur": between(random, 1.0, 2.2),
                "compression": between(random, 0.5, 0.9),
            }
        if self.kind == "occluded":
            height = between(random, 1.0, 1.6)
            return {"height": height, "tilt": round(degrees(atan2(height - 0.8, 3.2)), 1)}
        if self.kind == "bent lens":
            roll = between(random, 4.0, 14.0) * float(random.choice([-1.0, 1.0]))
            return {"barrel": between(random, 0.2, 0.42), "roll": roll}
        return {}

    def _lit(self, room: Document, camera: Document, random: np.random.Generator) -> tuple[Document, Document]:
        """Return room and camera in this light, so dark that the camera has to do what cameras do then."""
        levels: Mapping[str, tuple[float, float]] = {
            "day": (0.85, 1.2),
            "lamp": (0.42, 0.62),
            "dim": (0.08, 0.18),
            "infrared": (0.8, 1.4),
            "backlight": (0.10, 0.20),
        }
        room = room | {"light": between(random, *levels[self.light])}
        if self.light == "lamp":
            room["lamp"] = [between(random, -1.8, 1.8), between(random, 2.0, 4.8)]
        drawn = {
            "day": {"noise": between(random, 1.5, 3.0)},
            "lamp": {"noise": between(random, 3.0, 6.0), "chroma": between(random, 1.0, 3.0)},
            "dim": {
                "noise": between(random, 4.0, 9.0),
                "chroma": between(random, 3.0, 7.0),
                "exposure": between(random, 1.0, 1.6),
            },
            "infrared": {
                "infrared": True,
                "noise": between(random, 4.0, 9.0),
                "vignette": between(random, 0.3, 0.7),
            },
            "backlight": {
                "noise": between(random, 3.0, 5.0),
                "exposure": between(random, 1.8, 2.6),
                "bloom": between(random, 0.25, 0.6),
            },
        }
        return room, camera | drawn[self.light]


def _one(random: np.random.Generator, names: tuple[str, ...]) -> str:
    return names[int(random.integers(len(names)))]


def _ordinary(random: np.random.Generator) -> Document:
    """What every cheap camera has a little of."""
    return {
        "size": list(SIZES[int(random.integers(len(SIZES)))]),
        "fps": float(random.choice([8.0, 10.0])),
        "roll": round(float(random.normal(0, 1.0)), 2),
        "barrel": between(random, 0.0, 0.1),
        "shutter": between(random, 0.0, 0.3),
        "blur": between(random, 0.4, 0.9),
        "compression": between(random, 0.0, 0.25),
    }


def _clothes(random: np.random.Generator, person: Document) -> Document:
    old = person["body"]["age"] > 60
    top, shirt = random.permutation(len(DYES))[:2]
    return {
        "top": DYES[int(top)],
        "shirt": DYES[int(shirt)],
        "bottom": _one(random, DYES),
        "shoes": _one(random, ("#1f1a1a", "#6a4a30", "#c8c4bc")),
        "skin": _one(random, SKINS),
        "hair": _one(random, GREYS if old else YOUNG_HAIR),
        "pattern": _one(random, PATTERNS),
    }


def _taken(slots: list[float], reach: float) -> float:
    """Take a place on the far wall, and every place so near to it, metres, that one thing would hide the other."""
    taken = float(np.clip(slots[0], -1.5, 1.5))
    slots[:] = [slot for slot in slots if abs(slot - taken) >= reach]
    return taken


def _mirror(random: np.random.Generator, side: float) -> Document:
    """A large mirror between armchair and bed or sofa, so that people before it are seen in it."""
    return {
        "kind": "mirror",
        "at": [round(-0.45 * side + float(random.normal(0, 0.15)), 2), between(random, 4.3, DEEP - 0.1)],
        "facing": between(random, -12, 12),
        "lifted": between(random, 0.05, 0.35),
        "size": [between(random, 0.9, 1.4), between(random, 1.5, 1.9), 0.04],
    }


def _television(random: np.random.Generator, slot: float, side: float) -> list[Document]:
    """A television on the wall, or on a low board nearer to the camera."""
    wide = between(random, 1.0, 1.5)
    screen = {"kind": "television", "size": [wide, round(wide * 9 / 16 + 0.03, 2), 0.06]}
    if random.random() < 0.5:
        return [screen | {"at": [slot, DEEP - 0.04], "lifted": between(random, 0.9, 1.3)}]
    x, away = round(-0.5 * side, 2), between(random, 4.2, 4.9)
    board = {"kind": "block", "at": [x, away], "size": [wide + 0.2, 0.5, 0.4], "colour": "#4a3626"}
    return [board, screen | {"at": [x, away], "lifted": 0.52, "facing": between(random, -10, 10)}]


def _in_front(random: np.random.Generator) -> Document:
    """Something between the camera and where people are, which hides legs, or whoever lies behind it."""
    kinds: tuple[Document, ...] = (
        {"kind": "armchair", "facing": 180.0},
        {"kind": "sofa", "facing": 180.0},
        {"kind": "table", "size": [1.2, 0.74, 0.7]},
        {"kind": "chair", "facing": 160.0, "colour": "#8a6a44"},
        {"kind": "plant", "size": [0.6, 1.2, 0.6], "colour": "#3d6133"},
    )
    chosen = kinds[int(random.integers(len(kinds)))]
    return {"colour": _one(random, DYES)} | chosen | {"at": [between(random, -0.8, 0.8), between(random, 1.7, 1.9)]}


def _window(random: np.random.Generator, slot: float) -> Document:
    size = [between(random, 1.3, 2.2), between(random, 1.2, 1.6), 0.05]
    return {"kind": "window", "at": [slot, DEEP - 0.03], "lifted": between(random, 0.5, 0.9), "size": size}


def _picture(random: np.random.Generator, slot: float) -> Document:
    size = [between(random, 0.4, 0.8), between(random, 0.35, 0.6), 0.03]
    at = [slot, DEEP - 0.02]
    return {
        "kind": "picture",
        "at": at,
        "lifted": between(random, 1.3, 1.7),
        "size": size,
        "colour": _one(random, DYES),
    }


def _pet(random: np.random.Generator) -> Document:
    """A cat or a dog that comes in where people do, and goes about among them."""
    places = [[float(random.choice([-OUTSIDE, OUTSIDE])), between(random, 2.2, 3.2)]]
    places += [[between(random, -1.8, 1.8), between(random, 2.0, 3.5)] for _ in range(int(random.integers(3, 7)))]
    return {
        "kind": _one(random, ("cat", "dog")),
        "colour": _one(random, FURS),
        "way": places,
        "speed": between(random, 0.4, 0.9),
        "begin": between(random, 0.0, 2.0),
        "rest": between(random, 0.0, 1.5),
    }
