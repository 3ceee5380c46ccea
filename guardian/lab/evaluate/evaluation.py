"""One evaluation from the manifest to the figures: for the command, for tests, and for a gate that stops what is worse.

result = evaluate(Path("clips/manifest.csv"), hold=15, jobs=4)
assert result.overall.sensitivity.value >= 0.9
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardian.errors import ConfigurationError
from guardian.lab.evaluate import manifest as manifests
from guardian.lab.evaluate import omnifall
from guardian.lab.evaluate.manifest import Manifest, Recording
from guardian.lab.evaluate.scoring import FalseAlarm, Outcome, score
from guardian.lab.evaluate.summary import Case, Figures, broken_down, figures
from guardian.lab.evaluate.work import Step, Task, Watched, crew, heard, watch
from guardian.settings import Camera, Room, Settings

USUAL = "manifest.csv"
OURS = "guardian"
Begin = Callable[[int], Step]
"""Told how many files there are; returns what is called after each."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a manifest: the score of every file, and the figures over all and by dimension."""

    manifest: Manifest
    settings: Settings
    hold: float
    detector: str
    cases: tuple[Case, ...]
    faults: tuple[Watched, ...]
    overall: Figures
    by: Mapping[str, Mapping[str, Figures]]
    omnifall: Mapping[str, Any] | None

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Every fall with what became of it."""
        return tuple(outcome for case in self.cases for outcome in case.score.outcomes)

    @property
    def false_alarms(self) -> tuple[FalseAlarm, ...]:
        """Every false alarm."""
        return tuple(alarm for case in self.cases for alarm in case.score.false_alarms)


def read_manifest(file: Path) -> Manifest:
    """Read a manifest in our form or in OmniFall's; of a directory, its manifest.csv.

    Raises ConfigurationError, naming file, line and column.
    """
    file = file / USUAL if file.is_dir() else file
    _, header, _ = manifests.lines(file)
    return omnifall.read(file) if omnifall.recognised(header) else manifests.read(file)


def evaluate(
    manifest: Path,
    settings: Settings | None = None,
    *,
    jobs: int = 1,
    hold: float = 0.0,
    scheduler: str | None = None,
    events: Path | None = None,
    begin: Begin | None = None,
) -> Result:
    """Watch every file of a manifest, and compare what was told with what happened.

    `jobs` processes share the work, or the workers of the Dask scheduler at an address; the result is the same to the
    bit. `events` are those of another detector, to be scored in place of ours.

    Raises:
        ConfigurationError: a manifest, events or scheduler that are not right.

    """
    known = read_manifest(manifest)
    if events is None:
        tasks = [Task(each.path, each.file.absolute(), hold, settings) for each in known.recordings]
        step = begin(len(tasks)) if begin else _silent
        with crew(jobs, scheduler) as workers:
            found = workers.each(watch, sorted(tasks, key=_size, reverse=True), step)
        by_path = {each.path: each for each in found}
        watched = [by_path[each.path] for each in known.recordings]
    else:
        watched = _of_another(events, known, hold)
    detector = OURS if events is None else events.name
    return _result(
        known, watched, settings or Settings(rooms=(Room(name="room", camera=Camera(source="csi")),)), hold, detector
    )


def _silent() -> None:
    """Nobody watches the progress."""


def _size(task: Task) -> int:
    """How much work there is: the longest begins first, so that nobody waits for it in the end."""
    return task.file.stat().st_size


def _of_another(events: Path, known: Manifest, hold: float) -> list[Watched]:
    """What another detector told of each file. Raises ConfigurationError where a file of the manifest is left out."""
    told = heard(events, hold)
    missing = [each.path for each in known.recordings if each.path not in told]
    if missing:
        left = f"says nothing of {missing[0]} ({len(missing)} files are left out)"
        message = f"{events}: {left}; at least one line, for its end, would be right"
        raise ConfigurationError(message)
    return [told[each.path] for each in known.recordings]


def _result(known: Manifest, watched: list[Watched], settings: Settings, hold: float, detector: str) -> Result:
    cases = tuple(_case(*each, settings) for each in zip(known.recordings, watched, strict=True) if not each[1].fault)
    told = {case.recording.path: case.watched.told for case in cases}
    return Result(
        manifest=known,
        settings=settings,
        hold=hold,
        detector=detector,
        cases=cases,
        faults=tuple(seen for seen in watched if seen.fault),
        overall=figures(cases),
        by=broken_down(cases, manifests.kinds(known.rows)),
        omnifall=omnifall.metrics(known.segments, told) if known.segments else None,
    )


def _case(recording: Recording, seen: Watched, settings: Settings) -> Case:
    behaviour, confirm = settings.behaviour.alarm_events, settings.falls.confirm_seconds
    ends = seen.seconds + seen.held
    return Case(recording, seen, score(recording, seen.told, confirm_seconds=confirm, behaviour=behaviour, ends=ends))
