import logging
import queue
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.events import HelpCalled
from guardian.eye.watch import Cut, Seen
from guardian.inbox import STALE_SECONDS, Inbox
from guardian.skeleton import Observation


@dataclass
class Hands:
    """A clock that is moved by hand."""

    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Core:
    """An inbox with its clock."""

    clock: Hands = field(default_factory=Hands)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.clock)

    def see(self, room: str = "kitchen", *, ago: float = 0.0) -> Seen:
        seen = Seen(room, Observation(time=self.clock.now - ago))
        self.inbox.put(seen)
        return seen

    def all(self) -> list[object]:
        """All that it gets, to the last."""
        got: list[object] = []
        try:
            while True:
                got.append(self.inbox.get(0.0))
        except queue.Empty:
            return got


def test_a_core_that_keeps_up_gets_every_frame():
    core = Core()
    seen = []
    for _ in range(20):
        core.clock.now += 0.1
        seen.append(core.see())
    assert core.all() == seen


def test_a_core_that_has_fallen_behind_gets_the_newest_frame_of_each_room_and_all_else_in_order(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO)
    core = Core()
    asked, cut = HelpCalled(time=1_000.0, room="", by="Rosa", via="web"), Cut("bath", "the cable")
    for _ in range(100):
        core.see()
    bath = core.see("bath")
    core.inbox.put(asked)
    core.clock.now += 0.1
    newest = core.see()
    core.inbox.put(cut)
    core.clock.now += 60.0
    assert core.inbox.qsize() == 104
    assert core.all() == [bath, asked, newest, cut]
    assert caplog.text.count("core_behind") == 1
    assert "core_caught_up" not in caplog.text
    fresh = core.see()
    assert core.all() == [fresh]
    assert caplog.text.count("core_caught_up") == 1


def test_the_end_comes_through():
    core = Core()
    core.inbox.put(None)
    assert core.inbox.get(0.0) is None
    with pytest.raises(queue.Empty):
        core.inbox.get(0.0)


@given(
    st.lists(
        st.tuples(st.sampled_from(["kitchen", "bath", ""]), st.floats(0.01, 3.0), st.booleans()),
        max_size=60,
    )
)
def test_however_slow_the_core_is_no_message_is_lost_and_no_room_is_without_its_newest_frame(
    steps: list[tuple[str, float, bool]],
):
    core, put, got = Core(), list[object](), list[object]()
    for room, seconds, works in steps:
        core.clock.now += seconds
        if room:
            put.append(core.see(room))
        else:
            event = HelpCalled(time=core.clock.now, room="", by="Rosa", via="web")
            core.inbox.put(event)
            put.append(event)
        if works:
            try:
                got.append(core.inbox.get(0.0))
            except queue.Empty:
                pytest.fail("something was there")
    got += core.all()
    places = [next(place for place, each in enumerate(put) if each is one) for one in got]
    assert places == sorted(places)
    assert [each for each in put if not isinstance(each, Seen)] == [each for each in got if not isinstance(each, Seen)]
    for room in ("kitchen", "bath"):
        frames = [each for each in put if isinstance(each, Seen) and each.room == room]
        assert not frames or any(each is frames[-1] for each in got)


def test_what_is_passed_over_is_older_than_what_a_room_may_be_unseen():
    assert STALE_SECONDS < 5.0
