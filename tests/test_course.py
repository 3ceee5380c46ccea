import json
from dataclasses import asdict, replace

import pytest
from bodies import standing, tilted
from watched import Watched

from guardian.course import Course, Phase, Seat
from guardian.descent import Descent
from guardian.falls import FallDetector
from guardian.posture import Figure, Posture
from guardian.settings import Falls, Place

RUG = Place(name="rug", kind="floor", polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


def fallen(*places: Place, seconds: float = 2.0) -> Watched:
    return Watched(*places).show(2, standing()).fall().show(seconds, tilted(90))


def remembered(watched: Watched) -> list[dict[str, object]]:
    """As the store keeps it."""
    return json.loads(json.dumps(watched.pipeline._falls.remember(watched.now)))  # type: ignore[no-any-return]


@pytest.mark.parametrize("places", [(), (RUG,)])
def test_an_open_course_is_the_same_after_a_restart_but_for_the_clock(places: tuple[Place, ...]):
    watched = fallen(*places)
    (body,) = remembered(watched)
    (course,) = watched.pipeline._falls._courses.values()
    assert course.descent is not None
    again = Course.decode(body, 1000.0)
    assert again.since == pytest.approx(1000.0 - (watched.now - course.since))
    assert (again.phase, again.descent, again.evidence) == (Phase.SUSPECTED, course.descent, course.evidence)
    assert (again.level, again.floor) == (course.level, course.floor)
    assert again.figure.place == course.figure.place
    assert again.figure.raised == course.figure.raised
    body.update(ago=pytest.approx(body["ago"]), floor=again.floor, descent=asdict(course.descent))
    assert again.encode(1000.0) == body


def sat(hips: float, posture: Posture = Posture.SEATED) -> Figure:
    """A body of stature 0.6 with its hips so far down in the picture."""
    (figure,) = Watched().show(1, standing()).pipeline.figures
    return replace(figure, posture=posture, stature=0.6, hips=(hips, 0.7))


@pytest.mark.parametrize(
    ("seen", "lies", "back"),
    [
        ([(0.7, Posture.SEATED, 3.0)], 0.75, True),
        ([(0.7, Posture.SEATED, 3.0)], 0.85, False),
        ([(0.7, Posture.SEATED, 1.0)], 0.75, False),
        ([(0.7, Posture.SEATED, 3.0), (0.85, Posture.SEATED, 3.0)], 0.85, False),
        ([(0.7, Posture.SEATED, 3.0), (0.6, Posture.UPRIGHT, 0.2)], 0.75, True),
        ([(0.7, Posture.SEATED, 3.0), (0.6, Posture.UPRIGHT, 2.0)], 0.75, False),
        ([(0.7, Posture.SEATED, 3.0), (0.6, Posture.UPRIGHT, 2.0), (0.85, Posture.SEATED, 3.0)], 0.85, True),
        ([(0.7, Posture.SEATED, 3.0), (0.8, Posture.BENT, 2.0)], 0.75, True),
    ],
)
def test_who_sat_lies_back_and_who_slides_off_comes_down(
    seen: list[tuple[float, Posture, float]], lies: float, *, back: bool
):
    seat = Seat()
    for hips, posture, seconds in seen:
        for _ in range(round(10 * seconds)):
            seat.see(sat(hips, posture), 0.1)
    assert seat.is_left_by_lying_back(sat(lies, Posture.LYING)) is back


@pytest.mark.parametrize(
    ("descent", "fell"),
    [
        (None, False),
        (Descent(0.6, 0.3, 1.0, 0.4, 0.1), False),
        (Descent(0.3, 0.1, 0.7, 0.9, 0.1), True),
        (Descent(0.3, 0.1, 0.7, 0.9, 0.1, stood=0.2), False),
        (Descent(0.3, 0.3, 0.7, 0.9, 0.1, stood=0.2), True),
        (Descent(0.5, 0.1, 0.7, 0.9, 0.1, stood=0.2), True),
    ],
)
def test_who_lies_back_from_sitting_did_not_fall_fast(descent: Descent | None, *, fell: bool):
    course = Course(sat(0.7), 0.0)
    course.begin(Phase.SUSPECTED, 0.0, descent)
    assert course.fell_fast is fell


def test_nothing_is_remembered_of_whom_nothing_is_suspected():
    assert remembered(Watched().show(2, standing())) == []


def test_a_fall_before_a_power_cut_is_confirmed_after_it_and_becomes_a_long_lie():
    before = fallen(seconds=0.5)
    after = Watched()
    after.pipeline._falls.recall(remembered(before), 0.0)
    assert after.show(10).names() == ["FallConfirmed"]
    assert after.show(60).names() == ["FallConfirmed", "LongLie"]


def test_who_is_seen_up_after_the_power_cut_has_recovered():
    after = Watched()
    after.pipeline._falls.recall(remembered(fallen(seconds=6)), 0.0)
    assert after.show(4, standing()).names() == ["PersonRecovered"]


@pytest.mark.parametrize(("seconds", "ago"), [(0.5, 30.0), (6.0, 3 * 3600.0)])
def test_what_is_long_past_is_not_gone_on_with(seconds: float, ago: float):
    (body,) = remembered(fallen(seconds=seconds))
    detector = FallDetector("kitchen", Falls())
    detector.recall([{**body, "ago": ago}], 0.0)
    assert detector.remember(0.0) == ()


@pytest.mark.parametrize(
    "damage", [{"keypoints": [[1, 2, 3]]}, {"phase": "flying"}, {"evidence": {"wings": 1}}, {"ago": None}]
)
def test_a_damaged_course_is_refused(damage: dict[str, object]):
    (body,) = remembered(fallen())
    with pytest.raises((ValueError, KeyError, TypeError)):
        Course.decode({**body, **damage}, 0.0)


@pytest.mark.parametrize(("stands", "lies"), [(1.0, True), (2.0, False)])
def test_who_stands_for_a_while_no_longer_lies_however_long_the_rest_was(stands: float, lies: bool):  # noqa: FBT001 - a table
    (figure,) = Watched().show(1, standing()).pipeline.figures
    course, now = Course(figure, 0.0), 0.0
    for posture, seconds in ((Posture.LYING, 600.0), (Posture.UPRIGHT, stands)):
        for _ in range(round(seconds * 5)):
            now += 0.2
            course.see(replace(figure, posture=posture), now)
    assert (course.lying > 0) is lies
