import numpy as np
import pytest
import worlds

from guardian.lab.camera import Camera
from guardian.lab.house import DOORWAY, shell, sides
from guardian.lab.room import Lamp, background
from guardian.lab.scene import RoomSpec
from guardian.lab.world.truth import World

WIDE = Camera(64, 48, (0.0, 1.6, 0.0), tilt=10, fov=110)


@pytest.mark.parametrize("doorways", [False, True])
def test_a_room_is_closed_wherever_one_looks(doorways: bool):  # noqa: FBT001 - a case
    room = RoomSpec(wide=5.4, deep=5.6, doorways=doorways)
    for pan in (-80, 0, 80):
        camera = Camera(64, 48, (0.0, 1.6, 0.0), pan=pan, tilt=10, fov=110)
        assert background(camera, shell(room), Lamp(), 0).depth.max() < 9.0


def test_one_looks_into_the_hall_through_a_doorway_and_not_through_a_wall():
    def furthest(*, doorways: bool) -> float:
        room = RoomSpec(wide=5.4, deep=5.6, doorways=doorways)
        return float(np.abs(background(WIDE, shell(room), Lamp(), 0).points[..., 0]).max())

    assert furthest(doorways=False) == pytest.approx(2.7, abs=0.01)
    assert furthest(doorways=True) > 3.5


def test_only_a_room_with_doorways_has_them():
    def open_at(away: float, room: RoomSpec) -> bool:
        return not any(
            abs(-away - box.centre[2]) < box.size[2] / 2 and abs(abs(box.centre[0]) - 2.8) < 0.01 and box.centre[1] < 1
            for box in sides(room)
        )

    assert open_at(sum(DOORWAY) / 2, RoomSpec(wide=5.4, deep=5.6, doorways=True))
    assert not open_at(5.0, RoomSpec(wide=5.4, deep=5.6, doorways=True))
    assert not open_at(sum(DOORWAY) / 2, RoomSpec(wide=5.4, deep=5.6))


def test_who_has_gone_out_is_hidden_by_the_wall_beside_the_doorway():
    stands = worlds.scene([{"wait": {"for": 2.0}}], at=[3.2, 1.9])
    camera = stands.camera.model_copy(update={"fov": 120.0, "barrel": 0.2})
    room = RoomSpec(wide=5.4, deep=5.6)
    seen, hidden = (
        World(stands.model_copy(update={"camera": camera, "room": each})).bodies(1.0)[0].seen
        for each in (room, room.model_copy(update={"doorways": True}))
    )
    assert seen > 0.8
    assert hidden < 0.3
