"""A whole box to be broken: the real daemon on a directory of its own, seen as its household sees it, by its page."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from guardian.errors import BrokerError
from guardian.eye.engine import models_directory
from guardian.lab.fault_camera import NetworkCamera
from guardian.lab.real_kills import Provider
from guardian.web.tokens import TOKEN_FILE

LOOK_SECONDS = 0.05
QUIET_SECONDS = 4.0
"""A page to which nothing comes for so long is told so by the browser; the box sends a sign of life each second."""
START_SECONDS = 60.0
CALM = "calm"


def free_port() -> int:
    """A port of loopback that nobody listens on; the one after it is free too."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as one:
            port = int(one.getsockname()[1])
            with suppress(OSError, OverflowError), socket.create_server(("127.0.0.1", port + 1)):
                return port


class Page(threading.Thread):
    """The page in somebody's browser: `state` is what it shows, None while it does not answer."""

    def __init__(self, port: int, state: Path) -> None:
        super().__init__(name="page", daemon=True)
        self.port, self._token, self._ended = port, state / TOKEN_FILE, threading.Event()
        self.state: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        """What the page's requests are let in by."""
        return f"Bearer {self._token.read_text(encoding='ascii').strip()}"

    def run(self) -> None:
        """Read what is told, and connect again, until the end."""
        while not self._ended.wait(LOOK_SECONDS):
            with suppress(OSError, http.client.HTTPException, ValueError):
                self._read()
            self.state = None

    def end(self) -> None:
        """Close the page."""
        self._ended.set()
        self.join()

    def press(self, button: str, **body: object) -> None:
        """Press a button. Raises OSError where nobody answers, ValueError where it is refused."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=QUIET_SECONDS)
        headers = {
            "Content-Type": "application/json",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Authorization": self.key,
        }
        try:
            line.request("POST", f"/api/{button}", json.dumps(body), headers)
            answer = line.getresponse()
            if answer.status >= http.client.BAD_REQUEST:
                message = f"{button}: {answer.status} {answer.read()!r}"
                raise ValueError(message)
        finally:
            line.close()

    def _read(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=QUIET_SECONDS)
        try:
            line.request("GET", "/api/stream", headers={"Authorization": self.key})
            answer, name = line.getresponse(), b""
            while not self._ended.is_set() and (text := answer.readline()):
                if text.startswith(b"event:"):
                    name = text.split()[1]
                elif text.startswith(b"data:") and name == b"state":
                    self.state = json.loads(text[5:])
        finally:
            line.close()


class Box:
    """The daemon, its camera, its provider and its page. `state` is its state directory, `models` its own models."""

    def __init__(self, directory: Path, camera: NetworkCamera, provider: Provider) -> None:
        self.camera, self.provider = camera, provider
        self.state, self.models = directory / "state", directory / "models"
        self.config, self.log = directory / "guardian.yaml", directory / "log"
        self.broker_port = free_port()
        self.state.mkdir()
        shutil.copytree(models_directory(), self.models)
        self.page = Page(free_port(), self.state)
        self.config.write_text(yaml.safe_dump(self._settings()), encoding="utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def _settings(self) -> dict[str, object]:
        return {
            "rooms": [{"name": "kitchen", "camera": {"source": self.camera.source}}],
            "mqtt": {"broker": "embedded", "port": self.broker_port},
            "panel": {"kind": "simulated"},
            "web": {"port": self.page.port},
            "contacts": [{"name": "Anna", "ways": [self.provider.way]}],
            "alarm": {"repeat_seconds": 3600},
            "models": {"directory": str(self.models), "threads": 1},
            "privacy": {"allow_unconfined": True},
            "state_directory": str(self.state),
        }

    def __enter__(self) -> "Box":  # noqa: PYI034 - typing has no Self in Python 3.10
        self.start()
        self.page.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.page.end()
        self.kill()

    def start(self) -> None:
        """Start the daemon."""
        command = (sys.executable, "-m", "guardian", "run", "--config", str(self.config))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stderr=log)  # noqa: S603 - ourselves

    def answers(self) -> None:
        """Wait until the page of a daemon that was started anew shows something. Raises BrokerError."""
        wait(lambda: self.page.state is None, START_SECONDS, "the old page is gone")
        wait(lambda: self.page.state is not None, START_SECONDS, "the page answers")

    def kill(self) -> None:
        """End the daemon as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for _ in range(200):  # its eye and its broker see that it is gone, and end
                if not _answers(self.broker_port):
                    return
                time.sleep(LOOK_SECONDS)

    def signal(self, number: signal.Signals) -> None:
        """Send the daemon a signal."""
        if self.process is not None:
            self.process.send_signal(number)

    def child(self, word: str) -> int:
        """The process that the daemon started by a command with this word in it. Raises BrokerError where none is."""
        wait(lambda: bool(self._children(word)), START_SECONDS, f"a process of {word}")
        return self._children(word)[0]

    def _children(self, word: str) -> list[int]:
        children = set[int]()
        if self.process is not None:
            for file in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
                children.update(int(pid) for pid in _read(file).split())
        return [pid for pid in children if word in _read(Path(f"/proc/{pid}/cmdline"))]


def wait(wanted: Callable[[], bool], seconds: float, what: str) -> float:
    """Look until it is so; return the seconds that it took. Raises BrokerError where it is not so in time."""
    began, between = time.monotonic(), threading.Event()
    while not wanted():
        if time.monotonic() - began > seconds:
            message = f"not within {seconds:g} s: {what}"
            raise BrokerError(message)
        between.wait(LOOK_SECONDS)
    return time.monotonic() - began


def _answers(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


def _read(file: Path) -> str:
    with suppress(OSError):
        return file.read_text(encoding="utf-8", errors="replace")
    return ""


def end_of(pid: int, number: signal.Signals) -> None:
    """Send a process a signal; one that has ended is left alone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
