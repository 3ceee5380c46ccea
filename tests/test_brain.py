import json
from dataclasses import replace

import pytest
from bodies import seen, standing, tilted
from boxes import KITCHEN, SETTINGS, Box
from stand_ins import Low

from guardian import recording
from guardian.commands import ForgetScenes, Glimpse, KeepScene, Lamp, Publish, Sound
from guardian.events import (
    Acknowledged,
    ContactNotTold,
    ContactTold,
    FallDrillAsked,
    FaultCleared,
    FaultOccurred,
    HelpCalled,
    Judged,
    MissReported,
    PlaceAccepted,
    PlaceDeclined,
    PlaceDrawn,
    Resolved,
    ScenesChanged,
    ScenesForgotten,
    Snoozed,
    ViewAccepted,
)
from guardian.eye.watch import Cut, Greeted, Seen
from guardian.eye.wire import Confinement, Hello
from guardian.incident import Incident, IncidentState
from guardian.learned import (
    ANEW,
    COUNTS,
    DRAWN,
    FITS,
    FORGOTTEN,
    NO_PLACE,
    NOT_MOVED,
    OPTICS,
    OPTICS_SECONDS,
    PLACES,
    ROLL,
    VIEW,
)
from guardian.pipeline import Pipeline
from guardian.readings import Heard
from guardian.sense import Sense
from guardian.settings import Feedback, Place, Privacy
from guardian.vitals import Vitals
from guardian.web.household import Coverage

CONFINED = Hello(640, 480, Confinement(landlock=7, seccomp=True, no_new_privs=True, undumpable=True))


def retained(box: Box) -> dict[str, str]:
    """What a broker would hold now, by topic below the box's own."""
    topics: dict[str, str] = {}
    for message in box.log.all("publish"):
        assert isinstance(message, Publish)
        if message.retain:
            topics[message.topic.removeprefix("guardian/home/")] = message.payload
    return {topic: payload for topic, payload in topics.items() if payload}


def call(box: Box, **fields: object) -> None:
    moment = box.at(box.now)
    box.brain.take(HelpCalled(**{"time": moment.monotonic, "by": "Rosa", "via": "web", **fields}), moment)


def test_a_fall_becomes_an_alarm_that_a_human_takes_and_closes():
    box = Box()
    box.fall()
    assert box.state is IncidentState.PENDING
    assert box.panel == (Lamp.SLOW_BLINK, Sound.PIPS)
    box.watch(30.0, tilted(90.0))
    assert box.state is IncidentState.RAISED
    assert box.panel == (Lamp.FAST_BLINK, Sound.SIREN)
    assert retained(box)["alarm"] == "raised"
    moment = box.at(box.now)
    box.brain.take(Acknowledged(time=moment.monotonic, by="Anna", via="mqtt"), moment)
    assert box.panel[1] is Sound.SILENT
    assert retained(box)["alarm"] == "acknowledged"
    box.brain.take(Resolved(time=moment.monotonic, by="Anna", via="mqtt"), moment)
    assert retained(box)["alarm"] == "idle"
    assert not [topic for topic in retained(box) if topic.startswith("incident/")]


def test_the_network_that_a_box_is_given_is_heard():
    states = []
    for network in (None, Low(sure=5.0)):
        box = Box(network=network)
        box.watch(3.0, standing())
        for tenth in range(120):
            box.watch(0.1, tilted(90 * (tenth / 120) ** 2))
        box.watch(8.0, tilted(90.0))
        states.append(box.state)
    assert states == [None, IncidentState.PENDING]


def test_the_box_shows_it_first_and_others_are_told_when_it_is_on_the_disk():
    box = Box()
    del box.log.entries[:]
    call(box)
    order = [name for name, _ in box.log.entries]
    assert order[:4] == ["save", "notice", "panel", "speak"]
    assert {"publish", "tell"} <= set(order[4:])
    assert not {"save", "notice"} & set(order[4:])
    assert box.log.all("notice") == box.log.all("tell")


def test_a_disk_that_does_not_answer_holds_nothing_back():
    box = Box()
    box.log.durable = False
    call(box)
    assert box.panel == (Lamp.FAST_BLINK, Sound.SIREN)
    assert box.log.all("tell")
    assert retained(box)["alarm"] == "raised"


def test_who_was_reached_is_kept_published_and_shown():
    box = Box()
    call(box)
    about = {"time": 1_001.0, "room": "", "incident": "i-0", "step": 1}
    told = ContactTold(**about, contact="Anna", way="ntfy")
    box.brain.take(ContactNotTold(**about, contact="Anna", way="mailto"), box.at(1.0))
    assert box.log.all("told") == []
    box.brain.take(told, box.at(1.0))
    assert box.log.all("told") == [told]
    assert [(each.way, each.state.value) for each in box.brain.shown.deliveries] == [
        ("mailto", "trying"),
        ("ntfy", "told"),
    ]
    assert json.loads(retained(box)["contacts"])["state"] == "fault"


def test_who_was_reached_before_a_restart_is_still_known():
    told = ContactTold(time=900.0, room="", contact="Anna", way="ntfy", incident="i-old", step=1)
    box = Box(told=[told])
    said = json.loads(retained(box)["contacts"])
    assert said["state"] == "ok"
    assert said["contacts"] == [
        {
            "contact": "Anna",
            "way": "ntfy",
            "incident": "i-old",
            "step": 1,
            "state": "told",
            "since": "2025-06-01T11:58:20.000+00:00",
        }
    ]
    assert box.log.all("told") == []


def test_one_batch_waits_for_the_disk_once():
    box = Box()
    del box.log.entries[:]
    call(box)
    assert len(box.log.all("wait")) == 1


def test_an_alarm_that_was_raised_when_the_power_went_is_raised_again():
    stored = Incident(id="i-old", room="bath", kind="FallConfirmed", state=IncidentState.RAISED, opened=0, changed=1)
    box = Box(stored=(stored,))
    assert box.state is IncidentState.RAISED
    assert box.panel == (Lamp.FAST_BLINK, Sound.SIREN)
    assert retained(box)["alarm"] == "raised"
    assert json.loads(retained(box)["incident/i-old"])["state"] == "raised"
    assert box.brain.shown.incidents[0].id == "i-old"


def test_every_state_is_said_at_the_start():
    assert {"availability", "alarm", "fault", "snooze", "room/kitchen/coverage"} <= set(retained(Box()))


def test_a_room_is_blind_until_its_first_frame_and_again_when_its_eye_has_ended():
    box = Box()
    assert {room.coverage for room in box.brain.shown.rooms} == {Coverage.BLIND}
    box.watch(1.0, standing())
    assert [room.coverage for room in box.brain.shown.rooms] == [Coverage.ARMED, Coverage.BLIND]
    box.brain.take(Cut("kitchen", "the camera is gone"), box.at(box.now))
    kitchen = box.brain.shown.rooms[0]
    assert (kitchen.coverage, kitchen.reason) == (Coverage.BLIND, "the camera is gone")
    assert box.panel[0] is Lamp.DOUBLE_BLINK
    box.watch(4.0, standing())
    assert box.brain.shown.rooms[0].coverage is Coverage.ARMED


def test_a_camera_that_falls_silent_is_noticed_without_a_frame():
    box = Box()
    box.watch(1.0, standing())
    box.let_pass(10.0)
    assert box.brain.shown.rooms[0].coverage is Coverage.BLIND
    assert json.loads(retained(box)["room/kitchen/coverage"])["state"] == "blind"


def test_an_eye_that_is_not_confined_is_a_fault_until_a_confined_one_takes_its_place():
    box = Box()
    box.watch(1.0)
    bare = replace(CONFINED, confinement=Confinement())
    box.brain.take(Greeted("kitchen", bare), box.at(box.now))
    assert box.brain.shown.rooms[0].coverage is Coverage.DEGRADED
    assert [fault.part for fault in box.brain.shown.faults] == ["sandbox"]
    box.brain.take(Greeted("kitchen", CONFINED), box.at(box.now))
    assert box.brain.shown.rooms[0].coverage is Coverage.ARMED
    assert box.brain.shown.faults == ()


def test_an_ordinary_greeting_says_nothing():
    box = Box()
    before = len(box.log.entries)
    box.brain.take(Greeted("kitchen", CONFINED), box.at(box.now))
    assert len(box.log.entries) == before


def test_faults_are_shown_until_they_are_over():
    box = Box()
    moment = box.at(0.0)
    box.brain.take(FaultOccurred(time=1000.0, room="", part="broker", reasons=("No connection.",)), moment)
    assert [fault.part for fault in box.brain.shown.faults] == ["broker"]
    box.brain.take(FaultCleared(time=1000.0, room="", part="broker"), moment)
    assert box.brain.shown.faults == ()


def test_a_fall_drill_is_shown_published_and_ends_by_itself_and_a_fall_in_it_calls_nobody():
    box = Box()
    asked = FallDrillAsked(time=1000.0, room="kitchen", by="Zoe", via="web", seconds=60.0)
    box.brain.take(asked, box.at(0.0))
    assert (box.brain.shown.drill.room, box.brain.shown.drill.until) == ("kitchen", 1060.0)  # type: ignore[union-attr]
    assert json.loads(retained(box)["drill"])["state"] == "on"
    box.fall()
    assert [(each.drill, each.state) for each in box.brain.alarm.incidents] == [(True, IncidentState.RAISED)]
    assert not box.log.all("tell")
    look = box.brain.shown.rooms[0].look
    assert look is not None
    assert (look.time, look.turn) == (pytest.approx(1000.0 + box.now), 0.0)
    box.watch(10.0, standing())
    box.let_pass(61.0)
    assert box.brain.shown.drill is None
    assert json.loads(retained(box)["drill"])["state"] == "off"


def test_a_snooze_is_shown_published_and_ends_by_itself():
    box = Box()
    moment = box.at(0.0)
    box.brain.take(Snoozed(time=1000.0, by="Anna", via="web", seconds=60.0), moment)
    assert [(each.room, each.until) for each in box.brain.shown.snoozes] == [("", 1060.0)]
    assert json.loads(retained(box)["snooze"])["state"] == "on"
    box.let_pass(61.0)
    assert box.brain.shown.snoozes == ()
    assert json.loads(retained(box)["snooze"])["state"] == "off"


def scenes(box: Box) -> list[tuple[str, list[float]]]:
    kept = []
    for incident, lines in box.log.all("scene"):  # type: ignore[misc]
        kept.append((incident, [each.time for each in recording.read(lines)]))
    return kept


def test_the_scene_before_an_incident_is_kept_at_once_and_all_of_it_twenty_seconds_later():
    box = Box()
    box.watch(30.0, standing())
    call(box, room="kitchen")
    (first,) = scenes(box)
    assert first[0] == "i-0"
    assert first[1][0] == pytest.approx(-20.0, abs=0.2)
    assert first[1][-1] == pytest.approx(0.0, abs=0.2)
    box.watch(25.0, standing())
    whole = scenes(box)[-1]
    assert len(scenes(box)) == 2
    assert whole[1][0] == pytest.approx(-20.0, abs=0.2)
    assert whole[1][-1] == pytest.approx(20.0, abs=0.2)


def test_a_call_from_nowhere_keeps_the_first_room():
    box = Box()
    box.watch(5.0, standing())
    call(box)
    assert scenes(box)


def test_without_a_frame_there_is_no_scene():
    box = Box()
    call(box)
    box.let_pass(30.0)
    assert scenes(box) == []


def test_what_is_shown_does_not_change_behind_the_back_of_the_page():
    box = Box()
    box.watch(2.0, standing())
    before = box.brain.shown
    box.fall()
    assert before.incidents == ()
    assert box.brain.shown.incidents


def test_the_page_sees_bodies_postures_and_that_there_is_news():
    box = Box(SETTINGS)
    box.watch(2.0, standing())
    (person,) = box.brain.shown.rooms[0].persons
    assert (person.posture, person.name) == ("upright", None)
    version = box.brain.shown.version
    call(box)
    assert box.brain.shown.version > version


def test_an_empty_room_shows_nobody():
    box = Box()
    box.see(seen(0.1))
    assert box.brain.shown.rooms[0].persons == ()


def memory_of(box: Box) -> str:
    """What was last kept of the kitchen."""
    room, body = box.log.all("memory")[-1]  # type: ignore[misc]
    assert room == "kitchen"
    return str(body)


def test_a_fall_that_was_suspected_before_a_power_cut_is_an_alarm_after_it():
    before = Box()
    before.watch(2.0, standing())
    for degrees in (5.0, 20.0, 45.0, 80.0, 90.0):
        before.watch(0.2, tilted(degrees))
    assert before.state is IncidentState.SUSPECTED
    after = Box(memories={"kitchen": (5.0, memory_of(before)), "attic": (1.0, "[]")})
    after.watch(14.0)
    assert after.state is IncidentState.PENDING


def test_what_is_kept_of_a_room_follows_what_happens_there_and_is_written_only_then():
    box = Box()
    box.fall()
    box.watch(6.0, tilted(90.0))
    kept = [json.loads(body) for _, body in box.log.all("memory")]  # type: ignore[misc]
    assert [[fall["phase"] for fall in falls] for falls in kept] == [["suspected"], ["down"]]
    box.watch(6.0, standing())
    assert json.loads(memory_of(box)) == []


@pytest.mark.parametrize("body", ["no json", "[1]", '[{"ago": 1}]'])
def test_a_damaged_memory_is_no_reason_not_to_watch(body: str):
    box = Box(memories={"kitchen": (5.0, body)})
    box.fall()
    assert box.state is IncidentState.PENDING


ALONE = SETTINGS.model_copy(update={"rooms": (KITCHEN,)})


def rests(box: Box) -> None:
    """Somebody lies down so that it is an alarm, calls it a false one, gets up after a while and walks away; later."""
    box.watch(3.0, standing())
    box.watch(90.0, tilted(90.0), fps=5.0)
    assert box.state is not None
    moment = box.at(box.now)
    box.brain.take(Resolved(time=moment.monotonic, by="Anna", via="web", outcome="false alarm"), moment)
    assert box.state is None
    box.watch(300.0, tilted(90.0), fps=1.0)
    for step in range(60):
        box.watch(0.1, standing((0.9, 1.2 - 0.02 * step)))
    box.watch(25.0, fps=2.0)
    box.now += 3600.0


def answer(box: Box, event: type[PlaceAccepted] | type[PlaceDeclined], room: str = "kitchen", number: int = 1) -> str:
    """What comes of what a human says of a learned place."""
    moment = box.at(box.now)
    box.brain.take(event(time=moment.monotonic, room=room, by="Anna", via="web", number=number), moment)
    told = [message for message in box.log.all("publish") if isinstance(message, Publish)]
    return str(json.loads(next(each.payload for each in reversed(told) if each.topic.endswith("feedback")))["text"])


def test_where_people_rest_is_learned_accepted_and_kept_over_a_restart():
    box = Box(ALONE)
    for _ in range(3):
        rests(box)
    kitchen = box.brain.shown.rooms[0]
    assert [(each.number, each.accepted) for each in kitchen.learned] == [(1, False)]
    assert not kitchen.places
    assert any("PlaceProposed" in message.payload for message in box.log.all("publish"))  # type: ignore[attr-defined]
    assert answer(box, PlaceAccepted) == COUNTS
    assert [each.accepted for each in box.brain.shown.rooms[0].learned] == [True]
    room, body = box.log.all("places")[-1]  # type: ignore[misc]
    assert room == "kitchen"
    again = Box(ALONE, learned={PLACES: {room: str(body)}})
    (place,) = again.brain.shown.rooms[0].places
    again.watch(3.0, standing())
    again.watch(5.0, tilted(90.0))
    assert place.name in {person.place for person in again.brain.shown.rooms[0].persons}
    assert not again.log.all("places")
    assert answer(again, PlaceDeclined) == FORGOTTEN
    assert not again.brain.shown.rooms[0].places
    assert [answer(again, PlaceAccepted), answer(again, PlaceAccepted, "attic")] == [NO_PLACE, NO_PLACE]


def test_what_is_only_later_judged_no_fall_counts_as_well():
    box = Box(ALONE)
    box.fall(lying=200.0)
    moment = box.at(box.now)
    box.brain.take(Resolved(time=moment.monotonic, by="Anna", via="web"), moment)
    for step in range(60):
        box.watch(0.1, standing((0.9, 1.2 - 0.02 * step)))
    assert not box.log.all("places")
    box.brain.take(Judged(time=moment.monotonic, by="Anna", via="web", incident="i-0", fall=True), moment)
    assert not box.log.all("places")
    box.brain.take(Judged(time=moment.monotonic, by="Anna", via="web", incident="i-0", fall=False), moment)
    assert box.log.all("places")


def test_who_rests_while_an_alarm_of_before_a_restart_is_open_is_not_learned_from():
    raised = Incident(id="i-7", room="kitchen", kind="LongLie", state=IncidentState.RAISED, opened=990.0, changed=995.0)
    box = Box(stored=(raised,))
    box.watch(200.0, tilted(90.0), fps=1.0)
    for step in range(60):
        box.watch(0.1, standing((0.9, 1.2 - 0.02 * step)))
    assert not box.log.all("places")


def test_how_the_camera_hangs_is_kept_now_and_then_and_less_sure_after_a_restart(monkeypatch: pytest.MonkeyPatch):
    optics = {"height": 2.1, "tilt": 18.0, "fov": 62.0, "aspect": 4 / 3, "confidence": 0.8}
    box = Box(ALONE)
    for confidence in (0.8, 0.85):
        known = {**optics, "confidence": confidence}
        monkeypatch.setattr(Pipeline, "remember_ground", lambda _, known=known: known)
        box.watch(1.0)
    assert [json.loads(body) for _, body in box.log.all("optics")] == [optics]  # type: ignore[misc]
    box.now += OPTICS_SECONDS
    box.watch(0.1)
    assert len(box.log.all("optics")) == 2
    monkeypatch.setattr(Pipeline, "remember_ground", lambda _: None)
    box.watch(0.1)
    assert box.log.all("optics")[-1] == ("kitchen", "null")
    monkeypatch.undo()
    again = Box(ALONE, learned={OPTICS: {"kitchen": json.dumps(optics)}})
    assert "before the restart (sure to 40%)" in again.brain.shown.rooms[0].camera
    again.watch(1.0)
    assert not again.log.all("optics")
    assert not Box(ALONE, learned={OPTICS: {"kitchen": "null"}}).brain.shown.rooms[0].camera


def test_how_large_places_are_is_told_once_it_is_sure_how_the_camera_hangs():
    bed = Place(name="bed", kind="bed", polygon=((0.3, 0.5), (0.7, 0.5), (0.7, 0.7), (0.3, 0.7)))
    room = KITCHEN.model_copy(update={"places": (bed,)})
    optics = {"height": 2.1, "tilt": 18.0, "fov": 62.0, "aspect": 4 / 3, "confidence": 0.9}
    unsure = Box(ALONE.model_copy(update={"rooms": (room,)}), learned={OPTICS: {"kitchen": json.dumps(optics)}})
    assert unsure.brain.shown.rooms[0].camera.endswith("(sure to 45%).")
    camera = room.camera.model_copy(update={"mount_height": 2.1, "tilt": 18.0})
    sure = Box(ALONE.model_copy(update={"rooms": (room.model_copy(update={"camera": camera}),)}))
    sure.watch(0.2)
    assert "(sure to 100%). bed: about " in sure.brain.shown.rooms[0].camera


@pytest.mark.parametrize("body", ["no json", "[1]", '{"spots": [1], "next": 1, "moved": false}'])
def test_damaged_places_are_no_reason_not_to_watch(body: str):
    box = Box(learned={PLACES: {"kitchen": body}, OPTICS: {"kitchen": body}})
    box.fall()
    assert box.state is IncidentState.PENDING


LEARNING = SETTINGS.model_copy(update={"feedback": Feedback(keep_scenes=True)})


def said(box: Box) -> list[dict[str, object]]:
    """What was answered to whoever spoke of a mistake."""
    published = [each for each in box.log.all("publish") if isinstance(each, Publish)]
    return [json.loads(each.payload) for each in published if each.topic == "guardian/home/feedback"]


def test_a_false_alarm_is_kept_to_learn_from_after_all_have_been_told():
    box = Box(LEARNING)
    box.fall()
    moment = box.at(box.now)
    del box.log.entries[:]
    false = Resolved(time=moment.monotonic, by="Anna", via="web", outcome="false alarm", note="a game")
    box.brain.take(false, moment)
    (kept,) = box.log.all("keep")
    assert isinstance(kept, KeepScene)
    assert kept.verdict is not None
    assert (kept.verdict.fall, kept.verdict.by, kept.verdict.note) == (False, "Anna", "a game")
    names = [name for name, _ in box.log.entries]
    assert names.index("keep") > names.index("panel")
    assert names.index("keep") > names.index("tell") if "tell" in names else True


def test_a_fall_that_was_missed_is_kept_and_whoever_says_so_is_answered():
    box = Box(LEARNING)
    box.watch(30.0, standing())
    moment = box.at(box.now)
    event = MissReported(time=moment.monotonic, room="kitchen", by="Anna", via="mqtt", at="12:00")
    box.brain.take(event, moment)
    box.brain.take(replace(event, room="bath"), moment)
    assert [answer["kept"] for answer in said(box)] == [True, False]
    assert "Nothing has been seen of bath" in str(said(box)[1]["text"])
    assert len(box.log.all("keep")) == 1
    box.let_pass(80.0)
    _, kept = box.log.all("keep")
    assert isinstance(kept, KeepScene)
    assert (kept.room, kept.event) == ("kitchen", "missed")


def test_the_page_is_shown_what_is_kept_and_how_far_back_a_miss_can_be_told():
    box = Box(LEARNING)
    box.watch(5.0, standing())
    shown = box.brain.shown.feedback
    assert (shown.on, shown.kept, shown.reaches) == (True, 0, {"kitchen": pytest.approx(1_000.1)})
    version = box.brain.shown.version
    box.brain.take(ScenesChanged(time=1_005.0, room="", count=3), box.at(box.now))
    assert box.brain.shown.feedback.kept == 3
    assert box.brain.shown.version > version
    box.brain.take(ScenesForgotten(time=1_005.0, by="Anna", via="web"), box.at(box.now))
    assert box.log.all("keep") == [ForgetScenes()]
    assert box.brain.shown.feedback.reaches == {}


def test_a_household_that_did_not_ask_for_it_keeps_nothing_to_learn_from():
    box = Box()
    box.fall()
    moment = box.at(box.now)
    box.brain.take(Resolved(time=moment.monotonic, by="Anna", via="web", outcome="false alarm"), moment)
    box.let_pass(100.0)
    assert not [each for each in box.log.all("keep") if isinstance(each, KeepScene)]
    assert not box.brain.shown.feedback.on


BED = Place(name="bed", kind="bed", polygon=((0.0, 0.3), (1.0, 0.3), (1.0, 1.0), (0.0, 1.0)))
FURNISHED = SETTINGS.model_copy(update={"rooms": (KITCHEN.model_copy(update={"places": (BED,)}),)})


def moved(box: Box) -> None:
    """The camera of the kitchen is turned away, and it is told."""
    for _ in range(40):
        box.see(replace(seen(box.now + 1.0), displaced=0.9))


def accept_view(box: Box, *, fits: bool, room: str = "kitchen") -> str:
    """What comes of what a human says of a view."""
    moment = box.at(box.now)
    box.brain.take(ViewAccepted(time=moment.monotonic, room=room, by="Anna", via="web", fits=fits), moment)
    return str(said(box)[-1]["text"])


def test_a_view_is_accepted_with_what_is_drawn():
    box = Box(FURNISHED)
    moved(box)
    (kitchen,) = box.brain.shown.rooms
    assert (kitchen.coverage, kitchen.moved) == (Coverage.DEGRADED, True)
    assert accept_view(box, fits=True) == FITS
    (kitchen,) = box.brain.shown.rooms
    assert (kitchen.coverage, kitchen.moved, kitchen.places, kitchen.outdated) == (Coverage.ARMED, False, (BED,), "")
    assert box.log.all("look anew") == ["kitchen"]
    box.fall()
    assert box.state is None


def test_a_view_is_accepted_without_what_is_drawn_until_that_is_changed():
    box = Box(FURNISHED)
    moved(box)
    assert accept_view(box, fits=False) == ANEW
    (kitchen,) = box.brain.shown.rooms
    assert (kitchen.coverage, kitchen.places) == (Coverage.ARMED, ())
    assert kitchen.outdated == "Of another view, and of no account until changed: bed."
    ((_, body),) = box.log.all("view")  # type: ignore[misc]
    again = Box(FURNISHED, learned={VIEW: {"kitchen": str(body)}})
    again.fall()
    assert again.state is IncidentState.PENDING
    assert accept_view(again, fits=True) == FITS
    assert again.brain.shown.rooms[0].places == (BED,)


def draw(box: Box, **changes: object) -> str:
    """What comes of it that a human draws a bed nearly everywhere in the kitchen."""
    moment = box.at(box.now)
    drawn = {"name": "bed", "kind": "bed", "polygon": BED.polygon, **changes}
    box.brain.take(PlaceDrawn(time=moment.monotonic, room="kitchen", by="Anna", via="web", **drawn), moment)
    return str(said(box)[-1]["text"])


def test_a_bed_that_is_drawn_is_a_bed_at_once_and_after_a_restart():
    plain = Box(ALONE)
    plain.fall()
    assert plain.state is IncidentState.PENDING
    box = Box(ALONE)
    assert draw(box) == DRAWN
    assert box.brain.shown.rooms[0].places == (BED,)
    box.fall()
    assert box.state is None
    ((_, body),) = box.log.all("view")  # type: ignore[misc]
    again = Box(ALONE, learned={VIEW: {"kitchen": str(body)}})
    again.fall()
    assert again.state is None


def test_an_alarm_in_progress_is_not_drawn_away():
    box = Box(ALONE)
    box.fall()
    assert draw(box) == "Something is the matter in kitchen: see to that first, and close it."
    box.watch(30.0, tilted(90.0))
    assert box.state is IncidentState.RAISED
    assert box.brain.shown.rooms[0].places == ()


def test_where_people_have_been_is_erased_with_the_scenes():
    box = Box(ALONE)
    box.watch(30.0, standing())
    heat = box.brain.shown.rooms[0].heat
    assert heat is not None
    assert heat.total > 0
    moment = box.at(box.now)
    box.brain.take(ScenesForgotten(time=moment.monotonic, by="Anna", via="web"), moment)
    erased = box.brain.shown.rooms[0].heat
    assert erased is not None
    assert erased.total == 0
    assert box.log.all("heat")[-1] == ("kitchen", "null")


def test_a_camera_that_was_not_moved_has_no_other_view():
    box = Box(FURNISHED)
    box.watch(1.0)
    assert [accept_view(box, fits=fits) for fits in (True, False)] == [NOT_MOVED, NOT_MOVED]
    assert accept_view(box, fits=True, room="attic") == NO_PLACE
    assert not box.log.all("look anew")
    assert box.brain.shown.rooms[0].places == (BED,)


def test_a_learnt_roll_is_kept_and_turns_the_poses_of_the_next_process(monkeypatch: pytest.MonkeyPatch):
    box, roll = Box(ALONE), {"degrees": 20.0, "confidence": 0.9}
    monkeypatch.setattr(Pipeline, "remember_roll", lambda _: roll)
    box.watch(1.0)
    ((_, body),) = box.log.all("roll")  # type: ignore[misc]
    monkeypatch.undo()
    again = Box(ALONE, learned={ROLL: {"kitchen": str(body)}})
    assert again.brain._watched["kitchen"].pipeline.turn == 20.0
    assert "hung askew before the restart" in again.brain.shown.rooms[0].camera


RADAR = Sense(name="radar", room="shower", topic="z/shower", device="zigbee2mqtt_tuya_fall", stale_after_seconds=3_600)
SENSING = SETTINGS.model_copy(update={"senses": (RADAR,), "feedback": Feedback(keep_scenes=True)})


def hear(box: Box, status: str, *, retained: bool = False) -> None:
    moment = box.at(box.now)
    payload = json.dumps({"fall_down_status": status}).encode()
    box.brain.take(Heard(moment.monotonic, "z/shower", payload, retained), moment)


def test_a_radar_s_fall_has_the_same_pre_alarm_as_one_that_was_seen():
    box = Box(SENSING)
    box.watch(3.0, standing())
    hear(box, "fall", retained=True)
    assert box.state is None
    hear(box, "fall")
    assert box.state is IncidentState.PENDING
    assert box.panel == (Lamp.SLOW_BLINK, Sound.PIPS)
    box.let_pass(31.0)
    assert box.state is IncidentState.RAISED
    shown = json.loads(retained(box)["alarm/incident"])
    assert (shown["room"], shown["kind"], shown["reasons"]) == ("shower", "FallConfirmed", ["Radar tells of a fall."])
    assert json.loads(retained(box)["sense/radar"])["state"] == "on"


def test_of_a_room_without_a_camera_no_other_room_s_scene_is_kept():
    box = Box(SENSING)
    box.watch(3.0, standing())
    hear(box, "fall")
    box.watch(25.0, standing())
    box.let_pass(200.0)
    assert scenes(box) == []
    assert box.log.all("keep") == []


def test_a_suspicion_of_a_radar_ends_by_itself():
    box = Box(SENSING)
    hear(box, "maybe_fall")
    assert box.state is IncidentState.SUSPECTED
    box.let_pass(21.0)
    assert box.state is None
    assert box.brain.shown.incidents == ()


def test_a_radar_that_falls_silent_is_a_fault_that_the_box_shows():
    box = Box(SENSING)
    hear(box, "none")
    box.watch(1.0)
    for _ in range(12):
        box.watch(1.0)
        box.let_pass(300.0)
    assert "sense radar" in [fault.part for fault in box.brain.shown.faults]
    said = json.loads(retained(box)["sense/radar"])
    assert (said["state"], said["fault"]) == ("unknown", "Nothing was heard of it for 1 hour at z/shower.")
    assert [each.name for each in box.brain.shown.senses] == ["radar"]


def test_how_the_box_does_is_said_with_each_examination_and_changes_nothing_else():
    box = Box()
    box.brain.take(Greeted("kitchen", replace(CONFINED, runtime=1)), box.at(0.0))
    box.watch(10.0, standing())
    moment = box.at(10.0)
    for tenth in range(100):
        frame = Seen("kitchen", replace(seen(0.0), time=moment.monotonic - tenth / 10))
        box.brain.decided(frame, moment.monotonic - tenth / 10 + 0.05)
    box.brain.decided(Heard(moment.monotonic, "a/b", b"x", retained=False), moment.monotonic)
    box.brain.take(Vitals(moment.monotonic, temperature=50.0), moment)
    told = json.loads(retained(box)["room/kitchen/diagnostics"])
    assert (told["fps"], told["latency_ms"], told["model"]) == (10.0, 50.0, "MoveNet (litert)")
    assert json.loads(retained(box)["diagnostics"])["temperature"] == 50.0
    assert json.loads(retained(box)["room/bath/diagnostics"])["fps"] == 0.0
    assert box.state is None


DRAWING = SETTINGS.model_copy(update={"privacy": Privacy(send_drawing=True)})


def test_what_a_drawing_is_made_from_leaves_the_brain_once_and_before_anybody_is_told():
    bed = Place(name="bed", kind="bed", polygon=((0.1, 0.1), (0.2, 0.1), (0.2, 0.2)))
    door = Place(name="door", kind="door", polygon=((0.8, 0.1), (0.9, 0.1), (0.9, 0.2)))
    kitchen = KITCHEN.model_copy(update={"places": (bed, door)})
    box = Box(DRAWING.model_copy(update={"rooms": (kitchen, *SETTINGS.rooms[1:])}))
    box.fall(lying=60.0)
    (glimpse,) = box.log.all("glimpse")
    assert isinstance(glimpse, Glimpse)
    assert glimpse.incident == "i-0"
    assert glimpse.outlines == (bed.polygon,)
    assert len(glimpse.observations) > 60
    order = [name for name, _ in box.log.entries if name in {"glimpse", "tell"}]
    assert order[0] == "glimpse"
    assert "tell" in order


def test_no_drawing_is_made_where_the_household_does_not_allow_it_or_no_camera_saw_it():
    silent = Box()
    silent.fall(lying=60.0)
    assert silent.state is IncidentState.RAISED
    box = Box(DRAWING)
    box.watch(3.0, standing())
    call(box)
    assert box.log.all("tell")
    assert silent.log.all("glimpse") == box.log.all("glimpse") == []
