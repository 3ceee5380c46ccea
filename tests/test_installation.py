"""A whole machine: installed, upgraded, rolled back and taken off, with a stand-in for the commands of its system."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from trees import asked, built, everything, image, mosquitto, running

from guardian import __version__, cli, install_command
from guardian.errors import ConfigurationError, InstallationError
from guardian.installation import perform
from guardian.installation.archive import BACKUPS, latest
from guardian.installation.broker import ACCESS, PASSWORDS, SETTINGS
from guardian.installation.machine import Machine
from guardian.installation.plan import CONFIGURATION, STATE, UNIT, Wish, current, plan, previous, timezone_of
from guardian.installation.steps import Directory
from guardian.settings import Settings

NOON = datetime(2025, 6, 1, 12, tzinfo=timezone.utc)


class Household:
    """A machine, the versions that there are for it, and what was said."""

    def __init__(self, machine: Machine, packages: Path) -> None:
        self.machine, self.packages, self.said, self.now = machine, packages, list[str](), NOON

    def install(self, version: str, restored: Path | None = None, *, broker: bool = False, tls: bool = False) -> bool:
        package = self.packages / version
        if not package.exists():
            built(package, version)
        self.now += timedelta(days=1)
        wish = Wish(version, package, broker=broker, tls=tls, names=("box", "localhost"))
        return perform.install(wish, self.machine, self.now, self.said.append, restored)

    @property
    def people(self) -> Path:
        return self.machine.on(STATE) / "people"

    def backups(self) -> list[str]:
        return sorted(path.name.partition("-")[2] for path in self.machine.on(BACKUPS).iterdir())


def settings(machine: Machine) -> Settings:
    found = perform.settings_of(machine)
    assert found is not None
    return found


@pytest.fixture
def home(tmp_path: Path) -> Household:
    return Household(image(tmp_path / "root"), tmp_path / "packages")


@pytest.fixture
def living(tmp_path: Path) -> Household:
    return Household(running(tmp_path / "root"), tmp_path / "packages")


def test_every_step_is_made_and_a_second_time_there_is_nothing_to_do(home: Household):
    assert home.install("1.0")
    made = [line for line in home.said if line.startswith("made")]
    assert len(made) == len(plan(Wish("1.0")))
    before = everything(home.machine.root)
    home.said.clear()
    assert not home.install("1.0")
    assert home.said == []
    assert everything(home.machine.root) == before


def test_what_is_installed_is_a_configuration_that_is_right_and_a_unit_that_finds_its_program(home: Household):
    home.install("1.0")
    assert settings(home.machine).rooms[0].name == "living room"
    assert "ExecStart=/opt/guardian/bin/guardian run" in home.machine.on(UNIT).read_text()
    assert (home.machine.on("/opt/guardian").joinpath("bin/python")).exists()
    assert home.machine.on("/usr/bin/guardian").readlink() == Path("/opt/guardian/bin/guardian")


def test_a_plan_changes_nothing(home: Household):
    before = everything(home.machine.root)
    lines = perform.foreseen(Wish("1.0", built(home.packages / "1.0")), home.machine)
    assert all(line.startswith("to do") for line in lines)
    assert everything(home.machine.root) == before
    home.install("1.0")
    assert all(line.startswith("is there") for line in perform.foreseen(Wish("1.0"), home.machine))


def test_the_configuration_of_a_household_is_never_overwritten(home: Household):
    home.machine.on(CONFIGURATION).parent.mkdir()
    home.machine.on(CONFIGURATION).write_text("rooms: [{name: a, camera: {source: csi}}]\n")
    home.install("1.0")
    assert home.machine.on(CONFIGURATION).read_text() == "rooms: [{name: a, camera: {source: csi}}]\n"


def test_a_configuration_that_this_version_does_not_understand_stops_it_before_anything_is_touched(home: Household):
    home.install("1.0")
    home.machine.on(CONFIGURATION).write_text("rooms: []\n")
    before = everything(home.machine.root)
    with pytest.raises(ConfigurationError, match=r"guardian\.yaml:1: rooms"):
        home.install("2.0")
    assert everything(home.machine.root) == before
    assert current(home.machine) == "1.0"


def test_an_upgrade_keeps_what_was_there_and_rolls_back_to_it(living: Household):
    living.install("1.0")
    living.people.write_text("Ana")
    living.install("2.0")
    assert (current(living.machine), previous(living.machine)) == ("2.0", "1.0")
    assert living.people.read_text() == "Ana"
    living.people.write_text("Ana, in the form of 2.0")
    ran: list[Sequence[str]] = []

    def as_that_version(command: Sequence[str]) -> None:
        ran.append(command)
        living.install("1.0", Path(command[-1]))

    perform.rollback(type(living.machine)(living.machine.root, as_that_version), living.said.append)
    ((*command, _),) = ran
    python = str(living.machine.on("/opt/guardian/versions/1.0/bin/python"))
    assert command == [python, "-I", "-m", "guardian", "install", "--restore"]
    assert (current(living.machine), previous(living.machine)) == ("1.0", "2.0")
    assert living.people.read_text() == "Ana"
    assert living.backups() == ["1.0", "2.0"]
    newer = latest(living.machine, "2.0") / STATE.lstrip("/") / "people"
    assert newer.read_text() == "Ana, in the form of 2.0"


def test_there_is_no_going_back_where_nothing_was_before(home: Household):
    home.install("1.0")
    with pytest.raises(InstallationError, match=r"no version before 1\.0.*nothing was changed"):
        perform.rollback(home.machine, home.said.append)


def test_a_version_that_is_neither_used_nor_gone_back_to_goes(home: Household):
    for version in ("1.0", "2.0", "3.0"):
        home.install(version)
    assert {path.name for path in home.machine.on("/opt/guardian/versions").iterdir()} == {"2.0", "3.0"}
    assert home.backups() == ["1.0", "2.0"]


def test_a_running_machine_stops_for_the_copy_and_starts_the_new_version(living: Household):
    living.install("1.0")
    assert asked(living.machine)[-1] == "systemctl restart guardian.service"
    asked(living.machine).clear()
    living.install("1.0")
    assert asked(living.machine) == ["systemctl is-active --quiet guardian.service"], "the watch is not interrupted"
    asked(living.machine).clear()
    living.install("2.0")
    commands = asked(living.machine)
    assert commands[0] == "systemctl stop guardian.service"
    assert commands[1:3] == ["systemctl daemon-reload", "udevadm control --reload"]
    assert commands[-1] == "systemctl restart guardian.service"


def test_a_service_that_did_not_start_is_started_by_the_same_command(living: Household):
    def fails(command: Sequence[str]) -> None:
        if command[:2] == ["systemctl", "restart"]:
            message = "the power was cut"
            raise InstallationError(message)
        whole.run(command)

    whole = living.machine
    living.machine = type(whole)(whole.root, fails)
    with pytest.raises(InstallationError, match="the power was cut"):
        living.install("1.0")
    living.machine = whole
    assert living.install("1.0")
    assert asked(living.machine)[-1] == "systemctl restart guardian.service"
    assert not living.install("1.0")


@pytest.mark.parametrize("fails", ["cp", "systemctl restart"])
def test_an_upgrade_that_fails_leaves_nobody_unwatched(fails: str, living: Household):
    living.install("1.0")
    built(living.packages / "2.0", "2.0")
    whole, ran = living.machine, list[str]()

    def failing(command: Sequence[str]) -> None:
        ran.append(" ".join(command[:2]))
        if ran[-1].startswith(fails) and "systemctl stop" in ran:
            message = "no space left"
            raise InstallationError(message)
        whole.run(command)

    living.machine = type(whole)(whole.root, failing)
    with pytest.raises(InstallationError, match="no space left"):
        living.install("2.0")
    assert ran.index("cp -al") < ran.index("systemctl stop"), "the old version watches while the new one is made"
    assert ran[-1] == "systemctl start"
    assert current(whole) == ("1.0" if fails == "cp" else "2.0")
    living.machine = whole
    assert living.install("2.0")
    assert (current(whole), previous(whole)) == ("2.0", "1.0")


def test_going_back_keeps_the_names_that_the_access_list_was_written_for(living: Household):
    mosquitto(living.machine)
    living.install("1.0", broker=True)
    configuration = living.machine.on(CONFIGURATION)
    configuration.write_text(configuration.read_text().replace("  id: home ", "  id: flat "))
    living.install("1.0")
    living.install("2.0")
    living.install("1.0", latest(living.machine, "1.0"))
    assert "topic write guardian/flat/#" in living.machine.on(ACCESS).read_text()


def test_a_service_that_somebody_stopped_is_started(living: Household):
    living.install("1.0")

    def stopped(command: Sequence[str]) -> None:
        ran.append(" ".join(command))
        if "is-active" in command:
            message = "inactive"
            raise InstallationError(message)

    ran: list[str] = []
    living.machine = type(living.machine)(living.machine.root, stopped)
    assert living.install("1.0")
    assert ran[-1] == "systemctl restart guardian.service"


def test_taken_off_it_leaves_what_it_says_and_no_more(home: Household):
    before = everything(home.machine.root)
    home.install("1.0")
    home.install("2.0")
    home.people.write_text("Ana")
    home.said.clear()
    perform.uninstall(home.machine, home.said.append, purge=False)
    names = {"guardian.yaml", "people"}
    left = {path for path in everything(home.machine.root) - before if home.machine.on(path).is_file()}
    assert {Path(path).name for path in left} - {"held"} == names
    told = "\n".join(home.said)
    assert all(path in told for path in ("/etc/guardian:", STATE, BACKUPS, "the user guardian"))


def test_a_state_that_is_kept_elsewhere_is_never_erased_and_always_named(home: Household):
    home.install("1.0")
    home.machine.on("/srv/people").mkdir(parents=True)
    home.machine.on(CONFIGURATION).write_text(
        "rooms: [{name: a, camera: {source: csi}}]\nstate_directory: /srv/people\n"
    )
    home.install("2.0")
    assert (latest(home.machine, "1.0") / "srv/people").is_dir(), "an upgrade keeps it all the same"
    home.said.clear()
    perform.uninstall(home.machine, home.said.append, purge=True)
    assert home.machine.on("/srv/people").is_dir()
    assert home.said == ["left      /srv/people: the people it knows and its incidents"]


def test_purged_it_leaves_nothing(home: Household):
    before = everything(home.machine.root)
    mosquitto(home.machine)
    home.install("1.0", broker=True)
    home.install("2.0")
    home.said.clear()
    perform.uninstall(home.machine, home.said.append, purge=True)
    assert home.said == []
    left = {path for path in everything(home.machine.root) - before if not home.machine.on(path).is_dir()}
    assert left == {"usr/sbin/mosquitto"}
    assert not home.machine.on("/opt/guardian").exists()
    assert asked(home.machine)[-1].startswith("userdel")


def test_taking_off_stops_the_service_first_and_lets_the_broker_read_again(living: Household):
    mosquitto(living.machine)
    living.install("1.0", broker=True)
    asked(living.machine).clear()
    perform.uninstall(living.machine, living.said.append, purge=False)
    assert asked(living.machine) == [
        "systemctl stop guardian.service",
        "systemctl daemon-reload",
        "systemctl try-restart mosquitto.service",
    ]
    assert not living.machine.on(SETTINGS).exists()


def test_taking_off_what_is_not_there_is_no_fault(living: Household):
    perform.uninstall(living.machine, living.said.append, purge=True)
    assert living.said == []


def test_a_broker_stays_with_later_installations(home: Household):
    mosquitto(home.machine)
    home.install("1.0", broker=True)
    word = home.machine.on(PASSWORDS["guardian"]).read_text()
    home.said.clear()
    home.install("1.0")
    assert home.said == []
    home.install("2.0")
    assert home.machine.on(PASSWORDS["guardian"]).read_text() == word


def test_a_broker_needs_mosquitto(home: Household):
    with pytest.raises(InstallationError, match="apt-get install mosquitto"):
        home.install("1.0", broker=True)
    assert current(home.machine) is None


def test_only_root_changes_a_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(InstallationError, match="sudo guardian install"):
        perform.demand_rights(Machine())
    perform.demand_rights(Machine(tmp_path))
    with pytest.raises(InstallationError, match="is no directory"):
        perform.demand_rights(Machine(tmp_path / "nothing"))


def test_the_time_zone_is_that_of_the_machine(tmp_path: Path):
    machine = image(tmp_path / "root")
    assert timezone_of(machine) == "UTC"
    machine.on("/etc/timezone").write_text("Asia/Taipei\n")
    assert timezone_of(machine) == "Asia/Taipei"
    machine.on("/etc/localtime").symlink_to("/usr/share/zoneinfo/Europe/Madrid")
    assert timezone_of(machine) == "Europe/Madrid"
    built(tmp_path / "package")
    wish = Wish("1.0", tmp_path / "package", timezone=timezone_of(machine))
    perform.install(wish, machine, NOON, lambda _: None)
    assert settings(machine).household.timezone == "Europe/Madrid"


def test_the_command_installs_into_a_tree_and_takes_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    home = image(tmp_path / "root")
    monkeypatch.setattr("guardian.installation.machine.Machine", lambda root: type(home)(root, home.run))
    package = str(built(tmp_path / "package"))
    command = ["install", "--root", str(home.root), "--from", package]
    assert cli.main([*command, "--dry-run"]) == 0
    assert capsys.readouterr().out.count("to do") == len(plan(Wish(__version__)))
    assert cli.main(command) == 0
    assert current(home) == __version__
    assert "next      sudo nano /etc/guardian/guardian.yaml" in capsys.readouterr().out
    assert cli.main(command) == 0
    assert "nothing was to be done" in capsys.readouterr().out
    mosquitto(home)
    assert cli.main([*command, "--broker"]) == 0
    assert "was not changed; to use the broker, it needs:\nmqtt:" in capsys.readouterr().out
    assert cli.main([*command, "--rollback"]) == 1
    assert "no version before" in capsys.readouterr().err
    assert cli.main(["uninstall", "--root", str(home.root), "--purge"]) == 0
    assert not home.on("/opt/guardian").exists()


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["install", "--tls"]) == 2
    assert "--broker --tls would be right" in capsys.readouterr().err
    home = image(tmp_path / "root")
    home.on("/etc/os-release").write_text('ID=debian\nVERSION_ID="11"\n')
    assert cli.main(["install", "--root", str(home.root)]) == 1
    assert "debian 11 is too old; debian 12 or later" in capsys.readouterr().err
    home.on("/etc/os-release").write_text('ID=beos\nVERSION_ID="5"\n')
    assert cli.main(["install", "--root", str(home.root), "--from", str(tmp_path / "x.whl")]) == 1
    said = capsys.readouterr()
    assert "beos 5 was never tried" in said.out
    assert "is no program" in said.err


def test_what_the_disk_does_not_let_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    home = image(tmp_path / "root")
    home.on("/opt").write_text("a file, where a directory belongs")
    assert cli.main(["install", "--root", str(home.root), "--from", str(built(tmp_path / "package"))]) == 1
    assert "/opt/guardian: Not a directory; put that right" in capsys.readouterr().err


def test_the_command_has_a_module_of_its_own():
    assert callable(install_command.add)
    assert Directory("/x").noun == "directory /x"
