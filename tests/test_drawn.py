"""What is drawn and configured of a room's view, as far as it fits."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.configuration import parse
from guardian.drawn import Drawing, Drawn, DrawnPlace, Source, objection, written
from guardian.events import PlaceDrawn, PlaceRemoved, PlaceRestored
from guardian.incident import Incident, IncidentState
from guardian.outline import MOST_PLACES, fault
from guardian.settings import Camera, Place, Room

BED = Place(name="bed", kind="bed", polygon=((0.1, 0.5), (0.4, 0.5), (0.4, 0.9)))
MAT = Place(name="mat", kind="mat", polygon=((0.6, 0.5), (0.9, 0.5), (0.9, 0.9)))
CAMERA = Camera(source="csi", mount_height=2.1, tilt=20, fov=90)
ROOM = Room(name="hall", camera=CAMERA, places=(BED, MAT))


def again(drawn: Drawn, room: Room) -> Drawn:
    """The same after a restart, with the room as it is configured then."""
    after = Drawn(room)
    after.recall(json.loads(json.dumps(drawn.remember())))
    return after


def test_all_counts_until_a_human_says_that_the_view_is_another_one():
    drawn = Drawn(ROOM)
    assert (drawn.room, drawn.outdated, drawn.version) == (ROOM, "", 0)
    drawn.accept(fits=False)
    assert drawn.room.places == ()
    assert drawn.room.camera == Camera(source="csi", fov=90)
    assert drawn.outdated == "Of another view, and of no account until changed: bed, mat, mount_height, tilt."
    drawn.accept(fits=True)
    assert (drawn.room, drawn.outdated, drawn.version) == (ROOM, "", 2)


def test_what_is_drawn_anew_counts_again_and_the_rest_does_not_even_after_a_restart():
    drawn = Drawn(ROOM)
    drawn.accept(fits=False)
    assert again(drawn, ROOM).room == drawn.room
    moved = MAT.model_copy(update={"polygon": ((0.5, 0.5), (0.9, 0.5), (0.9, 0.9))})
    redrawn = again(drawn, ROOM.model_copy(update={"places": (BED, moved)}))
    assert redrawn.room.places == (moved,)
    assert redrawn.room.camera.tilt is None
    tilted = again(drawn, ROOM.model_copy(update={"camera": CAMERA.model_copy(update={"tilt": 30.0})}))
    assert (tilted.room.camera.mount_height, tilted.room.camera.tilt) == (2.1, 30.0)
    assert tilted.outdated == "Of another view, and of no account until changed: bed, mat."


def test_a_room_of_which_nothing_is_drawn_has_nothing_to_change():
    bare = Drawn(Room(name="hall", camera=Camera(source="csi")))
    bare.accept(fits=False)
    assert bare.outdated == ""


@pytest.mark.parametrize("body", [{}, {"places": [1], "hangs": {}}, {"places": [], "hangs": 7}])
def test_what_is_damaged_is_refused(body: dict[str, object]):
    with pytest.raises((ValueError, KeyError, TypeError)):
        Drawn(ROOM).recall(body)


# What a human draws on the page

ROUND = ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6))
WHO = {"time": 0.0, "room": "hall", "by": "Ana", "via": "web"}


def draw(name: str = "bed", kind: str = "bed", polygon: tuple = ROUND, instead: str = "") -> PlaceDrawn:
    return PlaceDrawn(**WHO, name=name, kind=kind, polygon=polygon, instead=instead)


def remove(name: str) -> PlaceRemoved:
    return PlaceRemoved(**WHO, name=name)


def restore(name: str) -> PlaceRestored:
    return PlaceRestored(**WHO, name=name)


def taken(*drawings: Drawing) -> Drawn:
    """The room after these, each of which must have been possible."""
    drawn = Drawn(ROOM)
    for drawing in drawings:
        assert objection(drawing, drawn.shown) == ""
        drawn.take(drawing)
    return drawn


def names(drawn: Drawn) -> list[str]:
    return [place.name for place in drawn.room.places]


def test_what_is_drawn_wins_over_what_is_configured_under_the_same_name():
    drawn = taken(draw("bed", "sofa", instead="bed"))
    assert drawn.version == 1
    (sofa, mat) = drawn.room.places
    assert (sofa.name, sofa.kind, sofa.polygon, mat) == ("bed", "sofa", ROUND, MAT)
    assert drawn.shown[0] == DrawnPlace(sofa, Source.DRAWN, configured=True)
    assert drawn.shown[1] == DrawnPlace(MAT, Source.CONFIGURED, configured=True)
    assert [each.origin for each in drawn.shown] == ["drawn on the page", ""]
    assert again(drawn, ROOM).shown == drawn.shown
    drawn.take(restore("bed"))
    assert drawn.room == ROOM


def test_a_configured_place_that_is_removed_can_be_restored_and_a_drawn_one_is_gone():
    drawn = taken(remove("bed"), draw("rug", "floor"))
    assert names(drawn) == ["mat", "rug"]
    assert next((each.place.name, each.origin) for each in drawn.shown) == ("bed", "removed on the page")
    assert again(drawn, ROOM).shown == drawn.shown
    drawn.take(remove("rug"))
    assert [each.place.name for each in drawn.shown] == ["bed", "mat"]
    drawn.take(restore("bed"))
    assert drawn.room == ROOM


def test_another_name_is_another_place_in_place_of_the_first():
    drawn = taken(draw("couch", "sofa", instead="bed"))
    assert names(drawn) == ["mat", "couch"]
    drawn.take(draw("divan", "sofa", instead="couch"))
    assert names(drawn) == ["mat", "divan"]
    drawn.take(draw("bed"))
    assert names(drawn) == ["bed", "mat", "divan"]
    drawn.take(draw("nest", instead="bed"))
    assert names(drawn) == ["mat", "divan", "nest"]


def test_what_was_pasted_into_the_configuration_is_the_configuration_s_from_then_on():
    drawn = taken(draw("bed", instead="bed"), remove("mat"))
    bed = drawn.room.places[0]
    pasted = ROOM.model_copy(update={"places": (bed,)})
    after = again(drawn, pasted)
    assert after.shown == (DrawnPlace(bed, Source.CONFIGURED, configured=True),)
    assert after.version == 1
    later = ROOM.model_copy(update={"places": (BED, MAT)})
    assert again(after, later).room == later


def test_of_another_view_nothing_drawn_counts_until_it_is_drawn_again():
    drawn = taken(draw("rug", "floor"), draw("bed", instead="bed"))
    drawn.accept(fits=False)
    assert drawn.room.places == ()
    assert drawn.outdated == "Of another view, and of no account until changed: bed, mat, rug, mount_height, tilt."
    assert again(drawn, ROOM).shown == drawn.shown
    drawn.take(draw("rug", "floor", instead="rug"))
    assert names(drawn) == ["rug"]
    drawn.take(restore("bed"))
    assert names(drawn) == ["rug"]
    drawn.take(draw("bed", polygon=BED.polygon, instead="bed"))
    assert names(drawn) == ["bed", "rug"]
    drawn.accept(fits=True)
    assert names(drawn) == ["bed", "mat", "rug"]


@pytest.mark.parametrize(
    ("drawing", "why"),
    [
        (draw("bed"), "There is a place “bed” already; another name would be right."),
        (draw("mat", instead="bed"), "There is a place “mat” already; another name would be right."),
        (draw("armchair"), "There is a place “armchair” already; another name would be right."),
        (draw("rug", instead="carpet"), "There is no place “carpet” to be changed any more; nothing was changed."),
        (remove("carpet"), "There is no drawn place “carpet” any more; nothing was changed."),
        (restore("bed"), "The place “bed” is as it is configured; nothing was changed."),
        (restore("carpet"), "The place “carpet” is as it is configured; nothing was changed."),
        (draw("rug", instead="armchair"), ""),
        (draw("bed", instead="bed"), ""),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(drawing: Drawing, why: str):
    assert objection(drawing, Drawn(ROOM).shown, {"armchair"}) == why


def test_a_removed_place_cannot_be_removed_again_and_its_name_is_free():
    drawn = taken(remove("bed"))
    assert objection(remove("bed"), drawn.shown) != ""
    assert objection(draw("rug", instead="bed"), drawn.shown) != ""
    assert objection(draw("bed"), drawn.shown) == ""


def test_a_room_has_so_many_places_and_no_more():
    drawn = taken(*(draw(f"rug {number}", "floor") for number in range(MOST_PLACES - 2)))
    assert objection(draw("one more"), drawn.shown) == "32 places are enough for one room; remove one first."
    assert objection(draw("another name", instead="rug 1"), drawn.shown) == ""


def test_while_something_is_the_matter_in_a_room_its_places_stay():
    fall = Incident(id="1", room="hall", kind="FallConfirmed", state=IncidentState.RAISED, opened=0.0, changed=0.0)
    blind, called = replace(fall, kind="ViewLost"), replace(fall, room="", kind="HelpCalled")
    why = {each.id: objection(draw("rug"), (), incidents=(each,)) for each in (fall, replace(called, id="2"))}
    assert set(why.values()) == {"Something is the matter in hall: see to that first, and close it."}
    elsewhere = replace(fall, room="attic")
    assert objection(draw("rug"), (), incidents=(blind, elsewhere)) == ""
    assert objection(draw("rug"), (), moved=True).startswith("The camera of this room was moved: say first")


@pytest.mark.parametrize("more", [{"drawn": [1]}, {"drawn": [{"name": "x"}]}, {"drawn": 3}, {"removed": 3}])
def test_damaged_drawings_are_refused_and_change_nothing(more: dict[str, object]):
    drawn = Drawn(ROOM)
    with pytest.raises((ValueError, KeyError, TypeError)):
        drawn.recall({"places": [], "hangs": {}, **more})
    assert drawn.room == ROOM


word = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="/#+"), min_size=1)
corner = st.integers(0, 1_000).map(lambda number: number / 1_000)
drawings = st.one_of(
    st.builds(draw, st.sampled_from("abc") | word, st.sampled_from(["bed", "floor", "screen"]), instead=st.just("")),
    st.builds(draw, st.sampled_from(["bed", "a", "b"]), instead=st.sampled_from(["bed", "mat", "a"])),
    st.builds(remove, st.sampled_from(["bed", "mat", "a"])),
    st.builds(restore, st.sampled_from(["bed", "mat", "a"])),
)


@given(st.lists(drawings | st.booleans(), max_size=12))
def test_whatever_is_drawn_names_differ_and_a_restart_changes_nothing(done: list[Drawing | bool]):
    drawn = Drawn(ROOM)
    for each in done:
        if isinstance(each, bool):
            drawn.accept(fits=each)
        elif not objection(each, drawn.shown):
            drawn.take(each)
            there = each.name in names(drawn)
            assert there or not isinstance(each, PlaceDrawn)
            assert not there or not isinstance(each, PlaceRemoved)
    assert len(set(names(drawn))) == len(names(drawn))
    assert again(drawn, ROOM).shown == drawn.shown
    assert again(drawn, ROOM).room == drawn.room


@given(st.lists(st.tuples(word, corner, corner), max_size=6, unique_by=lambda each: each[0]))
def test_what_is_written_out_is_read_as_the_same_places(places: list[tuple[str, float, float]]):
    drawn = Drawn(Room(name="hall", camera=Camera(source="csi")))
    for name, x, y in places:
        drawing = draw(name[:64], "mat", ((x, y), (x, 1 - y), (1 - x, 0.123456789)))
        if fault(drawing.polygon) == "" and objection(drawing, drawn.shown) == "":
            drawn.take(drawing)
    text = f"rooms:\n  - name: hall\n    camera:\n      source: csi\n{written(drawn.shown)}"
    assert parse(text).rooms[0].places == drawn.room.places


def test_what_is_of_no_account_is_not_written_out():
    drawn = taken(draw("rug", "floor"))
    drawn.accept(fits=False)
    assert written(drawn.shown) == "    places: []\n"
    drawn.take(draw("mat", "mat", instead="mat"))
    assert written(drawn.shown) == (
        '    places:\n      - name: "mat"\n        kind: mat\n        polygon: [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6]]\n'
    )
