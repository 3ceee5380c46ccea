"""Rotations of space as 3x3 matrices that turn column vectors; right-handed, y up."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

IDENTITY: Array = np.eye(3)
UP: Array = np.array([0.0, 1.0, 0.0])
_TINY = 1e-9
_HALF_TURN = 1e-4
_PARALLEL = 1e-6


def unit(vector: Array) -> Array:
    """Return `vector`, or each row of it, at length one; a null vector stays null."""
    length: Array = np.linalg.norm(vector, axis=-1, keepdims=True)
    result: Array = vector / np.maximum(length, _TINY)
    return result


def about(axis: str, degrees: float) -> Array:
    """Return the rotation by `degrees` about the axis "x", "y" or "z", by the right-hand rule."""
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    result = np.eye(3)
    result[first, first] = result[second, second] = cos
    result[first, second], result[second, first] = -sin, sin
    return result


def from_vector(vector: Array) -> Array:
    """Return the rotation about `vector` by its length in radians (Rodrigues' formula)."""
    angle = float(np.linalg.norm(vector))
    if angle < _TINY:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    result: Array = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return result


def to_vector(turn: Array) -> Array:
    """Return the axis of `turn` times its angle in radians, 0 to pi."""
    cosine = float(np.clip((np.trace(turn) - 1) / 2, -1.0, 1.0))
    angle = float(np.arccos(cosine))
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    if np.pi - angle < _HALF_TURN:
        outer = (turn + np.eye(3)) / 2
        axis = outer[:, int(np.argmax(np.diag(outer)))]
    return unit(axis) * angle


def between(start: Array, end: Array, share: float) -> Array:
    """Return the rotation `share` (0-1) of the shortest way from `start` to `end`."""
    return start @ from_vector(to_vector(start.T @ end) * share)


def frame(along: Array, across: Array) -> Array:
    """Return the orthonormal columns: `along`, `across` made square to it, and their cross product."""
    first = unit(along)
    second = across - first * float(first @ across)
    if float(np.linalg.norm(second)) < _PARALLEL:
        second = np.cross(first, np.eye(3)[int(np.argmin(np.abs(first)))])
    second = unit(second)
    return np.column_stack([first, second, np.cross(first, second)])
