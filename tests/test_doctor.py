import socket
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from brokers import free_port

from guardian import cli, doctor
from guardian.doctor import FILM, Finding, State
from guardian.errors import PanelError, SandboxError, SourceError
from guardian.eye.engine import LIGHTNING, MULTIPOSE, SUMS, THUNDER, models_directory
from guardian.eye.orders import EyeSettings
from guardian.eye.wire import Confinement, End, Hello, Reason, Record
from guardian.io.fakes import FakeGpio
from guardian.io.health import Sensors
from guardian.io.mqtt_session import Endpoint
from guardian.moment import Moment
from guardian.settings import Camera, Models, Mqtt, Panel, Room, Web
from guardian.skeleton import Observation

NOW = Moment(1_000.0, datetime(2025, 6, 1, 12, 0, tzinfo=timezone.utc))
ROOM = Room(name="kitchen", camera=Camera(source="rtsp://anna:geheim@camera/1"))
CONFINED = Confinement(landlock=7, seccomp=True, no_new_privs=True, undumpable=True)


def states(findings: list[Finding]) -> list[State]:
    return [finding.state for finding in findings]


class FakeEye:
    """Says its records, then raises."""

    def __init__(self, *records: Record, error: Exception | None = None) -> None:
        self._records, self._error = records, error

    def records(self) -> Iterator[Record]:
        yield from self._records
        if self._error is not None:
            raise self._error

    def __enter__(self) -> "FakeEye":  # noqa: PYI034 - typing has no Self in Python 3.10
        return self

    def __exit__(self, *_: object) -> None: ...


def eye(*records: Record, error: Exception | None = None) -> list[Finding]:
    def start(_: EyeSettings) -> FakeEye:
        return FakeEye(*records, error=error)

    return list(doctor.examine_eye(ROOM, Models(), allow_unconfined=True, start=start))  # type: ignore[arg-type]


def test_a_camera_that_gives_a_frame_to_a_confined_eye_is_well():
    found = eye(Hello(640, 480, CONFINED), Observation(time=1.0))
    assert states(found) == [State.OK, State.OK]
    assert found[0].text == "kitchen: seccomp yes, Landlock 7"
    assert found[1].text == "kitchen: rtsp://anna:***@camera/1 gives 640x480"


@pytest.mark.parametrize(
    ("confinement", "remedy"),
    [(Confinement(), "allow_unconfined"), (Confinement(0, True, True, True), "kernel of 5.13")],  # noqa: FBT003
)
def test_an_eye_that_is_not_wholly_confined_is_a_warning(confinement: Confinement, remedy: str):
    found = eye(Hello(640, 480, confinement), Observation(time=1.0))
    assert states(found) == [State.WARN, State.OK]
    assert remedy in found[0].remedy


def test_a_camera_that_cannot_be_opened_or_gives_nothing_has_failed():
    (broken,) = eye(error=SourceError("/dev/video0: there is no such camera"))
    assert (broken.state, broken.part) == (State.FAIL, "camera")
    assert "systemctl stop guardian" in broken.remedy
    silent = eye(Hello(640, 480, CONFINED), End(Reason.END_OF_FILE))[1:]
    assert states(silent) == [State.OK]  # an End came after the Hello: the film is over, the camera works
    assert states(eye()) == [State.FAIL]


def test_a_kernel_that_does_not_confine_has_failed():
    (found,) = eye(error=SandboxError("seccomp is not there"))
    assert (found.state, found.part) == (State.FAIL, "sandbox")


def test_models_are_compared_with_their_sums(tmp_path: Path):
    assert states(list(doctor.examine_models(Models()))) == [State.OK] * 3
    for name in (MULTIPOSE, LIGHTNING, SUMS):
        (tmp_path / name).write_bytes((models_directory() / name).read_bytes())
    (tmp_path / LIGHTNING).write_bytes(b"altered")
    found = list(doctor.examine_models(Models(directory=tmp_path)))
    assert states(found) == [State.OK, State.FAIL, State.FAIL]
    assert THUNDER in found[2].text


def test_the_runtime_is_named_or_missed(monkeypatch: pytest.MonkeyPatch):
    assert doctor.examine_runtime(Models()).state is State.OK
    monkeypatch.setattr("guardian.eye.engine.RUNTIMES", {"litert": "no_such_module", "tflite": "nor_this_one"})
    assert doctor.examine_runtime(Models()).state is State.FAIL


@pytest.mark.parametrize("kind", ["none", "simulated"])
def test_a_box_without_a_header_panel_is_well(kind: str):
    assert states(list(doctor.examine_panel(Panel(kind=kind)))) == [State.OK]  # type: ignore[arg-type]


def test_a_panel_is_claimed_given_back_and_shown(monkeypatch: pytest.MonkeyPatch):
    gpio = FakeGpio(lambda: 0.0)
    monkeypatch.setattr(doctor, "load_gpio", lambda: (gpio, (RuntimeError,)))
    found = list(doctor.examine_panel(Panel(kind="gpio")))
    assert found[0].state is State.OK
    assert "buzzer on GPIO 18 (physical pin 12)" in found[0].text
    assert gpio.levels == {}


def test_a_panel_that_is_busy_or_missing_has_failed(monkeypatch: pytest.MonkeyPatch):
    gpio = FakeGpio(lambda: 0.0, busy=(18,))
    monkeypatch.setattr(doctor, "load_gpio", lambda: (gpio, (RuntimeError,)))
    assert states(list(doctor.examine_panel(Panel(kind="gpio")))) == [State.FAIL]

    def nothing() -> None:
        message = "no GPIO library works here"
        raise PanelError(message)

    monkeypatch.setattr(doctor, "load_gpio", nothing)
    assert states(list(doctor.examine_panel(Panel(kind="gpio")))) == [State.FAIL]


def test_a_broker_that_is_not_there_has_failed_and_one_that_is_not_wanted_is_well():
    assert doctor.examine_mqtt(Mqtt(broker="none")).state is State.OK
    found = doctor.examine_mqtt(Mqtt(broker="127.0.0.1", port=free_port()))
    assert found.state is State.FAIL
    assert "refused" in found.text


def test_a_password_that_cannot_be_read_has_failed(tmp_path: Path):
    found = doctor.examine_mqtt(Mqtt(broker="host", username="me", password_file=tmp_path / "none"))
    assert found.state is State.FAIL


def test_something_that_answers_nothing_is_no_broker():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        assert doctor.knock(Endpoint("127.0.0.1", port), seconds=0.2) == "it did not answer within 0 s"


def test_our_own_broker_needs_its_ports():
    with socket.create_server(("127.0.0.1", 0)) as other:
        assert doctor.examine_mqtt(Mqtt(broker="embedded", port=other.getsockname()[1])).state is State.WARN
    assert doctor.examine_mqtt(Mqtt(port=0)).state is State.OK


def test_a_broker_of_this_machine_is_asked_and_where_there_is_none_it_is_our_own():
    assert doctor.examine_mqtt(Mqtt(broker="auto", port=free_port())).text.startswith("our own broker")


@pytest.mark.slow
def test_a_real_broker_lets_us_in():
    from guardian.io.broker import EmbeddedBroker  # noqa: PLC0415 - a process of its own

    with EmbeddedBroker() as broker:
        for name in ("127.0.0.1", "auto"):
            found = doctor.examine_mqtt(Mqtt(broker=name, port=broker.endpoint_v311.port))
            assert (found.state, found.text) == (State.OK, f"127.0.0.1:{broker.endpoint_v311.port} let us in")


def test_a_state_directory_is_tried(tmp_path: Path):
    assert doctor.examine_state(tmp_path).state is State.OK
    assert list(tmp_path.iterdir()) == []
    assert doctor.examine_state(tmp_path / "none").state is State.WARN
    (tmp_path / "file").write_text("")
    assert doctor.examine_state(tmp_path / "file").state is State.FAIL


def test_the_page_is_told_with_its_secret_to_whoever_may_read_it(tmp_path: Path):
    assert states(list(doctor.examine_page(Web(enabled=False), tmp_path))) == [State.OK]
    (found,) = doctor.examine_page(Web(), tmp_path)
    assert found.text == "http://127.0.0.1:8377; its secret is made at the first start"
    (tmp_path / "web-token").write_text("abc\n")
    (found,) = doctor.examine_page(Web(host="::1", port=1), tmp_path)
    assert found.text == "http://[::1]:1/?token=abc"
    (tmp_path / "web-token").unlink()
    (tmp_path / "web-token").mkdir()
    (found,) = doctor.examine_page(Web(), tmp_path)
    assert found.state is State.WARN


def test_the_box_is_judged_by_the_limits_of_the_service(tmp_path: Path):
    hot = tmp_path / "temp"
    hot.write_text("91000\n")
    sensors = Sensors(thermal=hot, devices=tmp_path, hwmon=tmp_path)
    past = Moment(1.0, datetime(1970, 1, 1, tzinfo=timezone.utc))
    found = {finding.part: finding for finding in doctor.examine_box(tmp_path / "none" / "yet", past, sensors)}
    assert found["disk"].state is State.OK
    assert found["temperature"].state is found["clock"].state is State.FAIL
    assert "91 °C" in found["temperature"].text


def test_the_worst_decides():
    good, odd, bad = doctor.ok("a", "b"), doctor.warn("a", "b", "c"), doctor.fail("a", "b", "c")
    assert [doctor.worst(each) for each in ([], [good], [good, odd], [bad, odd])] == [
        State.OK, State.OK, State.WARN, State.FAIL,
    ]  # fmt: skip


@pytest.mark.slow
def test_a_machine_without_a_configuration_is_examined_with_our_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("GUARDIAN_CONFIG", str(tmp_path / "none.yaml"))
    assert cli.main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert f"there is no {tmp_path}/none.yaml: the machine alone is examined" in said
    assert f"our film: {FILM} gives 640x480" in said


def test_a_box_whose_camera_is_not_there_fails_with_every_line_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "g.yaml"
    path.write_text(
        f"rooms: [{{name: a, camera: {{source: {tmp_path}/none.mp4}}}}]\nmqtt: {{broker: none}}\n"
        f"state_directory: {tmp_path}\n"
    )
    assert cli.main(["doctor", "--config", str(path)]) == 1
    said = capsys.readouterr().out
    for part in ("configuration", "model", "runtime", "camera", "panel", "mqtt", "state", "page", "disk", "clock"):
        assert f"  {part} " in said
    assert "fail  camera" in said
