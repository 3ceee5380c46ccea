"""Certificates of our own, for brokers on loopback and for the page, made by openssl."""

import shutil
import subprocess
from pathlib import Path

import pytest

from guardian.entrance import WebTls

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def need(*programs: str) -> None:
    """Skip where one of the programs is not there."""
    if any(shutil.which(program) is None for program in programs):
        pytest.skip(f"no {' or '.join(programs)} here: apt install openssl mosquitto")


def openssl(directory: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True, timeout=60)


def authority(directory: Path, name: str) -> Path:
    """Make a certificate authority; gives its certificate."""
    openssl(directory, "req", "-x509", *KEY, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
    return directory / f"{name}.pem"


def serving(directory: Path, ca: str = "ca") -> None:
    """Make server.pem and server.key for 127.0.0.1, signed by an authority in the same directory."""
    openssl(directory, "req", *KEY, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=broker")
    (directory / "san.cnf").write_text("subjectAltName=IP:127.0.0.1\n", encoding="utf-8")
    signed = ("-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial", "-extfile", "san.cnf")
    openssl(directory, "x509", "-req", "-in", "server.csr", *signed, "-out", "server.pem")


def certificate(directory: Path, name: str = "web", days: int = 2) -> WebTls:
    """Make one for the page as a household does, by itself; the test is skipped where there is no openssl."""
    need("openssl")
    names = ("-subj", "/CN=guardian", "-addext", "subjectAltName=DNS:guardian.local,IP:127.0.0.1")
    files = ("-keyout", f"{name}.key", "-out", f"{name}.pem")
    openssl(directory, "req", "-x509", *KEY, "-days", str(days), *names, *files)
    return WebTls(cert_file=directory / f"{name}.pem", key_file=directory / f"{name}.key")


def passwords(directory: Path, **users: str) -> None:
    """Make mosquitto's file `users`."""
    for number, (user, password) in enumerate(users.items()):
        flags = () if number else ("-c",)
        words = ["mosquitto_passwd", "-b", *flags, "users", user, password]
        subprocess.run(words, cwd=directory, check=True)
