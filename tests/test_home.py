import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from bodies import standing
from boxes import SETTINGS, Box, Log

from guardian import recording
from guardian.brain import Brain
from guardian.commands import JudgeScene, KeepScene, Verdict
from guardian.events import Cancelled, HelpCalled, HumanEvent, PlaceAccepted
from guardian.eye.watch import Seen
from guardian.home import Home, scenes_of
from guardian.io.fakes import FakeClock
from guardian.io.journal import Journal
from guardian.learned import PLACES, ROLL
from guardian.outputs import Outputs
from guardian.recollection import pack
from guardian.settings import Place
from guardian.skeleton import Observation

SECONDS = 20.0


class Rig:
    """A brain with a true journal, and the home that the page sees."""

    def __init__(self, path: Path) -> None:
        self.clock, self.submitted = FakeClock(), list[HumanEvent]()
        self.journal = Journal(path / "guardian.db", lambda _: None)
        self.journal.open(self.clock.moment())
        log = Log()
        outputs = Outputs(panel=log, journal=self.journal, publish=log.publish, tell=log.tell)  # type: ignore[arg-type]
        self.settings = SETTINGS.model_copy(update={"state_directory": path})
        self.brain = Brain(SETTINGS, outputs, lambda: "i-0", self.clock.moment())
        self.brain.begin((), (), self.clock.moment())
        self.home = Home(self.settings, self.brain, self.journal, self.clock, self.submitted.append)

    def watch(self, seconds: float) -> None:
        for _ in range(round(seconds * 5)):
            now = self.clock.advance(0.2)
            observation = Observation(time=now, poses=(standing(),))
            self.brain.take(Seen("kitchen", observation), self.clock.moment())
            self.brain.tick(self.clock.moment())

    def call(self) -> None:
        event = HelpCalled(time=self.clock.monotonic(), by="Rosa", via="web", room="kitchen")
        self.brain.take(event, self.clock.moment())

    def settle(self) -> None:
        """Wait until all is written."""
        give_up = time.monotonic() + SECONDS
        assert self.journal.wait(SECONDS, self.clock.moment())
        while not self.journal.scenes():
            assert time.monotonic() < give_up


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.journal.close()


def test_the_page_sees_what_the_brain_last_showed(rig: Rig):
    assert rig.home.snapshot() is rig.brain.shown
    rig.watch(1.0)
    assert rig.home.snapshot() is rig.brain.shown


def test_what_a_human_does_on_the_page_reaches_the_core(rig: Rig):
    event = Cancelled(time=1.0, by="Anna", via="web")
    rig.home.submit(event)
    assert rig.submitted == [event]


def test_the_past_has_wall_times_and_can_be_replayed(rig: Rig):
    rig.watch(5.0)
    opened = rig.clock.moment().wall
    rig.call()
    rig.settle()
    rig.clock.advance(60.0)
    (found,) = rig.home.incidents(10)
    assert (found.opened, found.closed, found.replayable) == (opened, None, True)


def test_the_past_says_what_a_human_made_of_it(rig: Rig, tmp_path: Path):
    scenes = scenes_of(rig.settings)
    assert scenes.path == tmp_path / "scenes"
    rig.watch(5.0)
    rig.call()
    rig.settle()
    assert [each.judged for each in rig.home.incidents(10)] == [None]
    now = rig.clock.moment().wall
    frame = pack(Observation(time=1.0, poses=(standing(),)))
    scenes.keep(KeepScene("i-0", "kitchen", "FallConfirmed", now, 0.0, 2.0, (frame,)))
    assert [each.judged for each in rig.home.incidents(10)] == [""]
    scenes.judge(JudgeScene("i-0", Verdict(fall=False, by="Ana", via="web", said=now)))
    assert [each.judged for each in rig.home.incidents(10)] == ["false alarm"]


def test_an_accepted_place_is_on_the_disk_and_counts_in_the_next_process(rig: Rig, tmp_path: Path):
    bed = {"name": "bed", "kind": "bed", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    stay = {"length": 600.0, "lying": 600.0, "seated": 0.0, "stature": 0.5, "height": 0.3}
    spot = {"number": 1, "times": 3, "occasions": 3, "lying": 1800.0, "seated": 0.0, "status": "proposed", "by": ""}
    spot |= {"stays": [{**stay, "hips": [0.5, 0.5], "points": [[0.5, 0.5]]}], "place": bed}
    body = json.dumps({"next": 2, "moved": False, "spots": [{**spot, "last": "2025-06-01T12:00:00+00:00"}]})
    rig.brain.begin((), (), rig.clock.moment(), learned={PLACES: {"kitchen": body}})
    event = PlaceAccepted(time=rig.clock.monotonic(), room="kitchen", by="Ana", via="web", number=1)
    rig.brain.take(event, rig.clock.moment())
    rig.journal.close()
    again, log = Journal(tmp_path / "guardian.db", lambda _: None), Log()
    again.open(rig.clock.moment())
    outputs = Outputs(panel=log, journal=again, publish=log.publish, tell=log.tell)  # type: ignore[arg-type]
    brain = Brain(SETTINGS, outputs, lambda: "i-0", rig.clock.moment())
    brain.begin((), (), rig.clock.moment(), learned={PLACES: again.learned(PLACES)})
    again.close()
    assert [place.name for place in brain.shown.rooms[0].places] == ["bed"]
    (learned,) = brain.shown.rooms[0].learned
    assert learned.sentence == "Learned, and accepted by Ana."


def test_a_scene_is_replayed_with_the_places_that_count_now(rig: Rig):
    rig.watch(5.0)
    rig.call()
    rig.settle()
    bed = Place(name="bed", kind="bed", polygon=((0, 0), (1, 0), (1, 1), (0, 1)))
    rooms = tuple(replace(room, places=(bed,)) for room in rig.brain.shown.rooms)
    rig.brain.shown = replace(rig.brain.shown, rooms=rooms)
    scene = rig.home.scene("i-0")
    assert scene is not None
    assert scene.places == (bed,)
    assert {person.place for frame in scene.frames[10:] for person in frame.persons} == {"bed"}


def test_a_scene_is_replayed_with_the_postures_of_then(rig: Rig):
    rig.watch(5.0)
    rig.call()
    rig.settle()
    scene = rig.home.scene("i-0")
    assert scene is not None
    assert scene.room == "kitchen"
    assert scene.frames[0].offset == pytest.approx(-4.8)
    assert scene.frames[-1].offset == pytest.approx(0.0)
    assert {person.posture for frame in scene.frames[10:] for person in frame.persons} == {"upright"}


def test_where_nothing_was_kept_there_is_no_scene(rig: Rig):
    assert rig.home.scene("i-0") is None
    rig.journal.save_scene("orphan", ["not a scene"], rig.clock.moment())
    rig.settle()
    with pytest.raises(Exception, match="no skeleton scene"):
        rig.home.scene("orphan")


def test_the_box_in_the_test_is_as_the_real_one():
    assert Box().brain.shown.household == SETTINGS.household.name


def test_a_scene_is_replayed_turned_as_it_was_seen(rig: Rig):
    rig.brain.begin((), (), rig.clock.moment(), learned={ROLL: {"kitchen": '{"degrees": 20.0, "confidence": 0.9}'}})
    rig.watch(5.0)
    rig.call()
    rig.settle()
    lines = rig.journal.scene("i-0")
    assert recording.roll_of(lines[0]) == 20.0
    rig.brain.begin((), (), rig.clock.moment())
    assert rig.home._furnished("kitchen", recording.roll_of(lines[0])).camera.roll == 20.0
    assert rig.home._furnished("kitchen", None).camera.roll is None
    assert rig.home.scene("i-0") is not None
