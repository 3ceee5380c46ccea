"""A bed that is drawn on the page of a box at work: from the button to the film in which somebody lies down there."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from waiting import eventually

from guardian.app import Guardian
from guardian.configuration import parse
from guardian.demo.show import FILM
from guardian.entrance import Web
from guardian.settings import Camera, Mqtt, Panel, Room, Settings

pytestmark = pytest.mark.slow

SECONDS = 180.0
FLOOR = [[0.0, 0.3], [1.0, 0.3], [1.0, 1.0], [0.0, 1.0]]


wait_for = partial(eventually, seconds=SECONDS)


@contextmanager
def running(state: Path) -> Iterator[Guardian]:
    guardian = Guardian(
        Settings(
            rooms=(Room(name="kitchen", camera=Camera(source=str(FILM))),),
            mqtt=Mqtt(broker="none"),
            panel=Panel(kind="simulated"),
            web=Web(port=0),
            state_directory=state,
        )
    )
    try:
        guardian.start()
        yield guardian
    finally:
        guardian.stop()


@contextmanager
def visiting(guardian: Guardian) -> Iterator[httpx.Client]:
    """Somebody who opened the page by its link, and will press its buttons."""
    origin = guardian.page.split("/?", maxsplit=1)[0]
    with httpx.Client(base_url=origin, headers={"Origin": origin}, timeout=SECONDS, follow_redirects=True) as page:
        assert page.get(guardian.page).status_code == 200
        yield page


def names(guardian: Guardian) -> list[str]:
    return [place.name for place in guardian.brain.shown.rooms[0].places]


def lies_on(guardian: Guardian) -> bool:
    persons = guardian.brain.shown.rooms[0].persons
    return any(person.posture == "lying" and person.place == "big bed" for person in persons)


def test_who_falls_onto_a_bed_that_was_drawn_on_the_page_is_in_bed(tmp_path: Path):
    with running(tmp_path) as guardian, visiting(guardian) as page:
        bow = page.post("/api/draw", json={"name": "bow", "kind": "bed", "polygon": [FLOOR[i] for i in (0, 2, 1, 3)]})
        assert (bow.status_code, bow.json()["error"][:40]) == (400, "polygon: its line from corner 1 to 2 cro")
        asked = {"name": "big bed", "kind": "bed", "polygon": FLOOR, "by": "Ana"}
        assert page.post("/api/draw", json=asked).status_code == 202
        wait_for(lambda: names(guardian) == ["big bed"], "the place counts")
        assert page.post("/api/draw", json=asked).json()["error"].startswith("there is a place “big bed” already")
        wait_for(lambda: lies_on(guardian), "somebody lies there")
        wait_for(lambda: guardian.brain.shown.rooms[0].coverage == "blind", "the film is over")
        past = page.get("/api/incidents").json()["incidents"]
        assert {each["what"] for each in past} <= {"Somebody may have fallen", "Guardian cannot see"}
        assert all(each["outcome"] == "lapsed" for each in past if each["what"] == "Somebody may have fallen")
        deeds = [(deed["who"], deed["what"]) for deed in page.get("/api/audit").json()["deeds"]]
        assert [deed for deed in deeds if "drew" in deed[1]] == [("Ana", "drew a place: big bed (bed), kitchen")]
        found = page.get("/api/places", params={"room": "kitchen"}).json()
        assert sum(found["heat"]["upright"]) > 0
        lines = f"rooms:\n  - name: kitchen\n    camera:\n      source: csi\n{found['yaml']}"
        assert [place.name for place in parse(lines).rooms[0].places] == ["big bed"]
        assert page.get("/api/places", params={"room": "attic"}).status_code == 404
    with running(tmp_path) as again, visiting(again) as page:
        assert names(again) == ["big bed"]
        assert again.brain.shown.rooms[0].heat.total > 0
        assert page.post("/api/remove", json={"name": "big bed"}).status_code == 202
        wait_for(lambda: names(again) == [], "the place is removed")
        assert page.post("/api/forget", json={}).status_code == 202
        wait_for(lambda: again.brain.shown.rooms[0].heat.total < 0.01, "nobody has been anywhere")
