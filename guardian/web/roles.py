"""What somebody may do on the page: one table of every route, and nothing is reachable that is not in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from starlette.routing import compile_path

from guardian.human_requests import REQUESTS


class Role(str, Enum):
    """Caregivers see the home and answer its alarms; installers may also change the box."""

    CAREGIVER = "caregiver"
    INSTALLER = "installer"

    def may(self, needed: "Role | None") -> bool:
        """Tell whether this role is enough where `needed` is asked for; None asks for nothing."""
        return needed is None or self in (needed, Role.INSTALLER)


ANYBODY = None
"""What the page needs that asks who it is; it tells nothing of the home."""

ROUTES: Mapping[str, Role | None] = {
    "GET /": Role.CAREGIVER,
    "GET /password": Role.CAREGIVER,
    "GET /favicon.ico": Role.CAREGIVER,
    "GET /worker.js": ANYBODY,
    "GET /static/page.css": ANYBODY,
    "GET /static/sign-in.js": ANYBODY,
    "GET /static/language.js": ANYBODY,
    "GET /static/password.js": ANYBODY,
    "GET /static/told.js": ANYBODY,
    "GET /static/texts.js": ANYBODY,
    "GET /static/install.js": ANYBODY,
    "GET /static/manifest.webmanifest": ANYBODY,
    "GET /static/offline.html": ANYBODY,
    "GET /static/icon.svg": ANYBODY,
    "GET /static/{name}": Role.CAREGIVER,
    "POST /api/sign-in": ANYBODY,
    "POST /api/sign-out": Role.CAREGIVER,
    "GET /api/me": Role.CAREGIVER,
    "GET /api/stream": Role.CAREGIVER,
    "GET /api/people": Role.CAREGIVER,
    "GET /api/incidents": Role.CAREGIVER,
    "GET /api/incidents/{incident}/scene": Role.CAREGIVER,
    "GET /api/days": Role.CAREGIVER,
    "GET /api/look": Role.CAREGIVER,
    "GET /api/audit": Role.INSTALLER,
    "GET /api/places": Role.INSTALLER,
    "GET /api/users": Role.INSTALLER,
    "POST /api/users/add": Role.INSTALLER,
    "POST /api/users/role": Role.INSTALLER,
    "POST /api/users/reset": Role.INSTALLER,
    "POST /api/users/remove": Role.INSTALLER,
    "POST /api/users/sign-out": Role.INSTALLER,
    "POST /api/password": Role.CAREGIVER,
    "POST /api/acknowledge": Role.CAREGIVER,
    "POST /api/cancel": Role.CAREGIVER,
    "POST /api/resolve": Role.CAREGIVER,
    "POST /api/snooze": Role.CAREGIVER,
    "POST /api/pause": Role.CAREGIVER,
    "POST /api/help": Role.CAREGIVER,
    "POST /api/test": Role.CAREGIVER,
    "POST /api/drill": Role.CAREGIVER,
    "POST /api/missed": Role.CAREGIVER,
    "POST /api/judge": Role.CAREGIVER,
    "POST /api/forget": Role.INSTALLER,
    "POST /api/unlearn": Role.INSTALLER,
    "POST /api/accept": Role.INSTALLER,
    "POST /api/decline": Role.INSTALLER,
    "POST /api/view": Role.INSTALLER,
    "POST /api/draw": Role.INSTALLER,
    "POST /api/remove": Role.INSTALLER,
    "POST /api/restore": Role.INSTALLER,
    "POST /api/enrol": Role.INSTALLER,
    "POST /api/erase": Role.INSTALLER,
}
"""Method and path of every route, and the least role that it takes. The first that fits counts."""


NEWCOMERS = frozenset({"POST /api/password", "POST /api/sign-out"})
"""All that whoever signed in with a one-time password may do, besides what anybody may, until there is another."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The row of the table that a request falls under."""

    route: str
    needed: Role | None


def rule(method: str, path: str) -> Rule | None:
    """Find the row for a request; None where there is none, and the request goes nowhere."""
    asked = "GET" if method == "HEAD" else method
    for route, pattern in _PATTERNS.items():
        if route.startswith(f"{asked} ") and pattern.match(path):
            return Rule(route, ROUTES[route])
    return None


def buttons() -> tuple[str, ...]:
    """Name the requests of a human that have a row."""
    return tuple(name for name in REQUESTS if f"POST /api/{name}" in ROUTES)


_PATTERNS = {route: compile_path(route.partition(" ")[2])[0] for route in ROUTES}
