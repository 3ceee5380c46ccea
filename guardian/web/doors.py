"""Which way a request came in: over this machine alone, or from the home's network, over TLS or through the proxy.

A web site elsewhere can make a browser send requests here under any name that it points to this address (DNS
rebinding). So a name counts only where the configuration lists it, and an address only where it is the one that was
called. A proxy is believed what it says of others, and nobody else is.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from guardian.entrance import Web

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(:[0-9]{1,5})?")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip")
"""What a proxy adds; whoever sends it does not sit at this machine."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request came. `origin` is that of our page there, `address` whose it is; `local` is this machine itself,
    `secure` a way on which nobody can listen.
    """

    origin: str
    address: str
    local: bool
    secure: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request does not come in, and what would be right."""

    reason: str


class Doors:
    """The ways into one page, as its settings have them."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._names = frozenset(name.lower() for name in web.allowed_hosts)

    def arrival(self, scope: Scope) -> Arrival | Refused:
        """Say how a request (an ASGI scope) came in, or why it does not."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        parsed = _HOST.fullmatch(host)
        if parsed is None:
            return Refused(f"the host {host[:80]!r} is none; {self._right(scope)} would be right")
        name, peer = parsed["name"].lower(), _address(scope.get("client"))
        forwarded = any(key in headers for key in FORWARDED)
        if name in LOOPBACK and ipaddress.ip_address(peer).is_loopback and not forwarded:
            return Arrival(f"{scope['scheme']}://{host}", peer, local=True, secure=scope["scheme"] == "https")
        if self._web.behind_proxy:
            return self._proxied(headers, host, name, peer)
        if name in self._names or plain(name) == _address(scope.get("server")):
            return self._direct(scope, host, peer)
        return Refused(f"the host {host[:80]!r} is not this box; {self._right(scope)} would be right")

    def _direct(self, scope: Scope, host: str, peer: str) -> Arrival | Refused:
        if scope["scheme"] != "https":
            return Refused(f"only this machine may come in without TLS; {self._right(scope)} would be right")
        return Arrival(f"https://{host}", peer, local=False, secure=True)

    def _proxied(self, headers: Mapping[str, str], host: str, name: str, peer: str) -> Arrival | Refused:
        if peer not in self._web.proxies:
            return Refused(f"{peer} is no proxy of web.proxies; the address of the proxy would be right")
        if name not in self._names:
            return Refused(f"the host {host[:80]!r} is not in web.allowed_hosts; the name that is typed would be right")
        if headers.get("x-forwarded-proto", "").strip().lower() != "https":
            return Refused("the proxy does not say X-Forwarded-Proto: https; a proxy with TLS that does would be right")
        address = plain(headers.get("x-forwarded-for", "").rpartition(",")[2].strip())
        if not address:
            return Refused("the proxy does not say whose request it is; X-Forwarded-For with an address would be right")
        return Arrival(f"https://{host}", address, local=False, secure=True)

    def _right(self, scope: Scope) -> str:
        host = next(iter(self._web.allowed_hosts), "127.0.0.1")
        server = scope.get("server")
        return f"{scope['scheme']}://{host}" + (f":{server[1]}" if server else "")


def plain(text: str) -> str:
    """An address as it is written in a host or a header, in one form; empty where it is none. One of IPv4 that comes as
    IPv6 is the one of IPv4.
    """
    try:
        parsed = ipaddress.ip_address(text.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


def _address(end: "tuple[str, int] | None") -> str:
    """One end of a connection, in the same form; an impossible address where the server does not know it."""
    return (plain(end[0]) if end else "") or "0.0.0.0"  # noqa: S104 - nobody's address, not one to listen at
