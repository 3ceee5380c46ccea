"""The unit on a real systemd, installed as systemd/README.md says: what a household notices of faults, and how long.

Prints a line `ROW fault | noticed | seconds` for each. It takes minutes, so it is asked for: GUARDIAN_REAL_SYSTEMD=1.
"""

import json
import os
import re
import socket
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from booted import Machine, booted
from brokers import Listener
from paho.mqtt.enums import MQTTProtocolVersion
from test_eye_process import Studio
from waiting import eventually

from guardian.io.mqtt_session import Endpoint

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("GUARDIAN_REAL_SYSTEMD") != "1", reason="minutes long: GUARDIAN_REAL_SYSTEMD=1 asks for it"
    ),
]

CLONE = Path(__file__).resolve().parent.parent
SECRET = "tk_never_in_the_journal"  # noqa: S105 - looked for in the journal
INSTALLING = 300.0
PATIENCE = 90.0
START_LIMIT_OF_SYSTEMD = 5
"""Starts in 10 s after which systemd gives up, where a unit does not forbid it (DefaultStartLimitBurst)."""
EXPOSURE, EXPOSURE_AT_HOME = 1.6, 1.5
"""What `systemd-analyze security` of systemd 252 may say: of the unit, and with lan-only.conf."""


@contextmanager
def camera() -> Iterator[Studio]:
    """A network camera on loopback, until it is pulled."""
    with Studio() as studio:
        thread = threading.Thread(target=studio.serve_forever)
        thread.start()
        try:
            yield studio
        finally:
            studio.cut.set()
            studio.shutdown()
            thread.join()


def configuration(source: str, port: int) -> str:
    """A box with one network camera, whose broker is its own."""
    return json.dumps(
        {
            "rooms": [{"name": "kitchen", "camera": {"source": source}}],
            "mqtt": {"broker": "embedded", "port": port},
            "panel": {"kind": "none"},
            "web": {"enabled": False},
            "contacts": [{"name": "Anna", "ways": [f"json://user:{SECRET}@127.0.0.1:9/"]}],
        }
    )


def steps() -> list[str]:
    """The commands of the README's first block, one script for each of its numbered steps, without sudo and apt."""
    readme = (CLONE / "systemd" / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(# 1\..*?)```", readme, re.DOTALL)
    scripts = re.split(r"^# \d\.", block, flags=re.MULTILINE)[1:]
    return [
        "\n".join(
            line.replace("sudo ", "") for line in script.splitlines()[1:] if not re.match(r"sudo (apt|udev)", line)
        )
        for script in scripts
    ]


def install(machine: Machine, configured: str) -> None:
    """Follow the README. What Guardian needs from elsewhere is this environment's: nothing comes twice."""
    user, program, settings, devices, service = steps()
    making, _, putting = program.partition("\n/opt/guardian/bin/pip")
    linked = "echo /opt/dependencies >$(echo /opt/guardian/lib/python3*/site-packages)/dependencies.pth"
    written = f"cat >guardian.yaml <<'EOF'\n{configured}\nEOF"
    devices = f"mkdir -p /etc/udev/rules.d\n{devices}"  # a container has no udev: its devices are its host's
    for script in (user, making, linked, "/opt/guardian/bin/pip" + putting, written, settings, devices, service):
        machine.run(f"cd /opt/clone\n{script}", seconds=INSTALLING)


def listening(port: int, topic: str) -> Listener:
    """A listener at the box's own broker, whose first port speaks MQTT 3.1.1."""
    name, version = f"household-{time.monotonic_ns()}", MQTTProtocolVersion.MQTTv311
    return Listener(Endpoint("127.0.0.1", port), f"guardian/home/{topic}", name=name, protocol=version)


class Household:
    """What somebody at home can notice: the box by MQTT, and what its systemd says of it."""

    def __init__(self, machine: Machine, port: int) -> None:
        self.machine, self._port = machine, port

    def hears(self, topic: str, wanted: Callable[[str], bool]) -> bool:
        """Whether the box says this now."""
        try:
            with listening(self._port, topic) as listener:
                return wanted(listener.wait_for(f"guardian/home/{topic}"))
        except (OSError, AssertionError):
            return False

    def coverage(self, state: str) -> Callable[[], bool]:
        """Whether the kitchen is said to be so."""
        return lambda: self.hears("room/kitchen/coverage", lambda said: json.loads(said)["state"] in state.split())

    def pid(self) -> int:
        return int(self.machine.property("MainPID"))

    def restarts(self) -> int:
        return int(self.machine.property("NRestarts"))

    def active(self) -> bool:
        return self.machine.property("ActiveState") == "active"


@contextmanager
def telling_why(machine: Machine) -> Iterator[None]:
    """Show the end of the box's journal with what failed."""
    try:
        yield
    except AssertionError:
        print(machine.run("journalctl --unit=guardian --no-pager --output=cat --lines=60", check=False))  # noqa: T201 - why it failed
        raise


def row(fault: str, noticed: str, began: float) -> None:
    print(f"ROW {fault} | {noticed} | {time.monotonic() - began:.0f}")  # noqa: T201 - the table is copied from here


def hangs(home: Household) -> None:
    pid, began = home.pid(), time.monotonic()
    home.machine.run(f"kill -STOP {pid}")
    eventually(lambda: home.pid() not in (0, pid) and home.active(), "the hung daemon is replaced", PATIENCE)
    eventually(home.coverage("armed degraded"), "it watches again", PATIENCE)
    assert home.restarts() == 1
    row("the daemon hangs", "nothing is watched meanwhile; it comes back by itself", began)


def eye_dies(home: Household) -> None:
    before, began = home.restarts(), time.monotonic()
    eye = home.machine.run("pgrep -f guardian.eye | head -1")
    home.machine.run(f"kill -KILL {eye}")
    eventually(
        lambda: home.machine.run("pgrep -f guardian.eye | head -1 || true") not in ("", eye), "a new eye", PATIENCE
    )
    eventually(home.coverage("armed degraded"), "it sees again", PATIENCE)
    assert (home.restarts(), home.active()) == (before, True)
    row("an eye is killed", "the box runs on, with a new eye", began)


def disk_fills(home: Household) -> None:
    before, began = home.restarts(), time.monotonic()
    state = "/var/lib/guardian"
    home.machine.run(f"dd if=/dev/zero of={state}/filling bs=1M status=none || true")
    eventually(
        lambda: home.hears("fault", lambda said: any(each["part"] == "disk" for each in json.loads(said)["faults"])),
        "the full disk is published",
        PATIENCE,
    )
    assert (home.restarts(), home.active()) == (before, True)
    row("the disk is full", "a fault is published; it watches on", began)
    home.machine.run(f"rm {state}/filling")


def killed_while_it_rings(home: Household, port: int) -> None:
    with listening(port, "alarm") as caller:
        caller.ask("guardian/home/command/help")
        caller.wait_for("guardian/home/alarm", "raised")
    pid, began = home.pid(), time.monotonic()
    home.machine.run("systemctl kill --signal=KILL guardian")
    eventually(lambda: home.pid() not in (0, pid), "the next one is started", PATIENCE)
    eventually(lambda: home.hears("alarm", "raised".__eq__), "the alarm rings again", PATIENCE)
    row("the daemon is killed while an alarm rings", "the alarm pauses and rings again", began)


def cannot_start(home: Household) -> None:
    file = "/etc/guardian/guardian.yaml"
    home.machine.run(f"cp -p {file} {file}.right; echo 'rooms: [' >{file}; systemctl restart guardian || true")
    eventually(lambda: home.restarts() >= START_LIMIT_OF_SYSTEMD + 1, "it is tried again and again", PATIENCE)
    began = time.monotonic()
    home.machine.run(f"mv {file}.right {file}")
    eventually(home.coverage("armed degraded"), "it watches when the cause is gone", PATIENCE)
    row("it could not start, and the cause goes", "nothing is watched meanwhile; it comes back by itself", began)


def camera_is_pulled(home: Household, studio: Studio) -> None:
    assert home.coverage("armed degraded")()
    before, began = home.restarts(), time.monotonic()
    studio.cut.set()
    studio.shutdown()
    studio.socket.close()
    eventually(home.coverage("blind"), "the room is said to be blind", PATIENCE)
    assert (home.restarts(), home.active()) == (before, True)
    row("the camera is pulled", "the room is said to be blind; the box runs on", began)


def test_the_unit_does_on_a_real_systemd_what_it_promises() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    binds = (f"--overlay={CLONE}::/opt/clone", f"--bind-ro={sysconfig.get_paths()['purelib']}:/opt/dependencies")
    with camera() as studio, booted(*binds) as machine, telling_why(machine):
        home = Household(machine, port)
        # A card of its own for the state: large enough for the box to be content, small enough to be filled.
        machine.run("mkdir -p /var/lib/guardian; mount -t tmpfs -o size=400M none /var/lib/guardian")
        began = time.monotonic()
        install(machine, configuration(studio.camera.source, port))
        assert home.active()  # Type=notify: `enable --now` has waited for READY
        assert machine.property("Type") == "notify"
        eventually(home.coverage("armed degraded"), "the kitchen is watched", PATIENCE)
        row("installed by the README", "it watches", began)
        exposed(machine)
        eye_dies(home)
        hangs(home)
        killed_while_it_rings(home, port)  # before the disk is full: what cannot be written does not outlast a kill
        cannot_start(home)
        disk_fills(home)
        camera_is_pulled(home, studio)
        journal_tells_nothing_private(machine)


def exposed(machine: Machine) -> None:
    """How far the service is locked in, as systemd sees it, without and with the drop-in; and the eye, as it says."""

    def level() -> float:
        said = machine.run("systemd-analyze security --no-pager guardian.service")
        return float(re.findall(r"exposure level for guardian.service: ([\d.]+)", said)[0])

    unit = level()
    machine.run(
        "install -D -m 644 /opt/clone/systemd/lan-only.conf /etc/systemd/system/guardian.service.d/lan-only.conf\n"
        "systemctl daemon-reload"
    )
    print(f"EXPOSURE {unit}, with lan-only.conf {level()}")  # noqa: T201 - for the table
    assert (unit <= EXPOSURE, level() <= EXPOSURE_AT_HOME) == (True, True)


def journal_tells_nothing_private(machine: Machine) -> None:
    """Neither a secret nor anything like a picture: no JPEG or PNG, no line that is long enough to hold one."""
    journal = machine.run("journalctl --unit=guardian --all --no-pager --output=cat")
    assert "event=" in journal
    assert SECRET not in journal
    for line in journal.splitlines():
        assert not re.search(r"/9j/|iVBORw0KGgo|\xff\xd8\xff|[A-Za-z0-9+/=]{200,}", line), line
