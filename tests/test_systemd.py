import os
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest

from guardian.io.watchdog import FRESH_SECONDS

SYSTEMD = Path(__file__).resolve().parent.parent / "systemd"
EXPOSURE = 16
"""Tenths: what `systemd-analyze security` may say at most; so says systemd 252. Open are cameras, pins, the network and
the eye's own namespaces, as systemd/README.md tells."""

GROUPS = {"video", "gpio", "audio"}

Sections = Mapping[str, Mapping[str, Sequence[str]]]


def parse(text: str) -> Sections:
    """A unit's settings: section, key, and every value in order."""
    sections: dict[str, dict[str, list[str]]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), defaultdict(list))
        elif line.strip() and not line.startswith("#"):
            key, _, value = line.partition("=")
            section[key].append(value)
    return sections


@pytest.fixture
def text() -> str:
    return (SYSTEMD / "guardian.service").read_text(encoding="utf-8")


@pytest.fixture
def unit(text: str) -> Sections:
    return parse(text)


@pytest.fixture
def copy(tmp_path: Path, text: str) -> Path:
    """The unit with a program that is there, so that its absence here is no fault of the unit."""
    path = tmp_path / "guardian.service"
    path.write_text(text.replace("/opt/guardian/bin/guardian", "/bin/true"), encoding="utf-8")
    return path


def analyse(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze; the test is skipped where there is none."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze here")
    environment = {**os.environ, "SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": "", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [program, *map(str, arguments)], check=False, capture_output=True, text=True, timeout=120, env=environment
    )


def test_systemd_understands_every_line(copy: Path):
    done = analyse("verify", copy)
    if "Failed to initialize manager" in done.stderr:
        pytest.skip(f"systemd-analyze cannot verify here: {done.stderr.strip()}")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_line_that_systemd_does_not_understand_would_be_seen(copy: Path):
    copy.write_text(copy.read_text(encoding="utf-8").replace("WatchdogSec=30", "WatchdogSec=soon"), encoding="utf-8")
    assert "Failed to parse" in analyse("verify", copy).stderr


def test_it_is_as_exposed_as_its_work_demands_and_not_more(copy: Path):
    done = analyse("security", "--offline=yes", f"--threshold={EXPOSURE}", "--no-pager", copy)
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze judges no files")
    assert done.returncode == 0, done.stdout.splitlines()[-1:]
    assert "Overall exposure level" in done.stdout


def test_it_is_started_as_the_readme_of_the_command_says(unit: Sections):
    assert unit["Service"]["ExecStart"] == [
        "/opt/guardian/bin/guardian run --config /etc/guardian/guardian.yaml",
    ]
    assert unit["Install"]["WantedBy"] == ["multi-user.target"]


def test_it_waits_for_no_network(unit: Sections):
    for key in ("After", "Wants", "Requires", "BindsTo", "PartOf"):
        for value in unit["Unit"].get(key, ()):
            assert "network" not in value
            assert "time-sync" not in value


def test_it_is_started_again_for_ever(unit: Sections):
    assert unit["Service"]["Restart"] == ["always"]
    assert unit["Unit"]["StartLimitIntervalSec"] == ["0"]
    assert "RestartPreventExitStatus" not in unit["Service"]


def test_the_watchdog_waits_longer_than_a_room_may_be_without_a_frame(unit: Sections):
    (seconds,) = unit["Service"]["WatchdogSec"]
    assert float(seconds) >= 2 * FRESH_SECONDS
    assert unit["Service"]["Type"] == ["notify"]
    assert unit["Service"]["NotifyAccess"] == ["main"]


def test_nothing_beyond_the_home_is_reached_with_the_drop_in():
    rules = parse((SYSTEMD / "lan-only.conf").read_text(encoding="utf-8"))["Service"]
    assert rules["IPAddressDeny"] == ["any"]
    networks = [ip_network(word) for word in rules["IPAddressAllow"][0].split() if "/" in word]
    assert networks
    assert all(network.is_private for network in networks)


def test_no_memory_is_written_to_the_disk(unit: Sections):
    assert unit["Service"]["LimitCORE"] == ["0"]


def test_an_eye_that_is_ended_for_its_memory_does_not_stop_the_box(unit: Sections):
    assert unit["Service"]["OOMPolicy"] == ["continue"]
    assert unit["Service"]["KillMode"] == ["mixed"]


def test_the_eye_may_lock_itself_in(unit: Sections):
    allowed = " ".join(unit["Service"]["SystemCallFilter"]).split()
    for call in ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"):
        assert call in allowed
    assert "@system-service" in allowed  # it has prlimit64, by which an eye forbids itself a core file
    (namespaces,) = unit["Service"]["RestrictNamespaces"]
    assert namespaces.split() == ["user", "net"]


def test_only_cameras_pins_and_the_loudspeaker_are_allowed(unit: Sections):
    assert unit["Service"]["DevicePolicy"] == ["closed"]
    devices = {value.split()[0] for value in unit["Service"]["DeviceAllow"]}
    assert devices == {
        "char-video4linux",
        "char-media",
        "char-dma_heap",
        "char-gpiochip",
        "char-*gpiomem*",
        "char-alsa",
    }


def test_its_user_and_groups_are_made_before_it(unit: Sections):
    lines = [
        line.split() for line in (SYSTEMD / "guardian.sysusers").read_text().splitlines() if not line.startswith("#")
    ]
    made = {line[1] for line in lines if line[0] == "u"} | {line[2] for line in lines if line[0] == "m"}
    joined = {(line[1], line[2]) for line in lines if line[0] == "m"}
    assert unit["Service"]["User"] == ["guardian"]
    assert {"guardian", *GROUPS} <= made
    assert joined == {("guardian", group) for group in GROUPS}
    assert "SupplementaryGroups" not in unit["Service"]  # those of its user are enough


def test_the_groups_of_the_devices_are_those_of_the_service():
    rules = (SYSTEMD / "99-guardian.rules").read_text()
    groups = set(re.findall(r'GROUP="(\w+)"', rules))
    assert groups == GROUPS
    for line in rules.splitlines():
        assert line.startswith("#") or re.fullmatch(r'(\w+==?"[\w*]+"(, )?)+', line), line


def test_systemd_makes_the_user(tmp_path: Path):
    program = shutil.which("systemd-sysusers")
    if program is None:
        pytest.skip("no systemd-sysusers here")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "group").write_text("root:x:0:\nvideo:x:44:\n")
    (tmp_path / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    for name in ("shadow", "gshadow"):
        (tmp_path / "etc" / name).write_text("")
    (tmp_path / "usr/lib/sysusers.d").mkdir(parents=True)
    shutil.copy(SYSTEMD / "guardian.sysusers", tmp_path / "usr/lib/sysusers.d/guardian.conf")
    done = subprocess.run(
        [program, f"--root={tmp_path}", "guardian.conf"], check=False, capture_output=True, text=True, timeout=60
    )
    if "Operation not permitted" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip(f"systemd-sysusers may not work here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    groups = dict(line.split(":", 1) for line in (tmp_path / "etc" / "group").read_text().splitlines())
    assert groups["gpio"].endswith(":guardian")
    assert groups["video"].endswith("44:guardian")
    assert "guardian:" in (tmp_path / "etc" / "passwd").read_text()


def test_the_readme_puts_every_file_in_place_and_takes_it_off_again():
    readme = (SYSTEMD / "README.md").read_text(encoding="utf-8")
    installing, _, taking_off = readme.partition("## Taking it off")
    for path in SYSTEMD.iterdir():
        if path.name != "README.md":
            assert f"systemd/{path.name}" in installing
    for target in re.findall(r"install .*systemd/\S+ (\S+)", installing):
        name = "guardian.service" if target.endswith("system/") else "99-guardian.rules" if target.endswith("/") else ""
        assert target + name in taking_off


def test_the_configuration_in_the_readme_is_valid(tmp_path: Path):
    from guardian import configuration  # noqa: PLC0415 - only this test needs it

    readme = (SYSTEMD / "README.md").read_text(encoding="utf-8")
    written = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)
    assert written
    path = tmp_path / "guardian.yaml"
    path.write_text(written[1], encoding="utf-8")
    assert configuration.load(path).panel.kind == "gpio"
