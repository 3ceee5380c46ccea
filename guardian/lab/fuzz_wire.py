"""Gives the brain's decoder what a taken-over eye could send: chance, records with damage, and records that lie.

Every piece must be refused with a WireError, or be a record whose bytes are exactly those that came; whatever else it
does ends the run. The lies are valid records with numbers at and beyond the ends of their ranges.
"""

import resource
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.progress import track

from guardian.errors import WireError
from guardian.eye.wire import (
    POSES,
    RECORD_BYTES,
    Attempt,
    Confinement,
    End,
    Hello,
    Proof,
    Reason,
    Stream,
    decode,
    encode,
)
from guardian.skeleton import KEYPOINTS, Observation, Pose

KINDS = ("chance", "chance behind a header", "damaged", "lying")
SPOTS = 8
"""Bytes or numbers of a record that are changed at most."""
TOLD = ("refused", "records")


@dataclass(frozen=True)
class Fuzzed:
    """What came of the pieces, by kind and then "refused" or "records", and by how many bytes the process has grown."""

    found: Counter[tuple[str, str]]
    grown: int


def samples(chance: np.random.Generator) -> list[bytes]:
    """A record of each kind, and one with as many bodies as there is room for."""
    points = chance.uniform(0, 1, (POSES, KEYPOINTS, 3)).astype(np.float32)
    poses = tuple(Pose(each, 0.5) for each in points)
    return [
        encode(Hello(640, 480, Confinement(landlock=7, seccomp=True))),
        encode(Observation(time=1.0, frame=1)),
        encode(Observation(time=2.0, frame=2, poses=poses)),
        encode(Observation(time=3.0, frame=3, poses=poses[:2])),
        encode(Proof(Attempt.FORK, 1)),
        encode(End(Reason.LOST)),
    ]


def piece(kind: str, whole: list[bytes], chance: np.random.Generator) -> bytes:
    """One piece of this kind, RECORD_BYTES long but for some of the chance."""
    if kind == "chance":
        return chance.bytes(RECORD_BYTES if chance.random() < 0.9 else int(chance.integers(0, 4 * RECORD_BYTES)))  # noqa: PLR2004
    sample = bytearray(whole[int(chance.integers(len(whole)))])
    if kind == "chance behind a header":
        sample[8:] = chance.bytes(RECORD_BYTES - 8)
    elif kind == "damaged":
        for spot in chance.integers(0, RECORD_BYTES, int(chance.integers(1, SPOTS + 1))):
            sample[spot] = int(chance.integers(256))
    else:
        lies = np.array([0.0, -0.0, 1.0, 1 + 1e-7, -1e-9, 16, -16, 17, np.nan, np.inf, -np.inf, 1e308, 5e-324])
        width, kind_of_number = (8, "<f8") if chance.random() < 0.3 else (4, "<f4")  # noqa: PLR2004
        numbers = RECORD_BYTES // width
        with np.errstate(over="ignore"):
            lie = np.array([chance.choice(lies)]).astype(kind_of_number).tobytes()
        for spot in chance.integers(1, numbers, int(chance.integers(1, SPOTS + 1))):
            sample[8 + (spot - 1) * width : 8 + spot * width] = lie
    return bytes(sample[:RECORD_BYTES])


def fuzz(count: int, seed: int) -> Fuzzed:
    """Give the decoder so many pieces, by turns of each kind, and what it takes to a Stream as well.

    Raises AssertionError where a record means other bytes than came, and whatever else the decoder raises.
    """
    chance, found = np.random.default_rng(seed), Counter[tuple[str, str]]()
    whole, stream = samples(chance), Stream()
    before = _most_memory()
    numbers = track(range(count), "records", console=Console(stderr=True), disable=not sys.stderr.isatty())
    for number in numbers:
        kind = KINDS[number % len(KINDS)]
        sent = piece(kind, whole, chance)
        found[kind, _meant(sent)] += 1
        stream = _fed(stream, sent)
    return Fuzzed(found, _most_memory() - before)


def _most_memory() -> int:
    """The most memory that this process ever had, bytes."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _meant(sent: bytes) -> str:
    try:
        record = decode(sent)
    except WireError:
        return "refused"
    if encode(record) != sent:
        message = f"{record} does not mean the bytes that came: {sent.hex()}"
        raise AssertionError(message)
    return "records"


def _fed(stream: Stream, sent: bytes) -> Stream:
    """Let the brain's end of a pipe read it; an eye that is refused is ended, and the next has a pipe of its own."""
    try:
        stream.feed(sent)
    except WireError:
        return Stream()
    return stream


def run(count: int, seed: int) -> int:
    """Print what came of so many pieces; 0, or it ends with what went wrong."""
    done = fuzz(count, seed)
    print(f"{count} pieces to the decoder (seed {seed}); the process grew by {done.grown / 1e6:.1f} MB")
    for kind in KINDS:
        print(f"{kind:24}" + "".join(f"{done.found[kind, told]:10d} {told}" for told in TOLD))
    return 0
