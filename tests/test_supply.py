"""The pinned parts of a release, its list of parts, and what an audit of them says."""

import hashlib
import json
import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from guardian import __version__
from guardian.lab.supply import MODELS, NOT_TRIED, VULNERABLE, main, verdict, with_models

if sys.version_info >= (3, 11):
    import tomllib
else:
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 reads no TOML by itself")

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "config" / "locks" / "box.txt"
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
BOXES = [
    {"platform_machine": machine, "python_version": "3.11", "python_full_version": "3.11.2"}
    for machine in ("x86_64", "aarch64")
]


def pins(text: str) -> dict[str, list[tuple[str, str | None, int]]]:
    """Of each name its versions, each with its marker and how many hashes it has."""
    found: dict[str, list[tuple[str, str | None, int]]] = {}
    name = ""
    for line in text.splitlines():
        if pin := PIN.match(line):
            name = pin["name"]
            found.setdefault(name, []).append((pin["version"], pin["marker"], 0))
        elif HASH.match(line):
            version, marker, hashes = found[name][-1]
            found[name][-1] = (version, marker, hashes + 1)
        else:
            assert line.lstrip().startswith("#"), f"neither a pin nor a hash: {line}"
    return found


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(each) for each in (*project["dependencies"], *project["optional-dependencies"]["pi"])]


def pinned(name: str, box: dict[str, str]) -> str | None:
    """The version of a package on such a box."""
    for version, marker, _ in pins(LOCK.read_text(encoding="utf-8")).get(canonicalize_name(name), []):
        if marker is None or Requirement(f"x; {marker}").marker.evaluate(box):  # type: ignore[union-attr] # it has one
            return version
    return None


@pytest.mark.parametrize("box", BOXES, ids=lambda box: box["platform_machine"])
def test_what_the_project_asks_for_is_pinned_as_it_asks(box: dict[str, str]):
    for asked in wanted():
        if asked.marker is None or asked.marker.evaluate(box):
            assert asked.specifier.contains(pinned(asked.name, box) or "", prereleases=True), asked


def test_what_pip_would_refuse_for_its_python_is_not_pinned():
    for line in (LOCK.parent / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            asked = Requirement(line)
            assert asked.specifier.contains(pinned(asked.name, BOXES[0]) or ""), asked


def test_what_the_parts_ask_for_is_pinned_as_well():
    for name in pins(LOCK.read_text(encoding="utf-8")):
        try:
            asked = [Requirement(each) for each in metadata.requires(name) or ()]
        except metadata.PackageNotFoundError:
            continue  # of another machine than this
        for each in asked:
            if each.marker is None or each.marker.evaluate({**BOXES[0], "extra": ""}):
                assert pinned(each.name, BOXES[0]), f"{name} needs {each}"


def test_every_pin_has_a_hash_and_no_address():
    text = LOCK.read_text(encoding="utf-8")
    found = pins(text)
    assert len(found) > len(wanted())
    assert [name for name, each in found.items() for _, _, hashes in each if hashes == 0] == []
    assert "://" not in text
    assert "index" not in text


def test_an_address_or_an_unpinned_part_would_be_seen():
    with pytest.raises(AssertionError, match="neither a pin"):
        pins("--index-url somewhere\n")
    with pytest.raises(AssertionError, match="neither a pin"):
        pins("numpy>=2 \\\n")


# The list of parts.

BOM = {"metadata": {"component": {"name": "guardian-home"}}, "components": [{"name": "numpy"}], "dependencies": []}


def test_the_models_are_parts_with_the_hashes_of_their_files():
    document = with_models(BOM)
    assert document["metadata"]["component"] == {"name": "guardian-home", "version": __version__}
    models = [each for each in document["components"] if each.get("type") == "machine-learning-model"]
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in MODELS.glob("*.tflite")}
    assert {each["name"]: each["hashes"][0]["content"] for each in models} == files
    assert {each["ref"] for each in document["dependencies"]} == {each["bom-ref"] for each in models}
    assert BOM["components"] == [{"name": "numpy"}]


def test_the_same_parts_make_the_same_bytes(tmp_path: Path):
    written = []
    for order in (1, -1):
        path = tmp_path / f"{order}.json"
        path.write_text(json.dumps(dict(list(BOM.items())[::order])), encoding="utf-8")
        assert main("sbom", path) == 0
        written.append(path.read_bytes())
    assert written[0] == written[1]


# What an audit says.


def part(name: str, *vulnerable: str, skipped: bool = False) -> dict[str, object]:
    if skipped:
        return {"name": name, "skip_reason": "not found"}
    return {"name": name, "version": "1.0", "vulns": [{"id": each, "fix_versions": ["1.1"]} for each in vulnerable]}


@pytest.mark.parametrize(
    ("parts", "code", "words"),
    [
        ([part("a"), part("b")], 0, "2 of 2 parts looked up"),
        ([part("a", "CVE-1"), part("b")], VULNERABLE, "a 1.0: CVE-1, mended in 1.1"),
        ([part("a"), part("b", skipped=True)], VULNERABLE, "b: could not be looked up"),
        ([part("a", skipped=True), part("b", skipped=True)], NOT_TRIED, "none of 2 parts"),
    ],
)
def test_an_audit_that_saw_nothing_is_not_taken_for_peace(parts: list[dict[str, object]], code: int, words: str):
    found, said = verdict({"dependencies": parts})
    assert found == code
    assert words in said


def test_the_verdict_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "report.json"
    path.write_text(json.dumps({"dependencies": [part("a")]}), encoding="utf-8")
    assert main("audit", path) == 0
    assert capsys.readouterr().out == "1 of 1 parts looked up\n"
