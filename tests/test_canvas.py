from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from guardian import recording
from guardian.commands import Glimpse
from guardian.io.canvas import GROUND, NOW, PAPER, STOOD, Canvas, drawn
from guardian.sketch import Sketch, sketch
from guardian.strokes import Strokes

RED, INK = (200, 30, 24), (0, 0, 0)


def read(png: bytes) -> NDArray[np.uint8]:
    """What a viewer shows, RGB; read by another program than the one that wrote it."""
    shown = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    return np.asarray(shown[..., ::-1], np.uint8)


def bone(x: float, top: float, bottom: float, head: float | None = None) -> Strokes:
    return Strokes((((x, top), (x, bottom)),), None if head is None else ((x, head), 0.05), 0.4)


def test_empty_paper_is_paper_of_the_size_that_was_asked_for():
    shown = read(Canvas(1.5, 100).png())
    assert shown.shape == (100, 240, 3)
    assert (shown == PAPER).all()
    assert read(Canvas(4 / 3).png()).shape == (480, 640, 3)
    assert read(Canvas(40.0).png()).shape == (480, 960, 3)


def test_a_line_is_as_wide_as_was_asked_for_and_smooth_at_its_edge():
    canvas = Canvas(3.0, 100)
    canvas.line((0.2, 0.5), (2.8, 0.5), 0.1, INK)
    column = read(canvas.png())[:, 150, 0]
    assert (column[46:54] == 0).all()
    assert column[40] == column[59] == PAPER[0]
    dark = 1 - column.astype(float) / PAPER[0]
    assert dark.sum() == pytest.approx(10, abs=0.5)


def test_a_line_of_no_length_is_a_dot_and_a_disc_is_round():
    canvas = Canvas(3.0, 100)
    canvas.line((0.5, 0.5), (0.5, 0.5), 0.2, INK)
    canvas.disc((2.0, 0.5), 0.1, INK)
    shown = read(canvas.png())[..., 0]
    dark = 1 - shown.astype(float) / PAPER[0]
    for area in (dark[:, :100].sum(), dark[:, 150:250].sum()):
        assert area == pytest.approx(np.pi * 100, rel=0.05)


@pytest.mark.parametrize("far", [-50.0, 50.0])
def test_what_lies_beyond_the_paper_is_not_drawn_and_what_crosses_it_is(far: float):
    canvas = Canvas(3.0, 100)
    canvas.line((far, far), (far + 1, far), 0.1, INK)
    canvas.disc((far, far), 0.1, INK)
    canvas.ground(50.0)
    assert (read(canvas.png()) == PAPER).all()
    canvas.line((1.0, 0.5), (far, 0.5), 0.1, INK)
    assert (read(canvas.png())[50, 1 if far < 0 else -2] == INK).all()


def test_ground_above_the_paper_is_everywhere():
    canvas = Canvas(3.0, 100)
    canvas.ground(-1.0)
    assert (read(canvas.png())[10:] == GROUND).all()


def test_a_sketch_shows_now_in_red_over_grey_over_the_floor():
    lying = Strokes((((0.3, 0.7), (0.9, 0.7)),), ((1.0, 0.7), 0.05), 0.6)
    made = Sketch(4 / 3, (lying, bone(1.2, 0.3, 0.7)), (bone(0.3, 0.2, 0.7, 0.1), bone(0.5, 0.4, 0.7)), (), 0.8)
    shown = read(drawn(made))
    assert tuple(shown[336, 300]) == NOW == RED
    assert tuple(shown[336, 144]) == NOW  # over the feet of the grey one
    assert tuple(shown[200, 144]) == STOOD
    assert tuple(shown[48, 144]) == STOOD  # the head
    assert tuple(shown[470, 20]) == GROUND
    assert tuple(shown[20, 600]) == PAPER


def test_furniture_is_a_closed_line():
    square = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.4), (0.1, 0.4))
    shown = read(drawn(Sketch(4 / 3, (bone(1.0, 0.3, 0.7),), (), (square,), 0.8)))
    for y, x in ((48, 120), (120, 192), (192, 120), (120, 48)):
        assert tuple(shown[y, x]) != PAPER
    assert tuple(shown[120, 120]) == PAPER


def test_the_drawing_in_the_guide_is_what_is_drawn(repository: Path):
    lines = (repository / "tests" / "scenes" / "fall_forward_and_stay.jsonl").read_text(encoding="utf-8").splitlines()
    made = sketch(Glimpse("i-1", tuple(recording.read(lines))))
    assert made is not None
    shown, guide = (
        read(png).astype(int) for png in (drawn(made), (repository / "docs" / "pictures" / "drawing.png").read_bytes())
    )
    assert shown.shape == guide.shape
    assert np.abs(shown - guide).mean() < 1
