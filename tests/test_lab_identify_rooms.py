"""How well people are told apart who go from one room into another, in simulated homes."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from strollers import Stroller

from guardian.cli import main
from guardian.lab.identify import rooms
from guardian.lab.identify.measure import RIGHT, UNDECIDED, WRONG, Told
from guardian.lab.identify.rooms import KINDS, Leg, Scene, Second, sorts, table
from guardian.lab.world.residents import Resident
from guardian.skeleton import Observation

SMALL, TALL = Stroller(tall=1.5), Stroller(tall=1.9)


def strolled(who: Stroller, seconds: float) -> tuple[Observation, ...]:
    walked = (Observation(time=step / 6, poses=(who.pose(step / 6),)) for step in range(round(seconds * 6)))
    return (*walked, *(Observation(time=seconds + step / 6) for step in range(12)))


class Theatre:
    """A small one and a tall one, who are enrolled in both rooms; then the small one walks through both."""

    def __init__(self, _seed: int, _number: int) -> None: ...

    def scenes(self) -> Iterator[Scene]:
        for who, stroller in enumerate((SMALL, TALL)):
            yield Scene("enrolled", tuple(Leg(room, who, 0.0, strolled(stroller, 60)) for room in rooms.ROOMS))
        first, second = rooms.ROOMS
        yield Scene(
            "through", (Leg(first, 0, 0.0, strolled(SMALL, 15)), Leg(second, 0, 20.0, strolled(SMALL, 15), second=True))
        )


def test_what_is_said_in_the_second_room_is_counted_with_and_without_handing_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rooms, "_Theatre", Theatre)
    monkeypatch.setattr(rooms, "SIZES", (3,))
    found = rooms.live((1, 1))
    assert [(each.kind, each.handed, each.told.verdict) for each in found] == [
        ("through", False, RIGHT),
        ("through", True, RIGHT),
    ]


def test_the_theatre_lets_people_go_through_cross_turn_and_be_replaced(monkeypatch: pytest.MonkeyPatch):
    walked = (Observation(time=0.0), Observation(time=7.0))
    monkeypatch.setattr(rooms, "walked", lambda *_: walked)
    scenes = list(rooms._Theatre(1, 1).scenes())
    assert {scene.kind for scene in scenes} == {"enrolled", *KINDS}
    for scene in scenes:
        seconds = [leg for leg in scene.legs if leg.second]
        firsts = {leg.room: leg.who for leg in scene.legs if not leg.second}
        match scene.kind:
            case "through":
                assert [leg.who for leg in seconds] == list(firsts.values())
            case "crossed":
                assert {leg.room: leg.who for leg in seconds} == dict(
                    zip(firsts, reversed(firsts.values()), strict=True)
                )
            case "turned":
                assert {leg.room: leg.who for leg in seconds} == firsts
            case "replaced":
                assert seconds[0].who not in firsts.values()
        assert all(leg.begin >= 7.0 for leg in seconds)


def test_a_theatre_is_of_bodies_that_are_simulated(monkeypatch: pytest.MonkeyPatch):
    seen = list[float]()
    monkeypatch.setattr(
        rooms, "walked", lambda _place, today, *_: (seen.append(_height(today)), Observation(time=1.0))[1:]
    )
    list(rooms._Theatre(1, 1).scenes())
    assert 1.3 < min(seen) < np.median(seen) < max(seen) < 2.1


def _height(today: Resident) -> float:
    return today.height


def test_the_table_says_it_without_and_with():
    told = {verdict: Told(3, enrolled=True, verdict=verdict) for verdict in (RIGHT, WRONG, UNDECIDED)}
    found = [
        Second("through", handed=False, told=told[UNDECIDED]),
        Second("through", handed=True, told=told[RIGHT]),
        Second("turned", handed=False, told=told[RIGHT]),
        Second("turned", handed=True, told=told[WRONG]),
    ]
    rows = sorts(found, 3)
    assert rows["right, of decided"] == {False: (1, 1), True: (1, 2)}
    assert rows["undecided, of all walks"] == {False: (1, 2), True: (0, 2)}
    assert rows["any wrong name, turned"] == {False: (0, 1), True: (1, 1)}
    columns = [list(column.cells) for column in table(found, 3).columns]
    assert columns[0][0] == "right, of decided"
    assert columns[2][0].startswith("50.0%")


@pytest.mark.parametrize("way", [[], ["--json"]])
def test_the_command_prints_it(way: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    second = Second("through", handed=True, told=Told(3, enrolled=True, verdict=RIGHT))
    monkeypatch.setattr(rooms, "ProcessPoolExecutor", lambda jobs, mp_context: ThreadPoolExecutor(jobs))  # noqa: ARG005
    monkeypatch.setattr(rooms, "live", lambda _task: [second])
    assert main(["lab", "identify", "--rooms", "--homes", "2", *way]) == 0
    printed = capsys.readouterr().out
    if way:
        assert json.loads(printed)["enrolled"]["3"]["right, of decided"] == {"without": [0, 0], "with": [2, 2]}
    else:
        assert "2 homes of two rooms" in printed
