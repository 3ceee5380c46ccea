"""Examines the box and what is around it: one line for each part, and the remedy where something is wrong."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from guardian import header
from guardian.errors import ConfigurationError, GuardianError, PanelError, SourceError
from guardian.events import Event, FaultOccurred
from guardian.eye.engine import LIGHTNING, MULTIPOSE, THUNDER, interpreter_class, models_directory, verified
from guardian.eye.orders import EyeSettings, redacted
from guardian.eye.spawn import EyeProcess
from guardian.eye.wire import Hello
from guardian.io.broker import answers
from guardian.io.gpio import GpioPanel, load_gpio
from guardian.io.health import Health, Sensors
from guardian.io.mqtt import endpoint_of
from guardian.io.mqtt_session import Endpoint, reason_of
from guardian.moment import Moment
from guardian.settings import Camera, Models, Mqtt, Panel, Room, Settings, Web
from guardian.web.tokens import TOKEN_FILE

ANSWER_SECONDS = 10.0
EYE_SECONDS = 30.0
FILM = Path(__file__).parent / "demo" / "fall_at_home.mp4"
"""What the sandbox is tried on where no camera is configured."""


class State(str, Enum):
    """What an examination found."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: the `part` that was examined, its `state`, what was found, and what to do where it is not ok."""

    state: State
    part: str
    text: str
    remedy: str = ""


def ok(part: str, text: str) -> Finding:
    """All is well."""
    return Finding(State.OK, part, text)


def warn(part: str, text: str, remedy: str) -> Finding:
    """It works, but somebody should know."""
    return Finding(State.WARN, part, text, remedy)


def fail(part: str, text: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(State.FAIL, part, text, remedy)


def consult(path: Path, settings: Settings | None, moment: Moment, sensors: Sensors | None = None) -> Iterator[Finding]:
    """Yield the findings one after the other, since some take seconds. `settings` are None where there is no file at
    `path`: then the machine alone is examined.
    """
    if settings is None:
        remedy = "copy config/guardian.yaml there, or name one with --config"
        yield warn("configuration", f"there is no {path}: the machine alone is examined", remedy)
    else:
        yield ok("configuration", str(path))
    models = settings.models if settings else Models()
    yield from examine_models(models)
    yield examine_runtime(models)
    for room in settings.rooms if settings else (Room(name="our film", camera=Camera(source=str(FILM))),):
        unconfined = settings.privacy.allow_unconfined if settings else False
        yield from examine_eye(room, models, allow_unconfined=unconfined)
    if settings is None:
        yield from examine_box(Path("/"), moment, sensors or Sensors())
        return
    yield from examine_panel(settings.panel)
    yield examine_mqtt(settings.mqtt)
    yield examine_state(settings.state_directory)
    yield from examine_page(settings.web, settings.state_directory)
    yield from examine_box(settings.state_directory, moment, sensors or Sensors())


def examine_models(models: Models) -> Iterator[Finding]:
    """Compare every model with its sum."""
    directory = models.directory or models_directory()
    for name in (MULTIPOSE, LIGHTNING, THUNDER):
        try:
            size = len(verified(directory / name))
        except GuardianError as error:
            yield fail("model", str(error), "restore the shipped file, or leave models.directory out")
        else:
            yield ok("model", f"{name}: {size / 1e6:.1f} MB, as in SHA256SUMS")


def examine_runtime(models: Models) -> Finding:
    """Load the runtime."""
    try:
        found = interpreter_class(models.runtime)
    except GuardianError as error:
        return fail("runtime", str(error), 'pip install ai-edge-litert, or Guardian with its extra "tflite"')
    return ok("runtime", found.__module__.partition(".")[0].replace("_", "-"))


def examine_eye(
    room: Room,
    models: Models,
    *,
    allow_unconfined: bool,
    start: Callable[[EyeSettings], EyeProcess] = lambda orders: EyeProcess(orders, start_seconds=EYE_SECONDS),
) -> Iterator[Finding]:
    """Open the room's camera with a real eye, and see how it is confined and whether a frame comes."""
    source = redacted(room.camera.source)
    orders = EyeSettings(
        camera=room.camera,
        models=models.directory,
        runtime=models.runtime,
        threads=models.threads,
        allow_unconfined=allow_unconfined,
    )
    hello: Hello | None = None
    try:
        with start(orders) as eye:
            for record in eye.records():
                if isinstance(record, Hello):
                    hello = record
                    yield _sandbox(room, hello)
                elif hello is not None:
                    yield ok("camera", f"{room.name}: {source} gives {hello.width}x{hello.height}")
                    return
        yield fail("camera", f"{room.name}: {source} gives no frame", "look at its cable, or at its power")
    except SourceError as error:
        yield fail("camera", f"{room.name}: {error}", "if the service has it open: sudo systemctl stop guardian")
    except (GuardianError, OSError) as error:
        part = "sandbox" if hello is None else "camera"
        yield fail(part, f"{room.name}: {error}", "a kernel with seccomp, and Debian's libseccomp2, would be right")


def _sandbox(room: Room, hello: Hello) -> Finding:
    confinement = hello.confinement
    told = f"{room.name}: seccomp {_yes(confinement.seccomp)}, Landlock {confinement.landlock or 'none'}"
    if not confinement.complete:
        return warn("sandbox", told, "the eye is not confined: privacy.allow_unconfined: false would refuse that")
    if not confinement.landlock:
        return warn("sandbox", told, "a kernel of 5.13 or newer with Landlock adds a second wall")
    return ok("sandbox", told)


def _yes(fact: bool) -> str:  # noqa: FBT001 - a fact is what it words
    return "yes" if fact else "no"


def examine_panel(panel: Panel) -> Iterator[Finding]:
    """Claim the pins and give them back."""
    if panel.kind != "gpio":
        yield ok("panel", "none is wanted" if panel.kind == "none" else "simulated")
        return
    leds = {f"leds.{colour}": gpio for colour, gpio in panel.leds}
    pins = {"buzzer": panel.buzzer, "button": panel.button, **leds}
    try:
        gpio, failures = load_gpio()
        claimed = GpioPanel(panel, gpio, lambda *_: None, lambda _: None, failures=failures)
        claimed.open()
        claimed.close()
    except PanelError as error:
        yield fail("panel", str(error), "if the service has the pins: sudo systemctl stop guardian")
        return
    yield ok("panel", ", ".join(f"{key} on {header.named(number)}" for key, number in pins.items()))
    for caution in header.cautions(pins):
        yield warn("panel", caution, "it works; another pin would be without surprise")


def examine_mqtt(mqtt: Mqtt) -> Finding:
    """Be let in by the broker."""
    if mqtt.broker == "none":
        return ok("mqtt", "none is wanted")
    if mqtt.broker == "embedded" or (mqtt.broker == "auto" and not answers(mqtt.port)):
        return _embedded(mqtt.port)
    try:
        endpoint = endpoint_of(mqtt)
    except ConfigurationError as error:
        return fail("mqtt", str(error), "see mqtt.password_file and mqtt.tls")
    refusal = knock(endpoint)
    if refusal:
        return fail(
            "mqtt", f"{endpoint}: {refusal}", "see mqtt.broker, mqtt.port, mqtt.username and mqtt.password_file"
        )
    return ok("mqtt", f"{endpoint} let us in")


def _embedded(port: int) -> Finding:
    """Whether the ports of our own broker are free, or taken by the service that runs already."""
    for number in (port, port + 1) if port else ():
        if answers(number):
            remedy = "well if the service runs; else another mqtt.port, or mqtt.broker: localhost"
            return warn("mqtt", f"something listens on port {number} already", remedy)
    return ok("mqtt", f"our own broker, on port {port} and the next" if port else "our own broker, on free ports")


def knock(endpoint: Endpoint, seconds: float = ANSWER_SECONDS) -> str:
    """Connect to a broker under a name of our own; return why it did not let us in, or nothing."""
    answered, refusal = threading.Event(), [f"it did not answer within {seconds:.0f} s"]

    def on_connect(
        _client: paho.Client, _data: object, _flags: paho.ConnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        refusal[0] = str(reason).lower() if reason.is_failure else ""
        answered.set()

    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_connect = on_connect
    client.username_pw_set(endpoint.username, endpoint.password)
    if endpoint.tls is not None:
        client.tls_set_context(endpoint.tls)
    try:
        client.connect(endpoint.host, endpoint.port)
    except (OSError, ValueError) as error:
        return reason_of(error)
    client.loop_start()
    answered.wait(seconds)
    client.disconnect()
    client.loop_stop()
    return refusal[0]


def examine_state(directory: Path) -> Finding:
    """See that incidents can be kept."""
    remedy = f"sudo install -d -o guardian -g guardian -m 700 {directory}"
    if not directory.exists():
        return warn("state", f"there is no {directory} yet", f"the service makes it; by hand: {remedy}")
    probe = directory / ".doctor"
    try:
        probe.write_text("", encoding="ascii")
        probe.unlink()
    except OSError as error:
        return fail("state", f"{directory} cannot be written: {error.strerror}", remedy)
    return ok("state", f"{directory} can be written")


def examine_page(web: Web, state_directory: Path) -> Iterator[Finding]:
    """Tell where the page is; whoever can read the secret may know it."""
    if not web.enabled:
        yield ok("page", "none is wanted")
        return
    host = f"[{web.host}]" if ":" in web.host else web.host
    try:
        token = (state_directory / TOKEN_FILE).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        yield ok("page", f"http://{host}:{web.port}; its secret is made at the first start")
    except (OSError, UnicodeDecodeError) as error:
        yield warn("page", f"the secret of its address cannot be read: {error}", "sudo -u guardian guardian doctor")
    else:
        yield ok("page", f"http://{host}:{web.port}/?token={token}")


def examine_box(directory: Path, moment: Moment, sensors: Sensors) -> Iterator[Finding]:
    """Disk, heat, power and clock, by the limits of the running service."""
    there = next(path for path in (directory, *directory.parents) if path.exists())
    faults = {_part(event): " ".join(event.reasons) for event in Health(there, sensors).examine(moment)}
    free, degrees = sensors.statvfs(there), sensors.temperature()
    known = {
        "disk": f"{free.f_bavail * free.f_frsize / 1e9:.1f} GB free at {there}",
        "temperature": "no sensor is known here" if degrees is None else f"{degrees:.0f} °C",
        "power": "never too low, or no sensor is known here",
        "clock": f"{moment.wall:%Y-%m-%d %H:%M %Z}",
    }
    for part, text in known.items():
        yield fail(part, faults[part], "see hardware/README.md") if part in faults else ok(part, text)


def _part(event: Event) -> str:
    return event.part if isinstance(event, FaultOccurred) else ""


def worst(findings: Iterable[Finding]) -> State:
    """The worst state of all."""
    return max((finding.state for finding in findings), key=list(State).index, default=State.OK)
