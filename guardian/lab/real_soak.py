"""`guardian lab soak --real`: the daemon at work for as long as it takes, watched from outside for anything that grows.

`guardian run` on a film that is played over and over, with a real eye, a Mosquitto broker, a contact whose provider is
a server on loopback, and an open page. Every round of the film is a fall; a client of the broker takes the alarm and
closes it. By chance, which a seed repeats, the broker is stopped for a while, the provider refuses, or the page is
closed. Nothing in the daemon knows that it is watched.
"""

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import yaml

from guardian.errors import BrokerError
from guardian.lab import crowd, footprint
from guardian.lab.bench import LIVELY
from guardian.lab.real_kills import Ear, Provider, wait
from guardian.lab.soak_report import Sample, report
from guardian.web.tokens import TOKEN_FILE

LOOK_SECONDS = 1.0
SAMPLE_SECONDS = 10.0
FAULT_EVERY_SECONDS = 90.0
FAULT_SECONDS = 25.0
WARM_UP_SECONDS = 2_100.0
"""The stick figures of the last half hour fill up first (guardian/recollection.py), 5 to 8 MB of them in each room."""
FAULTS = ("broker away", "phone refuses", "page closed")


class Mosquitto:
    """A broker that can be stopped and started again on its port."""

    def __init__(self, port: int) -> None:
        found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if found is None:
            message = "mosquitto is not installed; `apt-get install mosquitto` would be right"
            raise BrokerError(message)
        self._command = (found, "-p", str(port))
        self.start()

    def start(self) -> None:
        """Listen on loopback."""
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdout=quiet, stderr=quiet)  # noqa: S603 - the broker

    def stop(self) -> None:
        """End it, and with it all that it held."""
        self._process.terminate()
        self._process.wait()


class SoakedBox:
    """The daemon and those around it: who answers, who fails, and who looks at the page."""

    def __init__(self, directory: Path) -> None:
        self.state, self.log = directory / "state", directory / "log"
        self._config = directory / "guardian.yaml"
        self._ports = _free(2)
        self._stack, self._page = ExitStack(), ExitStack()
        self.provider = Provider()
        self._stack.callback(self.provider.close)
        self.broker = Mosquitto(self._ports[0])
        self._stack.callback(self.broker.stop)
        self.alarms = 0

    def start(self) -> None:
        """Start the daemon and wait until it is online. Raises BrokerError where it never is."""
        settings = {
            "rooms": [{"name": "kitchen", "camera": {"source": str(LIVELY)}}],
            "mqtt": {"broker": "127.0.0.1", "port": self._ports[0]},
            "panel": {"kind": "simulated"},
            "web": {"port": self._ports[1]},
            "contacts": [{"name": "Anna", "ways": [self.provider.way]}],
            "alarm": {"cancel_seconds": 8},
            "privacy": {"allow_unconfined": True},
            "state_directory": str(self.state),
        }
        self._config.write_text(yaml.safe_dump(settings), encoding="utf-8")
        log = self._stack.enter_context(self.log.open("ab"))
        command = (sys.executable, "-m", "guardian.lab.looped", str(self._config))
        self.daemon = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - ourselves
        self._stack.callback(self._end)
        self.ear = Ear(self._ports[0])
        self._stack.callback(self.ear.close)
        wait(lambda: "online" in self.ear.of("availability") and bool(self.ear.of("alarm")), "the box is online")
        wait(self._served, "there is a page")
        self.open_page()

    def close(self) -> None:
        """End all of it."""
        self.close_page()
        self._stack.close()

    def open_page(self) -> None:
        """Hold the page open."""
        token = (self.state / TOKEN_FILE).read_text(encoding="ascii").strip()
        with suppress(OSError):
            self._page.enter_context(crowd.viewers(f"http://127.0.0.1:{self._ports[1]}/?token={token}", 1))

    def close_page(self) -> None:
        """Leave the page."""
        self._page.close()

    def answer(self) -> None:
        """Take what rings, and close what was taken."""
        said = self.ear.of("alarm") or [""]
        if said[-1] == "raised":
            self.ear.ask("acknowledge", "Anna")
        elif said[-1] == "acknowledged":
            self.ear.ask("resolve", '{"by": "Anna", "outcome": "helped"}')
        self.alarms = sum(each == "raised" for each in said)

    def sample(self, seconds: float) -> Sample:
        """Take one sample. Raises OSError where the daemon has ended."""
        found = {"seconds": seconds, "alarms": float(self.alarms)}
        for name, each in footprint.box(self.daemon.pid).items():
            found |= {f"{name} {figure}": getattr(each, figure) for figure in each.__dataclass_fields__}
        found["state mb"] = footprint.directory_mb(self.state)
        found["log mb"] = self.log.stat().st_size / 1e6
        return found

    def _served(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self._ports[1])).close()
        except ConnectionRefusedError:
            return False
        return True

    def _end(self) -> None:
        self.daemon.terminate()
        self.daemon.wait(30)


class Trouble:
    """One thing at a time that does not work for a while, drawn by chance."""

    def __init__(self, box: SoakedBox, seed: int) -> None:
        self._box, self._chance = box, random.Random(seed)  # noqa: S311 - chance that can be repeated
        self._fault, self._next = "", FAULT_EVERY_SECONDS
        self.had: list[tuple[float, str]] = []

    def look(self, seconds: float) -> None:
        """Begin or end a fault where it is time."""
        if seconds < self._next:
            return
        if self._fault:
            self._mend(self._fault)
            self._fault, self._next = "", seconds + self._chance.uniform(0.5, 1.5) * FAULT_EVERY_SECONDS
            return
        self._fault, self._next = self._chance.choice(FAULTS), seconds + FAULT_SECONDS
        self.had.append((seconds, self._fault))
        self._break(self._fault)

    def _break(self, fault: str) -> None:
        if fault == "broker away":
            self._box.broker.stop()
        elif fault == "phone refuses":
            self._box.provider.failing = True
        else:
            self._box.close_page()

    def _mend(self, fault: str) -> None:
        if fault == "broker away":
            self._box.broker.start()
        elif fault == "phone refuses":
            self._box.provider.failing = False
        else:
            self._box.open_page()


def _free(count: int) -> tuple[int, ...]:
    """Return ports of loopback that nobody uses."""
    with ExitStack() as stack:
        servers = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return tuple(int(server.getsockname()[1]) for server in servers)


@contextmanager
def started(directory: Path) -> Iterator[SoakedBox]:
    """Run a box in a directory, and end it."""
    box = SoakedBox(directory)
    try:
        box.start()
        yield box
    finally:
        box.close()


def soak(directory: Path, seconds: float, seed: int, samples: Path) -> tuple[list[Sample], list[tuple[float, str]]]:
    """Run the daemon for so long, writing each sample as a line of JSON as it is taken; return them, and when what went
    wrong. Raises OSError where it ends.
    """
    taken: list[Sample] = []
    pause = threading.Event()
    with started(directory) as box, samples.open("w", encoding="utf-8") as file:
        trouble, begun = Trouble(box, seed), time.monotonic()
        while (now := time.monotonic() - begun) < seconds:
            box.answer()
            trouble.look(now)
            if now >= len(taken) * SAMPLE_SECONDS:
                taken.append(box.sample(now))
                print(json.dumps(taken[-1]), file=file, flush=True)
            pause.wait(LOOK_SECONDS)
    return taken, trouble.had


def run(minutes: float, seed: int, directory: Path | None) -> int:
    """Run the daemon for so long, its state below a directory, or one that goes away, and print what grows; 0 where
    nothing is shown to, else 1. The first 35 minutes, or the first third of less than 105, do not count. Raises
    BrokerError where there is no Mosquitto, or the box does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="guardian-soak-", dir=directory) as path:
        samples, had = soak(Path(path), minutes * 60, seed, Path(path) / "samples.jsonl")
    times = Counter(fault for _, fault in had)
    return report(samples, min(WARM_UP_SECONDS, minutes * 20), (f"{times[fault]} x {fault}" for fault in FAULTS))
