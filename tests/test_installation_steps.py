import os
from pathlib import Path

import pytest
from trees import asked, image, running, tree

from guardian.errors import InstallationError
from guardian.installation.machine import Machine, Owner, run
from guardian.installation.plan import SYSUSERS
from guardian.installation.shipped import shipped
from guardian.installation.steps import Account, Directory, Link, Step, TextFile


def steps() -> list[Step]:
    return [Directory("/opt/a", 0o750), TextFile("/etc/b/c", lambda: "text\n", 0o640), Link("/opt/d", "a")]


@pytest.mark.parametrize("number", range(3))
def test_a_step_is_made_once_and_undone_again(number: int, tmp_path: Path):
    machine, step = image(tmp_path / "root"), steps()[number]
    step.undo(machine)  # nothing is there, and nothing is wrong with that
    assert not step.is_so(machine)
    step.do(machine)
    assert step.is_so(machine)
    step.do(machine)
    assert step.is_so(machine)
    step.undo(machine)
    assert not step.is_so(machine)


def test_a_directory_with_other_rights_is_put_right(tmp_path: Path):
    machine, step = image(tmp_path / "root"), Directory("/opt/a", 0o750)
    step.do(machine)
    machine.on("/opt/a").chmod(0o777)
    assert not step.is_so(machine)
    step.do(machine)
    assert machine.on("/opt/a").stat().st_mode & 0o7777 == 0o750


def test_a_file_of_ours_is_put_right(tmp_path: Path):
    machine, step = image(tmp_path / "root"), TextFile("/etc/b", lambda: "right\n")
    step.do(machine)
    machine.on("/etc/b").write_text("wrong\n")
    assert not step.is_so(machine)
    step.do(machine)
    assert machine.on("/etc/b").read_text() == "right\n"


def test_a_file_of_the_household_keeps_its_content_and_gets_its_rights(tmp_path: Path):
    machine, step = image(tmp_path / "root"), TextFile("/etc/b", lambda: "ours\n", 0o640, kept=True)
    machine.on("/etc/b").write_text("theirs\n")
    machine.on("/etc/b").chmod(0o666)
    assert not step.is_so(machine)
    step.do(machine)
    assert step.is_so(machine)
    assert machine.on("/etc/b").read_text() == "theirs\n"
    assert machine.on("/etc/b").stat().st_mode & 0o7777 == 0o640


def test_a_secret_is_never_readable_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    machine, seen = image(tmp_path / "root"), []
    give = Machine.give

    def watched(self: Machine, owner: Owner, path: Path | int) -> None:
        seen.append(os.stat(path).st_mode & 0o077)  # noqa: PTH116 - an open file
        give(self, owner, path)

    monkeypatch.setattr(Machine, "give", watched)
    TextFile("/etc/b", lambda: "secret\n", 0o640).do(machine)
    assert seen == [0]


def test_a_link_takes_the_place_of_a_link_and_of_nothing_else(tmp_path: Path):
    machine = image(tmp_path / "root")
    Link("/opt/d", "a").do(machine)
    Link("/opt/d", "b").do(machine)
    assert str(machine.on("/opt/d").readlink()) == "b"
    machine.on("/opt/e").write_text("theirs")
    with pytest.raises(InstallationError, match=r"/opt/e is in the way.*move it away"):
        Link("/opt/e", "a").do(machine)
    Link("/opt/e", "a").undo(machine)
    assert machine.on("/opt/e").read_text() == "theirs"


def declared(machine: Machine) -> Account:
    TextFile(SYSUSERS, lambda: shipped("systemd/guardian.sysusers")).do(machine)
    return Account(SYSUSERS)


def test_an_account_is_made_with_every_group_that_the_service_needs(tmp_path: Path):
    machine = image(tmp_path / "root")
    account = declared(machine)
    assert not account.is_so(machine)
    account.do(machine)
    assert account.is_so(machine)
    assert asked(machine) == [f"systemd-sysusers --root={machine.root} guardian.conf"]
    machine.on("/etc/group").write_text("root:x:0:\nguardian:x:994:\n")
    assert not account.is_so(machine), "it is in none of its groups"


def test_an_account_is_taken_off_the_tree_that_has_it(tmp_path: Path):
    machine = image(tmp_path / "root")
    account = declared(machine)
    account.undo(machine)
    assert asked(machine) == []
    account.do(machine)
    account.undo(machine)
    assert asked(machine)[-1] == f"userdel --prefix {machine.root} guardian"


def test_without_sysusers_an_image_waits_for_its_first_start_and_a_machine_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    there, here = image(tmp_path / "there"), running(tmp_path / "here")
    for machine in (there, here):
        monkeypatch.setattr(type(machine), "has", lambda *_: False)
    declared(there).do(there)
    assert asked(there) == []
    with pytest.raises(InstallationError, match="apt-get install"):
        declared(here).do(here)


def test_an_account_without_a_declaration_needs_no_group(tmp_path: Path):
    machine = image(tmp_path / "root")
    Account(SYSUSERS).do(machine)
    assert Account(SYSUSERS).is_so(machine)


def test_a_machine_knows_its_own_users(tmp_path: Path):
    machine = Machine(tree(tmp_path / "root"))
    assert machine.number("group", "video") == 44
    assert machine.number("passwd", "root") == 0
    assert machine.number("passwd", "guardian") is None
    machine.on("/etc/group").unlink()
    assert machine.number("group", "video") is None
    assert not machine.here
    assert not machine.runs_systemd
    assert not machine.runs_udev
    assert Machine().here
    assert not machine.has("no-such-program")


def test_what_fails_says_what_it_said():
    with pytest.raises(InstallationError, match=r"sh -c .* ended with 3: no such luck"):
        run(["sh", "-c", "echo no such luck >&2; exit 3"])
    with pytest.raises(InstallationError, match="it said nothing"):
        run(["false"])
    with pytest.raises(InstallationError, match="cannot be run"):
        run(["no-such-program"])


@pytest.mark.parametrize(
    "name", ["systemd/guardian.service", "systemd/guardian.sysusers", "config/guardian.yaml", "config/mqtt/access.acl"]
)
def test_what_is_shipped_is_there(name: str):
    assert shipped(name).startswith("#")
