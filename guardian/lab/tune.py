"""What to change in the configuration: `guardian lab tune MANIFEST.csv ...` replays scenes under each candidate.

One change at a time, because few scenes cannot tell two apart. A change is proposed only if it lessens the mistakes, if
it still does so at scenes that had no say in choosing it (each is left out once), and if it loses no fall that is found
today. What is printed is for a human to judge: nothing is changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import comb
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from guardian.errors import ConfigurationError, GuardianError
from guardian.events import PersonEvent
from guardian.geometry import middle
from guardian.lab.analyse import NOON, observations
from guardian.lab.clusters import Spot, clusters, place
from guardian.lab.console import stdout
from guardian.lab.evaluate import manifest as manifests
from guardian.lab.evaluate.manifest import Recording
from guardian.lab.evaluate.scoring import ALARMS, Told, Verdict, score
from guardian.lab.evaluate.work import crew, plain
from guardian.moment import Moment
from guardian.network import judge_for
from guardian.pipeline import Pipeline
from guardian.settings import Camera, Falls, Place, Room, Settings
from guardian.skeleton import HIPS

CANDIDATES: Mapping[str, tuple[str | float, ...]] = {
    "sensitivity": ("low", "normal", "high"),
    "confirm_seconds": (2.0, 3.0, 4.0, 6.0, 8.0),
    "down_seconds": (10.0, 15.0, 20.0, 30.0, 45.0),
}
"""What is tried of each key of `falls`, as far as this version has it."""
MISS_WEIGHT = 5.0
"""So many false alarms are as bad as one fall that is missed."""
FEW_SCENES, FEW_FALLS = 20, 5
CHANCE = 0.05
ROOM = "room"


@dataclass(frozen=True, slots=True)
class Scene:
    """One file of a manifest: `manifest` is the number of the manifest, `room` its room's name, "" where unknown."""

    recording: Recording
    manifest: int
    room: str


@dataclass(frozen=True, slots=True)
class Change:
    """One key of `falls` with another value, or a `place` more in one room; neither is how it is today."""

    key: str = ""
    value: str | float = ""
    place: Place | None = None
    room: str = ""

    def __str__(self) -> str:
        """The change as a row of the table."""
        if self.place is not None:
            return f"{self.room or ROOM}: a sofa at {self.place.polygon[0]}-{self.place.polygon[2]}"
        return f"falls.{self.key}: {self.value}" if self.key else "as it is"


AS_IT_IS = Change()


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What came of some scenes: falls found (in time, or lying), falls missed, and false alarms."""

    found: int = 0
    missed: int = 0
    false: int = 0

    def __add__(self, other: "Mistakes") -> "Mistakes":
        """Both together."""
        return Mistakes(self.found + other.found, self.missed + other.missed, self.false + other.false)


@dataclass(frozen=True, slots=True)
class Trial:
    """One scene under every change, in the order of the changes; and where its false alarms are today.

    `fault` says why it could not be watched to its end.
    """

    mistakes: tuple[Mistakes, ...] = ()
    spots: tuple[tuple[float, float], ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """One scene to be replayed."""

    scene: Scene
    changes: tuple[Change, ...]
    settings: Settings
    hold: float


def changes_of(falls: Falls) -> tuple[Change, ...]:
    """As it is, then every single change of `falls` that is to be tried."""
    known = {key: values for key, values in CANDIDATES.items() if key in Falls.model_fields}
    singles = (Change(key, value) for key, values in known.items() for value in values)
    return (AS_IT_IS, *(each for each in singles if getattr(falls, each.key) != each.value))


def scenes_of(files: Sequence[Path]) -> Iterator[Scene]:
    """Every file of every manifest. Raises ConfigurationError, naming file, line and column of each fault."""
    for number, file in enumerate(files):
        file = file / "manifest.csv" if file.is_dir() else file  # noqa: PLW2901 - the same manifest
        _, _, rows = manifests.lines(file)
        rooms = {fields.get("path", ""): fields.get(ROOM, "") for _, fields in rows}
        for recording in manifests.read(file).recordings:
            yield Scene(recording, number, rooms[recording.path])


def configured(settings: Settings | None) -> Settings:
    """The configuration, or that of a box of which nothing is known."""
    return settings or Settings(rooms=(Room(name=ROOM, camera=Camera(source="csi")),))


def replay(task: Task) -> Trial:
    """Watch one scene under every change at once."""
    try:
        return _replay(task)
    except GuardianError as error:  # the other scenes are worth their own answer
        return Trial(fault=str(error))


def _replay(task: Task) -> Trial:
    file, settings = str(task.scene.recording.file), task.settings
    pipelines: list[Pipeline] = []
    told: list[list[Told]] = [[] for _ in task.changes]
    spots: dict[float, tuple[float, float]] = {}
    for seen in observations(file, task.hold, settings):
        pipelines = pipelines or [_pipeline(task, change, seen.time) for change in task.changes]
        moment = Moment(seen.time, NOON + timedelta(seconds=seen.time))
        for number, pipeline in enumerate(pipelines):
            events = [each for each in pipeline.update(seen, moment) if type(each).__name__ in ALARMS]
            told[number] += map(plain, events)
            for event in events if number == 0 else ():
                spots |= _spot(pipeline, event, seen.aspect) if isinstance(event, PersonEvent) else {}
    scores = [score(task.scene.recording, each, confirm_seconds=settings.falls.confirm_seconds) for each in told]
    false = {alarm.told.time for alarm in scores[0].false_alarms}
    return Trial(
        tuple(
            Mistakes(
                sum(outcome.verdict in (Verdict.HIT, Verdict.LATE) for outcome in each.outcomes),
                sum(outcome.verdict is Verdict.MISSED for outcome in each.outcomes),
                len(each.false_alarms),
            )
            for each in scores
        ),
        tuple(where for time, where in spots.items() if time in false),
    )


def _pipeline(task: Task, change: Change, now: float) -> Pipeline:
    named = {room.name: room for room in task.settings.rooms}
    bare = Room(name=task.scene.room or ROOM, camera=Camera(source="csi"))
    room = named.get(task.scene.room, bare)
    settings = task.settings
    if change.place is not None and change.room == task.scene.room:
        room = room.model_copy(update={"places": (*room.places, change.place)})
    elif change.key:
        falls = settings.falls.model_copy(update={change.key: change.value})
        settings = settings.model_copy(update={"falls": falls})
    return Pipeline(room, settings, now, network=judge_for(settings.falls))


def _spot(pipeline: Pipeline, event: PersonEvent, aspect: float) -> dict[float, tuple[float, float]]:
    """When an alarm was told, and where the hips of that body were, in fractions of the frame."""
    for figure in pipeline.figures:
        hips = middle(figure.person.track.pose.picture, HIPS)
        if figure.person.track.id == event.track and hips is not None:
            return {round(event.time, 3): (hips[0], hips[1] / aspect)}
    return {}


def counted(number: int, word: str) -> str:
    """So many of something."""
    return f"{number} {word}{'s' * (number != 1)}"


def cost(mistakes: Mistakes) -> float:
    """How bad it is, in false alarms."""
    return MISS_WEIGHT * mistakes.missed + mistakes.false


def total(trials: Sequence[Trial], number: int) -> Mistakes:
    """What came of all scenes under one change."""
    return sum((trial.mistakes[number] for trial in trials), Mistakes())


def choose(trials: Sequence[Trial]) -> int:
    """The change with the fewest mistakes that loses no fall found today; 0 (as it is) where none is better."""
    now = total(trials, 0)
    sums = {number: total(trials, number) for number in range(len(trials[0].mistakes))} if trials else {0: now}
    allowed = [number for number, each in sums.items() if each.found >= now.found]
    return min(allowed, key=lambda number: (cost(sums[number]), number))


def held_out(trials: Sequence[Trial]) -> Mistakes:
    """The mistakes at each scene under the change that all the other scenes would choose."""
    chosen = (choose([*trials[:each], *trials[each + 1 :]]) for each in range(len(trials)))
    return sum((trial.mistakes[number] for trial, number in zip(trials, chosen, strict=True)), Mistakes())


def chance(trials: Sequence[Trial], number: int) -> tuple[int, int, float]:
    """Scenes that a change makes better and worse, and how likely at least so many better ones are by chance alone."""
    gains = [cost(trial.mistakes[0]) - cost(trial.mistakes[number]) for trial in trials]
    better, worse = sum(gain > 0 for gain in gains), sum(gain < 0 for gain in gains)
    all_of_them = better + worse
    return better, worse, sum(comb(all_of_them, each) for each in range(better, all_of_them + 1)) / 2**all_of_them


def warnings(scenes: Sequence[Scene], trials: Sequence[Trial], number: int) -> Iterator[str]:
    """Say why these scenes prove little."""
    falls = sum(len(scene.recording.falls) for scene in scenes)
    quiet = sum(not scene.recording.falls for scene in scenes)
    if len(scenes) < FEW_SCENES:
        known = counted(len(scenes), "scene")
        yield f"Thin evidence: {known}. With fewer than {FEW_SCENES} take this as a hint and no more."
    if falls < FEW_FALLS:
        yield (
            f"{counted(falls, 'fall')}: these scenes hardly tell what a change would miss. "
            "Give a collection with falls as a second manifest."
        )
    if not quiet:
        yield "No everyday scene: these scenes do not tell how often a change would ring for nothing."
    better, worse, likely = chance(trials, number)
    if number and likely > CHANCE:
        yield f"It makes {better} scenes better and {worse} worse: chance alone does as well in {likely:.0%} of cases."


def snippet(change: Change, room: Room | None = None) -> str:
    """The change as it is pasted into guardian.yaml; of a place, the whole list of its `room`."""
    if change.place is None:
        return str(yaml.safe_dump({"falls": {change.key: change.value}}, sort_keys=False))
    known = room.places if room is not None else ()
    places: list[Any] = [each.model_dump(mode="json") for each in (*known, change.place)]
    body = {"rooms": [{"name": change.room or ROOM, "places": places}]}
    return str(yaml.safe_dump(body, sort_keys=False, default_flow_style=None))


def tune(files: Sequence[Path], settings: Settings | None, *, hold: float, jobs: int) -> int:
    """Print what each change would do, and the one that is worth a try. Raises ConfigurationError."""
    scenes, whole = tuple(scenes_of(files)), configured(settings)
    if not scenes:
        message = f"{files[0]}: has no scene; a manifest with at least one would be right"
        raise ConfigurationError(message)
    out = stdout()
    changes = changes_of(whole.falls)
    trials = _replayed(scenes, changes, whole, hold, jobs)
    for trial in trials:
        if trial.fault:
            out.print(f"! Left out: {trial.fault}", highlight=False)
    good = [pair for pair in zip(scenes, trials, strict=True) if not pair[1].fault]
    if not good:
        return 1
    scenes, trials = tuple(scene for scene, _ in good), [trial for _, trial in good]
    _show(out, files, scenes, changes, trials)
    _advise(out, scenes, changes, trials)
    _advise_places(out, scenes, trials, whole, hold=hold, jobs=jobs)
    return 0


def _replayed(
    scenes: Sequence[Scene], changes: tuple[Change, ...], settings: Settings, hold: float, jobs: int
) -> list[Trial]:
    tasks = [Task(scene, changes, settings, hold) for scene in scenes]
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar, crew(jobs) as workers:
        task = bar.add_task("replaying", total=len(tasks))
        return workers.each(replay, tasks, lambda: bar.advance(task))


def _show(
    console: Console, files: Sequence[Path], scenes: Sequence[Scene], changes: Sequence[Change], trials: Sequence[Trial]
) -> None:
    """The table: a row for each change, found / missed / false alarms for each manifest."""
    table = Table("change", *(f"{file.parent.name}/{file.name}" for file in files), "cost", box=None)
    for number, change in enumerate(changes):
        columns = []
        for which in range(len(files)):
            own = [trial for trial, scene in zip(trials, scenes, strict=True) if scene.manifest == which]
            each = total(own, number)
            columns.append(f"{each.found} found, {each.missed} missed, {each.false} false")
        table.add_row(str(change), *columns, f"{cost(total(trials, number)):g}")
    console.print(table)
    console.print(
        f"{counted(len(scenes), 'scene')}. One missed fall counts as {MISS_WEIGHT:g} false alarms.\n", highlight=False
    )


def _advise(console: Console, scenes: Sequence[Scene], changes: Sequence[Change], trials: Sequence[Trial]) -> None:
    number, now, apart = choose(trials), total(trials, 0), held_out(trials)
    better = bool(number) and cost(apart) < cost(now)
    if not number:
        console.print("No single change of falls makes fewer mistakes here: leave it as it is.")
    elif not better:
        text = (
            f"{changes[number]} is best here, but at scenes left out of the choice it gains nothing: leave it as it is."
        )
        console.print(text, highlight=False)
    else:
        after = total(trials, number)
        console.print(
            f"Worth a try: {changes[number]}. Missed falls {now.missed} -> {after.missed}, false alarms {now.false} -> "
            f"{after.false}; at scenes left out of the choice {apart.missed} and {apart.false}.",
            highlight=False,
        )
    for warning in warnings(scenes, trials, number if better else 0):
        console.print(f"! {warning}", highlight=False)
    if better:
        console.print(f"\n{snippet(changes[number])}", highlight=False)


def _advise_places(
    console: Console,
    scenes: Sequence[Scene],
    trials: Sequence[Trial],
    settings: Settings,
    *,
    hold: float,
    jobs: int,
) -> None:
    """Where false alarms lie together, say what a place there would do: to scenes that did not draw it, too."""
    spots = [Spot(each, scenes[each].room, hips) for each, trial in enumerate(trials) for hips in trial.spots]
    rooms = {room.name: room for room in settings.rooms}
    for cluster in clusters(spots):
        room = cluster[0].room
        change = Change(place=place(cluster, "name it"), room=room)
        own = [each for each, scene in enumerate(scenes) if scene.room == room]
        replayed = _replayed([scenes[each] for each in own], (AS_IT_IS, change), settings, hold, jobs)
        now, after = total(replayed, 0), total(replayed, 1)
        if after.found < now.found or after.false >= now.false:
            continue
        quiet, asked = _left_out(scenes, cluster, settings, hold)
        console.print(
            f"\n{len({spot.scene for spot in cluster})} scenes of {room or 'one room'} have a false alarm at one spot. "
            f"If a bed or sofa stands there, and only then, draw it: false alarms {now.false} -> {after.false}, falls "
            f"found {now.found} -> {after.found}; drawn without it, {quiet} of {asked} such scenes stay quiet.\n\n"
            f"{snippet(change, rooms.get(room))}",
            highlight=False,
        )


def _left_out(scenes: Sequence[Scene], cluster: Sequence[Spot], settings: Settings, hold: float) -> tuple[int, int]:
    """How many scenes of a cluster stay quiet with the place that the others draw, and how many there are."""
    members = sorted({spot.scene for spot in cluster})
    quiet = 0
    for member in members:
        others = [spot for spot in cluster if spot.scene != member]
        change = Change(place=place(others, "name it"), room=cluster[0].room)
        trial = replay(Task(scenes[member], (AS_IT_IS, change), settings, hold))
        quiet += trial.mistakes[1].false < trial.mistakes[0].false
    return quiet, len(members)
