"""What the Debian package, the image and the add-on are made of; script/try-package builds and tries them."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from guardian.installation.program import PACKAGE, PREFIX, VERSIONS

CLONE = Path(__file__).resolve().parent.parent
DEBIAN = CLONE / "script" / "debian"
SCRIPTS = (*sorted(DEBIAN.glob("p*")), CLONE / "script/container/start")
GUIDE = (CLONE / "docs/install.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_that_runs_on_the_box_is_one(script: Path):
    assert script.stat().st_mode & 0o111
    subprocess.run(["sh", "-n", str(script)], check=True, timeout=10)
    assert "set -e" in script.read_text()


@pytest.mark.parametrize("name", ["deb", "oci", "try-package"])
def test_a_script_that_builds_is_one(name: str):
    path = CLONE / "script" / name
    assert path.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(path)], check=True, timeout=10)


def test_the_scripts_of_the_package_call_the_program_that_it_carries():
    assert PACKAGE.startswith(f"{PREFIX}/")
    assert VERSIONS.startswith(f"{PREFIX}/")
    assert f"{PACKAGE}/bin/python -I -B -m guardian install" in (DEBIAN / "postinst").read_text()
    assert f"{PACKAGE}/bin/python -I -B -m guardian uninstall" in (DEBIAN / "prerm").read_text()


def test_every_mark_in_the_description_is_filled_in():
    marks = set(re.findall(r"@\w+@", (DEBIAN / "control").read_text()))
    build = (CLONE / "script/deb").read_text()
    assert marks
    assert all(f"s/{mark}/" in build for mark in marks)


def test_every_command_of_the_guide_that_is_said_to_be_tried_is():
    said = re.findall(r"<!-- tried: (\w+) -->\n```sh\n(.+?)```", GUIDE, re.DOTALL)
    tried = re.findall(r"documented (\w+)", (CLONE / "script/try-package").read_text())
    assert [name for name, _ in said] == list(dict.fromkeys(name for name, _ in said))
    assert {name for name, _ in said} == set(tried)
    assert GUIDE.count("<!-- tried: ") == len(said)


def test_the_add_on_is_what_its_supervisor_reads():
    add_on = yaml.safe_load((CLONE / "config/home-assistant/add-on/config.yaml").read_text())
    assert {"name", "version", "slug", "description", "arch"} <= set(add_on), "what it demands"
    assert add_on["environment"]["GUARDIAN_CONFIG"].startswith("/config/")
    assert any(folder.startswith("addon_config") for folder in add_on["map"])
    assert not {"full_access", "privileged", "docker_api", "host_network"} & set(add_on)
