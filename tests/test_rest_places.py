"""What is learned of where people rest, and that nothing comes of it until a human says so."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from math import cos, sin

import pytest
from bodies import seen, standing, tilted
from hypothesis import given, settings
from hypothesis import strategies as st
from rests import figure, now_seen, rest

from guardian.events import (
    CameraMoved,
    CameraReturned,
    Event,
    FallConfirmed,
    PersonDown,
    PersonLeft,
    PlaceAccepted,
    PlaceDeclined,
    PlaceProposed,
)
from guardian.geometry import Point, contains
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.pipeline import Pipeline
from guardian.posture import Figure, Posture
from guardian.rest_places import AROUND, FORGOTTEN, KEPT_STAYS, MOST_CORNERS, MOST_SPOTS, RestPlaces, Status, outline
from guardian.settings import Camera, Place, Room, Settings
from guardian.stays import Stay

START = datetime(2025, 6, 1, 8, 0, tzinfo=timezone.utc)
ROOM = "bedroom"
ASPECT = 4 / 3
AT_BED = (0.0, 0.0)


class Watch:
    """A room that is seen once a second; the wall clock runs with it."""

    def __init__(self, *drawn: Place) -> None:
        self.rests, self.now = RestPlaces(ROOM, drawn), 0.0
        self.proposed: list[PlaceProposed] = []

    @property
    def moment(self) -> Moment:
        return Moment(self.now, START + timedelta(seconds=self.now))

    @property
    def place(self) -> Place:
        return self.rests.shown(self.moment.wall)[-1].place

    def see(self, *figures: Figure, events: Iterable[Event] = ()) -> None:
        self.now += 1.0
        shown = [now_seen(each, self.now) for each in figures]
        self.proposed += self.rests.update(shown, events, self.moment, ASPECT)

    def stay(self, posture: Posture = Posture.LYING, seconds: int = 600, shift: Point = AT_BED, **more: object) -> None:
        """Somebody rests, walks away, and the room is empty for an hour."""
        for each in rest(posture, seconds, shift, **more):
            self.see(each)
        self.now += 3600.0
        self.see()

    def stays(self, count: int = 3, **more: object) -> None:
        for _ in range(count):
            self.stay(**more)  # type: ignore[arg-type]

    def accept(self, number: int = 1, kind: str = "") -> bool:
        return self.rests.answer(PlaceAccepted(time=self.now, room=ROOM, by="Ana", via="web", number=number, kind=kind))

    def decline(self, number: int = 1) -> bool:
        return self.rests.answer(PlaceDeclined(time=self.now, room=ROOM, by="Ana", via="web", number=number))

    def restarted(self) -> "Watch":
        """Another process, that knows what this one kept."""
        again = Watch(*self.rests._drawn)
        again.rests.recall(json.loads(json.dumps(self.rests.remember())))
        again.now = self.now
        return again


@pytest.fixture
def watch() -> Watch:
    return Watch()


def hips(posture: Posture = Posture.LYING, shift: Point = AT_BED) -> Point:
    """Where they are, (x, y) in parts of the picture."""
    found = figure(posture, shift).hips
    assert found is not None
    return found[1] / ASPECT, found[0]


def lain(hips: Point, stature: float = 0.6, **changes: object) -> Stay:
    return replace(Stay(600.0, 600.0, 0.0, stature, 0.3, hips, (hips,)), **changes)


def fall(watch: Watch, name: str = "i-1", **changes: object) -> Incident:
    return replace(
        Incident(
            id=name, room=ROOM, kind="PersonDown", state=IncidentState.PENDING, opened=watch.now, changed=watch.now
        ),
        **changes,
    )


# What is proposed


def test_the_third_occasion_makes_a_proposal_that_says_why(watch: Watch):
    watch.stays(2)
    assert not watch.proposed
    assert not watch.rests.shown(watch.moment.wall)
    watch.stays(2)
    (proposed,) = watch.proposed
    assert (proposed.room, proposed.number, proposed.kind) == (ROOM, 1, "mat")
    (shown,) = watch.rests.shown(watch.moment.wall)
    assert not shown.accepted
    assert shown.sentence == "Somebody rested here 4 times, 40 min in all, last today."
    assert shown.place.name == "mat"
    assert contains(shown.place.polygon, hips())
    assert not watch.rests.places


def test_getting_up_for_a_moment_is_no_occasion(watch: Watch):
    for _ in range(6):
        for each in rest():
            watch.see(each)
    assert not watch.proposed


def test_short_rests_need_more_of_them(watch: Watch):
    watch.stays(5, seconds=150)
    assert not watch.proposed
    watch.stays(2, seconds=150)
    assert watch.proposed


@pytest.mark.parametrize(
    ("stays", "kind"),
    [
        ([(Posture.LYING, 600, -0.2)], "bed"),
        ([(Posture.LYING, 600, -0.2), (Posture.SEATED, 1200, -0.02)], "sofa"),
        ([(Posture.SEATED, 600, -0.2)], "chair"),
        ([(Posture.LYING, 600, 0.0)], "mat"),
        ([(Posture.LYING, 1800, 0.0)], "bed"),
        ([(Posture.SEATED, 600, 0.2)], "mat"),
    ],
)
def test_what_it_is_is_told_by_posture_height_and_time(
    watch: Watch, stays: list[tuple[Posture, int, float]], kind: str
):
    for _ in range(3):
        for posture, seconds, higher in stays:
            watch.stay(posture, seconds, (higher, 0.31 if posture is Posture.SEATED else 0.0))
    assert watch.place.kind == kind


def test_a_seat_of_unknown_height_is_a_chair(watch: Watch):
    watch.stays(posture=Posture.SEATED, floor=None)
    assert watch.place.kind == "chair"


def test_two_spots_are_two_places_with_a_name_each(watch: Watch):
    watch.stays(shift=(-0.2, 0.0))
    watch.stays(shift=(-0.2, -0.5))
    watch.stays(shift=(0.05, 0.0))
    assert [shown.place.name for shown in watch.rests.shown(watch.moment.wall)] == ["bed", "bed 2", "mat"]


def test_where_a_place_is_drawn_none_is_proposed():
    drawn = Place(name="couch", kind="sofa", polygon=((0, 0.5), (1, 0.5), (1, 1), (0, 1)))
    watch = Watch(drawn)
    watch.stays()  # each of them beside the outline, as it were: the figures say nothing of a place
    assert not watch.proposed
    assert watch.rests.places == (drawn,)


def test_on_a_drawn_floor_one_is():
    watch = Watch(Place(name="all of it", kind="floor", polygon=((0, 0), (1, 0), (1, 1), (0, 1))))
    watch.stays()
    assert watch.proposed


# What a human says


def test_what_is_accepted_counts_like_a_drawn_place_and_can_be_taken_back(watch: Watch):
    watch.stays(shift=(-0.2, 0.0))
    assert watch.accept()
    (place,) = watch.rests.places
    assert (place.name, place.kind) == ("bed", "bed")
    (shown,) = watch.rests.shown(watch.moment.wall)
    assert shown.accepted
    assert shown.sentence == "Learned, and accepted by Ana."
    assert watch.accept()
    assert watch.decline()
    assert not watch.rests.places
    assert not watch.rests.shown(watch.moment.wall)


def test_a_human_knows_better_what_it_is(watch: Watch):
    watch.stays()
    assert watch.accept(kind="sofa")
    assert [(place.name, place.kind) for place in watch.rests.places] == [("sofa", "sofa")]


def test_what_is_declined_does_not_come_back_for_the_same_spot(watch: Watch):
    watch.stays()
    assert watch.decline()
    watch.stays(5)
    watch.stays(5, shift=(0.05, 0.05))
    assert len(watch.proposed) == 1
    assert not watch.decline()


def test_nobody_can_answer_for_what_is_not_proposed(watch: Watch):
    assert not watch.accept()
    watch.stays(1)
    assert not watch.accept()
    assert not watch.accept(number=7)


# What is never learned


@pytest.mark.parametrize("kind", [PersonDown, FallConfirmed])
def test_a_body_that_lies_until_an_alarm_is_never_learned(watch: Watch, kind: type[PersonDown]):
    for _ in range(9):
        watch.see(figure(Posture.LYING))
        watch.see(figure(Posture.LYING), events=(kind(time=watch.now, room=ROOM, track=1),))
        watch.stay()
    assert not watch.proposed
    assert not watch.rests.remember()["spots"]


def test_unless_a_human_calls_the_alarm_false(watch: Watch):
    for number in range(3):
        watch.rests.incident(fall(watch, f"i-{number}"), watch.moment)
        watch.stay()
        over = fall(watch, f"i-{number}", state=IncidentState.RESOLVED, outcome="false alarm")
        watch.proposed += watch.rests.incident(over, watch.moment)
    assert len(watch.proposed) == 1


def test_or_says_so_later(watch: Watch):
    for number in range(3):
        watch.rests.incident(fall(watch, f"i-{number}"), watch.moment)
        watch.stay()
        watch.rests.incident(fall(watch, f"i-{number}", state=IncidentState.RESOLVED, outcome="helped"), watch.moment)
        assert not watch.proposed
        watch.proposed += watch.rests.trust(f"i-{number}", watch.moment)
    assert len(watch.proposed) == 1


@pytest.mark.parametrize("changes", [{"drill": True}, {"state": IncidentState.SUSPECTED}, {"room": "bath"}])
def test_drills_suspicions_and_other_rooms_are_no_matter(watch: Watch, changes: dict[str, object]):
    watch.rests.incident(fall(watch, **changes), watch.moment)
    watch.stays()
    assert watch.proposed


def test_a_call_for_help_from_no_room_in_particular_is(watch: Watch):
    watch.rests.incident(fall(watch, room=""), watch.moment)
    watch.stays()
    assert not watch.proposed


# When the camera moves


def test_a_camera_that_moves_makes_proposals_worthless_and_keeps_what_was_said(watch: Watch):
    watch.stays(shift=(-0.2, 0.0))
    watch.accept()
    watch.stays(shift=(-0.2, -0.5))
    watch.stays(2, shift=(0.05, -0.6))
    watch.see(events=(CameraMoved(time=watch.now, room=ROOM),))
    assert [shown.accepted for shown in watch.rests.shown(watch.moment.wall)] == [True]
    before = len(watch.proposed)
    watch.stays(shift=(-0.2, -0.5))
    assert len(watch.proposed) == before
    watch.see(events=(CameraReturned(time=watch.now, room=ROOM), PersonLeft(time=watch.now, room=ROOM, track=1)))
    watch.stays(shift=(-0.2, -0.5))
    assert len(watch.proposed) == before + 1


def test_after_a_restart_a_place_of_a_camera_that_moved_is_asked_for_again(watch: Watch):
    watch.stays()
    watch.accept()
    watch.see(events=(CameraMoved(time=watch.now, room=ROOM),))
    again = watch.restarted()
    assert not again.rests.places
    (shown,) = again.rests.shown(again.moment.wall)
    assert shown.sentence.endswith("Ana accepted it before the camera was moved.")
    assert again.accept()
    assert again.rests.places


def test_in_another_view_what_was_accepted_counts_only_where_it_still_fits(watch: Watch):
    watch.stays()
    watch.accept()
    watch.see(events=(CameraMoved(time=watch.now, room=ROOM),))
    version = watch.rests.version
    watch.rests.accept_view((), fits=True)
    assert watch.rests.places
    assert watch.rests.version > version
    watch.rests.accept_view((), fits=False)
    assert not watch.rests.places
    assert not watch.restarted().rests.shown(watch.moment.wall)


# What is kept


def test_all_of_it_survives_a_restart(watch: Watch):
    watch.stays(shift=(-0.2, 0.0))
    watch.accept()
    watch.stays(shift=(-0.2, -0.5))
    watch.decline(2)
    watch.stays(shift=(0.05, -0.3))
    watch.stays(1, shift=(0.05, 0.3))
    again = watch.restarted()
    assert again.rests.places == watch.rests.places
    assert again.rests.shown(again.moment.wall) == watch.rests.shown(watch.moment.wall)
    assert again.rests.remember() == watch.rests.remember()
    again.stays(2, shift=(0.05, 0.3))
    again.stays(3, shift=(-0.2, -0.5))
    assert [proposed.number for proposed in again.proposed] == [4]


def test_the_version_changes_when_there_is_something_to_keep(watch: Watch):
    versions = {watch.rests.version}
    watch.stay()
    versions.add(watch.rests.version)
    watch.stays(2)
    versions.add(watch.rests.version)
    watch.accept()
    versions.add(watch.rests.version)
    assert len(versions) == 4


@pytest.mark.parametrize(
    "damage",
    [
        {"spots": [{}]},
        {"spots": None},
        {"next": "x"},
        {"spots": [{"last": "2025-06-01T08:00:00", "stays": [1]}]},
        {"spots": [{"last": "2025-06-01T08:00:00+00:00", "stays": []}]},
    ],
)
def test_what_is_damaged_is_refused(watch: Watch, damage: dict[str, object]):
    with pytest.raises((ValueError, KeyError, TypeError)):
        watch.rests.recall({**watch.rests.remember(), **damage})


def test_a_spot_where_nobody_rests_any_more_is_forgotten_and_a_word_is_not(watch: Watch):
    watch.stays()
    watch.accept()
    watch.stays(shift=(-0.2, -0.5))
    watch.now += FORGOTTEN.total_seconds()
    watch.stay(shift=(0.05, 0.4))
    assert [spot.status for spot in watch.rests._spots] == [Status.ACCEPTED, Status.GATHERED]


def test_only_so_many_spots_are_remembered_and_the_accepted_ones_always(watch: Watch):
    watch.stays()
    watch.accept()
    for number in range(MOST_SPOTS + 5):
        watch.rests._gather(lain((0.5, 3.0 + number)), watch.moment)
    assert len(watch.rests._spots) == MOST_SPOTS
    assert watch.rests.places
    for spot in watch.rests._spots:
        watch.rests._keep(replace(spot, status=Status.ACCEPTED, place=watch.rests.places[0]))
    watch.rests._gather(lain((0.5, 90.0)), watch.moment)
    assert [spot.status for spot in watch.rests._spots].count(Status.ACCEPTED) == MOST_SPOTS
    watch.rests._gather(lain((0.5, 120.0)), watch.moment)
    assert len(watch.rests._spots) == MOST_SPOTS


def test_of_each_spot_only_the_latest_stays_are_kept(watch: Watch):
    for _ in range(20):
        watch.rests._gather(lain((0.5, 0.5)), watch.moment)
        watch.rests._gather(lain((0.5, 0.5), lying=0.0, seated=600.0), watch.moment)
    (spot,) = watch.rests._spots
    assert spot.times == 40
    assert len(spot.stays) == 2 * KEPT_STAYS


@pytest.mark.parametrize(("days", "told"), [(0, "today"), (1, "yesterday"), (4, "4 days ago")])
def test_when_somebody_last_rested_there_is_told_by_the_day(watch: Watch, days: int, told: str):
    watch.stays()
    (shown,) = watch.rests.shown(watch.moment.wall + timedelta(days=days))
    assert shown.sentence.endswith(f"last {told}.")


# The outline


def test_an_outline_leaves_out_what_is_astray_and_has_few_corners():
    around = [(0.55 + 0.1 * sin(number), 0.6 + 0.2 * cos(number)) for number in range(60)]
    stays = [lain((0.5, 0.6), points=tuple(around)), lain((0.5, 0.6), points=((0.9, 1.3),))]
    corners = outline(stays)
    assert 3 <= len(corners) <= MOST_CORNERS
    assert contains(corners, (0.55, 0.6))
    assert not contains(corners, (0.9, 1.3))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1.3)), min_size=1, max_size=9), st.floats(0.05, 1.0))
def test_the_middle_of_every_stay_is_inside_its_outline(points: list[Point], stature: float):
    corners = outline([lain(points[0], stature, points=(points[0],) * 3 + tuple(points))])
    assert 3 <= len(corners) <= MOST_CORNERS
    height = max(y for y, _ in corners) - min(y for y, _ in corners)
    assert height >= AROUND * stature


# Nothing comes of it


BODIES = st.lists(
    st.tuples(st.sampled_from(["stand", "lie", "fall", "away"]), st.integers(3, 40)), min_size=1, max_size=6
)


@settings(max_examples=25, deadline=None)
@given(BODIES)
def test_a_proposal_alone_never_changes_an_event_of_the_pipeline(doings: list[tuple[str, int]]):
    room = Room(name=ROOM, camera=Camera(source="csi"))
    alone, beside = (Pipeline(room, Settings(rooms=(room,)), 0.0) for _ in range(2))
    learner = Watch()
    learner.stays()
    assert learner.proposed
    beside.furnish(learner.rests.places)
    now, told = learner.now, []
    for doing, seconds in doings:
        pose = {"stand": standing(), "lie": tilted(90.0), "fall": tilted(90.0), "away": None}[doing]
        for _ in range(seconds * 2):
            now += 0.5
            moment = Moment(now, START + timedelta(seconds=now))
            observation = seen(now, *([] if pose is None else [pose]))
            expected, found = alone.update(observation, moment), beside.update(observation, moment)
            learner.rests.update(beside.figures, found, moment, ASPECT)
            beside.furnish(learner.rests.places)
            assert found == expected
            told += found
    assert not learner.rests.places


def test_an_accepted_place_does():
    room = Room(name=ROOM, camera=Camera(source="csi"))
    learner = Watch()
    learner.stays()
    learner.accept(kind="bed")

    def told(*places: Place) -> list[Event]:
        pipeline = Pipeline(room, Settings(rooms=(room,)), 0.0)
        pipeline.furnish(places)
        events: list[Event] = []
        for step in range(200):
            now = step * 0.5
            pose = standing() if step < 10 else tilted(90.0)
            events += pipeline.update(seen(now, pose), Moment(now, START))
        return [event for event in events if isinstance(event, PersonDown | FallConfirmed)]

    assert told()
    assert not told(*learner.rests.places)


# What is drawn meanwhile


def test_where_a_place_is_drawn_nothing_is_proposed_any_more(watch: Watch):
    watch.stays(3)
    (proposed,) = watch.rests.shown(watch.moment.wall)
    version = watch.rests.version
    around = proposed.place.model_copy(update={"name": "the bed", "kind": "floor"})
    watch.rests.furnish((around,))
    assert watch.rests.version == version
    assert watch.rests.shown(watch.moment.wall) == (proposed,)
    watch.rests.furnish((around.model_copy(update={"kind": "bed"}),))
    assert watch.rests.shown(watch.moment.wall) == ()
    assert watch.rests.version == version + 1
    watch.stays(4)
    assert watch.rests.shown(watch.moment.wall) == ()


def test_an_accepted_place_stays_learned_until_one_is_drawn_in_its_stead(watch: Watch):
    watch.stays(3)
    watch.accept(kind="bed")
    (bed,) = watch.rests.places
    assert watch.rests.accepted == {"bed"}
    other = bed.model_copy(update={"name": "sofa"})
    watch.rests.furnish((other,))
    assert watch.rests.places == (other, bed)
    watch.rests.furnish((other,), ("bed",))
    assert watch.rests.places == (other,)
    assert watch.rests.accepted == frozenset()


def test_of_a_spot_that_is_only_gathered_nothing_is_forgotten_by_drawing(watch: Watch):
    watch.stays(2)
    watch.rests.furnish(())
    watch.stays(1)
    assert watch.proposed
