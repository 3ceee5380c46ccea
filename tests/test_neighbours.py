import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from neighbourhood import ACKNOWLEDGED, OWN, PENDING, RAISED, RESOLVED, UP, UPSTAIRS, Table, at, incident

from guardian.errors import PayloadError
from guardian.events import Acknowledged, Event, FaultCleared, FaultOccurred, NeighbourLost
from guardian.hearsay import MOST_ROOMS
from guardian.human_requests import ANOTHER_BOX
from guardian.neighbours import BEAT_SECONDS, GONE_SECONDS, LOST_SECONDS, MOST_INCIDENTS, Neighbours, Seen, filters
from guardian.senses import matches


def only(table: Table) -> Seen:
    (box,) = table.home.all
    return box


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def losses(events: list[Event]) -> list[NeighbourLost]:
    return [event for event in events if isinstance(event, NeighbourLost)]


def test_a_box_lives_from_its_second_sign_of_life():
    table = Table()
    table.beat()
    assert not only(table).lives
    table.beat()
    assert only(table).lives
    assert only(table).heard == 0.0


def test_what_the_broker_kept_and_what_comes_twice_is_no_sign_of_life():
    table = Table()
    table.beat(retained=True)
    table.beat(retained=True)
    assert not only(table).lives
    table.live()
    table.let_pass(LOST_SECONDS - 1)
    table.beats -= 1
    table.beat()
    assert kinds(table.let_pass(1.0)) == [FaultOccurred]


def test_an_incident_counts_once_a_heartbeat_names_it():
    table = Table()
    table.live()
    table.tell(incident(), retained=True)
    assert only(table).incidents == ()
    table.beat({"i-7": "raised"})
    assert [each.id for each in only(table).incidents] == ["i-7"]
    table.beat({})
    assert only(table).incidents == ()
    table.beat({"i-7": "raised"})
    assert only(table).incidents == ()


def test_a_heartbeat_tells_a_state_whose_message_was_lost():
    table = Table()
    table.live()
    table.rings()
    table.beat({"i-7": "acknowledged"})
    assert [each.state for each in only(table).incidents] == [ACKNOWLEDGED]


def test_the_worst_is_first():
    table = Table()
    table.live()
    for name, state in (("i-1", ACKNOWLEDGED), ("i-2", RAISED), ("i-3", PENDING)):
        table.tell(incident(name, state))
    table.beat({"i-1": "acknowledged", "i-2": "raised", "i-3": "pending"})
    assert [each.id for each in only(table).incidents] == ["i-2", "i-3", "i-1"]


def test_an_incident_is_over_when_it_is_told_to_be():
    table = Table()
    table.live()
    table.rings()
    table.tell(incident(state=RESOLVED))
    assert only(table).incidents == ()
    table.rings()
    table.hear("incident/i-7", "")
    assert only(table).incidents == ()


def test_rooms_are_those_that_its_heartbeat_names_with_what_was_said_of_them():
    table = Table()
    table.hear("room/bedroom/coverage", {"state": "blind", "reasons": ["It is dark."]}, retained=True)
    table.hear("room/bedroom/occupancy", {"occupied": True, "count": 2}, retained=True)
    table.hear("room/gone/coverage", {"state": "armed"}, retained=True)
    table.live()
    bedroom, bath = only(table).rooms
    assert (bedroom.name, bedroom.coverage, bedroom.reason, bedroom.occupied, bedroom.count) == (
        "bedroom", "blind", "It is dark.", True, 2,
    )  # fmt: skip
    assert (bath.name, bath.coverage, bath.occupied) == ("bath", "", None)


def test_faults_are_its_own_and_not_that_it_misses_this_box():
    table = Table()
    table.hear("fault", {"faults": [{"part": "phone"}, {"part": "box Downstairs", "reason": "It does not answer."}]})
    assert [each.part for each in only(table).faults] == ["phone"]


def test_a_silent_box_is_a_fault_until_it_is_heard_again():
    table = Table()
    table.live()
    assert table.let_pass(LOST_SECONDS - 1) == []
    (fault,) = table.let_pass(60.0)
    assert isinstance(fault, FaultOccurred)
    assert (fault.part, fault.reasons) == ("box Upstairs", ("The box Upstairs does not answer.",))
    assert not only(table).lives
    (cleared,) = table.beat()
    assert isinstance(cleared, FaultCleared)
    assert cleared.part == "box Upstairs"
    assert only(table).lives


def test_a_box_that_was_never_heard_is_told_so():
    (fault,) = Table().let_pass(LOST_SECONDS)
    assert fault.reasons == ("The box Upstairs has not been heard yet.",)


def test_a_box_that_is_offline_is_gone_sooner_and_may_start_anew_in_peace():
    table = Table()
    table.live()
    table.hear("availability", "offline")
    table.let_pass(5.0)
    table.hear("availability", "offline", retained=True)
    assert kinds(table.let_pass(GONE_SECONDS - 6.0)) == []
    table.hear("availability", "online")
    assert kinds(table.let_pass(5.0)) == []
    table.hear("availability", "offline")
    table.boot = "b2"
    table.beat()
    assert kinds(table.let_pass(GONE_SECONDS)) == []
    table.hear("availability", "offline")
    assert kinds(table.let_pass(GONE_SECONDS)) == [FaultOccurred]


@pytest.mark.parametrize("state", [RAISED, PENDING])
def test_a_box_that_is_gone_while_somebody_needs_help_is_an_emergency(state: str):
    table = Table()
    table.live()
    table.rings(incident(state=state, person="Rosa"))
    table.hear("availability", "offline")
    fault, lost = table.let_pass(GONE_SECONDS)
    assert isinstance(fault, FaultOccurred)
    assert isinstance(lost, NeighbourLost)
    assert (lost.room, lost.place, lost.person) == ("Upstairs", "bedroom", "Rosa")
    assert lost.reasons[1:] == ("Fell in 0.6 s.",)
    assert [each.id for each in only(table).incidents] == ["i-7"]
    table.hear("incident/i-7", "")
    assert [each.id for each in only(table).incidents] == ["i-7"]
    assert table.let_pass(600.0) == []


@pytest.mark.parametrize(
    "quiet",
    [
        incident(state=ACKNOWLEDGED),
        incident(drill=True),
        incident(kind="ViewLost"),
        incident(kind="FallSuspected", state="suspected"),
    ],
)
def test_a_box_that_is_gone_while_nobody_waits_for_help_is_a_fault_alone(quiet: object):
    table = Table()
    table.live()
    table.rings(quiet)  # type: ignore[arg-type]
    assert kinds(table.let_pass(LOST_SECONDS)) == [FaultOccurred]


def test_what_the_broker_kept_of_a_box_that_is_gone_is_no_emergency():
    table = Table()
    table.hear("availability", "offline", retained=True)
    table.tell(incident(), retained=True)
    table.beat({"i-7": "raised"}, retained=True)
    assert kinds(table.let_pass(600.0)) == [FaultOccurred]


def test_an_emergency_of_a_box_that_is_back_is_taken_when_it_is_taken_there():
    table = Table()
    table.live()
    table.rings()
    table.let_pass(LOST_SECONDS)
    table.boot = "b2"
    assert kinds(table.beat({"i-7": "raised"})) == [FaultCleared]
    table.tell(incident(state=ACKNOWLEDGED, acknowledged_by="Anna"))
    (taken,) = table.beat({"i-7": "acknowledged"})
    assert isinstance(taken, Acknowledged)
    assert (taken.by, taken.via, taken.room) == ("Anna", ANOTHER_BOX, "Upstairs")
    assert table.beat({"i-7": "acknowledged"}) == []


def test_an_emergency_of_a_box_that_is_back_waits_until_all_of_it_is_known():
    table = Table()
    table.live()
    table.rings()
    table.let_pass(LOST_SECONDS)
    table.tell(incident(state=RESOLVED))
    assert kinds(table.beat({"i-7": "raised"})) == [FaultCleared]  # it is open after all, and untold yet
    (taken,) = table.beat({})
    assert isinstance(taken, Acknowledged)
    assert taken.by == "Upstairs"


def test_an_emergency_outlives_this_box_too():
    table = Table()
    table.live()
    assert table.neighbours.remember() == ""
    table.rings()
    kept = table.neighbours.remember()
    after = Table()
    after.neighbours.recall(kept, at(0.0))
    assert [each.id for each in only(after).incidents] == ["i-7"]
    assert not only(after).lives
    assert after.neighbours.remember() == kept
    fault, lost = after.let_pass(LOST_SECONDS)
    assert fault.reasons == ("The box Upstairs does not answer.",)
    assert isinstance(lost, NeighbourLost)
    assert after.neighbours.remember() == ""


def test_what_was_remembered_is_nothing_once_the_box_lives():
    table = Table()
    table.live()
    table.rings()
    after = Table()
    after.neighbours.recall(table.neighbours.remember(), at(0.0))
    after.live()
    assert only(after).incidents == ()
    assert losses(after.let_pass(LOST_SECONDS)) == []


@pytest.mark.parametrize(
    "body", ["", "nonsense", "[]", "3", '{"up": 3}', '{"up": [3]}', '{"up": ["{}"]}', '{"cellar": []}']
)
def test_what_cannot_be_remembered_is_nothing(body: str):
    table = Table()
    table.neighbours.recall(body, at(0.0))
    assert only(table).incidents == ()


def test_what_is_no_neighbours_is_nothing():
    table = Table()
    assert table.hear("heartbeat", "nonsense", box="cellar") == []
    assert table.neighbours.box_of("z/bath") is None


@pytest.mark.parametrize(
    "topic", ["heartbeat", "incident/i-7", "room/bedroom/coverage", "room/bedroom/occupancy", "fault"]
)
def test_what_is_wrong_is_refused(topic: str):
    with pytest.raises(PayloadError):
        Table().hear(topic, "nonsense")


def test_an_incident_is_told_at_its_own_topic_alone():
    table = Table()
    with pytest.raises(PayloadError, match="where i-8 should be"):
        table.hear("incident/i-8", UP.incident(incident(), at(0.0))[0].payload)


def test_availability_that_says_neither_is_taken_for_life_of_nothing():
    table = Table()
    table.hear("availability", "perhaps")
    assert not only(table).lives


def test_a_flood_drives_out_nothing_that_is_open():
    table = Table()
    table.live()
    table.rings()
    for number in range(3 * MOST_INCIDENTS):
        table.tell(incident(f"f-{number}"))
        table.hear(f"room/r{number}/coverage", {"state": "armed"})
        table.hear(f"room/r{number}/occupancy", {"occupied": False})
    (peer,) = table.neighbours._peers.values()
    assert len(peer.known) == MOST_INCIDENTS
    assert (len(peer.watched), len(peer.occupied)) == (MOST_ROOMS, MOST_ROOMS)
    assert [each.id for each in only(table).incidents] == ["i-7"]
    table.beat(dict.fromkeys(peer.known, "raised"))
    table.tell(incident("one-more"))
    assert "one-more" not in peer.known


def test_this_box_gives_a_sign_of_life_often_enough_and_at_once_where_something_changes():
    own = Neighbours([UPSTAIRS], OWN, "b1", 0.0)
    (first,) = own.beat((), at(0.0))
    assert (first.topic, first.retain) == ("guardian/down/heartbeat", True)
    assert own.beat((), at(1.0)) == ()
    (second,) = own.beat((incident(),), at(1.0))
    assert json.loads(second.payload)["open"] == {"i-7": "raised"}
    assert json.loads(second.payload)["beat"] == 2
    assert own.beat((incident(),), at(BEAT_SECONDS)) == ()
    assert len(own.beat((incident(),), at(1.0 + BEAT_SECONDS))) == 1
    assert 3 * BEAT_SECONDS < LOST_SECONDS


def test_a_box_without_neighbours_says_nothing_new():
    assert Neighbours((), OWN, "", 0.0).beat((incident(),), at(0.0)) == ()


def test_all_that_a_box_says_to_its_neighbours_is_subscribed_to():
    patterns = filters([UPSTAIRS], OWN)
    said = [UP.incident(incident(), at(0.0))[0].topic, UP.heartbeat("b", 1, (), at(0.0)).topic]
    said += [UP.availability(online=True).topic, UP.topic("room", "bedroom", "coverage"), UP.topic("fault")]
    assert all(any(matches(pattern, topic) for pattern in patterns) for topic in said)
    assert not any(matches(pattern, OWN.topic("heartbeat")) for pattern in patterns)


STATES = st.sampled_from(["pending", "raised", "acknowledged"])
STEPS = st.one_of(
    st.tuples(st.just("beat"), st.dictionaries(st.sampled_from(["i-1", "i-2"]), STATES), st.booleans()),
    st.tuples(st.just("tell"), st.sampled_from(["i-1", "i-2"]), STATES),
    st.tuples(st.just("availability"), st.sampled_from(["online", "offline"]), st.booleans()),
    st.tuples(st.just("pass"), st.integers(1, 50), st.none()),
)


@given(st.lists(STEPS, max_size=25))
def test_whatever_is_said_nothing_stale_counts_and_no_emergency_vanishes(steps: list[tuple[str, object, object]]):
    table = Table()
    fresh: float | None = None  # when this test last gave a live heartbeat, the first apart
    given_any = False
    for step, first, second in steps:
        before = only(table)
        if step == "beat":
            table.beat(first, retained=bool(second))  # type: ignore[arg-type]
            fresh = table.now if given_any and not second else fresh
            given_any = True
        elif step == "tell":
            table.tell(incident(str(first), second))  # type: ignore[arg-type]
        elif step == "availability":
            table.hear("availability", str(first), retained=bool(second))
        else:
            told = table.let_pass(float(first))  # type: ignore[arg-type]
            untaken = [each for each in before.incidents if each.state in (RAISED, PENDING)]
            if before.lives and not only(table).lives:
                assert len(losses(told)) == bool(untaken)
                assert only(table).incidents == before.incidents
            else:
                assert losses(told) == []
        box = only(table)
        assert box.heard == fresh
        assert not box.lives or table.now - (fresh or 0.0) <= LOST_SECONDS
