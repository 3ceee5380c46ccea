"""What leaves the eye: fixed-size numeric records, and nothing else.

A record has one size whatever it says, holds numbers only, and every number is checked by the side that reads it: an
eye that was taken over through a camera's stream can lie within the range of a skeleton, and do nothing more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from guardian.errors import WireError
from guardian.skeleton import KEYPOINTS, Observation, Pose

MAGIC = 0x45594521
VERSION = 1
POSES = 6
"""As many bodies as MoveNet MultiPose finds in one frame."""

RUNTIMES = ("unknown", "litert", "tflite")
"""The names of `Hello.runtime`, by number."""

MODULES = (
    *(
        "unknown",
        "camera",
        "crop",
        "csi",
        "engine",
        "follow",
        "letterbox",
        "light",
        "live",
        "memory",
        "motion",
        "movenet",
        "process",
        "proof",
    ),
    *("sandbox", "scenery", "source", "video_file", "wire"),
)
"""The names of `End.module`, by number."""

MAX_TIME = 1e10
MAX_STEP = 86_400.0
MAX_COORDINATE = 16.0
"""In frame heights: a keypoint outside the picture is a guess of MoveNet's, one this far out is no guess."""


class Reason(IntEnum):
    """Why there will be no more observations."""

    END_OF_FILE = 1
    LOST = 2
    NO_FRAMES = 3
    FAULT = 4
    PROVED = 5


class Attempt(IntEnum):
    """What the eye tries when it is asked to prove that it is locked in."""

    OPEN_FOR_WRITING = 1
    OPEN_FOR_READING = 2
    NEW_SOCKET = 3
    EXECVE = 4
    FORK = 5
    PTRACE = 6
    MEMFD = 7
    SIGNAL_PARENT = 8
    WRITE_TO_STDERR = 9
    MAP_CODE = 10


@dataclass(frozen=True, slots=True)
class Confinement:
    """What the kernel holds the eye to. `landlock` is the ABI in force (0: the kernel has none or it failed)."""

    landlock: int = 0
    seccomp: bool = False
    no_new_privs: bool = False
    undumpable: bool = False
    user_namespace: bool = False
    network_namespace: bool = False

    @property
    def complete(self) -> bool:
        """Whether what the design demands is there; Landlock and namespaces are a second wall where available."""
        return self.seccomp and self.no_new_privs and self.undumpable


@dataclass(frozen=True, slots=True)
class Hello:
    """First record: frame size in pixels as it is looked at, the confinement, and the runtime (see RUNTIMES)."""

    width: int
    height: int
    confinement: Confinement
    runtime: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of one attempt: the kernel's error number, 0 where it was let through."""

    attempt: Attempt
    error: int

    @property
    def refused(self) -> bool:
        """Whether the kernel said no for want of permission (EPERM, EACCES), and not for another reason."""
        return self.error in (1, 13)


@dataclass(frozen=True, slots=True)
class End:
    """Last record. `module` (see MODULES) and `line` tell an engineer where the eye failed in itself."""

    reason: Reason
    module: int = 0
    line: int = 0


Record: TypeAlias = Hello | Observation | Proof | End

_HEADER: tuple[tuple[str, str], ...] = (("magic", "<u4"), ("version", "<u2"), ("kind", "<u2"))
_OBSERVATION = np.dtype(
    [
        *_HEADER,
        ("time", "<f8"),
        ("aspect", "<f8"),
        ("brightness", "<f8"),
        ("contrast", "<f8"),
        ("sharpness", "<f8"),
        ("motion", "<f8"),
        ("change", "<f8"),
        ("displaced", "<f8"),
        ("frame", "<u8"),
        ("looked", "u1"),
        ("held", "u1"),
        ("poses", "<u2"),
        ("scores", "<f8", (POSES,)),
        ("keypoints", "<f4", (POSES, KEYPOINTS, 3)),
    ]
)
RECORD_BYTES = _OBSERVATION.itemsize
"""Less than PIPE_BUF (4096), so that the kernel never mixes two records."""


def _padded(*fields: tuple[str, str]) -> np.dtype[Any]:
    """Return a record of these fields after the header, filled up with `rest` to the common size."""
    bare = np.dtype([*_HEADER, *fields])
    return np.dtype([*_HEADER, *fields, ("rest", "u1", (RECORD_BYTES - bare.itemsize,))])


_HELLO = _padded(
    ("width", "<u4"),
    ("height", "<u4"),
    ("runtime", "<u2"),
    ("landlock", "<u2"),
    ("seccomp", "u1"),
    ("no_new_privs", "u1"),
    ("undumpable", "u1"),
    ("user_namespace", "u1"),
    ("network_namespace", "u1"),
)
_PROOF = _padded(("attempt", "<u2"), ("error", "<u2"))
_END = _padded(("reason", "<u2"), ("module", "<u2"), ("line", "<u4"))
_DTYPES = {1: _HELLO, 2: _OBSERVATION, 3: _PROOF, 4: _END}
_FLAGS = ("seccomp", "no_new_privs", "undumpable", "user_namespace", "network_namespace")
_FRACTIONS = ("brightness", "contrast", "sharpness", "motion", "change", "displaced")


def encode(record: Record) -> bytes:
    """Return the RECORD_BYTES bytes of a record.

    Raises:
        WireError: more than six poses, or a number that `decode` would refuse.

    """
    kind, values = _numbers(record)
    cell = np.zeros((), dtype=_DTYPES[kind])
    for name, value in {"magic": MAGIC, "version": VERSION, "kind": kind, **values}.items():
        cell[name] = value
    encoded = cell.tobytes()
    decode(encoded)
    return encoded


def _numbers(record: Record) -> tuple[int, Mapping[str, Any]]:
    """Return the kind of a record and its fields by name."""
    if isinstance(record, Hello):
        flags = {name: getattr(record.confinement, name) for name in ("landlock", *_FLAGS)}
        return 1, {"width": record.width, "height": record.height, "runtime": record.runtime, **flags}
    if isinstance(record, Proof):
        return 3, {"attempt": record.attempt, "error": record.error}
    if isinstance(record, End):
        return 4, {"reason": record.reason, "module": record.module, "line": record.line}
    count = len(record.poses)
    if count > POSES:
        message = f"{count} poses in one observation; a record holds {POSES}"
        raise WireError(message)
    scores = np.zeros(POSES)
    keypoints = np.zeros((POSES, KEYPOINTS, 3), dtype=np.float32)
    for index, pose in enumerate(record.poses):
        scores[index] = pose.score
        keypoints[index] = pose.keypoints
    plain = {name: getattr(record, name) for name in ("time", "aspect", *_FRACTIONS, "frame", "looked", "held")}
    return 2, {**plain, "poses": count, "scores": scores, "keypoints": keypoints}


def decode(encoded: bytes) -> Record:
    """Return the record in RECORD_BYTES bytes. No two texts of bytes mean the same record.

    Raises:
        WireError: what is wrong with them; nothing else is ever raised, whatever the bytes.

    """
    if len(encoded) != RECORD_BYTES:
        message = f"a record of {len(encoded)} bytes, not {RECORD_BYTES}"
        raise WireError(message)
    header = np.frombuffer(encoded, dtype=np.dtype(list(_HEADER)), count=1)[0]
    if header["magic"] != MAGIC or header["version"] != VERSION:
        message = f"magic {int(header['magic']):#x} version {header['version']}, not {MAGIC:#x} version {VERSION}"
        raise WireError(message)
    kind = int(header["kind"])
    if kind not in _DTYPES:
        message = f"kind {kind} of record is unknown"
        raise WireError(message)
    cell = np.frombuffer(encoded, dtype=_DTYPES[kind])[0]
    if kind == 2:  # noqa: PLR2004 - the kinds are named by _DTYPES
        return _observation(cell)
    if cell["rest"].any():
        message = "the unused part of a record is not zero"
        raise WireError(message)
    return _hello(cell) if kind == 1 else _proof(cell) if kind == 3 else _end(cell)  # noqa: PLR2004


def _within(name: str, value: float, low: float, high: float) -> float:
    """Return the value, which must be a number from low to high (not a number is not)."""
    if not low <= value <= high:
        message = f"{name} is {value}, not from {low} to {high}"
        raise WireError(message)
    return value


def _hello(cell: np.void) -> Hello:
    flags = {name: bool(_within(name, int(cell[name]), 0, 1)) for name in _FLAGS}
    return Hello(
        width=int(_within("width", int(cell["width"]), 1, 16_384)),
        height=int(_within("height", int(cell["height"]), 1, 16_384)),
        runtime=int(_within("runtime", int(cell["runtime"]), 0, len(RUNTIMES) - 1)),
        confinement=Confinement(landlock=int(_within("landlock", int(cell["landlock"]), 0, 1000)), **flags),
    )


def _proof(cell: np.void) -> Proof:
    attempt = int(_within("attempt", int(cell["attempt"]), min(Attempt), max(Attempt)))
    return Proof(Attempt(attempt), int(_within("error", int(cell["error"]), 0, 4095)))


def _end(cell: np.void) -> End:
    return End(
        reason=Reason(int(_within("reason", int(cell["reason"]), min(Reason), max(Reason)))),
        module=int(_within("module", int(cell["module"]), 0, len(MODULES) - 1)),
        line=int(cell["line"]),
    )


def _observation(cell: np.void) -> Observation:
    return Observation(
        time=_within("time", float(cell["time"]), 0, MAX_TIME),
        aspect=_within("aspect", float(cell["aspect"]), 0.1, 10),
        frame=int(_within("frame", int(cell["frame"]), 0, 2**53)),
        looked=bool(_within("looked", int(cell["looked"]), 0, 1)),
        held=bool(_within("held", int(cell["held"]), 0, 1)),
        poses=_poses(int(cell["poses"]), cell["scores"], cell["keypoints"]),
        **{name: _within(name, float(cell[name]), 0, 1) for name in _FRACTIONS},
    )


def _poses(count: int, scores: NDArray[np.float64], keypoints: NDArray[np.float32]) -> tuple[Pose, ...]:
    """Return the first `count` poses; whatever stands behind them must be zero."""
    _within("number of poses", count, 0, POSES)
    if any(scores[count:].tobytes() + keypoints[count:].tobytes()):  # bytes, for -0.0 is not zero here
        message = f"numbers stand behind the last of {count} poses"
        raise WireError(message)
    for score in scores[:count]:
        _within("score of a pose", float(score), 0, 1)
    for points in keypoints[:count]:
        _within("coordinate of a keypoint", _extreme(points[:, :2]), -MAX_COORDINATE, MAX_COORDINATE)
        _within("score of a keypoint", float(points[:, 2].min()), 0, 1)
        _within("score of a keypoint", float(points[:, 2].max()), 0, 1)
    return tuple(Pose(points, float(score)) for points, score in zip(keypoints[:count], scores[:count], strict=True))


def _extreme(values: NDArray[np.float32]) -> float:
    """Return the value farthest from 0, or not-a-number if one is."""
    return float(values.flat[int(np.abs(values).argmax())])


class Stream:
    """The brain's end of the pipe: bytes in whatever pieces they come, records out, in an order that makes sense."""

    def __init__(self) -> None:
        self._pending = b""
        self._greeted = False
        self._ended = False
        self._time = -1.0
        self._frame = -1

    def feed(self, piece: bytes) -> tuple[Record, ...]:
        """Return the records that are complete with this piece.

        Raises:
            WireError: a record is malformed, out of range or out of order (hello first and once, nothing after the
                end, time and frame number rising).

        """
        self._pending += piece
        whole = len(self._pending) // RECORD_BYTES * RECORD_BYTES
        ready, self._pending = self._pending[:whole], self._pending[whole:]
        records = tuple(decode(ready[start : start + RECORD_BYTES]) for start in range(0, whole, RECORD_BYTES))
        for record in records:
            self._check_order(record)
        return records

    @property
    def greeted(self) -> bool:
        """Whether the first record has come."""
        return self._greeted

    @property
    def ended(self) -> bool:
        """Whether the last record has come."""
        return self._ended

    def _check_order(self, record: Record) -> None:
        if self._ended:
            message = "a record after the last one"
            raise WireError(message)
        if isinstance(record, Hello) is self._greeted:
            message = "a second hello" if self._greeted else "a record before the hello"
            raise WireError(message)
        self._greeted = True
        self._ended = isinstance(record, End)
        if isinstance(record, Observation):
            self._check_times(record)

    def _check_times(self, record: Observation) -> None:
        if record.time <= self._time or (self._time >= 0 and record.time > self._time + MAX_STEP):
            message = f"time goes from {self._time} to {record.time}"
            raise WireError(message)
        if record.frame <= self._frame:
            message = f"frame number goes from {self._frame} to {record.frame}"
            raise WireError(message)
        self._time, self._frame = record.time, record.frame
