"""The composition root: builds the parts, runs the core on one thread, and stops everything in reverse.

One inbox takes what the eyes saw, what the outputs report and what humans do. A part that does not work is reported and
tried again; it keeps none of the others from working.
"""

import fcntl
import logging
import os
import queue
import signal
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

from guardian import neighbours
from guardian.brain import Brain, Message
from guardian.commands import Publish
from guardian.configuration import languages
from guardian.discovery import Discovery
from guardian.errors import ConfigurationError, ModelError, PanelError
from guardian.events import (
    Acknowledged,
    Cancelled,
    DrillStarted,
    Event,
    HelpCalled,
    HumanEvent,
    PauseAsked,
)
from guardian.eye.orders import EyeSettings, orders_for
from guardian.eye.watch import Seen, Sight, Watch
from guardian.habits import TOLD, needed
from guardian.home import Home, scenes_of
from guardian.inbox import Inbox
from guardian.incident import IncidentState
from guardian.io.broker import EmbeddedBroker, is_ours
from guardian.io.clock import Clock, SystemClock
from guardian.io.examination import Examination
from guardian.io.gpio import Gesture
from guardian.io.health import Health, Rounds
from guardian.io.heartbeat import Heartbeat
from guardian.io.journal import Journal, MessageShelf
from guardian.io.mqtt import MqttOutput, endpoint_of, password_of
from guardian.io.notify import Phones
from guardian.io.outbox import Outbox
from guardian.io.panel import NoPanel, Panel, choose_panel
from guardian.io.scenes import SceneWriter
from guardian.io.voice import choose_voice
from guardian.io.watchdog import Systemd, Watchdog
from guardian.io.ways import Ways
from guardian.late import Late
from guardian.learned import LEARNED
from guardian.moment import Moment
from guardian.network import Network, judge_for
from guardian.outputs import Outputs
from guardian.pause import PAUSES
from guardian.readings import Heard
from guardian.sense import filters
from guardian.settings import Room, Settings
from guardian.together import BOXES
from guardian.topics import topics_of
from guardian.trials import KEPT as TRIED
from guardian.web.household import Coverage
from guardian.web.server import WebServer
from guardian.web.tokens import load_token
from guardian.web.tongues import Tongues

log = logging.getLogger(__name__)

TICK_SECONDS = 0.5
ALIVE_SECONDS = 10.0
"""A core that has not finished a pass for so long gives no sign of life to the outside."""
LOOP_HOLD_SECONDS = 60.0
"""A film that is played over and over stands still for so long between two rounds: time to answer its alarm."""
MOST_WAITING = 1_000
"""A flood at the broker, or from an eye that was taken over, may hold up what it pretends to be, and nothing else."""
STORE, LOCK = "guardian.db", "guardian.lock"

MakePanel = Callable[[Callable[[Gesture, float], None], Callable[[Event], None]], Panel]


class Guardian:
    """One box: the core, and every output that the settings name.

    `panel` makes another panel than the settings name; `loop_files` plays video files over and over. `ended` is set
    when the core has ended, whether it was asked to or not.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        panel: MakePanel | None = None,
        loop_files: bool = False,
    ) -> None:
        self.settings = settings
        self.ended = threading.Event()
        self._clock = clock or SystemClock(ZoneInfo(settings.household.timezone))
        self._inbox = Inbox(self._clock.monotonic)
        self._late = Late(self.submit, self._clock.monotonic)
        self._lock_file: int | None = None
        self.panel = self._choose_panel(panel)
        self.journal = Journal(settings.state_directory / STORE, self.submit)
        self.broker = _embedded(settings)
        self.mqtt: MqttOutput | None = None
        self.web: WebServer | None = None
        names = tuple(contact.name for contact in settings.contacts)
        book, moment = languages.phrasebook(settings.household.language), self._clock.moment
        self.ways = Ways(names, self.submit, self._clock.monotonic, self._ringing, book=book)
        connect, told = self.ways.connect, self.ways.drawings.told
        self._phones = Phones(settings.contacts, self.submit, moment, connect=connect, book=book, told=told)
        self.scenes = SceneWriter(scenes_of(settings), settings.feedback, self.submit, self._clock.moment)
        self.voice = choose_voice(settings.voice, settings.household.language, self.submit, self._clock.monotonic)
        new_id, judge = lambda: uuid.uuid4().hex[:12], self._judge()
        self.brain = Brain(settings, self._outputs(), new_id, moment(), judge, book=book)
        self.home = Home(settings, self.brain, self.journal, self._clock, self.submit)
        self.watches = tuple(
            Watch(room.name, _orders(room, settings, loop=loop_files), self._see) for room in settings.rooms
        )
        rooms = (room.name for room in settings.rooms)
        self._watchdog = Watchdog(rooms, Systemd(), self._clock.monotonic())
        self._rounds = Rounds[Message](self._examine(), moment, self._inbox.put)
        self._heartbeat = self._supervised()
        self._core = threading.Thread(target=self._run, name="core", daemon=True)

    @property
    def late(self) -> tuple[str, ...]:
        """The parts that have not started yet, and are tried again."""
        return self._late.parts

    @property
    def page(self) -> str:
        """The address of the page, with its secret; empty where there is none."""
        return self.web.address if self.web is not None else ""

    @property
    def broker_port(self) -> int:
        """Where the embedded broker speaks MQTT 3.1.1; 0 where there is none."""
        return self.broker.endpoint_v311.port if self.broker is not None else 0

    def start(self) -> None:
        """Start everything. Raises ConfigurationError where another one runs on the same state; a part that cannot
        start is reported, named in `late` and tried again.
        """
        self._lock_file = lock(self.settings.state_directory / LOCK)
        moment = self._clock.moment()
        stored = self.journal.open(moment)
        self.ways.start(self.settings.state_directory)  # before anybody is told: a button is void without what it keeps
        self._late.begin("panel", self.panel.start)
        self.voice.start()
        if self.broker is not None:
            self._late.begin("broker", self.broker.start)
        if self.settings.mqtt.broker != "none":
            self._late.begin("mqtt", self._connect)
        learned = {what: self.journal.learned(what) for what in (*LEARNED, TOLD, TRIED, BOXES, PAUSES)}
        days = self.journal.days(needed(moment.wall.date()))
        memories, told = self.journal.memories(moment), self.journal.told(moment)
        self.brain.begin(stored, self.journal.people(), moment, memories, learned, days=days, told=told)
        self._phones.resume(self.journal.untold(moment))
        if self.mqtt is not None:
            self.mqtt.start()
        self._watchdog.started(self._clock.monotonic())
        self._core.start()
        self.scenes.start()
        self._rounds.start()
        if self._heartbeat is not None:
            self._heartbeat.start()
        if self.settings.web.enabled:
            self._late.begin("page", self._serve)
        for watch in self.watches:
            watch.start()
        self._late.start()

    def stop(self) -> None:
        """Stop everything, in reverse. What waits to be written or sent gets a few seconds."""
        self._watchdog.stopping()
        self._rounds.stop()
        if self._heartbeat is not None:
            self._heartbeat.stop()
        self._late.stop()
        for watch in self.watches:
            watch.stop()
        if self.web is not None:
            self.web.stop()
        if self._core.ident is not None:
            self._inbox.put(None)
            self._core.join()
        if self.mqtt is not None:
            self.mqtt.stop()
        self._phones.stop()
        self.ways.stop()
        if self.broker is not None:
            self.broker.stop()
        self.panel.close()
        self.voice.stop()
        self.scenes.close()
        self.journal.close()
        if self._lock_file is not None:
            os.close(self._lock_file)

    def submit(self, event: Event) -> None:
        """Put an event into the core's queue; any thread may."""
        self._inbox.put(event)

    def _choose_panel(self, make: MakePanel | None) -> Panel:
        try:
            if make is not None:
                return make(self._gestured, self.submit)
            return choose_panel(self.settings.panel, self._gestured, self.submit)
        except PanelError as error:
            self._late.report("panel", error)
            return NoPanel()

    def _judge(self) -> Network | None:
        """The network beside the rules; they do without it, and say so."""
        try:
            return judge_for(self.settings.falls)
        except ModelError as error:
            self._late.report("model", error)
            return None

    def _outputs(self) -> Outputs:
        return Outputs(
            *(self.panel, self.journal, self._publish, self._phones.tell, self.scenes.put),
            look_anew=lambda room: self._watch(room).look_anew(),
            glimpse=self.ways.drawings.keep,
            close_eye=lambda room: self._watch(room).close(),
            open_eye=lambda room: self._watch(room).open(),
            audit=self._note_deed,
            speak=self.voice.say,
        )

    def _examine(self) -> Callable[[Moment], tuple[Message, ...]]:
        """What looks at the machine: what is wrong with it, and its numbers."""
        health = Health(self.settings.state_directory)
        examination = Examination(self.settings.state_directory)
        return lambda moment: (*health.examine(moment), examination.measure(moment))

    def _supervised(self) -> Heartbeat | None:
        """The sign of life to somewhere outside, where the settings name an address."""
        url, seconds = self.settings.supervision.url, self.settings.supervision.seconds

        def alive() -> bool:
            return self._clock.monotonic() - self.brain.shown.moment.monotonic < ALIVE_SECONDS

        return None if url is None else Heartbeat(url, seconds, alive, self.submit, self._clock.monotonic)

    def _gestured(self, gesture: Gesture, now: float) -> None:
        self.submit(button_event(gesture, self.brain.state, now))

    def _publish(self, message: Publish) -> None:
        if self.mqtt is not None:
            self.mqtt.publish(message)

    def _ringing(self) -> tuple[float, frozenset[str]]:
        """Say which incidents nobody has taken, as of when the core last finished a pass."""
        shown = self.brain.shown
        raised = (incident.id for incident in shown.incidents if incident.state is IncidentState.RAISED)
        return shown.moment.monotonic, frozenset(raised)

    def _note_deed(self, who: str, what: str, way: str) -> None:
        if self.web is not None:
            self.web.note(who, what, way)

    def _watch(self, room: str) -> Watch:
        return next(watch for watch in self.watches if watch.room == room)

    def _connect(self) -> None:
        endpoint = self.broker.endpoint if self.broker is not None else endpoint_of(self.settings.mqtt)
        topics = topics_of(self.settings)
        senses = (*filters(self.settings.senses), *neighbours.filters(self.settings.neighbours, topics))
        shelf = MessageShelf(self.journal, self._clock.moment)
        outbox = Outbox(shelf=shelf, kept=self.journal.messages())
        self.mqtt = MqttOutput(
            *(endpoint, topics, self.submit, self.submit),
            senses=senses,
            on_heard=self._hear,
            outbox=outbox,
            discovery=Discovery(self.settings, topics),
        )

    def _see(self, sight: Sight) -> None:
        """Put what an eye said into the core's queue; one that says more than the core can take is not heard in all."""
        if not isinstance(sight, Seen) or self._inbox.qsize() < MOST_WAITING:
            self._inbox.put(sight)

    def _hear(self, heard: Heard) -> None:
        """Put what a sense said into the core's queue, unless that is full of such."""
        if self._inbox.qsize() < MOST_WAITING:
            self._inbox.put(heard)
        else:
            log.error("event=sense_unheard topic=%r reason='too much waits'", heard.topic)

    def _serve(self) -> None:
        try:
            state = self.settings.state_directory
            token = load_token(state)
        except OSError as error:
            message = f"the page's token cannot be kept: {error}"
            raise ConfigurationError(message) from error
        monotonic, wall = self._clock.monotonic, self._wall
        tongues = Tongues(languages.phrasebooks(), self.settings.household.language)
        self.web = WebServer(self.settings.web, self.home, token, state, monotonic, wall=wall, tongues=tongues)
        self.web.start()

    def _wall(self) -> float:
        return self._clock.moment().wall.timestamp()

    # The core, on its own thread.

    def _run(self) -> None:
        try:
            while self._pass():
                pass
        finally:
            self.ended.set()

    def _pass(self) -> bool:
        """Wait for the next message or deadline and let the brain see to it; False where it is time to end."""
        deadline = self.brain.next_deadline
        wait = TICK_SECONDS if deadline is None else min(TICK_SECONDS, deadline - self._clock.monotonic())
        try:
            message = self._inbox.get(max(0.0, wait))
        except queue.Empty:
            moment = self._clock.moment()
            self.brain.tick(moment)
        else:
            if message is None:
                return False
            moment = self._clock.moment()
            self.brain.take(message, moment)
            self.brain.decided(message, self._clock.monotonic())
            if isinstance(message, Seen):
                self._watchdog.seen(message.room, message.observation.time)
        shown = self.brain.shown.rooms
        rooms = {coverage: {room.name for room in shown if room.coverage is coverage} for coverage in Coverage}
        failed = {watch.room for watch in self.watches if watch.failed}  # only a new start opens those eyes again
        self._watchdog.passed(moment.monotonic, rooms[Coverage.BLIND] - failed, rooms[Coverage.PAUSED])
        return True


def run(settings: Settings, *, loop_files: bool = False) -> int:
    """Run the daemon until SIGTERM or SIGINT; 0 then, 1 where the core ended by itself, so that systemd starts it anew.

    Raises ConfigurationError where another one runs on the same state.
    """
    guardian = Guardian(settings, loop_files=loop_files)
    asked = threading.Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        log.info("event=stopping signal=%s", signal.Signals(number).name)
        asked.set()
        guardian.ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    try:
        guardian.start()
        guardian.ended.wait()
    finally:
        guardian.stop()
    return 0 if asked.is_set() else 1


def button_event(gesture: Gesture, state: IncidentState | None, now: float) -> HumanEvent:
    """Say what a gesture on the button means: short is "I am all right" or, once it rings, "I have taken it"."""
    if gesture in (Gesture.PAUSE, Gesture.WATCH):
        return PauseAsked(time=now, by="the button", via="button", seconds=None if gesture is Gesture.PAUSE else 0.0)
    if gesture is Gesture.HOLD:
        return HelpCalled(time=now, by="the button", via="button")
    if gesture is Gesture.LONG_HOLD:
        return DrillStarted(time=now, by="the button", via="button")
    if state is IncidentState.RAISED:
        return Acknowledged(time=now, by="the button", via="button")
    return Cancelled(time=now, by="the button", via="button")


def _orders(room: Room, settings: Settings, *, loop: bool) -> EyeSettings:
    hold, unconfined = LOOP_HOLD_SECONDS if loop else 0.0, settings.privacy.allow_unconfined
    return orders_for(room.camera, settings.models, allow_unconfined=unconfined, hold=hold, loop=loop)


def _embedded(settings: Settings) -> EmbeddedBroker | None:
    """Our own broker, where the settings want it, or leave it open and this machine has none."""
    if not is_ours(settings.mqtt):
        return None
    return EmbeddedBroker(settings.mqtt.port, settings.mqtt.username, password_of(settings.mqtt))


def lock(path: Path) -> int | None:
    """Hold the state for this process alone; None where the directory cannot be written, which the journal reports.

    Raises ConfigurationError where another process holds it: two boxes on one panel would contradict each other.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        message = f"{path.parent}: another Guardian runs on this state; stop it first, or name another state_directory"
        raise ConfigurationError(message) from error
    return descriptor
