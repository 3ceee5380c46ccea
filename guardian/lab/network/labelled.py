"""Labelled windows as one file: what `guardian lab windows` writes, and what the training reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from guardian.errors import ConfigurationError


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """n grids (see window.py), whether each is a fall (n,), and from which scene it is (n,)."""

    keypoints: NDArray[np.float32]
    age: NDArray[np.float32]
    height: NDArray[np.float32]
    fell: NDArray[np.bool_]
    group: NDArray[np.int64]


def save(labelled: Labelled, out: Path) -> None:
    """Write the windows, at half precision: 0.001 statures. Raises ConfigurationError where that cannot be written."""
    half = {name: getattr(labelled, name).astype(np.float16) for name in ("keypoints", "age", "height")}
    try:
        with out.open("wb") as file:
            np.savez_compressed(file, **half, fell=labelled.fell, group=labelled.group)
    except OSError as error:
        message = f"{out}: {error.strerror}; a file in a directory that this user may write would be right"
        raise ConfigurationError(message) from error


def load(files: Sequence[Path]) -> Labelled:
    """Read what `save` wrote, file after file. Raises ConfigurationError where one is none."""
    parts: list[Labelled] = []
    scenes = 0
    for file in files:
        try:
            with file.open("rb") as opened, np.load(opened) as table:
                keypoints, age, height = (table[name].astype(np.float32) for name in ("keypoints", "age", "height"))
                fell, group = table["fell"], table["group"] + scenes
        except (OSError, EOFError, ValueError, TypeError, KeyError, BadZipFile) as error:
            message = f"{file}: {error}; a file written by `guardian lab windows` would be right"
            raise ConfigurationError(message) from error
        parts.append(Labelled(keypoints, age, height, fell, group))
        scenes = int(group.max(initial=scenes)) + 1
    return joined(parts)


def joined(parts: Sequence[Labelled]) -> Labelled:
    """All windows of several parts."""
    return Labelled(
        np.concatenate([part.keypoints for part in parts]),
        np.concatenate([part.age for part in parts]),
        np.concatenate([part.height for part in parts]),
        np.concatenate([part.fell for part in parts]),
        np.concatenate([part.group for part in parts]),
    )
