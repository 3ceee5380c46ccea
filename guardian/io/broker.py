"""A broker of our own, for a box without another: rumqttd in a process that listens on loopback and ends with us.

PyPI `iotcore` carries rumqttd as a wheel. It speaks each version of MQTT on a port of its own: 3.1.1, which most
clients use unasked, on the port that the configuration names, and 5 on the next. Retained messages live in its memory;
MqttOutput says them again after every connection.
"""

import json
import logging
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import final

from guardian.errors import BrokerError, ConfigurationError
from guardian.io.mqtt_session import Endpoint
from guardian.settings import Mqtt

HOST = "127.0.0.1"
START_SECONDS = 10.0
RETRY_SECONDS = 0.02
REST_SECONDS = 5.0
ATTEMPTS = 3
LARGEST_PAYLOAD = 65_536
WITHOUT_IOTCORE = (
    "mqtt.broker: the embedded broker is not available on this machine (PyPI package iotcore: x86_64 and aarch64);"
    " `apt install mosquitto` with mqtt.broker: localhost, or mqtt.broker: none, would be right"
)

CHILD = """
import os, sys, threading
sys.path[:] = [each for each in sys.path if each]
from iotcore import IotCoreBroker

def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)

threading.Thread(target=end_with_parent, daemon=True).start()
IotCoreBroker(config_path=sys.argv[1]).run_forever()
"""
"""What the child runs. Its standard input closes when we end, however we end."""

log = logging.getLogger(__name__)


@final
class EmbeddedBroker:
    """A broker on 127.0.0.1 while the context lasts: port 3.1.1 on `port`, 5 on `port + 1`; 0 takes two free ones.

    With `username` and `password` it lets nobody else in; ConfigurationError where one of the two is missing. A process
    that ends unasked is started again. `start` raises BrokerError, with the remedy, where iotcore is not to be had, a
    port is taken or the broker does not come up.
    """

    def __init__(self, port: int = 0, username: str | None = None, password: str | None = None) -> None:
        if (username is None) != (password is None):
            message = "mqtt.username and mqtt.password_file belong together; both or neither would be right"
            raise ConfigurationError(message)
        self._wanted = port
        self._username = username
        self._password = password
        self._ports = (port, port + 1)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="broker", daemon=True)

    @property
    def endpoint(self) -> Endpoint:
        """Where MQTT 5 is spoken; what MqttOutput connects to."""
        return Endpoint(HOST, self._ports[1], self._username, self._password)

    @property
    def endpoint_v311(self) -> Endpoint:
        """Where MQTT 3.1.1 is spoken; what most other clients connect to."""
        return Endpoint(HOST, self._ports[0], self._username, self._password)

    @property
    def pid(self) -> int | None:
        """The broker's process, while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start, and return when it takes connections on both ports."""
        if find_spec("iotcore") is None:
            raise BrokerError(WITHOUT_IOTCORE)
        for _ in range(ATTEMPTS):
            self._ports = (self._wanted, self._wanted + 1) if self._wanted else _free_ports()
            for port in self._ports:
                _check_free(port)
            if self._launch():
                self._watcher.start()
                return
        message = (
            f"the embedded broker did not start on {HOST}, ports {self._ports[0]} and {self._ports[1]}; another"
            " mqtt.port, or mqtt.broker: localhost with a broker of the system, would be right"
        )
        raise BrokerError(message)

    def stop(self) -> None:
        """End the broker's process. May be called twice."""
        self._stopping.set()
        self._end()
        if self._watcher.ident is not None:
            self._watcher.join()

    def _watch(self) -> None:
        """Start the broker again, on its ports, whenever it has ended unasked."""
        while not self._stopping.is_set():
            process = self._process
            code = None if process is None else process.wait()
            if self._stopping.is_set():
                return
            log.warning("broker=ended code=%s", code)
            self._end()
            if not self._launch():
                self._stopping.wait(REST_SECONDS)

    def _launch(self) -> bool:
        """Start a process and wait until it answers; False, and no process, where it does not."""
        with TemporaryDirectory(prefix="guardian-broker-") as directory:
            process = self._process = self._spawn(Path(directory) / "rumqttd.toml")
            if self._is_up(process):
                log.info("broker=started pid=%d port=%d port_v5=%d", process.pid, *self._ports)
                return True
        self._end()
        log.warning("broker=failed ports=%s", self._ports)
        return False

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()  # it has nothing to save
        process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def __enter__(self) -> "EmbeddedBroker":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self, toml: Path) -> "subprocess.Popen[bytes]":
        """Run the child in a session of its own, since a Ctrl-C that is meant for us must not take the broker first.

        The file may hold a password: only we can read it, and only until the broker has.
        """
        toml.write_text(configuration(self._ports, self._username, self._password), encoding="utf-8")
        return subprocess.Popen(  # noqa: S603 our own interpreter and program
            [sys.executable, "-c", CHILD, str(toml)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _is_up(self, process: "subprocess.Popen[bytes]") -> bool:
        """Wait until both ports answer; False where the process has ended or the time is over."""
        give_up_at = time.monotonic() + START_SECONDS
        while process.poll() is None and not self._stopping.is_set() and time.monotonic() < give_up_at:
            if all(answers(port) for port in self._ports):
                return process.poll() is None
            with suppress(subprocess.TimeoutExpired):
                process.wait(RETRY_SECONDS)
        return False


def configuration(ports: tuple[int, int], username: str | None, password: str | None) -> str:
    """Write rumqttd's TOML: MQTT 3.1.1 and 5 on loopback, one router behind both, small limits."""
    lines = [
        "id = 0",
        "[router]",
        "id = 0",
        "max_connections = 64",
        "max_outgoing_packet_count = 200",
        "max_segment_size = 1048576",
        "max_segment_count = 4",
    ]
    for version, port in zip(("v4", "v5"), ports, strict=True):
        lines += [
            f"[{version}.1]",
            f'name = "{version}"',
            f'listen = "{HOST}:{port}"',
            "next_connection_delay_ms = 1",
            f"[{version}.1.connections]",
            f"connection_timeout_ms = {START_SECONDS * 1_000:.0f}",
            f"max_payload_size = {LARGEST_PAYLOAD}",
            "max_inflight_count = 100",
            "dynamic_filters = true",
        ]
        if username is not None and password is not None:
            lines += [f"[{version}.1.connections.auth]", f"{_quoted(username)} = {_quoted(password)}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Write a TOML basic string, which for what may stand in a password is written as in JSON."""
    return json.dumps(text, ensure_ascii=False)


def _free_ports() -> tuple[int, int]:
    with socket.create_server((HOST, 0)) as one, socket.create_server((HOST, 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def _check_free(port: int) -> None:
    try:
        socket.create_server((HOST, port)).close()
    except (OSError, OverflowError) as error:
        message = (
            f"mqtt.port: {HOST}:{port} cannot be had ({error}); if a broker runs there, mqtt.broker: localhost would be"
            " right, else another mqtt.port (the next one is used as well; 0 takes any two)"
        )
        raise BrokerError(message) from error


def is_ours(mqtt: Mqtt) -> bool:
    """Whether the broker that is wanted is our own: it is asked for, or left open and this machine has none."""
    return mqtt.broker == "embedded" or (mqtt.broker == "auto" and not answers(mqtt.port))


def answers(port: int) -> bool:
    """Whether something listens on this port of this machine."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
