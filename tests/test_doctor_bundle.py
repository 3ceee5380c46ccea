import json
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from guardian import cli, configuration, doctor, doctor_command
from guardian.doctor import bundle, redaction
from guardian.doctor.finding import Finding, State, fail, ok, warn
from guardian.doctor.machine import Facts
from guardian.doctor.redaction import Aliases
from guardian.errors import ConfigurationError

FACTS = Facts("Raspberry Pi 5 Model B", "debian", "12", "aarch64", "6.12.1", "rpi-lgpio")
CANARIES = (
    *("Rosalinda", "Zebulon", "Quimby", "Wintergarten", "Fliederweg", "hunter2secret", "topsecrettopic"),
    *("tok3nTok3nTok3n", "192.168.77.13", "rosa@example.org", "+49 170 1234567", "nvr.local", "zebhome"),
    *("Krankenzimmer", "die Couch von Oma", "heartbeat-uuid-4711"),
)
YAML = """
household: {id: zebhome, name: Fliederweg 7, timezone: Europe/Berlin}
rooms:
  - name: Wintergarten
    camera: {source: "rtsp://Zebulon:hunter2secret@nvr.local/stream"}
    places: [{name: die Couch von Oma, kind: sofa, polygon: [[0.1, 0.1], [0.2, 0.1], [0.2, 0.3]]}]
  - name: Krankenzimmer
    camera: {source: /dev/video2, fps: 12}
contacts:
  - {name: Rosalinda, ways: ["ntfy://topsecrettopic", "mailto://quimby:hunter2secret@example.org"]}
supervision: {url: "https://hc.example.org/heartbeat-uuid-4711"}
falls: {confirm_seconds: 7.5, sensitivity: high}
"""
FINDINGS = (
    ok("camera", "Wintergarten: 640x480 at 15 fps"),
    fail("camera", "KRANKENZIMMER: /dev/video2 gives no frame", "look at its cable and its power"),
    warn("contacts", "Rosalinda: mailto://quimby:hunter2secret@example.org is not understood", "see docs/phones.md"),
    ok("page", "http://zebhome.local:8377/?token=tok3nTok3nTok3n; 2 may sign in"),
    fail("mqtt", "192.168.77.13:1883: no route to nvr.local; rosa@example.org or +49 170 1234567 may know", "see mqtt"),
)
JOURNAL = r"""
2025-06-01T12:00:00+0000 systemd[1]: guardian.service: Main process exited, code=killed, status=6/ABRT
2025-06-01T12:00:00+0000 systemd[1]: Started guardian.service - of Rosalinda.
2025-06-01T12:00:01+0000 guardian[7]: level=INFO event=FallConfirmed room='Wintergarten' reasons='Quimby'
2025-06-01T12:00:02+0000 guardian[7]: event=contact_not_told contact=Rosalinda way=ntfy reason='192.168.77.13'
2025-06-01T12:00:03+0000 guardian[7]: level=INFO event=signed_in user='Zebulon' address=192.168.77.13
2025-06-01T12:00:03+0000 guardian[7]: level=INFO event=pause by='Quimby' via=Zebulon seconds=1800 refused=''
2025-06-01T12:00:04+0000 guardian[7]:   File "/home/Quimby/opt/guardian/app.py", line 77, in run
2025-06-01T12:00:04+0000 guardian[7]: KeyError: 'Quimby'
2025-06-01T12:00:05+0000 guardian[7]: {"level": "error", "message": "mqtt=lost broker=nvr.local reason='Quimby'"}
2025-06-01T12:00:05+0000 guardian[7]: {not JSON, says Quimby
-- Boot of Rosalinda --
""".splitlines()


@pytest.fixture
def bundled(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.tar.gz"
    bundle.write(path, FINDINGS, configuration.parse(YAML), FACTS, lambda: JOURNAL)
    return path


def contents(path: Path) -> dict[str, str]:
    with tarfile.open(path) as opened:
        found = {}
        for member in opened:
            file = opened.extractfile(member)
            assert file is not None
            found[member.name.partition("/")[2]] = file.read().decode()
        return found


@pytest.mark.parametrize("canary", CANARIES)
def test_no_name_address_or_secret_is_in_it(canary: str, bundled: Path):
    held = "\n".join(contents(bundled).values())
    assert canary.casefold() not in held.casefold()


def test_every_canary_was_there_to_be_found():
    said = "\n".join((YAML, *JOURNAL, *(f"{found.text}" for found in FINDINGS))).casefold()
    assert [canary for canary in CANARIES if canary.casefold() not in said] == []


def test_what_helps_is_in_it(bundled: Path):
    held = contents(bundled)
    settings = yaml.safe_load(held["configuration.yaml"])
    assert settings["falls"]["confirm_seconds"] == 7.5
    assert settings["falls"]["sensitivity"] == "high"
    assert settings["rooms"][1]["camera"]["source"] == "/dev/video2"
    assert settings["rooms"][0]["places"][0]["kind"] == "sofa"
    assert settings["mqtt"]["broker"] == "auto", "what a household has that says nothing"
    findings = json.loads(held["findings.json"])
    assert [found["state"] for found in findings] == ["ok", "fail", "warn", "ok", "fail"]
    assert settings["rooms"][1]["name"] in findings[1]["text"], "one can see which room is meant"
    assert "gives no frame" in findings[1]["text"]
    assert json.loads(held["versions.json"])["board"] == FACTS.board
    assert "numpy" in json.loads(held["versions.json"])["packages"]
    assert set(held) == {line.split()[0] for line in bundle.ABOUT.splitlines() if ".txt " in line or "on  " in line} | {
        *("configuration.yaml", "about.txt")
    }


def test_the_log_tells_when_what_failed(bundled: Path):
    lines = contents(bundled)["log.txt"].splitlines()
    room = yaml.safe_load(contents(bundled)["configuration.yaml"])["rooms"][0]["name"]
    assert lines[0].endswith("systemd guardian.service: Main process exited, code=killed, status=6/ABRT")
    assert f"level=INFO event=FallConfirmed room={room} reasons=***" in lines[1]
    assert "event=contact_not_told contact=<name-" in lines[2]
    assert "way=ntfy reason=***" in lines[2]
    assert "user=*** address=***" in lines[3]
    assert lines[5] == "2025-06-01T12:00:04+0000   at guardian/app.py:77 in run"
    assert "level=error mqtt=lost broker=*** reason=***" in lines[6]
    assert len(lines) == 7


def test_it_is_for_its_writer_alone(bundled: Path, tmp_path: Path):
    assert bundled.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigurationError, match="a file in a directory of yours"):
        bundle.write(tmp_path / "nothing" / "b.tar.gz", (), None, FACTS, lambda: ())


def test_a_fault_of_the_configuration_tells_where_and_not_what_somebody_wrote():
    found = redaction.finding(
        fail("configuration", "/etc/guardian/guardian.yaml:7: contacts[0].ways: 'Quimby' is wrong", "Quimby"), Aliases()
    )
    assert found["text"] == "/etc/guardian/guardian.yaml:7: contacts[0].ways: ***"
    assert "Quimby" not in found["remedy"]


def test_without_a_configuration_there_is_a_bundle_too(tmp_path: Path):
    bundle.write(tmp_path / "b.tar.gz", FINDINGS[:1], None, FACTS, lambda: ())
    assert contents(tmp_path / "b.tar.gz")["log.txt"] == ""


@pytest.mark.parametrize(
    "address",
    [
        *(
            "http://user:word@10.0.0.1:80/x?token=1",
            "fe80::1ff:fe23:4567:890a",
            "b8:27:eb:12:34:56",
            "a.b+c@mail.example",
        ),
        *("10.1.2.3", "+886 2 1234 5678", "fernseher.fritz.box"),
    ],
)
def test_an_address_that_nobody_configured_is_hidden(address: str):
    assert address not in Aliases().hide(f"it is {address}, it seems")


@pytest.mark.parametrize(
    "text", ["127.0.0.1:1883 let us in", "12:30 on 2025-06-01", "GPIO 18 (pin 12)", "75.9 GB free"]
)
def test_what_is_no_address_stays(text: str):
    assert Aliases().hide(text) == text


def test_the_journal_of_a_machine_without_one_is_empty(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bundle, "JOURNAL", ("no-such-program",))
    assert bundle.journal() == ()
    monkeypatch.setattr(bundle, "JOURNAL", ("echo", "a line"))
    assert bundle.journal() == ["a line"]


def test_every_finding_that_is_not_well_has_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    path = tmp_path / "guardian.yaml"
    path.write_text("rooms: []\n")
    monkeypatch.setattr(doctor, "examine_sandbox", lambda *_, **__: ok("sandbox", "not tried"))
    found = list(doctor.consult(path, demanded=True))
    assert {"configuration", "board", "system", "model", "disk"} <= {finding.part for finding in found}
    assert all(finding.remedy for finding in found if finding.state is not State.OK)


def examined(*findings: Finding) -> object:
    return lambda *_, **__: iter(findings)


@pytest.mark.parametrize(("findings", "code"), [(FINDINGS[:1], 0), (FINDINGS[2:3], 0), (FINDINGS, 1)])
def test_for_machines_it_is_a_line_each_and_the_exit_code_tells(
    findings: Sequence[Finding], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("guardian.doctor.consult", examined(*findings))
    assert cli.main(["doctor", "--json"]) == code
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["text"] for line in lines] == [finding.text for finding in findings]
    assert all(set(line) == {"part", "state", "text", "remedy"} for line in lines)


def test_the_command_writes_the_bundle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("guardian.doctor.consult", examined(*FINDINGS))
    monkeypatch.setattr(bundle, "journal", lambda: JOURNAL)
    config, path = tmp_path / "guardian.yaml", tmp_path / "b.tar.gz"
    config.write_text(YAML)
    assert cli.main(["doctor", "--config", str(config), "--bundle", str(path)]) == 1
    assert "about.txt in it says what it holds" in capsys.readouterr().out
    assert [canary for canary in CANARIES if canary in "".join(contents(path).values())] == []
    assert callable(doctor_command.add)
