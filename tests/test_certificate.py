"""The page's own certificate: usable, until when, and trusted by who asks on this machine and by nobody else."""

import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from certificates import certificate

from guardian.entrance import WebTls
from guardian.errors import ConfigurationError
from guardian.web.certificate import HOW, demand_certificate, ends


def test_a_certificate_tells_until_when_it_is_good(tmp_path: Path):
    tls = certificate(tmp_path, days=30)
    assert demand_certificate(tls) is not None
    left = ends(tls) - datetime.now(timezone.utc)
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)


def test_a_key_of_another_certificate_is_told(tmp_path: Path):
    mine, other = certificate(tmp_path), certificate(tmp_path, "other")
    with pytest.raises(ConfigurationError, match=r"KEY_VALUES_MISMATCH.*with its own key"):
        demand_certificate(WebTls(cert_file=mine.cert_file, key_file=other.key_file))


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_what_is_no_certificate_is_told(tmp_path: Path, content: str | None):
    tls = certificate(tmp_path)
    tls.cert_file.unlink()
    if content is not None:
        tls.cert_file.write_text(content)
    with pytest.raises(ConfigurationError, match=r"web.tls: .*web.pem with .* cannot be used"):
        demand_certificate(tls)


AUTHORITY = """[ca]
default_ca = here
[here]
dir = .
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
[any]
commonName = supplied
"""


def run(directory: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=directory, check=True, capture_output=True, timeout=60)


def test_one_that_is_over_is_told_with_how_to_make_a_new_one(tmp_path: Path):
    tls = certificate(tmp_path)
    (tmp_path / "ca.cnf").write_text(AUTHORITY)
    (tmp_path / "index.txt").touch()
    (tmp_path / "serial").write_text("01\n")
    run(tmp_path, "req", "-new", "-key", "web.key", "-subj", "/CN=guardian", "-out", "web.csr")
    words = ["-selfsign", "-batch", "-config", "ca.cnf", "-keyfile", "web.key", "-in", "web.csr", "-out", "web.pem"]
    run(tmp_path, "ca", *words, "-startdate", "20200101000000Z", "-enddate", "20200201000000Z")
    with pytest.raises(ConfigurationError, match=r"cannot be trusted .*expired.*openssl req -x509"):
        ends(tls)


def test_the_line_that_it_tells_works(tmp_path: Path):
    certificate(tmp_path)
    (tmp_path / "web.pem").unlink()
    run(tmp_path, *HOW.split()[1:])
    assert ends(WebTls(cert_file=tmp_path / "web.pem", key_file=tmp_path / "web.key")) > datetime.now(timezone.utc)
