"""The enrolled people of a box: enrolled in a room, kept, shown, and erased everywhere."""

from boxes import KITCHEN, SETTINGS, Box
from strollers import CAMERA, Stroller

from guardian.enrolment import BLIND, CANCELLED, KEPT, NOBODY, SECONDS
from guardian.events import EnrolmentAsked, ErasureAsked, ViewAccepted
from guardian.identity import Template
from guardian.people import People
from guardian.settings import Camera
from guardian.skeleton import Observation

SEEING = KITCHEN.model_copy(
    update={
        "camera": Camera(source="/dev/video0", mount_height=CAMERA.height, tilt=CAMERA.tilt, fov=CAMERA.fov),
    }
)
WHO = {"by": "Anna", "via": "web"}


class House(Box):
    """A box with two rooms, in the first of which somebody strolls."""

    def __init__(self) -> None:
        super().__init__(SETTINGS.model_copy(update={"rooms": (SEEING, SETTINGS.rooms[1])}))

    def ask(self, name: str, room: str = "kitchen") -> None:
        moment = self.at(self.now)
        self.brain.take(EnrolmentAsked(time=moment.monotonic, name=name, room=room, **WHO), moment)

    def erase(self, name: str) -> None:
        moment = self.at(self.now)
        self.brain.take(ErasureAsked(time=moment.monotonic, name=name, **WHO), moment)

    def stroll(self, seconds: float, who: Stroller) -> "House":
        for _ in range(round(seconds * 5)):
            self.see(Observation(time=self.now + 0.2, poses=(who.pose(self.now),)))
        return self


def test_who_was_asked_for_is_enrolled_kept_and_shown_without_a_template_leaving_the_box():
    house = House()
    house.ask("Mary")
    (going,) = house.brain.shown.people.enrolments
    assert (going.name, going.room, going.share, going.text, going.ended) == ("Mary", "kitchen", 0.0, NOBODY, False)
    house.stroll(45, Stroller())
    people = house.brain.shown.people
    assert people.known == (("Mary", "kitchen"),)
    (done,) = people.enrolments
    assert (done.ended, done.kept, done.text) == (True, True, KEPT)
    (kept,) = house.log.all("person")
    assert isinstance(kept, Template)
    assert kept.room == "kitchen"
    said = " ".join(message.payload for message in house.log.all("publish"))  # type: ignore[attr-defined]
    assert "EnrolmentEnded" in said
    assert all(f"{value:.6g}"[:7] not in said for value in kept.signature.values)
    again = Box(house.brain._settings)
    again.brain.begin((), (kept,), again.at(1.0))
    assert again.brain.shown.people.known == (("Mary", "kitchen"),)
    assert isinstance(house.brain._people, People)


def test_who_is_erased_is_erased_in_every_room_and_calls_off_an_enrolment():
    house = House()
    house.ask("Mary")
    house.stroll(45, Stroller())
    house.ask("Mary", "bath")
    house.erase("Mary")
    assert house.log.all("erase") == ["Mary"]
    people = house.brain.shown.people
    assert (people.known, people.enrolments) == ((), ())
    said = [message.payload for message in house.log.all("publish")]  # type: ignore[attr-defined]
    assert any("EnrolmentEnded" in payload and CANCELLED in payload for payload in said)
    house.erase("Nobody")
    assert house.log.all("erase") == ["Mary", "Nobody"]


def test_before_another_view_of_the_camera_nobody_is_known():
    house = House()
    house.ask("Mary")
    house.stroll(45, Stroller())
    for _ in range(300):
        house.see(Observation(time=house.now + 0.2, displaced=0.9))
    moment = house.at(house.now)
    house.brain.take(ViewAccepted(time=moment.monotonic, room="kitchen", fits=False, **WHO), moment)
    assert house.log.all("erase in") == ["kitchen"]
    assert house.brain.shown.people.known == ()


def test_an_enrolment_to_which_nobody_comes_ends_in_time_says_why_and_keeps_nothing():
    house = House()
    house.ask("Mary")
    house.let_pass(SECONDS + 1)
    (ended,) = house.brain.shown.people.enrolments
    assert (ended.name, ended.room, ended.ended, ended.kept) == ("Mary", "kitchen", True, False)
    assert "Not enrolled" in ended.text
    assert BLIND in ended.text
    assert house.log.all("person") == []
    house.erase("Mary")
    assert house.brain.shown.people.enrolments == ()


def test_that_somebody_was_erased_is_said_without_saying_who():
    house = House()
    house.erase("Mary")
    said = [message.payload for message in house.log.all("publish")]  # type: ignore[attr-defined]
    assert any('"event":"ErasureAsked"' in payload and '"name":""' in payload for payload in said)
    assert not any("Mary" in payload for payload in said)
