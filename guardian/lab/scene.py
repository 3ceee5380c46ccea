"""The scene language: who is in which room before which camera, and what they do; YAML, checked by pydantic.

Places are `[x, away]`: metres to the right of the camera and away from the wall it hangs on. Facings are in degrees:
0 looks towards the camera's wall, 90 to the right of the picture. Lengths are metres, times seconds.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from guardian.errors import ConfigurationError
from guardian.lab.animate import Direction
from guardian.lab.arms import MOVEMENTS, Sides
from guardian.lab.body import Ancestry, Build, Sex
from guardian.lab.camera import Camera
from guardian.lab.clothes import Clothes, Pattern
from guardian.lab.furniture import CATALOGUE, Piece, seat
from guardian.lab.gait import Manner
from guardian.lab.pet import Pet, Species
from guardian.lab.physics.course import Kind
from guardian.lab.physique import Physique
from guardian.lab.room import Colour

Place: TypeAlias = tuple[float, float]
Seconds: TypeAlias = Annotated[float, Field(ge=0, le=3600)]
Share: TypeAlias = Annotated[float, Field(ge=0, le=1)]


Hex: TypeAlias = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


def colour(text: str) -> Colour:
    """Return "#rrggbb" as (red, green, blue), 0-1."""
    red, green, blue = (int(text[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CameraSpec(_Strict):
    """The camera on its wall: pixels, frames a second, metres, degrees; `blur` and `noise` of the lens and the chip.

    `shutter` is the share of a frame's time in which it takes light; `exposure` scales the light; `infrared` sees by
    a lamp of its own; `chroma` is noise in colours, in steps of 255 as `noise`; `vignette`, `bloom` and `compression`
    run from 0, none, to 1.
    """

    size: tuple[Annotated[int, Field(ge=32, le=1920)], Annotated[int, Field(ge=32, le=1920)]] = (640, 480)
    fps: Annotated[float, Field(ge=1, le=60)] = 15.0
    height: Annotated[float, Field(ge=0.3, le=4.0)] = 2.2
    x: float = 0.0
    pan: Annotated[float, Field(ge=-80, le=80)] = 0.0
    tilt: Annotated[float, Field(ge=-30, le=80)] = 18.0
    fov: Annotated[float, Field(ge=20, le=120)] = 65.0
    noise: Annotated[float, Field(ge=0, le=30)] = 2.0
    blur: Annotated[float, Field(ge=0, le=5)] = 0.5
    roll: Annotated[float, Field(ge=-30, le=30)] = 0.0
    barrel: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    shutter: Share = 0.0
    exposure: Annotated[float, Field(gt=0, le=8)] = 1.0
    infrared: bool = False
    chroma: Annotated[float, Field(ge=0, le=30)] = 0.0
    vignette: Share = 0.0
    bloom: Share = 0.0
    compression: Share = 0.0

    def camera(self) -> Camera:
        """Return the camera where it hangs, with its lens."""
        place = (self.x, self.height, 0.0)
        return Camera(*self.size, place, self.pan, self.tilt, self.fov, self.roll, self.barrel)


class RoomSpec(_Strict):
    """The room's inside: wide, from the camera's wall to the far one (`deep`), and high; colours; the lamp.

    With `doorways` one goes out at both sides without going through a wall.
    """

    wide: Annotated[float, Field(ge=1.5, le=12)] = 5.0
    deep: Annotated[float, Field(ge=1.5, le=12)] = 5.0
    high: Annotated[float, Field(ge=2.0, le=4.0)] = 2.6
    wall: Hex = "#d6cfc0"
    floor: Hex = "#9a7048"
    planks: bool = True
    paper: bool = False
    doorways: bool = False
    lamp: Place | None = None
    light: Annotated[float, Field(gt=0, le=2.0)] = 1.0


class FurnitureSpec(_Strict):
    """One piece; a `name` is needed where somebody sits or lies on it."""

    kind: str
    name: str | None = None
    at: Place
    facing: float = 0.0
    lifted: Annotated[float, Field(ge=0, le=3)] = 0.0
    size: tuple[float, float, float] | None = None
    colour: Hex | None = None

    @model_validator(mode="after")
    def _known(self) -> "FurnitureSpec":
        if self.kind not in CATALOGUE:
            message = f'"{self.kind}" is not a kind of furniture; use one of {", ".join(sorted(CATALOGUE))}'
            raise ValueError(message)
        return self

    def piece(self) -> Piece:
        """Return the piece where it stands."""
        pattern = CATALOGUE[self.kind]
        paint = colour(self.colour) if self.colour else pattern.colour
        return Piece(self.kind, self.at[0], -self.at[1], self.facing, self.size or pattern.size, paint, self.lifted)


Times: TypeAlias = Annotated[float, Field(ge=0.5, le=2.0)]


class PhysiqueSpec(_Strict):
    """How long or broad parts of the body are beside the usual of such a build, 1 being as usual."""

    torso: Times = 1.0
    neck: Times = 1.0
    thigh: Times = 1.0
    shank: Times = 1.0
    upper_arm: Times = 1.0
    forearm: Times = 1.0
    shoulders: Times = 1.0
    hips: Times = 1.0

    def physique(self) -> Physique:
        """Return the proportions."""
        return Physique(**self.model_dump())


class MannerSpec(_Strict):
    """How somebody walks beside the usual, 1 being as usual; `stoop` is how much more the back is bent, degrees."""

    step: Times = 1.0
    arms: Annotated[float, Field(ge=0.0, le=3.0)] = 1.0
    sway: Annotated[float, Field(ge=0.0, le=3.0)] = 1.0
    lift: Times = 1.0
    stoop: Annotated[float, Field(ge=-15, le=30)] = 0.0

    def manner(self) -> Manner:
        """Return what the steps need of it."""
        return Manner(self.step, self.arms, self.sway, self.lift)


class BodySpec(_Strict):
    """Sex, age in years, ancestry, height in metres; weight and muscle from -1 (least) to 1 (most); its proportions."""

    sex: Sex = "female"
    age: Annotated[float, Field(ge=18, le=110)] = 80.0
    ancestry: Ancestry = "caucasian"
    height: Annotated[float, Field(ge=1.3, le=2.1)] = 1.62
    weight: Annotated[float, Field(ge=-1, le=1)] = 0.0
    muscle: Annotated[float, Field(ge=-1, le=1)] = 0.0
    physique: PhysiqueSpec = PhysiqueSpec()

    def build(self) -> Build:
        """Return the body's build."""
        return Build(self.sex, self.age, self.ancestry, self.height, self.weight, self.muscle)


class ClothesSpec(_Strict):
    """Colours of what is worn, and of skin and hair; what pattern the top has, its second colour being the shirt's."""

    top: Hex = "#6b3040"
    shirt: Hex = "#dbd4c4"
    bottom: Hex = "#383d4d"
    shoes: Hex = "#1f1a1a"
    skin: Hex = "#d1a38a"
    hair: Hex = "#aaa7a3"
    pattern: Pattern = "plain"

    def clothes(self) -> Clothes:
        """Return the clothes in linear colours."""
        colours = {name: colour(getattr(self, name)) for name in type(self).model_fields if name != "pattern"}
        return Clothes(**colours, pattern=self.pattern)


class Walk(_Strict):
    """Step to a place; there turn to `facing` if it is given."""

    to: Place
    facing: float | None = None
    speed: Annotated[float, Field(gt=0.1, le=2.0)] | None = None


class Sit(_Strict):
    """Go to the piece of furniture of that name and sit down; stay `for` seconds."""

    where: str
    seconds: Seconds = Field(default=3.0, alias="for")


class Stay(_Strict):
    """How long, in seconds."""

    seconds: Seconds = Field(default=1.0, alias="for")


class Fall(_Strict):
    """Fall to the floor that way and lie there `for` seconds.

    `spin` is the first speed of toppling in radians a second, `buckle` how far the knees give way, 0-1: the fall of a
    limp body. With a `kind` it is one by physics instead, another one for another `seed`; the body tries in vain to get
    up `rises` times. It begins `early` seconds before the end of what is done before. Where the scene will be played
    `pace` times as fast, such a fall still has its true speed.
    """

    towards: Direction = "left"
    seconds: Seconds = Field(default=20.0, alias="for")
    spin: Annotated[float, Field(ge=0.1, le=4.0)] = 1.3
    buckle: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    kind: Kind | None = None
    seed: Annotated[int, Field(ge=0)] = 0
    rises: Annotated[int, Field(ge=0, le=3)] = 0
    early: Seconds = 0.0
    pace: Annotated[float, Field(gt=0.1, le=10)] = 1.0


class Gesture(_Strict):
    """Do something with the arms for so many seconds, staying as one is: one of guardian.lab.arms.MOVEMENTS, another
    one of its kind for another `seed`. A body on its side does it with the upper arm.
    """

    do: str
    sides: Sides = "right"
    seconds: Seconds = Field(default=8.0, alias="for")
    seed: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _known(self) -> "Gesture":
        if self.do not in MOVEMENTS:
            message = f'"{self.do}" is no movement of the arms; use one of {", ".join(sorted(MOVEMENTS))}'
            raise ValueError(message)
        return self


class Action(_Strict):
    """Exactly one verb with its details."""

    walk: Walk | None = None
    sit: Sit | None = None
    lie: Sit | None = None
    stand: Stay | None = None
    wait: Stay | None = None
    bend: Stay | None = None
    fall: Fall | None = None
    gesture: Gesture | None = None

    @model_validator(mode="after")
    def _one(self) -> "Action":
        if len(self.model_fields_set) != 1:
            message = f"one verb an action, one of {', '.join(type(self).model_fields)}"
            raise ValueError(message)
        return self


class PersonSpec(_Strict):
    """Who, where at the start, and what they do, one action after the other."""

    name: str = "anna"
    body: BodySpec = BodySpec()
    clothes: ClothesSpec = ClothesSpec()
    manner: MannerSpec = MannerSpec()
    at: Place
    facing: float = 0.0
    speed: Annotated[float, Field(gt=0.1, le=2.0)] = 0.7
    does: tuple[Action, ...] = ()


class PetSpec(_Strict):
    """A cat or a dog, which from `begin` on walks from place to place and stays at each for `rest` seconds."""

    kind: Species = "cat"
    colour: Hex = "#5a4636"
    way: Annotated[tuple[Place, ...], Field(min_length=2)]
    speed: Annotated[float, Field(gt=0.1, le=2.0)] = 0.6
    begin: Seconds = 0.0
    rest: Seconds = 0.0

    def pet(self) -> Pet:
        """Return the animal, ready to walk."""
        way = tuple((x, -away) for x, away in self.way)
        return Pet(self.kind, colour(self.colour), way, self.speed, self.begin, self.rest)


class Scene(_Strict):
    """A whole scene. `seconds` ends it; by default it ends when everybody has done what they do, at `pace` times the
    speed at which they rehearsed.
    """

    scene: Literal[1]
    seed: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float, Field(gt=0, le=3600)] | None = None
    camera: CameraSpec = CameraSpec()
    room: RoomSpec = RoomSpec()
    furniture: tuple[FurnitureSpec, ...] = ()
    persons: tuple[PersonSpec, ...] = ()
    pets: tuple[PetSpec, ...] = ()
    pace: Annotated[float, Field(ge=0.2, le=3.0)] = 1.0

    @model_validator(mode="after")
    def _seats(self) -> "Scene":
        seats = {piece.name for piece in self.furniture if piece.name and seat(piece.piece()) is not None}
        for person in self.persons:
            for action in person.does:
                used = action.sit or action.lie
                if used and used.where not in seats:
                    message = f'"{used.where}" is not the name of something to sit or lie on; there is {sorted(seats)}'
                    raise ValueError(message)
        return self


def load(path: Path) -> Scene:
    """Read a scene; ConfigurationError names the file, line and key, what was wrong and what would be right."""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text)
        return Scene.model_validate(yaml.safe_load(text))
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror})"
        raise ConfigurationError(message) from error
    except yaml.YAMLError as error:
        message = f"{path}: not YAML: {error}"
        raise ConfigurationError(message) from error
    except ValidationError as error:
        raise ConfigurationError("\n".join(_told(path, node, item) for item in error.errors())) from error


def _told(path: Path, node: Any, item: Any) -> str:
    key = ".".join(str(part) for part in item["loc"]) or "scene"
    return f"{path}:{_line(node, item['loc'])}: {key}: {item['msg'].removeprefix('Value error, ')}"


def _line(node: Any, way: tuple[int | str, ...]) -> int:
    """Return the line, from 1, of the deepest node on the way that exists."""
    line = 1
    for part in way:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == part]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
