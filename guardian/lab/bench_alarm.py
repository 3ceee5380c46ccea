"""How long a decision takes to the panel's pins and to a subscriber of the broker, in a real box.

A fall is put into the box's own queue, as the core does when it has decided; the clock runs until the buzzer's pin is
on, and until a client on loopback has the alarm's state in its hands. Each alarm is closed before the next.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from guardian.app import Guardian
from guardian.entrance import Web
from guardian.errors import BrokerError, PanelError
from guardian.events import FallConfirmed, Resolved
from guardian.io.panel import SimulatedPanel
from guardian.lab.bench_eye import milliseconds
from guardian.settings import Camera, Mqtt, Panel, Room, Settings

ROOM = "room"
ALARMS = 200
PATIENCE_SECONDS = 20.0
LOOK_SECONDS = 0.002
IDLE, PENDING = "idle", "pending"


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
def box(film: Path, directory: Path) -> Iterator[Guardian]:
    """Run a whole appliance, with broker, page, store and an eye on a film that is looped."""
    settings = Settings(
        rooms=(Room(name=ROOM, camera=Camera(source=str(film))),),
        mqtt=Mqtt(broker="embedded", port=0),
        web=Web(port=0),
        panel=Panel(kind="simulated"),
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
    to_panel, to_subscriber = [], []
    with box(film, directory) as guardian:
        panel = cast("SimulatedPanel", guardian.panel)
        subscriber = Subscriber(guardian.broker_port)
        try:
            subscriber.heard(IDLE)
            for number in range(alarms):
                decided = time.monotonic()
                subscriber.forget()
                guardian.submit(FallConfirmed(time=decided, room=ROOM, track=1_000 + number, reasons=("A test.",)))
                to_panel.append(switched(panel, decided, on=True) - decided)
                to_subscriber.append(subscriber.heard(PENDING) - decided)
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
