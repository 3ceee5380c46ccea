"""Who it is that sends a request: a user who signed in, or whoever has the secret of this box and sits at it."""

import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from guardian.errors import StoreError
from guardian.web.doors import Arrival
from guardian.web.roles import Role
from guardian.web.sessions import FAMILY, INSTALLER, Life, Session, Sessions
from guardian.web.users import User, Users

log = logging.getLogger(__name__)

BEARER = "Bearer "


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who may come in. `name` is empty for whoever came by the secret; `session` is the id in the cookie, or empty. A
    `newcomer` signed in with a one-time password, and has to choose another.
    """

    name: str
    role: Role
    session: str = ""
    newcomer: bool = False


class Visitors:
    """Knows the users, the sessions and the secret of one box. The secret counts on this machine alone."""

    def __init__(self, token: str, users: Users, sessions: Sessions) -> None:
        self.users = users
        self.sessions = sessions
        self._token = token
        self._stamp = hashlib.sha256(token.encode()).hexdigest()

    def who(self, cookies: Mapping[str, str], authorization: str, arrival: Arrival) -> Visitor | None:
        """Say who it is, or None."""
        if authorization:
            known = authorization.startswith(BEARER) and self.holds_secret(authorization[len(BEARER) :], arrival)
            return Visitor("", Role.INSTALLER) if known else None
        given = cookies.get(cookie(arrival), "")
        session = self.sessions.get(given) if given else None
        return self._visitor(session, given, arrival) if session is not None else None

    def holds_secret(self, given: str, arrival: Arrival) -> bool:
        """Tell whether this is the secret of the box, said at the box."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode()) and arrival.local

    def admit_secret(self) -> str:
        """Begin a session for who holds the secret; return its id."""
        return self.sessions.open("", self._stamp, FAMILY)

    def admit(self, user: User) -> str:
        """Begin a session for a user; return its id."""
        return self.sessions.open(user.name, user.stamp, life(user.role))

    def lapsed(self, user: User) -> bool:
        """Tell whether somebody's password was a one-time one that lets in no more."""
        return user.invited and self.sessions.now() > user.until

    def _visitor(self, session: Session, given: str, arrival: Arrival) -> Visitor | None:
        if not session.name:
            secret = arrival.local and hmac.compare_digest(session.stamp, self._stamp)
            return Visitor("", Role.INSTALLER, given) if secret else None
        try:
            user = self.users.get(session.name)
        except StoreError as error:
            log.warning("event=users_unreadable error=%r", str(error))
            user = self.users.last(session.name)
        if user is None or user.stamp != session.stamp or self.lapsed(user):
            return None
        return Visitor(user.name, user.role, given, user.invited)


def life(role: Role) -> Life:
    """How long somebody of this role stays signed in."""
    return INSTALLER if role is Role.INSTALLER else FAMILY


def cookie(arrival: Arrival, kind: str = "guardian") -> str:
    """Name the cookie. Where nobody can listen, its prefix keeps every other site and every plain connection from
    setting it (RFC 6265bis, "__Host-").
    """
    return f"__Host-{kind}" if arrival.secure else kind
