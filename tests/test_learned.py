"""What is known of one room beyond its configuration, and what a human says of it: at once, and over a restart."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

import pytest
from bodies import seen, standing, tilted
from rests import now_seen, rest

from guardian.drawn import Drawn
from guardian.events import CameraMoved, PlaceAccepted, PlaceDrawn, PlaceRemoved, PlaceRestored, ViewAccepted
from guardian.incident import Incident, IncidentState
from guardian.learned import (
    DRAWN,
    FITS,
    HEAT,
    HEAT_SECONDS,
    LEARNED,
    NO_PLACE,
    PLACES,
    REMOVED,
    RESTORED,
    VIEW,
    Learned,
    recall_one,
)
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.rest_places import RestPlaces
from guardian.settings import Camera, Place, Room, Settings

BED = Place(name="bed", kind="bed", polygon=((0.0, 0.0), (0.3, 0.0), (0.3, 0.3)))
ROOM = Room(name="hall", camera=Camera(source="csi"), places=(BED,))
SETTINGS = Settings(rooms=(ROOM,))
ALL = ((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0))
WHO = {"time": 0.0, "room": "hall", "by": "Ana", "via": "web"}
WALL = datetime(2025, 6, 1, tzinfo=timezone.utc)
LAIN = tilted(90.0)


class Known:
    """One room, and what the frames and humans tell of it."""

    def __init__(self, kept: Mapping[str, str] = {}) -> None:
        self.drawn = Drawn(ROOM)
        recall_one("hall", VIEW, kept, self.drawn.recall)
        self.rests = RestPlaces("hall", self.drawn.room.places)
        self.pipeline = Pipeline(self.drawn.room, SETTINGS, 0.0)
        self.learned = Learned(self.drawn, self.rests, self.pipeline)
        self.learned.recall(kept)
        self.now, self.events = 0.0, list[str]()

    def watch(self, seconds: float, *poses: object, **more: float) -> "Known":
        for _ in range(round(10 * seconds)):
            self.now += 0.1
            moment = Moment(self.now, WALL)
            events = self.pipeline.update(seen(self.now, *poses, **more), moment)
            self.learned.see(events, moment, 4 / 3)
            self.events += [type(event).__name__ for event in events]
        return self

    def fall(self) -> "Known":
        self.watch(3, standing())
        for tenth in range(8):
            self.watch(0.1, tilted(90 * (tenth / 8) ** 2))
        return self.watch(8, LAIN)

    def due(self) -> dict[str, str]:
        return dict(self.learned.due(self.now))

    @property
    def names(self) -> list[str]:
        return [place.name for place in self.rests.places]


def draw(name: str = "sofa", kind: str = "sofa", instead: str = "") -> PlaceDrawn:
    return PlaceDrawn(**WHO, name=name, kind=kind, polygon=ALL, instead=instead)


def test_a_place_counts_as_soon_as_it_is_drawn_and_after_a_restart_until_it_is_removed():
    known = Known().watch(4, LAIN)
    assert known.pipeline.figures[0].place is None
    answer = known.learned.answer(draw())
    assert (answer.kept, answer.text) == (True, DRAWN)
    before = known.pipeline.figures[0].person.track.id
    known.watch(0.1, LAIN)
    (figure,) = known.pipeline.figures
    assert figure.place is not None
    assert (figure.place.name, figure.person.track.id) == ("sofa", before)
    again = Known({VIEW: known.due()[VIEW]})
    assert again.names == ["bed", "sofa"]
    assert again.learned.answer(PlaceRemoved(**WHO, name="sofa")).text == REMOVED
    assert again.learned.answer(PlaceRemoved(**WHO, name="bed")).text == REMOVED
    assert again.names == []
    assert again.learned.answer(PlaceRestored(**WHO, name="bed")).text == RESTORED
    assert again.names == ["bed"]
    assert again.learned.answer(PlaceRestored(**WHO, name="bed")).kept is False


def test_a_bed_that_is_drawn_silences_lying_there_as_a_configured_one_does():
    drawn = Known()
    assert drawn.learned.answer(draw("couch", "bed")).kept
    assert "FallConfirmed" not in drawn.fall().events
    assert "FallConfirmed" in Known().fall().events


def test_while_somebody_may_need_help_nothing_is_drawn_and_an_open_fall_outlives_what_is_drawn_later():
    known = Known().fall()
    assert known.events.count("FallConfirmed") == 1
    fall = Incident(id="1", room="hall", kind="FallConfirmed", state=IncidentState.RAISED, opened=0.0, changed=0.0)
    answer = known.learned.answer(draw(kind="bed"), (fall,))
    assert (answer.kept, answer.text) == (False, "Something is the matter in hall: see to that first, and close it.")
    assert known.names == ["bed"]
    falls, track = known.pipeline.open_falls, known.pipeline.figures[0].person.track.id
    assert known.learned.answer(draw(kind="bed")).kept
    known.watch(5, LAIN)
    assert known.pipeline.open_falls == falls
    assert known.pipeline.figures[0].person.track.id == track


def test_while_the_camera_is_moved_nothing_is_drawn():
    known = Known().watch(40, displaced=0.9)
    assert "CameraMoved" in known.events
    assert known.learned.answer(draw()).kept is False
    assert known.learned.answer(ViewAccepted(**WHO, fits=True)).text == FITS
    assert known.learned.answer(draw()).kept


def test_a_learned_place_that_is_drawn_anew_is_learned_no_longer():
    known = Known()
    for hour in range(4):
        for second, figure in enumerate(rest(seconds=900), start=3_600 * hour):
            moment = Moment(float(second), WALL + timedelta(seconds=second))
            known.rests.update((now_seen(figure, moment.monotonic),), (), moment, 4 / 3)
    assert known.learned.answer(PlaceAccepted(**WHO, number=1, kind="sofa")).kept
    assert known.names == ["bed", "sofa"]
    assert known.learned.answer(draw("bed 2", "bed", instead="sofa")).kept
    assert known.names == ["bed", "bed 2"]
    assert known.rests.shown(WALL) == ()
    assert known.learned.answer(PlaceAccepted(**WHO, number=1)).text == NO_PLACE
    assert {PLACES, VIEW} <= known.due().keys()


def test_where_people_have_been_is_kept_now_and_then_and_forgotten_at_once():
    known = Known().watch(10, standing())
    first = known.due()[HEAT]
    known.watch(10, standing())
    assert HEAT not in known.due()
    known.now += HEAT_SECONDS
    known.watch(0.5, standing())
    assert known.due()[HEAT] != first
    again = Known({HEAT: first})
    assert again.learned.heat.shown.total == pytest.approx(10 / 60, abs=0.02)
    assert HEAT not in again.due()
    known.watch(5, standing())
    known.learned.heat.forget()
    assert known.due()[HEAT] == "null"
    assert Known({HEAT: "null"}).learned.heat.is_empty
    assert Known({HEAT: '{"columns": 1}'}).learned.heat.is_empty


def test_of_another_view_nothing_is_known_of_where_people_have_been():
    known = Known().watch(10, standing())
    known.learned.see((CameraMoved(time=known.now, room="hall"),), Moment(known.now, WALL), 4 / 3)
    assert known.learned.heat.is_empty
    known = Known().watch(40, displaced=0.9).watch(1, standing(), displaced=0.9)
    assert known.learned.answer(ViewAccepted(**WHO, fits=False)).kept
    known.watch(5, standing())
    assert not known.learned.heat.is_empty


def test_what_a_page_draws_over_and_over_is_kept_once():
    known = Known().watch(1)
    known.due()
    known.learned.answer(draw())
    assert json.loads(known.due()[VIEW])["drawn"][0]["name"] == "sofa"
    assert known.due() == {}
    assert set(LEARNED) >= {VIEW, HEAT}
