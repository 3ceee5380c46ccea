import sys
from pathlib import Path

import pytest
from trees import built, image

from guardian.errors import InstallationError
from guardian.installation import program
from guardian.installation.machine import Machine
from guardian.installation.program import MADE_FROM, Program, source_of, sum_of


def test_a_built_environment_is_linked_and_kept_when_its_source_changes(tmp_path: Path):
    machine, source = image(tmp_path / "root"), built(tmp_path / "package")
    first = Program("1.0", source)
    assert not first.is_so(machine)
    first.do(machine)
    assert first.is_so(machine)
    there = machine.on("/opt/guardian/versions/1.0")
    assert (there / MADE_FROM).stat().st_ino == (source / MADE_FROM).stat().st_ino, "it takes no room of its own"
    (source / MADE_FROM).unlink()  # as dpkg does: a new file in the place of the old one
    (source / MADE_FROM).write_text("2" * 64)
    assert (there / MADE_FROM).read_text().strip() == "1" * 64
    assert not first.is_so(machine), "the same version, made from something else"
    first.do(machine)
    assert first.is_so(machine)
    assert [path.name for path in there.parent.iterdir()] == ["1.0"]


def test_an_interrupted_installation_is_completed(tmp_path: Path):
    machine, source = image(tmp_path / "root"), built(tmp_path / "package")
    half = machine.on("/opt/guardian/versions/.1.0.new/bin")
    half.mkdir(parents=True)
    (half / "half").touch()
    Program("1.0", source).do(machine)
    assert not (machine.on("/opt/guardian/versions/1.0/bin") / "half").exists()


def test_what_is_in_its_place_already_needs_no_source(tmp_path: Path):
    machine = image(tmp_path / "root")
    there = Program("1.0", None)
    with pytest.raises(InstallationError, match="--from"):
        there.do(machine)
    built(machine.on("/opt/guardian/versions/1.0"))
    assert there.is_so(machine)
    there.undo(machine)
    assert not there.is_so(machine)


def test_it_is_installed_from_what_runs_unless_something_else_is_wanted(tmp_path: Path):
    clone, wheel = tmp_path / "clone", tmp_path / "guardian.whl"
    (clone / "guardian").mkdir(parents=True)
    (clone / "pyproject.toml").touch()
    wheel.touch()
    package = built(tmp_path / "package")
    elsewhere = tmp_path / "site-packages" / "guardian"
    running = tmp_path / "venv"
    assert source_of(running, elsewhere, "1.0", wheel) == wheel
    assert source_of(running, elsewhere, "1.0", clone) == clone
    assert source_of(running, clone / "guardian", "1.0", None) == clone
    assert source_of(package, package / "guardian", "1.0", None) == package
    assert source_of(Path("/opt/guardian/versions/1.0"), elsewhere, "1.0", None) is None
    with pytest.raises(InstallationError, match="--from with the wheel would be right"):
        source_of(running, elsewhere, "1.0", None)
    with pytest.raises(InstallationError, match="a wheel of Guardian"):
        source_of(running, elsewhere, "1.0", tmp_path / "nothing.whl")


def test_a_tree_whose_python_could_not_run_it_is_refused(tmp_path: Path):
    machine = image(tmp_path / "root")
    program.demand_interpreter(machine)  # it may get one yet
    ours = Path(f"{sys.base_prefix}/bin/python3").resolve()
    theirs = machine.on("/usr/bin/python3")
    theirs.parent.mkdir(parents=True)
    theirs.symlink_to(ours.name)
    program.demand_interpreter(machine)
    (theirs.parent / ours.name).write_bytes(ours.read_bytes()[:64])
    program.demand_interpreter(machine)
    (theirs.parent / ours.name).write_bytes(b"\x7fELF" + bytes(60))
    with pytest.raises(InstallationError, match="same system and kind of processor"):
        program.demand_interpreter(machine)
    theirs.unlink()
    theirs.symlink_to("python3.99")
    with pytest.raises(InstallationError, match=r"has python3\.99"):
        program.demand_interpreter(machine)


def test_a_python_that_the_service_may_not_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = tmp_path / "home"
    (home / "ana/python/bin").mkdir(parents=True)
    (home / "ana/python/bin/python3").touch()
    monkeypatch.setattr(program, "HOMES", (str(home),))
    program.demand_interpreter(Machine())
    monkeypatch.setattr(sys, "base_prefix", str(home / "ana/python"))
    with pytest.raises(InstallationError, match=r"lies in a home.*/usr/bin/python3 -m venv would be right"):
        program.demand_interpreter(Machine())


def test_a_sum_follows_the_content_and_nothing_else(tmp_path: Path):
    clone = tmp_path / "clone"
    (clone / "guardian").mkdir(parents=True)
    (clone / "pyproject.toml").write_text("a")
    (clone / "guardian/app.py").write_text("b")
    first = sum_of(clone)
    (clone / "notes").write_text("not installed")
    (clone / "guardian/app.pyc").write_text("made of app.py")
    assert sum_of(clone) == first
    (clone / "guardian/app.py").write_text("c")
    assert sum_of(clone) != first
    wheel = tmp_path / "guardian.whl"
    wheel.write_bytes(b"")
    assert sum_of(wheel) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_an_environment_knows_no_place_but_its_final_one(tmp_path: Path):
    destination, final = tmp_path / "stage", "/opt/guardian/versions/1.0"

    def make(command: list[str]) -> None:
        if "venv" in command:
            information = destination / "lib/python3.11/site-packages/guardian_home-1.0.dist-info"
            information.mkdir(parents=True)
            (information / "direct_url.json").write_text(str(tmp_path))
            (destination / "bin").mkdir()
            for name in ("python", "guardian", "uvicorn"):
                (destination / "bin" / name).write_text(f"#!{destination}/bin/python\n")
            (destination / "pyvenv.cfg").write_text(
                f"include-system-site-packages = false\ncommand = python -m venv {destination}\n"
            )

    wheel = tmp_path / "guardian.whl"
    wheel.touch()
    program.build(wheel, destination, final, run=make)
    assert {path.name for path in (destination / "bin").iterdir()} == {"python", "guardian"}
    assert (destination / "bin/guardian").read_text() == f"#!{final}/bin/python\n"
    assert "include-system-site-packages = true" in (destination / "pyvenv.cfg").read_text()
    told = "".join(path.read_text() for path in destination.rglob("*") if path.is_file() and path.name != "python")
    told = told.replace("uvicorn", "")
    assert str(tmp_path) not in told
    assert sum_of(destination) == sum_of(wheel)


def test_for_another_processor_wheels_alone_are_taken(tmp_path: Path):
    destination, ran = tmp_path / "stage", list[list[str]]()

    def make(command: list[str]) -> None:
        ran.append(command)
        if "--target" in command:
            programs = Path(command[command.index("--target") + 1]) / "bin"
            programs.mkdir(parents=True)
            (programs / "guardian").write_text("#!/the/builders/python\nprint('hello')\n")
            (programs / "uvicorn").touch()
            (destination / "bin").mkdir()
            (destination / "pyvenv.cfg").touch()

    wheel = tmp_path / "guardian.whl"
    wheel.touch()
    program.build(wheel, destination, "/opt/guardian/versions/1.0", run=make, machine="riscv64")
    assert [path.name for path in (destination / "bin").iterdir()] == ["guardian"]
    assert (destination / "bin/guardian").read_text().splitlines()[0] == "#!/opt/guardian/versions/1.0/bin/python"
    assert not list(destination.glob("lib/*/site-packages/bin"))
    assert {"--only-binary=:all:", "--platform=manylinux_2_36_riscv64"} <= set(ran[1])
