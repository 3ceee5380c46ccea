"""Golden scenes: short skeleton scenes of our own making, and what must be seen to happen in them.

    python tests/golden.py stage [NAME...]     make the scenes anew
    python tests/golden.py expect [NAME...]    write down what happens in them now; then look at the difference

Without a name it is all of them. tests/scenes/README.md says what belongs to a scene.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from bodies import posed_like, standing, tilted

from guardian import recording
from guardian.events import Event, PersonIdentified
from guardian.moment import Moment
from guardian.network import judge_for
from guardian.pipeline import Pipeline
from guardian.settings import Behaviour, Camera, Place, Room, Settings
from guardian.skeleton import KEYPOINTS, Observation, Pose

SCENES = Path(__file__).resolve().parent / "scenes"
NOON = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
FPS = 7.5
"""Frames a second that are kept: a scene is to be small, and a slow camera must do."""


@dataclass(frozen=True, slots=True)
class Golden:
    """One scene: the `places` drawn in its room, how many seconds its last frame is held, and what happens when.

    A time may be off by `tolerance` seconds.
    """

    name: str
    about: str
    places: tuple[Place, ...]
    hold: float
    tolerance: float
    events: tuple[tuple[str, float], ...]

    @property
    def observations(self) -> tuple[Observation, ...]:
        with (SCENES / f"{self.name}.jsonl").open(encoding="utf-8") as lines:
            return tuple(recording.held(recording.read(lines), self.hold))


def names() -> list[str]:
    return sorted(path.stem for path in SCENES.glob("*.expected"))


def load(name: str) -> Golden:
    data = json.loads((SCENES / f"{name}.expected").read_text(encoding="utf-8"))
    places = tuple(map(Place.model_validate, data["places"]))
    events = tuple((event, float(time)) for event, time in data["events"])
    return Golden(name, data["about"], places, data["hold"], data["tolerance"], events)


def happenings(golden: Golden, observations: tuple[Observation, ...] | None = None) -> list[Event]:
    """What the stages see happen, but for who it is."""
    room = Room(name="room", camera=Camera(source="none"), places=golden.places)
    observations = golden.observations if observations is None else observations
    pipeline, events = _pipeline(room, observations[0].time), list[Event]()
    for each in observations:
        events += pipeline.update(each, Moment(each.time, NOON + timedelta(seconds=each.time)))
    return [event for event in events if not isinstance(event, PersonIdentified)]


def _pipeline(room: Room, now: float) -> Pipeline:
    settings = Settings(rooms=(room,), behaviour=Behaviour(help_gesture=True))
    return Pipeline(room, settings, now, network=judge_for(settings.falls))


# Making scenes.


def drawn(name: str) -> Iterator[Observation]:
    """Draw the scene that is written down in YAML, and yield what the eye sees in it."""
    from guardian.eye.spawn import observe_file  # noqa: PLC0415 - only this needs the eye and the lab
    from guardian.lab import render  # noqa: PLC0415 - same

    with tempfile.TemporaryDirectory() as directory:
        film = Path(directory) / f"{name}.mp4"
        render.main([str(SCENES / f"{name}.yaml"), str(film)])
        yield from observe_file(Camera(source=str(film)))


def trembling(pose: Pose, noise: np.random.Generator) -> Pose:
    return posed_like(pose, noise.normal(0, 0.004, (KEYPOINTS, 2)), 0.6)


def dark_room() -> Iterator[Observation]:
    """Somebody stands about; the light goes out for a while and on again."""
    noise = np.random.default_rng(5)
    for number in range(round(26 * FPS)):
        time = number / FPS
        dark = 6 <= time < 18
        poses = () if dark else (trembling(standing((0.9, 0.5 + 0.005 * time)), noise),)
        yield Observation(time=time, poses=poses, brightness=0.01 if dark else 0.4)


def slow_slide() -> Iterator[Observation]:
    """Somebody lets herself down to the floor over many seconds, and stays there."""
    noise = np.random.default_rng(6)
    for number in range(round(45 * FPS)):
        time = number / FPS
        degrees = float(np.clip((time - 4) * 90 / 12, 0, 90))
        yield Observation(time=time, poses=(trembling(tilted(degrees), noise),))


STAGED = {"dark_room": dark_room, "slow_slide": slow_slide}


def stage(name: str) -> None:
    """Write the scene, thinned out to FPS frames a second, that `guardian record` would write."""
    due, lines = float("-inf"), [recording.header()]
    for observation in STAGED[name]() if name in STAGED else drawn(name):
        if observation.time >= due - 1e-6:
            due = max(observation.time, due) + 1 / FPS if lines[1:] else observation.time + 1 / FPS
            lines.append(recording.dumps(observation))
    (SCENES / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def expect(name: str) -> None:
    """Write down what happens now in place of what was expected; everything else in the file stays."""
    path = SCENES / f"{name}.expected"
    fresh = {"about": "", "places": [], "hold": 15.0, "tolerance": 0.5, "events": []}
    data = json.loads(path.read_text(encoding="utf-8")) if path.exists() else fresh
    path.write_text(json.dumps(data), encoding="utf-8")
    events = [[type(event).__name__, round(event.time, 2)] for event in happenings(load(name))]
    head = [f"  {json.dumps(key)}: {json.dumps(data[key])}" for key in ("about", "places", "hold", "tolerance")]
    rows = ",\n".join(f"    {json.dumps(event)}" for event in events)
    path.write_text("{\n" + ",\n".join([*head, f'  "events": [\n{rows}\n  ]']) + "\n}\n", encoding="utf-8")
    print(f"{name}: " + ", ".join(f"{event} {time}" for event, time in events))  # noqa: T201 - it is a command


if __name__ == "__main__":
    made = sorted({*STAGED, *(path.stem for path in SCENES.glob("*.yaml"))})
    step = {"stage": stage, "expect": expect}[sys.argv[1]]
    for each in sys.argv[2:] or made:
        step(each)
