from hypothesis import given
from hypothesis import strategies as st

from guardian.commands import Publish
from guardian.io.outbox import REMOVALS_KEPT, Outbox


def event(text: str) -> Publish:
    return Publish("event", text)


def state(topic: str, payload: str) -> Publish:
    return Publish(topic, payload, retain=True)


class Noted:
    """A shelf that others can look at."""

    def __init__(self) -> None:
        self.there: dict[int, Publish] = {}

    def keep(self, serial: int, message: Publish) -> None:
        assert serial not in self.there
        self.there[serial] = message

    def drop(self, serial: int) -> None:
        del self.there[serial]


def taken(outbox: Outbox, window: int = 10_000) -> list[Publish]:
    """Take all that may be taken, and leave it in flight."""
    messages = []
    while (each := outbox.take(window)) is not None:
        messages.append(each[1])
    return messages


def test_events_come_out_in_their_order():
    outbox = Outbox()
    for text in "abc":
        outbox.put(event(text))
    assert [message.payload for message in taken(outbox)] == ["a", "b", "c"]


def test_a_state_that_waits_is_replaced_by_its_newer_word():
    outbox = Outbox()
    for message in (state("alarm", "pending"), event("a"), state("alarm", "raised")):
        outbox.put(message)
    assert taken(outbox) == [event("a"), state("alarm", "raised")]


def test_no_more_is_in_flight_than_the_window_allows():
    outbox = Outbox()
    for text in "abc":
        outbox.put(event(text))
    first = outbox.take(2)
    assert first is not None
    assert len(taken(outbox, 2)) == 1
    assert outbox.settle(first[0]) == event("a")
    assert taken(outbox, 2) == [event("c")]


def test_what_was_in_flight_goes_again_before_what_waited():
    outbox = Outbox()
    for text in "abc":
        outbox.put(event(text))
    taken(outbox, 2)
    outbox.rewind()
    assert taken(outbox) == [event("a"), event("b"), event("c")]


def test_a_new_connection_hears_every_state_first_though_it_was_delivered_before():
    outbox = Outbox()
    outbox.put(state("availability", "online"))
    outbox.put(state("alarm", "raised"))
    for _ in range(2):
        each = outbox.take(9)
        assert each is not None
        outbox.settle(each[0])
    assert len(outbox) == 0
    outbox.put(event("a"))
    outbox.rewind()
    assert taken(outbox) == [state("availability", "online"), state("alarm", "raised"), event("a")]


def test_an_old_state_in_flight_does_not_come_back_after_its_newer_word():
    outbox = Outbox()
    outbox.put(state("alarm", "pending"))
    taken(outbox)
    outbox.put(state("alarm", "raised"))
    outbox.rewind()
    assert taken(outbox) == [state("alarm", "raised")]


def test_the_oldest_events_are_given_up_and_never_a_state():
    outbox = Outbox(events_kept=2)
    outbox.put(state("alarm", "raised"))
    for text in "abcd":
        outbox.put(event(text))
    assert outbox.dropped == 2
    assert taken(outbox) == [state("alarm", "raised"), event("c"), event("d")]


def test_a_fall_outlasts_any_number_of_comings_and_goings():
    outbox = Outbox(events_kept=2)
    outbox.put(event("a fall"))
    for text in "abcd":
        outbox.put(Publish("event", text, fleeting=True))
    assert taken(outbox) == [event("a fall"), Publish("event", "d", fleeting=True)]
    assert outbox.dropped == 3


def test_a_removal_is_said_again_to_a_broker_that_may_have_an_older_disk():
    outbox = Outbox()
    outbox.put(state("incident/1", "{}"))
    outbox.put(state("incident/1", ""))
    taken(outbox)
    outbox.rewind()
    assert taken(outbox) == [state("incident/1", "")]
    assert outbox.knows("incident/1")


def test_removals_are_not_remembered_without_end():
    outbox = Outbox()
    outbox.put(state("alarm", "idle"))
    for number in range(REMOVALS_KEPT + 5):
        outbox.put(state(f"incident/{number}", ""))
    taken(outbox)
    outbox.rewind()
    assert len(taken(outbox)) == REMOVALS_KEPT + 1
    assert not outbox.knows("incident/0")
    assert outbox.knows("alarm")


def test_settling_what_is_not_in_flight_gives_nothing():
    assert Outbox().settle(7) is None


messages = st.one_of(
    st.integers(0, 99).map(lambda number: event(str(number))),
    st.builds(state, st.sampled_from(["a", "b", "c"]), st.sampled_from(["", "1", "2"])),
)
steps = st.lists(st.one_of(messages, st.sampled_from(["take", "settle", "rewind"])), max_size=60)


@given(steps)
def test_whatever_the_broker_does_every_event_arrives_and_the_last_word_of_each_state_is_the_newest(
    steps: list[Publish | str],
):
    outbox = Outbox()
    put: list[Publish] = []
    arrived: list[Publish] = []
    in_flight: list[tuple[int, Publish]] = []

    def take() -> None:
        each = outbox.take(3)
        in_flight.extend([] if each is None else [each])

    def settle() -> None:
        if in_flight:
            serial, message = in_flight.pop(0)
            assert outbox.settle(serial) == message
            arrived.append(message)

    def rewind() -> None:
        in_flight.clear()
        outbox.rewind()

    for step in steps:
        if isinstance(step, Publish):
            put.append(step)
            outbox.put(step)
        else:
            {"take": take, "settle": settle, "rewind": rewind}[step]()
    rewind()
    while len(outbox):
        take()
        settle()
    assert [each for each in arrived if not each.retain] == [each for each in put if not each.retain]
    assert {each.topic: each.payload for each in arrived if each.retain} == {
        each.topic: each.payload for each in put if each.retain
    }


def test_events_are_on_the_shelf_while_the_broker_is_away_and_only_then():
    shelf = Noted()
    outbox = Outbox(shelf=shelf)
    outbox.put(event("a"))
    outbox.put(state("alarm", "raised"))
    assert list(shelf.there.values()) == [event("a")]
    first = outbox.take(1)
    assert first is not None
    outbox.settle(first[0])
    outbox.put(event("b"))
    assert shelf.there == {}
    outbox.part()
    outbox.put(event("c"))
    outbox.part()
    assert list(shelf.there.values()) == [event("b"), event("c")]


def test_a_new_process_goes_on_where_the_last_one_ended():
    shelf = Noted()
    last = Outbox(shelf=shelf)
    for text in "abc":
        last.put(event(text))
    outbox = Outbox(shelf=shelf, kept=shelf.there.items())
    outbox.put(event("d"))
    outbox.rewind()
    serials = []
    while (each := outbox.take(100)) is not None:
        serials.append(each[0])
        assert outbox.settle(each[0]) == event("abcd"[len(serials) - 1])
    assert len(set(serials)) == 4
    assert shelf.there == {}


def test_what_is_fleeting_costs_the_disk_nothing():
    shelf = Noted()
    outbox = Outbox(shelf=shelf)
    outbox.put(Publish("event", "somebody came", fleeting=True))
    outbox.part()
    assert shelf.there == {}


def test_what_is_given_up_leaves_the_shelf():
    shelf = Noted()
    outbox = Outbox(2, shelf=shelf)
    for text in "abc":
        outbox.put(event(text))
    assert list(shelf.there.values()) == [event("b"), event("c")]
