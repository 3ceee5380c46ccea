"""How well, and at what cost, the eye finds bodies in annotated clips: `python -m guardian.lab.measure_eye DIR`.

DIR has a manifest.csv (path, kind, fall_onset_s, ground_contact_s, source, ...). A body counts as found in a frame
where the surest pose has both shoulders and both hips at 0.3 or more. "Upright" are the frames of falls before the
onset and all of everyday clips, "down" those from half a second after ground contact. Nothing tells where the
keypoints truly are in such clips: the figures say that a body was seen, not how exactly.
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from guardian.eye.engine import Image
from guardian.eye.follow import torso_score
from guardian.eye.movenet import PoseFinder
from guardian.skeleton import Pose

FOUND = 0.3
SETTLED_SECONDS = 0.5

VARIANTS: dict[str, dict[str, Any]] = {
    "MultiPose alone, 192x256": {"pixels": 192 * 256, "follower": "none"},
    "MultiPose alone, 256x256": {"pixels": 256 * 256, "follower": "none"},
    "MultiPose alone, 256x320": {"pixels": 256 * 320, "follower": "none"},
    "MultiPose alone, 320x416": {"pixels": 320 * 416, "follower": "none"},
    "192x256, weak or lying ones by Lightning, also turned": {"pixels": 192 * 256, "find_seconds": 0},
    "256x320, weak or lying ones by Lightning": {"find_seconds": 0, "rotate": False},
    "256x320, weak or lying ones by Lightning, also turned": {"find_seconds": 0},
    "256x320, weak or lying ones by Thunder": {"find_seconds": 0, "follower": "thunder", "rotate": False},
    "256x320, weak or lying ones by Thunder, also turned": {"find_seconds": 0, "follower": "thunder"},
    "256x320 every 0.5 s, Lightning between": {"rotate": False},
    "256x320 every 0.5 s, Lightning between, also turned": {},
    "256x320 every 0.5 s, Thunder between, also turned": {"follower": "thunder"},
}


@dataclass(slots=True)
class Tally:
    """What one variant did: found or not by kind of frame, and milliseconds of every frame."""

    found: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    extra: list[bool] = field(default_factory=list)
    raw_ms: list[float] = field(default_factory=list)
    all_ms: list[float] = field(default_factory=list)

    def row(self, name: str) -> str:
        """Return one line of the table."""
        shares = [f"{100 * np.mean(self.found[kind]):.1f}" for kind in ("upright", "down gmdcsa24", "down urfd")]
        ratio = np.array(self.all_ms) / np.array(self.raw_ms)
        figures = [
            *shares,
            f"{100 * np.mean(self.extra):.1f}",
            f"{np.mean(self.raw_ms):.1f}",
            f"{np.percentile(self.raw_ms, 95):.1f}",
            f"{np.percentile(ratio, 50):.3f} / {np.percentile(ratio, 95):.3f}",
        ]
        return f"| {name} | {' | '.join(figures)} |"


HEAD = (
    "| variant | upright found, % | down found, % (gmdcsa24) | down found, % (urfd) | frames with a second body, % "
    "| invokes a frame, ms (mean) | (p95) | whole / invokes (p50 / p95) |\n|---|---|---|---|---|---|---|---|"
)


def frames(path: Path, fps: float) -> Iterator[tuple[float, Image]]:
    """Yield (seconds, BGR frame) at the container's own times, leaving out those closer than 1 / fps."""
    capture = cv2.VideoCapture(str(path))
    last = float("-inf")
    while capture.grab():
        now = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if now - last < 1 / fps - 0.005:
            continue
        last = now
        yield now, np.asarray(capture.retrieve()[1], np.uint8)
    capture.release()


def kind_of(row: dict[str, str], now: float) -> str | None:
    """Return the kind of frame that the annotation tells of, None in the midst of a fall."""
    if row["kind"] != "fall" or now < float(row["fall_onset_s"]):
        return "upright"
    down = now >= float(row["ground_contact_s"]) + SETTLED_SECONDS
    return f"down {row['source']}" if down else None


def watch(finder: PoseFinder, clip: Path, row: dict[str, str], tally: Tally, fps: float) -> None:
    """Run one finder over one clip."""
    for now, frame in frames(clip, fps):
        raw, begun = finder.invoke_seconds, perf_counter()
        poses: tuple[Pose, ...] = finder.find(frame, now)
        tally.all_ms.append(1000 * (perf_counter() - begun))
        tally.raw_ms.append(1000 * (finder.invoke_seconds - raw))
        tally.extra.append(len(poses) > 1)
        kind = kind_of(row, now)
        if kind is not None:
            tally.found[kind].append(any(torso_score(pose.keypoints) >= FOUND for pose in poses[:1]))


def measure(directory: Path, variant: dict[str, Any], fps: float, threads: int) -> Tally:
    """Run one variant over every clip of the manifest."""
    with (directory / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    tally = Tally()
    console = Console(stderr=True)
    for row in track(rows, console=console, transient=True, disable=not console.is_terminal):
        watch(PoseFinder(threads=threads, **variant), directory / row["path"], row, tally, fps)
    return tally


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="How well, and at what cost, the eye finds bodies in annotated clips.")
    parser.add_argument("directory", type=Path, help="has manifest.csv and the clips that it names")
    parser.add_argument("--fps", type=float, default=15.0, help="frames a second at most (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of the runtime (default: %(default)s)")
    parser.add_argument("--only", default="", help="only the variants whose name contains this")
    wanted = parser.parse_args()
    print(HEAD)
    for name, variant in VARIANTS.items():
        if wanted.only in name:
            print(measure(wanted.directory, variant, wanted.fps, wanted.threads).row(name), flush=True)


if __name__ == "__main__":
    main()
