"""How long the page waits for a request that does not come.

uvicorn limits how long a header may be, and how long an idle connection stays after an answer. A connection that never
asks, or asks a letter a minute, it keeps for ever, and a stranger with enough of them would keep the family out ("slow
loris").
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""From the first byte, or from the connection, to the end of the headers."""


class PatientProtocol(H11Protocol):
    """uvicorn's protocol, which hangs up on who does not ask in time."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait no more once a whole request is there; where a part of the next is, wait again."""
        super().data_received(data)
        if self._asked():
            self._stop()
        elif self._timer is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the wait."""
        self._stop()
        super().connection_lost(exc)

    def _asked(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hang_up(self) -> None:
        self._timer = None
        if not self._asked():
            self.transport.abort()
