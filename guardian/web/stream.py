"""Server-sent events to one viewer, for as long as it listens and keeps up."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from guardian.phrasebook import ENGLISH, Phrasebook
from guardian.web.broadcast import Broadcast, Viewer
from guardian.web.guard import refusal

END_SECONDS = 0.5
"""How long the last word to a viewer may take: one that has stopped reading does not take it."""


WELCOME_SECONDS = 2.0
"""How soon whoever has signed out elsewhere, or is no user any more, is told nothing more."""


class EventStream(Response):
    """An ASGI response that sends what the broadcast tells in a language; it ends with the viewer, when the viewer
    is dropped, or soon after `welcome` has begun to say no.

    Sending to a browser that has stopped reading waits for ever, so it is cancelled from outside and not asked to end.
    """

    def __init__(self, broadcast: Broadcast, welcome: Callable[[], bool], book: Phrasebook = ENGLISH) -> None:
        super().__init__(media_type="text/event-stream")
        self._broadcast = broadcast
        self._welcome = welcome
        self._book = book
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one viewer (the ASGI interface)."""
        viewer = self._broadcast.join(self._book)
        if viewer is None:
            await refusal(503, "too many pages are open; close one of them")(scope, receive, send)
            return
        waits = (self._tell(viewer, send), _gone(receive), viewer.gone.wait(), self._unwelcome(viewer))
        parts = [asyncio.create_task(part) for part in waits]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._broadcast.leave(viewer)
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
        if self._begun and viewer.gone.is_set():
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), END_SECONDS)

    async def _unwelcome(self, viewer: Viewer) -> None:
        while self._welcome() and not viewer.gone.is_set():
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(viewer.gone.wait(), WELCOME_SECONDS)
        viewer.gone.set()

    async def _tell(self, viewer: Viewer, send: Send) -> None:
        headers = [(name, value) for name, value in self.raw_headers if name != b"content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        self._begun = True
        while True:
            await send({"type": "http.response.body", "body": await viewer.take(), "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
