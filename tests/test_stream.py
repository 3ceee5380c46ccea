"""A day in one room under a virtual clock: what the eye sees goes in, what the household is told comes out."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

import numpy as np
import pytest
from bodies import posed_like, seated, standing, tilted
from schemas import check

from guardian.alarm import Alarm
from guardian.commands import Announce, Command, Lamp, Notify, Publish, Save, ShowPanel, Sound
from guardian.contacts import Contact
from guardian.events import Event
from guardian.io.fakes import FakeClock
from guardian.pipeline import Pipeline
from guardian.settings import AlarmSettings, Camera, Room, Settings
from guardian.skeleton import KEYPOINTS, Observation, Pose
from guardian.topics import Bulletin, Topics

ROOM = Room(name="kitchen", camera=Camera(source="none"))
SETTINGS = Settings(
    rooms=(ROOM,),
    contacts=tuple(Contact(name=name, ways=("json://localhost",)) for name in ("Anna", "Bruno")),
    alarm=AlarmSettings(cancel_seconds=30, repeat_seconds=60, view_lost_seconds=180),
)
MORNING = datetime(2025, 6, 1, 8, 0, tzinfo=timezone.utc)
LYING = tilted(90)
Gaps = Iterator[float]


def even(fps: float) -> Gaps:
    return itertools.repeat(1 / fps)


def irregular(seed: int) -> Gaps:
    """Frames as a loaded box gives them: mostly ten a second, now and then none for a third of one."""
    random = np.random.default_rng(seed)
    while True:
        yield float(random.choice([0.05, 0.1, 0.1, 0.1, 0.2, 0.35]) * random.uniform(0.8, 1.2))


@dataclass(frozen=True, slots=True)
class Step:
    """A step in an incident's life, at `time` seconds after the day began."""

    incident: str
    state: str
    time: float


class Day:
    """The stages, the alarm and the words for the broker, put together as in the box, without a thread."""

    def __init__(self, gaps: Gaps) -> None:
        self.clock, self.gaps = FakeClock(500.0, MORNING), gaps
        self.noise = np.random.default_rng(3)
        self.pipeline = Pipeline(ROOM, SETTINGS, self.clock.monotonic())
        numbers = itertools.count(1)
        self.alarm = Alarm(
            SETTINGS.alarm, SETTINGS.contacts, lambda: f"i-{next(numbers)}", SETTINGS.behaviour.alarm_events
        )
        self.topics = Topics("guardian", "home", ("kitchen",))
        self.bulletin = Bulletin(self.topics)
        self.events, self.steps, self.told = list[Event](), list[Step](), list[tuple[str, float]]()
        self.panels, self.retained = list[ShowPanel](), dict[str, str]()
        self._publish(self.bulletin.begin((), self.clock.moment()))

    @property
    def now(self) -> float:
        """Seconds since the day began."""
        return self.clock.monotonic() - 500.0

    def show(self, seconds: float, pose: Callable[[float], Pose | None], **more: float | bool) -> "Day":
        """Let the eye see for so long; `pose` says how the body is held after which share of that time."""
        start = self.now
        while self.now < start + seconds:
            self.clock.advance(next(self.gaps))
            body = pose(min(1.0, (self.now - start) / seconds))
            poses = () if body is None else (posed_like(body, self.noise.normal(0, 0.002, (KEYPOINTS, 2)), 0.6),)
            self._see(Observation(time=self.clock.monotonic(), poses=poses, **more))
        return self

    def hold(self, seconds: float, pose: Pose | None) -> "Day":
        return self.show(seconds, lambda _: pose)

    def go(self, seconds: float, start: Pose, end: Pose) -> "Day":
        """Move evenly from one pose to another."""
        return self.show(seconds, lambda part: Pose(start.keypoints + part * (end.keypoints - start.keypoints), 0.6))

    def fall(self) -> "Day":
        return self.show(0.8, lambda part: tilted(90 * part**2))

    def rest(self, seconds: float) -> "Day":
        """Nobody is there and nothing moves: the eye looks on, MoveNet sleeps."""
        gaps, self.gaps = self.gaps, itertools.repeat(2.5)
        self.show(seconds, lambda _: None, looked=False)
        self.gaps = gaps
        return self

    def be_silent(self, seconds: float) -> "Day":
        """No frame comes at all."""
        for _ in range(round(seconds * 2)):
            self.clock.advance(0.5)
            self._tick()
        return self

    def ask(self, request: str, payload: str) -> "Day":
        """A human asks for something over MQTT."""
        topic = self.topics.topic("command", request)
        self._note((self.topics.parse(topic, payload.encode(), self.clock.monotonic()),))
        return self

    def life(self, incident: str) -> list[str]:
        return [step.state for step in self.steps if step.incident == incident]

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def _see(self, observation: Observation) -> None:
        self._publish(self.bulletin.seen("kitchen", observation.time, self.clock.moment()))
        self._note(self.pipeline.update(observation, self.clock.moment()))
        self._tick()

    def _tick(self) -> None:
        self._note(self.pipeline.tick(self.clock.moment()))
        self._carry_out(self.alarm.tick(self.clock.monotonic()))
        deadline = self.alarm.next_deadline
        assert deadline is None or deadline > self.clock.monotonic()

    def _note(self, events: Iterable[Event]) -> None:
        for event in events:
            self.events.append(event)
            self._carry_out(self.alarm.handle(event, self.clock.monotonic()))
            self._publish(self.bulletin.note(event, self.clock.moment()))

    def _carry_out(self, commands: Iterable[Command]) -> None:
        saved = set[str]()
        for command in commands:
            match command:
                case Save(incident):
                    saved.add(incident.id)
                case ShowPanel():
                    self.panels.append(command)
                case Announce(incident):
                    assert incident.id in saved
                    step = Step(incident.id, incident.state.value, self.now)
                    if self.life(incident.id)[-1:] != [step.state]:
                        self.steps.append(step)
                    self._publish(self.bulletin.announce(incident, self.alarm.incidents, self.clock.moment()))
                case Notify():
                    self.told.append((command.contact, self.now))
                case Publish():
                    self._publish((command,))

    def _publish(self, messages: Iterable[Publish]) -> None:
        for message in messages:
            check(message, self.topics)
            if message.retain:
                self.retained[message.topic.removeprefix("guardian/home/")] = message.payload


def morning(day: Day) -> Day:
    """Breakfast: somebody comes, sits, gets up and goes; then nobody for hours, and the camera's plug is loose."""
    day.hold(4, standing()).go(2, standing(), seated()).hold(8, seated()).go(2, seated(), standing())
    return day.hold(2, standing()).hold(25, None).rest(3 * 3600).be_silent(12).rest(30)


def stumble(day: Day) -> Day:
    """A fall at noon; she presses the button: she is all right; and gets up."""
    day.hold(3, standing()).fall().hold(7, LYING).ask("cancel", '{"by": "Rosa"}')
    return day.go(3, LYING, standing()).hold(4, standing()).hold(25, None).rest(1800)


def accident(day: Day) -> Day:
    """A fall in the afternoon after which nobody answers, until Bruno does; he goes there and closes it."""
    day.hold(3, standing()).fall().hold(100, LYING).ask("acknowledge", '{"by": "Bruno"}')
    day.hold(200, LYING).ask("resolve", '{"by": "Bruno", "outcome": "helped"}')
    return day.go(3, LYING, standing()).hold(4, standing()).hold(25, None).rest(3600)


def whole(gaps: Gaps) -> Day:
    return accident(stumble(morning(Day(gaps))))


RATES = {
    "5 a second": lambda: even(5),
    "10 a second": lambda: even(10),
    "15 a second": lambda: even(15),
    "30 a second": lambda: even(30),
    "irregular": lambda: irregular(1),
    "irregular otherwise": lambda: irregular(2),
}


@pytest.fixture(scope="module", params=RATES, ids=list(RATES))
def day(request: pytest.FixtureRequest) -> Day:
    return whole(RATES[request.param]())


def test_a_quiet_morning_rings_nobody_and_a_loose_plug_is_told():
    day = morning(Day(even(10)))
    assert day.steps == []
    assert day.told == []
    assert [name for name in day.names() if name.startswith("View")] == ["ViewLost", "ViewRestored"]
    assert {panel.sound for panel in day.panels} == {Sound.SILENT}
    assert Lamp.DOUBLE_BLINK in {panel.lamp for panel in day.panels}
    assert '"state":"armed"' in day.retained["room/kitchen/coverage"]


def test_everything_that_happens_on_a_day_happens_at_every_frame_rate(day: Day):
    assert day.names() == [
        *("PersonAppeared", "PersonLeft", "ViewLost", "ViewRestored"),
        *("PersonAppeared", "FallSuspected", "FallConfirmed", "Cancelled", "PersonRecovered", "PersonLeft"),
        *("PersonAppeared", "FallSuspected", "FallConfirmed", "LongLie", "Acknowledged", "Resolved"),
        *("PersonRecovered", "PersonLeft"),
    ]


def test_a_stumble_ends_when_she_says_so_and_the_accident_when_bruno_has_been_there(day: Day):
    assert day.life("i-1") == ["suspected", "pending", "resolved"]
    assert day.life("i-2") == ["suspected", "pending", "raised", "acknowledged", "resolved"]
    assert {step.incident for step in day.steps} == {"i-1", "i-2"}


def test_phones_ring_only_when_nobody_answered_the_box_one_contact_after_the_other(day: Day):
    raised = next(step.time for step in day.steps if step.state == "raised")
    ringing = [(name, time - raised) for name, time in day.told]
    assert [name for name, _ in ringing[:2]] == ["Anna", "Bruno"]
    assert [time for _, time in ringing[:2]] == pytest.approx([0, 60], abs=0.5)


def test_the_siren_sounds_from_the_alarm_until_it_is_acknowledged(day: Day):
    sounds = [sound for sound, _ in itertools.groupby(panel.sound for panel in day.panels)]
    assert sounds == [Sound.SILENT, Sound.PIPS, Sound.SILENT, Sound.PIPS, Sound.SIREN, Sound.SILENT]
    assert (day.panels[-1].lamp, day.panels[-1].text) == (Lamp.STEADY, "Watching.")


def test_in_the_evening_the_broker_holds_a_calm_home(day: Day):
    assert day.retained["alarm"] == "idle"
    assert day.retained["alarm/incident"] == "{}"
    assert day.retained["incident/i-1"] == day.retained["incident/i-2"] == ""
    assert '"occupied":false' in day.retained["room/kitchen/occupancy"]
    assert '"state":"armed"' in day.retained["room/kitchen/coverage"]


def test_the_countdown_is_as_long_at_every_frame_rate(day: Day):
    times = {step.state: step.time for step in day.steps if step.incident == "i-2"}
    assert times["raised"] - times["pending"] == pytest.approx(30, abs=0.4)
    assert times["pending"] - times["suspected"] == pytest.approx(4, abs=1)


def test_a_step_of_the_wall_clock_changes_nothing_but_the_times_that_are_told():
    plain, stepped = whole(even(10)), Day(even(10))
    morning(stepped)
    stepped.clock.step_wall(-86_400)
    stumble(stepped)
    stepped.clock.step_wall(3 * 86_400)
    accident(stepped)
    assert stepped.steps == plain.steps
    assert stepped.told == plain.told


def test_the_same_day_twice_is_the_same():
    first, second = whole(irregular(4)), whole(irregular(4))
    assert first.events == second.events
    assert first.steps == second.steps
    assert first.retained == second.retained


def test_an_alarm_does_not_wait_for_frames():
    day = Day(even(10)).hold(3, standing()).fall().hold(6, LYING)
    assert day.life("i-1") == ["suspected", "pending"]
    day.be_silent(31)
    assert day.life("i-1") == ["suspected", "pending", "raised"]
    assert [name for name, _ in day.told] == ["Anna"]


def test_a_room_that_stays_out_of_sight_becomes_an_alarm_of_its_own_kind():
    day = Day(even(10)).hold(3, standing()).be_silent(190)
    assert day.life("i-1") == ["raised"]
    assert day.panels[-1].sound is Sound.SILENT
    assert day.hold(3, standing()).life("i-1") == ["raised", "resolved"]


def test_who_sits_for_hours_without_moving_is_asked_and_then_helped():
    day = Day(even(10)).hold(3, standing()).go(2, standing(), seated())
    day.gaps = even(0.5)
    day.hold(90 * 60, seated())
    while "StillnessExceeded" not in day.names() and day.now < 6_000:
        day.hold(2, seated())
    assert day.names() == ["PersonAppeared", "StillnessExceeded"]
    assert day.life("i-1") == ["pending"]
    day.hold(40, seated())
    assert day.life("i-1") == ["pending", "raised"]
