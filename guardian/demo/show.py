"""Runs the demonstration and tells what happens. Headless, it is a test: an alarm must be raised, arrive at a
subscriber of the broker, be acknowledged over MQTT and be closed.
"""

import json
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from rich.console import Console

from guardian.app import Guardian
from guardian.entrance import Web
from guardian.errors import ConfigurationError
from guardian.io.panel import SimulatedPanel
from guardian.settings import AlarmSettings, Camera, Mqtt, Room, Settings

FILM = Path(__file__).parent / "fall_at_home.mp4"
ROOM = "living room"
PATIENCE_SECONDS = 0.5


@dataclass
class Witness:
    """A caregiver's phone on the broker: notes the states of the alarm and answers them."""

    states: list[str] = field(default_factory=list)
    incident: str = ""
    closed: threading.Event = field(default_factory=threading.Event)

    def listen(self, port: int, tell: Callable[[str], None], *, answer: bool) -> paho.Client:
        """Subscribe to the incidents; if asked to `answer`, acknowledge what is raised and then close it."""
        client = paho.Client(CallbackAPIVersion.VERSION2)

        def arrived(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
            if not message.payload:
                return
            incident = json.loads(message.payload)
            state = incident["state"]
            if state in self.states[-1:]:
                return
            self.states.append(state)
            tell(f"MQTT    {message.topic}: {state}. {' '.join(incident['reasons'])}")
            self._answer(client, incident["id"], state, answer=answer)

        client.on_message = arrived
        client.connect("127.0.0.1", port)
        client.subscribe("guardian/home/incident/+", qos=1)
        client.loop_start()
        return client

    def _answer(self, client: paho.Client, incident: str, state: str, *, answer: bool) -> None:
        command = "guardian/home/command/"
        if state == "resolved":
            self.closed.set()
        elif answer and state == "raised":
            client.publish(command + "acknowledge", json.dumps({"by": "Anna", "incident": incident}), qos=1)
        elif answer and state == "acknowledged":
            body = {"by": "Anna", "incident": incident, "outcome": "helped"}
            client.publish(command + "resolve", json.dumps(body), qos=1)

    @property
    def satisfied(self) -> bool:
        """Whether the alarm was raised, acknowledged and closed, in that order."""
        life = [state for state in self.states if state in ("raised", "acknowledged", "resolved")]
        return "raised" in life and life[life.index("raised") :][:3] == ["raised", "acknowledged", "resolved"]


def show(source: Path | str, *, headless: bool, seconds: float | None, console: Console) -> int:
    """Run the demonstration for so many seconds (None: until interrupted; headless: until closed). Main thread only.

    Returns the exit code, 0 or 1: a headless one that is interrupted has not worked. Raises ConfigurationError where
    there is no such film.
    """
    if not Path(source).is_file():
        message = f"{source}: there is no such file; a video file would be right"
        raise ConfigurationError(message)
    with _terminated_as_interrupted(), tempfile.TemporaryDirectory(prefix="guardian-demo-") as directory:
        settings = Settings(
            rooms=(Room(name=ROOM, camera=Camera(source=str(source))),),
            mqtt=Mqtt(broker="embedded", port=0),
            web=Web(port=0),
            alarm=AlarmSettings(cancel_seconds=8),
            state_directory=Path(directory),
        )
        guardian = Guardian(
            settings,
            panel=lambda gesture, report: SimulatedPanel(gesture, report, console=console),
            loop_files=not headless,
        )
        try:
            guardian.start()
            return _watch(guardian, headless=headless, seconds=seconds, console=console)
        except KeyboardInterrupt:
            return int(headless)
        finally:
            guardian.stop()


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Take SIGTERM as Ctrl-C: whoever ends the demo leaves no record of the room behind."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _watch(guardian: Guardian, *, headless: bool, seconds: float | None, console: Console) -> int:
    def tell(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    if guardian.late:
        tell(f"The demo needs its parts, and these do not start: {', '.join(guardian.late)}. Try guardian doctor.")
        return 1
    witness, port = Witness(), guardian.broker_port
    if not headless:
        tell("Somebody will fall within the minute: open the page, see it there, and answer the alarm. Ctrl-C ends it.")
    tell(f"Page    {guardian.page}")
    tell(f"Broker  127.0.0.1:{port} (try: mosquitto_sub -p {port} -t 'guardian/#' -v)")
    client = witness.listen(port, tell, answer=headless)
    end = None if seconds is None else time.monotonic() + seconds
    try:
        while end is None or time.monotonic() < end:
            if witness.closed.wait(PATIENCE_SECONDS) and headless and witness.satisfied:
                tell("The fall was seen, the alarm arrived, Anna acknowledged it, and it is closed.")
                return 0
            witness.closed.clear()
    finally:
        client.loop_stop()
        client.disconnect()
    if headless:
        tell(f"No complete alarm within {seconds:g} s; the states seen were: {', '.join(witness.states) or 'none'}.")
        return 1
    return 0
