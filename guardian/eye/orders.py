"""What the brain tells an eye, and what the eye's process says by the way in which it ends."""

import re
from enum import IntEnum
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from guardian.settings import Camera, Models

LAST_WORDS = "eye: "
"""What the last line on the eye's standard error starts with when it cannot begin."""

NEW_VIEW = b"v"
"""All that an open eye can still be told: what it sees now is the view that it compares with from now on."""

_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*@")


def redacted(source: str) -> str:
    """Return a camera's source as it may be printed: without the password of a stream."""
    return _PASSWORD.sub(r"\1:***@", source)


class ExitStatus(IntEnum):
    """How the eye's process ended; 1 is a fault in the eye itself, negative a signal."""

    END_OF_FILE = 0
    FAULT = 1
    USAGE = 2
    NO_SOURCE = 3
    SOURCE_LOST = 4
    NOT_CONFINED = 5
    NO_MODEL = 6
    BRAIN_GONE = 7


class EyeSettings(BaseModel):
    """What an eye is told at its start, as one line of JSON on its standard input (an argument would show a stream's
    password to every user of the machine); only NEW_VIEW may follow. `wire` is the number of the inherited pipe. `pace`
    is how a file plays: `live` as a camera would, `fast` every frame as soon as the last one is done with. `hold`
    seconds of the last frame follow the end of a file; `loop` then starts it again. `watchdog` seconds without a frame
    end the eye.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    camera: Camera
    wire: int = Field(3, ge=0)
    models: Path | None = None
    runtime: Literal["auto", "litert", "tflite"] = "auto"
    threads: int = Field(2, ge=1, le=8)
    pace: Literal["live", "fast"] = "live"
    hold: float = Field(0.0, ge=0, le=86_400)
    loop: bool = False
    watchdog: float = Field(5.0, gt=0, le=600)
    allow_unconfined: bool = False
    prove: bool = False


def orders_for(
    camera: Camera,
    models: Models,
    *,
    allow_unconfined: bool = False,
    pace: Literal["live", "fast"] = "live",
    hold: float = 0.0,
    loop: bool = False,
) -> EyeSettings:
    """What an eye is told of this camera and these models; the rest as in EyeSettings."""
    return EyeSettings(
        camera=camera,
        models=models.directory,
        runtime=models.runtime,
        threads=models.threads,
        pace=pace,
        hold=hold,
        loop=loop,
        allow_unconfined=allow_unconfined,
    )
