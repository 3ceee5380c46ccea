"""Draw a scene: people in a room, frame by frame, to look at, to test with and to measure by.

usage: python -m guardian.lab.render SCENE.yaml OUT.mp4
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from guardian.errors import GuardianError
from guardian.lab import furniture, video
from guardian.lab import scene as scenes
from guardian.lab.body import mesh
from guardian.lab.camera import Camera
from guardian.lab.cast import Person
from guardian.lab.clothes import HAIR, dressed, garments, normals, palette, parted
from guardian.lab.figure import skinned
from guardian.lab.raster import rasterise
from guardian.lab.room import BOUNCE, FAR, Box, Lamp, background, lambert
from guardian.lab.scene import Scene

Array: TypeAlias = NDArray[np.float64]
Frame: TypeAlias = NDArray[np.uint8]

SHADOW_CELL = 0.03
SHADOW_REACH = 4.0
SHADOW_LAMPS = 6


class Film:
    """A scene ready to be drawn: `frames` gives its pictures, `keypoints` what is true in them."""

    def __init__(self, scene: Scene) -> None:
        """Furnish the room, look at it once and let the persons rehearse; some seconds."""
        self.scene = scene
        self.camera = _camera(scene)
        self.lamp = _lamp(scene)
        self.persons = tuple(Person(spec, scene, number) for number, spec in enumerate(scene.persons))
        self._room = background(self.camera, _boxes(scene), self.lamp, scene.seed)
        self._shadows = [_Shadow(sample, self._room.points) for sample in self.lamp.samples(SHADOW_LAMPS)]
        self._rest = [dressed(person.body) for person in self.persons]
        self._colours = [palette(person.clothes) for person in self.persons]
        self._triangles, self._garments, self._open = _triangles()

    @property
    def seconds(self) -> float:
        """How long the film is."""
        return self.scene.seconds or max((person.seconds for person in self.persons), default=1.0)

    @property
    def times(self) -> Array:
        """The second of each frame."""
        fps = self.scene.camera.fps
        return np.arange(round(self.seconds * fps)) / fps

    def frame(self, time: float) -> Frame:
        """Return the picture at `time`, seconds: (height, width, 3), BGR as OpenCV has it, uint8."""
        meshes = [
            skinned(rest, mesh().weights, person.skeleton.transforms(person.figure(time)))
            for person, rest in zip(self.persons, self._rest, strict=True)
        ]
        image = self._room.colour + self._room.lit * self._lit(meshes)[..., None]
        depth = self._room.depth.ravel().copy()
        for vertices, colours in zip(meshes, self._colours, strict=True):
            self._draw(image.reshape(-1, 3), depth, vertices, colours)
        return self._exposed(image, time)

    def _lit(self, meshes: Sequence[Array]) -> Array:
        """Return the share of the lamp's light that each pixel's surface gets past the people, (height, width)."""
        if not meshes:
            return np.ones(self._room.depth.shape)
        vertices = np.vstack(meshes)
        dark = np.mean([shadow.cast(vertices) for shadow in self._shadows], axis=0)
        lit: Array = 1.0 - np.asarray(cv2.GaussianBlur(dark, (0, 0), 3.0), dtype=float)
        return lit

    def _draw(self, image: Array, depth: Array, vertices: Array, colours: Array) -> None:
        """Draw one body into the flat `image` and `depth` where nothing nearer is there."""
        places, distances = self.camera.project(vertices)
        corners = places[self._triangles]
        way, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        front = np.flatnonzero(way[:, 0] * other[:, 1] - way[:, 1] * other[:, 0] < 0)
        seen = rasterise(corners[front], distances[self._triangles[front]], (self.camera.width, self.camera.height))
        ahead = seen.depth < depth[seen.pixels]
        pixels, owner, weights = seen.pixels[ahead], front[seen.triangle[ahead]], seen.barycentric[ahead][..., None]
        facing = (normals(vertices, mesh().faces)[self._triangles[owner]] * weights).sum(axis=1)
        points = (vertices[self._triangles[owner]] * weights).sum(axis=1)
        light = self.lamp.level * BOUNCE * (0.78 + 0.22 * facing[:, 1]) + lambert(points, facing, self.lamp)
        places = (mesh().points[self._triangles[owner]] * weights).sum(axis=1)
        worn = np.where(self._open[owner], parted(self._garments[owner], places), self._garments[owner])
        image[pixels] = colours[worn] * light[:, None]
        depth[pixels] = seen.depth[ahead]

    def _exposed(self, image: Array, time: float) -> Frame:
        """Return the picture as a cheap camera takes it: blurred a little, noisy."""
        spec = self.scene.camera
        shown = cv2.GaussianBlur(image, (0, 0), spec.blur) if spec.blur else image
        rng = np.random.default_rng((self.scene.seed, round(time * 1000)))
        grain = rng.standard_normal(shown.shape[:2], dtype=np.float32)[..., None] * spec.noise
        return np.clip(shown[..., ::-1] * 255 + grain, 0, 255).astype(np.uint8)

    def frames(self) -> Iterator[tuple[float, Frame]]:
        """Yield each frame's second and picture."""
        for time in self.times:
            yield float(time), self.frame(float(time))

    def keypoints(self, time: float) -> list[Array]:
        """Return each person's true keypoints (17, 3) at `time`: y and x in frame heights, and 1 where in the frame."""
        found = []
        for person in self.persons:
            transforms = person.skeleton.transforms(person.figure(time))
            places, depth = self.camera.project(person.keypoints(transforms))
            inside = (depth > 0) & (places >= 0).all(1) & (places < [self.camera.width, self.camera.height]).all(1)
            found.append(np.column_stack([places[:, ::-1] / self.camera.height, inside]))
        return found


def frames(scene: Scene) -> Iterator[tuple[float, Frame]]:
    """Yield each frame of the scene: its second and its picture, (height, width, 3) uint8, BGR."""
    yield from Film(scene).frames()


class _Shadow:
    """What one point of the lamp cannot see: a map on the floor of how far light gets on its way there."""

    def __init__(self, lamp: Array, points: Array) -> None:
        self._lamp = lamp
        self._size = round(2 * SHADOW_REACH / SHADOW_CELL)
        self._drop = np.maximum(lamp[1] - points[..., 1], 0.05)
        self._cell = self._cells(points.reshape(-1, 3), self._drop.ravel())

    def _cells(self, points: Array, drop: Array) -> NDArray[np.intp]:
        """Return the map's cell for each point; the one behind the last for those that fall outside."""
        plane = (points[:, [0, 2]] - self._lamp[[0, 2]]) / drop[:, None] * self._lamp[1]
        cell = np.floor((plane + SHADOW_REACH) / SHADOW_CELL).astype(np.intp)
        outside = ((cell < 0) | (cell >= self._size)).any(axis=1)
        return np.where(outside, self._size**2, cell[:, 1] * self._size + cell[:, 0])

    def cast(self, vertices: Array) -> Array:
        """Return 1 for each pixel whose surface lies in the shadow of the vertices, else 0."""
        drop = np.maximum(self._lamp[1] - vertices[:, 1], 0.05)
        nearest = np.full(self._size**2 + 1, FAR)
        np.minimum.at(nearest, self._cells(vertices, drop), drop)
        spread = np.full(self._size**2 + 1, FAR)
        spread[:-1] = cv2.erode(nearest[:-1].reshape(self._size, self._size), np.ones((3, 3), np.uint8)).ravel()
        return np.asarray(spread[self._cell].reshape(self._drop.shape) < self._drop - 0.03, dtype=float)


def _triangles() -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Return the triangles of the visible faces (T, 3), the garment of each (T,) and whether it is open (T,)."""
    kept = mesh().parts != HAIR
    quads = mesh().faces[kept]
    halves = np.vstack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return halves, np.tile(garments().faces[kept], 2), np.tile(garments().open[kept], 2)


def _camera(scene: Scene) -> Camera:
    spec = scene.camera
    return Camera(*spec.size, (spec.x, spec.height, 0.0), spec.pan, spec.tilt, spec.fov)


def _lamp(scene: Scene) -> Lamp:
    x, away = scene.room.lamp or (0.0, scene.room.deep / 2)
    return Lamp((x, scene.room.high - 0.12, -away), scene.room.light)


def _boxes(scene: Scene) -> list[Box]:
    room = scene.room
    wall, floor = scenes.colour(room.wall), scenes.colour(room.floor)
    wide, high, deep, thick = room.wide, room.high, room.deep, 0.2
    middle = -deep / 2
    skirting = (0.92, 0.91, 0.88)
    made = [
        Box((0, -thick, middle), (wide + 2, thick, deep + 2), floor, "planks" if room.planks else "paint"),
        Box((0, high, middle), (wide + 2, thick, deep + 2), (0.93, 0.92, 0.90)),
        Box((0, 0, -deep - thick / 2), (wide + 2, high, thick), wall),
        Box((0, 0, thick / 2 + 0.05), (wide + 2, high, thick), wall),
        Box((0, 0, -deep + 0.008), (wide, 0.09, 0.016), skirting),
    ]
    for side in (-1, 1):
        made.append(Box((side * (wide + thick) / 2, 0, middle), (thick, high, deep + 2), wall))
        made.append(Box((side * (wide / 2 - 0.008), 0, middle), (0.016, 0.09, deep), skirting))
    return made + [box for spec in scene.furniture for box in furniture.boxes(spec.piece())]


def main(arguments: Sequence[str]) -> int:
    """Draw a scene file to a video."""
    parser = argparse.ArgumentParser(prog="python -m guardian.lab.render", description=__doc__)
    parser.add_argument("scene", type=Path, help="scene in YAML")
    parser.add_argument("out", type=Path, help="video to write, .mp4")
    options = parser.parse_args(arguments)
    try:
        film = Film(scenes.load(options.scene))
        pictures = (picture for _, picture in film.frames())
        shown = track(
            pictures, "drawing", len(film.times), disable=not sys.stderr.isatty(), console=Console(stderr=True)
        )
        video.write(shown, options.out, (film.camera.width, film.camera.height), film.scene.camera.fps)
    except GuardianError as error:
        parser.exit(error.exit_code, f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
