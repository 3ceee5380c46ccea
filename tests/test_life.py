"""The daemon as a process: killed at the worst moment, its eye killed, and stopped as systemd stops it."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import waiting
import yaml
from brokers import Listener, Told, free_port
from paho.mqtt.enums import MQTTProtocolVersion

from guardian.demo.show import FILM
from guardian.io.database import peek
from guardian.io.mqtt_session import Endpoint

pytestmark = pytest.mark.slow

SECONDS = 60.0
BUZZER = 18
HOME = "guardian/home/"
RPI = Path(__file__).parent / "rpi"


def read(file: Path) -> str:
    """What /proc says; nothing where that process or thread has just ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return file.read_text()
    return ""


class Daemon:
    """`guardian run` with its own state, an embedded broker, a header that notes its levels, and our film as camera."""

    def __init__(self, path: Path, contacts: Sequence[Mapping[str, object]] = ()) -> None:
        self.port, self.pins = free_port(), path / "pins"
        self._path, self._config = path, path / "guardian.yaml"
        self._config.write_text(
            yaml.safe_dump(
                {
                    "rooms": [{"name": "kitchen", "camera": {"source": str(FILM)}}],
                    "mqtt": {"broker": "embedded", "port": self.port},
                    "panel": {"kind": "gpio"},
                    "web": {"port": 0},
                    "contacts": list(contacts),
                    "alarm": {"repeat_seconds": 3600},
                    "state_directory": str(path / "state"),
                }
            )
        )
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.pins.write_text("")
        environment = {**os.environ, "PYTHONPATH": str(RPI), "GUARDIAN_TEST_PINS": str(self.pins)}
        command = [sys.executable, "-m", "guardian", "run", "--config", str(self._config)]
        with (self._path / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log)

    def kill(self, number: int = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    @property
    def log(self) -> str:
        return (self._path / "log").read_text()

    def buzzing(self) -> bool:
        """Whether the buzzer has been on since the daemon was started."""
        return f"{BUZZER} 1\n" in self.pins.read_text()

    def eyes(self) -> list[int]:
        """The processes of the eyes: children of the brain that run guardian.eye."""
        assert self.process is not None
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        children = {int(pid) for file in threads for pid in read(file).split()}
        return [pid for pid in children if "guardian.eye" in read(Path(f"/proc/{pid}/cmdline"))]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(tmp_path)
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()
    print(made.log)  # noqa: T201 - pytest shows it where the test fails


class Provider:
    """A provider of phone messages on loopback: refuses what it is posted until it is `open`."""

    def __init__(self) -> None:
        self.open = False
        self.taken: Told[dict[str, object]] = Told()
        self.refused = threading.Event()
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if provider.open:
                    provider.taken(posted)
                else:
                    provider.refused.set()
                self.send_response(200 if provider.open else 503)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)

    @property
    def way(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    serving = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    serving.start()
    yield made
    made.server.shutdown()
    serving.join()
    made.server.server_close()


eventually = partial(waiting.eventually, seconds=SECONDS)


@contextmanager
def listening(daemon: Daemon) -> Iterator[Listener]:
    """A subscriber of everything, from the first moment at which the broker answers."""
    endpoint = Endpoint("127.0.0.1", daemon.port)
    found: list[Listener] = []

    def connects() -> bool:
        try:
            found.append(Listener(endpoint, protocol=MQTTProtocolVersion.MQTTv311))
        except ConnectionRefusedError:
            return False
        return True

    eventually(connects, "the broker answers")
    with found[0] as listener:
        yield listener


def raise_alarm(listener: Listener) -> str:
    """Call for help over MQTT; return the topic of the incident."""
    listener.wait_for(HOME + "availability", "online")
    listener.ask(HOME + "command/help", "Rosa")
    listener.wait_for(HOME + "alarm", "raised")
    return listener.heard.wait_for_one(lambda each: each[0].startswith(HOME + "incident/"))[0]


def test_a_brain_that_is_killed_while_it_rings_rings_again(daemon: Daemon):
    with listening(daemon) as listener:
        incident = raise_alarm(listener)
        eventually(daemon.buzzing, "the siren sounds")
    assert daemon.kill() == -signal.SIGKILL
    daemon.start()
    with listening(daemon) as listener:
        listener.wait_for(HOME + "alarm", "raised")
        assert json.loads(listener.wait_for(incident))["state"] == "raised"
        assert json.loads(listener.wait_for(HOME + "alarm/incident"))["id"] == incident.rpartition("/")[2]
        listener.wait_for(HOME + "availability", "online")
        eventually(daemon.buzzing, "the siren sounds again")
        listener.ask(HOME + "command/acknowledge", "Anna")
        listener.wait_for(HOME + "alarm", "acknowledged")
        assert set(listener.payloads(HOME + "alarm")) <= {"raised", "acknowledged"}


def test_a_call_that_no_network_took_is_told_by_the_next_process_and_only_once(tmp_path: Path, provider: Provider):
    daemon = Daemon(tmp_path, [{"name": "Anna", "ways": [provider.way]}])
    daemon.start()
    try:
        with listening(daemon) as listener:
            raise_alarm(listener)
        assert provider.refused.wait(SECONDS)
        daemon.kill()
        provider.open = True
        daemon.start()
        (told,) = provider.taken.wait_for(lambda things: len(things) == 1)
        assert "is calling for help" in str(told["title"])
        with listening(daemon) as listener:
            reached = listener.heard.wait_for_one(lambda each: each[0] == HOME + "contacts" and '"told"' in each[1])
            assert json.loads(reached[1])["state"] == "ok"
        eventually(lambda: bool(peek(tmp_path / "state" / "guardian.db", "SELECT * FROM told")), "it is on the disk")
        daemon.kill()
        daemon.start()
        with listening(daemon) as listener:
            listener.wait_for(HOME + "availability", "online")  # from then on it listens
            listener.ask(HOME + "command/resolve", '{"by": "Bruno", "outcome": "helped"}')
            listener.wait_for(HOME + "alarm", "idle")
        titles = [str(each["title"]) for each in provider.taken.wait_for(lambda things: len(things) >= 2)]
        assert titles[1].startswith("All clear")
    finally:
        daemon.kill()
        print(daemon.log)  # noqa: T201 - pytest shows it where the test fails


def test_an_eye_that_is_killed_is_opened_again_and_both_are_told(daemon: Daemon):
    with listening(daemon) as listener:
        eventually(lambda: bool(daemon.eyes()), "an eye is open")
        coverage = HOME + "room/kitchen/coverage"
        listener.heard.wait_for_one(lambda each: each[0] == coverage and '"armed"' in each[1])
        (eye,) = daemon.eyes()
        before = len(listener.heard.things)  # a slow machine may have been blind for a moment already
        os.kill(eye, signal.SIGKILL)
        happened = listener.heard.wait_for(
            lambda heard: '"ViewRestored"' in "".join(each[1] for each in heard[before:])
        )
        names = [json.loads(payload)["event"] for topic, payload, _ in happened[before:] if topic == HOME + "event"]
        assert [name for name in names if name.startswith("View")] == ["ViewLost", "ViewRestored"]
        assert eye not in daemon.eyes()


def covered(listener: Listener, state: str, *, since: int = 0) -> int:
    """Wait until the kitchen's coverage is said to be so, after so many messages; return how many there are then."""
    topic = HOME + "room/kitchen/coverage"
    heard = listener.heard.wait_for(
        lambda heard: any(each[0] == topic and f'"{state}"' in each[1] for each in heard[since:])
    )
    return len(heard)


def test_while_a_room_is_paused_there_is_no_eye_also_after_a_kill_and_then_there_is_one_again(daemon: Daemon):
    with listening(daemon) as listener:
        listener.wait_for(HOME + "availability", "online")
        covered(listener, "armed")
        (eye,) = daemon.eyes()
        listener.ask(HOME + "command/pause", '{"seconds": 3600, "room": "kitchen", "by": "Anna"}')
        covered(listener, "paused")
        eventually(lambda: not Path(f"/proc/{eye}").exists(), "the eye has ended")
        reply = listener.heard.wait_for_one(lambda each: each[0] == HOME + "feedback")
        assert json.loads(reply[1])["kept"] is True
        paused = listener.heard.wait_for_one(lambda each: each[0] == HOME + "pause" and '"on"' in each[1])
        assert json.loads(paused[1])["rooms"][0]["by"] == "Anna"
    assert daemon.eyes() == []
    daemon.kill()
    daemon.start()
    with listening(daemon) as listener:
        listener.wait_for(HOME + "availability", "online")
        covered(listener, "paused")
        assert daemon.eyes() == []
        listener.ask(HOME + "command/help", "Rosa")
        listener.wait_for(HOME + "alarm", "raised")
        listener.ask(HOME + "command/resolve", '{"by": "Bruno", "outcome": "helped"}')
        listener.wait_for(HOME + "alarm", "idle")
        assert daemon.eyes() == []
        listener.ask(HOME + "command/pause", "off")
        covered(listener, "armed")
        assert len(daemon.eyes()) == 1
        happened = [json.loads(each[1])["event"] for each in listener.heard.things if each[0] == HOME + "event"]
        assert "ViewLost" not in happened[: happened.index("PauseEnded")]
        listener.ask(HOME + "command/snooze", "600")
        listener.heard.wait_for_one(lambda each: each[0] == HOME + "snooze" and '"on"' in each[1])
        listener.ask(HOME + "command/pause", "")
        refused = listener.heard.wait_for_one(lambda each: each[0] == HOME + "feedback" and '"kept":false' in each[1])
        assert "end that pause first" in refused[1]
        assert len(daemon.eyes()) == 1


def test_stopped_by_systemd_it_says_goodbye_and_leaves_nothing_running(daemon: Daemon):
    with listening(daemon) as listener:
        listener.wait_for(HOME + "availability", "online")
        eventually(lambda: bool(daemon.eyes()), "an eye is open")
        (eye,) = daemon.eyes()
        assert daemon.kill(signal.SIGTERM) == 0
        listener.wait_for(HOME + "availability", "offline")
    eventually(lambda: not Path(f"/proc/{eye}").exists(), "the eye has ended")
