"""A broker of the household's own beside the box: mosquitto, with passwords, an access list, and TLS if it is wanted.

Only files of our own are laid beside those of mosquitto; none of the household's is changed.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from guardian.errors import InstallationError
from guardian.installation.machine import ROOT, SERVICE_READS, Machine, Owner
from guardian.installation.shipped import shipped
from guardian.installation.steps import Step, TextFile, erase, write

USERS = ("guardian", "homeassistant")
"""Who gets a password at once; docs/mqtt.md tells how a phone or a care organisation gets one."""
PASSWORDS: Mapping[str, str] = {user: f"/etc/guardian/mqtt-{user}.password" for user in USERS}
USERS_FILE = "/etc/mosquitto/guardian.users"
ACCESS = "/etc/mosquitto/guardian.acl"
SETTINGS = "/etc/mosquitto/conf.d/guardian.conf"
AUTHORITY, CERTIFICATE, KEY = (f"/etc/guardian/tls/{name}" for name in ("ca.pem", "server.pem", "server.key"))
BROKER_READS = Owner("root", "mosquitto")
PLAIN_PORT, TLS_PORT = 1883, 8883
DAYS = 3650
"""An authority of one household is trusted by the devices that were given it, and nobody renews it for them."""
_ROUNDS = 101
"""What mosquitto_passwd of mosquitto 2.0 does by itself; the passwords are 120 random bits, which no rounds improve."""


def password() -> str:
    """A password that nobody guesses: 120 random bits."""
    return secrets.token_urlsafe(15)


def hashed(word: str, salt: bytes) -> str:
    """A password as mosquitto 2 keeps it: PBKDF2 with HMAC-SHA512 (mosquitto_passwd(1))."""
    digest = hashlib.pbkdf2_hmac("sha512", word.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


@dataclass(frozen=True, slots=True)
class Users:
    """The users' file of the broker, made from the passwords that are there."""

    kept: bool = False

    @property
    def noun(self) -> str:
        """Its path."""
        return f"file {USERS_FILE}"

    def is_so(self, machine: Machine) -> bool:
        """Whether it lets in just those with their passwords."""
        path = machine.on(USERS_FILE)
        if not path.is_file() or not machine.owns(BROKER_READS, path):
            return False
        lines = dict(line.split(":", 1) for line in path.read_text(encoding="ascii").splitlines())
        return all(self._lets_in(machine, user, lines.get(user, "")) for user in USERS)

    def _lets_in(self, machine: Machine, user: str, line: str) -> bool:
        fields = line.split("$")
        known = len(fields) == 5 and machine.on(PASSWORDS[user]).is_file()  # noqa: PLR2004 - as `hashed` writes them
        return known and hashed(_password(machine, user), base64.b64decode(fields[3])) == line

    def do(self, machine: Machine) -> None:
        """Write it with our users, and leave the others that it has."""
        path = machine.on(USERS_FILE)
        others = path.read_text(encoding="ascii").splitlines() if path.is_file() else []
        others = [line for line in others if line.partition(":")[0] not in USERS]
        ours = [f"{user}:{hashed(_password(machine, user), secrets.token_bytes(12))}" for user in USERS]
        write(machine, path, "".join(f"{line}\n" for line in (*ours, *others)), 0o640, BROKER_READS)

    def undo(self, machine: Machine) -> None:
        """Erase it."""
        erase(machine, USERS_FILE)


def _password(machine: Machine, user: str) -> str:
    return machine.on(PASSWORDS[user]).read_text(encoding="ascii").strip()


@dataclass(frozen=True, slots=True)
class Certificates:
    """An authority of the household's own, and the broker's certificate for these names of the machine."""

    names: Sequence[str]
    kept: bool = True

    @property
    def noun(self) -> str:
        """Where it is."""
        return f"certificate {CERTIFICATE} for {', '.join(self.names)}"

    def is_so(self, machine: Machine) -> bool:
        """Whether all three files are there."""
        return all(machine.on(path).is_file() for path in (AUTHORITY, CERTIFICATE, KEY))

    def do(self, machine: Machine) -> None:
        """Make both with openssl; the authority's own key is not kept, so that nobody can make another one with it.

        Raises InstallationError.
        """
        directory = machine.on(AUTHORITY).parent
        directory.mkdir(parents=True, exist_ok=True)
        authority_key, request = directory / "ca.key.new", directory / "server.csr.new"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        names = f"subjectAltName={','.join(f'DNS:{name}' for name in self.names)}"
        ca, cert, key = (str(machine.on(path)) for path in (AUTHORITY, CERTIFICATE, KEY))
        try:
            subject = ["-subj", "/CN=Guardian household"]
            life = ["-days", str(DAYS)]
            machine.run(["openssl", "req", "-x509", *curve, *life, *subject, "-keyout", str(authority_key), "-out", ca])
            asking = ["-subj", f"/CN={self.names[0]}", "-addext", names]
            machine.run(["openssl", "req", "-new", *curve, *asking, "-keyout", key, "-out", str(request)])
            signing = ["-CA", ca, "-CAkey", str(authority_key), "-CAcreateserial", "-copy_extensions", "copy"]
            machine.run(["openssl", "x509", "-req", "-in", str(request), *life, *signing, "-out", cert])
        finally:
            for rest in (authority_key, request, directory / "ca.srl"):
                rest.unlink(missing_ok=True)
        machine.on(KEY).chmod(0o640)
        machine.give(BROKER_READS, machine.on(KEY))
        for path in (AUTHORITY, CERTIFICATE):
            machine.on(path).chmod(0o644)

    def undo(self, machine: Machine) -> None:
        """Erase all three."""
        for path in (AUTHORITY, CERTIFICATE, KEY):
            erase(machine, path)
        if machine.on(AUTHORITY).parent.is_dir():
            machine.on(AUTHORITY).parent.rmdir()


def access(topic: str, household: str) -> str:
    """Who may say and hear what, for a box with this mqtt.topic and household.id."""
    return (
        shipped("config/mqtt/access.acl")
        .replace("guardian/home/", f"{topic}/{household}/")
        .replace("guardian_home", f"guardian_{household}")
    )


def listening(*, tls: bool) -> str:
    """The settings of mosquitto: with TLS nobody is heard without it."""
    lines = ["# Guardian's, written by `guardian install --broker`; docs/install.md tells the rest."]
    if tls:
        lines += [f"listener {TLS_PORT}", f"certfile {CERTIFICATE}", f"keyfile {KEY}"]
    else:
        lines += [f"listener {PLAIN_PORT}"]
    lines += ["allow_anonymous false", f"password_file {USERS_FILE}", f"acl_file {ACCESS}"]
    return "".join(f"{line}\n" for line in lines)


def steps(*, tls: bool, names: Sequence[str], topic: str, household: str) -> tuple[Step, ...]:
    """What a broker consists of, in order."""
    files = (
        TextFile(PASSWORDS["guardian"], password, 0o640, SERVICE_READS, kept=True),
        TextFile(PASSWORDS["homeassistant"], password, 0o600, ROOT, kept=True),
        Users(),
        TextFile(ACCESS, lambda: access(topic, household), 0o640, BROKER_READS),
        TextFile(SETTINGS, lambda: listening(tls=tls)),
    )
    return (Certificates(names), *files) if tls else files


def section(*, tls: bool) -> str:
    """How guardian.yaml reaches that broker."""
    port = TLS_PORT if tls else PLAIN_PORT
    lines = ["mqtt:", "  broker: localhost", f"  port: {port}", "  username: guardian"]
    lines += [f"  password_file: {PASSWORDS['guardian']}"]
    lines += ["  tls:", f"    ca_file: {AUTHORITY}"] if tls else []
    return "\n".join(lines)


def demand_mosquitto(machine: Machine, *, tls: bool) -> None:
    """Raise InstallationError where the machine has no mosquitto, or somebody's settings already use our port."""
    if not any(machine.on(path).exists() for path in ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")):
        where = "" if machine.here else f" in {machine.root}"
        message = f"there is no mosquitto{where}; apt-get install mosquitto openssl, and the same command again"
        raise InstallationError(message)

    port = TLS_PORT if tls else PLAIN_PORT
    for path in (machine.on("/etc/mosquitto/mosquitto.conf"), *sorted(machine.on(SETTINGS).parent.glob("*.conf"))):
        if path == machine.on(SETTINGS) or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.match(rf"\s*(listener|port)\s+{port}\b", line):
                message = (
                    f"{path}:{number}: port {port} is taken by settings of yours; take that line out, or do without"
                )
                message += " --broker and name your broker in guardian.yaml (docs/mqtt.md)"
                raise InstallationError(message)


def there(machine: Machine) -> bool:
    """Whether such a broker was set up on that machine."""
    return machine.on(SETTINGS).is_file()


def uses_tls(machine: Machine) -> bool:
    """Whether it was set up with TLS."""
    return there(machine) and Path(KEY).name in machine.on(SETTINGS).read_text(encoding="utf-8")
