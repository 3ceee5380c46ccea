import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from guardian import cli, configuration, header
from guardian.configuration import advice, document
from guardian.configuration.fault import Fault, dotted, error, shown
from guardian.configuration.loading import check, find, load, parse
from guardian.errors import ConfigurationError
from guardian.neighbour import Neighbour
from guardian.sense import Sense
from guardian.settings import Settings
from guardian.weekly import WeeklyTest

REPOSITORY = Path(__file__).resolve().parent.parent
ROOM = "rooms: [{name: kitchen, camera: {source: csi}}]\n"


def said(text: str) -> str:
    """What is said of a wrong configuration."""
    with pytest.raises(ConfigurationError) as caught:
        parse(text, "g.yaml")
    assert caught.value.exit_code == 2
    return str(caught.value)


def faults_of(text: str) -> list[str]:
    """The lines of what is wrong with a text; none where it is right."""
    try:
        parse(text, "g.yaml")
    except ConfigurationError as caught:
        return str(caught).splitlines()
    return []


def test_a_room_with_a_camera_is_enough():
    settings = parse(ROOM)
    assert [room.name for room in settings.rooms] == ["kitchen"]
    assert settings == Settings(rooms=settings.rooms)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROOM + "alarm:\n  cancel_second: 3\n", "3: alarm.cancel_second: is not known; did you mean cancel_seconds?"),
        (ROOM + "cancel_seconds: 3\n", "2: cancel_seconds: is not known here; it belongs at alarm.cancel_seconds"),
        (ROOM + "alarm:\n  cancel_seconds: 30s\n", "'30s' has a unit, and the number goes without"),
        (ROOM + "alarm:\n  repeat_seconds: 5 min\n", "(this key is in seconds); 300 would be right"),
        (ROOM + "behaviour:\n  check_in: '24:00'\n", "'24:00' is no time of day; 10:00 would be right"),
        (ROOM + "behaviour:\n  stillness_minutes: 2 h\n", "(this key is in minutes); 120 would be right"),
        (ROOM + "falls: {confirm_seconds: 90}\n", "confirm_seconds: 90 is wrong; a number of seconds above 0 to 60"),
        (ROOM + "web: {enabled: yes}\n", "g.yaml:2: web.enabled: 'yes' is wrong; true would be right"),
        (ROOM + "panel: {kind: gpoi}\n", "panel.kind: 'gpoi' is wrong; one of gpio, simulated, none would be right"),
        (ROOM + "household: {timezone: Mars}\n", "'Mars' is no time zone; an IANA name such as Europe/Madrid"),
        (
            ROOM + "household: 3\n",
            "household: 3 is wrong; a section with id, name, language, timezone, residents, quiet would be right",
        ),
        (
            ROOM + "web: {height: 3, hight: 1}\n",
            "web.hight: is not known; known here: enabled, host, port, tls",
        ),
        ("rooms: [{name: a, camera: {source: csi, fps: 0}}]\n", "a number of frames per second from 1 to 60"),
        ("rooms: [{name: a, camera: {source: csi, width: 9}}]\n", "a whole number of pixels from 160 to 3840"),
        (ROOM + "household: {name: 3}\n", "household.name: 3 is wrong; a name of 1 to 64 characters without / # +"),
        (
            ROOM + "panel: {buzzer: [1]}\n",
            "panel.buzzer: a list is wrong; a BCM GPIO number from 2 to 27, or a physical",
        ),
        (ROOM + "panel: {leds: {red: true}}\n", "panel.leds.red: true is wrong; a BCM GPIO number from 2 to 27"),
        (ROOM + "mqtt: {topic: guardian/}\n", "'guardian/' is wrong; a topic of two characters or more"),
        (ROOM + "contacts: [{name: A, ways: []}]\n", "ways: an empty list is wrong; a list of at least 1, each item"),
        (
            ROOM[:-3] + ", places: [{name: b, kind: bed, polygon: [[0, 0, 0], [1, 1], [1, 0]]}]}]\n",
            "rooms[0].places[0].polygon[0]: a list is wrong; a list of 2, each item after a dash would be right",
        ),
        ("rooms: []\n", "g.yaml:1: rooms: an empty list is wrong; a list of 1 to 8"),
        ("", "rooms: is missing; a list of 1 to 8"),
        ("rooms: [{name: a, camera: {source: 0}}]\n", "camera.source: 0 is a number; /dev/video0 would be right"),
        ("rooms: [{name: a}]\n", "rooms[0].camera: is missing; a section with source, width, height"),
        ("rooms: [{name: a/b, camera: {source: csi}}]\n", "'a/b' is wrong; a name of 1 to 64 characters without / # +"),
        (
            ROOM[:-2] + ", {name: a, camera: {source: csi}}, {name: kitchen, camera: {source: csi:1}}]\n",
            "two rooms have the same name (kitchen)",
        ),
        (
            ROOM[:-2] + ", {name: b, same_room: cellar, camera: {source: csi:1}}]\n",
            "same_room of 'b' is 'cellar', which is no other entry without a same_room; one of kitchen would be right",
        ),
        (
            "rooms: [{name: a, same_room: a, camera: {source: csi}}]\n",
            "same_room of 'a' is 'a', which is no other entry without a same_room; one of none would be right",
        ),
        (ROOM + "household: {timezone: Europe}\n", "'Europe' is no time zone; an IANA name such as Europe/Madrid"),
        (ROOM + "falls:\n  confirm_seconds: 3,5\n", "3: falls.confirm_seconds: '3,5' has a comma; 3.5 would be right"),
        (ROOM + "web:\n", "2: web: has nothing under it; take the line out, or write one of its keys below"),
        (ROOM + "state_directory: guardian\n", "a whole path such as /var/lib/guardian would be right"),
        (ROOM + "mqtt: {username: me}\n", "2: mqtt: username is without a password_file"),
        (ROOM + "mqtt: {broker: host, password_file: /x}\n", "2: mqtt: password_file is without a username"),
        (
            ROOM + "mqtt: {broker: host, tls: {ca_file: /a, key_file: /b}}\n",
            "2: mqtt.tls: key_file is without its cert_file",
        ),
    ],
)
def test_a_wrong_key_is_told_with_its_line_and_what_would_be_right(text: str, message: str):
    assert message in said(text)


@pytest.mark.parametrize(
    ("panel", "parts"),
    [
        ("{buzzer: pin 2}", ("physical pin 2", "5 V power")),
        ("{buzzer: pin 9}", ("physical pin 9", "ground")),
        ("{button: 0}", ("GPIO 0", "physical pin 27", "EEPROM")),
        ("{leds: {red: 99}}", ("panel.leds.red", "no GPIO 99")),
        ("{buzzer: 23}", ("panel.buzzer", "GPIO 23", "physical pin 16", "already serves button")),
        ("{leds: {green: 27}}", ("panel.leds.green", "GPIO 27", "physical pin 13", "already serves leds.amber")),
        ("{buzzer: 24, button: 24}", ("panel.button", "GPIO 24", "physical pin 18", "already serves buzzer")),
    ],
)
def test_an_impossible_pin_is_refused_by_name_with_both_numbers(panel: str, parts: tuple[str, ...]):
    message = said(ROOM + f"panel: {panel}\n")
    assert all(part in message for part in parts)


def test_each_pin_that_clashes_is_told_at_its_own_line():
    message = said(ROOM + "panel:\n  kind: gpio\n  buzzer: 24\n  leds:\n    green: 24\n    red: pin 18\n")
    assert [line.split(" GPIO")[0] for line in message.splitlines()] == [
        "g.yaml:6: panel.leds.green:",
        "g.yaml:7: panel.leds.red:",
    ]


def test_a_physical_pin_may_be_written_as_one():
    assert parse(ROOM + "panel: {buzzer: pin 32}\n").panel.buzzer == 12


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_lines():
    message = said("rooms:\n  - name: a\n    camera: {source: csi, fps: 15 Hz}\nfalls:\n  x: 1\nweb: {port: -1}\n")
    lines = message.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["g.yaml:3", "g.yaml:5", "g.yaml:6"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rooms:\n\t- name: a\n", "g.yaml:2: is indented with a tab; spaces would be right"),
        ("rooms: [\n", "is no YAML"),
        ("a: b: c\n", "quotes around a text with ': ' in it"),
        ("a: 1\n---\nb: 2\n", "one document"),
        ("rooms: &a [1]\n", document.ANCHORS),
        ("rooms: *a\n", document.ANCHORS),
        (ROOM + "web: {port: 1}\nweb: {port: 2}\n", "g.yaml:3: web: is given twice, first in line 2; keep one of them"),
        ("rooms: !!python/object:os.system x\n", "the tag"),
        ("? [a]\n: 1\n", "a key here is not a word"),
        ("a: \x01\n", "g.yaml:1: holds the character"),
        ('a: "\\x00"\n', "g.yaml:1: a: holds a character that cannot be printed"),
        ('a: "\\ud800"\n', "g.yaml:1: a: holds a character that cannot be printed"),
        ('"\\ud800": 1\n', "g.yaml:1: a key here is not a word"),
        ('b: 1\na: "\\UFFFFFFFF"\n', "g.yaml:2: has a \\U in quotes that stands for no character"),
        ('b: 1\na: "\\U00110000"\n', "g.yaml:2: has a \\U in quotes that stands for no character"),
        ("a:\t1\n", "a space in place of the tab would be right"),
        ("a: @b\n", "quotes around the text would be right"),
        (
            "b: 1\na: 'x\nc: 2\n",
            "g.yaml:2: is no YAML: found unexpected end of stream; a quotation mark that is opened",
        ),
        ("a: {b: [1\nc: 2}\n", "g.yaml:1: is no YAML: expected ',' or ']', but got ':'; the bracket of this line"),
        ("[" * 50_000, "nested deeper than 20 levels"),
        ("x: " + "[" * 60 + "]" * 60, "nested deeper than 20 levels"),
        ("x" * (document.LONGEST_FILE + 1), "has 1000001 characters"),
    ],
)
def test_what_is_no_configuration_at_all_is_told(text: str, message: str):
    assert message in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "rooms: [{name: a, camera: {source: 'rtsp//anna:geheim@camera'}}]\nx: 1\n",
        "rooms: [{name: a, camera: {source: [geheim]}}]\n",
        ROOM + "contacts: [{name: Anna, ways: [geheim]}]\n",
        ROOM + "contacts: [{name: Anna, ways: {geheim: 1}}]\n",
        ROOM + "contacts: [{name: Anna, ways: ['file:geheim']}]\n",
        ROOM + "contacts: [{name: Anna, ways: ['file:ntfy://geheim']}]\n",
        ROOM + "mqtt: {broker: 'mqtt://anna:geheim@host'}\n",
        ROOM + "contacts: geheim\n",
        ROOM + "contacts: [geheim]\n",
        "rooms: [{name: a, camera: geheim}]\n",
        "rooms: geheim\n",
        ROOM + "mqtt: geheim\n",
        ROOM + "mqtt: {password: geheim}\n",
        ROOM + "mqtt: {password_file: [geheim]}\n",
        "geheim",
    ],
)
def test_what_may_be_a_secret_is_never_repeated(text: str):
    assert "geheim" not in said(text).replace("ways.geheim", "")


def test_a_password_in_place_of_its_file_is_not_repeated(tmp_path: Path):
    path = write(tmp_path / "g.yaml", ROOM + "mqtt: {broker: host, username: me, password_file: geheim}\n")
    message = wrong(path)
    assert "g.yaml:2: mqtt.password_file: the file that it names cannot be had (No such file or directory)" in message
    assert "geheim" not in message


def test_plain_words_mean_what_they_say():
    read = document.read("a: no\nb: 22:00\nc: 0x10\nd: 1.5\ne: true\nf: ~\ng: '1'\nh: 12\n", "x")
    assert read.data == {"a": "no", "b": "22:00", "c": "0x10", "d": 1.5, "e": True, "f": None, "g": "1", "h": 12}
    assert read.line(("h", "deeper")) == 8


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
sections = st.dictionaries(st.sampled_from([*Settings.model_fields, "x"]), values, max_size=6)


@given(st.text(max_size=200))
@example("rooms: [{name: \ud7ff}]")
@example("- ")
@example("{}: {}")
def test_whatever_text_comes_it_is_settings_or_an_error_with_its_line(text: str):
    assert all(line.startswith("g.yaml:") for line in faults_of(text))


COMMENTED = (REPOSITORY / "config" / "guardian.yaml").read_text(encoding="utf-8")


@given(st.data())
def test_whatever_slip_of_the_hand_it_is_settings_or_an_error_with_its_line(data: st.DataObject):
    start = data.draw(st.integers(0, len(COMMENTED)))
    end = data.draw(st.integers(start, min(start + 30, len(COMMENTED))))
    put = data.draw(st.text("ab01 \t\n:#-[]{},&*!|>'\"%@`\\x/.\0\u00e9", max_size=8))
    assert all(line.startswith("g.yaml:") for line in faults_of(COMMENTED[:start] + put + COMMENTED[end:]))


paths = st.sampled_from(["", "/", "/dev/null", "x" * 5_000, "a/b", "/etc/passwd/x"]) | st.text(max_size=10)


@given(paths, paths, paths)
def test_whatever_files_it_names_they_are_settings_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, models: str, password: str, film: str
):
    path = tmp_path_factory.getbasetemp() / "paths.yaml"
    whole = {
        "rooms": [{"name": "a", "camera": {"source": film}}],
        "models": {"directory": models},
        "mqtt": {"broker": "host", "username": "me", "password_file": password},
    }
    assert f"{path}:" in wrong(write(path, yaml.safe_dump(whole)))


@given(st.binary(max_size=40))
@example(b"\xff")
def test_whatever_bytes_a_file_holds_they_are_an_error(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    path = tmp_path_factory.getbasetemp() / "bytes.yaml"
    path.write_bytes(content)
    assert f"{path}:" in wrong(path)


@given(sections)
def test_whatever_stands_in_the_sections_it_is_settings_or_an_error_with_its_key(data: dict[str, object]):
    assert all(line.startswith("g.yaml:") for line in faults_of(yaml.safe_dump(data, allow_unicode=True)))


def keys(schema: dict, prefix: str = "") -> set[str]:
    node = advice._resolved(schema)
    if node.get("type") == "array":
        return keys(node.get("items") or {}, prefix)
    found = set()
    for name, inner in node.get("properties", {}).items():
        found |= {prefix + name} | keys(inner, f"{prefix}{name}.")
    return found


def test_the_commented_configuration_names_every_key_and_shows_its_true_value():
    path = REPOSITORY / "config" / "guardian.yaml"
    text = path.read_text(encoding="utf-8")
    settings = load(path)
    assert settings == Settings(rooms=settings.rooms)
    whole = yaml.safe_load(text)
    shown_keys = keys_of(whole) | {"rooms.places.name", "rooms.places.kind", "rooms.places.polygon"}
    commented = {
        "contacts.name",
        "contacts.ways",
        "contacts.hours",
        "contacts.quiet",
        *(f"alarm.weekly_test.{key}" for key in WeeklyTest.model_fields),
        "mqtt.tls.ca_file",
        "mqtt.tls.cert_file",
        "mqtt.tls.key_file",
    }
    commented |= {"web.tls.cert_file", "web.tls.key_file", "web.tls.hsts"}
    commented |= {f"senses.{key}" for key in Sense.model_fields}
    commented |= {f"neighbours.{key}" for key in Neighbour.model_fields}
    assert shown_keys | commented == keys(advice._schema())
    for key in commented:
        assert key.rpartition(".")[2] + ":" in text


def schemas(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every key of the configuration with its schema."""
    node = advice._resolved(schema)
    if node.get("type") == "array":
        yield from schemas(node.get("items") or {})
    for name, inner in node.get("properties", {}).items():
        yield name, advice._resolved(inner)
        yield from schemas(inner)


def test_the_commented_configuration_tells_every_range_and_every_choice():
    for name, schema in schemas(advice._schema()):
        lines = re.findall(rf"^[ #-]*{name}:.*(?:\n +#.*)*", COMMENTED, re.MULTILINE)
        assert lines
        least = schema.get("minimum", schema.get("exclusiveMinimum"))
        if least is not None:
            above = "above " if "exclusiveMinimum" in schema else ""
            assert [line for line in lines if f"{above}{least:g} to {schema['maximum']:g}" not in line] == []
        choices = schema.get("enum") or advice._resolved(schema.get("items") or {}).get("enum", ())
        assert [choice for choice in choices if not re.search(rf"(?<!\w){choice}(?!\w)", COMMENTED)] == []


def test_every_line_of_the_commented_examples_is_right_without_its_mark():
    fields = "|".join((*Sense.model_fields, *Neighbour.model_fields))
    text = re.sub(
        rf"^( *)# ( *)(?=(?:places|contacts|senses|neighbours|- name|- id|polygon|ways|hours|quiet|{fields}):)",
        r"\1\2",
        COMMENTED,
        flags=re.MULTILINE,
    )
    inner = "tls|ca_file|cert_file|key_file|hsts|weekly_test|day|time|minutes"
    text = re.sub(rf"^  # ( *)(?=(?:{inner}):)", r"  \1", text, flags=re.MULTILINE)
    settings = parse(
        re.sub(
            r"^ *(?:places|contacts|senses|neighbours|tls|weekly_test): (?:\[\]|null).*\n", "", text, flags=re.MULTILINE
        )
    )
    assert settings.rooms[0].places[0].kind == "bed"
    assert settings.alarm.weekly_test == WeeklyTest(day="Mon")
    assert [contact.name for contact in settings.contacts] == ["Anna", "Bruno"]
    assert settings.mqtt.tls
    assert settings.web.tls
    assert [sense.name for sense in settings.senses] == ["bath radar", "another radar"]
    assert [neighbour.name for neighbour in settings.neighbours] == ["Upstairs"]


def keys_of(data: object, prefix: str = "") -> set[str]:
    if isinstance(data, list):
        return set().union(*(keys_of(item, prefix) for item in data))
    if not isinstance(data, dict):
        return set()
    return {prefix + name for name in data}.union(*(keys_of(value, f"{prefix}{name}.") for name, value in data.items()))


@pytest.mark.parametrize(
    "path", sorted((REPOSITORY / "config" / "examples").glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_example_is_right(path: Path):
    settings = parse(path.read_text(encoding="utf-8"), path.name)
    leds = {f"leds.{colour}": gpio for colour, gpio in settings.panel.leds}
    assert header.cautions({"buzzer": settings.panel.buzzer, "button": settings.panel.button, **leds}) == ()
    assert settings.contacts


def test_check_config_names_whom_it_will_call_in_their_order(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    contacts = "contacts: [{name: Anna, ways: ['ntfy://a']}, {name: Bruno, ways: ['ntfy://b']}]\n"
    assert cli.main(["check-config", str(write(tmp_path / "g.yaml", ROOM + contacts))]) == 0
    assert "Anna, then Bruno to call" in capsys.readouterr().out


def test_a_way_in_a_file_is_looked_at_and_the_box_starts_without_it(tmp_path: Path):
    way, others = tmp_path / "anna", tmp_path / "bruno"
    others.write_text("ntfy://geheim\n")
    others.chmod(0o644)
    ways = f"'ntfy://a', 'file:{way}', 'file:{others}', 'file:${{CREDENTIALS_DIRECTORY}}/clara'"
    path = write(tmp_path / "g.yaml", f"{ROOM}contacts:\n  - name: Anna\n    ways: [{ways}]\n")
    assert load(path).contacts[0].ways[1] == f"file:{way}"
    message = wrong(path)
    assert "g.yaml:4: contacts[0].ways[1]: the file that it names cannot be had (No such file or directory)" in message
    assert f"g.yaml:4: contacts[0].ways[2]: every user of this machine can read or change {others}" in message
    assert message.count("\n") == 1
    assert "geheim" not in message
    way.write_text("ntfy://geheim\n")
    for each in (way, others):
        each.chmod(0o600)
    check(path)


def test_check_config_names_every_other_box(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    neighbours = "neighbours: [{id: home-up, name: Upstairs}]\n"
    assert cli.main(["check-config", str(write(tmp_path / "g.yaml", ROOM + neighbours))]) == 0
    assert "Upstairs: another box, heard at guardian/home-up" in capsys.readouterr().out


def test_check_config_names_every_sense_and_where_it_is_heard(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    senses = "senses: [{name: radar, room: bath, topic: z/a, device: zigbee2mqtt_tuya_fall}, "
    senses += "{name: pendant, topic: z/b, device: zigbee2mqtt_button}]\n"
    assert cli.main(["check-config", str(write(tmp_path / "g.yaml", ROOM + senses))]) == 0
    said = capsys.readouterr().out
    assert said.endswith("radar: fall in bath, heard at z/a\npendant: button, heard at z/b\n")


def test_there_are_examples():
    assert len(list((REPOSITORY / "config" / "examples").glob("*.yaml"))) >= 3


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def wrong(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        check(path)
    return str(caught.value)


def test_files_that_the_configuration_names_are_looked_at(tmp_path: Path):
    (tmp_path / "password").write_text("geheim")
    (tmp_path / "password").chmod(0o644)
    path = write(
        tmp_path / "g.yaml",
        f"rooms: [{{name: a, camera: {{source: {tmp_path}/none.mp4}}}}]\n"
        f"models: {{directory: {tmp_path}/models}}\n"
        f"mqtt:\n  broker: host\n  username: me\n  password_file: {tmp_path}/password\n"
        f"  tls: {{ca_file: {tmp_path}/ca.pem, cert_file: {tmp_path}/cert.pem, key_file: {tmp_path}/key.pem}}\n",
    )
    message = wrong(path)
    assert f"g.yaml:1: rooms[0].camera.source: there is no {tmp_path}/none.mp4; the path of a video file" in message
    assert f"g.yaml:2: models.directory: there is no directory {tmp_path}/models" in message
    assert f"g.yaml:6: mqtt.password_file: every user of this machine can read or change {tmp_path}/password" in message
    assert all(f"there is no {tmp_path}/{name}.pem" in message for name in ("ca", "cert"))
    assert "g.yaml:7: mqtt.tls.key_file: the file that it names cannot be had (No such file or directory)" in message
    assert "geheim" not in message


def test_a_camera_that_is_not_there_is_told_with_those_that_are(tmp_path: Path):
    path = write(tmp_path / "g.yaml", "rooms: [{name: a, camera: {source: /dev/video99}}]\n")
    assert "rooms[0].camera.source: there is no /dev/video99; cameras here:" in wrong(path)
    assert load(path).rooms[0].camera.source == "/dev/video99"  # which may be plugged in later


def test_a_directory_is_no_film(tmp_path: Path):
    path = write(tmp_path / "g.yaml", f"rooms: [{{name: a, camera: {{source: {tmp_path}}}}}]\n")
    assert f"{tmp_path} is a directory; the path of a video file would be right" in wrong(path)


def test_a_file_in_a_place_that_may_not_be_entered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write(tmp_path / "g.yaml", f"rooms: [{{name: a, camera: {{source: {tmp_path}/closed/film.mp4}}}}]\n")
    look = Path.stat

    def refuse(self: Path, **how: bool) -> object:
        if "closed" in self.parts:
            raise PermissionError(13, "Permission denied")
        return look(self, **how)

    monkeypatch.setattr(Path, "stat", refuse)
    assert f"{tmp_path}/closed/film.mp4 cannot be looked at (Permission denied)" in wrong(path)


def test_a_file_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "ca.pem").write_text("x")
    monkeypatch.setattr("os.access", lambda *_: False)
    path = write(tmp_path / "g.yaml", ROOM + f"mqtt: {{broker: host, tls: {{ca_file: {tmp_path}/ca.pem}}}}\n")
    assert "is not readable for this user" in wrong(path)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: None, "there is no such file"),
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.write_bytes(b"a: \xff"), "byte 3 is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_told(make: object, message: str, tmp_path: Path):
    path = tmp_path / "g.yaml"
    make(path)  # type: ignore[operator]
    assert message in wrong(path)


def test_an_unreadable_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "cannot be read (Permission denied)" in wrong(tmp_path / "g.yaml")


def test_the_option_goes_before_the_environment_and_that_before_the_usual_place():
    environment = {"GUARDIAN_CONFIG": "/b.yaml"}
    assert find(Path("/a.yaml"), environment) == Path("/a.yaml")
    assert find(None, environment) == Path("/b.yaml")
    assert find(None, {}) == Path("/etc/guardian/guardian.yaml")


def test_a_fault_is_said_once_and_by_line():
    faults = [Fault(9, "b", "wrong"), Fault(2, "", "broken"), Fault(9, "b", "wrong")]
    assert str(error("g.yaml", faults)) == "g.yaml:2: broken\ng.yaml:9: b: wrong"
    assert dotted(("rooms", 0, "camera", "fps")) == "rooms[0].camera.fps"
    assert shown("rtsp://anna:secret@camera") == "rtsp://..."
    assert len(shown("x" * 500)) < 100


def test_check_config_says_that_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path / "g.yaml", ROOM)
    assert cli.main(["check-config", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: all is well: 1 room (kitchen), MQTT auto, panel none, nobody to call\n"


def test_check_config_says_how_large_places_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    told = []
    for rotate in (0, 90):
        text = f"""
rooms:
  - name: kitchen
    camera: {{source: csi, mount_height: 2.1, tilt: 18, rotate: {rotate}}}
    places:
      - {{name: bed, kind: bed, polygon: [[0.3, 0.6], [0.7, 0.6], [0.7, 0.75], [0.3, 0.75]]}}
      - {{name: sky, kind: sofa, polygon: [[0.3, 0.0], [0.7, 0.0], [0.7, 0.75]]}}
"""
        assert cli.main(["check-config", str(write(tmp_path / "g.yaml", text))]) == 0
        told.append(capsys.readouterr().out.splitlines()[1:])
    upright, turned = told
    assert upright[0].startswith("kitchen: bed: about ")
    assert upright[1] == "kitchen: sky: reaches above the horizon: look at its outline."
    assert turned[0] != upright[0]


def test_check_config_says_what_is_wrong_and_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = write(tmp_path / "g.yaml", ROOM + "wbe: {port: 1}\n")
    assert cli.main(["check-config", str(path)]) == 2
    assert f"{path}:2: wbe: is not known; did you mean web?" in capsys.readouterr().err


def test_the_package_offers_what_the_commands_need():
    assert (configuration.check, configuration.find, configuration.load, configuration.parse) == (
        check,
        find,
        load,
        parse,
    )
