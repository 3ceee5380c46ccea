"""What the page tells of other boxes, and that what is pressed for one of them goes to the core."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from neighbourhood import ACKNOWLEDGED, PENDING, RAISED, UPSTAIRS, incident

from guardian.events import FaultOccurred
from guardian.hearsay import Broken
from guardian.moment import Moment
from guardian.neighbours import RoomThere, Seen
from guardian.web import boxes, payload, words
from guardian.web.household import RoomShown, Snapshot

NOW = 100.0
BEDROOM = RoomThere("bedroom", "armed", "", occupied=True, count=1)
LIVES = Seen(UPSTAIRS, lives=True, heard=95.0, rooms=(BEDROOM,))
LOCAL = incident("own", room="kitchen")


def shown(*seen: Seen, **fields: object) -> Snapshot:
    moment = Moment(NOW, datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc))
    return Snapshot(moment=moment, rooms=(RoomShown("kitchen"),), boxes=seen, **fields)  # type: ignore[arg-type]


def test_all_is_well_is_said_of_the_whole_home():
    said = words.headline(shown(LIVES), NOW)
    assert (said.title, said.detail) == ("All is well", "Watching kitchen and bedroom (Upstairs).")


def test_what_rings_elsewhere_is_the_headline_with_its_box():
    said = words.headline(shown(replace(LIVES, incidents=(incident(),))), NOW)
    assert said.mood is words.Mood.RAISED
    assert said.detail.startswith("Upstairs, bedroom")


def test_the_worst_is_first_whichever_box_it_is_of():
    there = replace(LIVES, incidents=(incident(), incident("i-8", ACKNOWLEDGED)))
    snapshot = shown(there, incidents=(replace(LOCAL, state=PENDING),))
    assert [each.incident.id for each in boxes.everywhere(snapshot)] == ["i-7", "own", "i-8"]
    first, second, third = payload.state(snapshot, NOW)["incidents"]
    assert (first["box"], first["where"], second["box"], third["box"]) == (
        "Upstairs",
        "Upstairs, bedroom",
        "",
        "Upstairs",
    )
    assert first["reached"] == []


@pytest.mark.parametrize(
    ("seen", "title"),
    [
        (replace(LIVES, rooms=(replace(BEDROOM, coverage="blind"),)), "Guardian cannot see: bedroom (Upstairs)"),
        (replace(LIVES, rooms=(replace(BEDROOM, coverage="degraded"),)), "Watching, but not well: bedroom (Upstairs)"),
        (
            replace(LIVES, faults=(Broken(part="phone", reason="No answer."),)),
            "Watching, but something is broken: phone (Upstairs)",
        ),
        (replace(LIVES, incidents=(incident(kind="ViewLost"),)), "Guardian cannot see: Upstairs, bedroom"),
    ],
)
def test_what_is_amiss_elsewhere_is_told(seen: Seen, title: str):
    assert words.headline(shown(seen), NOW).title == title


def test_a_box_that_is_gone_says_what_was_open_there_and_rings_no_more():
    gone = replace(LIVES, lives=False, incidents=(incident(),))
    fault = FaultOccurred(time=NOW, room="", part="box Upstairs", reasons=("The box Upstairs does not answer.",))
    snapshot = shown(gone, faults=(fault,))
    assert words.headline(snapshot, NOW).title == "Watching, but something is broken: box Upstairs"
    state = payload.state(snapshot, NOW)
    assert state["incidents"] == []
    (box,) = state["boxes"]
    assert (box["lives"], box["stands"], box["heard"]) == (False, "Does not answer", "2025-06-01T11:59:55+00:00")
    assert [(each["what"], each["verdict"]) for each in box["last"]] == [("Somebody has fallen", "Alarm")]


def test_a_box_that_was_not_heard_yet_says_so():
    (box,) = payload.state(shown(Seen(UPSTAIRS, lives=False)), NOW)["boxes"]
    assert (box["stands"], box["heard"], box["last"]) == ("Not heard yet", None, [])


@pytest.mark.parametrize(
    ("occupied", "count", "says"),
    [
        (None, 0, "Whether somebody is there is not known"),
        (False, 0, "Nobody in sight"),
        (True, 1, "Somebody is there"),
        (True, 3, "3 people are there"),
    ],
)
def test_who_is_there_is_said(occupied: bool | None, count: int, says: str):  # noqa: FBT001 - a case
    assert boxes.says(RoomThere("bedroom", "armed", "", occupied, count)) == says


def test_what_was_not_answered_is_told_beside_its_incident():
    there = replace(LIVES, incidents=(incident(), incident("i-8")))
    said = payload.state(shown(there, unanswered=frozenset({"i-7", "own"}), incidents=(LOCAL,)), NOW)["incidents"]
    assert {each["id"]: bool(each["problem"]) for each in said} == {"i-7": True, "i-8": False, "own": False}
    assert RAISED.value == said[0]["state"]
