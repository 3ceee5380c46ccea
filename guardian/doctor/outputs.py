"""Examines what tells people: the panel, the broker, the contacts' ways and the page."""

import os
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from guardian import header
from guardian.contacts import WAY_FILE, Contact
from guardian.doctor.finding import Finding, failed, ok, warn
from guardian.doctor.sight import STOP_SERVICE
from guardian.entrance import Web
from guardian.errors import BrokerError, ConfigurationError, GuardianError, PanelError
from guardian.io.broker import HOST, EmbeddedBroker, is_ours
from guardian.io.gpio import Gpio, GpioPanel, load_gpio
from guardian.io.mqtt import endpoint_of, password_of
from guardian.io.mqtt_session import MUTE, Endpoint, reason_of
from guardian.io.notify import Connect, labels_of
from guardian.io.utterance import SILENCE, Utterance, voice_of
from guardian.io.voice import Sentence
from guardian.io.ways import Examined, Ways, way_file
from guardian.settings import Mqtt, Panel
from guardian.speech import Speech
from guardian.web.certificate import HOW, ends
from guardian.web.listening import demand_users, local_origin
from guardian.web.tokens import TOKEN_FILE
from guardian.web.users import Users

ANSWER_SECONDS = 10.0
JOURNAL = "journalctl -u guardian says way_not_understood where it is wrong"
SOON = timedelta(days=21)
"""A certificate that ends so soon wants to be made anew: browsers let nobody in afterwards."""

VOICE_SECONDS = 20.0
NO_VOICE = "see voice in the configuration; `aplay -L` names the loudspeakers, and the user must be in the group audio"

Load: TypeAlias = Callable[[], tuple[Gpio, tuple[type[Exception], ...]]]


def examine_panel(panel: Panel, *, taken: bool = False, load: Load = load_gpio) -> Iterator[Finding]:
    """Claim the pins and give them back. `taken` says that the service has them."""
    if panel.kind != "gpio":
        yield ok("panel", "none is wanted" if panel.kind == "none" else "simulated")
        return
    pins = panel.pins
    if taken:
        yield warn("panel", "not tried, since the service that runs has the pins", STOP_SERVICE)
    else:
        try:
            gpio, failures = load()
            claimed = GpioPanel(panel, gpio, lambda *_: None, lambda _: None, failures=failures)
            claimed.open()
            claimed.close()
        except PanelError as error:
            yield failed("panel", error, "see hardware/README.md")
            return
        yield ok("panel", ", ".join(f"{key} on {header.named(number)}" for key, number in pins.items()))
    for caution in header.cautions(pins):
        yield warn("panel", caution, "it works; another pin would be without surprise")


def examine_voice(speech: Speech, language: str, make: Callable[[Speech, str], Sentence] = Utterance) -> Finding:
    """Speak a sentence without a sound."""
    if not speech.enabled:
        return ok("voice", "none is wanted")
    reason = make(speech, language).speak(SILENCE, VOICE_SECONDS)
    if reason:
        return warn("voice", reason, NO_VOICE)
    return ok(
        "voice", f"{voice_of(speech, language)} on {speech.device}; tried without a sound: guardian drill has one"
    )


def examine_mqtt(mqtt: Mqtt, *, taken: bool = False) -> Finding:
    """Be let in by the broker. `taken` says that the service runs, and our own broker with it."""
    if mqtt.broker == "none":
        return ok("mqtt", "none is wanted")
    ours = is_ours(mqtt)
    try:
        if ours and not (taken and mqtt.port):
            return _embedded(mqtt)
        endpoint = Endpoint(HOST, mqtt.port, mqtt.username, password_of(mqtt)) if ours else endpoint_of(mqtt)
    except ConfigurationError as error:
        return failed("mqtt", error, "see mqtt.password_file and mqtt.tls")
    refusal = knock(endpoint)
    if refusal:
        remedy = "see mqtt.broker, mqtt.port, mqtt.username and mqtt.password_file"
        return failed("mqtt", f"{endpoint}: {refusal}", remedy)
    return ok("mqtt", f"{endpoint} let us in")


def _embedded(mqtt: Mqtt) -> Finding:
    """Start our own broker, and be let in. Raises ConfigurationError."""
    broker = EmbeddedBroker(mqtt.port, mqtt.username, password_of(mqtt))
    try:
        with broker:
            endpoint = broker.endpoint_v311
            refusal = knock(endpoint)
    except (BrokerError, OSError) as error:
        return failed("mqtt", f"{error}", "another mqtt.port, or mqtt.broker: localhost")
    if refusal:
        return failed("mqtt", f"our own broker, {endpoint}: {refusal}", "mqtt.broker: localhost with one of the system")
    return ok("mqtt", f"our own broker starts and let us in at {endpoint}")


def knock(endpoint: Endpoint, seconds: float = ANSWER_SECONDS) -> str:
    """Connect to a broker under a name of our own; return why it did not let us in, or nothing."""
    answered, refusal = threading.Event(), [f"it did not answer within {seconds:g} s"]

    def on_connect(
        _client: paho.Client, _data: object, _flags: paho.ConnectFlags, reason: ReasonCode, _properties: object
    ) -> None:
        refusal[0] = str(reason).lower() if reason.is_failure else ""
        answered.set()

    def on_disconnect(*_: object) -> None:
        if not answered.is_set():
            refusal[0] = MUTE
            answered.set()

    client = paho.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    client.on_connect, client.on_disconnect = on_connect, on_disconnect
    endpoint.introduce(client)
    try:
        client.connect(endpoint.host, endpoint.port)
    except (OSError, ValueError) as error:
        return reason_of(error)
    client.loop_start()
    answered.wait(seconds)
    said = refusal[0]  # before our own good-bye, which is a disconnection too
    client.disconnect()
    client.loop_stop()
    return said


def examine_contacts(contacts: tuple[Contact, ...], connect: Connect | None = None) -> Iterator[Finding]:
    """See that every way is understood, and ask the providers who can be asked; nobody is told anything."""
    if not contacts:
        yield warn("contacts", "nobody is called when it rings", "name somebody under contacts, with a way")
    understand = connect or Ways().connect
    for contact in contacts:
        known = []
        for number, (way, label) in enumerate(zip(contact.ways, labels_of(contact.ways), strict=True), 1):
            where = f"{contact.name}: way {number}, {label}"
            if way.startswith(WAY_FILE) and way_file(way, os.environ) is None:
                yield warn("contacts", f"{where}: not seen, since systemd shows it to the service alone", JOURNAL)
                continue
            try:
                send = understand(way)
            except ConfigurationError as error:
                yield failed("contacts", f"{where}: {error}", "")
                continue
            reason = send.examine() if isinstance(send, Examined) else ""
            if reason:
                yield warn("contacts", f"{where}: {reason}", "see docs/phones.md; whoever can be called is called")
            known.append(f"{label} (can answer)" if isinstance(send, Examined) else label)
        if known:
            yield ok("contacts", f"{contact.name} by {' and '.join(known)}; not tried, to alarm nobody")


def examine_page(web: Web, state_directory: Path, now: datetime) -> Finding:
    """Tell where the page is, who may sign in, and until when its certificate is good; whoever can read the secret may
    know it.
    """
    if not web.enabled:
        return ok("page", "none is wanted")
    origin, users = local_origin(web, web.port), Users(state_directory)
    try:
        demand_users(web, users)
        may = f"{len(users.all())} may sign in" if users.all() else "nobody may sign in by name"
        left = None if web.tls is None else ends(web.tls) - now
        token = (state_directory / TOKEN_FILE).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ok("page", f"{origin}; {may}; its secret is made at the first start")
    except (OSError, UnicodeDecodeError) as error:
        return warn("page", f"the secret of its address cannot be read: {error}", "sudo -u guardian guardian doctor")
    except GuardianError as error:
        return failed("page", error, "see docs/page.md")
    where = f"{origin}/?token={token}; {may}"
    if left is not None and left < SOON:
        return warn("page", f"{where}; its certificate ends in {left.days} days", f"a new one: {HOW}")
    return ok("page", where if left is None else f"{where}; its certificate is good for {left.days} days")
