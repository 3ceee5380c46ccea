"""Stick figures of every miss and every false alarm, so that a person sees why: each file is watched once more."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from guardian.errors import GuardianError
from guardian.events import Event, FallConfirmed
from guardian.lab.analyse import observations
from guardian.lab.drawing import Still, stills, told
from guardian.lab.evaluate.evaluation import OURS, Result
from guardian.lab.evaluate.scoring import Verdict
from guardian.lab.evaluate.work import Crew, Step
from guardian.lab.storyboard import storyboard
from guardian.settings import Settings

BEFORE_FALL, AFTER_FALL, BEFORE_ALARM, AFTER_ALARM = 3.0, 12.0, 10.0, 2.0
"""Seconds that are shown around a fall that was missed, and around a false alarm."""
MOST = 200
"""So many are drawn; the page would be too heavy to open with more."""

Mistake = Literal["missed", "late", "false"]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a file that is to be drawn: seconds from `begin` to `end`, what went wrong, and what is noted.

    `told` is what another detector told there; None where it was us.
    """

    path: str
    mistake: Mistake
    begin: float
    end: float
    title: str
    notes: str = ""
    told: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One file that is to be watched once more."""

    file: Path
    hold: float
    settings: Settings | None
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """What a window looks like: its drawing (SVG, "" if nothing could be seen) and what was told in it."""

    window: Window
    drawing: str
    told: tuple[str, ...]


@dataclass(slots=True)
class _Open:
    """A window whose stills are being gathered."""

    window: Window
    scene: list[Still] = field(default_factory=list)


def windows(result: Result) -> Iterator[Window]:
    """Yield a window for each fall that was not found in time and for each false alarm."""
    if result.detector == OURS:
        yield from _windows(result)
        return
    by_path = {case.recording.path: case.watched.told for case in result.cases}
    for each in _windows(result):
        near = (told for told in by_path[each.path] if each.begin <= told.time <= each.end)
        yield replace(
            each, told=tuple(f"{told.time:8.2f} s  {told.event:16}  {' '.join(told.reasons)}" for told in near)
        )


def _windows(result: Result) -> Iterator[Window]:
    for outcome in result.outcomes:
        row, onset = outcome.row, outcome.row.onset or 0.0
        if outcome.verdict is Verdict.MISSED:
            title = f"Missed: fall at {onset:.1f} s"
            yield Window(row.path, "missed", onset - BEFORE_FALL, row.end + AFTER_FALL, title, row.notes)
        elif outcome.verdict is Verdict.LATE and outcome.alarm is not None:
            title = f"Late: fall at {onset:.1f} s, found lying at {outcome.alarm.time:.1f} s"
            yield Window(row.path, "late", onset - BEFORE_FALL, row.end + AFTER_FALL, title, row.notes)
    for alarm in result.false_alarms:
        title, at = f"False: {alarm.told.event} at {alarm.told.time:.1f} s", alarm.told.time
        yield Window(alarm.path, "false", at - BEFORE_ALARM, at + AFTER_ALARM, title, alarm.row.notes)


def strips(result: Result, settings: Settings | None, workers: Crew, begin: Callable[[int], Step]) -> list[Strip]:
    """Return the drawings of the first `MOST` mistakes, in the order of the manifest."""
    files = {each.path: each.file for each in result.manifest.recordings}
    own: dict[str, list[Window]] = {}
    for window in list(windows(result))[:MOST]:
        own.setdefault(window.path, []).append(window)
    looks = [Look(files[path], result.hold, settings, tuple(each)) for path, each in own.items()]
    return [strip for drawn in workers.each(look, looks, begin(len(looks))) for strip in drawn]


def look(task: Look) -> list[Strip]:
    """Watch a file once more, up to the last of its windows, and draw them; what is no longer needed is let go."""
    waiting = sorted(task.windows, key=lambda window: window.begin)
    opened: list[_Open] = []
    drawn: list[Strip] = []
    try:
        with closing(observations(str(task.file), task.hold, task.settings)) as seen:  # type: ignore[type-var]
            for still in stills(seen, task.settings):
                while waiting and waiting[0].begin <= still.time:
                    opened.append(_Open(waiting.pop(0)))
                drawn += [_drawn(each) for each in opened if each.window.end < still.time]
                opened = [each for each in opened if each.window.end >= still.time]
                if not (waiting or opened):
                    break
                for each in opened:
                    each.scene.append(still)
    except GuardianError as error:
        return [Strip(window, "", (str(error),)) for window in task.windows]
    return [*drawn, *map(_drawn, opened), *(Strip(window, "", ()) for window in waiting)]


def _drawn(opened: _Open) -> Strip:
    events = opened.window.told
    if events is None:
        events = tuple(_line(event) for still in opened.scene for event in still.events)
    return Strip(opened.window, storyboard(opened.scene, opened.window.title) if opened.scene else "", events)


def _line(event: Event) -> str:
    """One event with its reasons and, for a fall, with the evidence that was weighed (in nats)."""
    if not (isinstance(event, FallConfirmed) and event.evidence):
        return told(event)
    return told(event) + " Evidence: " + ", ".join(f"{name} {weight:+.1f}" for name, weight in event.evidence) + "."
