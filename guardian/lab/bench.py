"""`guardian bench`: what the eye, a still room and an alarm cost on this machine, beside the goals."""

import json
import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from guardian import __version__
from guardian.errors import ConfigurationError, ModelError
from guardian.eye.engine import Runtime
from guardian.lab import bench_alarm, bench_eye, bench_room

FILMS = Path(__file__).resolve().parent.parent / "demo"
LIVELY, OTHER = FILMS / "fall_at_home.mp4", FILMS / "everyday.mp4"
RUNTIMES: tuple[Runtime, ...] = ("litert", "tflite")
Figures = dict[str, Any]
Step = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is measured: seconds of each film, of the rooms side by side and of the daemon; and alarms."""

    film: float = 40.0
    rooms: float = 20.0
    daemon: float = 8.0
    alarms: int = bench_alarm.ALARMS


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that is to be at most so much; `path` leads to it."""

    name: str
    path: tuple[str, ...]
    most: float
    unit: str = ""

    def figure(self, report: Figures) -> float:
        """Return the figure."""
        found: Any = report
        for key in self.path:
            found = found[key]
        return float(found)


GOALS = (
    Goal("whole pass / invokes, p50", ("overhead_ratio", "p50"), 1.10),
    Goal("whole pass / invokes, p95", ("overhead_ratio", "p95"), 1.20),
    Goal("still / lively", ("idle_cpu_ratio",), 0.05),
    Goal("memory of all processes", ("rss_mb",), 250.0, "MB"),
    Goal("decision to panel, p99", ("alarm", "panel_ms", "p99"), 50.0, "ms"),
    Goal("decision to subscriber, p99", ("alarm", "subscriber_ms", "p99"), 100.0, "ms"),
    Goal("beside others, to panel, p99", ("alarm_beside_others", "panel_ms", "p99"), 50.0, "ms"),
    Goal("beside others, to subscriber, p99", ("alarm_beside_others", "subscriber_ms", "p99"), 100.0, "ms"),
)


def bench(source: str | None, *, as_json: bool, extent: Extent | None = None) -> int:
    """Measure everything and print it; 0 whether the goals are met or not.

    Raises:
        ConfigurationError: there is no such film.
        SourceError, ModelError, BrokerError, PanelError: what was to be measured does not work here.

    """
    if source is not None and not Path(source).is_file():
        message = f"{source}: there is no such file; a video file would be right"
        raise ConfigurationError(message)
    sources = (str(LIVELY), str(OTHER)) if source is None else (source,)
    report = measured(sources, extent or Extent())
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        show(report, Console())
    return 0


def measured(sources: Sequence[str], extent: Extent) -> Figures:
    """Measure everything; the figures of the first runtime that is installed also stand at the top."""
    runtimes = {runtime: of_runtime(runtime, sources, extent) for runtime in RUNTIMES}
    first = next((found for found in runtimes.values() if found is not None), None)
    if first is None:
        message = f"no TensorFlow Lite runtime: one of {', '.join(RUNTIMES)} has to be installed"
        raise ModelError(message)
    with tempfile.TemporaryDirectory(prefix="guardian-bench-") as directory:
        still, lively = bench_room.write_films(sources[0], str(LIVELY), Path(directory), extent.film)
        with progress("a still room beside a lively one", None):
            rooms = bench_room.idle_ratio(still, lively, extent.rooms)
        with progress("memory of the daemon", None):
            memory = bench_room.memory(str(LIVELY), extent.daemon)
        with progress("alarms", extent.alarms) as step:
            alarm = bench_alarm.measure(still, Path(directory) / "state", extent.alarms, step)
        with progress("alarms beside open pages and a phone that hangs", extent.alarms) as step:
            crowded = bench_alarm.measure_beside_others(still, Path(directory) / "crowd", extent.alarms, step)
    report = {
        "machine": machine(),
        "sources": list(sources),
        **{key: first[key] for key in ("raw_invoke_ms", "pipeline_ms", "overhead_ratio", "eye_ratio")},
        "idle_cpu_ratio": rooms["idle_cpu_ratio"],
        "rss_mb": memory["total_mb"],
        "runtimes": runtimes,
        "rooms": rooms,
        "memory": memory,
        "alarm": alarm,
        "alarm_beside_others": crowded,
    }
    return {**report, "goals": goals(report)}


def of_runtime(runtime: Runtime, sources: Sequence[str], extent: Extent) -> Figures | None:
    """Measure one runtime; None where it is not installed."""
    if not bench_eye.installed(runtime):
        return None
    with progress(f"{runtime}, frame by frame", round(len(sources) * extent.film * bench_eye.FPS)) as step:
        return bench_eye.measure(runtime, bench_eye.films(sources, extent.film), step)


def goals(report: Figures) -> list[Figures]:
    """Return each goal with its figure, and whether it is met."""
    return [{**asdict(goal), "figure": goal.figure(report), "met": goal.figure(report) <= goal.most} for goal in GOALS]


def machine() -> Figures:
    """Say what was measured on."""
    return {
        "guardian": __version__,
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
    }


def show(report: Figures, console: Console) -> None:
    """Print the tables."""
    for runtime, figures in report["runtimes"].items():
        console.print(_eye_table(runtime, figures) if figures is not None else f"{runtime}: not installed")
    rooms, memory, alarm = report["rooms"], report["memory"], report["alarm"]
    table = Table("", "figure", title="The box", title_justify="left")
    table.add_row("processor, still room", f"{rooms['still_cpu_percent']} %")
    table.add_row("processor, lively room", f"{rooms['lively_cpu_percent']} %")
    table.add_row("still / lively", f"{rooms['idle_cpu_ratio']}")
    table.add_row(f"memory ({memory['kind']})", f"{memory['total_mb']:.0f} MB")
    for part in ("eye", "brain", "broker"):
        table.add_row(f"  {part}", f"{memory[f'{part}_mb']:.0f} MB")
    others = report["alarm_beside_others"]
    for figures, beside in ((alarm, ""), (others, f", beside {others['viewers']} pages and a hanging phone")):
        for name, key in (("decision to panel", "panel_ms"), ("decision to subscriber", "subscriber_ms")):
            table.add_row(f"{name}{beside}, p50 / p99", f"{figures[key]['p50']:.1f} / {figures[key]['p99']:.1f} ms")
    console.print(table)
    table = Table("goal", "at most", "is", "", title="Goals", title_justify="left")
    for goal in report["goals"]:
        verdict = "[green]met[/]" if goal["met"] else "[red]not met[/]"
        table.add_row(goal["name"], f"{goal['most']:g} {goal['unit']}", f"{goal['figure']:g} {goal['unit']}", verdict)
    console.print(table)


def _eye_table(runtime: str, figures: Figures) -> Table:
    table = Table("", "p50", "p95", title=f"The eye by {runtime}, {figures['frames']} frames", title_justify="left")
    models = {f"{name}, alone": each["raw_invoke_ms"] for name, each in figures["models"].items()}
    parts = {f"  {part}, around the invokes": each for part, each in figures["parts_ms"].items()}
    rows = {**models, "invokes a frame": figures["raw_invoke_ms"], "whole pass": figures["pipeline_ms"], **parts}
    for name, spread in rows.items():
        table.add_row(name, f"{spread['p50']:.2f} ms", f"{spread['p95']:.2f} ms")
    for name, key in (("gate and finder / invokes", "eye_ratio"), ("whole pass / invokes", "overhead_ratio")):
        table.add_row(name, *(f"{figures[key][percent]:.3f}" for percent in ("p50", "p95")))
    return table


@contextmanager
def progress(text: str, total: int | None) -> Iterator[Step]:
    """A bar on a terminal, nothing in a pipe."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(text, total=total)
        yield lambda: bar.advance(task)
