"""Random homes and what people do in them, as scenes of the film language: the same worlds that can be drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import atan2, degrees
from typing import Any

import numpy as np

from guardian.lab import furniture
from guardian.lab.rotation import about
from guardian.lab.scene import CameraSpec, FurnitureSpec, PersonSpec, RoomSpec, Scene
from guardian.settings import Place

SIZE = (640, 480)
WIDE, DEEP = 5.4, 5.6
DRAWN = 0.6
"""The share of homes whose installer has drawn the bed, the sofa and the mat."""
SLOPPY = 0.02
"""How far off the truth an installer draws a corner, in parts of the picture (standard deviation)."""
OUTSIDE = 3.1
"""Metres to the side from which people come and to which they go, through a door that the camera does not see."""
RESTS = {"bed": "bed", "sofa": "sofa", "armchair": "chair", "mat": "mat"}


@dataclass(frozen=True, slots=True)
class Home:
    """One camera's room, who lives there, and the places as they were drawn (none where nobody drew them)."""

    camera: CameraSpec
    room: RoomSpec
    furniture: tuple[FurnitureSpec, ...]
    persons: tuple[dict[str, Any], ...]
    pace: float
    places: tuple[Place, ...]

    def scene(self, seed: int, *does: list[dict[str, Any]]) -> Scene:
        """A scene in which the first person does the first list of actions, the second the second ..."""
        persons = [
            PersonSpec.model_validate({**person, "does": actions})
            for person, actions in zip(self.persons, does, strict=False)
        ]
        return Scene(
            scene=1,
            seed=seed,
            camera=self.camera,
            room=self.room,
            furniture=self.furniture,
            persons=tuple(persons),
        )


def home(random: np.random.Generator, roll: float = 0.0) -> Home:
    """A home as they come: a living room or a bedroom, its camera on a wall or on a shelf, one or two people. `roll`
    turns the camera clockwise as one looks along it, degrees.
    """
    side = float(random.choice([-1.0, 1.0]))
    height, away = float(random.uniform(1.0, 2.7)), float(random.uniform(2.6, 3.8))
    tilt = degrees(atan2(height - 0.9, away)) + float(random.normal(0, 3))
    fov = float(random.choice([55, 62, 70, 80, 95]))
    camera = CameraSpec(size=SIZE, height=round(height, 2), tilt=round(tilt, 1), fov=fov, roll=roll)
    bed = random.random() < 0.5  # noqa: PLR2004 - even odds
    rest: dict[str, Any] = (
        {"kind": "bed", "name": "rest", "at": (1.4 * side, 3.9)}
        if bed
        else {"kind": "sofa", "name": "rest", "at": (1.1 * side, 4.3)}
    )
    pieces: list[dict[str, Any]] = [
        rest,
        {"kind": "armchair", "name": "chair", "at": (-1.6 * side, 3.8), "facing": float(random.uniform(-40, 40))},
        {"kind": "mat", "name": "mat", "at": (0.1 * side, float(random.uniform(2.4, 3.0)))},
    ]
    if random.random() < 0.4:  # noqa: PLR2004 - so many have one in the way
        pieces.append({"kind": "table", "at": (float(random.uniform(-0.6, 0.6)), 1.7), "size": (0.9, 0.5, 0.5)})
    specs = tuple(FurnitureSpec.model_validate(piece) for piece in pieces)
    return Home(
        camera=camera,
        room=RoomSpec(wide=WIDE, deep=DEEP),
        furniture=specs,
        persons=tuple(_person(random, number) for number in range(2)),
        pace=float(random.uniform(0.8, 1.5)),
        places=_drawn(camera, specs, random) if random.random() < DRAWN else (),
    )


def _person(random: np.random.Generator, number: int) -> dict[str, Any]:
    old = random.random() < (0.8 if number == 0 else 0.4)
    return {
        "name": ("anna", "bob")[number],
        "body": {
            "sex": str(random.choice(["female", "male"])),
            "age": float(random.uniform(68, 92) if old else random.uniform(25, 65)),
            "height": between(random, 1.48, 1.86),
            "weight": between(random, -0.6, 0.9),
        },
        "at": (float(random.choice([-OUTSIDE, OUTSIDE])), between(random, 2.3, 3.4)),
        "speed": round(float(random.uniform(0.5, 0.8) if old else random.uniform(0.8, 1.2)), 2),
    }


def _drawn(camera: CameraSpec, specs: tuple[FurnitureSpec, ...], random: np.random.Generator) -> tuple[Place, ...]:
    """The places as an installer draws them: the four corners of what one rests on, more or less."""
    lens = camera.camera()
    places = []
    for spec in specs:
        piece = spec.piece()
        seat = furniture.seat(piece)
        if seat is None:
            continue
        wide, _, deep = piece.size
        turn = about("y", piece.facing)
        corners = [(-1, 1, 0.0), (1, 1, 0.0), (1, -1, seat.height + 0.25), (-1, -1, seat.height + 0.25)]
        points = np.array([[piece.x, h, piece.z] + turn @ [x * wide / 2, 0.0, z * deep / 2] for x, z, h in corners])
        pixels, _ = lens.project(points)
        shares = np.clip(pixels / np.array(camera.size) + random.normal(0, SLOPPY, (4, 2)), 0.0, 1.0)
        polygon = tuple((float(x), float(y)) for x, y in shares)
        places.append(Place(name=f"the {spec.name}", kind=RESTS[spec.kind], polygon=polygon))
    return tuple(places)


def between(random: np.random.Generator, low: float, high: float) -> float:
    """A figure between these, to two places."""
    return round(float(random.uniform(low, high)), 2)


def spot(random: np.random.Generator) -> tuple[float, float]:
    """A place in the middle of the room, (x, away) in metres."""
    return between(random, -1.0, 1.0), between(random, 2.3, 3.4)


def go(random: np.random.Generator) -> dict[str, Any]:
    """Walk to such a place and look somewhere."""
    return {"walk": {"to": spot(random), "facing": float(random.uniform(-180, 180))}}


def _out(random: np.random.Generator) -> dict[str, Any]:
    return {"walk": {"to": (float(random.choice([-OUTSIDE, OUTSIDE])), between(random, 2.3, 3.2))}}


Doing = Callable[[np.random.Generator, float], list[list[dict[str, Any]]]]


def _pass(random: np.random.Generator, _seconds: float) -> list[list[dict[str, Any]]]:
    return [[go(random), {"wait": {"for": float(random.uniform(0.5, 6))}}, _out(random)]]


def _sit(random: np.random.Generator, seconds: float) -> list[list[dict[str, Any]]]:
    where = str(random.choice(["chair", "rest"]))
    return [[go(random), {"sit": {"where": where, "for": seconds}}, {"stand": {"for": 0.8}}, _out(random)]]


def _lie(random: np.random.Generator, seconds: float) -> list[list[dict[str, Any]]]:
    return [
        [go(random), {"lie": {"where": "rest", "for": seconds}}, {"sit": {"where": "rest", "for": 3.0}}, _out(random)]
    ]


def _tidy(random: np.random.Generator, _seconds: float) -> list[list[dict[str, Any]]]:
    does: list[dict[str, Any]] = []
    for _ in range(int(random.integers(2, 6))):
        does += [go(random), {"bend": {"for": float(random.uniform(0.7, 6))}}]
    return [[*does, _out(random)]]


def _shoes(random: np.random.Generator, _seconds: float) -> list[list[dict[str, Any]]]:
    return [
        [go(random), {"bend": {"for": float(random.uniform(5, 20))}}, {"wait": {"for": 1.0}}, _out(random)],
    ]


def _exercise(random: np.random.Generator, seconds: float) -> list[list[dict[str, Any]]]:
    """On the mat: down, lying and sitting in turns, and up again."""
    does: list[dict[str, Any]] = [go(random), {"sit": {"where": "mat", "for": float(random.uniform(2, 8))}}]
    for _ in range(max(1, round(seconds / 60))):
        does += [
            {"lie": {"where": "mat", "for": float(random.uniform(3, 25))}},
            {"sit": {"where": "mat", "for": float(random.uniform(2, 15))}},
        ]
    return [[*does, {"stand": {"for": 1.0}}, _out(random)]]


def _play(random: np.random.Generator, seconds: float) -> list[list[dict[str, Any]]]:
    """Sitting on the floor with somebody who walks around."""
    floor = [go(random), {"sit": {"where": "mat", "for": seconds}}, {"stand": {"for": 1.0}}, _out(random)]
    around: list[dict[str, Any]] = []
    for _ in range(int(random.integers(3, 8))):
        around += [go(random), {"bend": {"for": 1.5}}]
    return [floor, [*around, _out(random)]]


def _cross(random: np.random.Generator, seconds: float) -> list[list[dict[str, Any]]]:
    return [_pass(random, seconds)[0], _sit(random, min(seconds, 120.0))[0]]


ACTIVITIES: Mapping[str, tuple[Doing, float, float]] = {
    "walking through": (_pass, 8.0, 20.0),
    "sitting": (_sit, 6.0, 1800.0),
    "lying on bed or sofa": (_lie, 1.5, 3000.0),
    "tidying and bending": (_tidy, 4.0, 40.0),
    "tying shoes": (_shoes, 1.5, 20.0),
    "exercise on a mat": (_exercise, 0.7, 240.0),
    "sitting on the floor": (_play, 0.5, 240.0),
    "two people": (_cross, 3.0, 300.0),
}
"""Each with how often a day (its mean) and for how long (mean seconds)."""

FALLS = ("forward", "back", "left", "right")


def fall(random: np.random.Generator, lying: float) -> tuple[list[dict[str, Any]], str]:
    """Actions that end in a fall, after which the body lies for so many seconds; and the kind of the fall."""
    towards, start = str(random.choice(FALLS)), str(random.choice(["walking", "walking", "bending", "sitting"]))
    does = [go(random)]
    if start == "sitting":
        does += [{"sit": {"where": "chair", "for": float(random.uniform(2, 20))}}, {"stand": {"for": 0.3}}, go(random)]
    if start == "bending":
        does += [{"bend": {"for": float(random.uniform(0.7, 3))}}]
    spin, buckle = between(random, 0.4, 2.4), between(random, 0.05, 1.0)
    does.append({"fall": {"towards": towards, "spin": spin, "buckle": buckle, "for": lying}})
    return does, f"{towards}, {start}"
