"""`guardian drill`: finds the box that is to be tried, leads through the drill, and leaves a report."""

import json
import logging
import os
import select
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from guardian import __version__, doctor
from guardian.acquaint import Box
from guardian.app import Guardian
from guardian.drill.conduct import Conductor, Plan, Stage
from guardian.drill.ear import Ear
from guardian.drill.findings import Line
from guardian.drill.report import report, without_secrets
from guardian.drill.scene import Scene, read_scene
from guardian.entrance import Web
from guardian.errors import BrokerError, ConfigurationError, GuardianError
from guardian.io.broker import HOST, is_ours
from guardian.io.mqtt import endpoint_of
from guardian.io.mqtt_session import Endpoint
from guardian.rehearsal import Step
from guardian.settings import Camera, Mqtt, Panel, Room, Settings
from guardian.topics import topics_of

log = logging.getLogger(__name__)

ROOM = "living room"
PAST = 20
FIRST_SECONDS, READY_LOOKS = 0.5, 60
"""A box that has just begun gets half a minute for its first frame."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed. `rooms` may be empty for all; `fall_room` for the first of them; `out` is the report's path."""

    config: Path | None
    demanded: bool
    source: str | None
    rooms: tuple[str, ...]
    fall_room: str
    only: str | None
    seconds: float
    tell_contacts: bool
    answer: bool
    out: Path | None
    as_json: bool


class LiveHome:
    """The running box, over its page: conduct.Home."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def scene(self) -> Scene:
        """The home now."""
        return read_scene(self._box.look())

    def ask(self, request: str, **values: object) -> object:
        """Ask for something."""
        return self._box.ask(request, **values)

    def answered(self, incident: str) -> str:
        """Who answered an incident that is over."""
        found = (each["by"] for each in self._box.past(PAST) if each["id"] == incident)
        return next(found, None) or ""


def drill(wish: Wish, settings: Settings | None, console: Console) -> int:
    """Conduct a drill; 0 where all that was tried was seen and worked, 1 otherwise.

    `settings` are None where there is no configuration, which a film does without. Raises GuardianError where the drill
    cannot begin.
    """
    chosen = _chosen(wish, settings)
    plan = _plan(wish, chosen)

    def tell(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    _writable(wish.out)
    with _running(wish, chosen) as (running, own):
        ear, deaf = _listen(running, own) if plan.fall else (None, "")
        home = LiveHome(Box(running))
        try:
            _wait_for_frames(home, plan)
            conductor = Conductor(home, plan, Stage(tell, pressed=_pressed), ear, deaf)
            cut = _run(conductor, tell)
        finally:
            if ear is not None:
                ear.stop()
    for step in conductor.steps:
        tell(_said(step))
    about = (chosen.household.name, __version__, Path(wish.source or "").name)
    found = conductor.findings(*about, cut=without_secrets(cut), doctor=_examined(wish, tell))
    out = wish.out or Path(f"guardian-drill-{found.began[:16].replace(':', '').replace('T', '-')}.html")
    out.write_text(report(found), encoding="utf-8")
    tell(f"{'Passed' if found.passed else 'Not passed'}. The report: {out}")
    if wish.as_json:
        sys.stdout.write(json.dumps(found.plain(), ensure_ascii=False) + "\n")
    return int(not found.passed)


def _run(conductor: Conductor, tell: Callable[[str], None]) -> str:
    """Conduct it; return why it ended before its end, or nothing."""
    try:
        conductor.run()
    except KeyboardInterrupt:
        tell("Ended early.")
        return "somebody ended it early"
    except GuardianError as error:
        tell(f"  ! {error}")
        return str(error)
    return ""


def _chosen(wish: Wish, settings: Settings | None) -> Settings:
    """The settings of what is tried: a film stands for the first room."""
    if wish.source is None:
        assert settings is not None  # noqa: S101 - the caller has loaded them
        return settings
    if not Path(wish.source).is_file():
        message = f"{wish.source}: there is no such file; a video file would be right"
        raise ConfigurationError(message)
    if settings is None:
        return Settings(rooms=(Room(name=ROOM, camera=Camera(source=wish.source)),))
    first = settings.rooms[0]
    camera = first.camera.model_copy(update={"source": wish.source})
    return settings.model_copy(update={"rooms": (first.model_copy(update={"camera": camera}),), "senses": ()})


def _plan(wish: Wish, settings: Settings) -> Plan:
    """What is to be done. Raises ConfigurationError on a room that there is not."""
    known = tuple(room.name for room in settings.rooms)
    rooms = wish.rooms or known
    for name in (*rooms, *([wish.fall_room] if wish.fall_room else [])):
        if name not in known:
            message = f"there is no room {name!r} with a camera; one of {', '.join(known)} would be right"
            raise ConfigurationError(message)
    return Plan(
        rooms=rooms,
        fall_room=wish.fall_room or rooms[0],
        walk=wish.only != "fall",
        fall=wish.only != "walk",
        seconds=wish.seconds,
        contacts=tuple(contact.name for contact in settings.contacts) if wish.tell_contacts else (),
        answer=wish.answer,
        long_lie=settings.falls.long_lie_seconds,
        panel=wish.source is None and settings.panel.kind != "none",
    )


def _writable(out: Path | None) -> None:
    """Refuse to begin what could not be kept. Raises ConfigurationError."""
    directory = Path() if out is None else out.parent
    if not directory.is_dir() or not os.access(directory, os.W_OK):
        message = f"--report: {directory.absolute()} is no directory that can be written; another one would be right"
        raise ConfigurationError(message)


@contextmanager
def _running(wish: Wish, settings: Settings) -> Iterator[tuple[Settings, Guardian | None]]:
    """The box: the one that runs, or, for a film, the same composition on a state that is thrown away afterwards."""
    if wish.source is None:
        yield settings, None
        return
    with tempfile.TemporaryDirectory(prefix="guardian-drill-") as directory:
        changes = {
            "state_directory": Path(directory),
            "web": Web(port=0),
            "mqtt": Mqtt(broker="embedded", port=0),
            "panel": Panel(kind="none"),
            "contacts": settings.contacts if wish.tell_contacts else (),
        }
        guardian = Guardian(settings.model_copy(update=changes), loop_files=True)
        try:
            guardian.start()
            if guardian.web is None:
                message = f"the drill needs its parts, and these do not start: {', '.join(guardian.late)}"
                raise GuardianError(message)
            web = Web(port=int(guardian.web.origin.rpartition(":")[2]))
            yield guardian.settings.model_copy(update={"web": web}), guardian
        finally:
            guardian.stop()


def _listen(settings: Settings, own: Guardian | None) -> tuple[Ear | None, str | None]:
    """Listen to the broker as a subscriber; or say why not, "" where none is wanted."""
    if settings.mqtt.broker == "none":
        return None, ""
    try:
        ear = Ear(_endpoint(settings, own), topics_of(settings).incidents)
    except GuardianError as error:
        return None, str(error)
    refusal = ear.start()
    if refusal:
        ear.stop()
        return None, refusal
    return ear, None


def _endpoint(settings: Settings, own: Guardian | None) -> Endpoint:
    """Where the broker of the box is. Raises ConfigurationError or BrokerError."""
    if own is not None and own.broker is not None:
        return own.broker.endpoint_v311
    if settings.mqtt.broker == "embedded" or is_ours(settings.mqtt):
        port = settings.mqtt.port
        if not port:
            message = "the broker of the box is at any free port; a number at mqtt.port would be right"
            raise BrokerError(message)
        ours = settings.mqtt.model_copy(update={"broker": HOST})
        return endpoint_of(ours)
    return endpoint_of(settings.mqtt)


def _wait_for_frames(home: LiveHome, plan: Plan) -> None:
    """Let a box that has just begun see something first. Raises GuardianError where it does not run."""
    stage = Stage(lambda _: None)
    for _ in range(READY_LOOKS):
        looks = home.scene().looks
        if set(plan.rooms) <= {look.room for look in looks}:
            return
        stage.wait(FIRST_SECONDS)


def _pressed() -> bool:
    """Whether somebody has pressed Enter since the last time."""
    if not sys.stdin.isatty():
        return False
    pressed = False
    while select.select([sys.stdin], [], [], 0)[0]:
        pressed = True
        if not sys.stdin.readline():
            return False
    return pressed


def _examined(wish: Wish, tell: Callable[[str], None]) -> tuple[Line, ...]:
    """What `guardian doctor` finds; a film says nothing of the box."""
    if wish.config is None or wish.source is not None:
        return ()
    tell("Examining the box (guardian doctor) ...")
    return tuple(
        Line(each.state.value, each.part, without_secrets(each.text), without_secrets(each.remedy))
        for each in doctor.consult(wish.config, demanded=wish.demanded)
    )


def _said(step: Step) -> str:
    seconds = "" if step.seconds is None else f"{step.seconds:.2f} s"
    return f"  {step.name:18} {step.outcome.value:10} {seconds:>8}  {step.text}".rstrip()
