"""What keeps the house standing: imports go down, the core is pure, the brain cannot see, names mean something."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from counted import counts
from floors import COMMANDS, FLOORS, NOUNS, PACKAGE, PURE, STAGES, floor

TESTS = Path(__file__).resolve().parent
FUNCTION_LINES = 40
MODULE_LINES = 450

Faults: TypeAlias = Iterator[str]
Rule: TypeAlias = Callable[[str, ast.Module], Faults]

WORLD = frozenset(
    {
        *(
            "time",
            "signal",
            "threading",
            "asyncio",
            "concurrent",
            "queue",
            "multiprocessing",
            "subprocess",
            "importlib",
        ),
        *("socket", "ssl", "http", "urllib", "select", "selectors", "paho", "uvicorn", "starlette"),
        *("os", "shutil", "tempfile", "sqlite3", "yaml", "logging", "random", "secrets", "cv2"),
    }
)
READS_A_CLOCK = frozenset(
    {
        *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "ctime")),
        *(("datetime", name) for name in ("now", "utcnow", "today")),
        ("date", "today"),
    }
)
EMPTY_WORDS = frozenset(
    {
        *("util", "utils", "manager", "managers", "helper", "helpers", "processor", "processors"),
        *("handler", "handlers", "base", "misc"),
    }
)
SEEING_WORDS = frozenset({"image", "images", "pixel", "pixels", "bgr", "jpeg"})
BLIND_IN_THE_EYE = frozenset({"eye.wire", "eye.spawn"})


def modules() -> dict[str, Path]:
    """Every module of the package by its name below guardian, packages by their own name ("eye", "eye.camera")."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every imported dotted name with its line; `from a import b` gives `a.b`, since b may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{'.' * node.level}{node.module or ''}.{alias.name}", node.lineno) for alias in node.names)


def ours(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """The modules of ours that are imported, without the leading `guardian.`; a name in one counts as that module."""
    known = set(modules()) | {name for names in FLOORS for name in names}
    for name, line in imports(tree):
        parts = name.split(".")[1:] if name.startswith("guardian.") else []
        prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        target = next((prefix for prefix in prefixes if prefix in known), None)
        if target is not None:
            yield target, line


def identifiers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every name that a module gives or uses: variables, arguments, attributes, functions, classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno


def words(identifier: str) -> Iterable[str]:
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower())


def top(name: str) -> str:
    return name.partition(".")[0]


def imports_go_down(name: str, tree: ast.Module) -> Faults:
    for target, line in ours(tree):
        sideways_is_home = top(target) == top(name) or {target, name} <= set(NOUNS) or {target, name} <= set(COMMANDS)
        if not sideways_is_home and floor(top(target)) >= floor(top(name)):
            yield f"line {line}: {name} imports {target}, which is not below it"


def imports_are_absolute(_: str, tree: ast.Module) -> Faults:
    for target, line in imports(tree):
        if target.startswith("."):
            yield f"line {line}: relative import of {target}"


def the_core_is_pure(name: str, tree: ast.Module) -> Faults:
    if name not in PURE:
        return
    for target, line in imports(tree):
        if top(target) in WORLD:
            yield f"line {line}: a noun or stage imports {target}"
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"open", "print", "input"}
        ):
            yield f"line {node.lineno}: a noun or stage calls {node.func.id}"


def nouns_are_frozen(name: str, tree: ast.Module) -> Faults:
    if name not in NOUNS:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                text = ast.unparse(decorator)
                if text.startswith("dataclass") and not ("frozen=True" in text and "slots=True" in text):
                    yield f"line {node.lineno}: {node.name} is not frozen and slotted"


def only_the_eye_sees(name: str, tree: ast.Module) -> Faults:
    if top(name) in {"eye", "lab"} and name not in BLIND_IN_THE_EYE:
        return
    for target, line in imports(tree):
        if top(target) in {"cv2", "PIL", "picamera2"}:
            yield f"line {line}: {name} imports {target}"
    for identifier, line in identifiers(tree):
        if SEEING_WORDS & set(words(identifier)):
            yield f"line {line}: {name} names an image ({identifier})"


def names_mean_something(name: str, tree: ast.Module) -> Faults:
    if EMPTY_WORDS & set(words(name)):
        yield f"the module is called {name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and EMPTY_WORDS & set(
            words(node.name)
        ):
            yield f"line {node.lineno}: {node.name} says nothing"


def catches_are_narrow(_: str, tree: ast.Module) -> Faults:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = [] if node.type is None else list(ast.walk(node.type))
            if node.type is None or any(_is_broad(part) for part in caught):
                yield f"line {node.lineno}: a broad except"
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func).endswith("suppress")
            and any(map(_is_broad, node.args))
        ):
            yield f"line {node.lineno}: a broad suppress"


def _is_broad(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in {"Exception", "BaseException"}


def only_commands_print(name: str, tree: ast.Module) -> Faults:
    if top(name) in {*COMMANDS, "lab"}:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"line {node.lineno}: {name} prints"


def one_module_reads_the_wall_clock(name: str, tree: ast.Module) -> Faults:
    if name == "io.clock":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value).rpartition(".")[2]
            if (owner, node.attr) in READS_A_CLOCK:
                yield f"line {node.lineno}: {name} reads the wall clock ({owner}.{node.attr})"
    for target, line in imports(tree):
        if tuple(target.rsplit(".", 1)) in READS_A_CLOCK:
            yield f"line {line}: {name} imports the wall clock ({target})"


def everything_fits_a_screen(_: str, tree: ast.Module) -> Faults:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"line {node.lineno}: {node.name} has {lines} lines, more than {FUNCTION_LINES}"
    last = max((node.end_lineno or 0 for node in tree.body), default=0)
    if last > MODULE_LINES:
        yield f"the module has {last} lines, more than {MODULE_LINES}"


RULES: tuple[Rule, ...] = (
    imports_go_down,
    imports_are_absolute,
    the_core_is_pure,
    nouns_are_frozen,
    only_the_eye_sees,
    names_mean_something,
    catches_are_narrow,
    only_commands_print,
    one_module_reads_the_wall_clock,
    everything_fits_a_screen,
)

OFFENCES: tuple[tuple[Rule, str, str], ...] = (
    (imports_go_down, "tracking", "from guardian.alarm import Alarm"),
    (imports_go_down, "skeleton", "def f():\n    import guardian.tracking"),
    (imports_go_down, "eye.camera", "from guardian.io import clock"),
    (imports_go_down, "settings", "from guardian import pipeline"),
    (imports_are_absolute, "tracking", "from .skeleton import Pose"),
    (the_core_is_pure, "alarm", "from time import monotonic"),
    (the_core_is_pure, "events", "import os.path"),
    (the_core_is_pure, "falls", "def f():\n    return open('x')"),
    (nouns_are_frozen, "events", "@dataclass(frozen=True)\nclass Seen:\n    x: int"),
    (nouns_are_frozen, "events", "@dataclass\nclass Seen:\n    x: int"),
    (only_the_eye_sees, "app", "import cv2"),
    (only_the_eye_sees, "eye.wire", "from cv2 import resize"),
    (only_the_eye_sees, "web.page", "def show(last_image): pass"),
    (names_mean_something, "io.mqtt_utils", ""),
    (names_mean_something, "io.mqtt", "class TopicHandler: pass"),
    (names_mean_something, "io.mqtt", "def base_topic(): pass"),
    (catches_are_narrow, "app", "try:\n    f()\nexcept:\n    pass"),
    (catches_are_narrow, "app", "try:\n    f()\nexcept (OSError, Exception):\n    pass"),
    (catches_are_narrow, "app", "with contextlib.suppress(BaseException):\n    f()"),
    (only_commands_print, "io.mqtt", "print('hello')"),
    (one_module_reads_the_wall_clock, "web.page", "now = datetime.datetime.now(tz)"),
    (one_module_reads_the_wall_clock, "lab.bench", "from time import time"),
    (one_module_reads_the_wall_clock, "app", "import time\nt = time.time()"),
    (everything_fits_a_screen, "app", "def f():\n" + "    x = 1\n" * FUNCTION_LINES),
    (everything_fits_a_screen, "app", "x = 1\n" * (MODULE_LINES + 1)),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_module_keeps(rule: Rule):
    faults = [f"{path.name}: {fault}" for name, path in modules().items() for fault in rule(name, parse(path))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(("rule", "name", "source"), OFFENCES)
def test_an_offence_is_seen(rule: Rule, name: str, source: str):
    assert list(rule(name, ast.parse(source)))


def test_every_rule_has_an_offence_that_it_sees():
    assert {rule for rule, _, _ in OFFENCES} == set(RULES)


def test_every_module_has_a_floor():
    housed = {"", *(name for names in FLOORS for name in names)}
    homeless = {top(name) for name in modules()} - housed
    assert not homeless, f"give each a floor in tests/floors.py: {sorted(homeless)}"


def test_a_module_without_a_floor_is_noticed():
    with pytest.raises(KeyError):
        floor("attic")


def test_the_docstring_of_the_package_names_the_stages():
    text = ast.get_docstring(parse(PACKAGE / "__init__.py")) or ""
    for stage in set(STAGES) & {"tracking", "identity", "posture", "falls", "behaviour", "alarm"}:
        assert f"guardian.{stage}" in text


def reachable(start: str) -> set[str]:
    """The modules of ours that are loaded when `start` is, through packages and imports of imports."""
    known, seen, waiting = modules(), set(), [start]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in known:
            continue
        seen.add(name)
        waiting += [top(name), *(target for target, _ in ours(parse(known[name])))]
    return seen


@pytest.mark.parametrize("start", ["app", *sorted(BLIND_IN_THE_EYE)])
def test_the_brain_reaches_no_module_that_sees(start: str):
    known = modules()
    if start not in known:
        pytest.skip(f"guardian.{start} does not exist")
    seeing = [
        name for name in reachable(start) if {"cv2", "picamera2"} & {top(t) for t, _ in imports(parse(known[name]))}
    ]
    assert not seeing


def test_the_running_brain_has_not_loaded_opencv():
    if "app" not in modules():
        pytest.skip("guardian.app does not exist")
    code = "import sys, guardian.app; sys.exit(int('cv2' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_every_module_is_imported_by_a_test():
    tested = {target for path in TESTS.glob("test_*.py") for target, _ in ours(parse(path))}
    skipped = {"", *(name for name, path in modules().items() if path.name in {"__init__.py", "__main__.py"})}
    untested = set(modules()) - tested - skipped
    assert not untested


def sleeps(tree: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in {"sleep", "wait_for_timeout"}
    ]


def test_no_test_sleeps():
    sleeping = {path.name: sleeps(parse(path)) for path in TESTS.glob("*.py")}
    assert not {name: lines for name, lines in sleeping.items() if lines}


def test_a_sleep_is_seen():
    assert sleeps(ast.parse("import time\ntime.sleep(1)")) == [2]


@pytest.mark.parametrize("name", ["falls", "alarm", "optics", "gait_seen", "configuration", "brain", "web"])
def test_branches_count_in_the_tests_of_what_the_appliance_is_made_of(name: str):
    assert counts(TESTS / f"test_{name}.py")


@pytest.mark.parametrize("name", ["scenes", "world_days", "demo", "kills", "physics_tumble"])
def test_no_branch_counts_that_a_simulation_took_by_chance(name: str):
    assert not counts(TESTS / f"test_{name}.py")
