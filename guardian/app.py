"""The composition root: builds the parts, runs the core on one thread, and stops everything in reverse.

One inbox takes observations from the eyes, events from outputs, and what humans do. The core answers with commands:
they are saved, then shown on the panel, then published; phones come last. No output waits for another.
"""

import logging
import queue
import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from guardian import recording
from guardian.alarm import Alarm
from guardian.commands import Announce, Command, Notify, Publish, Save, ShowPanel
from guardian.errors import GuardianError, StoreError
from guardian.events import (
    Acknowledged,
    Cancelled,
    DrillStarted,
    Event,
    FaultCleared,
    FaultOccurred,
    HelpCalled,
    HumanEvent,
)
from guardian.eye.orders import EyeSettings
from guardian.eye.spawn import EyeProcess
from guardian.eye.wire import Hello
from guardian.incident import Incident, IncidentState
from guardian.io.broker import EmbeddedBroker
from guardian.io.clock import Clock, SystemClock
from guardian.io.gpio import DARK, Gesture
from guardian.io.mqtt import MqttOutput, endpoint_of
from guardian.io.notify import Phones
from guardian.io.panel import Panel, choose_panel
from guardian.io.store import Store
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.posture import Figure
from guardian.settings import Room, Settings
from guardian.skeleton import Observation
from guardian.topics import Bulletin, Topics
from guardian.web.household import (
    Coverage,
    PastIncident,
    PersonShown,
    RecordedScene,
    RoomShown,
    SceneFrame,
    Snapshot,
    SnoozeShown,
)
from guardian.web.server import WebServer
from guardian.web.tokens import load_token

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
SCENE_SECONDS = 20.0
RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
STORE = "guardian.db"
LIVE = ("/dev/", "csi", "rtsp:", "http:", "https:")
"""Sources that do not end by themselves; a file that has been played is not played again."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The eye of `room` has ended, for `reason`."""

    room: str
    reason: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The eye of `room` has said something."""

    room: str
    record: Observation | Hello


Message = Seen | Cut | Event


class Watch(threading.Thread):
    """Keeps one eye open: starts its process, passes on what it says, and starts another when it has ended."""

    def __init__(self, room: Room, settings: Settings, say: Callable[[Message], None], *, loop: bool) -> None:
        super().__init__(name=f"eye {room.name}", daemon=True)
        self._room, self._say = room, say
        self._orders = EyeSettings(
            camera=room.camera,
            models=settings.models.directory,
            runtime=settings.models.runtime,
            threads=settings.models.threads,
            loop=loop,
            allow_unconfined=settings.privacy.allow_unconfined,
        )
        self._stopping = threading.Event()
        self.eye: EyeProcess | None = None

    def run(self) -> None:
        """Watch until stopped. An eye that has worked for a while starts the back-off anew."""
        attempt = 0
        while not self._stopping.is_set():
            reason, worked, ended = "The film has ended.", False, False
            try:
                with EyeProcess(self._orders) as self.eye:
                    for record in self.eye.records():
                        if isinstance(record, Observation | Hello):
                            worked = True
                            self._say(Seen(self._room.name, record))
                ended = True
            except GuardianError as error:
                reason = str(error)
            if self._stopping.is_set():
                return
            self._say(Cut(self._room.name, reason))
            if ended and not self._orders.camera.source.startswith(LIVE):
                return
            attempt = 0 if worked else attempt + 1
            self._stopping.wait(RESTART_SECONDS[min(attempt, len(RESTART_SECONDS) - 1)])

    def stop(self) -> None:
        """End the eye and the thread."""
        self._stopping.set()
        if self.eye is not None:
            self.eye.stop()
        self.join()


class Guardian:
    """One box: the core, and every output that the settings name. `loop_files` plays video files over and over."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        panel: Callable[[Callable[[Gesture, float], None], Callable[[Event], None]], Panel] | None = None,
        loop_files: bool = False,
    ) -> None:
        self.settings = settings
        self._clock = clock or SystemClock(ZoneInfo(settings.household.timezone))
        now = self._clock.monotonic()
        self._inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.store = Store(settings.state_directory / STORE)
        behaviour = settings.behaviour.alarm_events
        self.alarm = Alarm(settings.alarm, settings.contacts, lambda: uuid.uuid4().hex[:12], behaviour)
        self._pipelines = {room.name: Pipeline(room, settings, now) for room in settings.rooms}
        self._recent: dict[str, deque[Observation]] = {room.name: deque() for room in settings.rooms}
        self._recording: dict[str, float] = {}
        self._topics = Topics(settings.mqtt.topic, settings.household.id, tuple(self._pipelines))
        self._bulletin = Bulletin(self._topics)
        choose = panel or (lambda gesture, report: choose_panel(settings.panel, gesture, report))
        self.panel = choose(self._gesture, self.submit)
        self._broker = EmbeddedBroker(settings.mqtt.port) if settings.mqtt.broker == "embedded" else None
        self.mqtt: MqttOutput | None = None
        self._phones = Phones(settings.contacts, self.submit, self._clock.monotonic)
        self.web = WebServer(settings.web, self, load_token(settings.state_directory), self._clock.monotonic)
        self._watches = tuple(Watch(room, settings, self._inbox.put, loop=loop_files) for room in settings.rooms)
        self._shown: ShowPanel | None = None
        self._faults: dict[tuple[str, str], FaultOccurred] = {}
        self._confined: dict[str, str] = {}
        self._version = 0
        self._passed = self._clock.moment()
        self._thread = threading.Thread(target=self._run, name="core", daemon=True)
        self.on_command: Callable[[Command], None] = lambda _command: None

    def start(self) -> None:
        """Start everything. Raises what a broken part raises; nothing is left running then."""
        try:
            self._start()
        except GuardianError:
            self.stop()
            raise

    def _start(self) -> None:
        self.panel.start()
        if self._broker is not None:
            self._broker.start()
        if self.settings.mqtt.broker != "none":
            endpoint = self._broker.endpoint if self._broker is not None else endpoint_of(self.settings.mqtt)
            self.mqtt = MqttOutput(endpoint, self._topics, self.submit, self.submit)
        moment = self._clock.moment()
        restored = self.alarm.restore(self.store.open_incidents(moment), moment.monotonic)
        for message in self._bulletin.begin(self.alarm.incidents, moment):
            self._publish(message)
        self._carry_out(restored, moment)
        self._carry_out(self.alarm.tick(moment.monotonic), moment)
        if self.mqtt is not None:
            self.mqtt.start()
        self._thread.start()
        if self.settings.web.enabled:
            self.web.start()
        for watch in self._watches:
            watch.start()

    def stop(self) -> None:
        """Stop everything, in reverse."""
        for watch in self._watches:
            if watch.ident is not None:
                watch.stop()
        self.web.stop()
        if self._thread.ident is not None:
            self._inbox.put(None)
            self._thread.join()
        if self.mqtt is not None:
            self.mqtt.stop()
        self._phones.stop()
        if self._broker is not None:
            self._broker.stop()
        self.panel.close()
        self.store.close()

    def submit(self, event: Event) -> None:
        """Put an event into the core's queue; any thread may."""
        self._inbox.put(event)

    @property
    def broker_port(self) -> int | None:
        """Where MQTT 3.1.1 clients find the embedded broker."""
        return self._broker.endpoint_v311.port if self._broker is not None else None

    @property
    def eye_pids(self) -> tuple[int, ...]:
        """The processes of the eyes that are open."""
        return tuple(watch.eye.pid for watch in self._watches if watch.eye is not None)

    def _gesture(self, gesture: Gesture, now: float) -> None:
        """Say what the button means in the state that the alarm is in."""
        self._inbox.put(button_event(gesture, self.alarm.state, now))

    # The core, on its own thread from here on.

    def _run(self) -> None:
        while True:
            message: Message | None
            deadline = self.alarm.next_deadline
            wait = TICK_SECONDS if deadline is None else min(TICK_SECONDS, deadline - self._clock.monotonic())
            try:
                message = self._inbox.get(timeout=max(0.0, wait))
            except queue.Empty:
                self._tick()
                continue
            if message is None:
                return
            self._take(message)
            self._tick()

    def _tick(self) -> None:
        moment = self._passed = self._clock.moment()
        for pipeline in self._pipelines.values():
            self._note(pipeline.tick(moment), moment)
        self._carry_out(self.alarm.tick(moment.monotonic), moment)
        for incident in [key for key, until in self._recording.items() if until <= moment.monotonic]:
            del self._recording[incident]
            self._keep_scene(incident, moment)

    def _take(self, message: Message) -> None:
        moment = self._clock.moment()
        match message:
            case Seen(room, Hello() as hello):
                self._greet(room, hello, moment)
            case Seen(room, Observation() as observation):
                self._remember(room, observation)
                for said in self._bulletin.seen(room, observation.time, moment):
                    self._publish(said)
                self._note(self._pipelines[room].update(observation), moment)
            case Cut(room, reason):
                log.warning("event=eye_ended room=%s reason=%s", room, reason)
                self._note(self._pipelines[room].cut(moment.monotonic, reason), moment)
            case Event():
                self._note((message,), moment)

    def _greet(self, room: str, hello: Hello, moment: Moment) -> None:
        if not hello.confinement.complete:
            reason = f"The eye is not confined: {hello.confinement}"
            fault = FaultOccurred(time=moment.monotonic, room=room, part="sandbox", reasons=(reason,))
            self._note((fault,), moment)

    def _remember(self, room: str, observation: Observation) -> None:
        recent = self._recent[room]
        recent.append(observation)
        while observation.time - recent[0].time > 2 * SCENE_SECONDS:
            recent.popleft()

    def _note(self, events: Sequence[Event], moment: Moment) -> None:
        for event in events:
            log.info("event=%s room=%s reasons=%s", type(event).__name__, event.room, " ".join(event.reasons))
            if isinstance(event, FaultOccurred):
                self._faults[event.part, event.room] = event
            elif isinstance(event, FaultCleared):
                self._faults.pop((event.part, event.room), None)
            self._carry_out(self.alarm.handle(event, moment.monotonic), moment)
            for message in self._bulletin.note(event, moment):
                self._publish(message)
        if events:
            for message in self._bulletin.snoozed(self.alarm.snoozed, moment):
                self._publish(message)

    def _carry_out(self, commands: Sequence[Command], moment: Moment) -> None:
        for command in commands:
            match command:
                case Save(incident):
                    self._save(incident, moment)
                case ShowPanel():
                    self._shown = command
                    self.panel.show(command)
                case Announce(incident):
                    self._version += 1
                    for message in self._bulletin.announce(incident, self.alarm.incidents, moment):
                        self._publish(message)
                case Notify():
                    self._phones.tell(command)
                case Publish():
                    self._publish(command)
            self.on_command(command)

    def _save(self, incident: Incident, moment: Moment) -> None:
        """Make it durable; where the disk fails the alarm goes on, and the fault is told."""
        self._recording.setdefault(incident.id, incident.opened + SCENE_SECONDS)
        try:
            self.store.save(incident, moment)
        except StoreError as error:
            log.exception("event=store_failed")
            self._inbox.put(FaultOccurred(time=moment.monotonic, room="", part="store", reasons=(str(error),)))

    def _keep_scene(self, incident_id: str, moment: Moment) -> None:
        found = [known for known in self.store.incidents(50, moment) if known.id == incident_id]
        for incident in found:
            lines = [recording.dumps(item) for item in self._recent.get(incident.room, ())]
            if lines:
                self.store.save_scene(incident_id, [recording.header(), *lines], moment)
                self._version += 1

    def _publish(self, message: Publish) -> None:
        if self.mqtt is not None:
            self.mqtt.publish(message)

    # What the page asks, on the page's thread.

    def snapshot(self) -> Snapshot:
        """Return the home as of the last pass."""
        return Snapshot(
            moment=self._passed,
            rooms=tuple(self._room(room) for room in self.settings.rooms),
            household=self.settings.household.name,
            incidents=self.alarm.incidents,
            panel=self._shown or DARK,
            faults=tuple(self._faults.values()),
            snoozes=tuple(SnoozeShown(room, until) for room, until in self.alarm.snoozed.items()),
            version=self._version,
        )

    def _room(self, room: Room) -> RoomShown:
        pipeline, recent = self._pipelines[room.name], self._recent[room.name]
        blind = pipeline.view_lost or not recent
        fault = self._faults.get(("sandbox", room.name))
        coverage = Coverage.BLIND if blind else Coverage.DEGRADED if fault else Coverage.ARMED
        reason = "The camera gives no usable picture." if blind else " ".join(fault.reasons) if fault else ""
        aspect = recent[-1].aspect if recent else 4 / 3
        shown = tuple(map(person_shown, pipeline.figures))
        return RoomShown(room.name, coverage, reason, aspect, shown, room.places)

    def incidents(self, limit: int) -> Sequence[PastIncident]:
        """Return the latest incidents, newest first. Raises StoreError."""
        moment = self._clock.moment()
        scenes = self.store.scenes()
        return tuple(past(incident, moment, incident.id in scenes) for incident in self.store.incidents(limit, moment))

    def scene(self, incident_id: str) -> RecordedScene | None:
        """Return the stick figures around an incident. Raises StoreError."""
        lines = self.store.scene(incident_id)
        if not lines:
            return None
        moment = self._clock.moment()
        incident = next((known for known in self.store.incidents(500, moment) if known.id == incident_id), None)
        observations = tuple(recording.read(lines))
        start = observations[-1].time - SCENE_SECONDS
        frames = tuple(
            SceneFrame(item.time - start, tuple(PersonShown(0, "", pose.keypoints) for pose in item.poses))
            for item in observations
        )
        return RecordedScene(incident.room if incident else "", observations[-1].aspect, frames)


def button_event(gesture: Gesture, state: IncidentState | None, now: float) -> HumanEvent:
    """Say what a gesture on the button means: short is "I am all right" or, once it rings, "I have taken it"."""
    if gesture is Gesture.HOLD:
        return HelpCalled(time=now, by="the button", via="button")
    if gesture is Gesture.LONG_HOLD:
        return DrillStarted(time=now, by="the button", via="button")
    if state is IncidentState.RAISED:
        return Acknowledged(time=now, by="the button", via="button")
    return Cancelled(time=now, by="the button", via="button")


def person_shown(figure: Figure) -> PersonShown:
    """A figure as the page draws it."""
    person, place = figure.person, figure.place.name if figure.place else None
    return PersonShown(person.track.id, figure.posture.value, person.track.pose.keypoints, person.name, place)


def past(incident: Incident, moment: Moment, replayable: bool) -> PastIncident:  # noqa: FBT001 - a fact of it
    """An incident with its wall times."""
    snapshot = Snapshot(moment, ())
    closed = None if incident.open else snapshot.wall(incident.changed)
    return PastIncident(incident, snapshot.wall(incident.opened), closed, replayable)
