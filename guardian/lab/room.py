"""A furnished room without people: boxes of painted, wooden or woven stuff under a lamp, ray-cast once a scene."""
# ruff: noqa: PLR2004 - measures of boards, weaves and shades, in metres, stand where they draw

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from guardian.lab.camera import Camera
from guardian.lab.rotation import about

Array: TypeAlias = NDArray[np.float64]
Colour: TypeAlias = tuple[float, float, float]
OVERSAMPLING = 2
LAMP_RADIUS = 0.35
LAMP_SAMPLES = 8
BOUNCE = 0.42
LARGE = 3.0
FAR = 50.0
EDGE_SAMPLES = 33
_EDGES = np.array([(a, b) for a in range(8) for b in range(a) if (a ^ b).bit_count() == 1])
_EPSILON = 1e-3


@dataclass(frozen=True, slots=True)
class Box:
    """A block turned about the vertical: `centre` of its bottom, `size` (wide, high, deep) in metres, `turn` degrees.

    `colour` is (red, green, blue), 0-1; `stuff` is "paint", "paper", "wood", "fabric", "planks", "glow", "glass" (of a
    mirror) or "screen".
    """

    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    colour: Colour
    stuff: str = "paint"
    turn: float = 0.0


@dataclass(frozen=True, slots=True)
class Lamp:
    """A round lamp: its `position`, and `level`, the brightness of a white sheet right below it on the floor, 0-1.5."""

    position: tuple[float, float, float] = (0.0, 2.45, -2.5)
    level: float = 1.0

    def samples(self, count: int) -> Array:
        """Return points spread evenly over the lamp, shape (count, 3) (Vogel's spiral)."""
        number = np.arange(count) + 0.5
        radius, angle = LAMP_RADIUS * np.sqrt(number / count), number * 2.39996
        spread = np.column_stack([radius * np.cos(angle), np.zeros(count), radius * np.sin(angle)])
        points: Array = np.array(self.position) + spread
        return points


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """What the camera sees of the empty room, pixel by pixel, rows first.

    `colour` (H, W, 3) is unlit by the lamp, `lit` what the lamp adds; `depth` (H, W) along the camera's axis;
    `points` (H, W, 3) in the room; `box` (H, W) is which of the boxes is seen.
    """

    colour: Array
    lit: Array
    depth: Array
    points: Array
    box: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Hits:
    distance: Array
    box: NDArray[np.intp]
    axis: NDArray[np.intp]


def _hits(camera: Camera, rays: Array, boxes: Sequence[Box]) -> _Hits:
    """Return the first box met by each of the camera's rays (rows, columns, 3); distance is in ray lengths."""
    rows, columns = rays.shape[:2]
    origin = np.array(camera.position)
    distance = np.full((rows, columns), np.inf)
    box, axis = np.zeros((rows, columns), np.intp), np.zeros((rows, columns), np.intp)
    for number, block in enumerate(boxes):
        part = _window(camera, block, rows // camera.height)
        near, side = _slabs(origin, rays[part].reshape(-1, 3), block)
        near, side = near.reshape(distance[part].shape), side.reshape(distance[part].shape)
        closer = near < distance[part]
        distance[part][closer], box[part][closer], axis[part][closer] = near[closer], number, side[closer]
    return _Hits(np.where(np.isfinite(distance), distance, FAR).ravel(), box.ravel(), axis.ravel())


def _window(camera: Camera, block: Box, oversampling: int) -> tuple[slice, slice]:
    """Return the rows and columns of the picture where the block can be seen."""
    places, depth = camera.project(_edge_points(block) if camera.barrel else _corner_points(block))
    if (depth < 0.05).any():
        return slice(None), slice(None)
    low = np.clip(np.floor(places.min(0)).astype(int) - 1, 0, None) * oversampling
    high = np.clip(np.ceil(places.max(0)).astype(int) + 2, 0, None) * oversampling
    return slice(low[1], high[1]), slice(low[0], high[0])


def _corner_points(block: Box) -> Array:
    """Return the block's eight corners, shape (8, 3)."""
    grid = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (0.0, 1.0) for z in (-0.5, 0.5)])
    corners: Array = (grid * block.size) @ about("y", block.turn).T + block.centre
    return corners


def _edge_points(block: Box) -> Array:
    """Return points along the block's edges: a bent lens shows the middle of an edge outside its ends, shape (N, 3)."""
    low, high = _corner_points(block)[_EDGES.T]
    edges: Array = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, EDGE_SAMPLES)[:, None]
    return edges.reshape(-1, 3)


def _slabs(origin: Array, rays: Array, block: Box) -> tuple[Array, NDArray[np.intp]]:
    """Return the distance to the block, infinite where missed, and the axis of the face met (the slab method)."""
    turn = about("y", block.turn)
    start, ways = (origin - np.array(block.centre)) @ turn, rays @ turn
    wide, high, deep = block.size
    entry, leave, side = np.full(len(rays), -np.inf), np.full(len(rays), np.inf), np.zeros(len(rays), np.intp)
    with np.errstate(divide="ignore", invalid="ignore"):
        for axis, (low, top) in enumerate(((-wide / 2, wide / 2), (0.0, high), (-deep / 2, deep / 2))):
            inverse = 1.0 / ways[:, axis]  # axis by axis: along one of three numpy is slow
            first, second = (low - start[..., axis]) * inverse, (top - start[..., axis]) * inverse
            enters = np.minimum(first, second)
            side[enters > entry] = axis
            entry, leave = np.maximum(entry, enters), np.minimum(leave, np.maximum(first, second))
    return np.where((entry < leave) & (entry > _EPSILON), entry, np.inf), side


def background(camera: Camera, boxes: Sequence[Box], lamp: Lamp, seed: int) -> Background:
    """Look at the empty room; the boxes must enclose the camera's view."""
    origin = np.array(camera.position)
    hits = _hits(camera, camera.rays(OVERSAMPLING), boxes)
    fine = camera.rays(OVERSAMPLING).reshape(-1, 3)
    points = origin + fine * hits.distance[:, None]
    normals = _normals(hits, fine, boxes)
    albedo = _albedo(points, hits, boxes, seed)
    size = (camera.height, camera.width)
    glow = np.array([block.stuff == "glow" for block in boxes])[hits.box]
    ambient = np.where(glow, 1.0, BOUNCE * lamp.level * _corners(points, normals, boxes))
    direct = np.where(glow, 0.0, lambert(points, normals, lamp))
    centre = _hits(camera, camera.rays(), boxes)
    coarse = camera.rays().reshape(-1, 3)
    seen = origin + coarse * centre.distance[:, None]
    shade: Array = _shade(seen + _normals(centre, coarse, boxes) * 0.01, boxes, lamp).reshape(size)
    return Background(
        colour=_shrunk(albedo * ambient[:, None], size),
        lit=_shrunk(albedo * direct[:, None], size) * np.asarray(cv2.GaussianBlur(shade, (3, 3), 0))[..., None],
        depth=centre.distance.reshape(size),
        points=seen.reshape(*size, 3),
        box=centre.box.reshape(size),
    )


def seen_from(origin: Array, rays: Array, beyond: Array, boxes: Sequence[Box], lamp: Lamp, *, seed: int) -> Background:
    """Look along `rays` (N, 3) from one place, past the first `beyond` (N,) ray lengths of each, as a mirror does.

    The background is flat: its shapes begin with N in place of H, W.
    """
    distance, box, axis = np.full(len(rays), np.inf), np.zeros(len(rays), np.intp), np.zeros(len(rays), np.intp)
    for number, block in enumerate(boxes):
        near, side = _slabs(origin, rays, block)
        closer = (near < distance) & (near > beyond + _EPSILON)
        distance[closer], box[closer], axis[closer] = near[closer], number, side[closer]
    hits = _Hits(np.where(np.isfinite(distance), distance, FAR), box, axis)
    points = origin + rays * hits.distance[:, None]
    normals = _normals(hits, rays, boxes)
    albedo = _albedo(points, hits, boxes, seed)
    direct = lambert(points, normals, lamp) * _shade(points + normals * 0.01, boxes, lamp)
    ambient = BOUNCE * lamp.level * _corners(points, normals, boxes)
    return Background(albedo * ambient[:, None], albedo * direct[:, None], hits.distance, points, box)


def _shrunk(values: Array, size: tuple[int, int]) -> Array:
    n = OVERSAMPLING
    coarse: Array = values.reshape(size[0], n, size[1], n, 3).mean(axis=(1, 3))
    return coarse


def _normals(hits: _Hits, rays: Array, boxes: Sequence[Box]) -> Array:
    turns = np.array([about("y", block.turn) for block in boxes])
    normal = turns[hits.box, :, hits.axis]
    facing: Array = normal * -np.sign((normal * rays).sum(axis=1))[:, None]
    return facing


def lambert(points: Array, normals: Array, lamp: Lamp) -> Array:
    """Return how strongly the lamp, unhindered, lights surfaces (N,): 1 right below it on a floor, times its level."""
    way = np.array(lamp.position) - points
    distance = np.linalg.norm(way, axis=1)
    cosine = np.clip((way * normals).sum(axis=1) / np.maximum(distance, _EPSILON), 0.0, 1.0)
    falloff = (lamp.position[1] / np.maximum(distance, 0.5)) ** 1.2
    strength: Array = lamp.level * (1 - BOUNCE) * 1.5 * cosine * np.minimum(falloff, 1.6)
    return strength


def _shade(points: Array, boxes: Sequence[Box], lamp: Lamp) -> Array:
    """Return the share of the lamp that each point sees past the boxes, 0-1."""
    seen: Array = np.zeros(len(points))
    for sample in lamp.samples(LAMP_SAMPLES):
        seen += _hits_between(points, sample, boxes)
    share: Array = seen / LAMP_SAMPLES
    return share


def _hits_between(points: Array, sample: Array, boxes: Sequence[Box]) -> NDArray[np.bool_]:
    """Return whether each point sees the lamp's `sample`; only furniture casts shadows, not the walls around it."""
    free = np.ones(len(points), bool)
    seen = (points - sample)[:, [0, 2]] / np.maximum(sample[1] - points[:, 1], 0.01)[:, None]
    for block in boxes:
        if block.stuff == "glow" or max(block.size) > LARGE:
            continue
        corners = _corner_points(block)
        drop = sample[1] - corners[:, 1]
        plane = (corners - sample)[:, [0, 2]] / np.maximum(drop, 0.01)[:, None]
        within = (points[:, 1] < corners[:, 1].max() + 0.02) & free
        if drop.min() > 0.05:
            within &= ((seen > plane.min(0)) & (seen < plane.max(0))).all(1)
        chosen = np.flatnonzero(within)
        near, _ = _slabs(sample, points[chosen] - sample, block)
        free[chosen] = ~(near < 1.0 - _EPSILON)
    return free


def _corners(points: Array, normals: Array, boxes: Sequence[Box]) -> Array:
    """Return the share of bounced light that reaches a point: less close to the floor and under furniture."""
    height = np.clip(points[:, 1], 0.0, None)
    up = normals[:, 1]
    darkness = 0.3 * np.exp(-height / 0.12) * (1 - np.abs(up))
    floor = np.flatnonzero((up > 0.5) & (points[:, 1] < 0.05))
    low = points[floor]
    for block in boxes:
        if max(block.size) > LARGE or block.centre[1] + block.size[1] < 0.05 or block.stuff == "glow":
            continue
        reach = np.hypot(block.size[0], block.size[2]) / 2 + 1.0
        close = np.hypot(low[:, 0] - block.centre[0], low[:, 2] - block.centre[2]) < reach
        local = (low[close] - np.array(block.centre)) @ about("y", block.turn)
        outside = np.abs(local) - np.array([block.size[0] / 2, 0, block.size[2] / 2])
        away = np.linalg.norm(np.clip(outside[:, [0, 2]], 0.0, None), axis=1)
        above = np.clip(block.centre[1] - low[close, 1], 0.0, None)
        darkness[floor[close]] = np.maximum(darkness[floor[close]], 0.45 * np.exp(-(away + above) / 0.15))
    share: Array = 1.0 - darkness
    return share


def _albedo(points: Array, hits: _Hits, boxes: Sequence[Box], seed: int) -> Array:
    colours = np.array([block.colour for block in boxes])[hits.box]
    pattern = np.ones(len(points))
    for number, block in enumerate(boxes):
        chosen = np.flatnonzero(hits.box == number)
        if block.stuff in _PATTERNS and len(chosen):
            local = (points[chosen] - np.array(block.centre)) @ about("y", block.turn)
            flat = np.delete(np.eye(3), 1, axis=0) if block.stuff == "planks" else np.eye(3)
            pattern[chosen] = _PATTERNS[block.stuff](local @ flat.T, np.random.default_rng((seed, number)))
    patterned: Array = np.clip(colours * pattern[:, None], 0.0, 1.0)
    return patterned


def _planks(local: Array, rng: np.random.Generator) -> Array:
    """Floor boards 14 cm wide, running away from the camera, each of its own tone, with grain and dark joints."""
    row = np.floor(local[:, 0] / 0.14).astype(int)
    shift = rng.uniform(0, 1.6, 512)[row % 512]
    along = local[:, 1] + shift
    board = (row * 37 + np.floor(along / 1.6).astype(int) * 101) % 512
    tone = 1 + rng.normal(0, 0.07, 512)[board]
    grain = 1 + 0.035 * np.sin(local[:, 0] * 190 + 6 * np.sin(along * 2.1 + board) + board)
    joint = (np.abs(local[:, 0] / 0.14 % 1 - 0.5) > 0.485) | (along / 1.6 % 1 < 0.003)
    drawn: Array = tone * grain * np.where(joint, 0.72, 1.0)
    return drawn


def _wood(local: Array, rng: np.random.Generator) -> Array:
    phase = rng.uniform(0, 6.28)
    drawn: Array = 1 + 0.06 * np.sin(local[:, 0] * 70 + 3 * np.sin(local[:, 1] * 4 + phase) + local[:, 2] * 40)
    return drawn


def _fabric(local: Array, rng: np.random.Generator) -> Array:
    weave = np.sin(local[:, 0] * 210) * np.sin(local[:, 1] * 210) * np.sin(local[:, 2] * 210 + 1)
    drawn: Array = 1 + 0.05 * weave + 0.03 * np.sin(local.sum(axis=1) * 9 + rng.uniform(0, 6.28))
    return drawn


def _paper(local: Array, rng: np.random.Generator) -> Array:
    """Wallpaper with stripes 12 cm wide, every other one a shade darker, and a row of dots on these."""
    along = local[:, 0] + local[:, 2] + rng.uniform(0, 0.24)
    dark = along / 0.24 % 1 < 0.5
    dots = np.hypot((along % 0.24) - 0.06, (local[:, 1] % 0.2) - 0.1) < 0.022
    drawn: Array = np.where(dark, np.where(dots, 0.72, 0.9), 1.0)
    return drawn


_PATTERNS = {"planks": _planks, "wood": _wood, "fabric": _fabric, "paper": _paper}
