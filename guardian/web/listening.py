"""Where the page listens: on this machine always; in the home's network only where users sign in, and unheard."""

import ipaddress
import socket
from collections.abc import Collection

from guardian.entrance import Web
from guardian.errors import ConfigurationError
from guardian.web.doors import plain
from guardian.web.users import Users

CONNECTIONS = 128
EACH = 32
"""Connections in all, and of one address; a browser opens six for a page. Each takes a file descriptor of the daemon,
and the alarm needs some too, so that they are counted before anything is said, TLS included."""

WILD = frozenset({"0.0.0.0", "::"})  # noqa: S104 - what somebody may configure


class Listener(socket.socket):
    """A socket that takes in so many connections and no more; those of `trusted` bring many people over one address."""

    trusted: Collection[str] = ()

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        """Take in the next one. Raises ConnectionAbortedError where they are too many, as for one that is gone."""
        connection, address = super().accept()
        self._open = [each for each in getattr(self, "_open", ()) if each[0].fileno() != -1]
        peer = plain(address[0])
        of_peer = sum(1 for _, other in self._open if other == peer)
        free = peer in self.trusted or ipaddress.ip_address(peer).is_loopback
        if len(self._open) >= CONNECTIONS or (of_peer >= EACH and not free):
            connection.close()
            message = f"{peer} holds {of_peer} of {len(self._open)} connections"
            raise ConnectionAbortedError(message)
        self._open.append((connection, peer))
        return connection, address


def demand_users(web: Web, users: Users) -> None:
    """Raise ConfigurationError where others than who sits at the box could ask, and nobody may sign in; StoreError
    where that cannot be found out.
    """
    if web.enabled and web.exposed and not users.all():
        key = "behind_proxy" if web.behind_proxy else "host"
        message = (
            f"web.{key}: the page is open to others than this machine, and nobody may sign in yet;"
            " `sudo -u guardian guardian users add NAME --role installer` first would be right"
        )
        raise ConfigurationError(message)


def local_host(web: Web) -> str:
    """The address by which the page is reached on this machine, as it stands in a URL."""
    return "[::1]" if web.host == "::1" else "127.0.0.1"


def local_origin(web: Web, port: int) -> str:
    """Where the page is for who sits at the box: http://127.0.0.1:8377."""
    return f"http{'s' * (web.tls is not None)}://{local_host(web)}:{port}"


def listen(web: Web) -> list[socket.socket]:
    """Bind where the settings say, and on this machine. Raises ConfigurationError where that cannot be."""
    first = _bind(web, web.host, web.port)
    if web.host in WILD or ipaddress.ip_address(web.host).is_loopback:
        return [first]
    try:
        return [first, _bind(web, "127.0.0.1", first.getsockname()[1])]
    except ConfigurationError:
        first.close()
        raise


def _bind(web: Web, host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = Listener(family, socket.SOCK_STREAM)
    listener.trusted = web.proxies if web.behind_proxy else ()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:  # :: is every address of both kinds, whatever this machine usually does
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host not in WILD))
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        where = "" if host == web.host else f" (for this machine itself, beside web.host {web.host})"
        message = (
            f"web.port: {port} on {host}{where} cannot be used ({error.strerror});"
            " another one, or 0 for any that is free, would be right"
        )
        raise ConfigurationError(message) from error
    return listener
