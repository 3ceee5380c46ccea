from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from brokers import Told
from phone_servers import TOKEN, USER, Ntfy, NtfyTalk, Pushover, PushoverTalk, serving

from guardian.commands import Notify
from guardian.errors import ConfigurationError
from guardian.events import Acknowledged, Event, FaultCleared, FaultOccurred
from guardian.io import pushover
from guardian.io.mqtt import Backoff
from guardian.io.ntfy import ANSWER_TOPIC
from guardian.io.ntfy import Ntfy as NtfyWay
from guardian.io.ways import Examined, Ways, nothing_rings, way_file, written

SECRET = "s3cr3t"  # noqa: S105 - what must not be seen anywhere
NOTICE = Notify("Anna", "Rosa has fallen", "Call.", "i-1", 1)

pytestmark = [
    pytest.mark.usefixtures("quiet"),
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),  # what apprise loads
]


@contextmanager
def begun(directory: Path, events: Told[Event], **more: object) -> Iterator[Ways]:
    ways = Ways(("Anna", "Bruno"), events, lambda: 7.0, backoff=lambda: Backoff(0.0, 0.0), **more)  # type: ignore[arg-type]
    ways.start(directory)
    try:
        yield ways
    finally:
        ways.stop()


def host(address: str) -> str:
    return address.removeprefix("http://")


# Who tells by which way.


def test_ntfy_and_pushover_are_told_here_and_the_rest_by_apprise():
    ways = Ways()
    assert isinstance(ways.connect("ntfy://alarm"), NtfyWay)
    assert isinstance(ways.connect(f"pover://{USER}@{TOKEN}"), pushover.Pushover)
    for way in (
        "ntfy://box/one/two",
        "json://localhost",
        "mailto://a:b@example.org",
        f"pover://{USER}@{TOKEN}?priority=1",
    ):
        assert not isinstance(ways.connect(way), Examined)
    with pytest.raises(ConfigurationError) as refused:
        ways.connect(f"foo://{SECRET}")
    assert SECRET not in str(refused.value)
    ways.stop()


def test_nothing_rings_where_no_alarm_runs():
    assert nothing_rings() == (0.0, frozenset())


def test_two_contacts_of_one_server_are_heard_by_one_stream(tmp_path: Path):
    server, events = Ntfy(), Told[Event]()
    with serving(server, NtfyTalk) as address, begun(tmp_path, events) as ways:
        anna, bruno = (ways.connect(f"ntfy://{host(address)}/{topic}") for topic in ("anna", "bruno"))
        server.listened()
        assert anna(NOTICE)
        assert bruno(Notify("Bruno", "Rosa has fallen", "Call.", "i-1", 2))
        for topic in ("anna", "bruno"):
            action, *_ = server.of(topic)[0]["actions"]
            server.publish({"topic": action["url"].rpartition("/")[2], "message": action["body"]})
        taken = events.wait_for(lambda things: len(things) == 2)
        assert [event.by for event in taken if isinstance(event, Acknowledged)] == ["Anna", "Bruno"]
        assert server.streams == 1


def test_what_was_connected_before_the_start_is_heard_after_it(tmp_path: Path):
    server, events = Ntfy(), Told[Event]()
    ways = Ways(("Anna",), events, lambda: 7.0)
    with serving(server, NtfyTalk) as address:
        ways.connect(f"ntfy://{host(address)}/anna")
        assert server.asked == []
        ways.start(tmp_path)
        server.listened()
        ways.stop()
        ways.connect("ntfy://late")
        assert server.streams == 1


def test_answers_that_cannot_be_heard_are_one_fault_until_all_can(tmp_path: Path):
    servers, events = (Ntfy(), Ntfy()), Told[Event]()
    with (
        serving(servers[0], NtfyTalk) as first,
        serving(servers[1], NtfyTalk) as second,
        begun(tmp_path, events) as ways,
    ):
        for server, address in zip(servers, (first, second), strict=True):
            server.may = lambda _, topic, write: write or not topic.startswith(ANSWER_TOPIC)
            ways.connect(f"ntfy://{host(address)}/{SECRET}")
        faults = events.wait_for(lambda things: len(things) == 2)
        servers[0].may = lambda *_: True
        servers[0].listened()
        servers[1].may = lambda *_: True
        over = events.wait_for(lambda things: len(things) == 3)[-1]
    assert over == FaultCleared(time=7.0, room="", part="answers")
    assert {type(fault) for fault in faults} == {FaultOccurred}
    assert {fault.reasons[0].partition("rs from phones are not heard: ")[2] for fault in faults} == {
        f"{address}: this box may not read answers there. Phones still ring; acknowledge on the page or the box."
        for address in (first, second)
    }


def test_an_acknowledgement_by_pushover_is_submitted(tmp_path: Path):
    server, events = Pushover(), Told[Event]()
    with serving(server, PushoverTalk) as address:
        rings = partial(tuple, (0.0, frozenset({"i-1"})))
        with begun(tmp_path, events, api=f"{address}/1", poll_seconds=0.01, ringing=rings) as ways:
            anna, bruno = (ways.connect(f"pover://{USER}@{TOKEN}") for _ in range(2))
            assert anna is bruno
            assert anna(NOTICE)
            server.acknowledge(next(iter(server.receipts)))
            assert set(events.wait_for(len)) == {Acknowledged(time=7.0, by="Anna", via="phone", incident="i-1")}


# Ways in files.


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    path = tmp_path / "anna"
    path.write_text(f"ntfys://{SECRET}@box/alarm\n")
    path.chmod(0o640)
    return path


def test_a_way_stands_in_a_file(kept: Path):
    assert written(f"file:{kept}", {}) == f"ntfys://{SECRET}@box/alarm"
    assert written("ntfy://alarm", {}) == "ntfy://alarm"
    assert isinstance(Ways().connect(f"file:{kept}"), NtfyWay)


def test_a_way_is_a_credential_of_systemd(kept: Path):
    way, here = "file:${CREDENTIALS_DIRECTORY}/anna", {"CREDENTIALS_DIRECTORY": str(kept.parent)}
    assert written(way, here) == f"ntfys://{SECRET}@box/alarm"
    assert (way_file(way, here), way_file(way, {}), way_file("file:/x", {})) == (kept, None, Path("/x"))
    with pytest.raises(ConfigurationError, match="LoadCredential"):
        written(way, {})


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (f"ntfy://{SECRET}", 0o644, "every user of this machine can read or change {path}; chmod 640 {path} would be"),
        (SECRET, 0o600, "{path} holds no way; one line with an address"),
        ("", 0o600, "{path} holds no way"),
        (f"ntfy://{SECRET}\nntfy://b", 0o600, "{path} holds no way"),
        ("file:/etc/passwd", 0o600, "{path} holds no way"),
        ("x" * 10_000, 0o600, "{path} holds no way"),
        ("\udcff", 0o600, "{path} is not text"),
    ],
)
def test_a_file_that_is_wrong_is_told_without_what_stands_in_it(kept: Path, content: str, mode: int, said: str):
    kept.write_bytes(content.encode(errors="surrogateescape"))
    kept.chmod(mode)
    with pytest.raises(ConfigurationError) as wrong:
        Ways().connect(f"file:{kept}")
    assert str(wrong.value).startswith(said.format(path=kept))
    assert SECRET not in str(wrong.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path):
    for path, said in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ConfigurationError, match=f"{path} cannot be read \\({said}"):
            written(f"file:{path}", {})
