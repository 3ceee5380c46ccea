"""What is drawn and configured of a room's view, as far as it fits."""

import json

import pytest

from guardian.drawn import Drawn
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
