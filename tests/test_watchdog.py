import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardian.io.watchdog import FRESH_SECONDS, Systemd, Watchdog

NOW = 1_000.0


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket that systemd would listen on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(0)
        yield listening


def heard(inbox: socket.socket) -> list[dict[str, str]]:
    """Every datagram that waits, each as its words."""
    messages: list[dict[str, str]] = []
    while True:
        try:
            text = inbox.recv(4096).decode()
        except BlockingIOError:
            return messages
        messages.append(dict(line.split("=", 1) for line in text.split("\n")))


def systemd(inbox: socket.socket, **environ: str) -> Systemd:
    return Systemd({"NOTIFY_SOCKET": inbox.getsockname(), **environ}, pid=7)


def watchdog(inbox: socket.socket, *rooms: str, seconds: float = 30.0) -> Watchdog:
    made = Watchdog(rooms or ("kitchen",), systemd(inbox, WATCHDOG_USEC=str(int(seconds * 1e6))), NOW)
    made.started(NOW)
    heard(inbox)
    return made


def pings(inbox: socket.socket) -> int:
    return sum("WATCHDOG" in message for message in heard(inbox))


def test_words_go_to_the_socket_as_one_datagram_of_lines(inbox: socket.socket):
    assert systemd(inbox).say(READY="1", STATUS="Watching the kitchen.")
    assert heard(inbox) == [{"READY": "1", "STATUS": "Watching the kitchen."}]


def test_an_abstract_socket_is_found_by_its_at_sign():
    name = f"guardian-test-{os.getpid()}-{os.urandom(4).hex()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name)
        listening.settimeout(0)
        assert Systemd({"NOTIFY_SOCKET": "@" + name}).say(READY="1")
        assert heard(listening) == [{"READY": "1"}]


def test_without_systemd_nothing_is_said_and_nothing_is_wrong():
    alone = Systemd({})
    assert not alone.say(READY="1")
    assert alone.ping_seconds is None
    dog = Watchdog(("kitchen",), alone, NOW)
    dog.started(NOW)
    assert dog.passed(NOW + 1, ())
    dog.stopping()


def test_a_socket_that_is_gone_is_logged_and_no_end(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    assert not Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).say(WATCHDOG="1")
    assert "systemd_not_told words=WATCHDOG" in caplog.text


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 10.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 10.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_pings_come_three_times_as_often_as_systemd_wants_them_and_only_from_the_process_meant(
    environ: dict[str, str], seconds: float | None
):
    assert Systemd(environ, pid=7).ping_seconds == seconds


def test_the_box_says_when_it_is_up_and_when_it_was_asked_to_end(inbox: socket.socket):
    dog = Watchdog(("kitchen",), systemd(inbox), NOW)
    dog.started(NOW)
    dog.stopping()
    assert [message.keys() & {"READY", "STOPPING"} for message in heard(inbox)] == [{"READY"}, {"STOPPING"}]


def test_a_core_that_passes_and_sees_is_pinged_for_at_the_pace_that_systemd_wants(inbox: socket.socket):
    dog = watchdog(inbox, seconds=30.0)
    for tick in range(1, 121):
        now = NOW + tick * 0.5
        dog.seen("kitchen", now)
        assert dog.passed(now, ())
    assert pings(inbox) == 6


def test_a_core_that_is_stuck_pings_no_more(inbox: socket.socket):
    dog = watchdog(inbox)
    for tick in range(1, 101):
        dog.seen("kitchen", NOW + tick)
    assert pings(inbox) == 0


def test_a_room_without_frames_of_which_nobody_was_told_starves_the_watchdog(
    inbox: socket.socket, caplog: pytest.LogCaptureFixture
):
    dog = watchdog(inbox, "kitchen", "bath", seconds=3.0)
    late = NOW + FRESH_SECONDS + 1
    dog.seen("kitchen", late)
    assert not dog.passed(late, ())
    assert pings(inbox) == 0
    assert "watchdog_unfed rooms=('bath',)" in caplog.text
    dog.seen("bath", late)
    assert dog.passed(late, ())
    assert pings(inbox) == 1


def test_a_lost_camera_is_degraded_and_alive(inbox: socket.socket):
    dog = watchdog(inbox, "kitchen", "bath", seconds=3.0)
    messages = []
    for hour in range(1, 25):
        now = NOW + hour * 3600
        dog.seen("kitchen", now)
        assert dog.passed(now, {"bath"})
        messages += heard(inbox)
    assert sum("WATCHDOG" in message for message in messages) == 24
    assert [message["STATUS"] for message in messages if "STATUS" in message] == [
        "Watching 1 of 2 rooms. Cannot see: bath."
    ]


def test_a_paused_room_owes_no_frames_and_is_named(inbox: socket.socket):
    dog = watchdog(inbox, "kitchen", "bath", "hall", seconds=3.0)
    dog.seen("kitchen", NOW + 3600)
    assert dog.passed(NOW + 3600, {"bath"}, {"hall"})
    said = {name: word for message in heard(inbox) for name, word in message.items()}
    assert said["STATUS"] == "Watching 1 of 3 rooms. Cannot see: bath. Paused: hall."
    assert not dog.passed(NOW + 3600, {"bath"})


def test_a_box_whose_only_camera_is_lost_is_alive_too(inbox: socket.socket):
    dog = watchdog(inbox)
    assert dog.passed(NOW + 3600, {"kitchen"})
    assert pings(inbox) == 1


def test_a_room_that_is_seen_again_is_held_to_its_frames_again(inbox: socket.socket):
    dog = watchdog(inbox)
    assert dog.passed(NOW + 100, {"kitchen"})
    dog.seen("kitchen", NOW + 101)
    assert dog.passed(NOW + 102, ())
    assert not dog.passed(NOW + 102 + FRESH_SECONDS, ())


def test_old_frames_from_a_queue_that_the_core_no_longer_empties_feed_nothing(inbox: socket.socket):
    dog = watchdog(inbox)
    dog.seen("kitchen", NOW + 5)
    assert not dog.passed(NOW + 60, ())


def test_rooms_get_their_time_from_when_the_box_is_up(inbox: socket.socket):
    dog = Watchdog(("kitchen",), systemd(inbox), NOW)
    dog.started(NOW + 60)
    assert dog.passed(NOW + 61, ())


def test_the_status_is_said_once_and_again_when_it_changes(inbox: socket.socket):
    dog = watchdog(inbox)
    for blind in ((), (), ("kitchen",), ("kitchen",), ()):
        dog.passed(NOW + 1, blind)
    said = [message["STATUS"] for message in heard(inbox) if "STATUS" in message]
    assert said == ["Watching 1 of 1 rooms.", "Watching 0 of 1 rooms. Cannot see: kitchen.", "Watching 1 of 1 rooms."]


@given(
    st.lists(
        st.tuples(st.floats(0.1, 20.0), st.sets(st.sampled_from("ab")), st.sets(st.sampled_from("ab"))), max_size=30
    )
)
def test_a_pass_is_well_exactly_where_every_room_is_fresh_or_blind(
    steps: list[tuple[float, set[str], set[str]]],
):
    dog, now, last = Watchdog("ab", Systemd({}), NOW), NOW, dict.fromkeys("ab", NOW)
    for seconds, frames, blind in steps:
        now += seconds
        for room in frames:
            dog.seen(room, now)
            last[room] = now
        expected = all(room in blind or now - last[room] <= FRESH_SECONDS for room in "ab")
        assert dog.passed(now, blind) is expected
