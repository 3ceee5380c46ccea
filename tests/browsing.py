"""What every test of the page in a real browser needs: a household that lives, and visits that keep their eyes open."""

import re
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

import numpy as np
from bodies import tilted
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from guardian.drawn import DrawnPlace, Source
from guardian.events import HumanEvent
from guardian.heat import COLUMNS, ROWS, HeatMap
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.rest_places import LearnedPlace
from guardian.settings import Place
from guardian.web.fakes import FakeHousehold
from guardian.web.household import PersonShown, RoomShown, Snapshot

PATIENCE = 30_000
"""Milliseconds that a loaded machine may take for anything."""
TOKEN, OTHER_TOKEN = "t" * 43, "u" * 43
WALL = datetime(2025, 5, 31, 14, 5, tzinfo=timezone(timedelta(hours=2)))
BED = Place(name="bed", kind="bed", polygon=((0.05, 0.5), (0.4, 0.5), (0.4, 0.9), (0.05, 0.9)))
PHONE, WALL_TABLET, DESK = (390, 844), (1280, 800), (1440, 900)
GONE = ("Failed to load resource: net::ERR_",)
"""What a browser writes into its console where a server is not there."""

expect.set_options(timeout=PATIENCE)


def person(x: float = 0.7, degrees: float = 0.0, **changes: object) -> PersonShown:
    posture = "lying" if degrees else "upright"
    return replace(PersonShown(1, posture, tilted(degrees, feet=(0.9, x)).keypoints, "Anna"), **changes)


def room(*persons: PersonShown, **changes: object) -> RoomShown:
    return replace(RoomShown("Living room", persons=persons, places=(BED,)), **changes)


SOFA = Place(name="sofa", kind="sofa", polygon=((0.65, 0.45), (0.9, 0.45), (0.9, 0.7), (0.65, 0.7)))
RUG = BED.model_copy(update={"name": "rug", "kind": "floor"})


def drawn_room(**changes: object) -> RoomShown:
    """A room with a place of each kind that there is to draw, and where people have been."""
    minutes = np.zeros((3, ROWS, COLUMNS))
    minutes[0, 30, 10:40], minutes[1, 20:24, 34:40], minutes[2, 20:30, 4:16] = 1.0, 60.0, 480.0
    mat, chair = (SOFA.model_copy(update={"name": kind, "kind": kind}) for kind in ("mat", "chair"))
    drawn = (
        DrawnPlace(BED, Source.CONFIGURED, configured=True),
        DrawnPlace(SOFA, Source.DRAWN, configured=True),
        DrawnPlace(RUG, Source.REMOVED, configured=True),
        DrawnPlace(mat, Source.DRAWN, configured=False, outdated=True),
    )
    learned, heat = (LearnedPlace(4, chair, "Learned.", accepted=True),), HeatMap(minutes, float(minutes.sum()))
    return replace(room(person(), drawn=drawn, places=(BED, SOFA), learned=learned, heat=heat), **changes)


def incident(state: IncidentState = IncidentState.RAISED, **changes: object) -> Incident:
    now = time.monotonic()
    whole = Incident(
        id="i1",
        room="Living room",
        kind="FallConfirmed",
        state=state,
        opened=now - 30,
        changed=now - 10,
        person="Anna",
        reasons=("Shoulders fell within 0.8 s.", "Lying still on the floor for 4 s."),
        deadline=now + 25 if state is IncidentState.PENDING else None,
    )
    return replace(whole, **changes)


class Living(FakeHousehold):
    """A fake whose core finishes its passes, unless it is told to stand still."""

    def __init__(self) -> None:
        super().__init__(room(person()), monotonic=time.monotonic(), wall=WALL)
        self.stands_still = False
        self._begun = time.monotonic()

    def snapshot(self) -> Snapshot:
        shown, now = super().snapshot(), time.monotonic()
        if self.stands_still:
            return replace(shown, moment=Moment(now - 60, WALL))
        return replace(shown, moment=Moment(now, WALL + timedelta(seconds=now - self._begun)))

    def did(self) -> HumanEvent:
        """What a human did next."""
        return self.submitted.get(timeout=PATIENCE / 1_000)


@dataclass
class Visits:
    """Opens pages, and keeps an eye on what they ask for and what they complain about."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str, size: tuple[int, int] = DESK, **options: object) -> Page:
        width, height = size
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.goto(address)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def button(page: Page | Locator, name: str) -> Locator:
    """A button by its accessible name, beginning with these words."""
    return page.get_by_role("button", name=re.compile(f"^{re.escape(name)}"))
