"""Whom to tell: contacts in the configuration, their ways and their hours."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator

from guardian.rota import Hours, parse
from guardian.section import Name, Section

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)


def _hours(value: object) -> Hours:
    return value if isinstance(value, Hours) else parse(str(value))


OnDuty = Annotated[Hours, PlainValidator(_hours)]
"""Hours of the week, as rota.parse reads them."""


WAY_FILE = "file:"
CREDENTIALS = "${CREDENTIALS_DIRECTORY}"
"""Where systemd puts the secrets of a service; the only variable that may stand in a path."""


def is_way(value: str) -> bool:
    """Tell whether it is an address, or file: with the whole path of a file that holds one."""
    if value.startswith(WAY_FILE):
        return value.removeprefix(WAY_FILE).removeprefix(CREDENTIALS).startswith("/")
    return bool(_ADDRESS.fullmatch(value))


def _way(value: str) -> str:
    if value.startswith(WAY_FILE) and not is_way(value):
        message = f"is no whole path; file:/etc/guardian/anna or file:{CREDENTIALS}/anna would be right"
        raise ValueError(message)
    if not is_way(value):
        message = "is no way to reach somebody; an address such as ntfy://topic or mailto://user:password@host would be"
        raise ValueError(message)
    return value


Way = Annotated[str, AfterValidator(_way)]


class Contact(Section):
    """Somebody to tell, in this order. `ways` are addresses as apprise writes them, or `file:PATH` where PATH holds one
    (docs/phones.md); out of their `hours` those are called first whose hours it is, and whoever has none is on call at
    any hour. In their `quiet` hours only what is urgent is told; None: the household's.
    """

    name: Name
    ways: tuple[Way, ...] = Field(min_length=1)
    hours: tuple[OnDuty, ...] = ()
    quiet: tuple[OnDuty, ...] | None = None
