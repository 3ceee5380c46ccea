"""What every part of the configuration has in common."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[^/#+\x00-\x1f]+$",
        description="a name of 1 to 64 characters without / # +",
    ),
]


_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


def _clock(value: str) -> str:
    if not _CLOCK.fullmatch(value):
        message = f"{value[:20]!r} is no time of day; 10:00 would be right"
        raise ValueError(message)
    return value


Clock = Annotated[str, AfterValidator(_clock), Field(description="a time of day such as 10:00")]

Port = Annotated[int, Field(ge=0, le=65_535)]


class Section(BaseModel):
    """A part of the configuration: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


RoomKind = Literal["bedroom", "bathroom", "kitchen", "living", "hall", "other"]
"""What one does in a room, for what is usual."""
