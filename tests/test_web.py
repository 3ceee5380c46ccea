"""The page's server: what it tells, what it takes, and whom it lets in; over real sockets on loopback."""

import asyncio
import json
import re
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from guardian.commands import Lamp, ShowPanel, Sound
from guardian.deliveries import Delivery, DeliveryState
from guardian.devices import Kind, SenseState
from guardian.drills import FallDrill
from guardian.entrance import Web
from guardian.errors import ConfigurationError, StoreError
from guardian.events import (
    Acknowledged,
    Cancelled,
    DrillStarted,
    FallDrillAsked,
    FaultOccurred,
    HelpCalled,
    HumanEvent,
    Judged,
    MissReported,
    PauseAsked,
    PlaceAccepted,
    PlaceDeclined,
    Resolved,
    Snoozed,
    ViewAccepted,
)
from guardian.incident import Incident, IncidentState
from guardian.moment import Moment
from guardian.pause import Pause
from guardian.rest_places import LearnedPlace
from guardian.senses import Sensed
from guardian.settings import Place
from guardian.skeleton import HEAD, LIMBS, TORSO
from guardian.transitions import TRANSITIONS
from guardian.web import broadcast, page, payload, server, stream, tokens, words
from guardian.web.fakes import FakeHousehold
from guardian.web.household import (
    Coverage,
    FeedbackShown,
    PastIncident,
    PersonShown,
    RecordedScene,
    RoomShown,
    SceneFrame,
    Snapshot,
    SnoozeShown,
)

TOKEN = "t" * 43
NOW = 1_000.0
WALL = datetime(2025, 5, 31, 23, 59, 50, tzinfo=timezone(timedelta(hours=2)))
KEYPOINTS = np.full((17, 3), 0.5, dtype=np.float32)
BED = Place(name="bed", kind="bed", polygon=((0, 0), (0.5, 0), (0.5, 0.5)))
LIVING = RoomShown("Living room", persons=(PersonShown(3, "upright", KEYPOINTS, "Anna", "bed"),), places=(BED,))
BEDROOM = RoomShown("Bedroom")


PAUSE = Pause("Bedroom", NOW - 60, NOW + 3_600, "Anna", "web")


def incident(state: IncidentState = IncidentState.RAISED, **changes: object) -> Incident:
    whole = Incident(
        id="i1",
        room="Living room",
        kind="FallConfirmed",
        state=state,
        opened=NOW - 30,
        changed=NOW - 10,
        person="Anna",
        reasons=("Fell within 0.8 s.",),
    )
    return replace(whole, **changes)


def shown(*incidents: Incident, **changes: object) -> Snapshot:
    snapshot = Snapshot(moment=Moment(NOW, WALL), rooms=(LIVING, BEDROOM), incidents=incidents)
    return replace(snapshot, **changes)


# What it says


@pytest.mark.parametrize(
    ("snapshot", "mood", "title"),
    [
        (shown(), words.Mood.CALM, "All is well"),
        (shown(rooms=()), words.Mood.UNSURE, "Guardian cannot see: any room"),
        (
            shown(rooms=(LIVING, replace(BEDROOM, coverage=Coverage.BLIND))),
            words.Mood.UNSURE,
            "Guardian cannot see: Bedroom",
        ),
        (
            shown(rooms=(LIVING, replace(BEDROOM, coverage=Coverage.DEGRADED))),
            words.Mood.UNSURE,
            "Watching, but not well: Bedroom",
        ),
        (
            shown(faults=(FaultOccurred(time=NOW, room="", part="broker", reasons=("No route.",)),)),
            words.Mood.UNSURE,
            "Watching, but something is broken: broker",
        ),
        (shown(snoozes=(SnoozeShown("", NOW + 60),)), words.Mood.PAUSED, "Alarms are paused"),
        (shown(snoozes=(SnoozeShown("Bedroom", NOW + 60),)), words.Mood.PAUSED, "Alarms are paused: Bedroom"),
        (shown(pauses=(PAUSE,)), words.Mood.PAUSED, "Cameras are paused: Bedroom"),
        (
            shown(pauses=(PAUSE,), drill=FallDrill("Living room", NOW + 60, contacts=False)),
            words.Mood.PAUSED,
            "A fall in the Living room is taken for an exercise",
        ),
        (shown(incident(IncidentState.SUSPECTED)), words.Mood.PENDING, "Anna has fallen"),
        (shown(incident(IncidentState.PENDING, deadline=NOW + 22.2)), words.Mood.PENDING, "Are you all right?"),
        (shown(incident()), words.Mood.RAISED, "ALARM: Anna has fallen"),
        (shown(incident(drill=True)), words.Mood.RAISED, "This is how it sounds"),
        (
            shown(incident(IncidentState.ACKNOWLEDGED, acknowledged_by="Maria")),
            words.Mood.ACKNOWLEDGED,
            "Maria has taken it",
        ),
        (shown(incident(kind="ViewLost")), words.Mood.UNSURE, "Guardian cannot see: Living room"),
    ],
)
def test_the_headline_says_the_worst(snapshot: Snapshot, mood: words.Mood, title: str):
    said = words.headline(snapshot, NOW)
    assert (said.mood, said.title) == (mood, title)


def test_it_says_who_was_reached_by_which_way():
    told = incident(told=("Anna", "Bruno", "Clara", "Dora"))
    deliveries = (
        Delivery("Anna", "mailto", "i1", 1, DeliveryState.TRYING, NOW),
        Delivery("Anna", "ntfy", "i1", 1, DeliveryState.TOLD, NOW),
        Delivery("Anna", "pover", "i1", 1, DeliveryState.TOLD, NOW),
        Delivery("Bruno", "mailto", "i1", 2, DeliveryState.TRYING, NOW),
        Delivery("Clara", "mailto", "i1", 3, DeliveryState.GIVEN_UP, NOW),
        Delivery("Dora", "ntfy", "another", 4, DeliveryState.TOLD, NOW),
    )
    assert words.reached(told, shown(told, deliveries=deliveries)) == (
        "Anna was told by ntfy and pover.",
        "Bruno could not be told yet by mailto; it is tried again.",
        "Clara could not be told.",
        "Dora is being told.",
    )


def test_all_is_well_only_where_nothing_is_the_matter():
    troubles = [
        {"incidents": (incident(),)},
        {"rooms": (replace(BEDROOM, coverage=Coverage.BLIND),)},
        {"rooms": (replace(BEDROOM, coverage=Coverage.DEGRADED),)},
        {"faults": (FaultOccurred(time=NOW, room="", part="panel"),)},
        {"snoozes": (SnoozeShown("", NOW + 1),)},
    ]
    assert all(words.headline(shown(**trouble), NOW).mood is not words.Mood.CALM for trouble in troubles)


def test_the_countdown_counts_whole_seconds_and_never_below_none():
    pending = incident(IncidentState.PENDING, deadline=NOW + 22.2)
    assert [words.countdown(pending, NOW + after) for after in (0, 0.3, 22.2, 30)] == [23, 22, 0, 0]
    assert words.countdown(incident(deadline=NOW + 5), NOW) is None


def test_the_end_of_a_pause_is_told_in_the_household_s_time():
    said = words.headline(shown(snoozes=(SnoozeShown("", NOW + 70), SnoozeShown("Bedroom", NOW + 10))), NOW)
    assert said.detail.endswith("at 00:01.")


@pytest.mark.parametrize("state", [each for each in IncidentState if each is not IncidentState.RESOLVED])
@pytest.mark.parametrize("changes", [{}, {"drill": True}, {"kind": "ViewLost"}])
def test_every_button_does_something_and_every_open_incident_has_one(state: IncidentState, changes: dict[str, object]):
    one = incident(state, **changes)
    possible = {trigger for rows in TRANSITIONS.values() for trigger in rows.get(state, {})}
    assert {words.ACTIONS[name] for name in words.actions(one)} <= possible
    if words.steps_of(one):
        assert "resolve" in words.actions(one)


def test_a_blind_camera_is_not_asked_whether_it_is_all_right():
    assert "cancel" not in words.actions(incident(kind="ViewLost"))


def test_how_it_ended_is_told_in_words():
    ended = incident(IncidentState.RESOLVED, outcome="lapsed")
    assert words.verdict(ended) == "Passed by itself"
    assert words.verdict(replace(ended, outcome="something new")) == "Something new"
    assert words.verdict(incident()) == "Alarm"


@pytest.mark.parametrize("kind", Kind)
def test_of_every_sense_it_is_said_how_it_stands(kind: Kind):
    standing = Sensed("a", kind, "bath", SenseState.UNKNOWN, NOW)
    assert words.sensed(standing) == "Not heard"
    said = {words.sensed(replace(standing, state=state)) for state in (SenseState.ON, SenseState.OFF)}
    assert len(said - {"Not heard"}) == 2
    assert words.sensed(replace(standing, state=SenseState.MAYBE)) == "Suspects a fall"


# What goes over the wire


def test_the_senses_go_over_the_wire_with_the_household_s_time():
    door = Sensed("front door", Kind.CONTACT, "hall", SenseState.ON, NOW - 10, "It is offline.")
    assert payload.state(replace(shown(), senses=(door,)), NOW)["senses"] == [
        {
            "name": "front door",
            "room": "hall",
            "kind": "contact",
            "state": "on",
            "says": "Open",
            "since": "2025-05-31T23:59:40+02:00",
            "fault": "It is offline.",
        }
    ]


def events_in(text: str) -> list[tuple[str, dict[str, object]]]:
    pairs = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    return [(name, json.loads(data)) for name, data in pairs]


@given(arrays.arrays(np.float32, (17, 3), elements=st.floats(-2, 4, width=32) | st.just(float("nan"))))
def test_keypoints_arrive_as_whole_thousandths(keypoints: np.ndarray):
    snapshot = shown(rooms=(RoomShown("Hall", persons=(PersonShown(1, "upright", keypoints),)),))
    ((name, data),) = events_in(payload.message("people", payload.people(snapshot)).decode())
    assert name == "people"
    back = np.array(data["rooms"][0][0]["keypoints"]).reshape(17, 3) / 1_000
    assert np.allclose(back, np.nan_to_num(keypoints), atol=0.0006)


def test_the_page_draws_by_the_one_skeleton():
    assert payload.SKELETON["limbs"] == [list(map(int, limb)) for limb in LIMBS]
    assert payload.SKELETON["head"] == list(HEAD)
    assert payload.SKELETON["torso"] == list(TORSO)


def test_the_state_holds_everything_but_the_bodies():
    told = payload.state(
        shown(
            incident(IncidentState.PENDING, deadline=NOW + 5, told=("Maria",)),
            faults=(FaultOccurred(time=NOW, room="Bedroom", part="camera", reasons=("Gone.",)),),
            snoozes=(SnoozeShown("", NOW + 60),),
            panel=ShowPanel(Lamp.SLOW_BLINK, Sound.PIPS, "Are you all right?"),
        ),
        NOW,
    )
    assert told["headline"]["countdown"] == 5
    assert told["incidents"][0] | {"told": ["Maria"], "opened": "2025-05-31T23:59:20+02:00"} == told["incidents"][0]
    assert told["incidents"][0]["reasons"] == ["Fell within 0.8 s."]
    assert told["rooms"][0]["places"] == [{"name": "bed", "kind": "bed", "polygon": [[0, 0], [0.5, 0], [0.5, 0.5]]}]
    assert told["faults"] == [{"part": "camera", "room": "Bedroom", "reason": "Gone."}]
    assert told["snoozes"] == [{"room": "", "until": "2025-06-01T00:00:50+02:00"}]
    says = "On the box: lamp slow blink, pips"
    assert told["panel"] == {"lamp": "slow blink", "sound": "pips", "text": "Are you all right?", "says": says}
    assert "keypoints" not in json.dumps(told)


def test_a_core_that_stands_still_is_told():
    assert not payload.state(shown(), NOW + words.LATE_SECONDS)["late"]
    assert payload.state(shown(), NOW + words.LATE_SECONDS + 0.1)["late"]


# One look, many viewers


class Hands:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


async def taken(viewer: broadcast.Viewer) -> list[bytes]:
    """Everything that waits for the viewer now."""
    found: list[bytes] = []
    with suppress(asyncio.TimeoutError):
        while True:
            found.append(await asyncio.wait_for(viewer.take(), 0.01))
    return found


def test_twenty_viewers_cost_one_look_and_one_encoding():
    async def story() -> None:
        household = FakeHousehold(LIVING, monotonic=NOW, wall=WALL)
        told = broadcast.Broadcast(household, lambda: NOW)
        viewers = [told.join() for _ in range(20)]
        for viewer in viewers:
            await taken(viewer)
        household.looked = 0
        household.show(version=7)
        told.step()
        assert household.looked == 1
        messages = [await taken(viewer) for viewer in viewers]
        assert len(messages[0]) == 4
        assert all(one is other for each in messages for one, other in zip(each, messages[0], strict=True))

    asyncio.run(story())


def test_a_new_viewer_is_told_all_and_afterwards_only_what_is_new():
    async def story() -> None:
        household, clock = FakeHousehold(LIVING, monotonic=NOW, wall=WALL), Hands()
        told = broadcast.Broadcast(household, clock)
        viewer = told.join()
        assert [name for name, _ in events_in(b"".join(await taken(viewer)).decode())] == [
            *("skeleton", "beat", "state", "known", "people"),
        ]
        told.step()
        await taken(viewer)
        told.step()
        assert await taken(viewer) == []
        household.show(rooms=(replace(LIVING, persons=()),))
        told.step()
        assert [name for name, _ in events_in(b"".join(await taken(viewer)).decode())] == ["people"]
        clock.now += broadcast.BEAT_SECONDS
        told.step()
        assert [name for name, _ in events_in(b"".join(await taken(viewer)).decode())] == ["beat"]

    asyncio.run(story())


def test_a_slow_viewer_is_dropped_and_the_others_stay():
    async def story() -> None:
        household = FakeHousehold(LIVING, monotonic=NOW, wall=WALL)
        told = broadcast.Broadcast(household, lambda: NOW)
        slow, quick = told.join(), told.join()
        for version in range(broadcast.BACKLOG + 1):
            household.show(version=version)
            told.step()
            await taken(quick)
        assert slow.gone.is_set()
        assert not quick.gone.is_set()
        assert told.viewers == 1

    asyncio.run(story())


def test_there_are_not_more_viewers_than_it_can_bear():
    async def story() -> None:
        told = broadcast.Broadcast(FakeHousehold(LIVING), lambda: NOW)
        viewers = [told.join() for _ in range(broadcast.VIEWERS)]
        assert told.join() is None
        told.leave(viewers[0])
        assert told.join() is not None

    asyncio.run(story())


def test_a_stream_that_nobody_reads_ends_when_its_viewer_is_dropped():
    async def story() -> None:
        told = broadcast.Broadcast(FakeHousehold(LIVING), lambda: NOW)

        async def never() -> dict[str, object]:
            return await asyncio.Future()

        async def stuck(message: dict[str, object]) -> None:
            if message["type"] == "http.response.body":
                await asyncio.Future()

        serving = asyncio.create_task(stream.EventStream(told, lambda: True)({"type": "http"}, never, stuck))
        while not told.viewers:
            await asyncio.wait([serving], timeout=0.001)
        told.close()
        await asyncio.wait_for(serving, 5)
        assert told.viewers == 0

    asyncio.run(story())


# The server itself


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[server.WebServer, FakeHousehold]]:
    household = FakeHousehold(LIVING, BEDROOM, monotonic=NOW, wall=WALL)
    web = server.WebServer(
        Web(port=0), household, TOKEN, tmp_path_factory.mktemp("state"), lambda: NOW + 1, wall=time.time
    )
    web.start()
    yield web, household
    web.stop()
    assert not web.alive


@pytest.fixture
def web(served: tuple[server.WebServer, FakeHousehold]) -> server.WebServer:
    return served[0]


@pytest.fixture
def household(served: tuple[server.WebServer, FakeHousehold]) -> FakeHousehold:
    """The household behind the server, as if nothing had happened yet."""
    household = served[1]
    household.show(incidents=(), rooms=(LIVING, BEDROOM), version=0, drill=None, snoozes=())
    household.past, household.scenes, household.broken = [], {}, None
    while not household.submitted.empty():
        household.submitted.get_nowait()
    return household


@pytest.fixture
def stranger(web: server.WebServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=web.origin, trust_env=False) as client:
        yield client


@pytest.fixture
def friend(web: server.WebServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=web.origin, trust_env=False, headers={"Origin": web.origin}) as client:
        assert client.get(web.address).status_code == 303
        yield client


PATHS = ("/", "/static/page.js", "/favicon.ico", "/api/stream", "/api/incidents", "/api/incidents/i1/scene", "/nothing")
BUTTONS = ("acknowledge", "cancel", "resolve", "snooze", "help", "test")


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_there_is_nothing_to_see(stranger: httpx.Client, path: str):
    for cookies in ({}, {"guardian": "x" * 43}, {"guardian": TOKEN}, {"guardian": ""}):
        answer = stranger.get(path, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})
        assert answer.status_code == 401
        assert "Living" not in answer.text


@pytest.mark.parametrize("button", BUTTONS)
def test_without_the_token_no_button_works(
    web: server.WebServer, stranger: httpx.Client, household: FakeHousehold, button: str
):
    assert stranger.post(f"/api/{button}", json={"by": "x"}, headers={"Origin": web.origin}).status_code == 401
    assert household.submitted.empty()


def test_the_refusal_says_how_to_get_in(stranger: httpx.Client):
    answer = stranger.get("/", params={"token": "wrong"})
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "web-token" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("query", ["token=%ff%fe", "token=" + "t" * 42, "token=", "tokens=" + TOKEN, "%00"])
def test_a_strange_token_is_only_wrong(stranger: httpx.Client, query: str):
    assert stranger.get(f"/?{query}").status_code == 401


def test_the_first_visit_keeps_the_token_out_of_reach_of_scripts(web: server.WebServer, stranger: httpx.Client):
    answer = stranger.get(web.address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert stranger.get("/").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8377", "127.0.0.1.evil.example", "", "192.168.1.5"])
def test_another_host_s_name_is_refused(friend: httpx.Client, host: str):
    assert friend.get("/", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000", "[::1]:80"])
def test_every_name_of_this_machine_will_do(stranger: httpx.Client, host: str):
    assert stranger.get("/", headers={"Host": host}).status_code == 401


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", ""])
def test_a_button_pressed_by_another_site_does_nothing(friend: httpx.Client, household: FakeHousehold, origin: str):
    assert friend.post("/api/help", json={}, headers={"Origin": origin}).status_code == 403
    del friend.headers["Origin"]
    assert friend.post("/api/help", json={}).status_code == 403
    assert household.submitted.empty()


def test_every_answer_forbids_what_the_page_does_not_need(friend: httpx.Client, stranger: httpx.Client):
    answers = [friend.get(path) for path in PATHS if path != "/api/stream"]
    answers += [stranger.get("/"), friend.post("/api/help", json={"what": 1}), friend.get("/", headers={"Host": "x"})]
    for answer in answers:
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers
        assert not answer.headers.get("content-type", "").startswith(("image/", "video/", "audio/"))


def test_the_one_picture_is_the_icon_and_a_browser_may_load_no_other(web: server.WebServer, friend: httpx.Client):
    pictures = [path.name for path in page.STATIC.iterdir() if page.TYPES[path.suffix].startswith("image/")]
    assert pictures == ["icon.svg"]
    answer = friend.get("/static/icon.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert len(answer.content) < 1_000
    assert not re.search(rb"<image|href|base64|url\(|<script|<foreignObject", answer.content)
    for path in ("/", "/static/icon.svg"):
        policy = friend.get(path).headers["content-security-policy"]
        assert f" img-src {web.origin}/static/icon.svg;" in policy
    assert " img-src 'none';" in friend.get("/", headers={"Host": "evil.example"}).headers["content-security-policy"]


def test_nothing_in_the_page_is_inline_or_comes_from_elsewhere():
    for path in page.STATIC.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|<img|https?://", text)
    assert {path.suffix for path in page.STATIC.iterdir()} <= set(page.TYPES)


@pytest.mark.parametrize("path", ["/static/../server.py", "/static/%2e%2e/server.py", "/static/nothing.js", "/api/x"])
def test_what_is_not_there_is_not_found(friend: httpx.Client, path: str):
    answer = friend.get(path)
    assert answer.status_code in {404, 405}
    assert answer.json()["error"]


def test_the_files_have_their_types(friend: httpx.Client):
    assert friend.get("/static/page.js").headers["content-type"].startswith("text/javascript")
    assert friend.get("/static/page.css").headers["content-type"].startswith("text/css")
    assert friend.get("/favicon.ico").status_code == 204


@pytest.mark.parametrize(
    ("button", "body", "event"),
    [
        (
            "acknowledge",
            {"incident": "i1", "by": "Maria"},
            Acknowledged(time=NOW + 1, by="Maria", via="web", incident="i1"),
        ),
        ("cancel", {"incident": "i1"}, Cancelled(time=NOW + 1, by="someone", via="web", incident="i1")),
        (
            "resolve",
            {"incident": "i1", "outcome": "false alarm", "by": "Maria"},
            Resolved(time=NOW + 1, by="Maria", via="web", incident="i1", outcome="false alarm"),
        ),
        (
            "snooze",
            {"seconds": 600, "room": "Bedroom"},
            Snoozed(time=NOW + 1, room="Bedroom", by="someone", via="web", seconds=600.0),
        ),
        ("help", {"room": "Living room"}, HelpCalled(time=NOW + 1, room="Living room", by="someone", via="web")),
        ("test", {"by": "Maria"}, DrillStarted(time=NOW + 1, by="Maria", via="web")),
    ],
)
def test_every_button_is_an_event(
    friend: httpx.Client, household: FakeHousehold, button: str, body: dict[str, object], event: HumanEvent
):
    household.show(incidents=(incident(),))
    answer = friend.post(f"/api/{button}", json=body)
    assert (answer.status_code, answer.json()) == (202, {"accepted": button})
    assert household.submitted.get_nowait() == event


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"incidents": (incident(),)}, "in the Living room something is the matter"),
        ({"incidents": (incident(room=""),)}, "something is the matter"),
        ({"incidents": (incident(drill=True),)}, "another drill is on"),
        ({"drill": FallDrill("Bedroom", NOW + 60, contacts=False)}, "another drill is on"),
        ({"snoozes": (SnoozeShown("", NOW + 60),)}, "alarms of the Living room are paused"),
    ],
)
def test_a_fall_drill_is_refused_where_it_could_hide_something(
    friend: httpx.Client, household: FakeHousehold, changes: dict[str, object], reason: str
):
    household.show(**changes)
    answer = friend.post("/api/drill", json={"room": "Living room"})
    assert answer.status_code == 409
    assert reason in answer.json()["error"]
    assert friend.post("/api/drill", json={"room": "Living room", "seconds": 0}).status_code == 202


def test_a_pause_is_asked_for_told_and_taken_down(
    friend: httpx.Client, household: FakeHousehold, web: server.WebServer
):
    assert friend.post("/api/pause", json={"room": "Bedroom", "seconds": 900}).status_code == 202
    asked = household.submitted.get_nowait()
    assert isinstance(asked, PauseAsked)
    assert (asked.room, asked.seconds, asked.via) == ("Bedroom", 900.0, "web")
    assert friend.post("/api/pause", json={"seconds": 50_000}).status_code == 400
    household.show(pauses=(PAUSE,))
    (told,) = payload.state(household.snapshot(), NOW)["pauses"]
    assert (told["room"], told["by"]) == ("Bedroom", "Anna")
    assert "camera of the Bedroom is paused" in friend.post("/api/drill", json={"room": "Bedroom"}).json()["error"]
    web.note("the button", "Paused until 12:15: Bedroom.", "button")
    deadline = time.monotonic() + 20
    while not any(deed["whence"] == "button" for deed in friend.get("/api/audit").json()["deeds"]):
        assert time.monotonic() < deadline
    assert "paused the cameras for 15 minutes: Bedroom" in [
        deed["what"] for deed in friend.get("/api/audit").json()["deeds"]
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"incidents": (incident(room="Living room"),)}, "something is the matter in the Living room"),
        ({"snoozes": (SnoozeShown("", NOW + 60),)}, "all alarms are paused"),
        ({"drill": FallDrill("Living room", NOW + 60, contacts=False)}, "a fall drill is on"),
    ],
)
def test_a_pause_is_refused_where_the_camera_is_needed(
    friend: httpx.Client, household: FakeHousehold, changes: dict[str, object], reason: str
):
    household.show(**changes)
    answer = friend.post("/api/pause", json={"room": "Living room"})
    assert answer.status_code == 409
    assert reason in answer.json()["error"]
    assert friend.post("/api/pause", json={"room": "Living room", "seconds": 0}).status_code == 202


def test_what_somebody_did_with_the_cameras_is_said_in_words():
    asked = PauseAsked(time=NOW, by="Anna", via="web", room="Bedroom")
    assert words.deed("pause", asked) == "paused the cameras: Bedroom"
    assert words.deed("pause", replace(asked, seconds=0.0)) == "opened the cameras: Bedroom"


def test_alarms_that_are_held_as_well_are_told_with_a_pause():
    said = words.headline(shown(pauses=(PAUSE,), snoozes=(SnoozeShown("Bedroom", NOW + 60),)), NOW)
    assert "held as well" in said.detail
    assert "paused by Anna" in said.detail


def test_a_fall_drill_is_asked_for_and_what_it_looks_at_is_told(friend: httpx.Client, household: FakeHousehold):
    assert friend.post("/api/drill", json={"room": "Living room", "contacts": True}).status_code == 202
    asked = household.submitted.get_nowait()
    assert isinstance(asked, FallDrillAsked)
    assert (asked.room, asked.contacts, asked.via) == ("Living room", True, "web")
    household.show(drill=FallDrill("Living room", NOW + 60, contacts=True))
    told = friend.get("/api/look").json()
    assert told["drill"]["room"] == "Living room"
    assert [room["name"] for room in told["rooms"]] == ["Living room", "Bedroom"]


@pytest.mark.parametrize(("contacts", "detail"), [(True, "hear that it is a drill"), (False, "Nobody is called")])
def test_a_fall_drill_is_the_headline(*, contacts: bool, detail: str):
    said = words.headline(shown(drill=FallDrill("Bedroom", NOW + 60, contacts=contacts)), NOW)
    assert (said.mood, said.kicker) == (words.Mood.PAUSED, "Drill")
    assert said.title == "A fall in the Bedroom is taken for an exercise"
    assert detail in said.detail


def test_a_room_of_which_only_senses_tell_may_be_named(friend: httpx.Client, household: FakeHousehold):
    household.show(senses=(Sensed("radar", Kind.FALL, "bath", SenseState.OFF, NOW),))
    assert friend.post("/api/snooze", json={"seconds": 600, "room": "bath"}).status_code == 202
    assert household.submitted.get_nowait().room == "bath"
    assert friend.post("/api/missed", json={"at": "14:05", "room": "bath"}).status_code == 400


@pytest.mark.parametrize(
    ("button", "content", "status"),
    [
        ("acknowledge", b'{"incident": "i1"}', 400),
        ("acknowledge", b"{", 400),
        ("acknowledge", b"[1]", 400),
        ("acknowledge", b'{"incident": 5, "by": "x"}', 400),
        ("acknowledge", b'{"by": "x", "who": "y"}', 400),
        ("acknowledge", b"\xff\xfe", 400),
        ("acknowledge", b'{"by": "' + b"x" * 2_000 + b'"}', 413),
        ("acknowledge", b'{"incident": "i9", "by": "x"}', 409),
        ("snooze", b'{"seconds": -1}', 400),
        ("snooze", b'{"seconds": 1e9}', 400),
        ("snooze", b'{"seconds": 60, "room": "Cellar"}', 400),
        ("resolve", b'{"outcome": "whatever"}', 400),
        ("launch", b"{}", 404),
    ],
)
def test_nonsense_is_refused_with_a_reason(
    friend: httpx.Client, household: FakeHousehold, button: str, content: bytes, status: int
):
    household.show(incidents=(incident(),))
    answer = friend.post(f"/api/{button}", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.json()["error"]
    assert household.submitted.empty()


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_only_json_is_read(friend: httpx.Client, household: FakeHousehold, kind: str):
    assert friend.post("/api/help", content=b"{}", headers={"Content-Type": kind}).status_code == 415
    assert household.submitted.empty()


def test_an_endless_body_is_cut_off(friend: httpx.Client):
    chunks = (b" " * 512 for _ in range(1_000))
    answer = friend.post("/api/help", content=chunks, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_a_button_that_came_too_late_says_so(friend: httpx.Client, household: FakeHousehold):
    household.show(incidents=(incident(IncidentState.SUSPECTED),))
    answer = friend.post("/api/acknowledge", json={"incident": "i1", "by": "Maria"})
    assert answer.status_code == 409
    assert "suspected by now; cancel, resolve would be right" in answer.json()["error"]


def test_a_missed_fall_is_refused_where_nothing_of_it_is_kept(friend: httpx.Client, household: FakeHousehold):
    body = {"at": f"{WALL:%H:%M}", "room": "Bedroom"}
    answer = friend.post("/api/missed", json=body)
    assert (answer.status_code, "keep_scenes is false" in answer.json()["error"]) == (409, True)
    household.show(feedback=FeedbackShown(on=True, reaches={"Living room": NOW - 60}))
    answer = friend.post("/api/missed", json=body)
    assert answer.json()["error"].startswith("nothing has been seen of Bedroom lately")
    assert household.submitted.empty()
    assert friend.post("/api/missed", json={**body, "room": "Living room"}).status_code == 202
    assert isinstance(household.submitted.get(), MissReported)


LEARNED = LearnedPlace(4, BED, "Somebody rested here 5 times, 3 h in all, last today.", accepted=False)


def test_a_learned_place_is_part_of_the_state_beside_those_that_count():
    told = payload.state(shown(rooms=(replace(LIVING, learned=(LEARNED,)), BEDROOM)), NOW)
    (learned,) = told["rooms"][0]["learned"]
    assert (learned["number"], learned["name"], learned["kind"], learned["accepted"]) == (4, "bed", "bed", False)
    assert learned["sentence"].startswith("Somebody rested here")
    assert told["rooms"][1]["learned"] == []


@pytest.mark.parametrize(("request_name", "kind"), [("accept", PlaceAccepted), ("decline", PlaceDeclined)])
def test_only_what_is_proposed_or_accepted_can_be_answered_for(
    friend: httpx.Client, household: FakeHousehold, request_name: str, kind: type[HumanEvent]
):
    household.show(rooms=(replace(LIVING, learned=(LEARNED,)), BEDROOM))
    for body in ({"place": 4, "room": "Bedroom"}, {"place": 5, "room": "Living room"}):
        answer = friend.post(f"/api/{request_name}", json=body)
        assert (answer.status_code, "no longer proposed" in answer.json()["error"]) == (409, True)
    assert household.submitted.empty()
    assert friend.post(f"/api/{request_name}", json={"place": 4, "room": "Living room"}).status_code == 202
    assert type(household.submitted.get()) is kind


def test_what_is_still_open_is_closed_and_not_judged(friend: httpx.Client, household: FakeHousehold):
    body = {"incident": "i1", "verdict": "fall"}
    household.show(incidents=(incident(),))
    assert friend.post("/api/judge", json=body).status_code == 409
    household.show(incidents=())
    assert friend.post("/api/judge", json=body).status_code == 202
    assert isinstance(household.submitted.get(), Judged)


def test_what_is_kept_to_learn_from_is_part_of_the_state():
    assert payload.state(shown(), NOW)["feedback"] == {"on": False, "kept": 0, "since": None}
    kept = FeedbackShown(on=True, kept=4, reaches={"Living room": NOW - 600, "Bedroom": NOW - 1_800})
    since = f"{WALL - timedelta(seconds=1_800):%H:%M}"
    assert payload.state(shown(feedback=kept), NOW)["feedback"] == {"on": True, "kept": 4, "since": since}


def test_the_list_holds_who_did_what(friend: httpx.Client, household: FakeHousehold):
    closed = incident(IncidentState.RESOLVED, outcome="helped", acknowledged_by="Maria", acknowledged_via="web")
    household.past = [PastIncident(closed, WALL, WALL + timedelta(seconds=90), replayable=True)] * 60
    told = friend.get("/api/incidents").json()["incidents"]
    assert len(told) == 50
    assert told[0]["closed"] == "2025-06-01T00:01:20+02:00"
    expected = {"verdict": "Helped", "by": "Maria", "via": "web", "replayable": True, "room": "Living room"}
    assert told[0] | expected == told[0]
    assert len(friend.get("/api/incidents", params={"limit": 3}).json()["incidents"]) == 3


@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "", "٣", "9" * 5_000])
def test_a_strange_limit_is_refused(friend: httpx.Client, limit: str):
    assert friend.get("/api/incidents", params={"limit": limit}).status_code == 400


def test_the_scene_is_told_frame_by_frame(friend: httpx.Client, household: FakeHousehold):
    frames = tuple(SceneFrame(offset, LIVING.persons) for offset in (-20.0, 0.0, 19.9))
    household.scenes["i1"] = RecordedScene("Living room", 4 / 3, frames, (BED,))
    told = friend.get("/api/incidents/i1/scene").json()
    assert [frame["t"] for frame in told["frames"]] == [-20.0, 0.0, 19.9]
    assert told["frames"][0]["persons"][0]["keypoints"] == [500] * 51
    assert friend.get("/api/incidents/i2/scene").status_code == 404


def test_a_broken_store_breaks_only_the_list(friend: httpx.Client, household: FakeHousehold):
    household.broken = StoreError("the disk is full")
    assert friend.get("/api/incidents").status_code == 503
    assert friend.get("/api/incidents/i1/scene").json() == {"error": "the disk is full"}
    assert friend.get("/").status_code == 200


def test_the_stream_tells_what_changes(friend: httpx.Client, household: FakeHousehold):
    with friend.stream("GET", "/api/stream") as response:
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        lines = response.iter_lines()
        names = [line for line in (next(lines) for _ in range(15)) if line.startswith("event")]
        assert names == [f"event: {name}" for name in ("skeleton", "beat", "state", "known", "people")]
        household.show(incidents=(incident(),))
        assert any("ALARM: Anna has fallen" in line for line in lines)


def test_stopping_ends_the_streams_too(tmp_path: Path):
    web = server.WebServer(Web(port=0), FakeHousehold(LIVING), TOKEN, tmp_path, wall=time.time)
    web.start()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        httpx.Client(base_url=web.origin, trust_env=False, headers=headers) as client,
        client.stream("GET", "/api/stream") as response,
    ):
        origin = web.origin
        chunks = response.iter_raw()
        next(chunks)
        web.stop()
        web.stop()
        tuple(chunks)  # raises where the stream is torn off instead of ended
    assert not web.alive
    assert web.origin == origin


def test_a_server_that_never_started_can_be_stopped(tmp_path: Path):
    web = server.WebServer(Web(port=0), FakeHousehold(LIVING), TOKEN, tmp_path, wall=time.time)
    web.stop()
    assert not web.alive


def test_a_taken_port_is_a_fault_of_the_configuration(tmp_path: Path):
    with socket.socket() as taken_port:
        taken_port.bind(("127.0.0.1", 0))
        taken_port.listen()
        port = taken_port.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"web.port: {port}"):
            server.WebServer(Web(port=port), FakeHousehold(LIVING), TOKEN, tmp_path, wall=time.time).start()


def test_it_serves_the_other_loopback_too(tmp_path: Path):
    web = server.WebServer(Web(port=0, host="::1"), FakeHousehold(LIVING), TOKEN, tmp_path, wall=time.time)
    try:
        web.start()
    except ConfigurationError:
        pytest.skip("this machine has no IPv6")
    try:
        assert httpx.get(web.address, trust_env=False).status_code == 303
    finally:
        web.stop()


# The token


def test_the_token_is_made_once_and_for_nobody_else(tmp_path: Path):
    token = tokens.load_token(tmp_path)
    assert len(token) == 43
    assert tokens.load_token(tmp_path) == token
    assert stat.S_IMODE((tmp_path / tokens.TOKEN_FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [tokens.TOKEN_FILE]


@pytest.mark.parametrize("damage", [b"", b"short\n", b"\xff" * 43, b"a b" * 20])
def test_a_damaged_token_is_replaced(tmp_path: Path, damage: bytes):
    path = tmp_path / tokens.TOKEN_FILE
    path.write_bytes(damage)
    path.chmod(0o600)
    assert len(tokens.load_token(tmp_path)) == 43


def test_a_token_that_others_could_read_is_no_secret(tmp_path: Path):
    token = tokens.load_token(tmp_path)
    (tmp_path / tokens.TOKEN_FILE).chmod(0o644)
    assert tokens.load_token(tmp_path) != token


def test_a_half_written_token_does_not_stand_in_the_way(tmp_path: Path):
    (tmp_path / f"{tokens.TOKEN_FILE}.new").write_text("half")
    assert len(tokens.load_token(tmp_path)) == 43


@pytest.mark.parametrize(
    ("changes", "places", "status"),
    [
        ({"moved": True}, "fit", 202),
        ({"moved": True}, "anew", 202),
        ({"outdated": "Of another view: bed."}, "fit", 202),
        ({"outdated": "Of another view: bed."}, "anew", 409),
        ({}, "fit", 409),
    ],
)
def test_a_view_is_accepted_where_the_camera_was_moved(
    friend: httpx.Client, household: FakeHousehold, changes: dict[str, object], places: str, status: int
):
    household.show(rooms=(replace(LIVING, **changes), BEDROOM))
    told = payload.state(household.snapshot(), NOW)["rooms"][0]
    assert (told["moved"], told["outdated"]) == (changes.get("moved", False), changes.get("outdated", ""))
    answer = friend.post("/api/view", json={"places": places, "room": "Living room", "by": "Ana"})
    assert answer.status_code == status
    if status == 202:
        did = household.submitted.get()
        assert isinstance(did, ViewAccepted)
        assert (did.fits, did.by, did.via) == (places == "fit", "Ana", "web")
