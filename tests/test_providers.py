import logging
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from phone_servers import Ntfy, NtfyTalk, Talk, serving

from guardian.io import providers
from guardian.io.providers import MOST_BYTES, Login, Reply, UnreachableError, ask, opened, pieces

SECRET = "s3cr3t"  # noqa: S105 - what must not be seen anywhere

pytestmark = pytest.mark.usefixtures("quiet")


class Odd(Talk):
    """Answers as its path says."""

    def do_GET(self) -> None:  # noqa: N802 - the library's name
        self.taken()
        self.close_connection = True
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * (2 * MOST_BYTES))
        elif self.path == "/short":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"{")
        elif self.path == "/bytes":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a\n")
            self.server_side.released.wait(30.0)
        else:
            self.reply(200, {"login": self.headers.get("Authorization", "")})


@pytest.fixture
def odd() -> Iterator[str]:
    with serving(Ntfy(), Odd) as address:
        yield address


def test_a_reply_is_its_status_and_its_object():
    assert Reply(200, b'{"status": 1}').fields == {"status": 1}
    assert Reply(200, b"[1]").fields == {}
    assert Reply(200, b"<html>").fields == {}
    assert Reply(200, b"[" * 100_000).fields == {}


def test_a_login_is_sent_and_neither_shown_nor_taken_from_the_users_own_passwords(
    odd: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "netrc").write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert ask("GET", odd).fields == {"login": ""}
    assert ask("GET", odd, login=Login.bearer("tk_1")).fields == {"login": "Bearer tk_1"}
    assert ask("GET", odd, login=Login.basic("anna", "ä:b")).fields == {"login": "Basic YW5uYTrDpDpi"}
    assert SECRET not in repr(Login.bearer(SECRET))


def test_a_redirection_is_not_followed(odd: str):
    assert ask("GET", f"{odd}/moved").status == 302


def test_an_answer_without_end_is_cut(odd: str):
    assert len(ask("GET", f"{odd}/endless").body) == MOST_BYTES


def test_an_answer_that_breaks_off_is_none(odd: str):
    with pytest.raises(UnreachableError, match="it hung up"):
        ask("GET", f"{odd}/short")


def test_an_answer_that_drips_is_none(odd: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(providers, "WHOLE_SECONDS", -1.0)
    with pytest.raises(UnreachableError, match="does not answer in time"):
        ask("GET", f"{odd}/drip")


def test_what_is_not_sent_in_chunks_is_given_at_once(odd: str):
    with opened("GET", f"{odd}/bytes") as response:
        received = pieces(response)
        assert next(received) + next(received) == b"a\n"


def test_who_hangs_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(providers, "READ_SECONDS", 0.1)
    side = Ntfy()
    side.hang = True
    with serving(side, NtfyTalk) as address, pytest.raises(UnreachableError, match="does not answer in time"):
        ask("POST", address, body={"topic": "t", "message": "m"})


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for but itself, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here: apt install openssl")
    made, names = tmp_path / "own.pem", ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(made)]
    words = ["openssl", "req", "-x509", *key, "-out", str(tmp_path / "certificate"), *names]
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    made.write_text(made.read_text() + (tmp_path / "certificate").read_text())
    return made


def test_a_certificate_is_verified(certificate: Path, monkeypatch: pytest.MonkeyPatch):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    side = Ntfy()
    with serving(side, NtfyTalk, context) as address:
        with pytest.raises(UnreachableError, match="its certificate is not to be trusted"):
            ask("GET", f"{address}/topic/json?poll=1")
        assert side.asked == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        assert ask("GET", f"{address}/topic/json?poll=1").status == 200


@pytest.mark.parametrize("url", [f"http://127.0.0.1:1/{SECRET}", f"http://{SECRET}..{SECRET}", f"gopher://{SECRET}/"])
def test_an_error_and_the_log_tell_nothing_of_the_address(url: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UnreachableError) as caught:
        ask("POST", url, body=SECRET)
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"
