"""What the page tells of the home, read back into the nouns of the core."""

import json
from dataclasses import replace

import numpy as np
import pytest
from drilled import SOFA

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.deliveries import Delivery, DeliveryState
from guardian.drill.scene import read_scene
from guardian.drills import FallDrill
from guardian.errors import GuardianError
from guardian.incident import Incident, IncidentState
from guardian.optics import Optics
from guardian.web import payload
from guardian.web.fakes import FakeHousehold
from guardian.web.household import LookShown, PersonShown, RoomShown

KEYPOINTS = np.full((17, 3), 0.25, np.float32)
DRILL = Incident(
    id="i", room="hall", kind="FallConfirmed", state=IncidentState.RAISED, opened=990.0, changed=995.0, drill=True
)
LOOK = LookShown(999.9, 150, 0.4, Optics(2.2, 20.0), 1.0, 3.0)
ROOM = RoomShown("hall", places=(SOFA,), persons=(PersonShown(1, "seated", KEYPOINTS, None, "sofa"),), look=LOOK)
DELIVERY = Delivery("Ana", "ntfy", "i", 1, DeliveryState.TOLD, 996.0)


def told(household: FakeHousehold) -> dict[str, object]:
    """What goes over the wire."""
    sent = payload.look(household.snapshot(), 1_000.5)
    return json.loads(json.dumps(sent))  # type: ignore[no-any-return]


def test_what_the_page_writes_is_read():
    household = FakeHousehold(ROOM, RoomShown("bath"))
    siren, on = ShowPanel(Lamp.FAST_BLINK, Sound.SIREN, ""), FallDrill("hall", 1_200.0, contacts=True)
    household.show(incidents=(replace(DRILL, told=("Ana",)),), deliveries=(DELIVERY,), panel=siren, drill=on)
    sent = told(household)
    assert sent["drill"] == {"room": "hall", "until": "2025-06-01T12:03:20+00:00", "contacts": True}
    scene = read_scene(sent)
    assert (scene.time, scene.late, scene.sound, scene.wall) == (1_000.5, False, "siren", "2025-06-01T12:00:00+00:00")
    assert scene.incidents == (replace(DRILL, told=("Ana",)),)
    assert scene.deliveries == (DELIVERY,)
    assert [(room.name, room.coverage, room.places) for room in scene.rooms] == [
        ("hall", "armed", (SOFA,)),
        ("bath", "armed", ()),
    ]
    (look,) = scene.looks
    assert (look.room, look.time, look.frame, look.optics, look.sure, look.turn) == (
        *("hall", 999.9, 150),
        *(Optics(2.2, 20.0), 1.0, 3.0),
    )
    (body,) = look.bodies
    assert (body.posture, body.place) == ("seated", "sofa")
    assert np.allclose(body.keypoints, KEYPOINTS)
    assert scene.emergency is None


def test_an_emergency_is_what_is_neither_a_drill_nor_a_camera_that_cannot_see():
    household = FakeHousehold(ROOM)
    household.show(incidents=(DRILL, replace(DRILL, id="v", kind="ViewLost", drill=False)))
    assert read_scene(told(household)).emergency is None
    real = replace(DRILL, id="r", drill=False)
    household.show(incidents=(DRILL, real))
    assert read_scene(told(household)).emergency == real


@pytest.mark.parametrize("damage", [{"rooms": 5}, {"incidents": [{}]}, {"panel": None}, {"time": "now"}])
def test_another_guardian_is_not_understood(damage: dict[str, object]):
    with pytest.raises(GuardianError, match="the same version would be right"):
        read_scene({**told(FakeHousehold(ROOM)), **damage})
