"""Several boxes of one household at one broker, all under one clock that is moved by hand."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bodies import seen
from boxes import Box

from guardian.app import button_event
from guardian.commands import Lamp, Publish, Sound
from guardian.contacts import Contact
from guardian.events import HumanEvent
from guardian.incident import Incident
from guardian.io.gpio import Gesture
from guardian.neighbour import Neighbour
from guardian.neighbours import filters
from guardian.readings import Heard
from guardian.senses import matches
from guardian.settings import Camera, Household, Room, Settings
from guardian.topics import topics_of

NAMES = {"up": "Upstairs", "down": "Downstairs", "attic": "Attic"}


def settings_of(box: str, others: tuple[str, ...], **ways: bool) -> Settings:
    """The configuration of one box; both have a kitchen, as they may."""
    return Settings(
        household=Household(id=box),
        rooms=(Room(name="kitchen", camera=Camera(source="/dev/video0")),),
        contacts=(Contact(name="Anna", ways=("json://localhost",)), Contact(name="Bruno", ways=("json://localhost",))),
        neighbours=tuple(Neighbour(id=other, name=NAMES[other], **ways) for other in others),
    )


class Households:
    """The boxes, by id, and what the broker keeps. `deaf` are boxes that do not reach it."""

    def __init__(self, *ids: str, **ways: bool) -> None:
        self.now = 0.0
        self.settings = {
            each: settings_of(each, tuple(other for other in ids if other != each), **ways) for each in ids
        }
        self.boxes: dict[str, Box] = {}
        self.kept: dict[str, str] = {}
        self.deaf: set[str] = set()
        self._read: dict[str, int] = {}
        self._starts = 0
        for each in ids:
            self.start(each)

    def start(
        self,
        name: str,
        stored: tuple[Incident, ...] = (),
        learned: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> Box:
        """Start a box, as a new process; the broker tells it what it keeps."""
        self._starts += 1
        prefix, count = f"{name}-{self._starts}", iter(range(10_000))
        box = self.boxes[name] = Box(
            self.settings[name],
            stored=stored,
            learned=learned,
            new_id=lambda: f"{prefix}-{next(count)}",
            after=self.now,
        )
        self._read[name] = 0
        for topic, payload in tuple(self.kept.items()):
            self._deliver(name, Publish(topic, payload, retain=True), retained=True)
        self.pump()
        return box

    def die(self, name: str) -> tuple[Incident, ...]:
        """End a box as a power cut does; return what its disk has."""
        box = self.boxes.pop(name)
        self._say(name, topics_of(self.settings[name]).availability(online=False))
        return tuple(box.brain.alarm.incidents)

    def pump(self) -> None:
        """Carry what was published until nobody has anything more to say."""
        going = True
        while going:
            going = False
            for name, box in tuple(self.boxes.items()):
                entries = box.log.entries
                news, self._read[name] = entries[self._read[name] :], len(entries)
                for _, message in news if name not in self.deaf else ():
                    if isinstance(message, Publish):
                        self._say(name, message)
                        going = True

    def _say(self, speaker: str, message: Publish) -> None:
        if message.retain:
            self.kept[message.topic] = message.payload
            if not message.payload:
                del self.kept[message.topic]
        for listener in set(self.boxes) - {speaker} - self.deaf:
            self._deliver(listener, message)

    def _deliver(self, name: str, message: Publish, *, retained: bool = False) -> None:
        settings, box = self.settings[name], self.boxes[name]
        topics = topics_of(settings)
        moment = box.at(self.now)
        if matches(topics.requests, message.topic) and not retained:
            box.brain.take(topics.parse(message.topic, message.payload.encode(), moment.monotonic), moment)
        elif any(matches(pattern, message.topic) for pattern in filters(settings.neighbours, topics)):
            box.brain.take(Heard(moment.monotonic, message.topic, message.payload.encode(), retained), moment)

    def let_pass(self, seconds: float) -> None:
        """Let time pass for every box, whose camera sees an empty room."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 1.0)
            for box in tuple(self.boxes.values()):
                box.see(seen(self.now))
            self.pump()

    def settle(self) -> None:
        """Let the boxes come to know each other."""
        self.let_pass(12.0)

    def do(self, name: str, event: Callable[..., HumanEvent], **fields: object) -> None:
        """Let a human do something at a box."""
        box = self.boxes[name]
        moment = box.at(self.now)
        box.brain.take(event(**{"time": moment.monotonic, "by": "Rosa", "via": "web", **fields}), moment)
        self.pump()

    def press(self, name: str, gesture: Gesture = Gesture.PRESS) -> None:
        """Let somebody press the button of a box."""
        box = self.boxes[name]
        moment = box.at(self.now)
        box.brain.take(button_event(gesture, box.brain.state, moment.monotonic), moment)
        self.pump()

    def lamp(self, name: str) -> Lamp:
        return self.boxes[name].panel[0]

    def sound(self, name: str) -> Sound:
        return self.boxes[name].panel[1]

    def text(self, name: str) -> str:
        return self.boxes[name].brain.shown.panel.text
