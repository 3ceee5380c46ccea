import fcntl
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from brokers import free_port
from certificates import certificate
from phone_servers import Ntfy, NtfyTalk, serving

from guardian import cli, doctor
from guardian.app import LOCK, STORE
from guardian.contacts import Contact
from guardian.doctor import box, knowledge, outputs, sight
from guardian.doctor.finding import Finding, State, fail, failed, ok, warn, worst
from guardian.drawn import Drawn
from guardian.entrance import Web
from guardian.errors import ConfigurationError, ModelError, PanelError, SandboxError, SourceError
from guardian.events import PlaceDrawn, PlaceRemoved
from guardian.eye.engine import LIGHTNING, MULTIPOSE, SUMS, THUNDER, models_directory
from guardian.eye.orders import EyeSettings
from guardian.eye.wire import Attempt, Confinement, End, Hello, Proof, Reason, Record
from guardian.io.broker import EmbeddedBroker
from guardian.io.fakes import FakeGpio
from guardian.io.health import Sensors
from guardian.io.mqtt_session import Endpoint
from guardian.io.notify import Send
from guardian.io.store import Store
from guardian.io.voice import Mute
from guardian.learned import OPTICS, ROLL, VIEW
from guardian.moment import Moment
from guardian.settings import Camera, Models, Mqtt, Panel, Place, Room, Settings
from guardian.skeleton import Observation
from guardian.speech import Speech
from guardian.web.roles import Role
from guardian.web.users import Users

NOW = Moment(1_000.0, datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc))
ROOM = Room(name="kitchen", camera=Camera(source="rtsp://anna:geheim@camera/1"))
USB = Room(name="hall", camera=Camera(source="/dev/video0"))
CONFINED = Confinement(landlock=7, seccomp=True, no_new_privs=True, undumpable=True)
SOUND = "rooms: [{name: a, camera: {source: csi}}]\n"


def states(findings: Sequence[Finding]) -> list[State]:
    return [finding.state for finding in findings]


def seen(fps: float = 15.0, seconds: float = 3.0, **more: float) -> list[Record]:
    """What a confined eye says of a camera that gives so many frames a second."""
    light = {"brightness": 0.5, "contrast": 0.2, **more}
    frames = [Observation(time=number / fps, frame=number, **light) for number in range(int(seconds * fps) + 1)]
    return [Hello(640, 480, CONFINED), *frames]


class FakeEye:
    """Says its records, then raises."""

    def __init__(self, records: Sequence[Record], error: Exception | None) -> None:
        self._records, self._error = records, error

    def records(self) -> Iterator[Record]:
        yield from self._records
        if self._error is not None:
            raise self._error

    def __enter__(self) -> "FakeEye":  # noqa: PYI034 - typing has no Self in Python 3.10
        return self

    def __exit__(self, *_: object) -> None: ...


def camera(
    records: Sequence[Record] = (), *, room: Room = ROOM, error: Exception | None = None, taken: bool = False
) -> Finding:
    def start(orders: EyeSettings) -> FakeEye:
        assert orders.camera == room.camera
        return FakeEye(records, error)

    return sight.examine_camera(room, Models(), allow_unconfined=True, taken=taken, start=start)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "reason", "state", "said"),
    [
        ({}, "aplay failed", State.OK, "none is wanted"),
        ({"enabled": True}, "", State.OK, "de on default"),
        ({"enabled": True, "voice": "de+f2"}, "", State.OK, "de+f2 on default"),
        ({"enabled": True}, "aplay failed (no such device)", State.WARN, "aplay failed (no such device)"),
    ],
)
def test_the_voice_is_tried_without_a_sound(fields: dict[str, object], reason: str, state: State, said: str):
    class Tried(Mute):
        was_cut = hangs = False

        def speak(self, text: str, seconds: float) -> str:
            assert (text.strip(), seconds) == ("", outputs.VOICE_SECONDS)
            return reason

        def cut_short(self) -> None: ...

    found = outputs.examine_voice(Speech.model_validate(fields), "de", lambda *_: Tried())
    assert found.state is state
    assert found.part == "voice"
    assert said in found.text


def test_a_camera_that_gives_what_was_asked_for_is_well():
    assert camera(seen()) == ok("camera", "kitchen: 640x480 at 15 fps")
    assert camera(seen(fps=30.0)) == ok("camera", "kitchen: 640x480 at 15 fps")
    assert camera([*seen(seconds=0.2), End(Reason.END_OF_FILE)]) == ok("camera", "kitchen: 640x480")


@pytest.mark.parametrize(
    ("records", "text", "remedy"),
    [
        (seen(fps=6.0), "640x480 at 6 fps, not the 15 that were asked for", "more light"),
        (seen(brightness=0.01), "640x480 at 15 fps, but too dark to see anybody", "infrared"),
        (seen(contrast=0.001), "640x480 at 15 fps, but it sees one surface only", "covers it"),
    ],
)
def test_a_camera_that_sees_badly_is_a_warning(records: Sequence[Record], text: str, remedy: str):
    found = camera(records)
    assert (found.state, found.text) == (State.WARN, f"kitchen: {text}")
    assert remedy in found.remedy


def test_a_camera_that_gives_no_frame_has_failed_and_its_password_is_not_told():
    found = camera([Hello(640, 480, CONFINED), End(Reason.END_OF_FILE)])
    assert (found.state, found.text) == (State.FAIL, "kitchen: rtsp://anna:***@camera/1 gives no frame")
    assert camera().state is State.FAIL


def test_a_camera_that_cannot_be_opened_has_failed_with_the_eyes_own_remedy():
    found = camera(error=SourceError("/dev/video0: there is no such camera (present: none); plug it in"))
    assert found == fail("camera", "kitchen: /dev/video0: there is no such camera (present: none)", "plug it in")
    assert camera(error=OSError("no more processes")).state is State.FAIL


def test_a_camera_that_the_service_has_is_not_torn_from_it():
    ribbon = Room(name="hall", camera=Camera(source="csi"))
    found = camera(room=ribbon, taken=True, error=AssertionError("opened"))
    assert (found.state, found.text) == (State.WARN, "hall: not tried, since the service that runs has it")
    assert "systemctl stop guardian" in found.remedy
    assert camera(seen(), taken=True).state is State.OK  # a network camera serves several


def test_a_camera_that_is_not_plugged_in_is_told_though_the_service_runs():
    gone = Room(name="hall", camera=Camera(source="/dev/video999"))
    assert camera(room=gone, taken=True, error=SourceError("there is no such camera")).state is State.FAIL


def test_the_cameras_of_a_machine_are_named(tmp_path: Path):
    assert sight.examine_devices(tmp_path).state is State.WARN
    (tmp_path / "video0").touch()
    assert sight.examine_devices(tmp_path) == ok("camera", f"devices here: {tmp_path}/video0")
    (tmp_path / "v4l" / "by-id").mkdir(parents=True)
    (tmp_path / "v4l" / "by-id" / "usb-eye-index0").symlink_to(tmp_path / "video0")
    assert sight.examine_devices(tmp_path) == ok("camera", f"devices here: {tmp_path}/video0 (usb-eye-index0)")


def sandbox(
    confinement: Confinement = CONFINED, errors: Sequence[int] = (1, 13), error: Exception | None = None
) -> Finding:
    def attempt(orders: EyeSettings) -> tuple[Confinement, tuple[Proof, ...]]:
        assert Path(orders.camera.source).exists()
        if error is not None:
            raise error
        return confinement, tuple(Proof(tried, number) for tried, number in zip(Attempt, errors, strict=False))

    return sight.examine_sandbox(Models(), allow_unconfined=True, attempt=attempt)


def test_a_kernel_that_confines_the_eye_is_well():
    confines = "the kernel confines the eye, and refused 2 ways out; Landlock 7"
    assert sandbox() == ok("sandbox", f"{confines}; its frames alone are locked out of the swap")
    locked = sandbox(replace(CONFINED, kept_from_swap=True))
    assert locked == ok("sandbox", f"{confines}; none of its memory reaches the swap")


@pytest.mark.parametrize(
    ("found", "state", "text"),
    [
        (sandbox(errors=(1, 0)), State.FAIL, "the eye can break out: open for reading"),
        (sandbox(Confinement()), State.WARN, "the eye is not confined"),
        (sandbox(Confinement(0, True, True, True)), State.WARN, "it has no Landlock"),  # noqa: FBT003 - its fields
        (sandbox(error=SandboxError("no seccomp; use another kernel")), State.FAIL, "no seccomp"),
        (sandbox(error=ModelError("it is altered")), State.FAIL, "the eye does not start: it is altered"),
        (sandbox(error=PermissionError("denied")), State.FAIL, "the eye does not start: denied"),
    ],
)
def test_a_kernel_that_does_not_confine_the_eye_is_told(found: Finding, state: State, text: str):
    assert found.state is state
    assert text in found.text
    assert found.remedy


def test_models_are_compared_with_their_sums(tmp_path: Path):
    assert states(list(sight.examine_models(Models()))) == [State.OK] * 4
    for name in (MULTIPOSE, LIGHTNING, SUMS):
        (tmp_path / name).write_bytes((models_directory() / name).read_bytes())
    (tmp_path / LIGHTNING).write_bytes(b"altered")
    found = list(sight.examine_models(Models(directory=tmp_path)))
    assert states(found) == [State.OK, State.FAIL, State.FAIL, State.OK]
    assert THUNDER in found[2].text


def test_a_network_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sight, "shipped", lambda: tmp_path / "fall_window.tflite")
    found = list(sight.examine_models(Models()))[-1]
    assert found.state is State.FAIL
    assert "fall_window.tflite" in found.text


def test_the_runtime_is_named_or_missed(monkeypatch: pytest.MonkeyPatch):
    assert sight.examine_runtime(Models()).state is State.OK
    monkeypatch.setattr("guardian.eye.engine.RUNTIMES", {"litert": "no_such_module", "tflite": "nor_this_one"})
    found = sight.examine_runtime(Models())
    assert found.state is State.FAIL
    assert "pip install ai-edge-litert" in found.remedy


@pytest.mark.parametrize("kind", ["none", "simulated"])
def test_a_box_without_a_header_panel_is_well(kind: str):
    assert states(list(outputs.examine_panel(Panel(kind=kind)))) == [State.OK]  # type: ignore[arg-type]


def panel(gpio: FakeGpio, **pins: int) -> list[Finding]:
    return list(outputs.examine_panel(Panel(kind="gpio", **pins), load=lambda: (gpio, (RuntimeError,))))  # type: ignore[arg-type]


def test_a_panel_is_claimed_given_back_and_shown():
    gpio = FakeGpio(lambda: 0.0)
    (found,) = panel(gpio)
    assert found.state is State.OK
    assert "buzzer on GPIO 18 (physical pin 12)" in found.text
    assert gpio.levels == {}


def test_a_pin_that_something_else_may_want_is_a_warning():
    found = panel(FakeGpio(lambda: 0.0), button=4)
    assert states(found) == [State.OK, State.WARN]
    assert "GPIO 4 (physical pin 7) is shared with 1-wire" in found[1].text


def test_a_panel_that_is_busy_or_missing_has_failed():
    (found,) = panel(FakeGpio(lambda: 0.0, busy=(18,)))
    assert found.state is State.FAIL
    assert "GPIO 18 (physical pin 12) cannot be set up as the buzzer" in found.text

    def nothing() -> tuple[FakeGpio, tuple[type[Exception], ...]]:
        message = "no GPIO library works here; install one"
        raise PanelError(message)

    assert list(outputs.examine_panel(Panel(kind="gpio"), load=nothing)) == [
        fail("panel", "no GPIO library works here", "install one")
    ]


def test_pins_that_the_service_has_are_not_torn_from_it():
    def load() -> tuple[FakeGpio, tuple[type[Exception], ...]]:
        pytest.fail("claimed")

    (found,) = outputs.examine_panel(Panel(kind="gpio"), taken=True, load=load)
    assert (found.state, "systemctl stop guardian" in found.remedy) == (State.WARN, True)


def test_a_broker_that_is_not_there_has_failed_and_one_that_is_not_wanted_is_well():
    assert outputs.examine_mqtt(Mqtt(broker="none")).state is State.OK
    found = outputs.examine_mqtt(Mqtt(broker="127.0.0.1", port=free_port()))
    assert found.state is State.FAIL
    assert "refused" in found.text


@pytest.mark.parametrize("broker", ["host", "embedded"])
def test_a_password_that_cannot_be_read_has_failed(tmp_path: Path, broker: str):
    found = outputs.examine_mqtt(Mqtt(broker=broker, username="me", password_file=tmp_path / "none"))
    assert found.state is State.FAIL
    assert "mqtt.password_file" in found.text


def test_something_that_answers_nothing_is_no_broker():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        assert outputs.knock(Endpoint("127.0.0.1", port), seconds=0.2) == "it did not answer within 0.2 s"


def test_our_own_broker_that_cannot_be_run_has_failed(monkeypatch: pytest.MonkeyPatch):
    def refuse(_: EmbeddedBroker) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(EmbeddedBroker, "start", refuse)
    assert outputs.examine_mqtt(Mqtt(broker="embedded", port=0)).state is State.FAIL


def test_our_own_broker_needs_its_ports():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = outputs.examine_mqtt(Mqtt(broker="embedded", port=port))
    assert found.state is State.FAIL
    assert f"127.0.0.1:{port} cannot be had" in found.text
    assert "mqtt.broker: localhost" in found.remedy


@pytest.mark.slow
def test_our_own_broker_is_started_and_lets_us_in(tmp_path: Path):
    secret = tmp_path / "password"
    secret.write_text("geheim")
    found = outputs.examine_mqtt(Mqtt(port=0, username="me", password_file=secret))
    assert (found.state, "our own broker starts and let us in" in found.text) == (State.OK, True)


@pytest.mark.slow
def test_a_real_broker_lets_us_in_or_says_why_not(tmp_path: Path):
    secret = tmp_path / "password"
    secret.write_text("geheim")
    with EmbeddedBroker(username="me", password="geheim") as broker:  # noqa: S106 - a test's
        port = broker.endpoint_v311.port
        for name, taken in (("127.0.0.1", False), ("auto", False), ("embedded", True)):
            found = outputs.examine_mqtt(Mqtt(broker=name, port=port, username="me", password_file=secret), taken=taken)
            assert found == ok("mqtt", f"127.0.0.1:{port} let us in")
        stranger = outputs.examine_mqtt(Mqtt(broker="127.0.0.1", port=port))
        assert (stranger.state, "closed the connection without a word" in stranger.text) == (State.FAIL, True)


def test_ways_that_nobody_knows_have_failed_and_their_secrets_are_not_told():
    def connect(way: str) -> Send:
        if way.startswith("ntfi"):
            message = "no such way is known; another would be right"
            raise ConfigurationError(message)
        return lambda _: pytest.fail("somebody was told")

    anna = Contact(name="Anna", ways=("ntfi://geheim", "mailto://anna:geheim@host", "ntfy://geheim"))
    assert list(outputs.examine_contacts((anna,), connect)) == [
        fail("contacts", "Anna: way 1, ntfi: no such way is known", "another would be right"),
        ok("contacts", "Anna by mailto and ntfy; not tried, to alarm nobody"),
    ]
    bruno = Contact(name="Bruno", ways=("ntfi://geheim",))
    assert states(list(outputs.examine_contacts((bruno,), connect))) == [State.FAIL]


@pytest.mark.usefixtures("quiet")
def test_ways_that_can_answer_are_asked_and_nobody_is_told_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    server, way = Ntfy(), tmp_path / "anna"
    with serving(server, NtfyTalk) as address:
        way.write_text(f"ntfy://{address.removeprefix('http://')}/geheim\n")
        way.chmod(0o600)
        anna = Contact(name="Anna", ways=(f"file:{way}", f"file:{way}.none", "file:${CREDENTIALS_DIRECTORY}/anna"))
        unreadable, unseen, told = outputs.examine_contacts((anna,))
        server.may = lambda _, __, write: not write
        deaf, still = outputs.examine_contacts((Contact(name="Anna", ways=(f"file:{way}",)),))
    assert told == still == ok("contacts", "Anna by anna (can answer); not tried, to alarm nobody")
    assert unreadable.text == f"Anna: way 2, anna.none: {way}.none cannot be read (No such file or directory)"
    assert unreadable.state is State.FAIL
    assert (unseen.state, "systemd shows it to the service alone" in unseen.text) == (State.WARN, True)
    assert (deaf.state, "phones may not write to topics named" in deaf.text) == (State.WARN, True)
    assert server.of("geheim") == []


def test_a_box_that_calls_nobody_is_a_warning():
    assert states(list(outputs.examine_contacts(()))) == [State.WARN]


def test_the_page_is_told_with_its_secret_to_whoever_may_read_it(tmp_path: Path):
    assert outputs.examine_page(Web(enabled=False), tmp_path, NOW.wall).state is State.OK
    found = outputs.examine_page(Web(), tmp_path, NOW.wall)
    assert found == ok(
        "page", "http://127.0.0.1:8377; nobody may sign in by name; its secret is made at the first start"
    )
    (tmp_path / "web-token").write_text("abc\n")
    Users(tmp_path).add("Anna", Role.CAREGIVER, "violin harbour thimble")
    found = outputs.examine_page(Web(host="::1", port=1), tmp_path, NOW.wall)
    assert found == ok("page", "http://[::1]:1/?token=abc; 1 may sign in")
    (tmp_path / "web-token").unlink()
    (tmp_path / "web-token").mkdir()
    assert outputs.examine_page(Web(), tmp_path, NOW.wall).state is State.WARN


def test_a_page_that_is_open_to_others_and_has_no_users_fails(tmp_path: Path):
    found = outputs.examine_page(Web(behind_proxy=True, allowed_hosts=("home.example.org",)), tmp_path, NOW.wall)
    assert (found.state, "users add" in found.remedy) == (State.FAIL, True)


def test_a_certificate_that_ends_soon_is_a_warning(tmp_path: Path):
    tls = certificate(tmp_path, days=60)
    web = Web(tls=tls)
    (tmp_path / "web-token").write_text("abc\n")
    today = datetime.now(timezone.utc)
    found = outputs.examine_page(web, tmp_path, today)
    assert (found.state, found.text.partition(";")[0]) == (State.OK, "https://127.0.0.1:8377/?token=abc")
    found = outputs.examine_page(web, tmp_path, today + timedelta(days=50))
    assert (found.state, "ends in 9 days" in found.text) == (State.WARN, True)
    tls.key_file.write_text("no key")
    assert outputs.examine_page(web, tmp_path, today).state is State.FAIL


def test_a_configuration_that_is_not_there_is_a_warning_unless_somebody_named_it(tmp_path: Path):
    settings, (found,) = box.examine_configuration(tmp_path / "g.yaml", demanded=False)
    assert (settings, found.state) == (None, State.WARN)
    settings, (found,) = box.examine_configuration(tmp_path / "g.yaml", demanded=True)
    assert (settings, found.state, found.text) == (None, State.FAIL, f"{tmp_path}/g.yaml: there is no such file")


def test_what_this_user_may_not_see_is_no_reason_to_give_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    look = Path.stat

    def refuse(self: Path, **how: bool) -> object:
        if "closed" in self.parts:
            raise PermissionError(13, "Permission denied")
        return look(self, **how)

    monkeypatch.setattr(Path, "stat", refuse)
    settings, (found,) = box.examine_configuration(tmp_path / "closed" / "g.yaml", demanded=False)
    assert (settings, found.state) == (None, State.WARN)
    assert box.examine_state(tmp_path / "closed" / "state").state is State.FAIL
    sensors = Sensors(tmp_path / "temp", tmp_path, tmp_path)
    (disk, *_) = box.examine_box(tmp_path / "closed" / "state", NOW, sensors)
    assert disk.text.endswith(f"GB free at {tmp_path}")


def test_every_fault_of_a_configuration_is_a_line(tmp_path: Path):
    path = tmp_path / "g.yaml"
    path.write_text(SOUND + "web: {port: -1}\npanel: {buzzer: pin 9}\n")
    settings, found = box.examine_configuration(path, demanded=False)
    assert settings is None
    assert states(found) == [State.FAIL, State.FAIL]
    assert found[0].text == f"{path}:2: web.port: -1 is wrong"
    assert found[0].remedy == "a whole number from 0 to 65535 would be right"


@pytest.mark.parametrize(
    "text", ["rooms: [{name: a, camera: {source: 'rtsp://a:b@c'}}]\n", SOUND + "contacts: [{name: a, ways: ['a://b']}]"]
)
def test_secrets_that_every_user_can_read_are_a_warning(tmp_path: Path, text: str):
    path = tmp_path / "g.yaml"
    path.write_text(text)
    path.chmod(0o644)
    settings, (found,) = box.examine_configuration(path, demanded=False)
    assert settings is not None
    assert (found.state, "chmod 640" in found.remedy) == (State.WARN, True)
    path.chmod(0o640)
    assert states(box.examine_configuration(path, demanded=False)[1]) == [State.OK]


def test_a_configuration_without_secrets_may_be_read(tmp_path: Path):
    path = tmp_path / "g.yaml"
    path.write_text(SOUND)
    path.chmod(0o644)
    settings, (found,) = box.examine_configuration(path, demanded=True)
    assert (settings and settings.rooms[0].name, found) == ("a", ok("configuration", str(path)))


HOUSE = Settings(rooms=(USB,), panel=Panel(kind="gpio"))


@pytest.mark.parametrize(
    ("user", "settings", "state", "words"),
    [
        (box.User("anna", False, frozenset({"video", "gpio"}), True), HOUSE, State.OK, "in the groups video, gpio"),  # noqa: FBT003
        (box.User("anna", False, frozenset(), True), HOUSE, State.WARN, "anna is not in the group video and gpio"),  # noqa: FBT003
        (box.User("anna", False, frozenset({"video"}), False), HOUSE, State.WARN, "not in the group gpio"),  # noqa: FBT003
        (box.User("anna", False, frozenset(), False), Settings(rooms=(ROOM,)), State.OK, "anna"),  # noqa: FBT003
        (box.User("anna", False, frozenset(), False), None, State.OK, "anna"),  # noqa: FBT003
        (box.User("root", True, frozenset(), False), HOUSE, State.OK, "root may do everything"),  # noqa: FBT003
        (box.User("root", True, frozenset(), True), HOUSE, State.WARN, "this tells little of the service"),  # noqa: FBT003
    ],
)
def test_a_user_is_told_which_groups_are_missing(user: box.User, settings: Settings, state: State, words: str):
    found = box.examine_user(user, settings)
    assert found.state is state
    assert words in found.text
    assert state is State.OK or found.remedy.startswith("sudo ")


def test_this_process_has_a_user():
    assert box.User.here().name


def test_a_service_that_runs_is_noticed(tmp_path: Path):
    assert not box.service_runs(tmp_path)
    with (tmp_path / LOCK).open("w") as lock:
        assert not box.service_runs(tmp_path)
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert box.service_runs(tmp_path)
    assert not box.service_runs(tmp_path)


def test_a_state_directory_is_tried(tmp_path: Path):
    assert box.examine_state(tmp_path).state is State.OK
    assert list(tmp_path.iterdir()) == []
    assert box.examine_state(tmp_path / "none").state is State.WARN
    (tmp_path / "file").write_text("")
    assert box.examine_state(tmp_path / "file").state is State.FAIL
    assert box.examine_state(tmp_path / "file" / "below").state is State.FAIL


def test_a_state_directory_that_everybody_can_look_into_is_a_warning(tmp_path: Path):
    tmp_path.chmod(0o755)
    found = box.examine_state(tmp_path)
    assert (found.state, found.remedy) == (State.WARN, f"sudo chmod 700 {tmp_path}")


def box_of(
    tmp_path: Path, degrees: float | None = None, bits: str = "", *, moment: Moment = NOW, synced: bool | None = None
) -> dict[str, Finding]:
    (tmp_path / "soc" / "soc:firmware").mkdir(parents=True)
    if degrees is not None:
        (tmp_path / "temp").write_text(f"{degrees * 1000:.0f}\n")
    if bits:
        (tmp_path / "soc" / "soc:firmware" / "get_throttled").write_text(bits + "\n")
    sensors = Sensors(thermal=tmp_path / "temp", devices=tmp_path, hwmon=tmp_path)
    found = list(box.examine_box(tmp_path / "none" / "yet", moment, sensors, synchronised=synced))
    assert all(finding.remedy for finding in found if finding.state is not State.OK)
    return {finding.part: finding for finding in found}


def test_a_box_without_sensors_says_that_nothing_is_known(tmp_path: Path):
    found = box_of(tmp_path)
    assert list(found) == ["disk", "temperature", "clock", "power"]
    assert {found[part].state for part in ("temperature", "clock", "power")} == {State.OK}
    assert found["temperature"].text == found["power"].text == "not known here"
    assert f"GB free at {tmp_path}" in found["disk"].text


@pytest.mark.parametrize(("degrees", "state"), [(55, State.OK), (77, State.WARN), (91, State.FAIL)])
def test_heat_is_judged_by_the_limits_of_the_service(tmp_path: Path, degrees: float, state: State):
    found = box_of(tmp_path, degrees)["temperature"]
    assert (found.state, f"{degrees} °C" in found.text) == (state, True)


@pytest.mark.parametrize(
    ("bits", "power", "throttling"),
    [
        ("0", State.OK, State.OK),
        ("1", State.FAIL, State.OK),
        ("10000", State.WARN, State.OK),
        ("50005", State.FAIL, State.WARN),
        ("40000", State.OK, State.WARN),
        ("8", State.OK, State.WARN),
    ],
)
def test_a_weak_supply_and_a_processor_that_is_slowed_down_are_told(
    tmp_path: Path, bits: str, power: State, throttling: State
):
    found = box_of(tmp_path, bits=bits)
    assert (found["power"].state, found["throttling"].state) == (power, throttling)


def test_an_alarm_of_low_voltage_alone_is_enough():
    assert states(list(box.examine_power(None, alarm=True))) == [State.FAIL]
    assert states(list(box.examine_power(None, alarm=False))) == [State.OK]


def test_a_clock_that_is_wrong_or_unconfirmed_is_told(tmp_path: Path):
    past = Moment(1.0, datetime(1970, 1, 1, tzinfo=timezone.utc))
    assert box_of(tmp_path / "a", moment=past)["clock"].state is State.FAIL
    found = box_of(tmp_path / "b", synced=False)["clock"]
    assert (found.state, found.text) == (State.WARN, "2025-06-01 12:00 UTC, which no time server has confirmed")
    assert box_of(tmp_path / "c", synced=True)["clock"].state is State.OK


def test_a_full_disk_has_failed(tmp_path: Path):
    class Full:
        f_flag, f_bavail, f_frsize = 0, 1, 4096

    sensors = Sensors(tmp_path / "temp", tmp_path, tmp_path, statvfs=lambda _: Full())  # type: ignore[arg-type, return-value]
    found = {finding.part: finding for finding in box.examine_box(tmp_path, NOW, sensors)}
    assert (found["disk"].state, "0 MB are free" in found["disk"].text) == (State.FAIL, True)


def test_an_error_is_split_into_what_is_wrong_and_what_would_be_right():
    assert failed("a", PanelError("b; c; d"), "e") == fail("a", "b", "c; d")
    assert failed("a", PanelError("b"), "e") == fail("a", "b", "e")


def test_the_worst_decides():
    good, odd, bad = ok("a", "b"), warn("a", "b", "c"), fail("a", "b", "c")
    assert [worst(each) for each in ([], [good], [good, odd], [bad, odd])] == [
        State.OK, State.OK, State.WARN, State.FAIL,
    ]  # fmt: skip
    assert doctor.worst is worst


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs `guardian doctor`; gives its exit code and what it says."""

    def run(*arguments: str) -> tuple[int, str]:
        code = cli.main(["doctor", *arguments])
        return code, capsys.readouterr().out

    return run


@pytest.mark.slow
def test_a_machine_without_a_configuration_is_examined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Callable[..., tuple[int, str]]
):
    monkeypatch.setenv("GUARDIAN_CONFIG", str(tmp_path / "none.yaml"))
    code, said = told()
    assert code == 0
    assert f"warn  configuration  there is no {tmp_path}/none.yaml: the machine alone is examined\n" in said
    assert f"ok    sandbox        the kernel confines the eye, and refused {len(Attempt)} ways out" in said
    assert "\x1b" not in said


@pytest.mark.slow
def test_a_box_that_films_a_film_is_well(tmp_path: Path, told: Callable[..., tuple[int, str]]):
    path, state = tmp_path / "g.yaml", tmp_path / "state"
    state.mkdir(mode=0o700)
    path.write_text(
        f"rooms: [{{name: a, camera: {{source: {sight.FILM}}}}}]\nmqtt: {{port: 0}}\nstate_directory: {state}\n"
    )
    code, said = told("--config", str(path))
    assert code == 0
    assert "camera         a: 640x480" in said
    assert "ok    mqtt           our own broker starts and let us in" in said


@pytest.mark.slow
def test_a_box_whose_camera_is_not_there_fails_with_every_line_said(
    tmp_path: Path, told: Callable[..., tuple[int, str]]
):
    path = tmp_path / "g.yaml"
    path.write_text(
        f"rooms: [{{name: a, camera: {{source: {tmp_path}/none.mp4}}}}]\nmqtt: {{broker: none}}\n"
        f"state_directory: {tmp_path}\n"
    )
    code, said = told("--config", str(path))
    assert code == 1
    for part in (
        *("configuration", "permissions", "model", "runtime", "sandbox", "camera", "view", "panel", "mqtt", "contacts"),
        *("state", "page", "disk", "temperature", "clock", "power"),
    ):
        assert f"  {part} " in said
    assert "fail  camera" in said


BED = Place(name="bed", kind="bed", polygon=((0.1, 0.5), (0.4, 0.5), (0.4, 0.9)))
OPTICS_KEPT = '{"height": 2.13, "tilt": 18.4, "fov": 62, "aspect": 1.33, "confidence": %s}'
ROLL_KEPT = '{"degrees": 12.3, "confidence": 0.9}'


def test_a_camera_that_has_learnt_nothing_yet_is_told_with_the_remedy():
    found = knowledge.examine_view(ROOM, {})
    text = "kitchen: height and tilt not known yet, roll not known yet"
    assert found == warn("view", text, f"{knowledge.WALK} mount_height, tilt and roll")


def test_what_was_learnt_of_a_camera_is_told_with_how_sure_it_is():
    found = knowledge.examine_view(ROOM, {OPTICS: OPTICS_KEPT % 0.8, ROLL: ROLL_KEPT})
    height, roll = "2.1 m high and 18° down, learnt (sure to 80%)", "turned clockwise by 12°, learnt (sure to 90%)"
    assert found == ok("view", f"kitchen: {height}, {roll}")
    unsure = knowledge.examine_view(ROOM, {OPTICS: OPTICS_KEPT % 0.3, ROLL: ROLL_KEPT})
    assert (unsure.state, unsure.remedy) == (State.WARN, f"{knowledge.WALK} mount_height, tilt")
    unturned = knowledge.examine_view(ROOM, {OPTICS: OPTICS_KEPT % 0.8, ROLL: '{"degrees": -0.4, "confidence": 0.7}'})
    assert (unturned.state, unturned.remedy) == (State.WARN, f"{knowledge.WALK} roll")
    assert unturned.text.endswith("turned clockwise by 0°, learnt (sure to 70%)")


@pytest.mark.parametrize("body", ["7", "[1]", "{", "null", '{"height": 2.1}', '{"degrees": 3.0, "confidence": "so"}'])
def test_what_is_damaged_is_not_known(body: str):
    assert knowledge.examine_view(ROOM, {OPTICS: body, ROLL: body}) == knowledge.examine_view(ROOM, {})


def test_what_is_configured_of_a_camera_goes_before_what_was_learnt():
    camera = ROOM.camera.model_copy(update={"mount_height": 2.4, "tilt": 25.0, "roll": 0.0})
    found = knowledge.examine_view(ROOM.model_copy(update={"camera": camera}), {OPTICS: OPTICS_KEPT % 0.8})
    text = "kitchen: 2.4 m high and 25° down, as configured, turned clockwise by 0°, as configured"
    assert found == ok("view", text)


def test_places_of_another_view_are_told_with_the_remedy():
    room = ROOM.model_copy(update={"places": (BED,)})
    drawn = Drawn(room)
    drawn.accept(fits=False)
    found = knowledge.examine_view(room, {VIEW: json.dumps(drawn.remember())})
    assert (found.state, found.remedy) == (State.WARN, knowledge.REDRAW)
    assert found.text.endswith("Of another view, and of no account until changed: bed.")


def over(room: Room, state: Path) -> None:
    """The page drew a sofa and removed the bed, and a box kept that."""
    drawn, who = Drawn(room), {"time": 0.0, "room": room.name, "by": "Ana", "via": "web"}
    drawn.take(PlaceRemoved(**who, name="bed"))
    drawn.take(PlaceDrawn(**who, name="sofa", kind="sofa", polygon=BED.polygon))
    store = Store(state / STORE)
    store.save_learned(room.name, VIEW, json.dumps(drawn.remember()))
    store.close()


OVER = (
    "kitchen: bed (bed) is removed on the page, sofa (sofa) is drawn on the page: that counts, over the configuration"
)


def test_what_was_drawn_on_the_page_is_told_by_the_doctor(tmp_path: Path):
    room = ROOM.model_copy(update={"places": (BED,)})
    over(room, tmp_path)
    settings = Settings(rooms=(room, USB), state_directory=tmp_path)
    assert [found.part for found in knowledge.examine_views(settings)] == ["view", "places", "view"]
    assert list(knowledge.examine_views(settings))[1] == ok("places", OVER)


def test_what_was_drawn_on_the_page_is_told_by_check_config(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    over(ROOM.model_copy(update={"places": (BED,)}), tmp_path)
    path = tmp_path / "guardian.yaml"
    places = "[{name: bed, kind: bed, polygon: [[0.1, 0.5], [0.4, 0.5], [0.4, 0.9]]}]"
    path.write_text(
        f"rooms: [{{name: kitchen, camera: {{source: csi}}, places: {places}}}]\nstate_directory: {tmp_path}\n"
    )
    assert cli.main(["check-config", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [OVER]
    (tmp_path / STORE).write_bytes(b"no database" * 99)
    assert cli.main(["check-config", str(path)]) == 0
    assert "what was drawn on the page cannot be read: " in capsys.readouterr().out


def test_what_was_learnt_is_read_beside_the_service_and_nothing_is_written(tmp_path: Path):
    settings = Settings(rooms=(ROOM,), state_directory=tmp_path)
    assert [found.state for found in knowledge.examine_views(settings)] == [State.WARN]
    assert not (tmp_path / STORE).exists()
    store = Store(tmp_path / STORE)
    store.save_learned("kitchen", OPTICS, OPTICS_KEPT % 0.8)
    store.save_learned("kitchen", ROLL, ROLL_KEPT)
    assert [found.state for found in knowledge.examine_views(settings)] == [State.OK]
    store.close()
    assert [found.state for found in knowledge.examine_views(settings)] == [State.OK]
    assert [each.name for each in tmp_path.iterdir()] == [STORE]
    (tmp_path / STORE).write_bytes(b"no database" * 99)
    (found,) = knowledge.examine_views(settings)
    assert found.text.startswith("what was learnt cannot be read")
