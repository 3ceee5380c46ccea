import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from brokers import MOSQUITTO, Listener, Mosquitto, free_port
from brokers import running as running_broker

from guardian import app
from guardian.app import ALIVE_SECONDS, Guardian, button_event
from guardian.commands import Lamp, Sound
from guardian.entrance import Web
from guardian.errors import BrokerError, ConfigurationError, ModelError, PanelError
from guardian.events import Acknowledged, Cancelled, DrillStarted, Event, HelpCalled, PauseAsked, ViewLost
from guardian.eye.watch import Cut, Seen
from guardian.incident import IncidentState
from guardian.io.fakes import FakeClock
from guardian.io.gpio import Gesture
from guardian.io.panel import NoPanel, SimulatedPanel
from guardian.readings import Heard
from guardian.settings import Camera, Falls, Household, Mqtt, Panel, Room, Settings, Supervision
from guardian.skeleton import Observation

SECONDS = 30.0


def settings(path: Path, **fields: object) -> Settings:
    """A box without a broker, whose camera does not exist."""
    plain = {
        "rooms": (Room(name="kitchen", camera=Camera(source=str(path / "no such film.mp4"))),),
        "mqtt": Mqtt(broker="none"),
        "panel": Panel(kind="simulated"),
        "web": Web(enabled=False),
        "state_directory": path / "state",
    }
    return Settings(**{**plain, **fields})


@contextmanager
def running(guardian: Guardian) -> Iterator[Guardian]:
    try:
        guardian.start()
        yield guardian
    finally:
        guardian.stop()


def wait_for(wanted, what: str = "") -> None:  # noqa: ANN001 - any callable
    """Look again and again, without holding the processor, until it is as wanted."""
    tries = threading.Event()
    for _ in range(int(SECONDS / 0.01)):
        if wanted():
            return
        tries.wait(0.01)
    pytest.fail(f"never so: {what}")


def test_a_flood_of_what_senses_say_is_held_up_and_a_call_for_help_is_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    guardian = Guardian(settings(tmp_path))
    for number in range(app.MOST_WAITING + 5):
        guardian._hear(Heard(float(number), "z/bath", b""))
    guardian.submit(HelpCalled(time=0.0, by="Rosa", via="web"))
    assert guardian._inbox.qsize() == app.MOST_WAITING + 1
    assert caplog.text.count("event=sense_unheard topic='z/bath'") == 5
    guardian.stop()


def test_an_eye_that_floods_the_core_fills_no_memory_and_is_still_seen_to_end(tmp_path: Path):
    guardian = Guardian(settings(tmp_path))
    for number in range(app.MOST_WAITING + 5):
        guardian._see(Seen("kitchen", Observation(time=float(number + 1), frame=number)))
    guardian._see(Cut("kitchen", "It said what is no record."))
    guardian.submit(HelpCalled(time=0.0, by="Rosa", via="web"))
    assert guardian._inbox.qsize() == app.MOST_WAITING + 2
    guardian.stop()


def test_the_box_speaks_the_household_s_language(tmp_path: Path):
    with running(Guardian(settings(tmp_path, household=Household(language="de")))) as guardian:
        guardian.submit(HelpCalled(time=0.0, by="Rosa", via="web"))
        said = "Jemand ruft um Hilfe. Hilfe wird gerufen."
        wait_for(lambda: guardian.brain.shown.panel.text == said, said)
    with pytest.raises(ConfigurationError, match="'fr' is no language that Guardian speaks; one of en, de, es, zh-TW"):
        Guardian(settings(tmp_path, household=Household(language="fr")))


def test_a_call_for_help_sounds_the_siren_and_the_button_takes_it(tmp_path: Path):
    with running(Guardian(settings(tmp_path))) as guardian:
        panel = guardian.panel
        assert isinstance(panel, SimulatedPanel)
        guardian.submit(HelpCalled(time=0.0, by="Rosa", via="web"))
        wait_for(lambda: panel.sound is Sound.SIREN, "siren")
        wait_for(lambda: panel.lamp is Lamp.FAST_BLINK, "alarm lamp")
        wait_for(lambda: panel._button._armed, "a button that was seen up")
        panel.press()
        wait_for(lambda: guardian.brain.alarm.state is IncidentState.ACKNOWLEDGED, "acknowledged by the button")
        wait_for(lambda: panel.sound is Sound.SILENT, "silence")


def test_a_service_outside_is_told_that_the_box_works_and_not_when_its_core_hangs(tmp_path: Path):
    beats: list[str] = []
    watched = settings(tmp_path, supervision=Supervision(url="https://watch.example/secret", seconds=3_600))
    guardian = Guardian(watched)
    assert guardian._heartbeat is not None
    guardian._heartbeat._fetch = beats.append
    with running(guardian):
        wait_for(lambda: beats == ["https://watch.example/secret"], "a sign of life")
    guardian._clock = FakeClock(guardian.brain.shown.moment.monotonic + ALIVE_SECONDS)
    guardian._heartbeat.beat()
    assert len(beats) == 1


@pytest.mark.slow
@pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: apt install mosquitto")
def test_what_happened_while_the_broker_was_away_is_said_by_the_next_process_once_and_in_order(tmp_path: Path):
    broker = Mosquitto(tmp_path)
    away = settings(tmp_path, mqtt=Mqtt(broker="localhost", port=broker.port))
    with running(Guardian(away)) as guardian:
        for by in ("Rosa", "Anna", "Bruno"):
            guardian.submit(HelpCalled(time=0.0, by=by, via="web"))
        wait_for(lambda: sum('"HelpCalled"' in each.payload for _, each in guardian.journal.messages()) == 3, "kept")

    def calls(listener: Listener) -> list[str]:
        said = [json.loads(payload) for payload in listener.payloads("guardian/home/event")]
        return [each["by"] for each in said if each["event"] == "HelpCalled"]

    with running_broker(broker), Listener(broker.endpoint) as listener, running(Guardian(away)) as again:
        again.submit(HelpCalled(time=0.0, by="Clara", via="web"))
        listener.heard.wait_for(lambda heard: any('"Clara"' in payload for _, payload, _ in heard))
        assert calls(listener) == ["Rosa", "Anna", "Bruno", "Clara"]
        wait_for(lambda: again.journal.messages() == (), "nothing is left to say")


def test_an_open_alarm_rings_again_after_a_restart(tmp_path: Path):
    with running(Guardian(settings(tmp_path))) as guardian:
        guardian.submit(HelpCalled(time=0.0, by="Rosa", via="web"))
        wait_for(lambda: guardian.brain.alarm.state is IncidentState.RAISED, "raised")
    with running(Guardian(settings(tmp_path))) as again:
        assert again.brain.alarm.state is IncidentState.RAISED
        panel = again.panel
        assert isinstance(panel, SimulatedPanel)
        wait_for(lambda: panel.sound is Sound.SIREN, "siren")


def test_a_camera_that_cannot_be_opened_is_told_while_the_rest_goes_on(tmp_path: Path):
    with running(Guardian(settings(tmp_path))) as guardian:
        wait_for(lambda: "no such film" in guardian.home.snapshot().rooms[0].reason, "blind, and why")


def test_a_second_box_on_the_same_state_is_refused(tmp_path: Path):
    with running(Guardian(settings(tmp_path))):
        second = Guardian(settings(tmp_path))
        with pytest.raises(ConfigurationError, match="another Guardian runs on this state"):
            second.start()
        second.stop()


def test_a_state_directory_that_cannot_be_written_is_a_fault_and_no_end(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with running(Guardian(settings(tmp_path, state_directory=tmp_path / "file" / "state"))) as guardian:
        wait_for(lambda: "store" in {fault.part for fault in guardian.home.snapshot().faults}, "fault")
        guardian.submit(HelpCalled(time=0.0, by="Rosa", via="web"))
        wait_for(lambda: guardian.brain.alarm.state is IncidentState.RAISED, "raised")


def test_a_page_that_cannot_start_is_a_fault_and_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("guardian.late.RETRY_SECONDS", 0.05)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "web-token").mkdir()
    with running(Guardian(settings(tmp_path, web=Web(port=0)))) as guardian:
        assert guardian.late == ("page",)
        assert guardian.page == ""
        wait_for(lambda: "page" in {fault.part for fault in guardian.home.snapshot().faults}, "fault")
        (tmp_path / "state" / "web-token").rmdir()
        wait_for(lambda: guardian.late == (), "started late")
        wait_for(lambda: guardian.home.snapshot().faults == (), "fault over")
        assert guardian.page.startswith("http://127.0.0.1:")


def test_a_broker_that_cannot_start_is_a_fault_and_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(_: object) -> None:
        message = "port taken"
        raise BrokerError(message)

    monkeypatch.setattr("guardian.io.broker.EmbeddedBroker.start", fail)
    mqtt = Mqtt(broker="embedded", port=free_port())
    with running(Guardian(settings(tmp_path, mqtt=mqtt))) as guardian:
        assert guardian.late == ("broker",)
        guardian.submit(HelpCalled(time=0.0, by="Rosa", via="web"))
        wait_for(lambda: guardian.brain.alarm.state is IncidentState.RAISED, "raised")


def test_a_panel_that_cannot_be_driven_is_a_fault_and_no_end(tmp_path: Path):
    def no_panel(_gesture: object, _report: object) -> SimulatedPanel:
        message = "GPIO 18 is busy"
        raise PanelError(message)

    with running(Guardian(settings(tmp_path), panel=no_panel)) as guardian:
        assert isinstance(guardian.panel, NoPanel)
        wait_for(lambda: "panel" in {fault.part for fault in guardian.home.snapshot().faults}, "fault")


def test_a_network_that_cannot_be_loaded_is_a_fault_and_the_rules_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def damaged(_: Falls) -> None:
        message = "fall_window.tflite: has another sha256"
        raise ModelError(message)

    monkeypatch.setattr(app, "judge_for", damaged)
    with running(Guardian(settings(tmp_path))) as guardian:
        wait_for(lambda: "model" in {fault.part for fault in guardian.home.snapshot().faults}, "fault")
        guardian.submit(HelpCalled(time=0.0, by="Rosa", via="web"))
        wait_for(lambda: guardian.brain.alarm.state is IncidentState.RAISED, "raised")


def test_one_that_never_started_can_be_stopped(tmp_path: Path):
    Guardian(settings(tmp_path)).stop()


def test_a_core_that_fails_ends_the_box_so_that_it_is_started_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    with running(Guardian(settings(tmp_path))) as guardian:

        def fail(*_: object) -> None:
            message = "a fault in the core"
            raise RuntimeError(message)

        monkeypatch.setattr(guardian.brain, "take", fail)
        guardian.submit(ViewLost(time=0.0, room="kitchen"))
        assert guardian.ended.wait(SECONDS)


@pytest.mark.parametrize(
    ("gesture", "state", "meant"),
    [
        (Gesture.PRESS, None, Cancelled),
        (Gesture.PRESS, IncidentState.PENDING, Cancelled),
        (Gesture.PRESS, IncidentState.RAISED, Acknowledged),
        (Gesture.HOLD, None, HelpCalled),
        (Gesture.HOLD, IncidentState.PENDING, HelpCalled),
        (Gesture.LONG_HOLD, None, DrillStarted),
        (Gesture.PAUSE, None, PauseAsked),
        (Gesture.WATCH, IncidentState.RAISED, PauseAsked),
    ],
)
def test_what_the_button_means(gesture: Gesture, state: IncidentState | None, meant: type[Event]):
    event = button_event(gesture, state, 7.0)
    assert type(event) is meant
    assert (event.time, event.by, event.via) == (7.0, "the button", "button")


def test_systemd_hears_that_the_box_is_up_lives_and_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(SECONDS)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "300000")
        heard = ""
        with running(Guardian(settings(tmp_path))):
            while "WATCHDOG=1" not in heard:
                heard += ear.recv(1000).decode() + "\n"
        while "STOPPING=1" not in heard:
            heard += ear.recv(1000).decode() + "\n"
    assert heard.startswith("READY=1\n")
    assert "STATUS=Watching 0 of 1 rooms. Cannot see: kitchen." in heard


def test_a_broker_of_this_machine_is_used_and_where_there_is_none_we_bring_our_own(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        theirs = Guardian(settings(tmp_path, mqtt=Mqtt(port=listener.getsockname()[1])))
        assert theirs.broker is None
        theirs.stop()
    ours = Guardian(settings(tmp_path, mqtt=Mqtt(port=free_port())))
    assert ours.broker is not None
    ours.stop()
