"""No alarm of a fall depends on who anybody is: names may be missing, wrong, or change with every frame."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from bodies import seen, standing, tilted
from boxes import KITCHEN, SETTINGS, Box
from hypothesis import given, settings
from hypothesis import strategies as st

from guardian import handover, identity
from guardian.commands import Notify, ShowPanel
from guardian.events import Acknowledged
from guardian.handover import Handover
from guardian.identity import Identity, Person, Recognition
from guardian.incident import Incident
from guardian.likeness import Earlier
from guardian.posture import Figure
from guardian.tracking import Track

NAMES = st.lists(st.sampled_from([None, "Ann", "Ben", "stranger"]), min_size=1, max_size=12)
LEFT, RIGHT = (0.9, 0.35), (0.9, 1.0)


def named(track: Track, name: str | None) -> Person:
    if name == "stranger":
        return Person(track, None, 0.1, Recognition.STRANGER)
    return Person(track, name, 0.9, Recognition.UNDECIDED if name is None else Recognition.KNOWN)


def lived(names: list[str | None], taken: int) -> list[tuple[object, ...]]:
    """Two people in a kitchen: one falls, at step `taken` somebody takes the alarm, the other one falls as well, and
    one gets up. What the box did of it, names left out. The names follow each other, frame after frame, and so does
    what is handed over of who came in.
    """
    frames = iter(range(1_000_000))

    def update(_self: Identity, tracks: Iterable[Track], _now: float, *_: float, **__: bool) -> tuple[Person, ...]:
        number = next(frames)
        return tuple(named(track, names[(number // 7 + place) % len(names)]) for place, track in enumerate(tracks))

    def hand_over(_self: Handover, _room: str, figures: Iterable[Figure], _now: float) -> dict[int, Earlier]:
        number = next(frames)
        earlier = ((0.8, ((names[number % len(names)], 9.0), ("Cy", 0.1))),)
        return {figure.person.track.id: earlier for figure in figures if names != [None]}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handover.Handover, "update", hand_over)
        patch.setattr(identity.Identity, "update", update)
        box = Box(SETTINGS.model_copy(update={"rooms": (KITCHEN,)}))
        for step in range(100):
            first = tilted(min(90.0, max(0.0, (step - 15) * 15.0)), LEFT)
            second = tilted(min(90.0, max(0.0, (step - 60) * 15.0)), RIGHT)
            box.see(seen(box.now + 0.1, first, second if step < 95 else standing(RIGHT)))
            if step == taken:
                box.brain.take(Acknowledged(time=box.at(box.now).monotonic, by="Cy", via="web"), box.at(box.now))
        box.watch(40.0, tilted(90.0, LEFT), fps=1.0)
    return [done for done in (stripped(what, thing) for what, thing in box.log.entries) if done]


def stripped(what: str, thing: object) -> tuple[object, ...]:
    """What was done, without a name in it; nothing where it is no matter of an alarm."""
    match thing:
        case Incident():
            return what, replace(thing, person=None)
        case ShowPanel():
            return what, thing.lamp, thing.sound
        case Notify():
            return what, thing.contact
        case _:
            return ()


@settings(max_examples=6)
@given(NAMES, st.sampled_from([1_000, 50, 58, 80]))
def test_shuffled_and_missing_names_change_no_alarm(names: list[str | None], taken: int):
    assert lived(names, taken) == lived([None], taken)


def test_what_is_compared_are_alarms():
    done = lived([None], 58)
    assert {what for what, *_ in done} >= {"save", "panel"}
    assert len([what for what, *_ in done if what == "save"]) >= 3
