"""Asks the box that runs on this machine to enrol or to erase, over its page, and tells how that goes."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, TypeAlias

from guardian.app import STORE
from guardian.doctor.box import service_runs
from guardian.enrolment import CANCELLED
from guardian.entrance import Web
from guardian.errors import GuardianError
from guardian.io.store import Store, read_people
from guardian.learned import HEAT
from guardian.settings import Settings
from guardian.web.certificate import trusting
from guardian.web.listening import local_host, local_origin
from guardian.web.tokens import TOKEN_FILE
from guardian.web.visitors import BEARER

Json: TypeAlias = dict[str, Any]

TIMEOUT_SECONDS = 5.0
LOOK_SECONDS = 1.0
MOST_SECONDS = 330.0
"""How long an enrolment is followed: a bit longer than the box takes for it."""
BEGUN_SECONDS = 20.0
"""How long it may take until the box shows that an enrolment goes on: one that was called off before is never shown."""
ERASED_SECONDS = 20.0


class NotRunningError(GuardianError):
    """No box can be asked: none runs here, or its page is off."""


class Box:
    """The running box, as its page has it. Every call may raise GuardianError."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def people(self) -> Json:
        """Who is enrolled, and how enrolments go."""
        return self._ask("GET", "/api/people")

    def look(self) -> Json:
        """What the drill looks at: who is seen how, and how alarms go."""
        return self._ask("GET", "/api/look")

    def past(self, limit: int) -> list[Json]:
        """The latest incidents, newest first."""
        found: list[Json] = self._ask("GET", f"/api/incidents?limit={limit}")["incidents"]
        return found

    def ask(self, request: str, **values: object) -> Json:
        """Ask for something, as the page does when a button is pressed."""
        return self._ask("POST", f"/api/{request}", {**values, "by": "the command line"})

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        web = self._settings.web
        origin, host = local_origin(web, web.port), f"{local_host(web)}:{web.port}"
        headers = {"Host": host, "Origin": origin, "Content-Type": "application/json"}
        headers["Authorization"] = f"{BEARER}{self._token()}"
        connection = self._connection(web)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            told: Json = json.loads(answer.read() or b"{}")
        except (OSError, HTTPException, ValueError) as error:
            message = f"the box does not answer at {origin} ({error}); `guardian run` with web.enabled would be right"
            raise NotRunningError(message) from error
        finally:
            connection.close()
        if answer.status >= 400:  # noqa: PLR2004 - HTTP's own
            message = f"the box refused: {told.get('error', answer.reason)}"
            raise GuardianError(message)
        return told

    def _connection(self, web: Web) -> HTTPConnection:
        host = local_host(web).strip("[]")
        if web.tls is None:
            return HTTPConnection(host, web.port, timeout=TIMEOUT_SECONDS)
        try:
            return HTTPSConnection(host, web.port, timeout=TIMEOUT_SECONDS, context=trusting(web.tls))
        except OSError as error:
            message = f"web.tls.cert_file: {web.tls.cert_file} cannot be read ({error}); sudo would be right"
            raise GuardianError(message) from error

    def _token(self) -> str:
        path = self._settings.state_directory / TOKEN_FILE
        try:
            return path.read_text(encoding="ascii").strip()
        except PermissionError as error:
            message = f"{path}: only who runs the box may ask it; sudo would be right"
            raise GuardianError(message) from error
        except (OSError, UnicodeDecodeError) as error:
            message = f"{path}: the secret of the page cannot be read ({error}); has the box run yet?"
            raise NotRunningError(message) from error


def enrol(
    settings: Settings, name: str, room: str, tell: Callable[[str], None], wait: Callable[[float], None] = time.sleep
) -> bool:
    """Ask the box to get to know somebody, and `tell` what to do until it has ended; whether the person is enrolled.
    `room` may be empty where there is but one. Raises GuardianError.
    """
    box, rooms, name = Box(settings), [each.name for each in settings.rooms], name.strip()
    box.ask("enrol", name=name, **({"room": room} if room else {}))
    room, said = room or rooms[0], ""
    for looks in range(round(MOST_SECONDS / LOOK_SECONDS)):
        wait(LOOK_SECONDS)
        found = [each for each in box.people()["enrolments"] if (each["name"], each["room"]) == (name, room)]
        if not found and said:
            tell(CANCELLED)
            return False
        if not found and looks * LOOK_SECONDS >= BEGUN_SECONDS:
            break
        if not found:
            continue
        now = found[0]
        if now["ended"]:
            tell(now["text"])
            return bool(now["kept"])
        line = f"{now['share']:4.0%}  {now['text']}"
        if line != said:
            tell(line)
            said = line
    message = "the box has not said how the enrolment ended; `guardian people` tells who is enrolled"
    raise GuardianError(message)


def people(settings: Settings) -> list[str]:
    """Who is enrolled, a line for each. Raises GuardianError."""
    try:
        known = Box(settings).people()["people"]
    except NotRunningError:
        return [f"{name} (the box does not run)" for name in read_people(_store(settings))]
    anew = set(read_people(_store(settings))) - {each["name"] for each in known}
    lines = [f"{each['name']} in {each['room']}" for each in known]
    return lines + [f"{name}: enrolled by another Guardian; please enrol anew, or forget" for name in sorted(anew)]


def forget(settings: Settings, name: str, wait: Callable[[float], None] = time.sleep) -> bool:
    """Erase a person, through the box where it runs; whether there was anything of it. Raises GuardianError."""
    path, name = _store(settings), name.strip()
    known = name in read_people(path)
    try:
        Box(settings).ask("erase", name=name)
    except NotRunningError:
        if path.exists():
            _erase(path, name)
        return known
    for _ in range(round(ERASED_SECONDS / LOOK_SECONDS)):
        if name not in read_people(path):
            return known
        wait(LOOK_SECONDS)
    message = f"the box has not erased {name!r} within {ERASED_SECONDS:.0f} s; its log says why"
    raise GuardianError(message)


def forget_heat(settings: Settings) -> None:
    """Erase where people have been in every room, through the box where it runs. Raises GuardianError."""
    if service_runs(settings.state_directory):
        Box(settings).ask("forget")
    elif _store(settings).exists():
        with closing(Store(_store(settings))) as store:
            store.forget_learned(HEAT)


def _erase(path: Path, name: str) -> None:
    with closing(Store(path)) as store:
        store.forget_person(name)


def _store(settings: Settings) -> Path:
    return settings.state_directory / STORE
