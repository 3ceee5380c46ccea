"""Which way a request came in, and which names and addresses count there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Scope

from guardian.entrance import Web, WebTls
from guardian.web.doors import Arrival, Doors, Refused

BOX = "192.168.1.20"
LOCAL = Doors(Web())
TLS = Doors(Web(host=BOX, tls=WebTls(cert_file="/c", key_file="/k"), allowed_hosts=("guardian.local",)))
PROXIED = Doors(Web(behind_proxy=True, allowed_hosts=("home.example.org",), proxies=("127.0.0.1", "10.0.0.2")))
FORWARDED = {"x-forwarded-for": "203.0.113.9, 198.51.100.7", "x-forwarded-proto": "https"}


def asked(host: str, peer: str = "127.0.0.1", scheme: str = "http", server: str = "127.0.0.1", **more: str) -> Scope:
    headers = {"host": host, **{key.replace("_", "-"): value for key, value in more.items()}}
    return {
        "type": "http",
        "scheme": scheme,
        "client": (peer, 50_000),
        "server": (server, 8_377),
        "headers": [(key.encode(), value.encode("latin-1")) for key, value in headers.items()],
    }


@pytest.mark.parametrize("host", ["127.0.0.1:8377", "localhost:8377", "[::1]:8377", "LOCALHOST"])
@pytest.mark.parametrize("doors", [LOCAL, PROXIED])
def test_who_sits_at_the_box_comes_in_by_its_own_names(doors: Doors, host: str):
    assert doors.arrival(asked(host)) == Arrival(f"http://{host}", "127.0.0.1", local=True, secure=False)


def test_with_tls_who_sits_at_the_box_comes_in_unheard_too():
    found = TLS.arrival(asked("127.0.0.1:8377", scheme="https"))
    assert found == Arrival("https://127.0.0.1:8377", "127.0.0.1", local=True, secure=True)


@pytest.mark.parametrize("host", ["guardian.local:8377", "Guardian.Local", f"{BOX}:8377"])
def test_from_the_home_s_network_it_answers_to_its_names_and_the_address_that_was_called(host: str):
    found = TLS.arrival(asked(host, "192.168.1.7", "https", BOX))
    assert found == Arrival(f"https://{host}", "192.168.1.7", local=False, secure=True)


@pytest.mark.parametrize(
    ("doors", "scope"),
    [
        (LOCAL, asked("evil.example:8377")),
        (LOCAL, asked("127.0.0.1.evil.example")),
        (LOCAL, asked(BOX)),
        (LOCAL, asked("")),
        (LOCAL, asked("127.0.0.1:8377:1")),
        (LOCAL, asked("127.0.0.1:8377", x_forwarded_for="203.0.113.9")),
        (LOCAL, asked("guardian.local", "192.168.1.7", "http", BOX)),
        (TLS, asked("evil.example", "192.168.1.7", "https", BOX)),
        (TLS, asked("192.168.1.21", "192.168.1.7", "https", BOX)),
        (TLS, asked("localhost", "192.168.1.7", "https", BOX)),
        (TLS, asked("127.0.0.1", "192.168.1.7", "https", BOX)),
        (TLS, asked("guardian.local", "192.168.1.7", "http", BOX)),
        (TLS, asked("[fe80::1%eth0]", "192.168.1.7", "https", BOX)),
        (PROXIED, asked("home.example.org", "192.168.1.7", **FORWARDED)),
        (PROXIED, asked("evil.example", **FORWARDED)),
        (PROXIED, asked("home.example.org")),
        (PROXIED, asked("home.example.org", x_forwarded_for="203.0.113.9", x_forwarded_proto="http")),
        (PROXIED, asked("home.example.org", x_forwarded_for="somebody", x_forwarded_proto="https")),
        (PROXIED, asked("127.0.0.1:8377", **FORWARDED)),
        (PROXIED, asked("127.0.0.1:8377", "10.0.0.2", **FORWARDED)),
    ],
)
def test_every_other_way_is_closed_and_says_what_would_be_right(doors: Doors, scope: Scope):
    found = doors.arrival(scope)
    assert isinstance(found, Refused)
    assert found.reason.endswith("would be right")


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.0.2", "::ffff:10.0.0.2"])
def test_a_proxy_is_believed_whose_request_it_brings(peer: str):
    found = PROXIED.arrival(asked("home.example.org", peer, **FORWARDED))
    assert found == Arrival("https://home.example.org", "198.51.100.7", local=False, secure=True)


def test_nobody_but_a_proxy_is_believed_whose_request_it_is():
    found = TLS.arrival(asked("guardian.local", "192.168.1.7", "https", BOX, **FORWARDED))
    assert isinstance(found, Arrival)
    assert found.address == "192.168.1.7"


def test_without_knowing_the_ends_of_a_connection_nobody_is_local():
    scope = asked("127.0.0.1:8377") | {"client": None, "server": None}
    assert isinstance(LOCAL.arrival(scope), Refused)


@given(st.text(max_size=60), st.sampled_from([LOCAL, TLS, PROXIED]), st.booleans())
def test_no_host_of_any_kind_passes_that_is_not_ours(host: str, doors: Doors, forwarded: bool):  # noqa: FBT001
    scope = asked("x", "192.168.1.7", "https", BOX, **(FORWARDED if forwarded else {}))
    scope["headers"][0] = (b"host", host.encode("utf-8", "replace"))
    found = doors.arrival(scope)
    ours = host.partition(":")[0].lower() in {"guardian.local", BOX}
    assert isinstance(found, Refused) or (ours and doors is TLS)
