"""Examines what is known of each room's view: how its camera hangs, and which places were drawn on the page."""

from collections.abc import Iterator, Mapping

from guardian import roll, watched
from guardian.app import STORE
from guardian.doctor.finding import Finding, ok, warn
from guardian.drawn import Drawn
from guardian.errors import StoreError
from guardian.io.store import read_learned
from guardian.learned import OPTICS, ROLL, VIEW, recall_one
from guardian.settings import Room, Settings

PART, PLACES = "view", "places"
WALK = "let somebody walk through the whole room for some minutes, near and far; or configure"
REDRAW = "draw its places anew, on the page or in the configuration, or say on the page that they fit after all"


def examine_views(settings: Settings) -> Iterator[Finding]:
    """What is known of the camera of each room."""
    try:
        kept = read_learned(settings.state_directory / STORE)
    except StoreError as error:
        yield warn(PART, f"what was learnt cannot be read: {error}", "ask as the user of the service, or with sudo")
        return
    for room in settings.rooms:
        known = {what: rooms.get(room.name, "") for what, rooms in kept.items()}
        yield examine_view(room, known)
        drawn = drawn_over(room, known)
        if drawn:
            yield ok(PLACES, drawn)


def said_of_drawn(settings: Settings) -> Iterator[str]:
    """A line for each room of which the box uses other places than are configured; or that this cannot be known."""
    try:
        kept = read_learned(settings.state_directory / STORE)
    except (StoreError, OSError) as error:
        yield f"what was drawn on the page cannot be read: {error}"
        return
    for room in settings.rooms:
        drawn = drawn_over(room, {VIEW: kept.get(VIEW, {}).get(room.name, "")})
        if drawn:
            yield drawn


def drawn_over(configured: Room, kept: Mapping[str, str]) -> str:
    """What humans drew on the page and removed there, over the configuration; nothing where they did not."""
    drawn = Drawn(configured)
    recall_one(configured.name, VIEW, kept, drawn.recall)
    over = [f"{each.place.name} ({each.place.kind}) is {each.origin}" for each in drawn.shown if each.origin]
    return f"{configured.name}: {', '.join(over)}: that counts, over the configuration" if over else ""


def examine_view(configured: Room, kept: Mapping[str, str]) -> Finding:
    """What is known of one camera; a warning with a remedy where something is not."""
    drawn = Drawn(configured)
    recall_one(configured.name, VIEW, kept, drawn.recall)
    said, missing = zip(_optics(drawn.room, kept), _roll(drawn.room, kept), strict=True)
    text = f"{configured.name}: {', '.join(said)}"
    if drawn.outdated:
        return warn(PART, f"{text}. {drawn.outdated}", REDRAW)
    keys = " and ".join(key for key in missing if key)
    return warn(PART, text, f"{WALK} {keys}") if keys else ok(PART, text)


def _optics(room: Room, kept: Mapping[str, str]) -> tuple[str, str]:
    """Height and tilt in words, and which keys of the configuration would tell them where they are not known."""
    camera, known, keys = (
        room.camera,
        _numbers(room.name, OPTICS, kept, ("height", "tilt", "confidence")),
        "mount_height, tilt",
    )
    if camera.mount_height is not None and camera.tilt is not None:
        return f"{camera.mount_height:g} m high and {camera.tilt:g}° down, as configured", ""
    if not known:
        return "height and tilt not known yet", keys
    sure = known["confidence"]
    text = f"{known['height']:.1f} m high and {known['tilt']:.0f}° down, learnt (sure to {sure:.0%})"
    return text, keys if sure < watched.SURE else ""


def _roll(room: Room, kept: Mapping[str, str]) -> tuple[str, str]:
    """The same of the roll."""
    known = _numbers(room.name, ROLL, kept, ("degrees", "confidence"))
    if room.camera.roll is not None:
        return f"turned clockwise by {room.camera.roll:g}°, as configured", ""
    if not known:
        return "roll not known yet", "roll"
    sure = known["confidence"]
    text = f"turned clockwise by {round(known['degrees'])}°, learnt (sure to {sure:.0%})"
    return text, "roll" if sure < roll.SURE else ""


def _numbers(room: str, what: str, kept: Mapping[str, str], names: tuple[str, ...]) -> dict[str, float]:
    """The numbers of these names of what was kept; nothing where there is none, or it is damaged."""
    numbers: dict[str, float] = {}
    recall_one(room, what, kept, lambda body: numbers.update({name: float(body[name]) for name in names}))
    return numbers
