"""Dress a body: every face gets a garment's colour, every vertex the thickness of the cloth over it."""
# ruff: noqa: PLR2004 - the measures of the cut, in metres on the base shape, stand where they cut

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.lab.body import Body, Mesh, mesh

Array: TypeAlias = NDArray[np.float64]
Colour: TypeAlias = tuple[float, float, float]
Pattern: TypeAlias = Literal["plain", "hoops", "stripes", "checks", "dots"]

HAIR, EYES = 1, 2


@dataclass(frozen=True, slots=True)
class Clothes:
    """What a person wears and looks like, each colour as (red, green, blue), 0-1; the top's `pattern` is in the
    shirt's colour.
    """

    top: Colour = (0.42, 0.19, 0.25)
    shirt: Colour = (0.86, 0.83, 0.77)
    bottom: Colour = (0.22, 0.24, 0.30)
    shoes: Colour = (0.12, 0.10, 0.10)
    skin: Colour = (0.82, 0.64, 0.54)
    hair: Colour = (0.74, 0.73, 0.72)
    pattern: Pattern = "plain"


@dataclass(frozen=True, slots=True, eq=False)
class Garments:
    """Which garment each face (F,) belongs to, as an index of GARMENTS; whether it is `open`, so that a line across the
    face parts two garments; and the thickness over each vertex (V,), metres.
    """

    faces: NDArray[np.intp]
    open: NDArray[np.bool_]
    thickness: Array


GARMENTS = ("skin", "top", "shirt", "bottom", "shoes", "hair", "eye", "iris", "brow", "lips")
_THICKNESS = {"top": 0.016, "shirt": 0.010, "bottom": 0.012, "shoes": 0.008, "hair": 0.020}
_TOP_BONES = ("spine", "clavicle", "upperarm", "lowerarm")
_HEM, _CUFF, _COLLAR = 0.015, -0.735, 0.585


@lru_cache(maxsize=1)
def garments() -> Garments:
    """Return the cut of the clothes on the shared mesh; the same for every body, whose vertices correspond."""
    shared = mesh()
    centres = shared.points[shared.faces].mean(axis=1)
    bone = shared.weights[shared.faces].sum(axis=1).argmax(axis=1)
    chosen = np.zeros(len(centres), np.intp)
    for rule in (_top, _shirt, _bottom, _shoes, _hair, _face, _eyes):
        for garment, where in rule(shared, centres, np.array(shared.bones)[bone]).items():
            chosen[where] = GARMENTS.index(garment)
    thorax = _starts(np.array(shared.bones)[bone], "spine", "clavicle", "neck", "pelvis")
    frontal = (centres[:, 2] > 0.03) & (np.abs(centres[:, 0]) < 0.10) & (centres[:, 1] > _HEM)
    collar = (centres[:, 1] > 0.48) & (centres[:, 1] < 0.66) & (np.abs(centres[:, 0]) < 0.13)
    return Garments(chosen, thorax & (frontal | collar), _thickness(shared, chosen))


def parted(garment: NDArray[np.intp], places: Array) -> NDArray[np.intp]:
    """Return the garments (N,) at `places` (N, 3) of the base shape on open faces: skin above the collar's line, shirt
    within the opening of the top, else the top.
    """
    x, y, z = np.abs(places[:, 0]), places[:, 1], places[:, 2]
    skin, top, shirt = (GARMENTS.index(name) for name in ("skin", "top", "shirt"))
    inside = (x < _opening(y)) & (z > 0.0)
    cut = np.where(inside, shirt, top)
    cut = np.where((y > _COLLAR - 0.45 * z) & (x < 0.085), skin, cut)
    return np.where(y > _HEM, cut, garment)


def patterned(garment: NDArray[np.intp], places: Array, pattern: Pattern) -> NDArray[np.intp]:
    """Return the garments (N,) at `places` (N, 3) of the base shape with the pattern of the top, in the shirt's colour:
    one that a camera across the room still makes out.
    """
    x, y = places[:, 0], places[:, 1]
    hoops, stripes = y / 0.09 % 1 < 0.45, x / 0.08 % 1 < 0.4
    row = np.floor(y / 0.08)
    dots = np.hypot((x / 0.08 + 0.5 * (row % 2)) % 1 - 0.5, y / 0.08 % 1 - 0.5) < 0.3
    drawn = {"plain": False, "hoops": hoops, "stripes": stripes, "checks": hoops ^ stripes, "dots": dots}[pattern]
    return np.where((garment == GARMENTS.index("top")) & drawn, GARMENTS.index("shirt"), garment)


def _opening(y: Array) -> Array:
    return np.clip(0.012 + (y - _HEM) * 0.09, 0.0, 0.06)


def _starts(bones: NDArray[np.str_], *names: str) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.any([np.char.startswith(bones, name) for name in names], axis=0)
    return found


def _top(_: Mesh, centres: Array, bones: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    return {"top": _starts(bones, *_TOP_BONES) | (_starts(bones, "pelvis", "thigh") & (centres[:, 1] > _HEM))}


def _shirt(_: Mesh, centres: Array, bones: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    front = _starts(bones, "spine", "clavicle", "pelvis") & (centres[:, 2] > 0.04)
    return {"shirt": front & (np.abs(centres[:, 0]) < _opening(centres[:, 1])) & (centres[:, 1] > _HEM)}


def _bottom(_: Mesh, centres: Array, bones: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    return {
        "bottom": _starts(bones, "pelvis", "thigh", "calf", "foot") & (centres[:, 1] <= _HEM) & (centres[:, 1] > _CUFF)
    }


def _shoes(_: Mesh, centres: Array, bones: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    return {"shoes": _starts(bones, "foot", "ball") & (centres[:, 1] <= _CUFF)}


def _hair(shared: Mesh, centres: Array, bones: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    line = np.where(centres[:, 2] > 0.06, 0.775, np.where(centres[:, 2] > 0.0, 0.735, 0.64))
    return {"hair": _starts(bones, "head", "neck") & (centres[:, 1] > line) & (shared.parts == 0)}


def _face(shared: Mesh, centres: Array, bones: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    points = dict(zip(shared.joints, shared.points[shared.count :], strict=True))
    eye = points["left_eye"]
    x, y = np.abs(centres[:, 0]), centres[:, 1]
    front = _starts(bones, "head") & (centres[:, 2] > 0.09)
    brow = front & (np.abs(y - eye[1] - 0.024) < 0.004) & (np.abs(x - eye[0] - 0.002) < 0.022)
    lips = front & (np.abs(y - 0.655) < 0.008) & (x < 0.022)
    return {"brow": brow, "lips": lips}


def _eyes(shared: Mesh, centres: Array, _: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    eyes = shared.parts == EYES
    front = centres[eyes, 2].max()
    return {"eye": eyes, "iris": eyes & (centres[:, 2] > front - 0.004)}


def _thickness(shared: Mesh, chosen: NDArray[np.intp]) -> Array:
    by_garment = np.array([_THICKNESS.get(name, 0.0) for name in GARMENTS])
    total, faces = np.zeros(shared.count), np.zeros(shared.count)
    for corner in shared.faces.T:
        np.add.at(total, corner, by_garment[chosen])
        np.add.at(faces, corner, 1.0)
    thickness: Array = total / np.maximum(faces, 1.0)
    return thickness


def palette(clothes: Clothes) -> Array:
    """Return the colour of each of GARMENTS, shape (10, 3)."""
    skin, hair = np.array(clothes.skin), np.array(clothes.hair)
    derived = {
        "eye": (0.85, 0.84, 0.82),
        "iris": (0.16, 0.12, 0.10),
        "brow": hair * 0.55,
        "lips": skin * (0.86, 0.62, 0.62),
    }
    return np.array([derived.get(name, getattr(clothes, name, None)) for name in GARMENTS], dtype=float)


def dressed(body: Body) -> Array:
    """Return the rest vertices of `body` (V, 3) with the cloth on them."""
    return body.vertices + normals(body.vertices, body.mesh.faces) * garments().thickness[:, None]


def normals(vertices: Array, faces: NDArray[np.intp]) -> Array:
    """Return the unit normal at each vertex (V, 3): its quads' normals, weighted by their areas."""
    corners = vertices[faces]
    facing = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    total = np.zeros_like(vertices)
    for corner in faces.T:
        for axis in range(3):
            total[:, axis] += np.bincount(corner, facing[:, axis], len(vertices))
    length = np.linalg.norm(total, axis=1, keepdims=True)
    unit: Array = total / np.maximum(length, 1e-12)
    return unit
