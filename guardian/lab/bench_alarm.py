"""How long a decision takes to the panel's pins and to a subscriber of the broker, in a real box.

A fall is put into the box's own queue, as the core does when it has decided; the clock runs until the buzzer's pin is
on, and until a client on loopback has the alarm's state in its hands. Each alarm is closed before the next. The same is
measured of a call for help beside open pages, while the provider of the phone that is called hangs.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from guardian.app import Guardian
from guardian.contacts import Contact
from guardian.entrance import Web
from guardian.errors import BrokerError, PanelError
from guardian.events import Event, FallConfirmed, HelpCalled, Resolved
from guardian.io.panel import SimulatedPanel
from guardian.lab import crowd
from guardian.lab.bench_eye import milliseconds
from guardian.settings import Camera, Mqtt, Panel, Room, Settings

ROOM = "room"
ALARMS = 200
PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.002
IDLE, PENDING, RAISED = "idle", "pending", "raised"
VIEWERS = 20


class Subscriber:
    """A client of the broker: when it heard which state of the alarm first, since it last forgot."""

    def __init__(self, port: int) -> None:
        self._news = threading.Condition()
        self._heard: dict[str, float] = {}
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._hear
        self._client.on_connect = lambda client, *_: client.subscribe("guardian/home/alarm", qos=1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def forget(self) -> None:
        """Forget what was heard."""
        with self._news:
            self._heard.clear()

    def heard(self, state: str) -> float:
        """Return when this state was first heard, waiting for it. Raises BrokerError where it never is."""
        with self._news:
            if not self._news.wait_for(lambda: state in self._heard, PATIENCE_SECONDS):
                message = f"no subscriber heard {state!r} within {PATIENCE_SECONDS:g} s"
                raise BrokerError(message)
            return self._heard[state]

    def _hear(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        now = time.monotonic()
        with self._news:
            self._heard.setdefault(message.payload.decode(), now)
            self._news.notify_all()


@contextmanager
def box(film: Path, directory: Path, contacts: tuple[Contact, ...] = ()) -> Iterator[Guardian]:
    """Run a whole appliance, with broker, page, store and an eye on a film that is looped."""
    settings = Settings(
        rooms=(Room(name=ROOM, camera=Camera(source=str(film))),),
        mqtt=Mqtt(broker="embedded", port=0),
        web=Web(port=0),
        panel=Panel(kind="simulated"),
        contacts=contacts,
        privacy={"allow_unconfined": True},
        state_directory=directory,
    )
    guardian = Guardian(settings, loop_files=True)
    try:
        guardian.start()
        yield guardian
    finally:
        guardian.stop()


def switched(panel: SimulatedPanel, since: float, *, on: bool) -> float:
    """Return when the buzzer's pin was switched after `since`, waiting for it. Raises PanelError where it never is."""
    buzzer, limit = Panel().buzzer, time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < limit:
        for level in reversed(panel.gpio.history):
            if level.time < since:
                break
            if level.channel == buzzer and bool(level.level) is on:
                return level.time
        threading.Event().wait(LOOK_SECONDS)
    message = f"the buzzer was not switched {'on' if on else 'off'} within {PATIENCE_SECONDS:g} s"
    raise PanelError(message)


def measure(
    film: Path, directory: Path, alarms: int = ALARMS, step: Callable[[], object] = lambda: None
) -> dict[str, object]:
    """Raise so many alarms, one after the other; return how long they took to the panel and to the subscriber."""

    def fall(decided: float, number: int) -> Event:
        return FallConfirmed(time=decided, room=ROOM, track=1_000 + number, reasons=("A test.",))

    with box(film, directory) as guardian:
        return _series(guardian, fall, PENDING, alarms, step)


def measure_beside_others(
    film: Path, directory: Path, alarms: int = ALARMS, step: Callable[[], object] = lambda: None
) -> dict[str, object]:
    """Call for help so many times, beside open pages and a phone that hangs; return the same as `measure`."""

    def call(decided: float, _number: int) -> Event:
        return HelpCalled(time=decided, by="the bench", via="button")

    with ExitStack() as stack:
        port = stack.enter_context(crowd.hanging_provider())
        anna = Contact(name="Anna", ways=(f"json://127.0.0.1:{port}/",))
        guardian = stack.enter_context(box(film, directory, (anna,)))
        stack.enter_context(crowd.viewers(guardian.page, VIEWERS))
        return {"viewers": VIEWERS, **_series(guardian, call, RAISED, alarms, step)}


def _series(
    guardian: Guardian,
    alarm: Callable[[float, int], Event],
    state: str,
    alarms: int,
    step: Callable[[], object],
) -> dict[str, object]:
    to_panel, to_subscriber = [], []
    panel = cast("SimulatedPanel", guardian.panel)
    subscriber = Subscriber(guardian.broker_port)
    try:
        subscriber.heard(IDLE)
        for number in range(alarms):
            decided = time.monotonic()
            subscriber.forget()
            guardian.submit(alarm(decided, number))
            to_panel.append(switched(panel, decided, on=True) - decided)
            to_subscriber.append(subscriber.heard(state) - decided)
            guardian.submit(Resolved(time=time.monotonic(), by="the bench", via="web", outcome="drill"))
            subscriber.heard(IDLE)
            step()
    finally:
        subscriber.close()
    return {
        "alarms": alarms,
        "panel_ms": milliseconds(to_panel, 50, 99),
        "subscriber_ms": milliseconds(to_subscriber, 50, 99),
    }
