"""Who the tracks of a room are."""

import json
from dataclasses import replace

import numpy as np
import pytest
from bodies import standing
from strollers import CAMERA, Stroller, looks

from guardian.events import PersonIdentified
from guardian.gauge import gauge
from guardian.identity import Identity, Person, Recognition, Template
from guardian.optics import Optics
from guardian.signature import Signature, sign
from guardian.tracking import Track, TrackState

SMALL, USUAL, TALL = Stroller(tall=1.52), Stroller(), Stroller(tall=1.88)


def template(who: Stroller, name: str, room: str = "hall") -> Template:
    signature = sign(gauge(*looks(who, 30.0), CAMERA))
    assert signature is not None
    return Template(name, room, signature, CAMERA)


MARY, BRUCE = template(SMALL, "Mary"), template(TALL, "Bruce")


class Hall:
    """Somebody strolls through a hall and is looked at five times a second."""

    def __init__(self, *templates: Template) -> None:
        self.identity, self.now = Identity("hall", templates), 0.0
        self.events, self.persons = list[PersonIdentified](), tuple[Person, ...]()

    def show(
        self, seconds: float, *who: Stroller, moved: bool = False, aspect: float = 4 / 3, number: int = 1
    ) -> "Hall":
        for _ in range(round(seconds * 5)):
            self.now += 0.2
            self.take(
                *(each.track(self.now, number + place) for place, each in enumerate(who)), moved=moved, aspect=aspect
            )
        return self

    def take(self, *tracks: Track, moved: bool = False, aspect: float = 4 / 3) -> None:
        self.persons = self.identity.update(tracks, self.now, aspect, moved=moved)
        self.events += self.identity.events

    @property
    def verdict(self) -> tuple[str | None, Recognition]:
        return self.persons[0].name, self.persons[0].recognition


def test_who_was_enrolled_is_recognised_after_some_seconds_and_told_once():
    hall = Hall(MARY, BRUCE).show(7, SMALL)
    assert hall.verdict == (None, Recognition.UNDECIDED)
    hall.show(20, SMALL)
    assert hall.verdict == ("Mary", Recognition.KNOWN)
    (event,) = hall.events
    assert (event.person, event.track, event.room) == ("Mary", 1, "hall")
    assert event.reasons[0].startswith("Body and gait are those of somebody enrolled")
    assert "Mary" not in event.reasons[0]


def test_a_body_that_is_lost_from_sight_is_decided_on_by_what_was_seen_of_it():
    hall = Hall(MARY, BRUCE).show(5, SMALL)
    assert hall.events == []
    gone = replace(SMALL.track(hall.now), state=TrackState.LOST, hit=False)
    hall.take(gone)
    assert hall.verdict[0] == "Mary"
    hall.take(gone)
    assert len(hall.events) == 1


def test_a_glimpse_decides_nothing():
    hall = Hall(MARY, BRUCE).show(2, SMALL)
    hall.take(replace(SMALL.track(hall.now), state=TrackState.LOST, hit=False))
    assert hall.verdict == (None, Recognition.UNDECIDED)


def test_whoever_fits_nobody_is_a_stranger_without_a_name():
    hall = Hall(MARY).show(12, TALL)
    assert hall.verdict == (None, Recognition.STRANGER)
    assert [event.person for event in hall.events] == [None]
    assert hall.events[0].reasons[0].startswith("Body and gait fit nobody enrolled")


def test_where_nobody_is_enrolled_nobody_is_a_stranger():
    hall = Hall().show(12, TALL)
    assert hall.verdict == (None, Recognition.UNDECIDED)
    assert hall.identity.optics is None


def test_a_template_counts_in_its_room_alone():
    assert Identity("hall", [template(SMALL, "Mary", "kitchen")]).templates == ()


def test_of_two_who_are_alike_neither_is_named():
    hall = Hall(MARY, replace(MARY, name="Martha"), BRUCE).show(20, SMALL)
    assert hall.verdict == (None, Recognition.UNDECIDED)
    assert 0.4 < hall.persons[0].score < 0.6
    assert hall.events == []


def test_who_stands_still_is_not_measured_and_keeps_the_name():
    hall = Hall(MARY, BRUCE).show(12, SMALL)
    hall.show(60, replace(SMALL, speed=0.0, tall=1.2))
    assert hall.verdict[0] == "Mary"
    assert len(hall.events) == 1


def test_a_name_is_taken_back_when_the_template_is_erased():
    hall = Hall(MARY, BRUCE).show(12, SMALL)
    hall.identity.forget("Mary")
    hall.show(0.2, SMALL)
    assert hall.verdict == (None, Recognition.UNDECIDED)
    assert hall.events[-1].reasons == ("The person who this was taken for is no longer enrolled.",)


def test_nobody_is_known_before_another_view():
    hall = Hall(MARY, BRUCE)
    hall.identity.forget_all()
    assert hall.show(12, SMALL).verdict == (None, Recognition.UNDECIDED)
    assert hall.identity.templates == ()


def test_enrolling_anew_replaces_the_earlier_template():
    hall = Hall(template(TALL, "Mary"), BRUCE)
    hall.identity.enrol(MARY)
    assert [each.name for each in hall.identity.templates] == ["Bruce", "Mary"]
    assert hall.show(12, SMALL).verdict[0] == "Mary"


def test_nobody_is_measured_by_a_camera_that_moved_or_shows_another_shape_of_picture():
    assert Hall(MARY, BRUCE).show(20, SMALL, moved=True).events == []
    assert Hall(MARY, BRUCE).show(20, SMALL, aspect=16 / 9).events == []


def test_only_a_confirmed_body_that_is_seen_counts():
    hall = Hall(MARY, BRUCE)
    for step in range(100):
        hall.now = step / 5
        track = SMALL.track(hall.now)
        hall.take(replace(track, state=TrackState.TENTATIVE), replace(track, id=2, hit=False))
    assert hall.events == []


def test_frames_in_quick_succession_count_once_and_an_ended_track_is_forgotten():
    hall = Hall(MARY, BRUCE)
    for step in range(200):
        hall.now = step / 50
        hall.take(SMALL.track(hall.now))
    assert hall.events == []
    hall.take()
    hall.show(5, SMALL)
    assert hall.events == []


def test_who_cannot_be_measured_over_the_floor_keeps_what_was_said():
    hall = Hall(MARY, BRUCE)
    still = standing()
    for step in range(60):
        hall.now = step / 5
        hall.take(Track(1, still, TrackState.CONFIRMED, born=0.0, seen=hall.now))
    assert hall.verdict == (None, Recognition.UNDECIDED)


def test_persons_come_in_the_order_of_their_tracks():
    hall = Hall(MARY, BRUCE).show(12, TALL, SMALL, number=7)
    assert [(person.track.id, person.name) for person in hall.persons] == [(7, "Bruce"), (8, "Mary")]


def test_a_template_survives_the_store():
    made = Template("Märy", "hall", Signature((*MARY.signature.values[:-1], float("nan")), 40), CAMERA)
    again = Template.decode(made.encode())
    assert np.array_equal(again.signature.values, made.signature.values, equal_nan=True)
    assert (again.name, again.room, again.optics, again.signature.looks) == ("Märy", "hall", CAMERA, 40)


def altered(**values: object) -> str:
    return json.dumps({**json.loads(MARY.encode()), **values})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "Expecting"),
        ("7", "this is no template"),
        ('{"mean": []}', "this is no template: 'name'"),
        ('{"name": "Mary", "mean": [1], "spread": [1], "count": 3}', "of another Guardian; enrol the person again"),
        (altered(values=[1, 2]), "the template of 'Mary' is damaged"),
        (altered(values=["x"] * 9), "could not convert"),
        (altered(values=[None] * 9), "is damaged"),
        (altered(values=[float("inf")] * 9), "is damaged"),
        (altered(looks=0), "is damaged"),
        (altered(optics={"height": -1, "tilt": 1, "fov": 60, "aspect": 1.3}), "is damaged"),
        (altered(optics={"height": float("nan"), "tilt": 1, "fov": 60, "aspect": 1.3}), "is damaged"),
        (altered(optics={"high": 2}), "this is no template"),
    ],
)
def test_a_damaged_template_names_nobody(text: str, said: str):
    with pytest.raises(ValueError, match=said):
        Template.decode(text)


def test_bodies_are_measured_under_the_optics_of_who_was_enrolled_first():
    assert Identity("hall", [MARY, replace(BRUCE, optics=Optics(1.0, 0.0))]).optics == CAMERA


def test_what_was_handed_over_counts_beside_what_is_seen_here_and_decides_nothing_sooner():
    before = Hall(MARY, BRUCE).show(20, SMALL).persons[0].belief
    assert max(before, key=lambda each: each[1])[0] == "Mary"
    alone, hall = Hall(MARY, BRUCE).show(1, SMALL), Hall(MARY, BRUCE).show(1, SMALL)
    hall.identity.hand_over({1: ((0.8, before),), 99: ((0.8, before),)})
    assert hall.show(6, SMALL).verdict == (None, Recognition.UNDECIDED)
    assert hall.show(4, SMALL).verdict == ("Mary", Recognition.KNOWN)
    assert hall.persons[0].score > alone.show(10, SMALL).persons[0].score


def test_a_handed_over_name_is_not_given_to_another_body():
    before = Hall(MARY, BRUCE).show(20, SMALL).persons[0].belief
    hall = Hall(MARY, BRUCE).show(1, TALL)
    hall.identity.hand_over({1: ((0.8, before),)})
    assert hall.show(20, TALL).verdict[0] != "Mary"


def test_what_was_handed_over_of_who_is_forgotten_is_forgotten():
    before = Hall(MARY, BRUCE).show(20, SMALL).persons[0].belief
    hall = Hall(MARY, BRUCE).show(1, SMALL)
    hall.identity.hand_over({1: ((0.8, before),)})
    hall.identity.forget("Mary")
    assert hall.identity._known[1].earlier == ()
