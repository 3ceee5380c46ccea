"""The room itself, as boxes: floor, ceiling, walls and skirting, and the doorways in its side walls."""

from guardian.lab import scene as scenes
from guardian.lab.room import Box
from guardian.lab.scene import RoomSpec

THICK = 0.2
DOORWAY = (1.9, 3.7)
"""From where to where the side walls are open, metres away from the camera's wall."""
LINTEL = 2.05
HALL = 1.2
"""How wide the hall behind a doorway is, metres."""
WHITE, SKIRTING = (0.93, 0.92, 0.90), (0.92, 0.91, 0.88)


def shell(room: RoomSpec) -> list[Box]:
    """Return floor, ceiling and all that stands up to it."""
    wall, stuff = scenes.colour(room.wall), "paper" if room.paper else "paint"
    wide, high, deep, middle = room.wide, room.high, room.deep, -room.deep / 2
    beyond = wide + 2 * (HALL + THICK) if room.doorways else wide + 2
    return [
        Box((0, -THICK, middle), (beyond, THICK, deep + 2), scenes.colour(room.floor), _floor(room)),
        Box((0, high, middle), (beyond, THICK, deep + 2), WHITE),
        Box((0, 0, -deep - THICK / 2), (beyond, high, THICK), wall, stuff),
        Box((0, 0, THICK / 2 + 0.05), (beyond, high, THICK), wall, stuff),
        Box((0, 0, -deep + 0.008), (wide, 0.09, 0.016), SKIRTING),
        *sides(room),
    ]


def sides(room: RoomSpec) -> list[Box]:
    """Return the side walls with their skirting; where there are doorways, the walls of the halls behind them too."""
    wall, stuff = scenes.colour(room.wall), "paper" if room.paper else "paint"
    made = []
    for side in (-1, 1):
        place, skirting = side * (room.wide + THICK) / 2, side * (room.wide / 2 - 0.008)
        if not room.doorways:
            made.append(Box((place, 0, -room.deep / 2), (THICK, room.high, room.deep + 2), wall, stuff))
            made.append(Box((skirting, 0, -room.deep / 2), (0.016, 0.09, room.deep), SKIRTING))
            continue
        for near, far in ((-1.0, DOORWAY[0]), (DOORWAY[1], room.deep + 1)):
            made.append(Box((place, 0, -(near + far) / 2), (THICK, room.high, far - near), wall, stuff))
            made.append(Box((skirting, 0, -(near + far) / 2), (0.016, 0.09, far - near), SKIRTING))
        opening = DOORWAY[1] - DOORWAY[0]
        above = Box((place, LINTEL, -sum(DOORWAY) / 2), (THICK, room.high - LINTEL, opening), wall, stuff)
        hall = side * (room.wide / 2 + HALL + THICK * 1.5)
        made += [above, Box((hall, 0, -room.deep / 2), (THICK, room.high, room.deep + 2), WHITE)]
    return made


def _floor(room: RoomSpec) -> str:
    return "planks" if room.planks else "paint"
