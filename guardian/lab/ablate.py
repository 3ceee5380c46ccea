"""What each part of the eye is worth: `guardian lab ablate MANIFEST.csv` scores the same videos seen by other eyes.

Every variant of the finder of poses turns the videos into skeleton scenes, in this process and without the sandbox; the
same stages then say what happened in them, once with the network beside the rules and once without. So a line of the
table differs from the next in one thing only.
"""

import csv
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from guardian import recording
from guardian.errors import ConfigurationError
from guardian.eye.camera import open_source
from guardian.eye.motion import MotionGate
from guardian.eye.movenet import PoseFinder
from guardian.eye.process import observation_of
from guardian.lab.console import stdout
from guardian.lab.evaluate.evaluation import Result, evaluate, read_manifest
from guardian.settings import Camera, Falls, Room, Settings
from guardian.skeleton import Observation

SCENE = ".jsonl"
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "find and follow, turned (as shipped)": {},
    "find and follow, not turned": {"rotate": False},
    "find every frame, follow the weak, turned": {"find_seconds": 0},
    "find every frame, follow the weak, not turned": {"find_seconds": 0, "rotate": False},
    "MultiPose alone": {"follower": "none"},
}
DECIDERS: Mapping[str, Falls] = {"both": Falls(), "rules": Falls(network=False)}


@dataclass(frozen=True, slots=True)
class Seen:
    """The scenes of one variant: their manifest, and the mean milliseconds of the models' invokes a frame."""

    manifest: Path
    invoke_ms: float


def observe(video: Path, finder: PoseFinder) -> Iterator[Observation]:
    """See a video by this finder, as the eye would. Raises SourceError where it cannot be read."""
    gate = MotionGate()
    with closing(open_source(Camera(source=str(video)), pace="fast")) as source:
        while frame := source.read(0.0):
            view = gate.measure(frame.image, frame.time)
            poses = finder.find(frame.image, frame.time) if view.look else ()
            if view.look:
                gate.looked(frame.time, person=bool(poses))
            yield observation_of(frame, view, poses)


def collect(manifest: Path, variant: Mapping[str, Any], out: Path, threads: int) -> Seen:
    """Write a scene for every video of the manifest, and a manifest of these scenes. Scenes stay as they are.

    Raises ConfigurationError where the manifest is wrong or names a scene, which no other eye can see.
    """
    known = read_manifest(manifest)
    scenes = {each.path: f"{number:04}{SCENE}" for number, each in enumerate(known.recordings)}
    frames, invokes, console = 0, 0.0, Console(stderr=True)
    for each in track(known.recordings, console=console, transient=True, disable=not console.is_terminal):
        if each.path.endswith(SCENE):
            message = f"{manifest}: {each.path} is a scene, which no other eye can see; a video would be right"
            raise ConfigurationError(message)
        finder = PoseFinder(threads=threads, **variant)
        with (out / scenes[each.path]).open("w", encoding="utf-8") as lines:
            lines.write(recording.header() + "\n")
            for observation in observe(each.file, finder):
                lines.write(recording.dumps(observation) + "\n")
                frames += 1
        invokes += finder.invoke_seconds
    with manifest.open(encoding="utf-8", newline="") as file:
        rows = [{**row, "path": scenes[row["path"]]} for row in csv.DictReader(file)]
    with (out / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return Seen(out / "manifest.csv", 1000 * invokes / max(1, frames))


def ablate(manifest: Path, *, hold: float, jobs: int, threads: int = 2) -> int:
    """Print a line for each variant and decider. Raises ConfigurationError where the manifest is wrong."""
    table = Table(box=None)
    for head in ("eye", "decided by", "falls found", "in peace", "alarm p50 / p95", "invokes"):
        table.add_column(head, no_wrap=True)
    for name, variant in VARIANTS.items():
        with tempfile.TemporaryDirectory(prefix="guardian-ablate-") as directory:
            seen = collect(manifest, variant, Path(directory), threads)
            for decider, falls in DECIDERS.items():
                result = evaluate(seen.manifest, _decided_by(falls), jobs=jobs, hold=hold)
                table.add_row(name, decider, *_figures(result), f"{seen.invoke_ms:.1f} ms")
    stdout().print(table)
    return 0


def _decided_by(falls: Falls) -> Settings:
    return Settings(rooms=(Room(name="room", camera=Camera(source="scene")),), falls=falls)


def _figures(result: Result) -> tuple[str, str, str]:
    found, peace, delay = result.overall.sensitivity, result.overall.everyday, result.overall.alarm_delay
    delays = "-" if delay is None else f"{delay['p50']:.1f} / {delay['p95']:.1f} s"
    return f"{found.hits} of {found.of}", f"{peace.hits} of {peace.of}", delays
