"""`guardian lab films OUT`: drawn films of the simulated world, hard to see in many ways, and what is true of them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml

from guardian.lab import video
from guardian.lab.render import Film
from guardian.lab.scene import Scene
from guardian.lab.world import collection
from guardian.lab.world.collection import HIDDEN_SECONDS, Landing
from guardian.lab.world.hardness import Document, Hardness
from guardian.lab.world.homes import ACTIVITIES, OUTSIDE, Home, between, fall, home
from guardian.lab.world.truth import World

COLUMNS = (*collection.COLUMNS, "light")
LYING_SECONDS = (5.0, 7.0)
"""So long a film goes on after a fall; `guardian evaluate --hold` goes on from there."""
BRIEF_SECONDS = 3.0
"""How long at most somebody sits, lies or bends in a film."""
MOST_ACTIONS = 5
MOST_TRIES = 8
BEHIND = -0.3
"""Metres before the camera at which somebody who walked out below it ends: behind it."""
EASY = Hardness("plain", "day")
COMPANY = 0.2
"""The share of falls during which somebody else walks through the room."""


@dataclass(frozen=True, slots=True)
class _Task:
    out: Path
    number: int
    seed: int
    width: int | None
    walk_outs: bool = False


def films(out: Path, *, count: int, seed: int, jobs: int, width: int | None = None, walk_outs: bool = False) -> int:
    """Draw so many films, each beside its scene, and write manifest.csv; the same for the same seed.

    With `walk_outs` in each of them somebody only walks out of the picture, and nothing makes it hard to see.

    A film that is there already is kept, so that what was interrupted goes on. In the manifest `source` is what makes
    a film hard, `light` its light. `width` makes all pictures so many pixels wide, to try something quickly.
    Raises ConfigurationError where the directory cannot be written.
    """
    tasks = [_Task(out, number, seed, width, walk_outs) for number in range(count)]
    return collection.write(out, _make, tasks, columns=COLUMNS, things="films", jobs=jobs)


def _make(task: _Task) -> dict[str, str]:
    """Draw one film, unless it is there; return its row."""
    cv2.setNumThreads(1)
    random = np.random.default_rng((task.seed, task.number))
    place, hardness = home(random), EASY if task.walk_outs else Hardness.of(task.number)
    seed = int(np.random.default_rng((task.seed, task.number, 1)).integers(2**31))
    if task.walk_outs:
        document, world, row = _walk_out(place, random, seed, below=task.number % 2 == 0)
    elif task.number % 2 == 0:
        document, world, row = _fall(place, hardness, random, seed)
    else:
        document, world, row = _everyday(place, hardness, random, seed)
    if task.width is not None:
        scale(document, task.width)
    text = yaml.safe_dump(document, sort_keys=False)
    scene, target = task.out / f"{task.number:05}.yaml", task.out / f"{task.number:05}.mp4"
    if not (target.exists() and scene.exists() and scene.read_text(encoding="utf-8") == text):
        scene.unlink(missing_ok=True)  # a film without its scene is not whole
        film = Film(Scene.model_validate(document), world.persons)
        video.write((picture for _, picture in film.frames()), target, film.scene.camera.size, film.scene.camera.fps)
        scene.write_text(text, encoding="utf-8")
    notes = f"drawn, {document['camera']['fps']:g} frames a second, camera at {document['camera']['height']:g} m"
    origin = {"source": hardness.kind, "light": hardness.light, "subject": f"home-{task.number}", "notes": notes}
    return row | origin | {"path": target.name}


def scale(document: Document, width: int) -> None:
    """Make the pictures of a scene so many pixels wide, of the same shape."""
    wide, high = document["camera"]["size"]
    document["camera"]["size"] = [width, round(high * width / wide / 2) * 2]


def _document(place: Home, seed: int, *does: list[Document]) -> Document:
    """What they do in that home as a scene stands in a file; nothing in it takes long."""
    scene = place.scene(seed, *(brief(each) for each in does))
    plain: Document = scene.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return plain | {"pace": round(place.pace, 2)}


def brief(does: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first few of the actions and the last one, none of them but a fall longer than a film has time for."""
    chosen = does if len(does) <= MOST_ACTIONS else [*does[: MOST_ACTIONS - 1], does[-1]]
    return [
        {
            verb: {**how, "for": min(how["for"], BRIEF_SECONDS)} if "for" in how and verb != "fall" else how
            for verb, how in action.items()
        }
        for action in chosen
    ]


def _fall(
    place: Home, hardness: Hardness, random: np.random.Generator, seed: int
) -> tuple[Document, World, dict[str, str]]:
    """Draw falls until one can be seen and misses the furniture: nothing else stops those who fall but the floor.

    The last is taken if none does.
    """
    for _ in range(MOST_TRIES):
        does, kind = fall(random, between(random, *LYING_SECONDS))
        second = random.random() < COMPANY
        others = [ACTIVITIES["walking through"][0](random, BRIEF_SECONDS)[0]] if second else []
        document = hardness.harden(_document(place, seed, does, *others), random)
        world = World(Scene.model_validate(document))
        landing = Landing.of(world)
        if not landing.hidden and not world.stuck(landing.contact + HIDDEN_SECONDS):
            break
    document["seconds"] = round(world.persons[0].seconds / world.pace, 2)
    towards, start = kind.split(", ")
    return document, world, landing.row(towards, start, second=second)


def _walk_out(
    place: Home, random: np.random.Generator, seed: int, *, below: bool
) -> tuple[Document, World, dict[str, str]]:
    """Somebody stands in the room and walks out `below` the camera, or to the side, near it or not."""
    spot, aside = (between(random, -0.8, 0.8), between(random, 1.2, 3.4)), float(random.choice([-OUTSIDE, OUTSIDE]))
    to = (between(random, -1.0, 1.0), BEHIND) if below else (aside, between(random, 0.5, 3.0))
    persons = ({**place.persons[0], "at": spot}, *place.persons[1:])
    does: list[dict[str, Any]] = [{"wait": {"for": 1.0}}, {"walk": {"to": to}}, {"wait": {"for": 1.5}}]
    document = EASY.harden(_document(replace(place, persons=persons), seed, does), random)
    row = {"kind": "adl", "event": f"walks out {'below' if below else 'beside'} the camera", "second_person": "no"}
    return document, World(Scene.model_validate(document)), row


def _everyday(
    place: Home, hardness: Hardness, random: np.random.Generator, seed: int
) -> tuple[Document, World, dict[str, str]]:
    names = list(ACTIVITIES)
    name = names[int(random.integers(len(names)))]
    does = ACTIVITIES[name][0](random, float(random.uniform(2.0, BRIEF_SECONDS)))
    document = hardness.harden(_document(place, seed, *does), random)
    second = "yes" if len(does) > 1 else "no"
    row = {"kind": "adl", "event": name, "second_person": second}
    return document, World(Scene.model_validate(document)), row
