"""`guardian replay`: a skeleton scene through the core again, drawn as stick figures."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from guardian.errors import ConfigurationError, SceneError
from guardian.lab.analyse import read_scene
from guardian.lab.drawing import Still, closer, said, stills, story, told
from guardian.lab.gif import animated
from guardian.lab.painting import film
from guardian.lab.storyboard import storyboard
from guardian.lab.terminal import play
from guardian.skeleton import Observation

FPS = 10.0
BEFORE_SECONDS = 2.5
"""How much more of the time before the story a film shows."""
LONGEST_SECONDS = 40.0
"""A film of a scene without an alarm ends here: it is for looking at, not for keeping."""

Draw = Callable[[Sequence[Still]], bytes]


def replay(source: str, *, svg: str | None = None, gif: str | None = None, speed: float = 1.0) -> int:
    """Play a scene in the terminal; print only its events where there is none or where a file is asked for.

    Raises:
        ConfigurationError: no such scene, or a file that cannot be written.
        SceneError: it is no scene, or a damaged one; the line is named.

    """
    drawings: list[tuple[Path, Draw]] = []
    if svg is not None:
        drawings.append((_target(svg, ".svg"), lambda scene: storyboard(scene, _title(scene)).encode()))
    if gif is not None:
        drawings.append((_target(gif, ".gif"), animation))
    console = Console()
    scene = stills(_observations(source))
    if console.is_terminal and not drawings:
        play(scene, console, speed)
        return 0
    kept = []
    for still in scene:
        for event in still.events:
            print(told(event), flush=True)
        kept.append(still)
    if drawings and not kept:
        message = f"{source}: line 2: nothing stands here; a scene with at least one observation would be right"
        raise SceneError(message)
    for target, draw in drawings:
        _write(target, draw(kept))
    return 0


def animation(scene: Sequence[Still]) -> bytes:
    """Return the GIF of the story in a scene, and of some seconds before it."""
    first, last = story(scene)
    first = next(n for n, still in enumerate(scene) if still.time >= scene[first].time - BEFORE_SECONDS)
    last = next(n for n in range(last, -1, -1) if scene[n].time <= scene[first].time + LONGEST_SECONDS)
    return animated(list(film(closer(scene, first, last), FPS)), 1 / FPS)


def _title(scene: Sequence[Still]) -> str:
    """Say what the scene is about: its first alarm, or how long nothing happened."""
    for still in scene:
        if still.urgent:
            return f"{said(still.events[-1])} after {still.time:.0f} s"
    return f"{scene[-1].time - scene[0].time:.0f} s without an alarm"


def _observations(source: str) -> Iterator[Observation]:
    if not Path(source).is_file():
        message = f"{source}: there is no such file; a scene written by `guardian record` would be right"
        raise ConfigurationError(message)
    return read_scene(source)


def _target(name: str, kind: str) -> Path:
    """Return the file to be written. Raises ConfigurationError, before any work, where it cannot be right."""
    target = Path(name)
    if target.suffix.lower() != kind:
        message = f"{name}: is no {kind} file; {target.with_suffix(kind)} would be right"
        raise ConfigurationError(message)
    if not target.parent.is_dir():
        message = f"{name}: there is no directory {target.parent}; make it first, or name another file"
        raise ConfigurationError(message)
    return target


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError as error:
        message = f"{target}: {error.strerror}; a file in a directory that this user may write would be right"
        raise ConfigurationError(message) from error
    print(f"{target}: {len(content) / 1000:.0f} kB")
