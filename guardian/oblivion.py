"""Erases one person, or all that the box keeps, so that no byte of it is left in its files; and looks whether it is so.

An SD card may keep old blocks where no program reaches them; docs/privacy.md says what to do about that.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from guardian import acquaint, daybook
from guardian.app import LOCK, STORE
from guardian.discovery import Discovery
from guardian.doctor.box import service_runs
from guardian.errors import GuardianError, StoreError
from guardian.home import scenes_of
from guardian.installation import archive
from guardian.io.broker import HOST, is_ours
from guardian.io.clock import SystemClock
from guardian.io.mqtt import endpoint_of
from guardian.io.mqtt_session import Endpoint
from guardian.io.retained import connected
from guardian.io.scenes import DIRECTORY
from guardian.io.scenes import LOCK as SCENES_LOCK
from guardian.kept import FILES, rows
from guardian.mention import Mention
from guardian.settings import Settings
from guardian.topics import topics_of
from guardian.web.audit import Audit

ANSWER_SECONDS, LOOK_SECONDS = 20.0, 1.0
PART_BYTES = 1_000_000
TAILS = ("", "-wal", "-shm", "-journal", ".new", ".1")
"""What SQLite and others write beside a file, under its name with one of these behind it."""


def erase_person(
    settings: Settings,
    name: str,
    wait: Callable[[float], None] = time.sleep,
    backups: Path = Path(archive.BACKUPS),
) -> Iterator[str]:
    """Erase a person, through the box where it runs, and say what was done; a backup from before an upgrade that knows
    them goes as a whole. Raises GuardianError where that cannot be, or where something of the name is left.
    """
    mention, state = Mention(name), settings.state_directory
    running = service_runs(state)
    if running and not settings.web.enabled:
        message = f"the box runs and has no page (web.enabled), so that it cannot be asked; {_stopped('--person NAME')}"
        raise GuardianError(message)
    if running:
        acquaint.Box(settings).people()  # where it does not answer, nothing is erased behind its back
    named = frozenset(str(row["id"]) for row in rows(state / STORE, "incidents") if mention.within(str(row["body"])))
    acquaint.forget(settings, mention.name, wait)
    yield f"{mention.name}: body, days, and the name in alarms and messages: erased"
    erased = scenes_of(settings).take_out(mention, named)
    yield f"kept scenes of mistakes about {mention.name}: {erased} erased"
    try:
        Audit(state, SystemClock().moment().wall.timestamp).take_out(mention)
    except OSError as error:
        message = f"{state}: who did what on the page still has the name ({error}); sudo would be right"
        raise StoreError(message) from error
    yield "who did what on the page: the name is written over"
    yield from _unsay(settings, mention, wait, running=running)
    kept = archive.holding(state, backups)
    yield from _discard([each for each, copy in kept.items() if any(leftovers(copy, mention))])
    left = list(leftovers(state, mention))
    if left:
        message = f"{mention.name} is still in {', '.join(sorted({path.name for path in left}))}; {_advice(left)}"
        raise GuardianError(message)
    yield f"{mention.name} is in no file in {state} any more. What is of the household as a whole stays."


def erase_everything(settings: Settings, backups: Path = Path(archive.BACKUPS)) -> Iterator[str]:
    """Erase all that the box keeps, write over each file before, with the backups from before upgrades, and remove what
    the broker keeps of the box. Raises GuardianError; ConfigurationError where the box runs.
    """
    state = settings.state_directory
    if service_runs(state):
        message = f"the box runs, and would go on with what it has in mind; {_stopped('--everything')}"
        raise GuardianError(message)
    with daybook.alone(state):
        gone = [path for path in _known(state) if _wipe(path)]
        yield f"{state}: {len(gone)} file{'s' * (len(gone) != 1)} written over and erased"
        strange = sorted(path.name for path in state.iterdir() if path.name not in {LOCK, DIRECTORY})
        if strange:
            yield f"Left alone, since the box did not make it: {', '.join(strange)}"
    yield from _discard(archive.holding(state, backups))
    yield from _silence(settings)
    yield "The configuration is yours, and stays; contacts and the names of rooms are in it."


def leftovers(state: Path, mention: Mention) -> Iterator[Path]:
    """The files in which the name still stands. Raises StoreError where one cannot be read."""
    for path in sorted(state.rglob("*")):
        try:
            if path.is_file() and mention.places(path.read_bytes()):
                yield path
        except OSError as error:
            message = f"{path} cannot be read ({error}); sudo would be right"
            raise StoreError(message) from error


def _stopped(how: str) -> str:
    stop, again = "sudo systemctl stop guardian", f"guardian privacy erase {how}"
    return f"stop it first: {stop}, then {again}, then sudo systemctl start guardian"


def _advice(left: list[Path]) -> str:
    """What a human can do about a name that the box may not take away by itself."""
    if any(path.name.startswith("web-") for path in left):
        return "it is a user of the page: `guardian users remove NAME` erases that, signing out ends the sessions"
    if any(path.name.startswith(STORE) for path in left):
        return "an alarm is open, or a place is called so: close it, or rename it on the page; then erase again"
    return "erase again, or look into it"


def _known(state: Path) -> Iterator[Path]:
    """The files that the box makes, as far as they are there; the lock is held, and empty."""
    for kept in FILES:
        if kept.name == DIRECTORY:
            yield from (path for path in (state / DIRECTORY).glob("*") if path.name != SCENES_LOCK)
        elif kept.name != LOCK:
            yield from (path for tail in TAILS if (path := state / f"{kept.name}{tail}").exists())


def _wipe(path: Path) -> bool:
    """Write over a file, and take it away."""
    try:
        with path.open("r+b") as file:
            left = path.stat().st_size
            while left > 0:
                left -= file.write(bytes(min(left, PART_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError as error:
        message = f"{path} cannot be erased ({error}); sudo would be right"
        raise StoreError(message) from error
    return True


def _discard(backups: Iterable[Path]) -> Iterator[str]:
    """Write over backups, and take them away: there is no going back to what they hold."""
    for kept in backups:
        for path in sorted(kept.rglob("*")):
            if path.is_file() and not path.is_symlink():
                _wipe(path)
        shutil.rmtree(kept)
        yield f"{kept}, from before an upgrade: written over and erased"


def _endpoint(settings: Settings, *, running: bool) -> Endpoint | None:
    """Where the broker is; None where there is none that keeps anything: our own forgets all when it ends."""
    if settings.mqtt.broker == "none" or (is_ours(settings.mqtt) and not running):
        return None
    if settings.mqtt.broker == "embedded":
        return endpoint_of(settings.mqtt.model_copy(update={"broker": HOST}))
    return endpoint_of(settings.mqtt)


def _unsay(settings: Settings, mention: Mention, wait: Callable[[float], None], *, running: bool) -> Iterator[str]:
    """See that the broker keeps nothing with the name. A running box says its states anew by itself."""
    endpoint = _endpoint(settings, running=running)
    if endpoint is None:
        return
    with connected(endpoint, (topics_of(settings).everything,)) as retained:
        for _ in range(round(ANSWER_SECONDS / LOOK_SECONDS)):
            named = [topic for topic, payload in retained.read().items() if mention.places(payload)]
            if not named or not running:
                break
            wait(LOOK_SECONDS)
        retained.clear(named)
    yield f"MQTT: {len(named)} retained message{'s' * (len(named) != 1)} with the name removed, none is left"


def _silence(settings: Settings) -> Iterator[str]:
    """Remove all that the broker keeps of this box, also at Home Assistant."""
    endpoint = _endpoint(settings, running=False)
    if endpoint is None:
        return
    topics = topics_of(settings)
    filters = (topics.everything, *Discovery(settings, topics).described)
    with connected(endpoint, filters) as retained:
        kept = retained.read()
        retained.clear(kept)
    yield f"MQTT: {len(kept)} retained messages removed"
