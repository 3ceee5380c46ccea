"""Small worlds for tests of the simulator: one room, one camera, one person."""

from typing import Any

from guardian.lab.scene import Scene


def scene(does: list[dict[str, Any]], *, at: Any = (0.0, 3.0), furniture: Any = ()) -> Scene:
    """A person of 80 who does these things before a camera at 2.2 m."""
    person = {"at": at, "facing": 180, "does": does}
    return Scene.model_validate({"scene": 1, "camera": {"tilt": 22}, "furniture": furniture, "persons": [person]})
