"""A brain with outputs that note what they were handed, under a clock that is moved by hand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from types import MappingProxyType

from bodies import seen, standing, tilted
from schemas import check

from guardian.brain import Brain
from guardian.commands import Glimpse, Lamp, Notify, Publish, SceneCommand, ShowPanel, Sound, Speak
from guardian.contacts import Contact
from guardian.day import Day
from guardian.events import ContactTold
from guardian.eye.watch import Seen
from guardian.identity import Template
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.opinion import Judge
from guardian.outputs import Outputs
from guardian.settings import Camera, Room, Settings
from guardian.skeleton import Observation
from guardian.topics import Topics, topics_of

START = datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc)
KITCHEN = Room(name="kitchen", camera=Camera(source="/dev/video0"))
SETTINGS = Settings(
    rooms=(KITCHEN, Room(name="bath", camera=Camera(source="/dev/video1"))),
    contacts=(Contact(name="Anna", ways=("json://localhost",)), Contact(name="Bruno", ways=("json://localhost",))),
)
TOPICS = topics_of(SETTINGS)


class Log:
    """Everything that left the brain, in its order: (what, thing)."""

    def __init__(self, topics: Topics = TOPICS) -> None:
        self.entries: list[tuple[str, object]] = []
        self.durable = True
        self._topics = topics

    # The panel.
    def start(self) -> None: ...

    def close(self) -> None: ...

    def show(self, command: ShowPanel) -> None:
        self.entries.append(("panel", command))

    # The journal.
    def save(self, incident: Incident, _moment: Moment, notices: Iterable[Notify] = ()) -> None:
        self.entries.append(("save", incident))
        self.entries += [("notice", notice) for notice in notices]

    def save_told(self, event: ContactTold, _moment: Moment) -> None:
        self.entries.append(("told", event))

    def save_scene(self, incident: str, lines: list[str], _moment: Moment) -> None:
        self.entries.append(("scene", (incident, lines)))

    def save_memory(self, room: str, body: str, _moment: Moment) -> None:
        self.entries.append(("memory", (room, body)))

    def save_learned(self, room: str, what: str, body: str, _moment: Moment) -> None:
        self.entries.append((what, (room, body)))

    def save_day(self, day: Day, _moment: Moment) -> None:
        self.entries.append(("day", day))

    def forget_days(self, who: str, _moment: Moment) -> None:
        self.entries.append(("forget days", who))

    def save_person(self, template: Template, _moment: Moment) -> None:
        self.entries.append(("person", template))

    def forget_person(self, name: str, _moment: Moment) -> None:
        self.entries.append(("erase", name))

    def forget_view(self, room: str, _moment: Moment) -> None:
        self.entries.append(("erase in", room))

    def wait(self, _seconds: float, _moment: Moment) -> bool:
        self.entries.append(("wait", None))
        return self.durable

    # MQTT and phones.
    def publish(self, message: Publish) -> None:
        check(message, self._topics)
        self.entries.append(("publish", message))

    def tell(self, notice: Notify) -> None:
        self.entries.append(("tell", notice))

    # The eyes.
    def look_anew(self, room: str) -> None:
        self.entries.append(("look anew", room))

    def close_eye(self, room: str) -> None:
        self.entries.append(("close eye", room))

    def audit(self, who: str, what: str, way: str) -> None:
        self.entries.append(("audit", (who, what, way)))

    def open_eye(self, room: str) -> None:
        self.entries.append(("open eye", room))

    # The voice.
    def speak(self, command: Speak) -> None:
        self.entries.append(("speak", command))

    # What there is to learn from.
    def keep(self, command: SceneCommand) -> None:
        self.entries.append(("keep", command))

    # What a drawing is made from.
    def glimpse(self, glimpse: Glimpse) -> None:
        self.entries.append(("glimpse", glimpse))

    def all(self, what: str) -> list[object]:
        return [thing for name, thing in self.entries if name == what]

    @property
    def outputs(self) -> Outputs:
        return Outputs(
            panel=self,  # type: ignore[arg-type]
            journal=self,  # type: ignore[arg-type]
            publish=self.publish,
            tell=self.tell,
            scenes=self.keep,
            look_anew=self.look_anew,
            glimpse=self.glimpse,
            close_eye=self.close_eye,
            open_eye=self.open_eye,
            audit=self.audit,
            speak=self.speak,
        )


class Box:
    """A brain at work. `at(t)` is the moment t seconds after it began, monotonic second 1000."""

    def __init__(
        self,
        settings: Settings = SETTINGS,
        *,
        stored: Iterable[Incident] = (),
        people: Sequence[Template] = (),
        memories: Mapping[str, tuple[float, str]] = MappingProxyType({}),
        learned: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
        network: Judge | None = None,
        days: Iterable[Day] = (),
        told: Iterable[ContactTold] = (),
        new_id: Callable[[], str] | None = None,
        after: float = 0.0,
    ) -> None:
        self.log, self.now = Log(topics_of(settings)), after
        names = iter(range(10_000))
        now = self.at(after)
        self.brain = Brain(settings, self.log.outputs, new_id or (lambda: f"i-{next(names)}"), now, network)
        self.brain.begin(stored, people, now, memories, learned, days=days, told=told)

    @staticmethod
    def at(seconds: float) -> Moment:
        return Moment(1_000.0 + seconds, START + timedelta(seconds=seconds))

    def see(self, observation: Observation, room: str = "kitchen") -> None:
        """Let the eye of a room say what it saw, its time counted from the box's start."""
        self.now = observation.time
        moment = self.at(self.now)
        fields = {name: getattr(observation, name) for name in Observation.__slots__}
        self.brain.take(Seen(room, Observation(**{**fields, "time": moment.monotonic})), moment)
        self.brain.tick(moment)

    def watch(self, seconds: float, pose: object = None, *, fps: float = 10.0) -> None:
        """Let a body be seen for so long; None is an empty room."""
        for _ in range(round(seconds * fps)):
            self.see(seen(self.now + 1 / fps, *([] if pose is None else [pose])))

    def fall(self, *, lying: float = 20.0) -> None:
        """Somebody stands, goes over in 0.6 s, and lies for so long."""
        self.watch(3.0, standing())
        for step in range(6):
            self.watch(0.1, tilted(15.0 * (step + 1)))
        self.watch(lying, tilted(90.0))

    def let_pass(self, seconds: float) -> None:
        """Let time pass without a frame."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 0.5)
            self.brain.tick(self.at(self.now))

    @property
    def state(self) -> IncidentState | None:
        return self.brain.alarm.state

    @property
    def panel(self) -> tuple[Lamp, Sound]:
        shown = self.log.all("panel")[-1]
        assert isinstance(shown, ShowPanel)
        return shown.lamp, shown.sound
