import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from brokers import MOSQUITTO, free_port
from certificates import authority, need
from trees import Image, built, image, mosquitto

from guardian.doctor.outputs import knock
from guardian.errors import InstallationError
from guardian.installation import broker, perform
from guardian.installation.broker import ACCESS, AUTHORITY, CERTIFICATE, KEY, PASSWORDS, SETTINGS, USERS_FILE, Users
from guardian.installation.machine import run
from guardian.installation.plan import Wish
from guardian.io.clock import SystemClock
from guardian.io.mqtt import endpoint_of
from guardian.settings import Mqtt, Tls


@pytest.fixture
def machine(tmp_path: Path) -> Image:
    machine = image(tmp_path / "root")
    mosquitto(machine)
    return machine


def install(machine: Image, tmp_path: Path, *, tls: bool = False) -> None:
    wish = Wish("1.0", tmp_path / "package", broker=True, tls=tls, names=("localhost", "box.local"))
    if not (tmp_path / "package").exists():
        built(tmp_path / "package")
    perform.install(wish, machine, SystemClock().moment().wall, lambda _: None)


def configured(machine: Image) -> Mqtt:
    settings = perform.settings_of(machine)
    assert settings is not None
    return settings.mqtt


def test_passwords_are_nobody_elses_and_no_two_are_alike(machine: Image, tmp_path: Path):
    install(machine, tmp_path)
    words = [machine.on(path).read_text() for path in PASSWORDS.values()]
    assert len(set(words)) == len(words)
    assert all(len(word) >= 20 for word in words)
    for path in (*PASSWORDS.values(), USERS_FILE):
        assert machine.on(path).stat().st_mode & 0o007 == 0
        assert not path.startswith("/etc/mosquitto") or all(word not in machine.on(path).read_text() for word in words)


def test_a_new_configuration_finds_the_broker(machine: Image, tmp_path: Path):
    install(machine, tmp_path)
    mqtt = configured(machine)
    assert (mqtt.broker, mqtt.port, mqtt.username) == ("localhost", 1883, "guardian")
    assert str(mqtt.password_file) == PASSWORDS["guardian"]
    assert mqtt.tls is None


def test_a_user_whom_somebody_added_stays(machine: Image, tmp_path: Path):
    install(machine, tmp_path)
    path = machine.on(USERS_FILE)
    path.write_text(f"{path.read_text()}anna:$7$101$c2FsdA==$aGFzaA==\n")
    assert Users().is_so(machine)
    machine.on(PASSWORDS["guardian"]).write_text("another\n")
    assert not Users().is_so(machine)
    Users().do(machine)
    assert Users().is_so(machine)
    assert path.read_text().count("anna:") == 1
    path.write_text("anna:$7$101$c2FsdA==$aGFzaA==\n")
    assert not Users().is_so(machine)


def test_who_may_say_what_follows_the_names_of_the_household():
    text = broker.access("care", "flat-3")
    assert "topic write care/flat-3/#" in text
    assert "topic write homeassistant/device/guardian_flat-3/config" in text
    assert "guardian/home/" not in text


@pytest.mark.parametrize("name", ["mosquitto.conf", "conf.d/home.conf"])
def test_a_port_that_the_household_uses_already_is_told_with_file_and_line(name: str, machine: Image, tmp_path: Path):
    path = machine.on("/etc/mosquitto") / name
    path.parent.mkdir(parents=True)
    path.write_text("# ours\nlistener 18830\nlistener 1883\n")
    with pytest.raises(InstallationError, match=rf"{name}:3: port 1883 is taken"):
        install(machine, tmp_path)
    assert not machine.on("/opt/guardian").exists()
    path.write_text("persistence true\n")
    install(machine, tmp_path)


def test_its_section_is_a_configuration():
    assert broker.section(tls=False).startswith("mqtt:\n  broker: localhost\n  port: 1883\n")
    assert AUTHORITY in broker.section(tls=True)


@pytest.mark.slow
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_real_mosquitto_lets_in_who_has_the_password_and_nobody_else(machine: Image, tmp_path: Path, *, tls: bool):
    need("openssl")
    if MOSQUITTO is None:
        pytest.skip("no mosquitto here: apt install mosquitto")
    system = machine.run
    machine = Image(machine.root, lambda command: run(command) if command[0] == "openssl" else system(command))
    install(machine, tmp_path, tls=tls)
    told = configured(machine)
    with mosquitto_of(machine, tmp_path) as port:
        trusted = Tls(ca_file=machine.on(AUTHORITY)) if tls else None
        assert (told.tls is not None) is tls
        knocks = Knocks(port, trusted, tmp_path)
        for user in broker.USERS:
            assert knocks.refused(user, machine.on(PASSWORDS[user]).read_text()) == ""
        assert knocks.refused("guardian", "wrong") != ""
        assert knock(endpoint_of(Mqtt(broker="localhost", port=port, tls=trusted))) != ""
        if tls:
            stranger = Knocks(port, Tls(ca_file=authority(tmp_path, "another")), tmp_path)
            assert "certificate" in stranger.refused(user, machine.on(PASSWORDS[user]).read_text())


@dataclass
class Knocks:
    """Tries to be let in at a port of this machine."""

    port: int
    trusted: Tls | None
    directory: Path

    def refused(self, user: str, word: str) -> str:
        """Why the user is not let in with this password; nothing where it is."""
        file = self.directory / "word"
        file.write_text(word)
        mqtt = Mqtt(broker="localhost", port=self.port, username=user, password_file=file, tls=self.trusted)
        return knock(endpoint_of(mqtt))


@contextmanager
def mosquitto_of(machine: Image, tmp_path: Path) -> Iterator[int]:
    """The settings as they are on the machine, at another port and below its root."""
    port = free_port()
    text = machine.on(SETTINGS).read_text()
    for path in (CERTIFICATE, KEY, USERS_FILE, ACCESS):
        text = text.replace(path, str(machine.on(path)))
    text = text.replace("listener 1883", f"listener {port}").replace("listener 8883", f"listener {port}")
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"user {'root' if os.geteuid() == 0 else 'nobody'}\n{text}")
    process = subprocess.Popen([str(MOSQUITTO), "-c", str(settings)], stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        for line in process.stderr:
            if "running" in line:
                break
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=10)
