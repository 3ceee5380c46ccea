import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from guardian.io.examination import Examination
from guardian.io.fakes import FakeClock
from guardian.io.health import Sensors

PAGE = os.sysconf("SC_PAGE_SIZE")
NOW = FakeClock().moment()


def disk(_path: Path) -> SimpleNamespace:
    return SimpleNamespace(f_bavail=1_000, f_frsize=4_096)


def no_disk(_path: Path) -> SimpleNamespace:
    raise OSError(5, "Input/output error")


class Machine:
    """A machine whose /proc and sensors are files below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def examination(self, statvfs: object = disk) -> Examination:
        sensors = Sensors(self.root / "temp", self.root / "platform", self.root / "hwmon", statvfs)  # type: ignore[arg-type]
        return Examination(self.root / "state", sensors, self.root / "proc", 7)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_machine_that_tells_everything(machine: Machine):
    machine.write("temp", "52100\n")
    machine.write("platform/soc/soc:firmware/get_throttled", "50005\n")
    machine.write("proc/meminfo", "MemTotal: 4000 kB\nMemAvailable:   2000 kB\n")
    machine.write("proc/7/statm", "900 100 1 1 0 1 0\n")
    vitals = machine.examination().measure(NOW)
    assert vitals.time == NOW.monotonic
    assert vitals.memory == 100 * PAGE
    assert vitals.memory_free == 2_000 * 1_024
    assert vitals.disk_free == 4_096_000
    assert vitals.temperature == 52.1
    assert vitals.throttling == ("under-voltage", "throttled")


def test_a_machine_that_tells_nothing(machine: Machine):
    vitals = machine.examination(no_disk).measure(NOW)
    assert (vitals.memory, vitals.memory_free, vitals.disk_free) == (None, None, None)
    assert (vitals.temperature, vitals.throttling) == (None, None)


def test_a_machine_that_runs_freely_is_slowed_by_nothing(machine: Machine):
    machine.write("platform/soc/soc:firmware/get_throttled", "50000\n")
    assert machine.examination().measure(NOW).throttling == ()


def test_the_eyes_and_the_broker_count_and_one_that_has_just_ended_does_not(machine: Machine):
    machine.write("proc/7/statm", "900 100 1")
    machine.write("proc/7/task/7/children", "8 9 ")
    machine.write("proc/7/task/71/children", "10")
    machine.write("proc/8/statm", "900 20 1")
    machine.write("proc/8/task/8/children", "81")
    machine.write("proc/81/statm", "900 3 1")
    machine.write("proc/10/statm", "garbage")
    assert machine.examination().measure(NOW).memory == 123 * PAGE


@pytest.mark.parametrize("text", ["", "MemAvailable: lots kB\n", "MemTotal: 4 kB\n", "MemAvailable\n"])
def test_a_meminfo_that_says_it_otherwise_says_nothing(machine: Machine, text: str):
    machine.write("proc/meminfo", text)
    assert machine.examination().measure(NOW).memory_free is None


def test_this_machine_is_measured(tmp_path: Path):
    vitals = Examination(tmp_path).measure(NOW)
    assert vitals.memory is not None
    assert vitals.memory > 1_000_000
    assert vitals.disk_free is not None
