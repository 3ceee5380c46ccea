import os
import threading
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.io.fakes import FakeClock
from guardian.io.health import COOL, DISK_ENOUGH, DISK_LOW, HOT, POWER_QUIET_SECONDS, Health, Rounds, Sensors
from guardian.moment import Moment

SECONDS = 30.0
PLENTY = 10 * DISK_ENOUGH


class Board:
    """A machine whose sensors are files below `root`, and whose disk is a number."""

    def __init__(self, root: Path) -> None:
        self.root, self.free, self.flags = root, PLENTY, 0
        self.disk_error: OSError | None = None
        self.clock = FakeClock()
        self.health = Health(root / "state", self.sensors)

    @property
    def sensors(self) -> Sensors:
        return Sensors(
            thermal=self.root / "temp",
            devices=self.root / "platform",
            hwmon=self.root / "hwmon",
            statvfs=self._statvfs,  # type: ignore[arg-type]
        )

    def _statvfs(self, path: Path) -> SimpleNamespace:
        assert path == self.root / "state"
        if self.disk_error is not None:
            raise self.disk_error
        return SimpleNamespace(f_bavail=self.free // 4096, f_frsize=4096, f_flag=self.flags)

    def warm_to(self, degrees: float) -> None:
        self.write("temp", f"{degrees * 1000:.0f}\n")

    def throttle(self, bits: int, soc: str = "soc") -> None:
        self.write(f"platform/{soc}/{soc}:firmware/get_throttled", f"{bits:x}\n")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def examine(self, later: float = 60.0) -> list[tuple[str, str]]:
        """What is said after `later` seconds: (occurred or cleared, part)."""
        self.clock.advance(later)
        return [
            ("occurred" if isinstance(event, FaultOccurred) else "cleared", event.part)
            for event in self.health.examine(self.clock.moment())
            if isinstance(event, FaultOccurred | FaultCleared)
        ]


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def test_a_machine_that_is_well_or_has_no_sensors_says_nothing(board: Board):
    assert board.examine() == []
    board.warm_to(45)
    board.throttle(0)
    assert board.examine() == []


def test_a_disk_that_fills_up_is_said_once_and_well_again_when_there_is_room(board: Board):
    board.free = DISK_LOW - 4096
    assert board.examine() == [("occurred", "disk")]
    assert board.examine() == []
    board.free = (DISK_LOW + DISK_ENOUGH) // 2
    assert board.examine() == []
    board.free = DISK_ENOUGH + 4096
    assert board.examine() == [("cleared", "disk")]


def test_a_fault_tells_a_caregiver_how_much_and_what_to_do(board: Board):
    board.free = 12_345_678
    (event,) = board.health.examine(board.clock.moment())
    assert (event.room, event.time) == ("", 1_000.0)
    assert event.reasons == ("Only 12 MB are free on the disk: make room for new incidents.",)


def test_a_card_that_can_only_be_read_is_a_fault_of_the_disk(board: Board):
    board.flags = os.ST_RDONLY
    assert board.examine() == [("occurred", "disk")]
    board.flags = os.ST_NOSUID
    assert board.examine() == [("cleared", "disk")]


def test_a_state_directory_that_is_gone_is_a_fault_of_the_disk(board: Board):
    board.disk_error = FileNotFoundError(2, "No such file or directory")
    assert board.examine() == [("occurred", "disk")]


def test_the_real_disk_can_be_examined(tmp_path: Path):
    found = Sensors().statvfs(tmp_path)
    assert found.f_frsize > 0


def test_heat_is_said_at_80_degrees_and_well_again_below_75(board: Board):
    for degrees, expected in (
        (79.9, []),
        (80.0, [("occurred", "temperature")]),
        (77.0, []),
        (85.0, []),
        (75.0, []),
        (74.9, [("cleared", "temperature")]),
        (79.9, []),
    ):
        board.warm_to(degrees)
        assert board.examine() == expected, degrees


@pytest.mark.parametrize("nonsense", ["", "hot", "999999999", "-99000", "\xff"])
def test_a_sensor_that_says_nonsense_changes_nothing(board: Board, nonsense: str):
    board.warm_to(90)
    assert board.examine() == [("occurred", "temperature")]
    (board.root / "temp").write_bytes(nonsense.encode("latin-1"))
    assert board.sensors.temperature() is None
    assert board.examine() == []


@given(st.lists(st.floats(-20, 120), max_size=40))
def test_heat_and_its_end_take_turns_whatever_the_temperature_does(
    tmp_path_factory: pytest.TempPathFactory, course: list[float]
):
    board = Board(tmp_path_factory.mktemp("board"))
    said: list[str] = []
    for degrees in course:
        board.warm_to(degrees)
        said += [what for what, _ in board.examine()]
        if degrees >= HOT:
            assert said[-1] == "occurred"
        if degrees < COOL - 0.001:
            assert not said or said[-1] == "cleared"
    assert said == ["occurred", "cleared"] * (len(said) // 2) + ["occurred"] * (len(said) % 2)


@pytest.mark.parametrize("soc", ["soc", "soc@107c000000"])
def test_a_weak_supply_is_said_and_well_again_after_five_quiet_minutes(board: Board, soc: str):
    board.throttle(0x50005, soc)
    assert board.examine() == [("occurred", "power")]
    board.throttle(0x50000, soc)
    assert board.examine(POWER_QUIET_SECONDS - 1) == []
    assert board.examine(1) == [("cleared", "power")]


def test_a_drop_between_two_looks_is_not_missed(board: Board):
    board.throttle(0)
    assert board.examine() == []
    board.throttle(0x10000)
    assert board.examine() == [("occurred", "power")]


def test_slowing_down_for_heat_is_no_fault_of_the_power(board: Board):
    board.throttle(0xE000E)
    assert board.examine() == []


def test_every_new_drop_starts_the_quiet_minutes_anew(board: Board):
    board.throttle(0x1)
    board.examine()
    board.throttle(0x0)
    board.examine(POWER_QUIET_SECONDS - 1)
    board.throttle(0x10000)
    assert board.examine(1) == []
    board.throttle(0x0)
    assert board.examine(POWER_QUIET_SECONDS - 1) == []
    assert board.examine(1) == [("cleared", "power")]


def test_the_kernels_own_driver_is_asked_where_there_is_no_get_throttled(board: Board):
    board.write("hwmon/hwmon0/name", "cpu_thermal\n")
    board.write("hwmon/hwmon1/name", "rpi_volt\n")
    board.write("hwmon/hwmon1/in0_lcrit_alarm", "1\n")
    assert board.examine() == [("occurred", "power")]
    board.write("hwmon/hwmon1/in0_lcrit_alarm", "0\n")
    assert board.examine(POWER_QUIET_SECONDS) == [("cleared", "power")]


def test_power_sensors_that_say_nonsense_say_nothing(board: Board):
    board.write("platform/soc/soc:firmware/get_throttled", "throttled?\n")
    board.write("hwmon/hwmon1/name", "rpi_volt\n")
    assert board.sensors.throttled() is None
    assert board.sensors.under_voltage_alarm() is None
    assert board.examine() == []


def test_a_clock_that_is_long_past_is_a_fault_until_a_time_server_was_reached(board: Board):
    past = Moment(5.0, datetime(1970, 1, 1, tzinfo=timezone.utc))
    (event,) = board.health.examine(past)
    assert isinstance(event, FaultOccurred)
    assert event.part == "clock"
    assert "1970-01-01 00:00" in event.reasons[0]
    assert board.health.examine(past) == ()
    (over,) = board.health.examine(board.clock.moment())
    assert over == FaultCleared(time=1_000.0, room="", part="clock")


def test_the_rounds_report_at_once_and_again_and_again():
    clock, rounds_made, enough = FakeClock(), [], threading.Event()
    fault = FaultOccurred(time=1.0, room="", part="disk")

    def report(event: Event) -> None:
        rounds_made.append(event)
        if len(rounds_made) == 3:
            enough.set()

    rounds = Rounds(lambda _: (fault,), clock.moment, report, every=0.001)
    rounds.start()
    try:
        assert enough.wait(SECONDS)
    finally:
        rounds.stop(SECONDS)
    assert rounds_made[:3] == [fault] * 3


def test_a_disk_that_does_not_answer_holds_up_no_stop():
    asked, answer = threading.Event(), threading.Event()

    def hang(_: Moment) -> tuple[Event, ...]:
        asked.set()
        answer.wait(SECONDS)
        return ()

    rounds = Rounds(hang, FakeClock().moment, lambda _: None)
    rounds.start()
    assert asked.wait(SECONDS)
    rounds.stop(0.01)
    assert not answer.is_set()
    answer.set()
    rounds.stop(SECONDS)
    assert not rounds._thread.is_alive()


def test_rounds_that_never_began_can_be_stopped():
    Rounds(lambda _: (), FakeClock().moment, lambda _: None).stop()
