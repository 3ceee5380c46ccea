from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from test_reach import ANY

from guardian.optics import Optics
from guardian.reach import sentences
from guardian.workshop.view_drawing import view_drawing

NAMESPACE = "{http://www.w3.org/2000/svg}"


def words(optics: Optics) -> list[str]:
    root = ET.fromstring(view_drawing(optics, "A room"))  # noqa: S314 - our own
    return [element.text or "" for element in root.iter(f"{NAMESPACE}text")]


@settings(max_examples=60)
@given(ANY)
def test_whatever_hangs_however_is_drawn_with_what_is_seen(optics: Optics):
    said = words(optics)
    assert "A room" in said
    assert not set(sentences(optics)) - set(said)
    assert "nan" not in view_drawing(optics, "A room")
    assert "inf" not in view_drawing(optics, "A room").partition("</style>")[2]


def test_the_usual_mounting_is_drawn_with_its_figures():
    said = words(Optics(2.2, 20, 62.2))
    assert "seen whole from 2.3 m" in said
    assert "4.3 m across" in said
    assert "6.6 m across" in said


def test_no_width_is_written_where_no_floor_is_seen():
    assert not [word for word in words(Optics(2.6, 60, 66)) if word == "6.2 m across"]


@pytest.mark.parametrize(
    ("name", "optics", "title"),
    [
        ("view-module-3", Optics(2.2, 20, 66, 16 / 9), "Camera Module 3 on the wall"),
        ("view-wide", Optics(2.2, 30, 102, 16 / 9), "Camera Module 3 Wide on the wall"),
    ],
)
def test_the_pictures_of_the_mounting_guide_are_not_stale(repository: Path, name: str, optics: Optics, title: str):
    kept = (repository / f"docs/pictures/{name}.svg").read_text(encoding="utf-8")
    assert kept == view_drawing(optics, title)
