"""What systemd hears of the box: that it is ready, how it is, and the pings without which it is started anew.

The protocol is that of sd_notify(3): lines of NAME=value in one datagram to the socket that NOTIFY_SOCKET names. It is
twenty lines, so no library is asked for it. What feeds the watchdog, and why, is in docs/decisions.
"""

import logging
import os
import socket
from collections.abc import Collection, Iterable, Mapping

log = logging.getLogger(__name__)

PINGS = 3
"""Pings in the time that systemd waits, so that a late or lost one does not matter."""
FRESH_SECONDS = 15.0
"""How old the last frame of a room may be while nobody has said that the room cannot be seen. The view is called lost
after 5 s; a core that has not noticed in three times that does not work."""
SEND_SECONDS = 1.0


class Systemd:
    """Says to systemd how this service is; says nothing where it was not started by systemd.

    `ping_seconds` is how often systemd wants to hear a ping, None where it wants none.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ, pid: int | None = None) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):
            self._address = "\0" + self._address[1:]
        self.ping_seconds = _ping_seconds(environ, os.getpid() if pid is None else pid)

    def say(self, **words: str) -> bool:
        """Send these words, such as READY="1"; return whether they were sent. A failure is logged and is no end."""
        if not self._address:
            return False
        message = "\n".join(f"{name}={value}" for name, value in words.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.settimeout(SEND_SECONDS)
                out.sendto(message.encode(), self._address)
        except OSError as error:
            log.warning("event=systemd_not_told words=%s error=%s", ",".join(words), error)
            return False
        return True


def _ping_seconds(environ: Mapping[str, str], pid: int) -> float | None:
    """Return how often to ping (sd_watchdog_enabled(3)); None where no ping is wanted, or another process's."""
    microseconds, meant = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(pid))
    if not microseconds.isdecimal() or int(microseconds) == 0 or meant != str(pid):
        return None
    return int(microseconds) / 1e6 / PINGS


class Watchdog:
    """Pings systemd for as long as the core works: called from the core's thread after every pass, and by nobody else.

    Time is monotonic seconds. It has no thread: a core that is stuck cannot call it, and systemd starts the box anew.
    """

    def __init__(self, rooms: Iterable[str], systemd: Systemd, now: float) -> None:
        self._systemd = systemd
        self._last_frame = dict.fromkeys(rooms, now)
        self._pinged: float | None = None
        self._status = ""
        self._overdue: tuple[str, ...] = ()

    def started(self, now: float) -> None:
        """The box is up: every room gets a full FRESH_SECONDS from here on."""
        self._last_frame = dict.fromkeys(self._last_frame, now)
        self._pinged = now
        self._systemd.say(READY="1", STATUS="Starting.")

    def seen(self, room: str, time: float) -> None:
        """A frame of `room`, captured at `time`, went through the core."""
        self._last_frame[room] = max(time, self._last_frame[room])

    def passed(self, now: float, blind: Collection[str], paused: Collection[str] = ()) -> bool:
        """The core has completed a pass, and everybody was told that the `blind` rooms cannot be seen, and that the
        cameras of the `paused` ones are closed.

        Return whether all is well: every room has a fresh frame or is one of those. Only then is systemd pinged.
        """
        excused = {*blind, *paused}
        overdue = tuple(
            room for room, time in self._last_frame.items() if room not in excused and now - time > FRESH_SECONDS
        )
        if overdue != self._overdue:
            self._overdue = overdue
            log.error("event=watchdog_unfed rooms=%r", overdue) if overdue else log.info("event=watchdog_fed")
        if overdue:
            return False
        self._tell_status(sorted(set(blind) & set(self._last_frame)), sorted(paused))
        every = self._systemd.ping_seconds
        if every is not None and (self._pinged is None or now - self._pinged >= every):
            self._pinged = now
            self._systemd.say(WATCHDOG="1")
        return True

    def stopping(self) -> None:
        """The box was asked to end."""
        self._systemd.say(STOPPING="1", STATUS="Stopping.")

    def _tell_status(self, blind: list[str], paused: list[str]) -> None:
        watched = len(self._last_frame) - len(blind) - len(paused)
        status = f"Watching {watched} of {len(self._last_frame)} rooms."
        status += f" Cannot see: {', '.join(blind)}." if blind else ""
        status += f" Paused: {', '.join(paused)}." if paused else ""
        if status != self._status:
            self._status = status
            self._systemd.say(STATUS=status)
