"""`guardian pins` and `guardian view`: what whoever builds a box looks at, as a person types it."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from guardian.arguments import Verbs, add_config, add_verb, within
from guardian.errors import ConfigurationError

if TYPE_CHECKING:
    from guardian.optics import Optics
    from guardian.settings import Panel
    from guardian.wiring import Fitting

MOUNTED = {"height": 2.2, "tilt": 20.0}
"""Metres and degrees that docs/hardware.md recommends."""


def add(commands: Verbs) -> None:
    """Add both commands."""
    text = "draw the 40-pin header with what is wired to it, and say what is wrong with that"
    pins = add_verb(commands, "pins", _pins, text)
    add_config(pins)
    pins.add_argument("--svg", type=Path, default=None, metavar="FILE", help="write the wiring diagram into FILE")
    text = "what the buzzer takes, by its data sheet (default: 100)"
    pins.add_argument("--buzzer-milliamperes", type=float, default=100.0, metavar="N", help=text)
    pins.add_argument("--piezo", action="store_true", help="the buzzer is a piezo: it has no coil")
    text = "how long the wire of a button is (default: 1)"
    pins.add_argument("--button-metres", type=float, default=1.0, metavar="M", help=text)

    view = add_verb(commands, "view", _view, "say what a camera sees from where it hangs, and draw it")
    add_config(view)
    text = "take what the configuration says of this room's camera; what is given beside it counts more"
    view.add_argument("--room", default=None, metavar="R", help=text)
    ranges = (("height", "metres of the lens above the floor", 0.3, 4.0), ("tilt", "degrees below the level", -30, 80))
    for name, text, least, most in (*ranges, ("fov", "degrees that the lens sees across", 20.0, 150.0)):
        view.add_argument(f"--{name}", type=within(float, least, most), default=None, metavar="N", help=text)
    view.add_argument("--aspect", type=_aspect, default=None, metavar="W:H", help="of the frame (default: 4:3)")
    view.add_argument("--title", default="What the camera sees", metavar="T", help="what the drawing is called")
    view.add_argument("--svg", type=Path, default=None, metavar="FILE", help="draw it into FILE")


def _aspect(text: str) -> float:
    wide, _, high = text.partition(":")
    try:
        aspect = float(wide) / float(high)
    except (ValueError, ZeroDivisionError):
        aspect = 0.0
    if not 1 / 3 <= aspect <= 3:  # noqa: PLR2004 - no camera has another
        message = f"{text} is wrong; width and height such as 4:3 or 16:9 would be right"
        raise argparse.ArgumentTypeError(message)
    return aspect


def _pins(options: argparse.Namespace) -> int:
    from rich.console import Console

    from guardian import header
    from guardian.wiring import parts, sentence
    from guardian.workshop import diagram, pins

    console = Console(soft_wrap=True, highlight=False, markup=False)
    fitting = _fitting(options)
    try:
        panel, known = _panel(options.config)
    except ConfigurationError:
        for line in pins.header(()):
            console.print(line)
        raise
    wired = parts(panel, fitting)
    for line in pins.header(wired):
        console.print(line)
    console.print()
    for part in wired:
        console.print(f"{part.name:13}", style=pins.style(part), end="")
        console.print(f" {sentence(part, fitting)}")
    console.print(f"\n{known}")
    for caution in header.cautions(panel.pins):
        console.print(f"warn  {caution}", style="yellow")
    if options.svg is not None:
        _write(options.svg, diagram.diagram(wired, fitting))
    return 0


def _fitting(options: argparse.Namespace) -> "Fitting":
    """What was bought. Raises ConfigurationError where no such circuit can be built."""
    from guardian.circuit import ButtonWire, Buzzer
    from guardian.wiring import Fitting

    try:
        return Fitting(Buzzer(options.buzzer_milliamperes, not options.piezo), ButtonWire(options.button_metres))
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def _panel(path: Path | None) -> tuple["Panel", str]:
    """The panel of the configuration, or the usual one where there is none, and a sentence about it."""
    from guardian import configuration
    from guardian.settings import Panel

    found = configuration.find(path, os.environ)
    if path is None and not found.exists():
        return Panel(), f"There is no {found}: these are the pins that count where nothing else is written."
    panel = configuration.load(found).panel
    if panel.kind != "gpio":
        return panel, f"{found}: panel.kind is {panel.kind}, so nothing of this is driven; gpio would drive it."
    return panel, f"{found}: all is well, as far as can be told from here; guardian doctor tries the pins."


def _view(options: argparse.Namespace) -> int:
    from guardian.reach import sentences
    from guardian.workshop.view_drawing import view_drawing

    optics = _optics(options)
    print("\n".join(sentences(optics)))
    if options.svg is not None:
        _write(options.svg, view_drawing(optics, options.title))
    return 0


def _optics(options: argparse.Namespace) -> "Optics":
    """How the camera hangs: as was said, else as the room's configuration says, else as is recommended."""
    from guardian import configuration
    from guardian.optics import USUAL_FOV, Optics

    known = {"fov": USUAL_FOV, "aspect": 4 / 3, **MOUNTED}
    if options.room is not None:
        settings = configuration.load(configuration.find(options.config, os.environ))
        cameras = {room.name: room.camera for room in settings.rooms}
        if options.room not in cameras:
            message = f"there is no room {options.room} with a camera; {', '.join(cameras)} would be right"
            raise ConfigurationError(message)
        camera = cameras[options.room]
        configured = {"height": camera.mount_height, "tilt": camera.tilt, "fov": camera.fov, "aspect": camera.aspect}
        known |= {name: value for name, value in configured.items() if value is not None}
    known |= {name: value for name in known if (value := getattr(options, name)) is not None}
    return Optics(**known)


def _write(path: Path, drawing: str) -> None:
    """Raises ConfigurationError where that cannot be written."""
    try:
        path.write_text(drawing, encoding="utf-8")
    except OSError as error:
        message = f"{path}: {error.strerror}; a file in a directory that this user may write would be right"
        raise ConfigurationError(message) from error
    print(f"{path}: written")
