"""The configuration of another box of the same household, on another floor, say."""

from typing import Annotated

from pydantic import Field

from guardian.section import Name, Section

BoxId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,32}$", description="1 to 32 characters of a-z, 0-9, _ and -")]
"""What names a box in MQTT topics."""

MOST_NEIGHBOURS = 8


class Neighbour(Section):
    """Another box: `id` is its household.id, `name` what this box calls it, `page` the address of its page. What is the
    matter there shows on this box's lamps where `lamp` says so, and sounds here where `buzzer` does.
    """

    id: BoxId
    name: Name
    page: str | None = Field(
        None, max_length=256, pattern=r"^https?://[^\s/]+(?:/\S*)?$", description="an address with https:// or http://"
    )
    lamp: bool = True
    buzzer: bool = True
