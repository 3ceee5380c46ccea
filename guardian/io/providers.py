"""One request to a provider of notifications: verified, limited in time and size, and nothing of it in any log.

`requests` is what apprise already installs. Its log and that of what is below it are switched off: topics and tokens
stand in paths. For the same reason an error is told by its kind alone, never in the library's words.
"""

import base64
import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
import urllib3

LOUD_LOGGERS = ("apprise", "urllib3", "requests")
SILENT = logging.CRITICAL + 1

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
WHOLE_SECONDS = 30.0
"""An answer that drips in for longer than this is none."""
MOST_BYTES = 65_536
UNAUTHORISED = (401, 403)
OK = 200

_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)
"""What the library raises; ValueError where a host name cannot be written in the network's alphabet."""


class UnreachableError(Exception):
    """A provider could not be asked: why, in words that hold no secret."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a request carries so that it is let in; nothing where `header` is empty. It then carries nothing at all, so
    that no password of this machine's user (netrc) goes to a stranger.
    """

    header: str = field(default="", repr=False)

    @classmethod
    def basic(cls, user: str, password: str) -> "Login":
        """By name and password."""
        return cls("Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii"))

    @classmethod
    def bearer(cls, token: str) -> "Login":
        """By an access token."""
        return cls(f"Bearer {token}")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request, as the library asks it to."""
        if self.header:
            request.headers["Authorization"] = self.header
        return request


NOBODY = Login()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider answered: the status of HTTP, and up to MOST_BYTES of its body."""

    status: int
    body: bytes = field(repr=False)

    @property
    def fields(self) -> Mapping[str, object]:
        """The JSON object that it is; empty where it is none."""
        try:
            read = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return read if isinstance(read, dict) else {}


def hush() -> None:
    """Switch off the logs of the libraries."""
    for name in LOUD_LOGGERS:
        logging.getLogger(name).setLevel(SILENT)


def plain(text: str, most: int) -> str:
    """Cut a text to so many characters, without what no provider can be sent: half of a character, as JSON may hold."""
    return text[:most].encode(errors="replace").decode()


def reason_of(error: BaseException) -> str:
    """Say why a provider was not reached, in words that hold nothing of its address."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not to be trusted"
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
        return "it does not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | urllib3.exceptions.ProtocolError):
        return "it hung up"
    if isinstance(error, requests.ConnectionError | urllib3.exceptions.HTTPError | OSError):
        return "it cannot be reached"
    return f"it cannot be asked ({type(error).__name__})"


def ask(
    method: str,
    url: str,
    *,
    login: Login = NOBODY,
    body: Mapping[str, object] | str | bytes | None = None,
    form: Mapping[str, str] | None = None,
) -> Reply:
    """Ask once, and return what was answered, whatever its status. A redirection is not followed: what was posted would
    get lost on the way. Raises UnreachableError.
    """
    text = json.dumps(body, ensure_ascii=False) if isinstance(body, Mapping) else body
    data = form if text is None else text if isinstance(text, bytes) else text.encode()
    with opened(method, url, login=login, data=data, read_seconds=READ_SECONDS) as response:
        said, deadline = bytearray(), time.monotonic() + WHOLE_SECONDS
        for piece in pieces(response):
            said += piece
            if time.monotonic() > deadline:
                message = "it does not answer in time"
                raise UnreachableError(message)
            if len(said) >= MOST_BYTES:
                break
        return Reply(response.status_code, bytes(said[:MOST_BYTES]))


@contextmanager
def opened(
    method: str,
    url: str,
    *,
    login: Login = NOBODY,
    data: bytes | Mapping[str, str] | None = None,
    read_seconds: float = READ_SECONDS,
) -> Iterator[requests.Response]:
    """Ask, and give the answer before its body was read. Raises UnreachableError, also from within."""
    hush()
    try:
        with (
            requests.Session() as session,
            session.request(
                method,
                url,
                data=data,
                headers={"Accept-Encoding": "identity", "User-Agent": "guardian"},
                auth=login,
                timeout=(CONNECT_SECONDS, read_seconds),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            yield response
    except _ERRORS as error:
        raise UnreachableError(reason_of(error)) from None


def pieces(response: requests.Response) -> Iterator[bytes]:
    """Give the body as it comes. Where it is not sent in chunks, the library would wait until a piece is full."""
    size = 4096 if getattr(response.raw, "chunked", False) else 1
    yield from response.iter_content(size)
