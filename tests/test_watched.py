import json
from dataclasses import replace
from datetime import datetime, timezone

import pytest
from bodies import seen, standing
from boxes import KITCHEN, SETTINGS

from guardian.behaviour import nothing_usual
from guardian.drawn import DrawnPlace, Source
from guardian.events import PlaceAccepted
from guardian.learned import NO_PLACE
from guardian.moment import Moment
from guardian.settings import Place
from guardian.sight import RoomCoverage
from guardian.watched import Watched
from guardian.web.household import Coverage

NOW = Moment(100.0, datetime(2026, 6, 1, 9, tzinfo=timezone.utc))
BED = Place(name="bed", kind="bed", polygon=((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0)))
FURNISHED = KITCHEN.model_copy(update={"places": (BED,)})


def watched(**kept: str) -> Watched:
    return Watched(FURNISHED, SETTINGS, NOW.monotonic, people=(), kept=kept, network=None, still_usual=nothing_usual)


def test_a_room_that_saw_nothing_yet_is_shown_with_what_is_drawn_of_it():
    shown = watched().shown(RoomCoverage("blind", ("Starting.", "No frame.")), None, NOW)
    assert (shown.name, shown.coverage, shown.reason) == ("kitchen", Coverage.BLIND, "Starting. No frame.")
    assert shown.places == (BED,)
    assert shown.aspect == KITCHEN.camera.width / KITCHEN.camera.height
    assert shown.persons == ()
    assert shown.drawn == (DrawnPlace(BED, Source.CONFIGURED, configured=True),)
    assert shown.heat is not None
    assert shown.heat.total == 0


def test_a_room_whose_camera_hangs_on_its_side_is_shown_on_end_before_the_first_frame():
    on_end = KITCHEN.model_copy(update={"camera": KITCHEN.camera.model_copy(update={"rotate": 90})})
    room = Watched(on_end, SETTINGS, 0.0, people=(), kept={}, network=None, still_usual=nothing_usual)
    assert room.shown(RoomCoverage("armed", ()), None, NOW).aspect == 3 / 4


def test_whoever_is_seen_is_shown():
    room = watched()
    for step in range(20):
        observation = seen(100.0 + step / 10, standing())
        room.see(room.pipeline.update(observation, NOW), replace(NOW, monotonic=observation.time), observation.aspect)
    room.see((), replace(NOW, monotonic=110.0), observation.aspect)
    shown = room.shown(RoomCoverage("armed", ()), observation, NOW)
    assert len(shown.persons) == 1
    assert shown.aspect == observation.aspect
    assert shown.heat is not None
    assert shown.heat.total > 0
    room.forget_heat()
    forgotten = room.shown(RoomCoverage("armed", ()), observation, NOW).heat
    assert forgotten is not None
    assert forgotten.total == 0


def test_what_is_damaged_is_no_reason_not_to_watch(caplog: pytest.LogCaptureFixture):
    room = watched(places="no JSON")
    room.recall(5.0, json.dumps([{"person": None}]), 100.0)
    assert room.pipeline.open_falls == ()
    assert "learned_unreadable" in caplog.text
    assert "memory_unreadable" in caplog.text


def test_a_place_that_is_not_there_cannot_be_answered_for():
    event = PlaceAccepted(time=100.0, room="kitchen", number=7, by="Anna", via="page")
    answer = watched().answer(event)
    assert (answer.kept, answer.text) == (False, NO_PLACE)
    assert list(watched().due(100.0)) == []
