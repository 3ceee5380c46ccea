"""Where a picture could leave by, and how each is captured: files, what processes say, MQTT, HTTP, phones, the wire."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from guardian.eye import spawn
from guardian.eye.orders import EyeSettings
from guardian.lab.canary.search import find
from guardian.settings import Camera
from guardian.web.roles import ROUTES

SHARED = Path("/dev/shm")  # noqa: S108 - looked into, not written to
SECONDS = 120.0


def pictures(captured: dict[str, bytes]) -> dict[str, list[str]]:
    """In which channels the curtain was found, and in which forms; what was captured twice is searched once."""
    contents: dict[bytes, str] = {}
    for name, content in captured.items():
        contents.setdefault(content, name)
    found = {name: list(find(content)) for content, name in contents.items() if content}
    return {name: forms for name, forms in found.items() if forms}


def files(*directories: Path) -> dict[str, bytes]:
    """Every file below these directories."""
    paths = (path for directory in directories for path in directory.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in paths}


@contextmanager
def shared_memory(captured: dict[str, bytes]) -> Iterator[None]:
    """Capture what appears in /dev/shm meanwhile, as it is at the end."""
    before = set(SHARED.iterdir())
    yield
    for path in set(SHARED.iterdir()) - before:
        with contextlib.suppress(OSError):  # another test's, and gone again
            captured[str(path)] = path.read_bytes()


class Tap:
    """A client that hears all of a broker, as bytes."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self._news = threading.Condition()
        self.client = Client(CallbackAPIVersion.VERSION2, client_id="tap")
        self.client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        subscribed = threading.Event()
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = lambda _client, _data, message: self._hear(message)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(SECONDS)

    def _hear(self, message: MQTTMessage) -> None:
        with self._news:
            self.heard.append((message.topic, bytes(message.payload)))
            self._news.notify_all()

    def wait_for(self, topic: str, words: bytes, count: int = 1) -> None:
        """Wait until so many payloads with these words came to a topic that ends so."""
        with self._news:

            def heard() -> bool:
                return sum(each.endswith(topic) and words in payload for each, payload in self.heard) >= count

            assert self._news.wait_for(heard, SECONDS), f"never {topic} {words!r}: {self.heard[-5:]}"

    def ask(self, request: str, payload: str = "") -> None:
        self.client.publish(f"guardian/home/command/{request}", payload, qos=1)

    def captured(self) -> dict[str, bytes]:
        return {"MQTT": b"\n".join(topic.encode() + b" " + payload for topic, payload in self.heard)}

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def visit(origin: str, token: str, incident: str = "", seconds: float = 2.0) -> dict[str, bytes]:
    """What a browser that is signed in is sent, headers and all: every path, and some seconds of the stream."""
    captured = {}
    with requests.Session() as browser:
        browser.get(f"{origin}/?token={token}", timeout=SECONDS)
        paths = [path for method, path in map(str.split, ROUTES) if method == "GET" and "{name}" not in path]
        for path in paths:
            address = origin + path.replace("{incident}", incident) + ("?room=kitchen" if "places" in path else "")
            with browser.get(address, timeout=SECONDS, stream=True) as answer:
                captured[f"HTTP {path}"] = str(answer.headers).encode() + b"\n" + _body(answer, seconds)
    return captured


def _body(answer: requests.Response, seconds: float) -> bytes:
    """What comes; of what has no end, so many seconds."""
    if "event-stream" not in answer.headers.get("Content-Type", ""):
        return answer.content
    body, end = b"", time.monotonic() + seconds
    for piece in answer.iter_content(None):
        body += piece
        if time.monotonic() > end:
            break
    return body


def wire(film: Path, fps: float) -> dict[str, bytes]:
    """All that a real eye writes: to its pipe, and to standard error."""
    reading, writing = os.pipe()
    eye = spawn._start(writing)
    os.close(writing)
    spawn._write_settings(eye, EyeSettings(camera=Camera(source=str(film), fps=fps), pace="fast", wire=writing))
    with open(reading, "rb", closefd=True) as pipe:  # noqa: PTH123 - a descriptor
        records = pipe.read()
    eye.wait(SECONDS)
    assert eye.stdin
    assert eye.stderr
    words = eye.stderr.read() or b""
    eye.stdin.close()
    eye.stderr.close()
    return {"the wire": records, "the eye's words": words}


def guardian(*arguments: object, cwd: Path, before: tuple[str, ...] = ()) -> "subprocess.Popen[bytes]":
    """Start a command of ours, all of whose loggers say everything, with temporary files and cores under `cwd`."""
    (cwd / "tmp").mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TMPDIR": str(cwd / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
    with (cwd / f"said by {arguments[0]}").open("wb") as said:
        command = [*before, "prlimit", "--core=unlimited", sys.executable, "-c", LOUD, *map(str, arguments)]
        return subprocess.Popen(command, cwd=cwd, env=environment, stdout=said, stderr=said)


LOUD = """
import logging, sys
from guardian.io import logs
quiet = logs.configure
def loud(*arguments):
    quiet(*arguments)
    for name in ("", "guardian"):
        logging.getLogger(name).setLevel(logging.DEBUG)
logs.configure = loud
loud()
from guardian.cli import main
sys.exit(main())
"""
