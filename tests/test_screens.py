"""What moves on a television or in a mirror is no person; whoever falls before one is."""

from dataclasses import replace

import numpy as np
import pytest
from bodies import standing, tilted
from hypothesis import given
from hypothesis import strategies as st
from watched import EVERYWHERE, Watched

from guardian.screens import AWAITED_SECONDS, LIMB, OUTSIDE_SECONDS, Screens, reaching_out
from guardian.settings import Place
from guardian.skeleton import Pose
from guardian.tracking import Track, TrackState, torso_middle

ASPECT = 4 / 3
TELEVISION = Place(name="the television", kind="screen", polygon=((0.4, 0.2), (0.7, 0.2), (0.7, 0.5), (0.4, 0.5)))
MIRROR = Place(name="the mirror", kind="screen", polygon=((0.3, 0.1), (0.8, 0.1), (0.8, 0.95), (0.3, 0.95)))
BED = Place(name="bed", kind="bed", polygon=EVERYWHERE)
ACTOR = standing((0.45, 0.7), 0.2)
CLOSE_UP = standing((0.9, 0.7), 0.68)
OUTLINE = [[(y, x * ASPECT) for x, y in TELEVISION.polygon]]


def acted(watched: Watched, seconds: float = 60) -> Watched:
    """On television somebody walks, falls and lies, twice."""
    for _ in range(2):
        watched.show(3, ACTOR).show(2, standing((0.45, 0.8), 0.2))
        for part in np.linspace(0, 90, 8):
            watched.show(0.1, tilted(part, (0.45, 0.65), 0.2))
        watched.show(seconds, tilted(90, (0.45, 0.65), 0.2))
    return watched


def seen(track: int, pose: Pose, now: float, born: float = 0.0, *, hit: bool = True) -> Track:
    state = TrackState.CONFIRMED if hit else TrackState.LOST
    return Track(track, pose, state, born=born, seen=now if hit else born, hit=hit, origin=torso_middle(pose))


def told(screens: Screens, tracks: list[Track], now: float, *, moved: bool = False) -> list[int]:
    return [track.id for track in screens.update(tracks, now, ASPECT, moved=moved)]


def test_who_falls_on_television_is_nobody_where_it_is_drawn():
    assert not {"FallConfirmed", "PersonDown"}.isdisjoint(acted(Watched()).names())
    watched = acted(Watched(TELEVISION))
    assert watched.events == []
    assert watched.pipeline.figures == ()


def test_a_bed_is_no_screen():
    assert Watched(BED).show(3, ACTOR).pipeline.figures != ()


def test_who_stands_before_the_television_is_a_person_and_not_in_it():
    watched = Watched(TELEVISION).show(3, CLOSE_UP)
    (figure,) = watched.pipeline.figures
    assert figure.place is None
    assert [type(event).__name__ for event in watched.events] == ["PersonAppeared"]


def test_whoever_walked_in_and_falls_within_the_outline_is_not_silenced():
    for places in ((), (MIRROR,)):
        watched = Watched(*places)
        for x in np.linspace(0.1, 0.6, 30):
            watched.show(0.1, standing((0.85, float(x)), 0.5))
        for part in np.linspace(0, 1, 8) ** 2:
            watched.show(0.1, tilted(90 * part, (0.85, 0.6), 0.4))
        watched.show(20, tilted(90, (0.85, 0.6), 0.4))
        assert watched.names() == ["FallSuspected", "FallConfirmed"]


def fallen_and_found_again(*places: Place, gap: float) -> Watched:
    """Somebody walks in, falls before the mirror, is out of sight for a while and then seen lying again."""
    watched = Watched(*places)
    for x in np.linspace(0.1, 0.6, 30):
        watched.show(0.1, standing((0.85, float(x)), 0.5))
    for part in np.linspace(0, 1, 8) ** 2:
        watched.show(0.1, tilted(90 * part, (0.85, 0.6), 0.4))
    return watched.show(0.3, tilted(90, (0.85, 0.6), 0.4)).show(gap).show(90, tilted(90, (0.85, 0.6), 0.4))


@pytest.mark.parametrize("gap", [0.5, 5.0, 30.0, 120.0])
def test_whoever_fell_before_a_mirror_and_is_found_again_there_is_told_of(gap: float):
    watched = fallen_and_found_again(MIRROR, gap=gap)
    assert watched.names() == fallen_and_found_again(gap=gap).names()
    assert "LongLie" in watched.names()
    assert len(watched.pipeline.figures) == 1


def test_a_moved_camera_has_no_screens():
    watched = Watched(TELEVISION).show(40, displaced=0.9).show(3, ACTOR, displaced=0.9)
    assert len(watched.pipeline.figures) == 1


def test_who_was_seen_while_the_camera_was_moved_stays_a_person():
    screens = Screens([TELEVISION])
    assert told(screens, [seen(1, ACTOR, 1.0)], 1.0, moved=True) == [1]
    assert told(screens, [seen(1, ACTOR, 1.1)], 1.1) == [1]


def test_an_open_fall_that_a_restart_remembers_makes_everybody_count():
    before = Watched().show(3, standing()).fall().show(6, tilted(90))
    kept = before.pipeline.remember(before.now)
    assert kept
    for remembered, count in ((kept, 1), ((), 0)):
        after = Watched(MIRROR)
        after.pipeline.recall(remembered, after.now)
        after.show(5, tilted(90, (0.85, 0.6), 0.4))
        assert len(after.pipeline.figures) == count


def test_a_limb_has_to_reach_out_for_a_while():
    screens, tall = Screens([TELEVISION]), standing((0.75, 0.7), 0.5)
    assert (reaching_out(tall, OUTLINE) or 0) >= LIMB
    for step in range(8):
        now = step / 10
        assert told(screens, [seen(1, tall, now)], now) == ([1] if now >= OUTSIDE_SECONDS else [])
    assert told(screens, [seen(1, ACTOR, 1.0)], 1.0) == [1]


def test_what_strays_again_and_again_reaches_out_never():
    screens, tall = Screens([TELEVISION]), standing((0.75, 0.7), 0.5)
    for step in range(200):
        now = step / 10
        assert told(screens, [seen(1, (tall, ACTOR, ACTOR)[step % 3], now)], now) == []


def test_a_body_that_is_not_seen_proves_nothing():
    screens, tall = Screens([TELEVISION]), standing((0.75, 0.7), 0.5)
    for step in range(8):
        assert told(screens, [seen(1, tall, step / 10, hit=False)], step / 10) == []
    faint = standing((0.9, 0.2), score=0.1)
    assert reaching_out(faint, OUTLINE) == 0


def test_who_is_nowhere_near_is_a_person_at_once():
    assert told(Screens([TELEVISION]), [seen(1, standing((0.9, 0.2), 0.3), 0.0)], 0.0) == [1]


def lost_before_it(pose: Pose) -> Screens:
    """Somebody stood before the television, and was last seen so, at 1 s."""
    screens = Screens([TELEVISION])
    for step in range(11):
        told(screens, [seen(1, CLOSE_UP, step / 10)], step / 10)
    told(screens, [seen(1, pose, 1.0)], 1.0)
    lost = replace(seen(1, pose, 1.0), state=TrackState.LOST, hit=False)
    assert told(screens, [lost], 2.0) == [1]
    return screens


def test_what_appears_on_the_screen_after_that_counts_until_the_person_may_have_gone_on():
    screens = lost_before_it(CLOSE_UP)
    actor = seen(2, ACTOR, 3.0, born=3.0)
    assert told(screens, [actor], 3.0) == [2]
    aside = seen(3, standing((0.9, 0.3), 0.6), 4.0, born=4.0)
    assert told(screens, [replace(actor, seen=4.0), aside], 4.0) == [3]


def test_what_appears_on_the_screen_after_that_counts_until_the_person_is_found_again():
    screens = lost_before_it(CLOSE_UP)
    actor = seen(2, ACTOR, 3.0, born=3.0)
    lost = replace(seen(1, CLOSE_UP, 1.0), state=TrackState.LOST, hit=False)
    assert told(screens, [lost, actor], 3.0) == [1, 2]
    assert told(screens, [seen(1, CLOSE_UP, 4.0), replace(actor, seen=4.0)], 4.0) == [1]


def test_whoever_was_lost_lying_has_not_gone_on():
    screens = lost_before_it(tilted(90, (0.45, 0.6), 0.4))
    aside = seen(3, standing((0.9, 0.3), 0.6), 4.0, born=4.0)
    assert told(screens, [seen(2, ACTOR, 4.0, born=3.0), aside], 4.0) == [2, 3]
    late = AWAITED_SECONDS + 2
    assert told(screens, [seen(2, ACTOR, late, born=3.0)], late) == []


def test_who_was_lost_elsewhere_is_not_expected_on_the_screen():
    screens = Screens([TELEVISION])
    told(screens, [seen(1, standing((0.9, 0.2), 0.3), 0.0)], 0.0)
    assert told(screens, [], 1.0) == []
    assert told(screens, [seen(2, ACTOR, 2.0, born=2.0)], 2.0) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1.33), st.floats(0, 90), st.floats(0.1, 0.8)), max_size=30))
def test_without_a_screen_nothing_is_dropped_and_with_one_nothing_is_added(ways: list[tuple[float, ...]]):
    without, screens = Screens([BED]), Screens([TELEVISION, BED])
    for step, (y, x, degrees, stature) in enumerate(ways):
        tracks = [seen(1, tilted(degrees, (y, x), stature), step / 10), seen(2, CLOSE_UP, step / 10)]
        assert list(without.update(tracks, step / 10, ASPECT)) == tracks
        kept = screens.update(tracks, step / 10, ASPECT)
        assert [track for track in tracks if track in kept] == list(kept)


def test_a_screen_that_no_longer_counts_silences_nobody():
    screens = Screens([TELEVISION])
    assert told(screens, [seen(1, ACTOR, 0.0)], 0.0) == []
    screens.furnish([BED])
    assert told(screens, [seen(1, ACTOR, 0.1)], 0.1) == [1]
    screens.furnish([BED, TELEVISION])
    assert told(screens, [seen(2, ACTOR, 0.2, born=0.2)], 0.2) == []


def test_whoever_counts_when_a_screen_is_drawn_goes_on_counting():
    screens = Screens()
    assert told(screens, [seen(1, ACTOR, 0.0)], 0.0) == [1]
    screens.furnish([TELEVISION])
    tracks = [seen(1, ACTOR, 0.1), seen(2, ACTOR, 0.1, born=0.1)]
    assert told(screens, tracks, 0.1) == [1]
    assert told(screens, [seen(1, ACTOR, 9.0), seen(3, ACTOR, 9.0, born=9.0)], 9.0) == [1]


def test_an_open_fall_goes_on_where_a_screen_is_drawn_around_it():
    watched = Watched()
    watched.show(3, standing((0.85, 0.6), 0.5))
    for part in np.linspace(0, 1, 8) ** 2:
        watched.show(0.1, tilted(90 * part, (0.85, 0.6), 0.4))
    watched.show(5, tilted(90, (0.85, 0.6), 0.4))
    (before,) = watched.pipeline.figures
    falls = watched.pipeline.open_falls
    assert falls != ()
    watched.pipeline.furnish((MIRROR,))
    watched.show(70, tilted(90, (0.85, 0.6), 0.4))
    (after,) = watched.pipeline.figures
    assert after.person.track.id == before.person.track.id
    assert [track for track, *_ in watched.pipeline.open_falls] == [track for track, *_ in falls]
    assert watched.names() == ["FallSuspected", "FallConfirmed", "LongLie"]


def test_who_was_lost_before_a_screen_is_waited_for_though_another_is_drawn():
    screens = Screens([MIRROR])
    lying = tilted(90, (0.6, 0.7), 0.3)
    told(screens, [seen(1, standing((0.85, 0.2), 0.5), 1.0)], 1.0)
    assert told(screens, [seen(1, lying, 2.0)], 2.0) == [1]
    told(screens, [], 3.0)
    screens.furnish([TELEVISION, MIRROR])
    assert told(screens, [seen(2, tilted(90, (0.6, 0.6), 0.3), 4.0, born=4.0)], 4.0) == [2]
