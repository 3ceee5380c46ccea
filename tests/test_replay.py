import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest
from bodies import seen, standing
from rich.console import Console
from test_drawing import fallen

from guardian import recording
from guardian.cli import main
from guardian.lab.drawing import ALARM, COLOURS, stills
from guardian.lab.painting import CAPTION, HEIGHT, bgr, film, paint
from guardian.lab.replay import BEFORE_SECONDS, animation
from guardian.lab.storyboard import PANELS, storyboard
from guardian.lab.terminal import Canvas, canvas_size, play
from guardian.posture import Posture
from guardian.skeleton import Observation

SVG = "{http://www.w3.org/2000/svg}"


def scene(path: Path, frames: list[Observation]) -> str:
    path.write_text("\n".join([recording.header(), *map(recording.dumps, frames)]) + "\n", encoding="utf-8")
    return str(path)


class Stopwatch:
    """Time that passes only by waiting."""

    def __init__(self, cost: float = 0.0) -> None:
        self.now, self.waited, self.cost = 0.0, 0.0, cost

    def __call__(self) -> float:
        self.now += self.cost
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.waited += seconds


def test_without_a_terminal_the_events_are_printed_and_nothing_is_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["replay", scene(tmp_path / "fall.jsonl", fallen(12.0))]) == 0
    said = capsys.readouterr().out
    assert re.search(r"^ +\d+\.\d\d s  FallConfirmed +\S", said, re.MULTILINE)
    assert "⠀" not in said
    assert len(said.splitlines()) == 3


def test_a_film_strip_is_one_file_that_needs_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    target = tmp_path / "fall.svg"
    assert main(["replay", scene(tmp_path / "fall.jsonl", fallen(12.0)), "--svg", str(target)]) == 0
    assert "FallConfirmed" in capsys.readouterr().out
    text = target.read_text(encoding="utf-8")
    tree = ET.fromstring(text)  # noqa: S314 - written by us just now
    assert len(list(tree.iter(f"{SVG}clipPath"))) == PANELS + 1
    said = [each.text for each in tree.iter(f"{SVG}text")]
    assert {"Somebody may have fallen", "Somebody has fallen"} <= set(said)
    assert COLOURS[Posture.LYING] in text
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"href|url\((?!#)|<script|<image|@import", text), "an image in a page may load nothing"


def test_a_name_cannot_break_the_film_strip():
    shown = list(stills(fallen(12.0)))
    assert "<b>" not in storyboard(shown, "<b>Tom & Anna</b>")
    ET.fromstring(storyboard(shown, "<b>Tom & Anna</b>"))  # noqa: S314 - written by us just now


def test_a_scene_without_anybody_has_a_film_strip_too(tmp_path: Path):
    target = tmp_path / "empty.svg"
    assert main(["replay", scene(tmp_path / "x.jsonl", [seen(n / 2) for n in range(40)]), "--svg", str(target)]) == 0
    assert "Nobody in view" in target.read_text(encoding="utf-8")
    assert "20 s without an alarm" in target.read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(cv2, "imreadanimation"), reason="this OpenCV reads no GIF")
def test_a_gif_shows_the_fall_and_the_alarm(tmp_path: Path):
    target = tmp_path / "fall.gif"
    assert main(["replay", scene(tmp_path / "fall.jsonl", fallen(12.0)), "--gif", str(target)]) == 0
    good, read = cv2.imreadanimation(str(target))
    assert good
    assert read.frames[0].shape[:2] == (HEIGHT + CAPTION, 400)
    assert 5000 < sum(read.durations) < 14_000
    red = [int((np.abs(frame[1:4, :, :3].astype(int) - bgr(ALARM)).max(axis=2) < 20).sum()) for frame in read.frames]
    assert red[0] == 0
    assert red[-1] > 300, "an alarm frames the picture"


def test_a_gif_of_the_same_scene_is_the_same_and_begins_before_the_fall():
    shown = list(stills(fallen(12.0)))
    assert animation(shown) == animation(shown)
    assert len(animation(shown)) > len(animation(shown[int(BEFORE_SECONDS * 10) :]))


def test_a_film_keeps_the_time_of_the_scene_whatever_its_rate():
    shown = list(stills([seen(t, standing()) for t in (0.0, 0.1, 0.2, 1.0, 2.0)]))
    assert len(list(film(shown, 10.0))) == 21
    assert len(list(film(shown, 5.0))) == 11


def test_a_body_is_painted_in_its_colour_with_its_past_behind_it():
    frames = [seen(n / 10, standing((0.9, 0.3 + n / 50))) for n in range(30)]
    shown = list(stills(frames))
    painted = paint(shown, 29)[:HEIGHT]
    bright = np.abs(painted.astype(int) - bgr(COLOURS[Posture.UPRIGHT])).max(axis=2) < 12
    assert bright.sum() > 100
    columns = np.flatnonzero(bright.any(axis=0)) / HEIGHT
    assert columns.min() > 0.75
    ghosts = (painted[..., 1] > 80) & ~bright
    assert (np.flatnonzero(ghosts.any(axis=0)) / HEIGHT).min() < 0.7


def test_a_canvas_puts_dots_where_the_lines_are():
    canvas = Canvas(10, 5)
    canvas.line((0.0, 0.0), (0.0, 1.0), "red")
    canvas.line((-3.0, 0.5), (9.0, 0.5), "blue")
    canvas.circle((0.9, 0.9), 5.0, "red")
    lines = canvas.text().plain.splitlines()
    assert [len(line) for line in lines] == [12] * 7
    assert lines[1][1] == "⡇"
    assert lines[3][1:11] == "⡧" + "⠤" * 9
    assert lines[2][2:11] == "⠀" * 9


@pytest.mark.parametrize(("width", "height"), [(80, 24), (200, 60), (30, 50), (12, 6)])
def test_the_canvas_has_the_shape_of_the_room_and_fits(width: int, height: int):
    columns, rows = canvas_size(Console(width=width, height=height), 4 / 3)
    assert rows <= max(4, height - 4)
    assert 2 * columns / (4 * rows) == pytest.approx(4 / 3, rel=0.15)


@pytest.mark.parametrize("speed", [0.5, 1.0, 10.0])
def test_a_scene_is_played_at_its_own_pace(speed: float):
    watch = Stopwatch()
    console = Console(width=80, height=24, force_terminal=True, record=True, file=open_null())
    with console.file:
        play(stills(fallen(12.0)), console, speed, clock=watch, wait=watch.wait)
    assert watch.waited == pytest.approx(11.8 / speed, rel=0.01)
    said = console.export_text()
    assert "FallConfirmed" in said


def test_a_slow_terminal_leaves_out_pictures_and_no_events():
    watch = Stopwatch(cost=2.0)
    console = Console(width=80, height=24, force_terminal=True, record=True, file=open_null())
    with console.file:
        play(stills(fallen(12.0)), console, 1.0, clock=watch, wait=watch.wait)
    said = console.export_text()
    assert watch.waited == 0
    assert "FallConfirmed" in said
    assert said.count("╭") < 3


def open_null():
    return Path("/dev/null").open("w", encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (None, 2, "there is no such file"),
        (b"nonsense\n", 1, "line 1: this is no skeleton scene"),
        (b"\xff\xfe", 1, "byte 0 is no text"),
        (json.dumps({"format": "guardian-scene", "version": 1}).encode() + b'\n{"time": 1}\n', 1, "line 2"),
    ],
)
def test_what_is_no_scene_is_refused_by_its_line(
    content: bytes | None, code: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    source = tmp_path / "x.jsonl"
    if content is not None:
        source.write_bytes(content)
    assert main(["replay", str(source)]) == code
    said = capsys.readouterr().err
    assert words in said
    assert str(source) in said


@pytest.mark.parametrize(
    ("option", "name", "words"),
    [
        ("--svg", "x.png", "x.svg would be right"),
        ("--gif", "x.svg", "x.gif would be right"),
        ("--svg", "nowhere/x.svg", "there is no directory"),
        ("--gif", "taken.gif", "Is a directory"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused(
    option: str, name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "taken.gif").mkdir()
    source = scene(tmp_path / "x.jsonl", fallen(1.0))
    assert main(["replay", source, option, str(tmp_path / name)]) == 2
    assert words in capsys.readouterr().err


def test_nothing_to_draw_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = scene(tmp_path / "x.jsonl", [])
    assert main(["replay", source, "--svg", str(tmp_path / "x.svg")]) == 1
    assert "at least one observation" in capsys.readouterr().err


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "1e9"])
def test_a_speed_that_is_none_is_wrong_use(speed: str):
    with pytest.raises(SystemExit) as ended:
        main(["replay", "x.jsonl", "--speed", speed])
    assert ended.value.code == 2
