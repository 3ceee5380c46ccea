"""A whole box with two cameras: of one room, and of two between which somebody walks."""

from dataclasses import replace

import numpy as np
from bodies import posed_like, seen, standing, tilted
from boxes import SETTINGS, Box
from strollers import CAMERA, Stroller, looks

from guardian.commands import Notify
from guardian.events import ErasureAsked
from guardian.gauge import gauge
from guardian.identity import Template
from guardian.incident import IncidentState
from guardian.settings import Settings
from guardian.signature import sign
from guardian.skeleton import Pose

SMALL, TALL = Stroller(tall=1.52), Stroller(tall=1.88)
KITCHEN, BATH = SETTINGS.rooms
ONE_ROOM = SETTINGS.model_copy(update={"rooms": (KITCHEN, BATH.model_copy(update={"same_room": "kitchen"}))})


def people() -> list[Template]:
    found = list[Template]()
    for name, who in (("Mary", SMALL), ("Bruce", TALL)):
        signature = sign(gauge(*looks(who, 30.0), CAMERA))
        assert signature is not None
        found += [Template(name, room.name, signature, CAMERA) for room in (KITCHEN, BATH)]
    return found


def aside(pose: Pose, by: float) -> Pose:
    shift = np.zeros((17, 2), np.float32)
    shift[:, 1] = by
    return posed_like(pose, shift, 0.7)


class Home(Box):
    """A box before whose two cameras somebody walks."""

    def walk(self, room: str, seconds: float, *, come: bool = False, leave: bool = False) -> "Home":
        """Come in from the left, stroll for so long, leave to the left: ten frames a second."""
        first, last = SMALL.pose(0.0), SMALL.pose(seconds)
        poses = [SMALL.pose(step / 10) for step in range(round(seconds * 10))]
        steps = [step / 20 for step in range(24)]
        poses = (
            [aside(first, -by) for by in reversed(steps) if come] + poses + [aside(last, -by) for by in steps if leave]
        )
        for pose in poses:
            self.see(seen(self.now + 0.1, pose), room)
        return self

    def be_empty(self, room: str, seconds: float) -> "Home":
        for _ in range(round(seconds * 5)):
            self.see(seen(self.now + 0.2), room)
        return self

    @property
    def score(self) -> float:
        (figure,) = self.brain._watched["bath"].pipeline.figures
        return figure.person.score

    @property
    def names(self) -> list[str | None]:
        return [figure.person.name for figure in self.brain._watched["bath"].pipeline.figures]


def test_what_one_room_made_of_somebody_counts_in_the_next():
    handed = Home(SETTINGS, people=people()).walk("kitchen", 15.0, leave=True).be_empty("kitchen", 2.0)
    alone = Home(SETTINGS, people=people()).be_empty("kitchen", 2.0)
    assert handed.walk("bath", 10.0, come=True).names == alone.walk("bath", 10.0, come=True).names == ["Mary"]
    assert handed.score > alone.score


def test_who_was_erased_on_the_way_is_nobody_in_the_next_room():
    home = Home(SETTINGS, people=people()).walk("kitchen", 15.0, leave=True).be_empty("kitchen", 2.0)
    home.brain.take(ErasureAsked(time=home.at(home.now).monotonic, by="Cy", via="web", name="Mary"), home.at(home.now))
    assert not home.brain._handover._left
    assert home.walk("bath", 10.0, come=True).names == [None]


def fallen(settings: Settings, rooms: tuple[str, ...]) -> Box:
    """Somebody falls before these cameras; what is seen by the other stays empty."""
    box = Box(settings)
    for step in range(330):
        pose = standing() if step < 30 else tilted(min(90.0, (step - 30) * 15.0))
        for late, room in enumerate(room.name for room in settings.rooms):
            box.see(seen(0.1 * step + 0.01 * late, *([pose] if room in rooms else [])), room)
    box.let_pass(40.0)
    return box


def test_a_fall_before_two_cameras_of_one_room_is_one_incident_and_one_message():
    both = fallen(ONE_ROOM, ("kitchen", "bath"))
    assert [incident.state for incident in both.brain.alarm.incidents] == [IncidentState.RAISED]
    assert len(fallen(SETTINGS, ("kitchen", "bath")).brain.alarm.incidents) == 2
    first = [notice for notice in both.log.all("tell") if isinstance(notice, Notify) and notice.step == 1]
    assert len(first) == 1


def test_a_fall_before_one_of_them_alarms_as_if_it_were_alone():
    for room in ("kitchen", "bath"):
        one, alone = fallen(ONE_ROOM, (room,)), fallen(SETTINGS, (room,))
        (incident,), (other,) = one.brain.alarm.incidents, alone.brain.alarm.incidents
        assert replace(incident, id="") == replace(other, id="")
