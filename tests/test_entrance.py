"""From where the page may be opened: what the configuration allows, and what it refuses with what would be right."""

import pytest
from pydantic import ValidationError

from guardian import configuration
from guardian.entrance import Web, WebTls
from guardian.errors import ConfigurationError

ROOM = "rooms:\n  - name: kitchen\n    camera: {source: csi}\n"
TLS = {"cert_file": "/etc/guardian/web.pem", "key_file": "/etc/guardian/web.key"}


def said(web: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        configuration.parse(f"{ROOM}web:\n{web}", "g.yaml")
    return str(caught.value)


def test_alone_it_is_on_this_machine_and_exposes_nothing():
    assert Web().host == "127.0.0.1"
    assert not Web().exposed
    assert not Web(host="::1").exposed
    assert Web(host="0:0:0:0:0:0:0:1").host == "::1"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "::", "fd00::5"])  # noqa: S104 - what one may write
def test_in_the_network_it_needs_tls_or_a_proxy(host: str):
    assert f"g.yaml:4: web: host {host} would send passwords" in said(f"  host: '{host}'\n")
    assert Web(host=host, tls=WebTls.model_validate(TLS)).exposed
    assert Web(host=host, behind_proxy=True, allowed_hosts=("home.example.org",)).exposed


def test_a_proxy_makes_it_open_to_others_wherever_it_listens():
    assert Web(behind_proxy=True, allowed_hosts=("Home.Example.org",)).allowed_hosts == ("home.example.org",)
    assert Web(behind_proxy=True, allowed_hosts=("a",)).exposed
    assert "behind_proxy is without allowed_hosts; the names by which" in said("  behind_proxy: true\n")
    assert "allowed_hosts needs tls" in said("  allowed_hosts: [a.example]\n")


@pytest.mark.parametrize("host", ["localhost", "guardian.local", "192.168.1", "192.168.1.20:80", "*", ""])
def test_where_it_listens_is_an_address(host: str):
    assert "web.host: is no address; one such as 127.0.0.1, 192.168.1.20 or 0.0.0.0 would be right" in said(
        f"  host: '{host}'\n"
    )


@pytest.mark.parametrize(
    "name", ["https://home.example.org", "home.example.org:443", "*.example.org", "a b", "", "localhost", "x" * 254]
)
def test_a_name_of_a_host_is_bare(name: str):
    with pytest.raises(ValidationError, match=r"is no name of a host; one such as guardian.local"):
        Web(behind_proxy=True, allowed_hosts=(name,))


def test_a_proxy_is_named_by_its_address():
    with pytest.raises(ValidationError, match=r"is no address"):
        Web(behind_proxy=True, allowed_hosts=("a",), proxies=("proxy.local",))


def test_a_certificate_is_two_files():
    assert "web.tls.key_file: is missing" in said("  tls: {cert_file: /a}\n")
