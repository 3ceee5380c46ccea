"""Falls by physics for tests: people at the onset of a fall, with furniture where the kind needs it."""

import numpy as np

from guardian.lab.animate import GAP, Actor
from guardian.lab.body import Build, shape
from guardian.lab.figure import Skeleton
from guardian.lab.furniture import CATALOGUE, Piece, boxes, seat
from guardian.lab.gait import Spot
from guardian.lab.onset import Onset
from guardian.lab.physics.course import Kind, drawn
from guardian.lab.physics.tumble import Tumble
from guardian.lab.room import Box

SKELETON = Skeleton(shape(Build()))
HEADINGS = {"forward": 0.0, "left": 90.0, "back": 180.0, "right": -90.0}
STARTS: dict[Kind, str] = {
    "imbalance": "standing",
    "trip": "walking",
    "slip": "walking",
    "faint": "standing",
    "chair": "armchair",
    "bed": "bed",
    "furniture": "table",
}


def piece(kind: str, away: float) -> Piece:
    return Piece(kind, 0.0, away, 0.0, CATALOGUE[kind].size, (0.0, 0.0, 0.0))


def onset(start: str, towards: str = "forward") -> tuple[Onset, list[Box]]:
    """Somebody at (0, -3) who looks along +z, and what stands around."""
    actor, pieces = Actor(SKELETON, Spot(0.0, -3.0, 0.0), 10.0), []
    was = now = actor.figure
    if start == "walking":
        (way,) = actor.walk(Spot(0.0, -1.5, 0.0), 0.8)
        was, now = (way.figure(way.seconds - 2.0 - gap) for gap in (GAP, 0.0))
    elif start in ("armchair", "bed"):
        pieces = [piece(start, -3.5)]
        place = seat(pieces[0])
        assert place is not None
        actor.sit(place, 0.8)
        if start == "bed":
            actor.lie(place)
        was = now = actor.figure
    elif start == "table":
        pieces = [piece("table", -2.1)]
    angle = np.radians(HEADINGS[towards])
    way_down = float(np.sin(angle)), float(np.cos(angle))
    found = Onset(SKELETON, was, now, GAP, 0.0, way_down, actor.lying("back"))
    return found, [box for each in pieces for box in boxes(each)]


def tumble(kind: Kind, seed: int = 1, towards: str = "forward", rises: int = 0) -> Tumble:
    random = np.random.default_rng(seed)
    begun, around = onset(STARTS[kind], towards)
    return Tumble(begun, drawn(kind, random, rises), around, random)
