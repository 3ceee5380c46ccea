import threading

import pytest

from guardian.errors import BrokerError
from guardian.events import Event, FaultCleared, FaultOccurred
from guardian.late import Late


def refuse() -> None:
    message = "the port is taken"
    raise BrokerError(message)


def test_what_starts_is_not_told_of() -> None:
    told: list[Event] = []
    late = Late(told.append, lambda: 5.0)
    late.begin("page", lambda: None)
    late.stop()  # even where it was never asked to try again
    assert (late.parts, told) == ((), [])


def test_what_does_not_start_is_told_and_tried_until_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guardian.late.RETRY_SECONDS", 0.01)
    told: list[Event] = []
    tried, cleared = [0], threading.Event()

    def start() -> None:
        tried[0] += 1
        if tried[0] < 3:
            refuse()

    def report(event: Event) -> None:
        told.append(event)
        if isinstance(event, FaultCleared):
            cleared.set()

    late = Late(report, lambda: 5.0)
    late.begin("broker", start)
    assert late.parts == ("broker",)
    assert told == [FaultOccurred(time=5.0, room="", part="broker", reasons=("the port is taken",))]
    late.start()
    assert cleared.wait(10.0)
    late.stop()
    assert tried == [3]
    assert told[1:] == [FaultCleared(time=5.0, room="", part="broker")]


def test_who_stops_waits_for_no_further_try() -> None:
    told: list[Event] = []
    late = Late(told.append, lambda: 5.0)
    late.begin("broker", refuse)
    late.start()
    late.stop()
    assert late.parts == ("broker",)
