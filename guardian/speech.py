"""The part of the configuration that says how the box speaks."""

from pydantic import Field

from guardian.section import Section


class Speech(Section):
    """How the box speaks, if it is `enabled`. `device` is the loudspeaker as ALSA calls it; `volume` in per cent, where
    more than 100 is louder and rougher; `speed` in words a minute; `voice` is one of espeak-ng's, None: the one of the
    household's language.
    """

    enabled: bool = False
    device: str = Field(
        "default",
        pattern=r"^[A-Za-z0-9_][\w:=,.-]{0,127}$",
        description="a device that `aplay -L` names, such as default or plughw:CARD=Device,DEV=0",
    )
    volume: int = Field(100, ge=1, le=200)
    speed: int = Field(130, ge=80, le=300)
    voice: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9+-]{0,31}$",
        description="null, or a voice that `espeak-ng --voices` names, such as es-419",
    )
