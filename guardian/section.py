"""What every part of the configuration has in common."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[^/#+\x00-\x1f]+$",
        description="a name of 1 to 64 characters without / # +",
    ),
]


Port = Annotated[int, Field(ge=0, le=65_535)]


class Section(BaseModel):
    """A part of the configuration: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


RoomKind = Literal["bedroom", "bathroom", "kitchen", "living", "hall", "other"]
"""What one does in a room, for what is usual."""
