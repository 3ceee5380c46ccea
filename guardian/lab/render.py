"""Draw a scene: people in a room, frame by frame, to look at, to test with and to measure by.

usage: python -m guardian.lab.render SCENE.yaml OUT.mp4
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from guardian.errors import GuardianError
from guardian.lab import furniture, television, video
from guardian.lab import scene as scenes
from guardian.lab.body import mesh
from guardian.lab.cast import Person
from guardian.lab.clothes import HAIR, dressed, garments, palette, parted, patterned
from guardian.lab.figure import skinned
from guardian.lab.house import shell
from guardian.lab.mirror import SILVER, Mirror, hung
from guardian.lab.pet import Pet, faces
from guardian.lab.room import FAR, Box, Lamp, background
from guardian.lab.scene import Scene
from guardian.lab.sensor import Sensor, infrared
from guardian.lab.surface import Canvas, Paint, Surface, blended

Array: TypeAlias = NDArray[np.float64]
Frame: TypeAlias = NDArray[np.uint8]

SHADOW_CELL = 0.03
SHADOW_REACH = 4.0
SHADOW_LAMPS = 6
MOST_MOMENTS = 4
LAMP_AT = 2.2
"""The height, metres, at which the figure of an infrared lamp's light is that of a lamp on the ceiling."""


class Film:
    """A scene ready to be drawn: `frames` gives its pictures, `keypoints` what is true in them."""

    def __init__(self, scene: Scene, persons: Sequence[Person] | None = None) -> None:
        """Furnish the room, look at it once and let the persons rehearse, unless they have; some seconds."""
        self.scene = scene
        self.camera = scene.camera.camera()
        self.lamp = _lamp(scene)
        self.persons = tuple(persons or (Person(spec, scene, number) for number, spec in enumerate(scene.persons)))
        boxes = [_through(scene, box) for box in _boxes(scene)]
        self._room = background(self.camera, boxes, self.lamp, scene.seed)
        self._mirrors: list[Mirror] = []
        for mirror, shown in hung(self.camera, boxes, self.lamp, scene.seed, self._room):
            self._mirrors.append(mirror)
            for whole, part in ((self._room.colour, shown.colour), (self._room.lit, shown.lit)):
                whole.reshape(-1, 3)[mirror.pixels] = part * SILVER
            self._room.points.reshape(-1, 3)[mirror.pixels] = shown.points
        self._televisions = list(television.sets(boxes, self._room))
        self._channel = _channel(scene.seed) if self._televisions else None
        self._shadows = [
            _Shadow(sample, self._room.points)
            for sample in self.lamp.samples(SHADOW_LAMPS if not scene.camera.infrared else 0)
        ]
        self._rest = [dressed(person.body) for person in self.persons]
        self._paints = [_dyed(person, scene) for person in self.persons]
        self._pets = [(each.pet(), _fur(each.pet(), scene)) for each in scene.pets]
        self._sensor = Sensor(**{each.name: getattr(scene.camera, each.name) for each in fields(Sensor)})

    @property
    def seconds(self) -> float:
        """How long the film is."""
        last = max((person.seconds for person in self.persons), default=self.scene.pace)
        return self.scene.seconds or last / self.scene.pace

    @property
    def times(self) -> Array:
        """The second of each frame."""
        fps = self.scene.camera.fps
        return np.arange(round(self.seconds * fps)) / fps

    def frame(self, time: float) -> Frame:
        """Return the picture at `time`, seconds: (height, width, 3), BGR as OpenCV has it, uint8."""
        surfaces = self._surfaces(time)
        lit = self._lit([each.vertices for each in surfaces])
        images = [self._painted(surfaces, lit, time)]
        if self.scene.camera.shutter and surfaces:
            open_for = self.scene.camera.shutter / self.scene.camera.fps
            count = self._smear(surfaces, self._surfaces(time + open_for))
            moments = [time + open_for * step / count for step in range(1, count)]
            images += [self._painted(self._surfaces(moment), lit, moment) for moment in moments]
        rng = np.random.default_rng((self.scene.seed, round(time * 1000)))
        return self._sensor.exposed(np.mean(images, axis=0) if len(images) > 1 else images[0], rng)

    def _surfaces(self, time: float) -> list[Surface]:
        """Return everybody and every animal as they are at `time`."""
        made = []
        for person, rest, paint in zip(self.persons, self._rest, self._paints, strict=True):
            transforms = person.skeleton.transforms(person.figure(time * self.scene.pace))
            made.append(Surface(skinned(rest, mesh().weights, transforms), mesh().faces, _triangles()[0], paint))
        for pet, paint in self._pets:
            quads = faces(pet.kind)
            made.append(Surface(pet.vertices(time), quads, _halves(quads), paint))
        return made

    def _smear(self, begin: Sequence[Surface], end: Sequence[Surface]) -> int:
        """Return by how many moments a blurred frame is told: one for every three pixels that something moves."""
        moved = 0.0
        for first, last in zip(begin, end, strict=True):
            places, depth = self.camera.project(first.vertices)
            far = np.hypot(*(self.camera.project(last.vertices)[0] - places).T)
            x, y = places.T
            inside = (depth > 0) & (x >= 0) & (y >= 0) & (x < self.camera.width) & (y < self.camera.height)
            moved = max(moved, float(np.quantile(far[inside], 0.95)) if inside.any() else 0.0)
        return int(np.clip(np.ceil(moved / 3), 1, MOST_MOMENTS))

    def _painted(self, surfaces: Sequence[Surface], lit: Array, time: float) -> Array:
        """Return the light that comes from everything at one moment, linear RGB (height, width, 3)."""
        image = self._room.colour + self._room.lit * lit[..., None]
        flat = image.reshape(-1, 3)
        if self._channel is not None:
            picture = self._channel.picture(time)
            strength = television.INFRARED if self.scene.camera.infrared else television.BRIGHT
            for screen in self._televisions:
                screen.draw(flat, picture, strength)
        for mirror in self._mirrors:
            glass = Canvas(flat, mirror.depth.copy())
            for surface in surfaces:
                surface.draw(glass, self.camera, self.lamp, mirror)
        canvas = Canvas(flat, self._room.depth.ravel().copy())
        for surface in surfaces:
            surface.draw(canvas, self.camera, self.lamp)
        return image

    def _lit(self, meshes: Sequence[Array]) -> Array:
        """Return the share of the lamp's light that each pixel's surface gets past the people, (height, width)."""
        if not meshes or not self._shadows:
            return np.ones(self._room.depth.shape)
        vertices = np.vstack(meshes)
        dark = np.mean([shadow.cast(vertices) for shadow in self._shadows], axis=0)
        lit: Array = 1.0 - np.asarray(cv2.GaussianBlur(dark, (0, 0), 3.0), dtype=float)
        return lit

    def frames(self) -> Iterator[tuple[float, Frame]]:
        """Yield each frame's second and picture."""
        for time in self.times:
            yield float(time), self.frame(float(time))

    def keypoints(self, time: float) -> list[Array]:
        """Return each person's true keypoints (17, 3) at `time`: y and x in frame heights, and 1 where in the frame."""
        found = []
        for person in self.persons:
            transforms = person.skeleton.transforms(person.figure(time * self.scene.pace))
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


@lru_cache(maxsize=1)
def _triangles() -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Return the triangles of the visible faces (T, 3), the garment of each (T,) and whether it is open (T,)."""
    kept = mesh().parts != HAIR
    return _halves(mesh().faces[kept]), np.tile(garments().faces[kept], 2), np.tile(garments().open[kept], 2)


def _halves(quads: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.vstack([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _dyed(person: Person, scene: Scene) -> Paint:
    """Return what a person's skin and clothes look like to the camera."""
    colours = palette(person.clothes)
    if scene.camera.infrared:
        colours = infrared(colours)
    triangles, worn, parts = _triangles()

    def paint(owner: NDArray[np.intp], weights: Array) -> Array:
        places = blended(mesh().points[triangles[owner]], weights)
        garment = np.where(parts[owner], parted(worn[owner], places), worn[owner])
        coloured: Array = colours[patterned(garment, places, person.clothes.pattern)]
        return coloured

    return paint


def _fur(pet: Pet, scene: Scene) -> Paint:
    colours = infrared(pet.colours()) if scene.camera.infrared else pet.colours()
    return lambda owner, _: colours[owner % len(colours)]


def _channel(seed: int) -> television.Channel:
    """Return what is on television."""
    film = Film(Scene.model_validate(television.programme(seed)))
    return television.Channel(film.times, film.frame)


def _lamp(scene: Scene) -> Lamp:
    if scene.camera.infrared:  # the camera's own lamp, as bright before it at any height
        x, high = scene.camera.x, scene.camera.height
        return Lamp((x, high, 0.0), scene.room.light * (LAMP_AT / high))
    x, away = scene.room.lamp or (0.0, scene.room.deep / 2)
    return Lamp((x, scene.room.high - 0.12, -away), scene.room.light)


def _through(scene: Scene, box: Box) -> Box:
    """Return the box as the camera sees its colour."""
    if not scene.camera.infrared or box.stuff == "screen":
        return box
    red, green, blue = infrared(np.array(box.colour))
    return replace(box, colour=(float(red), float(green), float(blue)))


def _boxes(scene: Scene) -> list[Box]:
    return shell(scene.room) + [box for spec in scene.furniture for box in furniture.boxes(spec.piece())]


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
