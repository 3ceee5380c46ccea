"""Kills the real daemon, again and again, in the middle of an alarm, and counts what a household would notice of that.

`guardian run` with its own store, an embedded broker and one contact, whose provider is a server on loopback. In each
round somebody calls for help over MQTT, and in half of them takes the alarm; within a second, at a moment drawn by
chance, the process gets SIGKILL. Then it is started anew, and judged by what others heard of it (guardian/lab/kills.py
has the same judgements without processes, and many more kills):

- lost: an incident that was heard of and is unknown afterwards;
- rang again: raised, or an urgent call, after the acknowledgement was heard;
- untold, which ends the run: the contact is not called, or does not hear that it is over;
- twice: the same words twice, where the store knew that they were told; where it could not know yet: in the gap.
"""

import json
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import paho.mqtt.client as paho
import yaml
from paho.mqtt.enums import CallbackAPIVersion
from rich.console import Console
from rich.progress import track

from guardian.errors import BrokerError
from guardian.io.database import peek
from guardian.lab.bench import LIVELY

HOME = "guardian/home/"
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.02
MOST_SECONDS = 0.8
"""From the call, or the acknowledgement, to the kill: by then all of it has long happened on a fast machine."""
UNTOLD = """SELECT json_extract(body, '$.title') FROM notices WHERE NOT EXISTS (SELECT 1 FROM told
            WHERE told.incident = notices.incident AND told.contact = notices.contact AND told.step = notices.step)"""
LAST_WORDS_SECONDS = 0.2
"""What the process had sent when it was killed reaches its provider so soon."""


class Provider:
    """Takes every message to the contact, and keeps its title; while it is `failing`, it refuses them."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.failing = False
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Take a message (http.server)."""
                posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if not provider.failing:
                    provider.taken.append(str(posted["title"]))
                self.send_response(503 if provider.failing else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.way = f"json://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, name="provider", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class Ear:
    """A client of the box's broker: everything that was said, by topic, the latest last."""

    def __init__(self, port: int) -> None:
        self.said: list[tuple[str, str]] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe(HOME + "#", qos=1)
        self._client.on_message = lambda _client, _data, each: self.said.append((each.topic, each.payload.decode()))
        wait(lambda: self._connects(port), "the broker answers")
        self._client.loop_start()

    def _connects(self, port: int) -> bool:
        try:
            self._client.connect("127.0.0.1", port)
        except ConnectionRefusedError:
            return False
        return True

    def ask(self, request: str, payload: str = "") -> None:
        """Ask the box for something."""
        self._client.publish(HOME + "command/" + request, payload, qos=1)

    def of(self, topic: str) -> list[str]:
        """What was said at a topic below the box's own."""
        return [payload for each, payload in tuple(self.said) if each == HOME + topic]

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()


class Box:
    """The daemon: killed, and started anew on the same state."""

    def __init__(self, path: Path, provider: Provider) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = int(server.getsockname()[1])
        self.store, self._config, self._log = path / "state" / "guardian.db", path / "guardian.yaml", path / "log"
        settings = {
            "rooms": [{"name": "kitchen", "camera": {"source": str(LIVELY)}}],
            "mqtt": {"broker": "embedded", "port": self.port},
            "panel": {"kind": "simulated"},
            "web": {"enabled": False},
            "contacts": [{"name": "Anna", "ways": [provider.way]}],
            "alarm": {"repeat_seconds": 3600},
            "privacy": {"allow_unconfined": True},
            "state_directory": str(path / "state"),
        }
        self._config.write_text(yaml.safe_dump(settings), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self) -> Iterator[Ear]:
        """Start it, and kill it at the end."""
        command = (sys.executable, "-m", "guardian", "run", "--config", str(self._config))
        with self._log.open("ab") as log, subprocess.Popen(command, stderr=log) as process:  # noqa: S603 - ourselves
            ear = Ear(self.port)
            try:
                wait(lambda: "online" in ear.of("availability") and bool(ear.of("alarm")), "the box is online")
                yield ear
            finally:
                process.send_signal(signal.SIGKILL)
                process.wait()
                ear.close()

    def untold(self) -> set[str]:
        """The titles of what the store does not know to have been told."""
        return {str(title) for (title,) in peek(self.store, UNTOLD)}


def wait(wanted: Callable[[], bool], what: str) -> None:
    """Look until it is so. Raises BrokerError where it never is."""
    limit, between = time.monotonic() + PATIENCE_SECONDS, threading.Event()
    while not wanted():
        if time.monotonic() > limit:
            message = f"not within {PATIENCE_SECONDS:g} s: {what}"
            raise BrokerError(message)
        between.wait(LOOK_SECONDS)


def round_of(box: Box, provider: Provider, chance: random.Random, found: Counter[str]) -> None:
    """Let one alarm be killed, and judge what the next process makes of it."""
    takes, after = chance.random() < 0.5, chance.uniform(0.0, MOST_SECONDS)  # noqa: PLR2004 - a coin
    provider.taken.clear()
    with box.running() as ear:
        ear.ask("help", "Rosa")
        if takes:
            wait(lambda: "raised" in ear.of("alarm"), "it is raised")
            ear.ask("acknowledge", "Anna")
        threading.Event().wait(after)
    threading.Event().wait(LAST_WORDS_SECONDS)
    raised, taken = "raised" in ear.of("alarm"), "acknowledged" in ear.of("alarm")
    found["taken" if taken else "rang" if raised else "unheard"] += 1
    before, unnoted = Counter(provider.taken), box.untold()
    with box.running() as ear:
        states = ear.of("alarm")
        found["lost"] += raised and states[-1] == "idle"
        found["rang again"] += taken and "raised" in states
        if states[-1] != "idle":
            wait(lambda: bool(provider.taken), "the contact is called")
            ear.ask("resolve", '{"by": "Bruno", "outcome": "helped"}')
            wait(lambda: ear.of("alarm")[-1] == "idle", "it is over")
            wait(lambda: provider.taken[-1].startswith("All clear"), "the contact hears that it is over")
            wait(lambda: not box.untold(), "that is noted")
    since = Counter(provider.taken) - before
    found["rang again"] += taken and any(_urgent(title) for title in since)
    for title, count in Counter(provider.taken).items():
        found["in the gap" if title in unnoted else "twice"] += count - 1


def _urgent(title: str) -> bool:
    """Whether it calls somebody; else it says that somebody has come, or that it is over."""
    return not title.startswith("All clear") and "has taken it" not in title


def run(count: int, seed: int) -> int:
    """Kill so many times and print what was noticed; 0 where nothing was that must never be, else 1.

    Raises BrokerError where a contact is never told, or the box does not come back.
    """
    chance, found, provider = random.Random(seed), Counter[str](), Provider()  # noqa: S311 - chance that can be repeated
    quiet = not sys.stderr.isatty()
    with tempfile.TemporaryDirectory(prefix="guardian-kills-") as directory:
        box = Box(Path(directory), provider)
        try:
            for _ in track(range(count), "kill -9", console=Console(stderr=True), disable=quiet):
                round_of(box, provider, chance, found)
        finally:
            provider.close()
    print(f"{count} times kill -9 (seed {seed})")
    for name, text in (
        ("unheard", "killed before anybody heard of the incident"),
        ("rang", "killed while it rang"),
        ("taken", "killed after it was taken"),
        ("lost", "incidents lost"),
        ("rang again", "rang again after they were taken"),
        ("twice", "contacts told the same twice"),
        ("in the gap", "contacts told the same twice, killed between the provider's yes and the note of it"),
    ):
        print(f"{found[name]:6d}  {text}")
    return int(any(found[name] for name in ("lost", "rang again", "twice")))
