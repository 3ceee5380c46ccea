from pathlib import Path

import pytest

from guardian.doctor.finding import Finding, State
from guardian.doctor.machine import Facts, examine_machine

PI5 = "Raspberry Pi 5 Model B Rev 1.0"
PI4 = "Raspberry Pi 4 Model B Rev 1.4"


def facts(board: str = PI4, kernel: str = "6.1.0-rpi7", library: str = "rpi-lgpio", **more: str) -> Facts:
    told = {"system": "debian", "release": "12", "architecture": "aarch64", **more}
    return Facts(board=board, kernel=kernel, library=library, **told)


def found(part: str, told: Facts) -> Finding:
    return next(finding for finding in examine_machine(told) if finding.part == part)


@pytest.mark.parametrize(
    ("board", "kernel", "library", "state"),
    [
        (PI4, "6.1.0-rpi7", "RPi.GPIO", State.OK),
        (PI4, "6.6.20+rpt", "RPi.GPIO", State.WARN),
        (PI4, "6.12.1", "RPi.GPIO", State.WARN),
        (PI5, "6.1.0-rpi7", "RPi.GPIO", State.WARN),
        (PI5, "6.12.1", "rpi-lgpio", State.OK),
        (PI4, "6.12.1", "", State.WARN),
        (PI4, "", "RPi.GPIO", State.OK),
    ],
)
def test_a_library_that_cannot_drive_the_pins_is_told_with_the_one_that_can(
    board: str, kernel: str, library: str, state: State
):
    finding = found("gpio library", facts(board, kernel, library))
    assert finding.state is state
    assert state is State.OK or "python3-rpi-lgpio" in finding.remedy


def test_a_computer_without_a_header_needs_no_library():
    assert [finding.part for finding in examine_machine(facts(board="", library=""))] == ["board", "system"]


@pytest.mark.parametrize(
    ("architecture", "state"),
    [("aarch64", State.OK), ("x86_64", State.OK), ("armv7l", State.WARN), ("armv6l", State.FAIL)],
)
def test_a_board_that_has_no_runtime_is_told(architecture: str, state: State):
    finding = found("board", facts(architecture=architecture))
    assert finding.state is state
    assert PI4 in finding.text


@pytest.mark.parametrize(
    ("system", "release", "state"),
    [
        ("debian", "12", State.OK),
        ("debian", "13", State.OK),
        ("debian", "11", State.FAIL),
        ("ubuntu", "24.04", State.OK),
        ("ubuntu", "20.04", State.FAIL),
        ("debian", "", State.WARN),
        ("arch", "2025", State.WARN),
        ("", "", State.WARN),
    ],
)
def test_a_system_that_is_too_old_is_told(system: str, release: str, state: State):
    assert found("system", facts(system=system, release=release)).state is state


@pytest.mark.parametrize(
    ("name", "library"),
    [("rpi_lgpio-0.6.dist-info", "rpi-lgpio"), ("RPi.GPIO-0.7.1.egg-info", "RPi.GPIO"), ("numpy-2.dist-info", "")],
)
def test_a_tree_tells_of_itself(name: str, library: str, tmp_path: Path):
    (tmp_path / "usr/lib/python3/dist-packages" / name).mkdir(parents=True)
    (tmp_path / "usr/lib/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    told = Facts.of(tmp_path)
    assert (told.system, told.release, told.library) == ("debian", "12", library)
    assert (told.board, told.kernel) == ("", "")


def test_this_machine_tells_of_itself():
    told = Facts.of()
    assert told.architecture
    assert told.kernel
