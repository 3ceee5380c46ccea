"""The page's server: a thread of its own, which the alarm never waits for."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from guardian.entrance import Web
from guardian.errors import ConfigurationError, PayloadError, StoreError
from guardian.web.audit import Audit
from guardian.web.broadcast import Broadcast
from guardian.web.certificate import demand_certificate
from guardian.web.doors import Doors
from guardian.web.guard import Guard
from guardian.web.household import Household
from guardian.web.listening import CONNECTIONS, demand_users, listen, local_origin
from guardian.web.membership import Membership
from guardian.web.page import Page, refuse
from guardian.web.patience import PatientProtocol
from guardian.web.sessions import Sessions
from guardian.web.sign_in import SignIn
from guardian.web.tongues import Tongues
from guardian.web.users import Users
from guardian.web.visitors import Visitors

log = logging.getLogger(__name__)

START_SECONDS = 10.0
STOP_SECONDS = 5.0


def application(
    settings: Web,
    household: Household,
    visitors: Visitors,
    audit: Audit,
    now: Callable[[], float],
    *,
    tongues: Tongues | None = None,
) -> tuple[Starlette, Broadcast]:
    """Put the page together: everything behind the guard, and the broadcast that lives as long as the application."""
    hsts = settings.tls is not None and settings.tls.hsts
    tongues = tongues or Tongues()
    sign_in, membership = SignIn(visitors, audit, now), Membership(visitors, audit, now)
    page = Page(household, sign_in, membership, audit, now, tongues=tongues)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        looking = asyncio.create_task(page.broadcast.run())
        yield
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking

    return Starlette(
        routes=page.routes(),
        middleware=[
            Middleware(Guard, doors=Doors(settings), visitors=visitors, audit=audit, tongues=tongues, hsts=hsts)
        ],
        exception_handlers=dict.fromkeys((HTTPException, PayloadError, StoreError), refuse),
        lifespan=lifespan,
    ), page.broadcast


class _Server(uvicorn.Server):
    """Says when it is up, and from which loop it can be told to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.loop = asyncio.get_running_loop()
        self.up.set()


class WebServer:
    """The page, in its own thread. `token` is the secret in its address (tokens.load_token); users, sessions and what
    they did are kept in `state`. `now` gives the monotonic seconds that human events carry, `wall` wall seconds.
    `tongues` are the languages that it speaks: English alone where none are given.
    """

    def __init__(
        self,
        settings: Web,
        household: Household,
        token: str,
        state: Path,
        now: Callable[[], float] = time.monotonic,
        *,
        wall: Callable[[], float],
        tongues: Tongues | None = None,
    ) -> None:
        self._settings = settings
        self._token = token
        self._sockets: list[socket.socket] = []
        self._port = settings.port
        self._users = Users(state)
        visitors = Visitors(token, self._users, Sessions(state, wall))
        self._audit = Audit(state, wall)
        app, self._broadcast = application(settings, household, visitors, self._audit, now, tongues=tongues)
        tls = settings.tls
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level=logging.WARNING,
            access_log=False,
            loop="asyncio",
            http=PatientProtocol,
            ws="none",
            lifespan="on",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=2 * CONNECTIONS,  # so many are never let in
            timeout_graceful_shutdown=2,
            ssl_certfile=tls.cert_file if tls is not None else None,
            ssl_keyfile=tls.key_file if tls is not None else None,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)

    @property
    def origin(self) -> str:
        """Where the page is on this machine, without the secret: http://127.0.0.1:8377. Only after `start`."""
        return local_origin(self._settings, self._port)

    @property
    def address(self) -> str:
        """What a person opens once: the origin with the secret. Never write it to a log."""
        return f"{self.origin}/?token={self._token}"

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Bind and serve. Raises ConfigurationError where the port is taken, the certificate cannot be used, or the
        page is open to others and has no users; StoreError where the users cannot be read.
        """
        demand_users(self._settings, self._users)
        if self._settings.tls is not None:
            demand_certificate(self._settings.tls)
        self._sockets = listen(self._settings)
        self._port = self._sockets[0].getsockname()[1]
        self._thread.start()
        if not self._server.up.wait(START_SECONDS):
            message = f"the page did not start within {START_SECONDS:.0f} s on {self.origin}"
            raise ConfigurationError(message)
        log.info(
            "event=page_served host=%s port=%d tls=%s", self._settings.host, self._port, self._settings.tls is not None
        )

    def note(self, who: str, what: str, whence: str) -> None:
        """Write down soon what somebody did elsewhere than on the page; never blocks, and any thread may call."""
        loop = self._server.loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop may just have ended by itself
                loop.call_soon_threadsafe(loop.run_in_executor, None, self._audit.note, who, what, whence)

    def stop(self) -> None:
        """Send the viewers away and end the thread; doing it twice does no harm."""
        if self._server.loop is not None and not self._server.should_exit:
            with suppress(RuntimeError):  # the loop may just have ended by itself
                self._server.loop.call_soon_threadsafe(self._broadcast.close)
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _serve(self) -> None:
        self._server.run(self._sockets)
